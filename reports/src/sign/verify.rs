//! The verdict on every signature of a file.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone as _, Utc};

use super::algorithm::{check, digest_of};
use super::certificate::Certificate;
use super::chain::{TrustRoots, Use, fingerprint, root_of};
use super::change::{Change, changes};
use super::cms::{SignedData, Token};
use super::field::{SignatureField, fields};
use super::pdf::{Dictionary, File, Lexer, Object, hex};
use super::tlv::{OCTET_STRING, SEQUENCE, Tlv};
use super::verified::{Coverage, Kind, Problem, Signature, Signer, Verified};
use super::{Unreadable, oid};

/// Signatures of one file.
const MAX_SIGNATURES: usize = 16;

/// Looks at every signature of a file. `at` is the instant for which certificates are judged, unless
/// a trusted time stamp attests one.
///
/// A file without signatures gives an empty list. No file makes it panic, and time and memory stay in
/// proportion to the file.
///
/// # Errors
/// [`Unreadable`] if the structure of the file cannot be read.
pub fn verify(bytes: &[u8], roots: &TrustRoots, at: DateTime<Utc>) -> Result<Verified, Unreadable> {
    let file = File::open(bytes)?;
    let (_, all) = fields(&file).ok_or(Unreadable::Damaged)?;
    let signed: Vec<_> = all
        .iter()
        .filter_map(|field| Some((field, field.value.as_ref()?)))
        .collect();
    if signed.len() > MAX_SIGNATURES {
        return Err(Unreadable::TooLarge);
    }
    let mut found: Vec<(usize, Signature)> = signed
        .into_iter()
        .map(|(field, value)| judge(&file, field, value, roots, at))
        .collect();
    found.sort_by_key(|(end, _)| *end);
    Ok(Verified {
        signatures: found.into_iter().map(|(_, one)| one).collect(),
    })
}

/// The bytes that a signature covers.
struct Signed<'a> {
    before: &'a [u8],
    after: &'a [u8],
    /// Where the covered revision ends.
    end: usize,
    contents: Vec<u8>,
}

/// With the end of what is covered, for the order.
fn judge(
    file: &File<'_>,
    field: &SignatureField,
    value: &Dictionary,
    roots: &TrustRoots,
    at: DateTime<Utc>,
) -> (usize, Signature) {
    let format = match file.entry(value, "SubFilter") {
        Some(Object::Name(name)) => String::from_utf8_lossy(&name).into_owned(),
        _ => String::new(),
    };
    let is_stamp = value.is_type("DocTimeStamp") || format == "ETSI.RFC3161";
    let signed = signed(file, value);
    let contents = match &signed {
        Some(signed) => signed.contents.clone(),
        None => file
            .entry(value, "Contents")
            .and_then(|contents| contents.as_string().map(<[u8]>::to_vec))
            .unwrap_or_default(),
    };
    let mut one = Signature {
        field: field.name.clone(),
        kind: if is_stamp {
            Kind::DocumentTimeStamp
        } else {
            Kind::Signature
        },
        format,
        signer: None,
        coverage: signed
            .as_ref()
            .map_or(Coverage::Partial, |signed| coverage(file, field, signed)),
        claimed_at: file
            .entry(value, "M")
            .and_then(|date| date_of(date.as_string()?)),
        attested_at: None,
        judged_at: at,
        root: None,
        problems: BTreeSet::new(),
    };
    match &one.coverage {
        Coverage::Whole => {}
        Coverage::Earlier(changes) => {
            if changes.contains(&Change::Content) {
                one.problems.insert(Problem::ChangedSince);
            }
        }
        Coverage::Partial => {
            one.problems.insert(Problem::PartialCoverage);
        }
    }
    let end = signed.as_ref().map_or(0, |signed| signed.end);
    let parts = signed.map_or([&[][..], &[][..]], |signed| [signed.before, signed.after]);
    if let Err(problem) = judge_contents(&mut one, &contents, parts, roots) {
        one.problems.insert(problem);
    }
    (end, one)
}

