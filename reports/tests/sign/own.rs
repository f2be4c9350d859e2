//! Signed and verified by ourselves.

use std::collections::BTreeSet;

use rcgen::{CertificateParams, KeyPair, KeyUsagePurpose, date_time_ymd};
use reports::sign::{
    Change, Coverage, DigestToSign, Field, Kind, Prepared, Problem, Relation, ReportSigner,
    SignError, TrustRoots, Unreadable, Verified, relation, sign, verify,
};

use crate::paper;
use crate::party::{Party, Root, day, field};
use crate::peer;

pub fn problems(verified: &Verified) -> Vec<Vec<Problem>> {
    verified
        .signatures
        .iter()
        .map(|one| one.problems.iter().copied().collect())
        .collect()
}

/// Both kinds of files.
fn papers() -> [Vec<u8>; 2] {
    [paper::table("report"), paper::packed("report")]
}

#[test]
fn rp_sig_2_a_signed_file_is_valid_and_says_who_signed() {
    let root = Root::new("样章根证书");
    let mut parties = vec![root.party()];
    parties.extend(peer::rsa().map(|key| root.party_with(key, |_| {})));
    for party in parties {
        for paper in papers() {
            let signed = sign(&paper, &field("Seal"), &party.signer()).unwrap();
            let verified = verify(&signed, &root.roots(), day()).unwrap();
            assert_eq!(problems(&verified), [vec![]]);
            assert!(verified.is_valid());
            let one = &verified.signatures[0];
            assert_eq!((one.field.as_str(), one.kind), ("Seal", Kind::Signature));
            assert_eq!(one.format, "ETSI.CAdES.detached");
            assert_eq!(one.coverage, Coverage::Whole);
            assert_eq!((one.claimed_at, one.attested_at), (Some(day()), None));
            let digest = |der: &[u8]| {
                <[u8; 32]>::try_from(ring::digest::digest(&ring::digest::SHA256, der).as_ref())
                    .unwrap()
            };
            assert_eq!(one.root, Some(digest(&root.der)));
            let signer = one.signer.as_ref().unwrap();
            assert_eq!(
                signer.common_name.as_deref(),
                Some("某科技有限公司（样章）")
            );
            assert_eq!(signer.organization.as_deref(), Some("某科技有限公司"));
            assert_eq!(signer.serial, "4E1A07");
            assert_eq!(signer.fingerprint, digest(&party.der));
        }
    }
}

#[test]
fn rp_sig_4_the_field_is_printed_locked_and_of_no_size() {
    let root = Root::new("样章根证书");
    let signed = sign(&paper::table("a"), &field("Seal"), &root.party().signer()).unwrap();
    let text = String::from_utf8_lossy(&signed);
    for part in [
        "/FT/Sig/T(Seal)/TU<FEFF53554F4D",
        "/F 132/Rect[0 0 0 0]/P 3 0 R/V 7 0 R",
        "/Annots[8 0 R]/Tabs/S",
        "/AcroForm<</Fields[8 0 R]/SigFlags 3>>",
        "/Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:20261013023000Z)",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("/AP"));
}

/// RP-SIG-7: version 1, no signing time, no lists of revoked certificates, SHA-256.
#[test]
fn rp_sig_7_the_message_is_a_baseline_signature() {
    let Some(openssl) = peer::openssl() else {
        return;
    };
    let root = Root::new("Root");
    let cms = root.party().signer().cms(&DigestToSign([7; 32])).unwrap();
    let desk = peer::Desk::new();
    let file = desk.put("cms", cms);
    let arguments = [
        "cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", &file,
    ];
    let text = String::from_utf8(peer::succeed(openssl, &arguments)).unwrap();
    assert_eq!(text.matches("version: 1\n").count(), 2, "{text}");
    assert!(text.contains("eContent: <ABSENT>"));
    assert!(text.contains("crls:\n      <ABSENT>") || text.contains("crls:\n      <EMPTY>"));
    for part in ["contentType", "messageDigest", "signingCertificateV2"] {
        assert_eq!(
            text.matches(part).count(),
            1 + usize::from(part == "contentType"),
            "{part}: {text}"
        );
    }
    assert!(!text.contains("signingTime"));
    assert!(text.contains("unsignedAttrs:\n          <ABSENT>"));
}

