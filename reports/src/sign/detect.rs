//! Private keys in files that are uploaded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::oid;
use super::tlv::{INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, Tlv};

/// A key in text without its frame is shorter than this.
const MAX_BARE: usize = 256 * 1024;

/// Is there a private key in this file: a PKCS#12, Java or PuTTY key store, PKCS#8, PKCS#1 or SEC 1 in
/// DER or as bare base64, or a PEM or PGP block anywhere in a text, also in UTF-16?
///
/// Files packed into others are not opened. A certificate or a public key is not meant.
#[must_use]
pub fn is_private_key(bytes: &[u8]) -> bool {
    is_store(bytes) || has_block(bytes) || is_bare(bytes)
}

fn is_store(bytes: &[u8]) -> bool {
    // Java: JKS and JCEKS.
    bytes.starts_with(&[0xFE, 0xED, 0xFE, 0xED])
        || bytes.starts_with(&[0xCE, 0xCE, 0xCE, 0xCE])
        || bytes.starts_with(b"PuTTY-User-Key-File-")
        || is_der(bytes)
}

/// The parts are looked at as far as they are there: a file that is cut off is a key all the same.
fn is_der(bytes: &[u8]) -> bool {
    let Some(mut parts) = opened(bytes) else {
        return false;
    };
    let first = parts.0;
    let Some(version) = parts.optional(INTEGER) else {
        return is_encrypted(first);
    };
    match (version.value, parts.0.first()) {
        // PKCS#12: version 3, then data or signed data.
        ([3], Some(&SEQUENCE)) => opened(parts.0)
            .and_then(|mut inner| inner.expect(OID))
            .is_some_and(|kind| [oid::DATA, oid::SIGNED_DATA].contains(&kind.value)),
        // PKCS#8: an algorithm, then the key.
        ([0 | 1], Some(&SEQUENCE)) => {
            let algorithm = parts.next();
            algorithm.is_some_and(|one| one.inside().expect(OID).is_some())
                && parts.0.first() == Some(&OCTET_STRING)
        }
        // SEC 1: the key.
        ([1], Some(&OCTET_STRING)) => true,
        // PKCS#1 and DSA: numbers and nothing else, at least three more.
        ([0 | 1], Some(&INTEGER)) => {
            let mut count = 0;
            for part in parts {
                if part.tag != INTEGER {
                    return false;
                }
                count += 1;
            }
            count >= 3
        }
        _ => false,
    }
}

/// PKCS#8 with a password: a password-based algorithm, then the octets.
fn is_encrypted(inside: &[u8]) -> bool {
    let mut parts = Reader(inside);
    let algorithm = parts
        .expect(SEQUENCE)
        .and_then(|algorithm| algorithm.inside().expect(OID));
    // PKCS#5 and the algorithms of PKCS#12.
    let bases: [&[u8]; 2] = [
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5],
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 1],
    ];
    algorithm.is_some_and(|one| bases.iter().any(|base| one.value.starts_with(base)))
        && parts.0.first() == Some(&OCTET_STRING)
}

/// The inside of a sequence, whether or not all of it is there.
fn opened(bytes: &[u8]) -> Option<Reader<'_>> {
    if let Some(whole) = Tlv::first(bytes) {
        return (whole.tag == SEQUENCE).then(|| whole.inside());
    }
    let rest = bytes.strip_prefix(&[SEQUENCE])?;
    let (length, rest) = rest.split_first()?;
    let digits = if *length > 0x80 {
        usize::from(length & 0x7F)
    } else {
        0
    };
    (digits <= 4).then(|| rest.get(digits..).map(Reader))?
}