/// Fills in what the contents say. `Err` is a problem that leaves nothing more to ask.
fn judge_contents(
    one: &mut Signature,
    contents: &[u8],
    parts: [&[u8]; 2],
    roots: &TrustRoots,
) -> Result<(), Problem> {
    let national = |other| {
        if oid::names_national(contents) {
            Problem::NationalAlgorithm
        } else {
            other
        }
    };
    let known = match one.kind {
        Kind::Signature => {
            ["adbe.pkcs7.detached", "ETSI.CAdES.detached"].contains(&one.format.as_str())
        }
        Kind::DocumentTimeStamp => one.format == "ETSI.RFC3161",
    };
    if !known {
        return Err(national(Problem::UnsupportedFormat));
    }
    let data = SignedData::read(contents).ok_or_else(|| national(Problem::Malformed))?;
    one.claimed_at = data.signer.claimed_at().or(one.claimed_at);
    let certificate = data.signer_certificate().ok_or(Problem::NoCertificate)?;
    one.signer = Some(Signer {
        common_name: certificate.subject_part(oid::COMMON_NAME),
        organization: certificate.subject_part(oid::ORGANIZATION),
        serial: hex(certificate.serial),
        fingerprint: fingerprint(certificate.raw),
    });
    let usage = match one.kind {
        Kind::Signature => {
            let detached = data.content.is_none() && data.content_type == oid::DATA;
            if !detached {
                return Err(national(Problem::Malformed));
            }
            let strict = one.format == "ETSI.CAdES.detached";
            one.problems
                .extend(signature_problems(&data, certificate, &parts, strict));
            one.attested_at = attested(&data, roots, &mut one.problems);
            Use::Signature
        }
        Kind::DocumentTimeStamp => {
            let (at, problems) = token_problems(&data, certificate, &parts)?;
            one.problems.extend(problems);
            one.attested_at = Some(at);
            Use::TimeStamp
        }
    };
    one.judged_at = one.attested_at.unwrap_or(one.judged_at);
    match root_of(certificate, &data.certificates, roots, one.judged_at, usage) {
        Ok(root) => one.root = Some(root),
        Err(problem) => {
            one.problems.insert(problem);
        }
    }
    if one.kind == Kind::DocumentTimeStamp && !one.problems.is_empty() {
        one.attested_at = None;
    }
    Ok(())
}

/// Digest, attributes and signature over `content`.
fn signature_problems(
    data: &SignedData<'_>,
    certificate: &Certificate<'_>,
    content: &[&[u8]],
    strict: bool,
) -> BTreeSet<Problem> {
    let signer = &data.signer;
    let mut problems = BTreeSet::new();
    let message = match signer.signed_bytes() {
        None => {
            if strict {
                problems.insert(Problem::Malformed);
            }
            content.concat()
        }
        Some(message) => {
            problems.extend(attribute_problems(data, certificate, content, strict));
            message
        }
    };
    let checked = check(
        certificate.key,
        signer.digest,
        signer.algorithm,
        &message,
        &signer.signature,
    );
    problems.extend(checked.err());
    problems
}

fn attribute_problems(
    data: &SignedData<'_>,
    certificate: &Certificate<'_>,
    content: &[&[u8]],
    strict: bool,
) -> BTreeSet<Problem> {
    let mut problems = BTreeSet::new();
    let signer = &data.signer;
    match signer.signed(oid::CONTENT_TYPE) {
        Ok(Some(kind)) if kind.value == data.content_type => {}
        _ => {
            problems.insert(Problem::Malformed);
        }
    }
    match (digest_of(signer.digest), signer.signed(oid::MESSAGE_DIGEST)) {
        (Err(problem), _) => {
            problems.insert(problem);
        }
        (Ok(algorithm), Ok(Some(digest))) if digest.tag == OCTET_STRING => {
            if digest.value != digest_parts(algorithm, content).as_slice() {
                problems.insert(Problem::DigestMismatch);
            }
        }
        (Ok(_), _) => {
            problems.insert(Problem::Malformed);
        }
    }
    match names_certificate(data, certificate) {
        Some(true) => {}
        Some(false) => {
            problems.insert(Problem::CertificateSubstituted);
        }
        None => {
            if strict {
                problems.insert(Problem::Malformed);
            }
        }
    }
    problems
}

/// Is the certificate the one that the attributes name? `None` if they name none.
fn names_certificate(data: &SignedData<'_>, certificate: &Certificate<'_>) -> Option<bool> {
    let first = |value: Tlv<'_>| -> Option<Vec<u8>> {
        let ids = value.inside().expect(SEQUENCE)?;
        Some(ids.inside().expect(SEQUENCE)?.value.to_vec())
    };
    let matches = |id: &[u8], default: &'static ring::digest::Algorithm| -> Option<bool> {
        let mut id = super::tlv::Reader(id);
        let algorithm = match id.optional(SEQUENCE) {
            Some(named) => digest_of(super::algorithm::Identifier::read(named)?.name).ok()?,
            None => default,
        };
        let hash = id.expect(OCTET_STRING)?.value;
        Some(hash == digest_parts(algorithm, &[certificate.raw]).as_slice())
    };
    let sha1 = &ring::digest::SHA1_FOR_LEGACY_USE_ONLY;
    for (name, default) in [
        (oid::SIGNING_CERTIFICATE_V2, &ring::digest::SHA256),
        (oid::SIGNING_CERTIFICATE, sha1),
    ] {
        match data.signer.signed(name) {
            Ok(None) => {}
            Ok(Some(value)) => {
                let id = first(value);
                return Some(id.and_then(|id| matches(&id, default)).unwrap_or(false));
            }
            Err(()) => return Some(false),
        }
    }
    None
}

