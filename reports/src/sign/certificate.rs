//! What is read from a certificate; the chain is judged in `chain`.

use chrono::{DateTime, NaiveDate, Utc};

use super::oid;
use super::tlv::{
    BIT_STRING, BOOLEAN, GENERALIZED_TIME, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, SET, Tlv,
    UTC_TIME, context,
};

/// A certificate, its parts as they stand in it.
#[derive(Clone, Debug)]
pub(super) struct Certificate<'a> {
    pub(super) raw: &'a [u8],
    /// The value of the integer.
    pub(super) serial: &'a [u8],
    pub(super) issuer: &'a [u8],
    pub(super) subject: Tlv<'a>,
    pub(super) key: PublicKey<'a>,
    /// The first byte of the bits, if there is such an extension.
    key_usage: Option<u8>,
    /// Purposes, if there is such an extension.
    purposes: Option<Vec<&'a [u8]>>,
    pub(super) key_id: Option<&'a [u8]>,
}

/// A public key.
#[derive(Clone, Copy, Debug)]
pub(super) struct PublicKey<'a> {
    pub(super) algorithm: &'a [u8],
    /// The named curve of an elliptic one.
    pub(super) curve: Option<&'a [u8]>,
    pub(super) bits: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Reads one, which must be all of `raw`.
    pub(super) fn read(raw: &'a [u8]) -> Option<Self> {
        let mut whole = Reader(raw);
        let mut outer = whole.expect(SEQUENCE)?.inside();
        let mut tbs = outer.expect(SEQUENCE)?.inside();
        if !whole.is_empty() {
            return None;
        }
        tbs.optional(context(0));
        let serial = tbs.expect(INTEGER)?.value;
        tbs.expect(SEQUENCE)?;
        let issuer = tbs.expect(SEQUENCE)?.raw;
        tbs.expect(SEQUENCE)?;
        let subject = tbs.expect(SEQUENCE)?;
        let key = PublicKey::read(tbs.expect(SEQUENCE)?)?;
        let mut one = Self {
            raw,
            serial,
            issuer,
            subject,
            key,
            key_usage: None,
            purposes: None,
            key_id: None,
        };
        for part in tbs {
            if part.tag == context(3) {
                for extension in part.inside().expect(SEQUENCE)?.inside() {
                    one.extension(extension)?;
                }
            }
        }
        Some(one)
    }

    fn extension(&mut self, extension: Tlv<'a>) -> Option<()> {
        let mut parts = extension.inside();
        let name = parts.expect(OID)?.value;
        parts.optional(BOOLEAN);
        let value = parts.expect(OCTET_STRING)?;
        match name {
            oid::KEY_USAGE => {
                let bits = value.inside().expect(BIT_STRING)?.value;
                self.key_usage = Some(bits.get(1).copied().unwrap_or(0));
            }
            oid::EXTENDED_KEY_USAGE => {
                let purposes = value.inside().expect(SEQUENCE)?.inside();
                self.purposes = Some(purposes.map(|purpose| purpose.value).collect());
            }
            oid::SUBJECT_KEY => {
                self.key_id = Some(value.inside().expect(OCTET_STRING)?.value);
            }
            _ => {}
        }
        Some(())
    }

    /// May its key sign documents: `digitalSignature` or `nonRepudiation`, or no restriction?
    pub(super) fn may_sign(&self) -> bool {
        self.key_usage.is_none_or(|bits| bits & 0xC0 != 0)
    }

    /// Is it made for time stamps?
    pub(super) fn may_stamp(&self) -> bool {
        self.purposes
            .as_ref()
            .is_some_and(|purposes| purposes.contains(&oid::TIME_STAMPING))
    }

    /// A part of the subject's name, such as [`oid::COMMON_NAME`]; the last one, which is the most
    /// specific.
    pub(super) fn subject_part(&self, kind: &[u8]) -> Option<String> {
        let mut found = None;
        for set in self.subject.inside().filter(|set| set.tag == SET) {
            for pair in set.inside() {
                let mut pair = pair.inside();
                if pair.expect(OID)?.value == kind {
                    found = pair.next().and_then(text);
                }
            }
        }
        found
    }
}

