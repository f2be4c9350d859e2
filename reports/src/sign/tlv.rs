//! DER in and out, as far as signatures need it: the reader keeps the bytes of every element,
//! because hashes and signatures are over bytes, and takes the indefinite lengths of BER, which some
//! platforms write. Nothing here allocates by a length that a file claims.

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// Elements of indefinite length inside each other; real files have about eight.
const MAX_DEPTH: usize = 24;

/// The tag `[number]`, constructed.
pub(super) const fn context(number: u8) -> u8 {
    0xA0 | number
}

/// One element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tlv<'a> {
    pub(super) tag: u8,
    /// With its header, and for an indefinite length with its end mark.
    pub(super) raw: &'a [u8],
    pub(super) value: &'a [u8],
    /// Its length is written, as DER demands.
    pub(super) definite: bool,
}

impl<'a> Tlv<'a> {
    /// The first element of `bytes`, whatever follows it.
    pub(super) fn first(bytes: &'a [u8]) -> Option<Self> {
        element(bytes, 0)
    }

    /// What is inside.
    pub(super) const fn inside(self) -> Reader<'a> {
        Reader(self.value)
    }

    /// The octets of a string, also of one that is written in parts.
    pub(super) fn octets(self) -> Option<Vec<u8>> {
        match self.tag {
            OCTET_STRING => Some(self.value.to_vec()),
            0x24 => {
                let mut whole = Vec::new();
                for part in self.inside() {
                    if part.tag != OCTET_STRING {
                        return None;
                    }
                    whole.extend_from_slice(part.value);
                }
                Some(whole)
            }
            _ => None,
        }
    }

    /// The bits of a bit string without unused bits.
    pub(super) fn bits(self) -> Option<&'a [u8]> {
        match (self.tag, self.value.split_first()) {
            (BIT_STRING, Some((0, bits))) => Some(bits),
            _ => None,
        }
    }

    /// A small number.
    pub(super) fn number(self) -> Option<u64> {
        if self.tag != INTEGER || self.value.len() > 8 || *self.value.first()? >= 0x80 {
            return None;
        }
        Some(self.value.iter().fold(0, |n, b| (n << 8) | u64::from(*b)))
    }
}

fn element(bytes: &[u8], depth: usize) -> Option<Tlv<'_>> {
    let (&tag, rest) = bytes.split_first()?;
    // Numbers above 30 occur nowhere in certificates and signatures.
    if tag & 0x1F == 0x1F || depth > MAX_DEPTH {
        return None;
    }
    let (&length, rest) = rest.split_first()?;
    if length == 0x80 {
        if tag & 0x20 == 0 {
            return None;
        }
        let mut left = rest;
        loop {
            if let Some(after) = left.strip_prefix(&[0, 0]) {
                return Some(Tlv {
                    tag,
                    raw: bytes.get(..bytes.len() - after.len())?,
                    value: rest.get(..rest.len() - left.len())?,
                    definite: false,
                });
            }
            left = left.get(element(left, depth + 1)?.raw.len()..)?;
        }
    }
    let (length, rest) = if length < 0x80 {
        (usize::from(length), rest)
    } else {
        let count = usize::from(length & 0x7F);
        if count > 4 {
            return None;
        }
        let (digits, rest) = rest.split_at_checked(count)?;
        let length = digits
            .iter()
            .fold(0_usize, |n, b| (n << 8) | usize::from(*b));
        (length, rest)
    };
    let value = rest.get(..length)?;
    Some(Tlv {
        tag,
        raw: bytes.get(..bytes.len() - rest.len() + length)?,
        value,
        definite: true,
    })
}

/// Elements in a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next element, which must have this tag.
    pub(super) fn expect(&mut self, tag: u8) -> Option<Tlv<'a>> {
        self.next().filter(|one| one.tag == tag)
    }

    /// The next element if it has this tag.
    pub(super) fn optional(&mut self, tag: u8) -> Option<Tlv<'a>> {
        if self.0.first() == Some(&tag) {
            self.next()
        } else {
            None
        }
    }

    /// Nothing is left.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Tlv<'a>;

    fn next(&mut self) -> Option<Tlv<'a>> {
        let one = element(self.0, 0)?;
        self.0 = self.0.get(one.raw.len()..)?;
        Some(one)
    }
}

/// One element as DER.
pub(super) fn write(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = value.len();
    if length < 0x80 {
        out.extend(u8::try_from(length));
    } else {
        let digits: Vec<u8> = length
            .to_be_bytes()
            .into_iter()
            .skip_while(|digit| *digit == 0)
            .collect();
        out.extend(u8::try_from(digits.len()).map(|count| 0x80 | count));
        out.extend(digits);
    }
    out.extend_from_slice(value);
    out
}

/// One element of several parts.
pub(super) fn write_all(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    write(tag, &parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_each_form_come_back() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let value = vec![7; length];
            let one = write(OCTET_STRING, &value);
            let read = Tlv::first(&one).unwrap();
            assert_eq!((read.value, read.raw), (value.as_slice(), one.as_slice()));
        }
    }

    #[test]
    fn indefinite_lengths_are_read_and_bounded() {
        let nested = [0x30, 0x80, 0x24, 0x80, 4, 1, 9, 4, 1, 8, 0, 0, 0, 0, 0xFF];
        let outer = Tlv::first(&nested).unwrap();
        assert_eq!((outer.raw.len(), outer.definite), (14, false));
        let inner = outer.inside().next().unwrap();
        assert_eq!(inner.octets().unwrap(), [9, 8]);
        assert!(Tlv::first(&[0x30, 0x80].repeat(100_000)).is_none());
        assert!(Tlv::first(&[0x04, 0x80, 0, 0]).is_none(), "a primitive one");
    }

    #[test]
    fn what_is_cut_off_or_too_long_is_nothing() {
        for bytes in [
            &[][..],
            &[0x30],
            &[0x30, 5, 1],
            &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0],
            &[0x30, 0x85, 0, 0, 0, 0, 0],
            &[0x1F, 1, 0],
        ] {
            assert!(Tlv::first(bytes).is_none(), "{bytes:?}");
        }
    }
}
