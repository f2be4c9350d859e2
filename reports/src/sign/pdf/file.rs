//! A file: its cross-reference sections, tables and streams, and the objects that they name.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use super::lexer::Lexer;
use super::object::{Dictionary, Id, Object};
use super::unpack::unpack;

/// What all streams of one file may unpack to.
const MAX_UNPACKED: usize = 128 * 1024 * 1024;
/// Objects of one file.
const MAX_OBJECTS: usize = 1_000_000;
/// Sections that follow each other.
const MAX_SECTIONS: usize = 1_000;
/// The end of the file in which `startxref` is looked for, as viewers do.
const TAIL: usize = 1_024;
/// How many times over all of a file is parsed at most: objects may overlap, so that a small file asks
/// for much work. A file with many signatures is compared once for each.
const MAX_ROUNDS: usize = 24;
/// The same for a small file, in bytes.
const MIN_WORK: usize = 16 * 1024 * 1024;
/// References to references.
const MAX_HOPS: usize = 16;

/// Why a file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not begin as a PDF.
    NotPdf,
    /// It is longer than what is looked at.
    TooLong,
    /// It is encrypted.
    Encrypted,
    /// Its structure is broken, cut off, or one that is not understood.
    Damaged,
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    Free,
    At { offset: usize, generation: u16 },
    In { container: u32, index: usize },
}

/// An unpacked object stream.
struct Packed {
    bytes: Vec<u8>,
    places: Vec<(u32, usize)>,
}

/// A file that was opened.
pub(crate) struct File<'a> {
    bytes: &'a [u8],
    entries: BTreeMap<u32, Entry>,
    trailer: Dictionary,
    /// Where the newest cross-reference section begins.
    start: usize,
    /// The newest section is a stream.
    is_stream: bool,
    packed: RefCell<HashMap<u32, Option<Rc<Packed>>>>,
    unpacked: Cell<usize>,
    /// Bytes that were parsed.
    work: Cell<usize>,
}

