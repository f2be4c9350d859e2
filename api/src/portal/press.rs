//! Sets the documents of pages as PDF, in the child that lays out reports (SG-PRINT-1, SG-DB-7), and remembers them on disk by
//! what they were set from: the roots of a hospital, and all its builds, set the same text once.
//!
//! What is remembered is derived and may be deleted at any time; it lies outside of what is served.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use entity::rules::chain::to_hex;
use reports::child::Failure;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Result, UserErrorCode};

/// Most bytes that are remembered.
const MOST: u64 = 512 << 20;
/// Bytes of the checksum before each PDF.
const CHECK: usize = 32;

/// A tree as PDF. Blocks: to be called where waiting harms nobody.
///
/// # Errors
/// `INVALID` for what cannot be set, with every reason; `INTERNAL` if the child gave no answer.
pub fn set(app: &App, tree: &str) -> Result<Vec<u8>> {
    let mut name = Sha256::new();
    name.update(reports::document_fingerprint());
    name.update(tree);
    let name = to_hex(&name.finalize().into());
    let folder = app.config.pressed.as_path();
    if let Some(bytes) = known(&folder.join(&name)) {
        return Ok(bytes);
    }
    let made = app.reports.document(tree).map_err(told)?;
    // A disk that is full costs the memory, not the page.
    if let Err(error) = remember(folder, &name, &made.bytes) {
        tracing::warn!(%error, "a PDF of the pages is not remembered");
    }
    Ok(made.bytes)
}

fn told(failure: Failure) -> Error {
    let Failure::Refused(problems) = &failure else {
        return Error::internal(failure);
    };
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let lines = lines.join("; ");
    Error::from(UserErrorCode::Invalid).detail(
        format!("文档不能排版：{lines}"),
        format!("the document cannot be set: {lines}"),
    )
}

/// What is remembered under a name; nothing if the disk gives other bytes back than it was given.
fn known(path: &Path) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    let mut check = [0_u8; CHECK];
    file.read_exact(&mut check).ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    if Sha256::digest(&bytes).as_slice() != check {
        return None;
    }
    // What is used stays: the oldest goes first. A reader without the right to say so reads as well.
    let _ = file.set_modified(SystemTime::now());
    Some(bytes)
}

fn remember(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let fresh = folder.join(format!(".{}", Uuid::new_v4()));
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(&Sha256::digest(bytes))?;
        file.write_all(bytes)?;
        fs::rename(&fresh, folder.join(name))
    };
    let done = write();
    if done.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    done?;
    prune(folder, MOST)
}

/// Forgets the oldest until no more than `most` bytes are left.
fn prune(folder: &Path, most: u64) -> io::Result<()> {
    let mut all: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // One that another process has just forgotten is gone.
        let Ok(about) = entry.metadata() else {
            continue;
        };
        all.push((about.modified()?, about.len(), entry.path()));
    }
    let mut sum: u64 = all.iter().map(|one| one.1).sum();
    all.sort();
    for (_, length, path) in all {
        if sum <= most {
            break;
        }
        let _ = fs::remove_file(path);
        sum = sum.saturating_sub(length);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn what_is_remembered_is_private_bounded_and_checked() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("pressed");
        remember(&inside, "a", b"%PDF one").unwrap();
        let path = inside.join("a");
        assert_eq!(known(&path).unwrap(), b"%PDF one");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&inside), mode(&path)), (0o700, 0o600));
        // A damaged file is set anew.
        let file = OpenOptions::new().append(true).open(&path).unwrap();
        (&file).write_all(b"x").unwrap();
        assert_eq!(known(&path), None);
        assert_eq!(known(&inside.join("b")), None);
        // The oldest goes first.
        let old = SystemTime::UNIX_EPOCH;
        file.set_modified(old).unwrap();
        remember(&inside, "b", b"%PDF two").unwrap();
        prune(&inside, 45).unwrap();
        assert!(!path.exists());
        assert_eq!(known(&inside.join("b")).unwrap(), b"%PDF two");
    }
}