#[test]
fn two_signatures_follow_each_other() {
    let root = Root::new("Root");
    let (first, second) = (root.party(), root.party());
    for paper in papers() {
        let once = sign(&paper, &field("Vendor"), &first.signer()).unwrap();
        let twice = sign(&once, &field("Hospital"), &second.signer()).unwrap();
        assert_eq!(
            sign(&once, &field("Vendor"), &second.signer()),
            Err(SignError::FieldExists)
        );
        let verified = verify(&twice, &root.roots(), day()).unwrap();
        assert!(verified.is_valid());
        let [one, two] = verified.signatures.as_slice() else {
            panic!("{verified:?}");
        };
        assert_eq!(
            (one.field.as_str(), two.field.as_str()),
            ("Vendor", "Hospital")
        );
        assert_eq!(one.coverage, Coverage::Earlier([Change::Signature].into()));
        assert_eq!(two.coverage, Coverage::Whole);
        assert_eq!(
            relation(&paper, &twice),
            Ok(Relation::Extends([Change::Signature].into()))
        );
    }
}

#[test]
fn what_was_changed_after_signing_is_told() {
    let root = Root::new("Root");
    let signed = sign(&paper::table("a"), &field("Seal"), &root.party().signer()).unwrap();
    let content = "<</Length 33>>stream\nBT /F 12 Tf 9 9 Td (forged) Tj ET  \nendstream";
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 6 0 R/Annots[8 0 R 20 0 R]/Tabs/S/Resources<</Font<</F 5 0 R>>>>>>";
    let note = "<</Type/Annot/Subtype/FreeText/Rect[0 0 99 99]/Contents(forged)>>";
    let catalog = |more: &str| {
        format!(
            "<</Type/Catalog/Pages 2 0 R/Lang(zh-CN)/AcroForm<</Fields[8 0 R]/SigFlags 3>>{more}>>"
        )
    };
    let changed = BTreeSet::from([Problem::ChangedSince]);
    for (what, objects, expected, found) in [
        (
            "content",
            vec![(6, content.to_owned())],
            &changed,
            Change::Content,
        ),
        (
            "note",
            vec![(3, page.to_owned()), (20, note.to_owned())],
            &changed,
            Change::Content,
        ),
        (
            "action",
            vec![(1, catalog("/OpenAction<</S/JavaScript/JS(x)>>"))],
            &changed,
            Change::Content,
        ),
        (
            "page gone",
            vec![(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned())],
            &changed,
            Change::Content,
        ),
        (
            "acting signature",
            vec![
                (1, "<</Type/Catalog/Pages 2 0 R/Lang(zh-CN)/AcroForm<</Fields[8 0 R 22 0 R]/SigFlags 3>>>>".to_owned()),
                (22, "<</FT/Sig/T(b)/Subtype/Widget/Rect[0 0 0 0]/AA<</O<</S/JavaScript/JS(x)>>>>>>".to_owned()),
            ],
            &changed,
            Change::Content,
        ),
        (
            "data",
            vec![(1, catalog("/DSS<</Certs[]>>"))],
            &BTreeSet::new(),
            Change::ValidationData,
        ),
        (
            "title",
            vec![
                (1, catalog("/Metadata 21 0 R")),
                (21, "<</Length 1>>stream\nx\nendstream".to_owned()),
            ],
            &BTreeSet::new(),
            Change::Metadata,
        ),
    ] {
        let objects: Vec<_> = objects
            .iter()
            .map(|(id, body)| (*id, body.as_str()))
            .collect();
        let later = paper::update(&signed, &objects);
        let verified = verify(&later, &root.roots(), day()).unwrap();
        let one = &verified.signatures[0];
        assert_eq!(&one.problems, expected, "{what}");
        assert_eq!(one.coverage, Coverage::Earlier([found].into()), "{what}");
        assert!(!verified.is_valid(), "{what}: it is not the last word");
    }
    // Bytes that change nothing, and an object that nothing leads to.
    for later in [
        [signed.as_slice(), b"\n"].concat(),
        paper::update(&signed, &[(50, "(hidden)")]),
    ] {
        let verified = verify(&later, &root.roots(), day()).unwrap();
        assert_eq!(
            verified.signatures[0].coverage,
            Coverage::Earlier(BTreeSet::new())
        );
    }
    // The field taken away: then nobody has signed.
    let stripped = paper::update(&signed, &[(1, "<</Type/Catalog/Pages 2 0 R/Lang(zh-CN)>>")]);
    let verified = verify(&stripped, &root.roots(), day()).unwrap();
    assert!(verified.signatures.is_empty() && !verified.is_valid());
}

