//! Checks the fonts against their known SHA-256 and lists the definition folders, so that a new
//! folder needs no line of code.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

/// Noto Sans SC, static instances, and the font of code. Another file would change the bytes of what is set in it.
const FONTS: [(&str, &str); 3] = [
    (
        "NotoSansSC-Regular.ttf",
        "d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16",
    ),
    (
        "NotoSansSC-Bold.ttf",
        "9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96",
    ),
    (
        "DejaVuSansMono.ttf",
        "b4a6c3e4faab8773f4ff761d56451646409f29abedd68f05d38c2df667d3c582",
    ),
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    println!("cargo:rerun-if-changed=fonts");
    println!("cargo:rerun-if-changed=definitions");
    for (name, expected) in FONTS {
        let found = hex(&Sha256::digest(fs::read(root.join("fonts").join(name))?));
        if found != expected {
            return Err(format!("fonts/{name} has SHA-256 {found}, expected {expected}").into());
        }
        println!(
            "cargo:rustc-env=SHA256_{}={found}",
            name.replace(['-', '.'], "_")
        );
    }
    let mut table = String::from("&[\n");
    for folder in entries(&root.join("definitions"))? {
        writeln!(table, "({:?}, &[", name_of(&folder))?;
        for file in entries(&folder)? {
            writeln!(table, "({:?}, include_bytes!({:?})),", name_of(&file), file)?;
        }
        table.push_str("]),\n");
    }
    table.push(']');
    // A folder of cargo's own; nobody reads it before the build script has ended.
    fs::File::create(PathBuf::from(env::var("OUT_DIR")?).join("definitions.rs"))
        .and_then(|mut file| std::io::Write::write_all(&mut file, table.as_bytes()))?;
    Ok(())
}

fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut all = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    all.sort();
    Ok(all)
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
