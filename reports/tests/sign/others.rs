//! Signatures that other programs made.

use std::collections::BTreeSet;

use rcgen::{CertificateParams, IsCa, KeyPair, date_time_ymd};
use reports::sign::{
    Change, Coverage, Kind, Prepared, Problem, Relation, TrustRoots, Verified, relation, sign,
    verify,
};

use crate::outside;
use crate::own::problems;
use crate::paper;
use crate::party::{PASSWORD, Party, Root, day, field};
use crate::peer::{Desk, openssl, pyhanko, rsa, rsa_pem, succeed};

/// `pyhanko sign addsig`.
fn hanko(desk: &Desk, party: &Party, pdf: &[u8], options: &[&str]) -> Option<Vec<u8>> {
    let (input, out) = (desk.put("in.pdf", pdf), desk.path("out.pdf"));
    let p12 = desk.put("key.p12", party.p12());
    let pass = desk.put("pass", PASSWORD);
    let mut arguments = vec!["sign", "addsig"];
    arguments.extend(options);
    arguments.extend(["pkcs12", "--passfile", &pass, &input, &out, &p12]);
    succeed(pyhanko("pyhanko")?, &arguments);
    Some(desk.get("out.pdf"))
}

/// pyHanko claims the time of now, so nothing is asked of the exact instant.
fn judged(root: &Root, bytes: &[u8]) -> Verified {
    let verified = verify(bytes, &root.roots(), day()).unwrap();
    assert!(
        verified
            .signatures
            .iter()
            .all(|one| one.claimed_at.is_some())
    );
    verified
}

#[test]
fn signatures_of_pyhanko_are_read() {
    let (root, desk) = (Root::new("Root"), Desk::new());
    let mut parties = vec![root.party()];
    parties.push(root.party_with(
        KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap(),
        |_| {},
    ));
    let is_rsa = parties.len();
    parties.extend(rsa().map(|key| root.party_with(key, |_| {})));
    for (index, party) in parties.iter().enumerate() {
        let mut all = vec![
            (
                vec!["--field", "Seal", "--use-pades"],
                "ETSI.CAdES.detached",
            ),
            (
                vec!["--field", "1/100,100,300,200/Seal"],
                "adbe.pkcs7.detached",
            ),
        ];
        if index == is_rsa {
            all.push((
                vec!["--field", "Seal", "--prefer-pss"],
                "adbe.pkcs7.detached",
            ));
        }
        for (options, format) in all {
            for paper in [paper::table("a"), paper::packed("a")] {
                let Some(signed) = hanko(&desk, party, &paper, &options) else {
                    return;
                };
                let verified = judged(&root, &signed);
                assert_eq!(verified.signatures[0].format, format);
                if options.contains(&"--prefer-pss") {
                    // Its salt is as long as it can be, ours must be as long as the digest.
                    assert_eq!(problems(&verified), [[Problem::UnsupportedAlgorithm]]);
                    continue;
                }
                assert_eq!(problems(&verified), [vec![]], "{options:?}");
                assert!(verified.is_valid());
                let change = if options[1].contains('/') {
                    Change::Seal
                } else {
                    Change::Signature
                };
                // pyHanko enters itself as the producer.
                let changes = [change, Change::Metadata].into();
                assert_eq!(relation(&paper, &signed), Ok(Relation::Extends(changes)));
            }
        }
    }
}

#[test]
fn a_platform_and_we_sign_one_file_in_either_order() {
    let (root, desk) = (Root::new("Root"), Desk::new());
    let (vendor, hospital) = (root.party(), root.party());
    for paper in [paper::table("a"), paper::packed("a")] {
        let ours = sign(&paper, &field("Vendor"), &vendor.signer()).unwrap();
        let options = ["--field", "2/9,9,99,99/Hospital", "--use-pades"];
        let Some(both) = hanko(&desk, &hospital, &ours, &options) else {
            return;
        };
        let verified = judged(&root, &both);
        assert!(verified.is_valid(), "{verified:?}");
        assert_eq!(
            verified.signatures[0].coverage,
            Coverage::Earlier([Change::Seal, Change::Metadata].into())
        );
        let Some(theirs) = hanko(&desk, &hospital, &paper, &options) else {
            return;
        };
        let both = sign(&theirs, &field("Vendor"), &vendor.signer()).unwrap();
        let verified = judged(&root, &both);
        assert!(verified.is_valid(), "{verified:?}");
        let file = desk.put("both.pdf", &both);
        if let Some(text) = outside::poppler(&desk, &file) {
            assert_eq!(text.matches("Signature is Valid.").count(), 2, "{text}");
        }
        if let Some((text, content)) = outside::hanko(&desk, &root, &file) {
            assert!(content && text.matches(":VALID").count() == 2, "{text}");
        }
    }
}

