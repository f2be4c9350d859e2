//! A root as a package for machines without a network: a folder that opens from the disk, and the same as a zip, with
//! a list of SHA-256 (SG-OFF-2).

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    error::Error,
    write::{self, Record, hash},
};

/// The list of a package.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Name of the root.
    pub instance: String,
    /// Until when the data count.
    pub cutoff_at: String,
    /// Path → SHA-256.
    pub files: std::collections::BTreeMap<String, String>,
}

/// What was written.
#[derive(Debug, Clone, Serialize)]
pub struct Bundle {
    /// The folder.
    pub folder: PathBuf,
    /// The archive.
    pub archive: PathBuf,
    /// SHA-256 of the archive.
    pub sha256: String,
    /// Files, the list itself not counted.
    pub files: usize,
}

/// Names a file on every system: packages are unpacked on machines with other code pages.
fn plain(path: &str) -> bool {
    path.len() <= 120
        && path.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.bytes().all(|byte| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte)
                })
        })
}

/// Packs the served root of an instance into `to/<instance>` and `to/<instance>.zip`. Both hold the same bytes as the
/// root, and `manifest.json`; the same root gives the same archive.
///
/// # Errors
///
/// When there is no root, a file of it has other bytes than its record, or nothing can be written.
pub fn bundle(out: &Path, instance: &str, to: &Path) -> Result<Bundle, Error> {
    let (root, record): (PathBuf, Record) = write::served(out, instance)?;
    let manifest = Manifest {
        instance: instance.to_owned(),
        cutoff_at: record.cutoff_at.clone(),
        files: record.files.clone(),
    };
    let list = serde_json::to_vec_pretty(&manifest)
        .map_err(|error| Error::Write(format!("cannot write the list: {error}")))?;
    fs::create_dir_all(to).map_err(|error| Error::write("make the folder", to, &error))?;
    let (folder, archive) = (to.join(instance), to.join(format!("{instance}.zip")));
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| Error::write("replace", &folder, &error))?;
    }
    let fresh = to.join(format!(".{instance}.zip.new"));
    let file = File::create(&fresh).map_err(|error| Error::write("write", &fresh, &error))?;
    let mut zip = ZipWriter::new(io::BufWriter::new(file));
    let mut add = |path: &str, bytes: &[u8]| -> Result<(), Error> {
        if !plain(path) {
            return Err(Error::Write(format!("`{path}` is no name for a package")));
        }
        let target = folder.join(path);
        let write = || -> io::Result<()> {
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)?;
            }
            File::create(&target)?.write_all(bytes)
        };
        write().map_err(|error| Error::write("write", &target, &error))?;
        // Without a time of its own an entry says 1980, on every machine.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(0o644);
        zip.start_file(format!("{instance}/{path}"), options)
            .map_err(|error| Error::Write(format!("cannot write the package: {error}")))?;
        zip.write_all(bytes)
            .map_err(|error| Error::write("write", &fresh, &error))
    };
    for (path, digest) in &record.files {
        let source = root.join(path);
        let bytes = fs::read(&source).map_err(|error| Error::write("read", &source, &error))?;
        if hash(&bytes) != *digest {
            return Err(Error::Write(format!(
                "`{path}` has other bytes than its record"
            )));
        }
        add(path, &bytes)?;
    }
    add("manifest.json", &list)?;
    let end = |zip: ZipWriter<io::BufWriter<File>>| -> io::Result<()> {
        let file = zip.finish().map_err(io::Error::other)?;
        file.into_inner().map_err(io::Error::other)?.sync_all()?;
        fs::rename(&fresh, &archive)
    };
    end(zip).map_err(|error| Error::write("write", &archive, &error))?;
    let bytes = fs::read(&archive).map_err(|error| Error::write("read", &archive, &error))?;
    Ok(Bundle {
        folder,
        archive,
        sha256: hash(&bytes),
        files: record.files.len(),
    })
}