/// A PEM or PGP block.
fn has_block(bytes: &[u8]) -> bool {
    let narrow = |bytes: &[u8]| {
        let mut rest = bytes;
        while let Some(at) = find(rest, b"-----BEGIN ") {
            rest = rest.get(at + 11..).unwrap_or_default();
            // `RSA PRIVATE KEY`, `ENCRYPTED PRIVATE KEY`, `PGP PRIVATE KEY BLOCK` and the like.
            let line: Vec<u8> = rest
                .iter()
                .take(48)
                .take_while(|byte| {
                    byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b' '
                })
                .copied()
                .collect();
            if find(&line, b"PRIVATE KEY").is_some() {
                return true;
            }
        }
        // The form of SSH that no frame names.
        find(bytes, b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY").is_some()
    };
    if narrow(bytes) {
        return true;
    }
    // UTF-16 of either order: every other byte of ASCII is zero.
    find(bytes, b"B\0E\0G\0I\0N\0").is_some() && {
        let text: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
        narrow(&text)
    }
}

/// Base64 and nothing else.
fn is_bare(bytes: &[u8]) -> bool {
    if bytes.len() > MAX_BARE {
        return false;
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    let text: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    // A sequence begins with M; nothing else is worth a try.
    text.starts_with(b"M") && STANDARD.decode(&text).is_ok_and(|der| is_store(&der))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::super::tlv::write;
    use super::*;

    fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
        write(SEQUENCE, &parts.concat())
    }

    fn number(value: &[u8]) -> Vec<u8> {
        write(INTEGER, value)
    }

    #[test]
    fn each_form_of_a_key_is_found() {
        let algorithm = sequence(&[write(OID, oid::EC), write(OID, oid::P256)]);
        let pbes2 = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 13];
        let octets = write(OCTET_STRING, &[7; 200]);
        let forms = [
            sequence(&[number(&[0]), algorithm.clone(), octets.clone()]),
            sequence(&[number(&[1]), octets.clone()]),
            sequence(&[
                number(&[0]),
                number(&[9; 256]),
                number(&[1, 0, 1]),
                number(&[9; 256]),
                number(&[9; 128]),
            ]),
            sequence(&[sequence(&[write(OID, &pbes2)]), octets.clone()]),
            sequence(&[
                number(&[3]),
                sequence(&[write(OID, oid::DATA), write(0xA0, &octets)]),
            ]),
            b"\xFE\xED\xFE\xED\0\0\0\x02".to_vec(),
            b"PuTTY-User-Key-File-3: ssh-ed25519".to_vec(),
            b"log\n-----BEGIN PRIVATE KEY-----\nMIG\n".to_vec(),
            b"-----BEGIN RSA PRIVATE KEY-----".to_vec(),
            b"-----BEGIN ENCRYPTED PRIVATE KEY-----".to_vec(),
            b"-----BEGIN OPENSSH PRIVATE KEY-----".to_vec(),
            b"-----BEGIN PGP PRIVATE KEY BLOCK-----".to_vec(),
            b"-----BEGIN CERTIFICATE-----\nMI\n-----BEGIN EC PRIVATE KEY-----".to_vec(),
        ];
        for form in forms {
            assert!(is_private_key(&form), "{form:02X?}");
            if form.starts_with(&[SEQUENCE]) {
                let text = STANDARD.encode(&form);
                assert!(is_private_key(format!("{text}\r\n").as_bytes()));
                assert!(is_private_key(&form[..form.len() - 20]), "cut off");
            } else if form.is_ascii() && form.contains(&b'-') && !form.starts_with(b"PuTTY") {
                let wide: Vec<u8> = form.iter().flat_map(|byte| [*byte, 0]).collect();
                assert!(is_private_key(&wide));
                let wide: Vec<u8> = form.iter().flat_map(|byte| [0, *byte]).collect();
                assert!(is_private_key(&wide));
            }
        }
    }

    #[test]
    fn other_files_are_not_keys() {
        let name = sequence(&[number(&[1]), sequence(&[write(OID, oid::COMMON_NAME)])]);
        for bytes in [
            &b""[..],
            b"0",
            b"0\x82",
            b"%PDF-1.7",
            b"PK\x03\x04",
            b"-----BEGIN CERTIFICATE-----",
            b"-----BEGIN PUBLIC KEY-----",
            "没有 PRIVATE KEY 的文字".as_bytes(),
            b"MIIB",
            b"{\"a\":1}",
            &name,
            &sequence(&[number(&[0]), number(&[5])]),
        ] {
            assert!(!is_private_key(bytes), "{bytes:02X?}");
        }
    }
}
