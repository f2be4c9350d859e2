//! The rendering child of the tests and of the benchmark: definitions of the folders named by its
//! arguments (fonts of a directory behind `--fonts`), views on standard input, files on standard
//! output.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use reports::Reports;

fn main() -> ExitCode {
    let mut folders: Vec<PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
    if folders
        .first()
        .is_some_and(|first| first == Path::new("--fonts"))
    {
        let directory = folders.drain(..2.min(folders.len())).next_back();
        if directory.is_none_or(|directory| reports::fonts::append(&directory).is_err()) {
            return ExitCode::from(2);
        }
    }
    let Ok(reports) = Reports::open(&folders) else {
        return ExitCode::from(2);
    };
    match reports::child::serve(&reports, std::io::stdin().lock(), std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
