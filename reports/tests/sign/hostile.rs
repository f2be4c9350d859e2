//! Broken and hostile files: every flip is noticed, nothing panics.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reports::sign::{
    Change, Coverage, Problem, Relation, TrustRoots, is_private_key, relation, sign, verify,
};

use crate::outside;
use crate::paper;
use crate::party::{Root, day, field};

/// A small sequence of numbers that is the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).unwrap()).unwrap()
    }
}

fn place(signed: &[u8]) -> std::ops::Range<usize> {
    let start = signed
        .windows(10)
        .position(|window| window == b"/Contents<")
        .unwrap()
        + 9;
    let length = signed[start..]
        .iter()
        .position(|byte| *byte == b'>')
        .unwrap();
    start..start + length + 1
}

#[test]
fn rp_sig_2_a_thousand_flips_are_all_noticed() {
    let root = Root::new("Root");
    let roots = root.roots();
    let mut dice = Dice(20_261_127);
    for (paper, flips) in [(paper::table("a"), 500), (paper::packed("a"), 500)] {
        let signed = sign(&paper, &field("Seal"), &root.party().signer()).unwrap();
        let gap = place(&signed);
        let mut outside = Vec::new();
        for count in 0..flips {
            let at = dice.below(signed.len() - gap.len());
            let at = if at < gap.start { at } else { at + gap.len() };
            let mut broken = signed.clone();
            broken[at] ^= 1 << dice.below(8);
            // Unreadable, no signature, or one that is not valid.
            let valid = verify(&broken, &roots, day()).is_ok_and(|verified| verified.is_valid());
            assert!(!valid, "byte {at}");
            if count % 25 == 0 {
                outside.push(broken);
            }
        }
        assert_eq!(outside.len(), 20);
        outside::refuses_all(&root, &outside);
    }
}

#[test]
fn rp_sig_2_a_flip_in_the_padding_changes_neither_signer_nor_coverage() {
    let root = Root::new("Root");
    let signed = sign(&paper::table("a"), &field("Seal"), &root.party().signer()).unwrap();
    let whole = verify(&signed, &root.roots(), day()).unwrap();
    let gap = place(&signed);
    let used = signed[gap.clone()]
        .iter()
        .rposition(|byte| !b"0>".contains(byte))
        .unwrap();
    let padding = gap.start + used + 3..gap.end - 1;
    let mut dice = Dice(7);
    for _ in 0..200 {
        let at = padding.start + dice.below(padding.len());
        let mut flipped = signed.clone();
        flipped[at] ^= 1 << dice.below(8);
        assert_eq!(verify(&flipped, &root.roots(), day()).unwrap(), whole);
    }
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_never_valid() {
    let root = Root::new("Root");
    for paper in [paper::table("a"), paper::packed("a")] {
        let once = sign(&paper, &field("One"), &root.party().signer()).unwrap();
        let twice = sign(&once, &field("Two"), &root.party().signer()).unwrap();
        let mut dice = Dice(3);
        for _ in 0..300 {
            let length = dice.below(twice.len());
            if let Ok(verified) = verify(&twice[..length], &root.roots(), day()) {
                // What is left may be an earlier revision as a whole, but for the last line end.
                let whole = [paper.len(), once.len()]
                    .iter()
                    .any(|end| length + 1 == *end || length == *end);
                assert!(whole || !verified.is_valid(), "{length}");
            }
        }
        let first = verify(&twice[..once.len()], &root.roots(), day()).unwrap();
        assert_eq!(first.signatures[0].coverage, Coverage::Whole);
    }
}

#[test]
fn national_algorithms_are_refused_with_that_reason() {
    let root = Root::new("Root");
    let signed = sign(&paper::table("a"), &field("Seal"), &root.party().signer()).unwrap();
    // A seal of GB/T 38540 begins with its version and a header; SM2 with SM3 stands behind it.
    let seal = "3020020104160245530608\
                2A811CCF55018375040A00000000000000000000";
    let seal: String = seal.split_whitespace().collect();
    let gap = place(&signed);
    let mut sealed = signed.clone();
    sealed.splice(gap.start + 1..gap.start + 1 + seal.len(), seal.bytes());
    let found = |bytes: &[u8]| {
        verify(bytes, &root.roots(), day()).unwrap().signatures[0]
            .problems
            .clone()
    };
    assert_eq!(found(&sealed), [Problem::NationalAlgorithm].into());
    // Another name of the format, as long as ours.
    let at = signed
        .windows(19)
        .position(|window| window == b"ETSI.CAdES.detached")
        .unwrap();
    sealed.splice(at..at + 19, *b"GM.PKCS7.detached__");
    assert_eq!(found(&sealed), [Problem::NationalAlgorithm].into());
    let mut other = signed;
    other.splice(at..at + 19, *b"adbe.x509.rsa_sha1_");
    assert_eq!(found(&other), [Problem::UnsupportedFormat].into());
}

#[test]
fn nothing_panics() {
    let root = Root::new("Root");
    let signer = root.party().signer();
    let twice = |paper: &[u8]| {
        let once = sign(paper, &field("One"), &signer).unwrap();
        sign(&once, &field("Two"), &signer).unwrap()
    };
    let files = [twice(&paper::table("a")), twice(&paper::packed("a"))];
    let roots = root.roots();
    let mut runner = TestRunner::new(Config {
        cases: 600,
        failure_persistence: None,
        ..Config::default()
    });
    let places = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12);
    let cases = (
        0..2_usize,
        places,
        any::<prop::sample::Index>(),
        any::<bool>(),
    );
    runner
        .run(&cases, |(file, places, cut, cuts)| {
            let mut bytes = files[file].clone();
            for (index, byte) in places {
                // Most bytes are padding, so half of the changes aim at what is not.
                let at = index.index(bytes.len());
                bytes[at] = byte;
            }
            if cuts {
                let at = cut.index(bytes.len());
                bytes.drain(at..(at + 100).min(bytes.len()));
            }
            let _ = verify(&bytes, &roots, day());
            let _ = relation(&files[file], &bytes);
            let _ = sign(&bytes, &field("Three"), &signer);
            let _ = is_private_key(&bytes);
            let _ = TrustRoots::read(&bytes);
            Ok(())
        })
        .unwrap();
}