#[test]
fn ranges_that_leave_more_out_are_refused() {
    let root = Root::new("Root");
    let signed = sign(&paper::table("a"), &field("Seal"), &root.party().signer()).unwrap();
    let at = signed
        .windows(11)
        .position(|window| window == b"/ByteRange[")
        .unwrap();
    let numbers: Vec<usize> = std::str::from_utf8(&signed[at + 11..at + 11 + 34])
        .unwrap()
        .split_whitespace()
        .map(|one| one.parse().unwrap())
        .collect();
    let [zero, start, end, rest] = numbers[..] else {
        panic!("{numbers:?}");
    };
    assert_eq!((zero, end + rest), (0, signed.len()));
    for (a, b, c, d) in [
        (0, start - 5, end, rest),
        (0, start, end + 5, rest - 5),
        (0, start, end, rest - 5),
        (1, start, end, rest),
        (0, start, end, rest + 1),
        (0, end, start, rest),
        (0, 9_999_999_999, 9_999_999_999, 9_999_999_999),
    ] {
        let range = format!("[{a} {b:010} {c:010} {d:010}]");
        let mut broken = signed.clone();
        broken.splice(at + 10..at + 10 + range.len(), range.bytes());
        let verified = verify(&broken, &root.roots(), day()).unwrap();
        let one = &verified.signatures[0];
        assert!(one.problems.contains(&Problem::PartialCoverage), "{range}");
        assert_eq!(one.coverage, Coverage::Partial);
    }
}

#[test]
fn certificates_are_judged_for_their_instant() {
    let root = Root::new("Root");
    let judge = |change: fn(&mut CertificateParams), roots: &TrustRoots, at: &str| {
        let party = root.party_with(KeyPair::generate().unwrap(), change);
        let signed = sign(&paper::table("a"), &field("Seal"), &party.signer()).unwrap();
        problems(&verify(&signed, roots, at.parse().unwrap()).unwrap()).remove(0)
    };
    let year = |params: &mut CertificateParams| {
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2026, 12, 31);
    };
    let roots = root.roots();
    assert_eq!(judge(year, &roots, "2026-01-01T00:00:00Z"), []);
    assert_eq!(judge(year, &roots, "2026-12-31T00:00:00Z"), []);
    assert_eq!(
        judge(year, &roots, "2026-12-31T00:00:01Z"),
        [Problem::Expired]
    );
    assert_eq!(
        judge(year, &roots, "2025-12-31T23:59:59Z"),
        [Problem::NotYetValid]
    );
    let plain = |_: &mut CertificateParams| {};
    let noon = "2026-10-13T12:00:00Z";
    let wrong = Root::new("Root").roots();
    assert_eq!(
        judge(plain, &wrong, noon),
        [Problem::BadChain],
        "the same name, another key"
    );
    let other = Root::new("Other").roots();
    assert_eq!(judge(plain, &other, noon), [Problem::UnknownIssuer]);
    assert_eq!(
        judge(plain, &TrustRoots::none(), noon),
        [Problem::UnknownIssuer]
    );
    let unrestricted = |params: &mut CertificateParams| params.key_usages = vec![];
    assert_eq!(judge(unrestricted, &roots, noon), []);
}

/// A key that may not sign is refused where it signs; elsewhere it may have been used all the same.
#[test]
fn a_certificate_that_is_not_for_signing_is_told() {
    let root = Root::new("Root");
    let key = KeyPair::generate().unwrap();
    let der = key.serialize_der();
    let good = root.party_with(key, |_| {});
    // The lengths of certificates differ by the signature in them; one of the same length can stand
    // in the place of the other.
    let bad = std::iter::repeat_with(|| {
        root.party_with(KeyPair::try_from(der.as_slice()).unwrap(), |params| {
            params.key_usages = vec![KeyUsagePurpose::KeyAgreement];
        })
    })
    .find(|bad| bad.der.len() == good.der.len())
    .unwrap();
    assert!(reports::sign::Pkcs12Signer::open(&bad.p12(), crate::party::PASSWORD).is_err());
    let signed = sign(&paper::table("a"), &field("Seal"), &good.signer()).unwrap();
    let swapped = swap(&signed, &good, &bad);
    let verified = verify(&swapped, &root.roots(), day()).unwrap();
    let found = &verified.signatures[0].problems;
    assert!(found.contains(&Problem::KeyUsage), "{found:?}");
    assert!(
        found.contains(&Problem::CertificateSubstituted),
        "{found:?}"
    );
    assert!(
        !found.contains(&Problem::SignatureInvalid),
        "the key is the same"
    );
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .flat_map(|byte| format!("{byte:02X}").into_bytes())
        .collect()
}

