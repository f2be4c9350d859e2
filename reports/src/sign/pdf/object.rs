//! Objects of a PDF, and how they are written.

use std::ops::Range;

/// The number of an indirect object and its generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) number: u32,
    pub(crate) generation: u16,
}

/// One object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Object {
    Null,
    Bool(bool),
    Integer(i64),
    /// As it is written.
    Real(Vec<u8>),
    /// Without the stroke, escapes resolved.
    Name(Vec<u8>),
    String(Vec<u8>),
    Array(Vec<Object>),
    Dictionary(Dictionary),
    /// With the place of its raw bytes in the file.
    Stream(Dictionary, Range<usize>),
    Reference(Id),
}

impl Object {
    pub(crate) fn name(text: &str) -> Self {
        Self::Name(text.as_bytes().to_vec())
    }

    pub(crate) fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// As a place or a count.
    pub(crate) fn as_usize(&self) -> Option<usize> {
        self.as_integer()
            .and_then(|number| usize::try_from(number).ok())
    }

    pub(crate) fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The dictionary, also that of a stream.
    pub(crate) fn as_dictionary(&self) -> Option<&Dictionary> {
        match self {
            Self::Dictionary(entries) | Self::Stream(entries, _) => Some(entries),
            _ => None,
        }
    }

    pub(crate) fn as_string(&self) -> Option<&[u8]> {
        match self {
            Self::String(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(crate) fn is_name(&self, name: &str) -> bool {
        matches!(self, Self::Name(bytes) if bytes == name.as_bytes())
    }

    /// The value of a number.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(number) => number.to_string().parse().ok(),
            Self::Real(text) => std::str::from_utf8(text)
                .ok()
                .and_then(|text| text.parse().ok()),
            _ => None,
        }
    }

    /// As it stands in a file. A stream has its dictionary only.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(value) => out.extend_from_slice(value.to_string().as_bytes()),
            Self::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Self::Real(text) => out.extend_from_slice(text),
            Self::Name(bytes) => write_name(bytes, out),
            Self::String(bytes) => write_string(bytes, out),
            Self::Array(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b' ');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
            Self::Dictionary(entries) | Self::Stream(entries, _) => entries.write(out),
            Self::Reference(id) => {
                out.extend_from_slice(format!("{} {} R", id.number, id.generation).as_bytes());
            }
        }
    }
}

fn write_name(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for byte in bytes {
        if byte.is_ascii_graphic() && !b"#()<>[]{}/%".contains(byte) {
            out.push(*byte);
        } else {
            out.extend_from_slice(format!("#{byte:02X}").as_bytes());
        }
    }
}

fn write_string(bytes: &[u8], out: &mut Vec<u8>) {
    if bytes
        .iter()
        .all(|byte| matches!(byte, b' '..=b'~') && !b"()\\".contains(byte))
    {
        out.push(b'(');
        out.extend_from_slice(bytes);
        out.push(b')');
    } else {
        out.push(b'<');
        out.extend_from_slice(hex(bytes).as_bytes());
        out.push(b'>');
    }
}

/// Two digits a byte, upper case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // A string takes everything.
        let _ = write!(text, "{byte:02X}");
    }
    text
}

/// Entries in the order of the file; no name occurs twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Dictionary(pub(super) Vec<(Vec<u8>, Object)>);

impl Dictionary {
    pub(crate) fn get(&self, key: &str) -> Option<&Object> {
        self.get_bytes(key.as_bytes())
    }

    pub(crate) fn get_bytes(&self, key: &[u8]) -> Option<&Object> {
        self.0
            .iter()
            .find_map(|(name, value)| (name == key).then_some(value))
    }

    /// Replaces the entry, or adds it.
    pub(crate) fn set(&mut self, key: &str, value: Object) {
        match self.0.iter_mut().find(|(name, _)| name == key.as_bytes()) {
            Some((_, old)) => *old = value,
            None => self.0.push((key.as_bytes().to_vec(), value)),
        }
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&[u8], &Object)> {
        self.0.iter().map(|(name, value)| (name.as_slice(), value))
    }

    /// Is there an entry `/Type` with this name?
    pub(crate) fn is_type(&self, name: &str) -> bool {
        self.get("Type").is_some_and(|value| value.is_name(name))
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"<<");
        for (name, value) in &self.0 {
            write_name(name, out);
            if !matches!(
                value,
                Object::Name(_) | Object::String(_) | Object::Array(_) | Object::Dictionary(_)
            ) {
                out.push(b' ');
            }
            value.write(out);
        }
        out.extend_from_slice(b">>");
    }
}

impl<const N: usize> From<[(&str, Object); N]> for Dictionary {
    fn from(entries: [(&str, Object); N]) -> Self {
        Self(
            entries
                .into_iter()
                .map(|(name, value)| (name.as_bytes().to_vec(), value))
                .collect(),
        )
    }
}
