//! Documents of tables and interfaces: snapshots against committed ones, imports, pages, comparisons.
//!
//! `BLESS=1` writes the committed files anew.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod api;
mod import;
mod pages;
mod paper;
mod snapshot;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use site_gen::docs::files::Files;

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(data(path)).unwrap()
}

/// Compares with a committed file.
fn golden(name: &str, text: &str) {
    let path = data("golden").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::File::create(&path)
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "{name} differs; BLESS=1 writes it anew:\n{text}"
    );
}

/// A page as a browser reads its attributes.
fn plain(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes)
        .unwrap()
        .replace("&#x2f;", "/")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
}

/// Every link within the files leads to a file and, where it names one, to an anchor.
fn links_hold(files: &Files) {
    let pages: BTreeMap<&str, String> = files
        .iter()
        .filter(|(path, _)| path.ends_with(".html"))
        .map(|(path, bytes)| (path.as_str(), plain(bytes)))
        .collect();
    let ids: BTreeMap<&str, BTreeSet<&str>> = pages
        .iter()
        .map(|(path, html)| {
            let ids = html.split(" id=\"").skip(1);
            (
                *path,
                ids.map(|part| part.split('"').next().unwrap()).collect(),
            )
        })
        .collect();
    let mut looked = 0;
    for (path, html) in &pages {
        for part in html.split(" href=\"").skip(1) {
            let target = part.split('"').next().unwrap();
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let mut parts: Vec<&str> = path.split('/').collect();
            if !file.is_empty() {
                parts.pop();
                for step in file.split('/') {
                    if step == ".." {
                        parts.pop().unwrap();
                    } else {
                        parts.push(step);
                    }
                }
            }
            let to = parts.join("/");
            assert!(
                files.contains_key(&to),
                "{path}: {target} leads nowhere ({to})"
            );
            assert!(
                anchor.is_empty() || ids[to.as_str()].contains(anchor),
                "{path}: {target} has no anchor"
            );
            looked += 1;
        }
        for name in path.split('/') {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
            assert!(name.len() <= 120 && name.chars().all(fits), "{path}");
        }
        let quiet = !html.contains("<script") && !html.contains(" style=\"");
        assert!(quiet && html.contains("<main"), "{path}");
    }
    assert!(looked > 20, "only {looked} links");
}
