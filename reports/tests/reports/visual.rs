//! How the samples look on paper, held against committed pictures (RP-PDF-7). `UPDATE_GOLDEN=1` draws them anew.

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{every, missing, view};

/// Pages of each report that are kept. The last page of a report tells the fingerprint, which changes with every
/// template, and is left out.
const PAGES: usize = 3;

/// Share of pixels that may differ, in thousandths.
const MOST_PER_MILLE: usize = 1;

/// Grey levels by which a pixel may differ: edges of letters, not letters.
const LEVELS: u8 = 48;

struct Picture {
    width: u32,
    height: u32,
    grey: Vec<u8>,
}

fn read(path: &Path) -> Option<Picture> {
    let file = BufReader::new(fs::File::open(path).ok()?);
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    // The tool writes grey as equal red, green and blue.
    let mut levels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut levels).unwrap();
    let grey = levels
        .into_iter()
        .step_by(info.color_type.samples())
        .collect();
    Some(Picture {
        width: info.width,
        height: info.height,
        grey,
    })
}

/// The first pages of a PDF as files in a folder; `None` without poppler, which CI must have.
fn draw(pdf: &[u8], last: usize, folder: &Path) -> Option<Vec<PathBuf>> {
    let source = folder.join("report.pdf");
    std::io::Write::write_all(&mut fs::File::create(&source).unwrap(), pdf).unwrap();
    let last = last.to_string();
    let done = Command::new("pdftoppm")
        .args(["-png", "-gray", "-r", "40", "-f", "1", "-l", &last])
        .args([&source, &folder.join("page")])
        .status();
    match done {
        Ok(status) => assert!(status.success()),
        Err(error) => {
            missing("pdftoppm", &error);
            return None;
        }
    }
    let mut pages: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "png"))
        .collect();
    pages.sort();
    Some(pages)
}

/// What differs, as a sentence.
fn differs(known: &Picture, drawn: &Picture) -> Option<String> {
    if (known.width, known.height) != (drawn.width, drawn.height) {
        return Some("another size".to_owned());
    }
    let count = known
        .grey
        .iter()
        .zip(&drawn.grey)
        .filter(|(one, two)| one.abs_diff(**two) > LEVELS)
        .count();
    (count * 1000 > known.grey.len() * MOST_PER_MILLE)
        .then(|| format!("{count} of {} pixels", known.grey.len()))
}

#[test]
fn rp_pdf_7_the_samples_look_as_the_committed_pictures_look() {
    let committed = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/pages"));
    let update = std::env::var("UPDATE_GOLDEN").is_ok();
    let mut wrong = Vec::new();
    for (code, case) in every() {
        let pdf = reports::pdf(&view(&code, &case)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let last = PAGES.min(pdf.pages - 1).max(1);
        let Some(pages) = draw(&pdf.bytes, last, folder.path()) else {
            return;
        };
        assert_eq!(pages.len(), last);
        for (place, page) in pages.iter().enumerate() {
            let path = committed.join(format!("{code}-{case}-{}.png", place + 1));
            if update {
                fs::create_dir_all(committed).unwrap();
                fs::copy(page, &path).unwrap();
                continue;
            }
            let told = match read(&path) {
                None => Some("is not there".to_owned()),
                Some(known) => differs(&known, &read(page).unwrap()),
            };
            wrong.extend(told.map(|told| format!("{}: {told}", path.display())));
        }
    }
    assert_eq!(
        wrong,
        Vec::<String>::new(),
        "UPDATE_GOLDEN=1 draws them anew"
    );
}

/// The comparison sees a word that is gone.
#[test]
fn rp_pdf_7_a_line_of_text_more_is_seen() {
    let white = || Picture {
        width: 413,
        height: 585,
        grey: vec![255; 413 * 585],
    };
    let mut written = white();
    assert_eq!(differs(&white(), &written), None);
    for pixel in written.grey.iter_mut().skip(413 * 100).take(300) {
        *pixel = 0;
    }
    assert!(differs(&white(), &written).is_some());
    written.height -= 1;
    assert!(differs(&white(), &written).is_some());
}
