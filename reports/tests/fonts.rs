//! Fonts that an operator adds, in a process of their own: the list of fonts never changes again.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use reports::child::{Limits, Renderer};
use reports::{Glossary, Reports};
use serde_json::json;

fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

/// A font of another family that shows one character: the shipped one with a new table of characters.
fn rare(char: char, family: &str) -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fonts/NotoSansSC-Regular.ttf");
    let mut font = std::fs::read(path).unwrap();
    let tables = usize::from(u16::from_be_bytes([font[4], font[5]]));
    let entry = |font: &[u8], name: &[u8]| {
        (0..tables)
            .map(|place| 12 + place * 16)
            .find(|at| &font[*at..*at + 4] == name)
            .unwrap()
    };
    // Names are in UTF-16; the new one has the length of the old one.
    let wide = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect::<Vec<u8>>()
    };
    let (old, new) = (wide("Noto Sans SC"), wide(family));
    assert_eq!(old.len(), new.len());
    let name = entry(&font, b"name");
    let (start, size) = (number(&font, name + 8), number(&font, name + 12));
    for at in start..start + size - old.len() {
        if font[at..at + old.len()] == old[..] {
            font[at..at + old.len()].copy_from_slice(&new);
        }
    }
    // One group of format 12: the character is the glyph 2000.
    let point = u32::from(char);
    let mut map: Vec<u8> = [0_u16, 1, 3, 10]
        .iter()
        .flat_map(|one| one.to_be_bytes())
        .collect();
    map.extend(12_u32.to_be_bytes());
    map.extend([0, 12, 0, 0]);
    map.extend(
        [28, 0, 1, point, point, 2000]
            .iter()
            .flat_map(|one: &u32| one.to_be_bytes()),
    );
    while !font.len().is_multiple_of(4) {
        font.push(0);
    }
    let (at, size) = (font.len(), map.len());
    font.extend(map);
    let record = entry(&font, b"cmap");
    font[record + 8..record + 12].copy_from_slice(&u32::try_from(at).unwrap().to_be_bytes());
    font[record + 12..record + 16].copy_from_slice(&u32::try_from(size).unwrap().to_be_bytes());
    font
}

fn put(path: &Path, bytes: &[u8]) {
    File::create(path).unwrap().write_all(bytes).unwrap();
}

fn renderer(arguments: &[&Path]) -> Renderer {
    let arguments = arguments
        .iter()
        .map(|one| one.as_os_str().to_owned())
        .collect();
    let program = env!("CARGO_BIN_EXE_reports-child").into();
    Renderer::new(program, arguments, Limits::default())
}

#[test]
fn rp_font_5_a_directory_of_fonts_is_appended_in_fixed_order_and_enters_the_fingerprint() {
    let wrong = tempfile::tempdir().unwrap();
    assert!(reports::fonts::append(&wrong.path().join("none")).is_err());
    put(&wrong.path().join("a.ttf"), b"no font");
    let problem = reports::fonts::append(wrong.path()).unwrap_err();
    assert!(problem.to_string().contains("is no font"), "{problem}");
    put(&wrong.path().join("a.ttf"), &rare('𠮷', "Noto Sans SC"));
    let problem = reports::fonts::append(wrong.path()).unwrap_err();
    assert!(problem.to_string().contains("in the binary"), "{problem}");

    let fonts = tempfile::tempdir().unwrap();
    put(&fonts.path().join("b.ttf"), &rare('𠮷', "Rare Sans XX"));
    put(
        &fonts.path().join("a.ttf"),
        &rare('\u{20BB8}', "Rare Sans AA"),
    );
    put(&fonts.path().join("notes.txt"), b"no font either");
    assert_eq!(reports::fonts::append(fonts.path()).unwrap(), 2);
    let problem = reports::fonts::append(fonts.path()).unwrap_err();
    assert!(problem.to_string().contains("in use"), "{problem}");

    assert_eq!(reports::unsupported("𠮷\u{20BB8}\u{20BB9}"), ['\u{20BB9}']);
    let reports = Reports::open(&[]).unwrap();
    let glossary: Glossary = serde_json::from_str(include_str!("glossary.json")).unwrap();
    let mut input = reports.get("inspection_report").unwrap().samples["empty"].clone();
    input["data"]["inspection"]["participants"][1]["person"]["name"] = json!("𠮷某");
    input["meta"]["signOff"][0]["name"] = json!("𠮷\u{20BB8}某");
    let view = reports.check(&input, &glossary).unwrap();
    assert_eq!(
        view.context["families"],
        json!(["Noto Sans SC", "Rare Sans AA", "Rare Sans XX"])
    );
    assert!(reports::html(&view).unwrap().contains("𠮷\u{20BB8}某"));
    let pdf = reports::pdf(&view).unwrap();

    // A child without the fonts has other definitions; one with them gives the same bytes.
    assert!(renderer(&[]).pdf(&view).is_err());
    let made = renderer(&[Path::new("--fonts"), fonts.path()])
        .pdf(&view)
        .unwrap();
    assert_eq!(made.sha256, pdf.sha256);

    // Without a fitting font: path, character and code point.
    input["meta"]["signOff"][0]["name"] = json!("\u{20BB9}");
    let problems = reports.check(&input, &glossary).unwrap_err();
    let text = problems[0].to_string();
    assert!(
        text.contains("meta.signOff[0].name") && text.contains("U+20BB9"),
        "{text}"
    );
}