/// The instant of the time stamp in the signature, if it can be trusted.
fn attested(
    data: &SignedData<'_>,
    roots: &TrustRoots,
    problems: &mut BTreeSet<Problem>,
) -> Option<DateTime<Utc>> {
    let value = match data.signer.unsigned(oid::SIGNATURE_TIME_STAMP) {
        Ok(value) => value?,
        Err(()) => {
            problems.insert(Problem::BadTimeStamp);
            return None;
        }
    };
    let judged = SignedData::read(value.raw).and_then(|token| {
        let certificate = token.signer_certificate()?;
        let (at, found) = token_problems(&token, certificate, &[&data.signer.signature]).ok()?;
        found.is_empty().then(|| {
            root_of(certificate, &token.certificates, roots, at, Use::TimeStamp)
                .is_ok()
                .then_some(at)
        })
    });
    // A stamp of an authority that is not trusted attests nothing, and nothing against the signature.
    judged.unwrap_or_else(|| {
        problems.insert(Problem::BadTimeStamp);
        None
    })
}

/// The instant of a token, and what speaks against it as a stamp on `content`.
fn token_problems(
    data: &SignedData<'_>,
    certificate: &Certificate<'_>,
    content: &[&[u8]],
) -> Result<(DateTime<Utc>, BTreeSet<Problem>), Problem> {
    let inner = data
        .content
        .as_deref()
        .filter(|_| data.content_type == oid::TST_INFO)
        .ok_or(Problem::Malformed)?;
    let token = Token::read(inner).ok_or(Problem::Malformed)?;
    let mut problems = signature_problems(data, certificate, &[inner], true);
    let algorithm = digest_of(token.digest)?;
    if token.imprint != digest_parts(algorithm, content).as_slice() {
        problems.insert(Problem::DigestMismatch);
    }
    Ok((token.at, problems))
}

fn digest_parts(algorithm: &'static ring::digest::Algorithm, parts: &[&[u8]]) -> Vec<u8> {
    let mut context = ring::digest::Context::new(algorithm);
    for part in parts {
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

/// The ranges, if they leave out the signature itself and nothing else.
fn signed<'a>(file: &File<'a>, value: &Dictionary) -> Option<Signed<'a>> {
    let bytes = file.bytes();
    let range: Vec<usize> = file
        .entry(value, "ByteRange")?
        .as_array()?
        .iter()
        .map(Object::as_usize)
        .collect::<Option<_>>()?;
    let [0, length, second, rest] = *range.as_slice() else {
        return None;
    };
    let end = second.checked_add(rest)?;
    let before = bytes.get(..length)?;
    let after = bytes.get(second..end)?;
    let gap = bytes.get(length..second)?;
    // One string in hexadecimal, from its `<` to its `>`.
    let inside = gap.strip_prefix(b"<")?.strip_suffix(b">")?;
    if inside.iter().any(|byte| b"<>".contains(byte)) {
        return None;
    }
    let contents = Lexer::new(gap, 0).hexadecimal()?;
    let named = file.entry(value, "Contents")?;
    (named.as_string()? == contents).then_some(Signed {
        before,
        after,
        end,
        contents,
    })
}

fn coverage(file: &File<'_>, field: &SignatureField, signed: &Signed<'_>) -> Coverage {
    let bytes = file.bytes();
    if signed.end == bytes.len() {
        return Coverage::Whole;
    }
    let earlier = || {
        let revision = File::open(bytes.get(..signed.end)?).ok()?;
        let (_, all) = fields(&revision)?;
        let same = all
            .iter()
            .any(|one| one.name == field.name && one.id == field.id && one.value == field.value);
        same.then(|| Coverage::Earlier(changes(&revision, file)))
    };
    earlier().unwrap_or(Coverage::Partial)
}

/// A date of PDF: `D:YYYYMMDDHHmmSS`, then `Z` or `+HH'mm'`.
fn date_of(text: &[u8]) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(text).ok()?.strip_prefix("D:")?;
    let (digits, zone) = text.split_at_checked(14)?;
    let naive = NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S").ok()?;
    let sign = match zone.chars().next() {
        None | Some('Z') => return Some(naive.and_utc()),
        Some('+') => 1,
        Some('-') => -1,
        Some(_) => return None,
    };
    let mut parts = zone
        .get(1..)?
        .split('\'')
        .map(|part| part.parse::<i32>().ok());
    let hours = parts.next()??;
    let minutes = parts.next().flatten().unwrap_or(0);
    let seconds = hours
        .checked_mul(3_600)?
        .checked_add(minutes.checked_mul(60)?)?;
    FixedOffset::east_opt(sign * seconds)?
        .from_local_datetime(&naive)
        .single()
        .map(|at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_pdf_are_read_with_their_zone() {
        for (text, expected) in [
            ("D:20261012103000+08'00'", Some("2026-10-12T02:30:00Z")),
            ("D:20261012103000+08'00", Some("2026-10-12T02:30:00Z")),
            ("D:20261012103000-0130", None),
            ("D:20261012103000Z", Some("2026-10-12T10:30:00Z")),
            ("D:20261012103000", Some("2026-10-12T10:30:00Z")),
            ("D:2026", None),
            ("D:20261012103000+99999999999'00", None),
            ("20261012103000Z", None),
        ] {
            let expected = expected.map(|text| text.parse::<DateTime<Utc>>().unwrap());
            assert_eq!(date_of(text.as_bytes()), expected, "{text}");
        }
    }
}
