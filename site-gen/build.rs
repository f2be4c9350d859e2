//! Names the state of the generator: what a build remembers of its pages counts only for the same code, templates, words
//! and libraries.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
};

fn walk(path: &Path, out: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        out.push(path.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        walk(&entry?.path(), out)?;
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut hasher = DefaultHasher::new();
    for name in [
        "src",
        "templates",
        "data",
        "assets",
        "queries",
        "Cargo.toml",
        "../Cargo.lock",
        // A PDF that a root keeps is set in the way of this version too.
        "../reports/typ",
        "../reports/src/document.rs",
        "../reports/src/document",
        // What was found to be clean is looked at again when the rule is another.
        "../entity/src/rules/screening.rs",
    ] {
        println!("cargo::rerun-if-changed={name}");
        let mut files = Vec::new();
        // A package may come without the lock file of a workspace.
        if root.join(name).exists() {
            walk(&root.join(name), &mut files)?;
        }
        files.sort();
        for file in files {
            file.strip_prefix(&root).unwrap_or(&file).hash(&mut hasher);
            fs::read(&file)?.hash(&mut hasher);
        }
    }
    println!("cargo::rustc-env=SITE_GEN_STATE={:016x}", hasher.finish());
    Ok(())
}