impl<'a> PublicKey<'a> {
    fn read(info: Tlv<'a>) -> Option<Self> {
        let mut info = info.inside();
        let mut algorithm = info.expect(SEQUENCE)?.inside();
        let name = algorithm.expect(OID)?.value;
        Some(Self {
            algorithm: name,
            curve: algorithm.optional(OID).map(|curve| curve.value),
            bits: info.expect(BIT_STRING)?.bits()?,
        })
    }
}

/// A string of a name; of an unknown kind none.
fn text(value: Tlv<'_>) -> Option<String> {
    let units = |size| {
        value
            .value
            .chunks(size)
            .map(|unit| unit.iter().fold(0_u32, |n, b| (n << 8) | u32::from(*b)))
    };
    match value.tag {
        0x0C | 0x12 | 0x13 | 0x16 | 0x1A => String::from_utf8(value.value.to_vec()).ok(),
        // Whoever writes T61 writes Latin-1.
        0x14 => Some(value.value.iter().map(|byte| char::from(*byte)).collect()),
        0x1E => {
            let units: Vec<u16> = units(2)
                .map(|unit| u16::try_from(unit).unwrap_or(0))
                .collect();
            Some(String::from_utf16_lossy(&units))
        }
        0x1C => units(4).map(char::from_u32).collect(),
        _ => None,
    }
}

/// An instant of a certificate, an attribute or a token; fractions of a second are left out.
pub(super) fn instant(value: Tlv<'_>) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(value.value).ok()?.strip_suffix('Z')?;
    let (year, rest) = match value.tag {
        UTC_TIME => {
            let year: i32 = text.get(..2)?.parse().ok()?;
            (
                if year < 50 { 2000 + year } else { 1900 + year },
                text.get(2..)?,
            )
        }
        GENERALIZED_TIME => (text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => return None,
    };
    let part = |at: usize| -> Option<u32> {
        let digits = rest.get(at..at + 2)?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| digits.parse().ok())?
    };
    Some(
        NaiveDate::from_ymd_opt(year, part(0)?, part(2)?)?
            .and_hms_opt(part(4)?, part(6)?, part(8)?)?
            .and_utc(),
    )
}

#[cfg(test)]
mod tests {
    use super::super::tlv::write;
    use super::*;

    #[test]
    fn instants_of_both_forms() {
        for (tag, written, expected) in [
            (UTC_TIME, "261127213804Z", "2026-11-27T21:38:04Z"),
            (UTC_TIME, "500101000000Z", "1950-01-01T00:00:00Z"),
            (GENERALIZED_TIME, "20500101000000Z", "2050-01-01T00:00:00Z"),
            (
                GENERALIZED_TIME,
                "20261127213804.123Z",
                "2026-11-27T21:38:04Z",
            ),
        ] {
            let bytes = write(tag, written.as_bytes());
            let read = instant(Tlv::first(&bytes).unwrap()).unwrap();
            assert_eq!(read, expected.parse::<DateTime<Utc>>().unwrap());
        }
        for written in [
            "",
            "Z",
            "26Z",
            "2613010000Z",
            "261127213804",
            "26112721+804Z",
        ] {
            let bytes = write(UTC_TIME, written.as_bytes());
            assert_eq!(instant(Tlv::first(&bytes).unwrap()), None, "{written}");
        }
    }

    #[test]
    fn names_are_read_in_each_kind_of_string() {
        for (tag, bytes, expected) in [
            (0x0C, "某公司".as_bytes(), "某公司"),
            (0x13, b"ACME", "ACME"),
            (0x14, b"M\xFCller", "Müller"),
            (0x1E, b"\x67\xD0\x00A", "某A"),
            (0x1C, b"\0\0\x67\xD0", "某"),
        ] {
            let bytes = write(tag, bytes);
            assert_eq!(text(Tlv::first(&bytes).unwrap()).unwrap(), expected);
        }
    }
}
