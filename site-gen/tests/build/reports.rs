//! Reports on pages: the frozen article byte for byte, its files beside it, and only where it is meant to be read.

use std::{
    borrow::Cow,
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Mutex,
};

use serde_json::{Value, json};
use site_gen::{
    error::Error,
    source::{FixtureSource, Source, Variables, kept},
};

use crate::{document, files, instance, options, text};

const ARTICLE: &str = "<article class=\"report\" data-number=\"RPT-2026-0012\"><h1>巡检报告</h1><p>结论：&amp; 一切正常</p></article>";

fn sha(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The fixture with one report that has its page and its files.
fn with_page(article: &str, audiences: &[&str]) -> (tempfile::TempDir, Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let page = format!(
        "<!DOCTYPE html><html><head><style>.report{{}}</style></head><body><main>{article}</main></body></html>"
    );
    let (pdf, scan) = (b"%PDF-frozen".as_slice(), b"%PDF-sealed".as_slice());
    let mut document = document("it");
    let report = &mut document["answers"]["report_issues"]["data"]["list"]["nodes"][0];
    report["htmlSha256"] = json!(sha(page.as_bytes()));
    report["pdfSha256"] = json!(sha(pdf));
    report["definition"]["audiences"] = json!(audiences);
    report["sealedDocuments"] = json!([
        { "contentType": "image/png", "sizeBytes": 3, "sha256": sha(b"bad"), "verdict": "UNCLEAR" },
        { "contentType": "application/pdf", "sizeBytes": scan.len(), "sha256": sha(scan), "verdict": "OK" },
    ]);
    let id = report["id"].as_str().expect("an id").to_owned();
    for (form, bytes) in [("html", page.as_bytes()), ("pdf", pdf), ("sealed", scan)] {
        fs::write(folder.path().join(form), bytes).expect("a file");
        document["files"][format!("{id}.{form}")] = json!(form);
    }
    fs::copy(
        crate::fixture("it").with_file_name("screen1.png"),
        folder.path().join("screen1.png"),
    )
    .expect("a picture");
    fs::write(folder.path().join("portal.json"), document.to_string()).expect("a fixture");
    (folder, document)
}

fn built(folder: &tempfile::TempDir) -> std::collections::BTreeMap<String, Vec<u8>> {
    let source = FixtureSource::open(&folder.path().join("portal.json")).expect("a fixture");
    let out = folder.path().join("out");
    let instance = instance(&source).expect("an instance");
    site_gen::build(&options(instance, &out), &source).expect("a root");
    files(&out.join("demo-p2"))
}

#[test]
fn sg_report_1_the_frozen_article_stands_on_its_page_byte_for_byte() {
    let (folder, _) = with_page(ARTICLE, &["IT", "VENDOR"]);
    let files = built(&folder);
    for page in [
        "reports/rpt-2026-0012-r1.html",
        "en/reports/rpt-2026-0012-r1.html",
    ] {
        let html = text(&files, page);
        assert!(html.contains(ARTICLE), "{page}");
        assert_eq!(html.matches("<h1").count(), 1, "{page}");
        assert!(html.contains(&sha(b"%PDF-frozen")) && html.contains(&sha(b"%PDF-sealed")));
    }
    assert_eq!(files["reports/rpt-2026-0012-r1.pdf"], b"%PDF-frozen");
    assert_eq!(files["reports/rpt-2026-0012-r1-sealed.pdf"], b"%PDF-sealed");
    assert!(text(&files, "reports/index.html").contains("href=\"rpt-2026-0012-r1.html\""));
}

#[test]
fn sg_report_1_what_is_meant_for_others_is_a_row_of_the_register_alone() {
    let (folder, _) = with_page(ARTICLE, &["VENDOR"]);
    let files = built(&folder);
    assert!(text(&files, "reports/index.html").contains("RPT-2026-0012"));
    assert!(!files.keys().any(|name| name.contains("rpt-2026-0012")));
    let inside = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("一切正常");
    assert!(!files.values().any(|bytes| inside(bytes)));
}

#[test]
fn sg_report_1_a_page_with_a_patient_is_held_back() {
    let article = ARTICLE.replace("一切正常", "住院号：1234567");
    let (folder, _) = with_page(&article, &["IT"]);
    let files = built(&folder);
    let html = text(&files, "reports/rpt-2026-0012-r1.html");
    assert!(
        !html.contains("1234567") && html.contains("本页待核"),
        "{html}"
    );
    assert!(
        !files.contains_key("reports/rpt-2026-0012-r1.pdf"),
        "the files of a page that is held back stay away"
    );
}

#[test]
fn sg_report_1_a_report_without_a_level_has_neither_page_nor_files() {
    for level in [Value::Null, json!(4)] {
        let (folder, mut document) = with_page(ARTICLE, &["IT"]);
        let report = &mut document["answers"]["report_issues"]["data"]["list"]["nodes"][0];
        report["dataLevel"] = level;
        fs::write(folder.path().join("portal.json"), document.to_string()).expect("a fixture");
        let files = built(&folder);
        assert!(!files.keys().any(|name| name.contains("rpt-2026-0012")));
    }
}

#[test]
fn sg_report_1_other_bytes_than_the_record_names_end_the_build() {
    for form in ["html", "pdf", "sealed"] {
        let (folder, _) = with_page(ARTICLE, &["IT"]);
        fs::write(folder.path().join(form), b"changed").expect("a file");
        let source = FixtureSource::open(&folder.path().join("portal.json")).expect("a fixture");
        let out = folder.path().join("out");
        let instance = instance(&source).expect("an instance");
        let error = site_gen::build(&options(instance, &out), &source).expect_err("no root");
        assert!(error.to_string().contains("other bytes"), "{form}: {error}");
        assert!(!out.join("demo-p2").exists());
    }
}

/// Tells which files were asked for, and whether the first bytes of a PDF stand on disk before its last are given.
struct Watched {
    inner: FixtureSource,
    out: PathBuf,
    asked: Mutex<Vec<String>>,
}

/// Whether a file below a folder has these bytes and no more.
fn stands(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).is_ok_and(|mut all| {
        all.any(|entry| {
            let path = entry.expect("an entry").path();
            stands(&path, bytes) || fs::read(&path).is_ok_and(|found| found == bytes)
        })
    })
}

