//! Keys from PKCS#12 files of several makers, and keys that are uploaded.

use p12_keystore::{EncryptionAlgorithm, MacAlgorithm};
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};
use reports::sign::{Algorithm, KeyError, Pkcs12Signer, is_private_key, sign, verify};

use crate::paper;
use crate::party::{PASSWORD, Party, Root, day, field};
use crate::peer::{self, Desk, succeed};

fn works(p12: &[u8], root: &Root) -> Algorithm {
    assert!(is_private_key(p12));
    let signer = Pkcs12Signer::open(p12, PASSWORD).unwrap();
    let signed = sign(&paper::table("a"), &field("Seal"), &signer).unwrap();
    assert!(verify(&signed, &root.roots(), day()).unwrap().is_valid());
    signer.algorithm()
}

#[test]
fn a_pkcs12_file_opens_with_new_and_old_protection() {
    let root = Root::new("Root");
    let party = root.party();
    let key = party.key.serialize_der();
    for (kind, mac) in [
        (
            EncryptionAlgorithm::PbeWithHmacSha256AndAes256,
            MacAlgorithm::HmacSha256,
        ),
        (
            EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc,
            MacAlgorithm::HmacSha1,
        ),
        (
            EncryptionAlgorithm::PbeWithShaAnd40BitRc4Cbc,
            MacAlgorithm::HmacSha1,
        ),
    ] {
        let p12 = party.p12_with(&key, kind, mac);
        assert_eq!(works(&p12, &root), Algorithm::EcdsaP256);
        assert_eq!(
            Pkcs12Signer::open(&p12, "wrong").err(),
            Some(KeyError::Password)
        );
    }
}

/// Java leaves the public key out of an elliptic private key.
#[test]
fn a_key_without_its_public_half_is_completed_by_the_certificate() {
    let root = Root::new("Root");
    let party = root.party();
    let der = party.key.serialize_der();
    let secret = der.windows(2).position(|pair| pair == [4, 32]).unwrap() + 2;
    let mut short = vec![0x30, 0x41, 2, 1, 0, 0x30, 0x13];
    short.extend([6, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1]);
    short.extend([6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7]);
    short.extend([4, 0x27, 0x30, 0x25, 2, 1, 1, 4, 32]);
    short.extend(&der[secret..secret + 32]);
    let p12 = party.p12_with(
        &short,
        EncryptionAlgorithm::PbeWithHmacSha256AndAes256,
        MacAlgorithm::HmacSha256,
    );
    assert_eq!(works(&p12, &root), Algorithm::EcdsaP256);
}

fn exported(desk: &Desk, party: &Party, options: &[&str]) -> Option<Vec<u8>> {
    let key = desk.put("key.pem", party.key.serialize_pem());
    let certificate = desk.put("cert.pem", &party.pem);
    let (out, pass) = (desk.path("out.p12"), format!("pass:{PASSWORD}"));
    let mut arguments = vec![
        "pkcs12",
        "-export",
        "-inkey",
        &key,
        "-in",
        &certificate,
        "-out",
        &out,
        "-passout",
        &pass,
    ];
    arguments.extend(options);
    succeed(peer::openssl()?, &arguments);
    Some(desk.get("out.p12"))
}

#[test]
fn files_of_openssl_open() {
    let (root, desk) = (Root::new("Root"), Desk::new());
    let Some(rsa) = peer::rsa() else { return };
    for party in [root.party(), root.party_with(rsa, |_| {})] {
        let legacy = ["-legacy", "-macalg", "sha1"];
        for options in [
            &[][..],
            &["-keypbe", "AES-128-CBC", "-certpbe", "AES-256-CBC"],
            &legacy,
        ] {
            let Some(p12) = exported(&desk, &party, options) else {
                return;
            };
            works(&p12, &root);
        }
    }
}

#[test]
fn keys_that_are_not_taken_say_why() {
    let root = Root::new("Root");
    let open = |p12: &[u8]| Pkcs12Signer::open(p12, PASSWORD).err();
    assert_eq!(open(b""), Some(KeyError::Unreadable));
    assert_eq!(open(b"%PDF-1.7"), Some(KeyError::Unreadable));
    for kind in [&PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
        let party = root.party_with(KeyPair::generate_for(kind).unwrap(), |_| {});
        assert_eq!(open(&party.p12()), Some(KeyError::UnsupportedKey));
    }
    let (one, two) = (root.party(), root.party());
    let mixed = one.p12_with(
        &two.key.serialize_der(),
        EncryptionAlgorithm::PbeWithHmacSha256AndAes256,
        MacAlgorithm::HmacSha256,
    );
    assert_eq!(open(&mixed), Some(KeyError::NoCertificate));
    let mut whole = one.p12();
    let last = whole.len() / 2;
    whole[last] ^= 1;
    assert!(open(&whole).is_some());
}

/// The signer shows nothing of its key.
#[test]
fn a_signer_in_a_log_shows_no_key() {
    let signer = Root::new("Root").party().signer();
    assert_eq!(format!("{signer:?}"), "Pkcs12Signer { .. }");
}

#[test]
fn rp_sig_1_private_keys_are_found_in_files_of_every_kind() {
    let root = Root::new("Root");
    let party = root.party();
    assert!(is_private_key(&party.p12()));
    assert!(is_private_key(&party.key.serialize_der()));
    assert!(is_private_key(party.key.serialize_pem().as_bytes()));
    assert!(is_private_key(
        format!("备注\n{}", party.key.serialize_pem()).as_bytes()
    ));
    assert!(!is_private_key(party.pem.as_bytes()));
    assert!(!is_private_key(&party.der));
    assert!(!is_private_key(party.key.public_key_pem().as_bytes()));
    let signed = sign(&paper::table("a"), &field("Seal"), &party.signer()).unwrap();
    assert!(!is_private_key(&signed));
    let (Some(openssl), Some(rsa)) = (peer::openssl(), peer::rsa()) else {
        return;
    };
    let desk = Desk::new();
    let key = desk.put("key.pem", rsa.serialize_pem());
    for arguments in [
        &["rsa", "-in", &key, "-traditional"][..],
        &["rsa", "-in", &key, "-traditional", "-outform", "DER"],
        &[
            "rsa",
            "-in",
            &key,
            "-traditional",
            "-aes128",
            "-passout",
            "pass:x",
        ],
        &["pkcs8", "-topk8", "-in", &key, "-passout", "pass:x"],
        &[
            "pkcs8", "-topk8", "-in", &key, "-passout", "pass:x", "-outform", "DER",
        ],
        &[
            "pkcs8", "-topk8", "-in", &key, "-nocrypt", "-outform", "DER",
        ],
    ] {
        assert!(
            is_private_key(&succeed(&openssl, arguments)),
            "{arguments:?}"
        );
    }
    let public = succeed(
        &openssl,
        &["rsa", "-in", &key, "-pubout", "-outform", "DER"],
    );
    assert!(!is_private_key(&public));
}
