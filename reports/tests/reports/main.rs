//! Reports as their callers see them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may panic, and says what it leaves out"
)]

mod child;
mod definition;
mod document;
mod frame;
mod golden;
mod output;
mod page;
mod random;
mod visual;

use std::process::Command;
use std::sync::LazyLock;

use reports::{Glossary, Reports, View};
use serde_json::Value;

/// Words of the samples.
pub static GLOSSARY: LazyLock<Glossary> =
    LazyLock::new(|| serde_json::from_str(include_str!("../glossary.json")).unwrap());

/// The shipped definitions.
pub static REPORTS: LazyLock<Reports> = LazyLock::new(|| Reports::open(&[]).unwrap());

/// A sample of a definition.
pub fn sample(code: &str, case: &str) -> Value {
    REPORTS.get(code).unwrap().samples[case].clone()
}

/// A sample, checked.
pub fn view(code: &str, case: &str) -> View {
    check(&sample(code, case))
}

/// What must pass the check.
pub fn check(input: &Value) -> View {
    REPORTS
        .check(input, &GLOSSARY)
        .unwrap_or_else(|all| panic!("{all:?}"))
}

/// Every definition with every case.
pub fn every() -> Vec<(String, String)> {
    REPORTS
        .iter()
        .flat_map(|definition| {
            let code = definition.spec.code.clone();
            definition
                .samples
                .keys()
                .map(move |case| (code.clone(), case.clone()))
        })
        .collect()
}

/// Says that a check is left out because its program is not there; in CI it must be.
pub fn missing(tool: &str, error: &std::io::Error) {
    assert!(
        std::env::var("CI").is_err(),
        "CI must not leave it out: {tool}: {error}"
    );
    println!("skipped: {tool} is missing");
}

/// Runs a tool of poppler on a file; `None`, with a line that says so, where it is missing. In CI it
/// must be there.
pub fn poppler(tool: &str, arguments: &[&str], pdf: &[u8]) -> Option<String> {
    use std::io::Write as _;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let mut all: Vec<&str> = arguments.to_vec();
    all.push(&path);
    if tool == "pdftotext" {
        all.push("-");
    }
    match Command::new(tool).args(&all).output() {
        Ok(done) => {
            assert!(
                done.status.success(),
                "{tool}: {}",
                String::from_utf8_lossy(&done.stderr)
            );
            Some(String::from_utf8(done.stdout).unwrap())
        }
        Err(error) => {
            missing(tool, &error);
            None
        }
    }
}