impl Source for Watched {
    fn query(&self, name: &str, text: &str, variables: &Variables) -> Result<Cow<'_, str>, Error> {
        self.inner.query(name, text, variables)
    }

    fn file(&self, id: &str, to: &mut dyn Write) -> Result<(), Error> {
        let mut bytes = Vec::new();
        self.inner.file(id, &mut bytes)?;
        let (first, last) = bytes.split_at(bytes.len() / 2);
        to.write_all(first).expect("room");
        if id.ends_with(".pdf") {
            assert!(stands(&self.out, first), "{id} is held until it is whole");
        }
        to.write_all(last).expect("room");
        self.asked.lock().expect("a list").push(id.to_owned());
        Ok(())
    }
}

#[test]
fn sg_src_4_files_go_to_disk_as_they_come_and_are_asked_for_once() {
    let (folder, _) = with_page(ARTICLE, &["IT"]);
    let open = || FixtureSource::open(&folder.path().join("portal.json")).expect("a fixture");
    let out = folder.path().join("out");
    let instance = instance(&open()).expect("an instance");
    let asked = |keeps: &str| {
        let source = Watched {
            inner: open(),
            out: out.clone(),
            asked: Mutex::default(),
        };
        let mut options = options(instance.clone(), &out);
        options.kept = Some(folder.path().join(keeps));
        site_gen::build(&options, &source).expect("a root");
        let mut asked = source.asked.into_inner().expect("a list");
        asked.retain(|id| !id.ends_with(".html"));
        asked.sort();
        asked
    };
    let first = asked("kept");
    let forms: Vec<_> = first.iter().filter_map(|id| id.split_once('.')).collect();
    assert!(
        matches!(&forms[..], [(_, "pdf"), (_, "sealed")]),
        "{first:?}"
    );
    let root = files(&out.join("demo-p2"));
    assert_eq!(
        asked("kept"),
        [""; 0],
        "what the record names is there already"
    );
    assert_eq!(
        asked("other"),
        [""; 0],
        "the root before has it for an input that is begun"
    );
    assert_eq!(files(&out.join("demo-p2")), root);
    // Each kept input builds the root without the source.
    for keeps in ["kept", "other"] {
        let input = kept::path(&folder.path().join(keeps), "demo-p2");
        let source = FixtureSource::open(&input).expect("an input");
        let again = folder.path().join(format!("again-{keeps}"));
        site_gen::build(&options(instance.clone(), &again), &source).expect("a root");
        assert_eq!(files(&again.join("demo-p2")), root, "{keeps}");
    }
}