/// A place of the older format, empty; and what is covered.
fn adobe() -> (Vec<u8>, Vec<u8>) {
    let empty = Prepared::new(&paper::table("a"), &field("Seal")).unwrap();
    let mut place = empty.finish(&[0x30, 0]).unwrap();
    let at = place
        .windows(19)
        .position(|window| window == b"ETSI.CAdES.detached")
        .unwrap();
    place.splice(at..at + 19, *b"adbe.pkcs7.detached");
    let start = start_of(&place);
    let end = start
        + place[start..]
            .iter()
            .position(|byte| *byte == b'>')
            .unwrap()
        + 1;
    let covered = [&place[..start], &place[end..]].concat();
    (place, covered)
}

fn start_of(signed: &[u8]) -> usize {
    signed
        .windows(10)
        .position(|window| window == b"/Contents<")
        .unwrap()
        + 9
}

fn filled(mut place: Vec<u8>, message: &[u8]) -> Vec<u8> {
    let start = start_of(&place) + 1;
    let digits: String = message.iter().map(|byte| format!("{byte:02x}")).collect();
    place.splice(start..start + digits.len(), digits.bytes());
    place
}

/// The same message with its outer lengths left open, as BER allows and some platforms write.
fn indefinite(der: &[u8]) -> Vec<u8> {
    let mut out = vec![0x30, 0x80];
    out.extend(&der[4..15]);
    out.extend([0xA0, 0x80, 0x30, 0x80]);
    out.extend(&der[23..]);
    out.extend([0; 6]);
    out
}

/// With a signing time and without the name of the certificate, with other digests, without any
/// attributes, by key identifier, in lengths that are not known beforehand.
#[test]
fn messages_of_openssl_are_read() {
    let (root, desk) = (Root::new("Root"), Desk::new());
    let (Some(openssl), Some(rsa)) = (openssl(), rsa()) else {
        return;
    };
    let (place, covered) = adobe();
    let content = desk.put("content", covered);
    // With a key identifier.
    let named = |params: &mut CertificateParams| params.is_ca = IsCa::ExplicitNoCa;
    let plain = &["-md", "sha256"][..];
    let pss = &[
        "-md",
        "sha256",
        "-keyopt",
        "rsa_padding_mode:pss",
        "-keyopt",
        "rsa_pss_saltlen:digest",
    ][..];
    for (party, longest, pss) in [
        (
            root.party_with(KeyPair::generate().unwrap(), named),
            "sha384",
            plain,
        ),
        (root.party_with(rsa, named), "sha512", pss),
    ] {
        let key = desk.put("key.pem", party.key.serialize_pem());
        let certificate = desk.put("cert.pem", &party.pem);
        for more in [
            &["-md", "sha256"][..],
            &["-md", longest],
            &["-md", longest, "-noattr"],
            &["-md", "sha256", "-keyid"],
            &["-md", "sha256", "-cades"],
            pss,
        ] {
            let mut arguments = vec![
                "cms",
                "-sign",
                "-binary",
                "-in",
                &content,
                "-signer",
                &certificate,
                "-inkey",
                &key,
                "-outform",
                "DER",
            ];
            arguments.extend(more);
            let message = succeed(&openssl, &arguments);
            let signed = filled(place.clone(), &indefinite(&message));
            assert!(verify(&signed, &root.roots(), day()).unwrap().is_valid());
            let signed = filled(place.clone(), &message);
            let verified = verify(&signed, &root.roots(), day()).unwrap();
            assert_eq!(problems(&verified), [vec![]], "{more:?}");
            let mut changed = signed;
            changed[40] ^= 1;
            let found = problems(&verify(&changed, &root.roots(), day()).unwrap()).remove(0);
            let expected = if more.contains(&"-noattr") {
                Problem::SignatureInvalid
            } else {
                Problem::DigestMismatch
            };
            assert_eq!(found, [expected], "{more:?}");
        }
        // The content inside the message: then the file itself is not what was signed.
        let arguments = [
            "cms",
            "-sign",
            "-binary",
            "-nodetach",
            "-in",
            &certificate,
            "-signer",
            &certificate,
            "-inkey",
            &key,
            "-outform",
            "DER",
        ];
        let signed = filled(place.clone(), &succeed(&openssl, &arguments));
        let found = problems(&verify(&signed, &root.roots(), day()).unwrap()).remove(0);
        assert_eq!(found, [Problem::Malformed]);
    }
}

#[test]
fn a_short_key_is_refused() {
    let Some(openssl) = openssl() else { return };
    let (root, desk) = (Root::new("Root"), Desk::new());
    let (place, covered) = adobe();
    let content = desk.put("content", covered);
    let key = desk.put("weak.pem", rsa_pem(1_024).unwrap());
    let certificate = desk.path("weak.crt");
    let arguments = [
        "req",
        "-x509",
        "-new",
        "-key",
        &key,
        "-subj",
        "/CN=weak",
        "-out",
        &certificate,
    ];
    succeed(&openssl, &arguments);
    let arguments = [
        "cms",
        "-sign",
        "-binary",
        "-in",
        &content,
        "-signer",
        &certificate,
        "-inkey",
        &key,
        "-outform",
        "DER",
    ];
    let signed = filled(place, &succeed(&openssl, &arguments));
    let found = problems(&verify(&signed, &root.roots(), day()).unwrap()).remove(0);
    assert!(found.contains(&Problem::WeakKey), "{found:?}");
}