/// Every byte of the message in turn: the parsers of CMS and certificates see each of them broken.
#[test]
fn every_byte_of_the_message_may_be_broken() {
    let root = Root::new("Root");
    let signed = sign(&paper::table("a"), &field("Seal"), &root.party().signer()).unwrap();
    let roots = root.roots();
    let gap = place(&signed);
    let used = signed[gap.clone()]
        .iter()
        .rposition(|byte| !b"0>".contains(byte))
        .unwrap();
    let mut noticed = 0;
    for at in gap.start + 1..gap.start + used {
        let mut broken = signed.clone();
        broken[at] = if broken[at] == b'F' { b'0' } else { b'F' };
        noticed += usize::from(!verify(&broken, &roots, day()).unwrap().is_valid());
    }
    // The root that comes along and two version numbers are not needed for the verdict.
    assert!(noticed * 3 > used, "{noticed} of {used}");
}

#[test]
fn a_small_file_does_not_unpack_to_a_large_one() {
    let mut zeros = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..300 {
        std::io::Write::write_all(&mut zeros, &vec![0; 1 << 20]).unwrap();
    }
    let raw = zeros.finish().unwrap();
    let mut bomb = b"%PDF-1.7\n".to_vec();
    let start = bomb.len();
    let head = format!(
        "1 0 obj\n<</Type/XRef/Size 99/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length {}>>stream\n",
        raw.len()
    );
    bomb.extend(head.bytes());
    bomb.extend(raw);
    bomb.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF").bytes());
    assert!(verify(&bomb, &TrustRoots::none(), day()).is_err());
}

/// Twenty thousand objects that are all the same large list, each naming all others.
#[test]
fn objects_that_overlap_do_not_multiply_the_work() {
    let count = 20_000;
    let mut heads = String::new();
    let mut list = String::from("[");
    for number in 10..10 + count {
        heads.push_str(&format!("{number} 0 "));
        list.push_str(&format!("{number} 0 R "));
    }
    list.push(']');
    let (first, body) = (heads.len(), heads + &list);
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut rows: Vec<u8> = Vec::new();
    let mut row = |kind: u8, second: usize, third: usize| {
        rows.push(kind);
        rows.extend(u32::try_from(second).unwrap().to_be_bytes());
        rows.extend(u32::try_from(third).unwrap().to_be_bytes());
    };
    row(1, file.len(), 0);
    file.extend(b"1 0 obj\n<</Type/Catalog/Pages 10 0 R>>\nendobj\n");
    row(1, file.len(), 0);
    let length = body.len();
    file.extend(
        format!("2 0 obj\n<</Type/ObjStm/N {count}/First {first}/Length {length}>>stream\n{body}\nendstream\nendobj\n").bytes(),
    );
    for index in 0..count {
        row(2, 2, index);
    }
    let start = file.len();
    let head = format!(
        "3 0 obj\n<</Type/XRef/Size 200000/W[1 4 4]/Index[1 2 10 {count}]/Root 1 0 R/Length {}>>stream\n",
        rows.len()
    );
    file.extend(head.bytes());
    file.extend(rows);
    file.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").bytes());
    let later = [file.as_slice(), b"\n"].concat();
    let Ok(Relation::Extends(changes)) = relation(&file, &later) else {
        panic!("the file can be read");
    };
    assert!(changes.contains(&Change::Content), "it was given up");
}