/// Another certificate of the same issuer and serial number inside the signature.
fn swap(signed: &[u8], from: &Party, to: &Party) -> Vec<u8> {
    let (old, new) = (hex(&from.der), hex(&to.der));
    let at = signed
        .windows(old.len())
        .position(|window| window == old)
        .unwrap();
    let mut out = signed.to_vec();
    out.splice(at..at + old.len(), new);
    out
}

#[test]
fn rp_iss_6_an_uploaded_file_extends_the_frozen_one_or_not() {
    let root = Root::new("Root");
    let (mine, other) = (paper::table("mine"), paper::table("other"));
    let signer = root.party().signer();
    let signed = sign(&mine, &field("Seal"), &signer).unwrap();
    assert_eq!(relation(&mine, &mine), Ok(Relation::Same));
    assert_eq!(
        relation(&mine, &signed),
        Ok(Relation::Extends([Change::Signature].into()))
    );
    assert_eq!(relation(&other, &signed), Ok(Relation::Rewritten));
    let mut changed = signed.clone();
    changed[30] ^= 1;
    assert_eq!(relation(&mine, &changed), Ok(Relation::Rewritten));
    // Our bytes first, but another page was put over them before it was signed.
    let over = paper::update(&mine, &[(6, "<</Length 1>>stream\nx\nendstream")]);
    let sealed = sign(&over, &field("Seal"), &signer).unwrap();
    assert!(verify(&sealed, &root.roots(), day()).unwrap().is_valid());
    let Ok(Relation::Extends(changes)) = relation(&mine, &sealed) else {
        panic!("our bytes are its beginning");
    };
    assert!(changes.contains(&Change::Content));
    assert_eq!(relation(&mine, b"PK\x03\x04"), Err(Unreadable::NotPdf));
    assert_eq!(
        relation(&mine, &signed[..signed.len() - 10]),
        Err(Unreadable::Damaged)
    );
}

#[test]
fn what_cannot_be_signed_is_refused() {
    let signer = Root::new("Root").party().signer();
    let seal = field("Seal");
    let unreadable = |why| Err(SignError::Unreadable(why));
    assert_eq!(sign(b"", &seal, &signer), unreadable(Unreadable::NotPdf));
    let paper = paper::table("a");
    assert_eq!(
        sign(&paper[..paper.len() - 9], &seal, &signer),
        unreadable(Unreadable::Damaged)
    );
    let mut encrypted = paper::update(&paper, &[]);
    let at = encrypted
        .windows(6)
        .rposition(|window| window == b"/Prev ")
        .unwrap();
    encrypted.splice(at..at, b"/Encrypt<</V 1>>".iter().copied());
    assert_eq!(
        sign(&encrypted, &seal, &signer),
        unreadable(Unreadable::Encrypted)
    );
    let prepared = Prepared::new(&paper, &seal).unwrap();
    assert_eq!(prepared.clone().finish(b""), Err(SignError::Signer));
    assert_eq!(
        prepared.clone().finish(&[0x30, 1, 0, 0]),
        Err(SignError::Signer)
    );
    let long = [&[0x30, 0x82, 0x40, 0x00][..], &[0; 0x4000]].concat();
    assert_eq!(prepared.finish(&long), Err(SignError::TooLong));
}

/// The same file is prepared in the same way, so that preparing and signing may be far apart.
#[test]
fn preparing_is_repeatable_and_keeps_the_file_as_its_beginning() {
    for paper in papers() {
        let of = |name| Prepared::new(&paper, &field(name)).unwrap();
        assert_eq!(of("Seal").digest(), of("Seal").digest());
        assert_ne!(of("Seal").digest(), of("Other").digest());
        let signed = of("Seal").finish(&[0x30, 0]).unwrap();
        assert!(signed.starts_with(&paper));
        let verified = verify(&signed, &TrustRoots::none(), day()).unwrap();
        assert_eq!(problems(&verified), [[Problem::Malformed]]);
    }
    let dotted = Field::new("a.b", "t", day());
    let signed = Prepared::new(&paper::table("a"), &dotted)
        .unwrap()
        .finish(&[0x30, 0]);
    let verified = verify(&signed.unwrap(), &TrustRoots::none(), day()).unwrap();
    assert_eq!(verified.signatures[0].field, "a_b");
}
