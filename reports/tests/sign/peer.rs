//! Other programs: OpenSSL makes RSA keys, poppler and pyHanko judge.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use rcgen::KeyPair;

/// Says that something was left out, and why. In CI nothing may be.
pub fn skipped(why: &str) {
    assert!(
        std::env::var("CI").is_err(),
        "CI must not leave it out: {why}"
    );
    println!("skipped: {why}");
}

pub fn run(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// The output of a program that must succeed.
pub fn succeed(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Vec<u8> {
    let output = run(program, arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

fn find(name: &str, hint: &str) -> Option<PathBuf> {
    // Where a developer puts it; CI has it in the path.
    let own = option_env!("CARGO_TARGET_TMPDIR")
        .map(Path::new)
        .and_then(Path::parent)
        .map(|target| target.join("venv/bin"));
    let found = std::env::var_os("PATH")
        .iter()
        .flat_map(std::env::split_paths)
        .chain(own)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        skipped(&format!("{name} is not installed ({hint})"));
    }
    found
}

pub fn openssl() -> Option<PathBuf> {
    find("openssl", "apt-get install openssl")
}

pub fn pdfsig() -> Option<PathBuf> {
    find("pdfsig", "apt-get install poppler-utils")
}

/// `pyhanko`, or the `python` beside it.
pub fn pyhanko(name: &str) -> Option<PathBuf> {
    let hint = "pip install pyhanko-cli==0.6.0 into venv of the target folder";
    let pyhanko = find("pyhanko", hint)?;
    Some(pyhanko.with_file_name(name))
}

/// An RSA key of 2,048 bits, one for the whole run.
pub fn rsa() -> Option<KeyPair> {
    static KEY: OnceLock<Option<String>> = OnceLock::new();
    let pem = KEY.get_or_init(|| rsa_pem(2_048)).as_deref()?;
    Some(KeyPair::from_pem(pem).unwrap())
}

pub fn rsa_pem(bits: u32) -> Option<String> {
    let length = format!("rsa_keygen_bits:{bits}");
    let arguments = [
        "genpkey",
        "-quiet",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        &length,
    ];
    let arguments: Vec<_> = arguments
        .into_iter()
        .filter(|one| *one != "-quiet")
        .collect();
    Some(String::from_utf8(succeed(openssl()?, &arguments)).unwrap())
}

/// A folder with files.
pub struct Desk(tempfile::TempDir);

impl Desk {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.0.path().join(name), bytes).unwrap();
        self.path(name)
    }

    pub fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn get(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.path().join(name)).unwrap()
    }
}
