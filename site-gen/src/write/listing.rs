//! The record of a build as it lies beside the root: one line for each file, so that thousands of lines are looked
//! through and carried over without being taken apart.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use super::Record;
use crate::error::Error;

const HEAD: &str = "icuops record 2";
const END: &str = "end\n";
/// What begins a line `[path, [record, …]]`, and a line `[record, class]`.
pub(super) const DEPENDS: &str = "depends";
pub(super) const CLASS: &str = "class";
/// Signs of a digest.
const DIGEST: usize = 64;

/// A file in the record.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) path: &'a str,
    pub(super) digest: &'a str,
    pub(super) size: u64,
}

/// Where a file stands in the text.
#[derive(Debug)]
struct Line {
    from: usize,
    path: usize,
    to: usize,
    size: u64,
}

/// A record, with its files in the order of their paths.
#[derive(Debug, Default)]
pub(super) struct Listing {
    text: String,
    files: Vec<Line>,
    /// Where the notes begin.
    notes: usize,
}

impl Listing {
    /// The record of a file.
    pub(super) fn read(path: &Path) -> Result<Listing, Error> {
        let text = fs::read_to_string(path).map_err(|error| Error::write("read", path, &error))?;
        let damaged = || Error::Write(format!("the record {} is damaged", path.display()));
        Listing::parse(text).ok_or_else(damaged)
    }

    pub(super) fn parse(text: String) -> Option<Listing> {
        let mut files: Vec<Line> = Vec::new();
        let mut at = text.strip_prefix(HEAD)?.strip_prefix('\n')?.find('\n')? + HEAD.len() + 2;
        loop {
            let rest = text.get(at..)?;
            let to = at + rest.find('\n')?;
            if to == at {
                break;
            }
            let line = text.get(at..to)?;
            let (size, path) = line.get(DIGEST + 1..)?.split_once(' ')?;
            files.push(Line {
                from: at,
                path: to - path.len(),
                to,
                size: size.parse().ok()?,
            });
            at = to + 1;
        }
        let whole = text.ends_with(&format!("\n{END}"));
        whole.then_some(Listing {
            text,
            files,
            notes: at + 1,
        })
    }

    /// A record of files in the order of their paths.
    pub(super) fn write<'a>(
        cutoff_at: &str,
        files: impl Iterator<Item = File<'a>>,
        notes: &str,
    ) -> String {
        // Most lines are as long as this one.
        let room = files.size_hint().0 * (DIGEST + 40) + notes.len() + 100;
        let mut text = String::with_capacity(room);
        let _ = write!(text, "{HEAD}\n{cutoff_at}\n");
        for file in files {
            let _ = writeln!(text, "{} {} {}", file.digest, file.size, file.path);
        }
        text.push('\n');
        text.push_str(notes);
        text.push_str(END);
        text
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The notes as they were written.
    pub(super) fn noted(&self) -> &str {
        let notes = self.text.get(self.notes..).unwrap_or_default();
        notes.strip_suffix(END).unwrap_or(notes)
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<File<'_>> {
        let line = self.files.get(at)?;
        Some(File {
            path: self.text.get(line.path..line.to)?,
            digest: self.text.get(line.from..line.from + DIGEST)?,
            size: line.size,
        })
    }

    pub(super) fn files(&self) -> impl Iterator<Item = File<'_>> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    fn path(&self, line: &Line) -> &str {
        self.text.get(line.path..line.to).unwrap_or_default()
    }

    /// The place of the first file whose path is not below another one.
    pub(super) fn from(&self, path: &str) -> usize {
        self.files.partition_point(|line| self.path(line) < path)
    }

    /// The place of a file.
    pub(super) fn find(&self, path: &str) -> Option<usize> {
        let at = self.from(path);
        (self.path(self.files.get(at)?) == path).then_some(at)
    }

    /// The record with all of its parts.
    pub(super) fn record(&self) -> Option<Record> {
        let mut record = Record {
            cutoff_at: self.text.lines().nth(1)?.to_owned(),
            files: self
                .files()
                .map(|file| (file.path.to_owned(), file.digest.to_owned()))
                .collect(),
            depends: BTreeMap::new(),
            classes: BTreeMap::new(),
        };
        for line in self.noted().lines() {
            let (kind, note) = line.split_once(' ')?;
            if kind == DEPENDS {
                let (path, items) = serde_json::from_str(note).ok()?;
                record.depends.insert(path, items);
            } else if kind == CLASS {
                let (id, class) = serde_json::from_str(note).ok()?;
                record.classes.insert(id, class);
            } else {
                return None;
            }
        }
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let digest = "a".repeat(DIGEST);
        let file = |path| File {
            path,
            digest: &digest,
            size: 12,
        };
        let depends = "depends [\"faq/a.html\",[\"art_1\",\"*article\"]]\n";
        let class = "class [\"art_1\",\"article\"]\n";
        for notes in ["", depends, class, &format!("{depends}{class}")] {
            let all = [file("404.html"), file("faq/a.html"), file("faq/b.html")];
            let text = Listing::write("2026-11-20T08:30:00Z", all.into_iter(), notes);
            let listing = Listing::parse(text.clone()).expect("it is there");
            assert_eq!(listing.noted(), notes);
            assert_eq!(listing.find("faq/b.html"), Some(2));
            assert_eq!((listing.find("faq"), listing.from("faq")), (None, 1));
            let record = listing.record().expect("it is there");
            assert_eq!(record.files["404.html"], digest);
            assert_eq!(record.cutoff_at, "2026-11-20T08:30:00Z");
            let noted = |line: &str| notes.contains(line);
            assert_eq!(record.depends.contains_key("faq/a.html"), noted(depends));
            assert_eq!(record.classes.contains_key("art_1"), noted(class));
            for cut in [1, 5, 40, text.len() - 1] {
                assert!(Listing::parse(text[..cut].to_owned()).is_none(), "{cut}");
            }
        }
    }
}
