//! How the memory of a build is written: numbers of seven bits a byte, texts behind their lengths.

use crate::write::Digest;

/// Takes values one behind the other.
#[derive(Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn number(&mut self, mut value: u64) {
        while value >= 128 {
            self.0.push((value & 127) as u8 | 128);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    pub(super) fn part(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.part(text.as_bytes());
    }

    pub(super) fn list<T>(&mut self, all: &[T], each: impl Fn(&mut Writer, &T)) {
        self.number(all.len() as u64);
        for one in all {
            each(self, one);
        }
    }
}

/// Gives them back in the same order; nothing behind the end or where something else stands.
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 127) << shift;
            if byte & 128 == 0 {
                return Some(value);
            }
        }
        None
    }

    pub(super) fn size(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    pub(super) fn part(&mut self) -> Option<&'a [u8]> {
        let length = self.size()?;
        let (part, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(part)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.part()?).ok()
    }

    pub(super) fn digest(&mut self) -> Option<Digest> {
        let (digest, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*digest)
    }

    /// What can be read of a list.
    pub(super) fn list<T>(&mut self, each: impl Fn(&mut Cursor<'a>) -> Option<T>) -> Vec<T> {
        let count = self.size().unwrap_or(0);
        (0..count).map_while(|_| each(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut out = Writer::default();
        let numbers = [0, 127, 128, 300, u64::MAX];
        numbers.iter().for_each(|number| out.number(*number));
        out.text("呼吸机");
        out.list(&["a", ""], |out, text| out.text(text));
        let mut all = Cursor(&out.0);
        assert_eq!(numbers.map(|_| all.number().expect("it is there")), numbers);
        assert_eq!(all.text(), Some("呼吸机"));
        assert_eq!(all.list(Cursor::text), ["a", ""]);
        assert!(all.0.is_empty() && all.number().is_none() && all.text().is_none());
        let long = Cursor(&[255; 12]).number();
        assert_eq!((long, Cursor(&[5, 1]).part()), (None, None));
    }
}
