//! An incremental update: new and changed objects behind the bytes of a file, which stay as they are.

use std::collections::BTreeMap;

use super::file::File;
use super::object::{Dictionary, Id, Object};

/// Objects that are appended to a file.
pub(crate) struct Update<'f, 'a> {
    file: &'f File<'a>,
    next: u32,
    objects: BTreeMap<Id, Vec<u8>>,
}

impl<'f, 'a> Update<'f, 'a> {
    /// An empty one; `None` for a file whose object numbers are at their end.
    pub(crate) fn new(file: &'f File<'a>) -> Option<Self> {
        Some(Self {
            file,
            next: file.next_number()?,
            objects: BTreeMap::new(),
        })
    }

    /// A new number.
    pub(crate) fn reserve(&mut self) -> Option<Id> {
        let number = self.next;
        self.next = number.checked_add(1)?;
        Some(Id {
            number,
            generation: 0,
        })
    }

    /// A new or changed object.
    pub(crate) fn put(&mut self, id: Id, object: &Object) {
        let mut text = Vec::new();
        object.write(&mut text);
        self.put_raw(id, text);
    }

    /// The same, already written.
    pub(crate) fn put_raw(&mut self, id: Id, text: Vec<u8>) {
        self.objects.insert(id, text);
    }

    /// The file with the update, and where the text of `of` begins.
    ///
    /// The section is of the kind of the newest one before it, as the standard demands.
    pub(crate) fn finish(mut self, of: Id) -> Option<(Vec<u8>, usize)> {
        let bytes = self.file.bytes();
        let (previous, is_stream) = self.file.newest_section();
        let mut out = bytes.to_vec();
        if !out.ends_with(b"\n") {
            out.push(b'\n');
        }
        let mut offsets = BTreeMap::new();
        let mut found = None;
        for (id, text) in &self.objects {
            offsets.insert(*id, out.len());
            out.extend_from_slice(format!("{} {} obj\n", id.number, id.generation).as_bytes());
            if *id == of {
                found = Some(out.len());
            }
            out.extend_from_slice(text);
            out.extend_from_slice(b"\nendobj\n");
        }
        let start = out.len();
        let own = if is_stream {
            Some(self.reserve()?)
        } else {
            None
        };
        if let Some(own) = own {
            offsets.insert(own, start);
        }
        let mut trailer = Dictionary::from([
            ("Size", Object::Integer(self.next.into())),
            ("Prev", Object::Integer(i64::try_from(previous).ok()?)),
        ]);
        for key in ["Root", "Info"] {
            if let Some(value) = self.file.trailer().get(key) {
                trailer.set(key, value.clone());
            }
        }
        trailer.set("ID", self.identifier(&out));
        match own {
            Some(own) => write_stream(&mut out, own, trailer, &offsets)?,
            None => write_table(&mut out, &trailer, &offsets),
        }
        out.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
        Some((out, found?))
    }

    /// The first half stays, the second is that of these bytes.
    fn identifier(&self, bytes: &[u8]) -> Object {
        let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
        let new: Vec<u8> = digest.as_ref().iter().take(16).copied().collect();
        let first = self
            .file
            .entry(self.file.trailer(), "ID")
            .and_then(|id| id.as_array()?.first().cloned())
            .filter(|id| id.as_string().is_some())
            .unwrap_or_else(|| Object::String(new.clone()));
        Object::Array(vec![first, Object::String(new)])
    }
}

/// Numbers that follow each other, each with its place.
fn runs(offsets: &BTreeMap<Id, usize>) -> Vec<Vec<(Id, usize)>> {
    let mut runs: Vec<Vec<(Id, usize)>> = Vec::new();
    for (id, offset) in offsets {
        match runs.last_mut() {
            Some(run)
                if run
                    .last()
                    .is_some_and(|(last, _)| last.number.checked_add(1) == Some(id.number)) =>
            {
                run.push((*id, *offset));
            }
            _ => runs.push(vec![(*id, *offset)]),
        }
    }
    runs
}

fn write_table(out: &mut Vec<u8>, trailer: &Dictionary, offsets: &BTreeMap<Id, usize>) {
    out.extend_from_slice(b"xref\n");
    for run in runs(offsets) {
        let first = run.first().map_or(0, |(id, _)| id.number);
        out.extend_from_slice(format!("{first} {}\n", run.len()).as_bytes());
        for (id, offset) in run {
            out.extend_from_slice(format!("{offset:010} {:05} n \n", id.generation).as_bytes());
        }
    }
    out.extend_from_slice(b"trailer\n");
    trailer.write(out);
    out.push(b'\n');
}

fn write_stream(
    out: &mut Vec<u8>,
    own: Id,
    mut dictionary: Dictionary,
    offsets: &BTreeMap<Id, usize>,
) -> Option<()> {
    let mut index = Vec::new();
    let mut rows = Vec::new();
    for run in runs(offsets) {
        index.push(Object::Integer(run.first()?.0.number.into()));
        index.push(Object::Integer(i64::try_from(run.len()).ok()?));
        for (id, offset) in run {
            rows.push(1);
            rows.extend_from_slice(&u64::try_from(offset).ok()?.to_be_bytes());
            rows.extend_from_slice(&id.generation.to_be_bytes());
        }
    }
    dictionary.set("Type", Object::name("XRef"));
    dictionary.set("W", Object::Array([1, 8, 2].map(Object::Integer).to_vec()));
    dictionary.set("Index", Object::Array(index));
    dictionary.set("Length", Object::Integer(i64::try_from(rows.len()).ok()?));
    out.extend_from_slice(format!("{} 0 obj\n", own.number).as_bytes());
    dictionary.write(out);
    out.extend_from_slice(b"\nstream\n");
    out.extend_from_slice(&rows);
    out.extend_from_slice(b"\nendstream\nendobj\n");
    Some(())
}
