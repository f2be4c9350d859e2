//! The text of a PDF, as a reader of it finds it.

use std::io::Write as _;
use std::process::Command;

/// All words of a PDF without white space: extraction puts a blank between Han and Latin letters. By `pdftotext`; where that
/// is missing by the reader that judges sealed reports, in CI never.
#[must_use]
pub fn text_of(pdf: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    let done = Command::new("pdftotext")
        .args(["-raw", "-enc", "UTF-8"])
        .arg(file.path())
        .arg("-")
        .output();
    let text = match done {
        Ok(done) => {
            assert!(done.status.success(), "pdftotext refuses the file");
            String::from_utf8(done.stdout).unwrap()
        }
        Err(error) => {
            assert!(std::env::var("CI").is_err(), "pdftotext: {error}");
            let pages = reports::sign::page_texts(pdf).unwrap().unwrap_or_default();
            pages.join("\n")
        }
    };
    dense(&text)
}

/// A text without white space.
#[must_use]
pub fn dense(text: &str) -> String {
    text.chars().filter(|char| !char.is_whitespace()).collect()
}
