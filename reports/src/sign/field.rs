//! The signature fields of a form.

use std::collections::HashSet;

use super::pdf::{Dictionary, File, Id, Object};

/// Fields of one form.
const MAX_FIELDS: usize = 10_000;
/// Fields inside each other.
const MAX_DEPTH: usize = 16;

/// A signature field.
#[derive(Clone, Debug)]
pub(super) struct SignatureField {
    pub(super) name: String,
    pub(super) id: Id,
    /// The signature, if it is signed.
    pub(super) value: Option<Dictionary>,
}

/// All names of a form's fields, and its signature fields; `None` for a form that cannot be read.
pub(super) fn fields(file: &File<'_>) -> Option<(Vec<String>, Vec<SignatureField>)> {
    let (_, catalog) = file.catalog()?;
    let mut names = Vec::new();
    let mut found = Vec::new();
    let Some(form) = file.entry(&catalog, "AcroForm") else {
        return Some((names, found));
    };
    let mut open: Vec<(Id, String, bool, usize)> = Vec::new();
    push_all(
        file,
        form.as_dictionary()?,
        "Fields",
        (String::new(), false, 0),
        &mut open,
    )?;
    let mut seen = HashSet::new();
    while let Some((id, parent, inherited, depth)) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        if seen.len() > MAX_FIELDS || depth > MAX_DEPTH {
            return None;
        }
        let Object::Dictionary(field) = file.get(id)? else {
            continue;
        };
        let own = file
            .entry(&field, "T")
            .and_then(|name| name.as_string().map(text));
        let name = match (&own, parent.is_empty()) {
            (Some(own), true) => own.clone(),
            (Some(own), false) => format!("{parent}.{own}"),
            (None, _) => parent,
        };
        let is_signature = match file.entry(&field, "FT") {
            Some(kind) => kind.is_name("Sig"),
            None => inherited,
        };
        push_all(
            file,
            &field,
            "Kids",
            (name.clone(), is_signature, depth + 1),
            &mut open,
        )?;
        let value = match file.entry(&field, "V") {
            Some(Object::Dictionary(value)) => Some(value),
            _ => None,
        };
        // A kid without a name is only a widget of its field.
        if own.is_some() {
            names.push(name.clone());
            if is_signature && (value.is_some() || field.get("Kids").is_none()) {
                found.push(SignatureField { name, id, value });
            }
        }
    }
    Some((names, found))
}

fn push_all(
    file: &File<'_>,
    dictionary: &Dictionary,
    key: &str,
    (name, inherited, depth): (String, bool, usize),
    open: &mut Vec<(Id, String, bool, usize)>,
) -> Option<()> {
    let Some(list) = file.entry(dictionary, key) else {
        return Some(());
    };
    for one in list.as_array()?.iter().rev() {
        if let Object::Reference(id) = one {
            open.push((*id, name.clone(), inherited, depth));
        }
    }
    Some(())
}

/// Is this dictionary a signature field, or a widget of one?
pub(super) fn is_signature(file: &File<'_>, dictionary: &Dictionary) -> bool {
    let mut current = dictionary.clone();
    for _ in 0..MAX_DEPTH {
        if let Some(kind) = file.entry(&current, "FT") {
            return kind.is_name("Sig");
        }
        match file.entry(&current, "Parent") {
            Some(Object::Dictionary(parent)) => current = parent,
            _ => return false,
        }
    }
    false
}

/// A text string: UTF-16 or UTF-8 with their marks, else Latin-1, which agrees with the encoding of
/// PDF in all that a field name uses.
pub(super) fn text(bytes: &[u8]) -> String {
    if let Some(units) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        let units: Vec<u16> = units
            .chunks(2)
            .map(|pair| pair.iter().fold(0_u16, |n, b| (n << 8) | u16::from(*b)))
            .collect();
        String::from_utf16_lossy(&units)
    } else if let Some(rest) = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]) {
        String::from_utf8_lossy(rest).into_owned()
    } else {
        bytes.iter().map(|byte| char::from(*byte)).collect()
    }
}

/// A text string as it is written: as it is if it is ASCII, else UTF-16 with its mark.
pub(super) fn text_string(text: &str) -> Object {
    if text.is_ascii() {
        return Object::String(text.as_bytes().to_vec());
    }
    let mut bytes = vec![0xFE, 0xFF];
    for unit in text.encode_utf16() {
        bytes.extend_from_slice(&unit.to_be_bytes());
    }
    Object::String(bytes)
}