/// Runs `stamp.py`.
fn stamped(
    desk: &Desk,
    what: &str,
    pdf: &[u8],
    party: &Party,
    stamper: &Party,
    root: &Root,
    at: &str,
) -> Option<Vec<u8>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sign/stamp.py");
    let files = [
        desk.put("in.pdf", pdf),
        desk.path("out.pdf"),
        desk.put("key.pem", party.key.serialize_pem()),
        desk.put("cert.pem", &party.pem),
        desk.put("tsa-key.pem", stamper.key.serialize_pem()),
        desk.put("tsa-cert.pem", &stamper.pem),
        desk.put("tsa-root.pem", &root.pem),
    ];
    let mut arguments = vec![script, what];
    arguments.extend(files.iter().map(String::as_str));
    arguments.push(at);
    succeed(pyhanko("python")?, &arguments);
    Some(desk.get("out.pdf"))
}

/// RP-SIG-2, B-T: the certificate had ended when the file is looked at, but not when it was stamped.
#[test]
fn a_time_stamp_attests_the_instant() {
    let (root, desk) = (Root::new("Root"), Desk::new());
    let (Some(one), Some(two)) = (rsa(), rsa()) else {
        return;
    };
    let (stamper, other) = (root.stamper(one), root.party_with(two, |_| {}));
    let party = root.party_with(KeyPair::generate().unwrap(), |params| {
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2026, 12, 31);
    });
    let at = "2026-05-06T07:08:09+00:00";
    let pdf = paper::table("a");
    let Some(signed) = stamped(&desk, "signature", &pdf, &party, &stamper, &root, at) else {
        return;
    };
    let late = "2030-01-01T00:00:00Z".parse().unwrap();
    let trusting = root.roots().with_time_stamps(root.pem.as_bytes()).unwrap();
    let one = verify(&signed, &trusting, late)
        .unwrap()
        .signatures
        .remove(0);
    assert_eq!(one.problems, BTreeSet::new());
    assert_eq!(one.attested_at, Some(at.parse().unwrap()));
    assert_eq!(one.judged_at, one.attested_at.unwrap());
    // Without roots for time stamps it attests nothing, and does no harm.
    let one = verify(&signed, &root.roots(), late)
        .unwrap()
        .signatures
        .remove(0);
    assert_eq!(
        (one.problems, one.attested_at),
        ([Problem::Expired].into(), None)
    );
    let one = verify(&signed, &root.roots(), day())
        .unwrap()
        .signatures
        .remove(0);
    assert!(one.is_valid());
    // A stamp by a certificate that is not for time stamps.
    let plain = stamped(&desk, "signature", &pdf, &party, &other, &root, at).unwrap();
    let one = verify(&plain, &trusting, late)
        .unwrap()
        .signatures
        .remove(0);
    assert_eq!(
        (one.problems, one.attested_at),
        ([Problem::Expired].into(), None)
    );
}

#[test]
fn a_stamp_of_the_document_is_read() {
    let (root, desk) = (Root::new("Root"), Desk::new());
    let signed = sign(&paper::table("a"), &field("Seal"), &root.party().signer()).unwrap();
    let at = "2026-11-01T00:00:00+00:00";
    let Some(key) = rsa() else { return };
    let stamper = root.stamper(key);
    let Some(stamped) = stamped(&desk, "document", &signed, &stamper, &stamper, &root, at) else {
        return;
    };
    let trusting = root.roots().with_time_stamps(root.pem.as_bytes()).unwrap();
    let verified = verify(&stamped, &trusting, day()).unwrap();
    assert!(verified.is_valid(), "{verified:?}");
    assert_eq!(verified.signatures[1].kind, Kind::DocumentTimeStamp);
    assert_eq!(
        verified.signatures[1].attested_at,
        Some(at.parse().unwrap())
    );
    let found = problems(&verify(&stamped, &root.roots(), day()).unwrap());
    assert_eq!(found, [vec![], vec![Problem::UnknownIssuer]]);
    let mut changed = stamped;
    changed[40] ^= 1;
    let found = problems(&verify(&changed, &trusting, day()).unwrap());
    assert_eq!(
        found,
        [[Problem::DigestMismatch], [Problem::DigestMismatch]]
    );
    let broken = verify(&changed, &trusting, day())
        .unwrap()
        .signatures
        .remove(1);
    assert_eq!(broken.attested_at, None);
    let alone = verify(&changed, &TrustRoots::none(), day()).unwrap();
    assert!(!alone.is_valid());
}