impl<'a> File<'a> {
    /// Reads the cross-reference sections.
    ///
    /// # Errors
    /// Any [`Fault`].
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        if !bytes.starts_with(b"%PDF-") {
            return Err(Fault::NotPdf);
        }
        if bytes.len() > crate::sign::MAX_FILE {
            return Err(Fault::TooLong);
        }
        let mut file = Self {
            bytes,
            entries: BTreeMap::new(),
            trailer: Dictionary::default(),
            start: 0,
            is_stream: false,
            packed: RefCell::default(),
            unpacked: Cell::new(0),
            work: Cell::new(0),
        };
        file.sections().ok_or(Fault::Damaged)?;
        if file.trailer.get("Encrypt").is_some() {
            return Err(Fault::Encrypted);
        }
        if file.catalog().is_none() {
            return Err(Fault::Damaged);
        }
        Ok(file)
    }

    /// All bytes.
    pub(crate) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The newest trailer.
    pub(crate) const fn trailer(&self) -> &Dictionary {
        &self.trailer
    }

    /// Where the newest cross-reference section begins, and whether it is a stream.
    pub(crate) const fn newest_section(&self) -> (usize, bool) {
        (self.start, self.is_stream)
    }

    /// A number that no object has, and none after it.
    pub(crate) fn next_number(&self) -> Option<u32> {
        let size = self.trailer.get("Size").and_then(Object::as_integer)?;
        let above = self.entries.keys().next_back().copied().unwrap_or(0);
        u32::try_from(size).ok()?.max(above.checked_add(1)?).into()
    }

    /// The number of the catalog, and the catalog.
    pub(crate) fn catalog(&self) -> Option<(Id, Dictionary)> {
        let root = self.trailer.get("Root")?;
        let Object::Reference(id) = root else {
            return None;
        };
        match self.get(*id)? {
            Object::Dictionary(catalog) => Some((*id, catalog)),
            _ => None,
        }
    }

    /// The object of a number; null, as the standard says, where there is none.
    pub(crate) fn get(&self, id: Id) -> Option<Object> {
        match self.entries.get(&id.number) {
            None | Some(Entry::Free) => Some(Object::Null),
            Some(Entry::At { offset, generation }) => {
                if *generation != id.generation {
                    return Some(Object::Null);
                }
                self.object_at(*offset, Some(id), 0)
            }
            Some(Entry::In { container, index }) => {
                if id.generation != 0 {
                    return Some(Object::Null);
                }
                let packed = self.packed(*container)?;
                let (number, at) = packed.places.get(*index)?;
                if *number != id.number {
                    return None;
                }
                let mut lexer = Lexer::new(&packed.bytes, *at);
                let object = lexer.object();
                self.worked(lexer.at.saturating_sub(*at))?;
                object
            }
        }
    }

    /// Follows references.
    pub(crate) fn resolve(&self, object: &Object) -> Option<Object> {
        let mut object = object.clone();
        for _ in 0..MAX_HOPS {
            match object {
                Object::Reference(id) => object = self.get(id)?,
                other => return Some(other),
            }
        }
        None
    }

    /// The entry of a dictionary, references followed; `None` also where it is null.
    pub(crate) fn entry(&self, dictionary: &Dictionary, key: &str) -> Option<Object> {
        self.resolve(dictionary.get(key)?)
            .filter(|value| *value != Object::Null)
    }

    /// The raw bytes of a stream.
    pub(crate) fn raw(&self, range: &std::ops::Range<usize>) -> Option<&'a [u8]> {
        self.bytes.get(range.clone())
    }

    /// The bytes of a stream object, unpacked; `None` for another filter, and beyond what one file may
    /// unpack to.
    pub(crate) fn stream(&self, object: &Object) -> Option<Vec<u8>> {
        match object {
            Object::Stream(dictionary, range) => self.unpacked(dictionary, range),
            _ => None,
        }
    }

    fn sections(&mut self) -> Option<()> {
        let tail = self.bytes.len().saturating_sub(TAIL);
        let end = self.bytes.get(tail..)?;
        let mark = rfind(end, b"startxref")?;
        let mut lexer = Lexer::new(self.bytes, tail + mark);
        lexer.word("startxref").then_some(())?;
        self.start = lexer.unsigned()?;
        // A file that was cut off inside its last update has no end mark after it.
        find(self.bytes.get(lexer.at..)?, b"%%EOF")?;
        let mut next = Some(self.start);
        let mut seen = HashSet::new();
        let mut first = true;
        while let Some(offset) = next {
            if !seen.insert(offset) || seen.len() > MAX_SECTIONS {
                return None;
            }
            let (trailer, is_stream) = self.section(offset)?;
            if let Some(hybrid) = trailer.get("XRefStm") {
                let offset = hybrid.as_usize()?;
                self.stream_section(offset)?;
            }
            next = match trailer.get("Prev") {
                None => None,
                Some(previous) => Some(previous.as_usize()?),
            };
            if first {
                self.trailer = trailer;
                self.is_stream = is_stream;
                first = false;
            }
        }
        Some(())
    }

    fn section(&mut self, offset: usize) -> Option<(Dictionary, bool)> {
        let mut lexer = Lexer::new(self.bytes, offset);
        if !lexer.word("xref") {
            return Some((self.stream_section(offset)?, true));
        }
        loop {
            if lexer.word("trailer") {
                let Object::Dictionary(trailer) = lexer.object()? else {
                    return None;
                };
                return Some((trailer, false));
            }
            let first = lexer.unsigned()?;
            let count = lexer.unsigned()?;
            for number in first..first.checked_add(count)? {
                let offset = lexer.unsigned()?;
                let generation = lexer.unsigned()?;
                let entry = if lexer.word("n") {
                    Entry::At {
                        offset,
                        generation: u16::try_from(generation).ok()?,
                    }
                } else {
                    lexer.word("f").then_some(Entry::Free)?
                };
                self.add(number, entry)?;
            }
        }
    }

    /// An older section says nothing about a number that a newer one has named.
    fn add(&mut self, number: usize, entry: Entry) -> Option<()> {
        if self.entries.len() >= MAX_OBJECTS {
            return None;
        }
        self.entries
            .entry(u32::try_from(number).ok()?)
            .or_insert(entry);
        Some(())
    }

    fn stream_section(&mut self, offset: usize) -> Option<Dictionary> {
        let Object::Stream(dictionary, range) = self.object_at(offset, None, 0)? else {
            return None;
        };
        dictionary.is_type("XRef").then_some(())?;
        let bytes = self.unpacked(&dictionary, &range)?;
        let widths: Vec<usize> = dictionary
            .get("W")?
            .as_array()?
            .iter()
            .map(|width| width.as_usize().filter(|width| *width <= 8))
            .collect::<Option<_>>()?;
        let [kind, second, third] = *widths.as_slice() else {
            return None;
        };
        let index: Vec<usize> = match dictionary.get("Index") {
            Some(index) => index
                .as_array()?
                .iter()
                .map(Object::as_usize)
                .collect::<Option<_>>()?,
            None => vec![0, dictionary.get("Size")?.as_usize()?],
        };
        let width = kind + second + third;
        let mut rows = bytes.chunks_exact(width.max(1));
        for pair in index.chunks(2) {
            let [first, count] = *pair else {
                return None;
            };
            for number in first..first.checked_add(count)? {
                let row = rows.next()?;
                let (kinds, row) = row.split_at_checked(kind)?;
                let (seconds, thirds) = row.split_at_checked(second)?;
                let kinds = if kind == 0 { 1 } else { big_endian(kinds)? };
                let (second, third) = (big_endian(seconds)?, big_endian(thirds)?);
                let entry = match kinds {
                    0 => Entry::Free,
                    1 => Entry::At {
                        offset: second,
                        generation: u16::try_from(third).ok()?,
                    },
                    2 => Entry::In {
                        container: u32::try_from(second).ok()?,
                        index: third,
                    },
                    _ => return None,
                };
                self.add(number, entry)?;
            }
        }
        Some(dictionary)
    }

    /// `N G obj … endobj` at a place; `None` for another number than the expected one.
    fn object_at(&self, offset: usize, id: Option<Id>, hops: usize) -> Option<Object> {
        if offset >= self.bytes.len() || hops > MAX_HOPS {
            return None;
        }
        let mut lexer = Lexer::new(self.bytes, offset);
        let number = u32::try_from(lexer.unsigned()?).ok()?;
        let generation = u16::try_from(lexer.unsigned()?).ok()?;
        if id.is_some_and(|id| id != Id { number, generation }) || !lexer.word("obj") {
            return None;
        }
        let object = lexer.object();
        self.worked(lexer.at.saturating_sub(offset))?;
        let object = object?;
        let Object::Dictionary(dictionary) = object else {
            return lexer.word("endobj").then_some(object);
        };
        lexer.skip_space();
        let rest = self.bytes.get(lexer.at..)?;
        let Some(after) = rest.strip_prefix(b"stream") else {
            return lexer
                .word("endobj")
                .then_some(Object::Dictionary(dictionary));
        };
        let line = match after {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            _ => return None,
        };
        let start = lexer.at + "stream".len() + line;
        let length = match dictionary.get("Length")? {
            Object::Reference(id) => match self.entries.get(&id.number)? {
                Entry::At { offset, .. } => self.object_at(*offset, Some(*id), hops + 1)?,
                // Object streams whose lengths lie in each other could go on without end.
                Entry::In { .. } if !dictionary.is_type("ObjStm") => self.get(*id)?,
                Entry::In { .. } | Entry::Free => return None,
            },
            direct => direct.clone(),
        };
        let end = start.checked_add(length.as_usize()?)?;
        let mut lexer = Lexer::new(self.bytes, end);
        if end > self.bytes.len() || !lexer.word("endstream") || !lexer.word("endobj") {
            return None;
        }
        Some(Object::Stream(dictionary, start..end))
    }

    /// Counts what was parsed.
    fn worked(&self, bytes: usize) -> Option<()> {
        let work = self.work.get().checked_add(bytes)?;
        self.work.set(work);
        let all = self.bytes.len() + self.unpacked.get();
        (work <= all.saturating_mul(MAX_ROUNDS).max(MIN_WORK)).then_some(())
    }

    /// A stream of the structure.
    fn unpacked(&self, dictionary: &Dictionary, range: &std::ops::Range<usize>) -> Option<Vec<u8>> {
        let left = MAX_UNPACKED.checked_sub(self.unpacked.get())?;
        let bytes = unpack(dictionary, self.raw(range)?, left)?;
        self.unpacked.set(self.unpacked.get() + bytes.len());
        Some(bytes)
    }

    fn packed(&self, container: u32) -> Option<Rc<Packed>> {
        if let Some(known) = self.packed.borrow().get(&container) {
            return known.clone();
        }
        // A container whose length lies in itself finds nothing here.
        self.packed.borrow_mut().insert(container, None);
        let packed = self.read_packed(container).map(Rc::new);
        self.packed.borrow_mut().insert(container, packed.clone());
        packed
    }

    fn read_packed(&self, container: u32) -> Option<Packed> {
        let Some(Entry::At { offset, generation }) = self.entries.get(&container) else {
            return None;
        };
        let id = Id {
            number: container,
            generation: *generation,
        };
        let Object::Stream(dictionary, range) = self.object_at(*offset, Some(id), 0)? else {
            return None;
        };
        dictionary.is_type("ObjStm").then_some(())?;
        let bytes = self.unpacked(&dictionary, &range)?;
        let first = self.entry(&dictionary, "First")?.as_usize()?;
        let count = self.entry(&dictionary, "N")?.as_usize()?;
        let mut lexer = Lexer::new(&bytes, 0);
        let mut places = Vec::new();
        for _ in 0..count {
            let number = u32::try_from(lexer.unsigned()?).ok()?;
            places.push((number, first.checked_add(lexer.unsigned()?)?));
        }
        Some(Packed { bytes, places })
    }
}

fn big_endian(bytes: &[u8]) -> Option<usize> {
    bytes.iter().try_fold(0_usize, |number, byte| {
        number.checked_mul(256)?.checked_add(usize::from(*byte))
    })
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn rfind(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_structure_is_damaged() {
        assert_eq!(File::open(b"").err(), Some(Fault::NotPdf));
        assert_eq!(File::open(b"%PDF-1.7\n").err(), Some(Fault::Damaged));
        let looped =
            b"%PDF-1.7\nxref\n0 0\ntrailer<</Size 1/Prev 9/Root 1 0 R>>\nstartxref\n9\n%%EOF";
        assert_eq!(File::open(looped).err(), Some(Fault::Damaged));
    }
}
