//! What we sign, judged by poppler and by pyHanko.

use reports::sign::{Pkcs12Signer, sign};

use crate::paper;
use crate::party::{Party, Root, field};
use crate::peer::{Desk, pdfsig, pyhanko, rsa, run};

/// The lines of `pdfsig`.
pub fn poppler(desk: &Desk, file: &str) -> Option<String> {
    let _ = desk;
    let output = run(pdfsig()?, &["-nocert", file]);
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The lines of pyHanko, and whether it was content.
pub fn hanko(desk: &Desk, root: &Root, file: &str) -> Option<(String, bool)> {
    let trust = desk.put("root.pem", &root.pem);
    let arguments = [
        "sign",
        "validate",
        "--executive-summary",
        "--no-revocation-check",
        "--trust-replace",
        "--trust",
        &trust,
        file,
    ];
    let output = run(pyhanko("pyhanko")?, &arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    Some((text, output.status.success()))
}

fn fingerprint(party: &Party) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, &party.der);
    digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn parties(root: &Root) -> Vec<Party> {
    let mut parties = vec![root.party()];
    parties.extend(rsa().map(|key| root.party_with(key, |_| {})));
    parties
}

#[test]
fn rp_sig_2_two_other_programs_find_our_signatures_valid() {
    let (root, desk) = (Root::new("Root"), Desk::new());
    for party in parties(&root) {
        let signer: Pkcs12Signer = party.signer();
        for paper in [paper::table("a"), paper::packed("a")] {
            let once = sign(&paper, &field("Vendor"), &signer).unwrap();
            let twice = sign(&once, &field("Hospital"), &signer).unwrap();
            let (once, twice) = (desk.put("once.pdf", once), desk.put("twice.pdf", twice));
            if let Some(text) = poppler(&desk, &once) {
                assert!(text.contains("Signature is Valid."), "{text}");
                assert!(text.contains("Total document signed"), "{text}");
                assert!(text.contains("ETSI.CAdES.detached"), "{text}");
                assert!(text.contains("Vendor"), "{text}");
            }
            if let Some(text) = poppler(&desk, &twice) {
                assert_eq!(text.matches("Signature is Valid.").count(), 2, "{text}");
                let last = text.rsplit("Signature #").next().unwrap();
                assert!(last.contains("Total document signed"), "{text}");
            }
            for (file, fields) in [(&once, &["Vendor"][..]), (&twice, &["Vendor", "Hospital"])] {
                let Some((text, content)) = hanko(&desk, &root, file) else {
                    continue;
                };
                assert!(content, "{text}");
                for field in fields {
                    let line = format!("{field}:{}:VALID", fingerprint(&party));
                    assert!(text.contains(&line), "{line}\n{text}");
                }
            }
        }
    }
}

#[test]
fn another_root_and_a_changed_byte_are_refused_by_both() {
    let (root, desk) = (Root::new("Root"), Desk::new());
    let signed = sign(&paper::table("a"), &field("Seal"), &root.party().signer()).unwrap();
    let file = desk.put("a.pdf", &signed);
    if let Some((text, content)) = hanko(&desk, &Root::new("Other"), &file) {
        assert!(!content && text.contains("INVALID"), "{text}");
    }
    let mut changed = signed;
    let at = changed
        .windows(3)
        .position(|window| window == b"(a)")
        .unwrap();
    changed[at + 1] = b'b';
    let file = desk.put("b.pdf", changed);
    if let Some(text) = poppler(&desk, &file) {
        assert!(text.contains("Digest Mismatch"), "{text}");
    }
    if let Some((text, content)) = hanko(&desk, &root, &file) {
        assert!(!content && text.contains("INVALID"), "{text}");
    }
}

/// Neither program may find one of these files whole and valid.
pub fn refuses_all(root: &Root, files: &[Vec<u8>]) {
    let desk = Desk::new();
    for (index, bytes) in files.iter().enumerate() {
        let file = desk.put("flipped.pdf", bytes);
        if let Some(text) = poppler(&desk, &file) {
            let whole =
                text.contains("Signature is Valid.") && text.contains("Total document signed");
            assert!(!whole, "flip {index}: {text}");
        }
        if let Some((text, content)) = hanko(&desk, root, &file) {
            assert!(!content || !text.contains(":VALID"), "flip {index}: {text}");
        }
    }
}
