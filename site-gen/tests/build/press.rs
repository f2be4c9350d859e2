//! PDFs of a root: which pages lead to one, when one is set, and when it is gone.

use std::{
    borrow::Cow,
    io::Write,
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::json;
use site_gen::{
    press::Tree,
    source::{Source, Variables, kept},
    urgent, write,
};

use super::*;

const FORM: &str = "downtime/kb-2026-0007";

/// Sets documents in its own way: what they say, behind the head of a PDF.
pub(crate) struct Pressing {
    inner: FixtureSource,
    calls: AtomicU32,
}

impl Pressing {
    pub(crate) fn new(document: &Value) -> Pressing {
        Pressing {
            inner: FixtureSource::parse(&document.to_string()).expect("a fixture"),
            calls: AtomicU32::new(0),
        }
    }
}

impl Source for Pressing {
    fn query(&self, name: &str, text: &str, variables: &Variables) -> Result<Cow<'_, str>, Error> {
        self.inner.query(name, text, variables)
    }

    fn file(&self, id: &str, to: &mut dyn Write) -> Result<(), Error> {
        self.inner.file(id, to)
    }

    fn presses(&self) -> bool {
        true
    }

    fn press(&self, tree: &Tree) -> Result<Option<Vec<u8>>, Error> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if tree.json().contains("unprintable") {
            return Err(Error::Source("no font has it".to_owned()));
        }
        Ok(Some(format!("%PDF {}", tree.json()).into_bytes()))
    }
}

/// Builds; the report, the files, and how many documents were set.
fn built(document: &Value, options: &Options) -> (Report, BTreeMap<String, Vec<u8>>, u32) {
    let source = Pressing::new(document);
    let report = site_gen::build(options, &source).expect("a root");
    let files = files(&options.out.join(options.instance.name()));
    (report, files, source.calls.load(Ordering::Relaxed))
}

fn settings(document: &Value, out: &Path) -> Options {
    let source = FixtureSource::parse(&document.to_string()).expect("a fixture");
    options(instance(&source).expect("an instance"), out)
}

fn pdfs(files: &BTreeMap<String, Vec<u8>>) -> Vec<&str> {
    let names = files.keys().map(String::as_str);
    names.filter(|name| name.ends_with(".pdf")).collect()
}

#[test]
fn sg_print_1_pages_lead_to_their_pdf_and_an_unchanged_one_costs_nothing() {
    let mut document = document("it");
    let folder = tempfile::tempdir().expect("a folder");
    let options = settings(&document, folder.path());
    let (report, files, calls) = built(&document, &options);
    assert!(!report.held_back(), "{:?}", report.problems);
    // Each stands once, beside the page in its language.
    let own = [
        "documents/database/data-dictionary.pdf",
        "documents/interface/interface.pdf",
        "downtime/kb-2026-0007.pdf",
        "downtime/kb-2026-0008.pdf",
        "downtime/kb-2026-0009.pdf",
        "en/documents/database/data-dictionary.pdf",
        "en/documents/interface/interface.pdf",
        "en/technical/kb-2026-0012.pdf",
        "reports/xjbg-2026-0002-r1.pdf",
    ];
    assert_eq!(
        pdfs(&files),
        own.iter()
            .filter(|name| files.contains_key(**name))
            .copied()
            .collect::<Vec<_>>()
    );
    assert!(pdfs(&files).len() >= 8, "{:?}", pdfs(&files));
    for (page, href) in [
        ("downtime/kb-2026-0007.html", "\"kb-2026-0007.pdf\""),
        (
            "en/downtime/kb-2026-0007.html",
            "\"../../downtime/kb-2026-0007.pdf\"",
        ),
        (
            "technical/kb-2026-0012.html",
            "\"../en/technical/kb-2026-0012.pdf\"",
        ),
        ("documents/index.html", "\"database/data-dictionary.pdf\""),
        ("en/documents/interface/index.html", "\"interface.pdf\""),
    ] {
        let html = text(&files, page).replace("&#x2f;", "/");
        assert!(
            html.contains(&format!("href={href} type=\"application/pdf\"")),
            "{page}"
        );
    }
    assert!(
        !text(&files, "faq/kb-2026-0001.html").contains("application/pdf"),
        "a short answer has none"
    );
    // Two pages of four articles, and two documents in two languages.
    assert_eq!(calls, 12);

    let (report, again, calls) = built(&document, &options);
    assert_eq!((calls, report.written.swapped), (0, false));
    assert_eq!(again, files);
    let body = at(&mut document, 7)["body"]
        .as_str()
        .expect("a body")
        .to_owned();
    at(&mut document, 7)["body"] = json!(format!("{body}\n\n另加一句。\n"));
    let (_, changed, calls) = built(&document, &options);
    assert_eq!(calls, 2);
    let differing: Vec<&str> = pdfs(&changed)
        .into_iter()
        .filter(|name| changed[*name] != files[*name])
        .collect();
    assert_eq!(differing, [format!("{FORM}.pdf")]);
    let clean = tempfile::tempdir().expect("a folder");
    let mut other = options.clone();
    other.out = clean.path().to_owned();
    assert!(
        built(&document, &other).1 == changed,
        "as a clean build makes it"
    );

    // From a source that sets none nothing leads to one.
    let plain = build_document(&document, folder.path());
    assert!(!plain.held_back());
    let files = super::files(&folder.path().join("demo-p2"));
    let left: Vec<&str> = pdfs(&files)
        .into_iter()
        .filter(|name| !name.starts_with("reports/"))
        .collect();
    assert_eq!(left, Vec::<&str>::new());
    assert!(!text(&files, "downtime/kb-2026-0007.html").contains("application/pdf"));
    assert!(built(&document, &options).1 == changed);
}

#[test]
fn sg_print_1_a_pdf_that_cannot_be_set_leaves_its_page_without_it() {
    let mut document = document("staff");
    let folder = tempfile::tempdir().expect("a folder");
    let options = settings(&document, folder.path());
    at(&mut document, 7)["body"] = json!("unprintable");
    for _ in 0..2 {
        let (report, files, calls) = built(&document, &options);
        assert!(calls > 0, "it is tried again");
        assert!(!report.held_back());
        let told = report
            .problems
            .iter()
            .find(|one| one.reason.contains("no font has it"))
            .expect("a warning");
        assert_eq!(
            (told.kind, told.path.as_str()),
            ("warning", "downtime/kb-2026-0007.html")
        );
        assert!(!files.contains_key(&format!("{FORM}.pdf")));
        for page in [
            "downtime/kb-2026-0007.html",
            "en/downtime/kb-2026-0007.html",
        ] {
            let html = text(&files, page);
            assert!(
                html.contains("unprintable") && !html.contains("application/pdf"),
                "{page}"
            );
        }
        assert!(files.contains_key("downtime/kb-2026-0008.pdf"));
    }
    at(&mut document, 7)["body"] = json!("可以");
    let (report, files, _) = built(&document, &options);
    assert!(
        report
            .problems
            .iter()
            .all(|one| !one.reason.contains("PDF"))
    );
    assert!(files.contains_key(&format!("{FORM}.pdf")));
}

/// SG-QUAR-1, SG-QUAR-2, SG-INC-3: the PDF goes with its page.
#[test]
fn sg_print_1_the_pdf_of_a_page_that_is_held_back_or_withdrawn_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = document("staff");
    let mut options = settings(&good, &folder.path().join("roots"));
    options.kept = Some(folder.path().join("kept"));
    let gone = |files: &BTreeMap<String, Vec<u8>>| {
        assert!(!files.contains_key(&format!("{FORM}.pdf")));
        assert!(
            files.contains_key("downtime/kb-2026-0008.pdf"),
            "another stays"
        );
        for (name, bytes) in files {
            assert!(
                !String::from_utf8_lossy(bytes).contains("canarytext"),
                "{name}"
            );
        }
    };
    for (body, why) in [
        (
            "canarytext 见 [别处](KB-2026-9999)",
            "a link that leads nowhere",
        ),
        (
            "canarytext 身份证 11010519491231002X",
            "a text that fails the screen",
        ),
        ("canarytext ![图](att_none)", "a picture that is missing"),
    ] {
        let mut bad = good.clone();
        at(&mut bad, 7)["body"] = json!("canarytext");
        assert!(built(&bad, &options).1.contains_key(&format!("{FORM}.pdf")));
        at(&mut bad, 7)["body"] = json!(body);
        let (report, files, _) = built(&bad, &options);
        assert!(report.held_back(), "{why}");
        gone(&files);
    }
    let mut whole = good.clone();
    at(&mut whole, 7)["body"] = json!("canarytext");
    let root = folder.path().join("roots/demo-p0");
    for damaged in [false, true] {
        built(&whole, &options);
        assert!(files(&root).contains_key(&format!("{FORM}.pdf")));
        if damaged {
            // A copy of the last root goes by what the record says of each file.
            fs::write(kept::path(&folder.path().join("kept"), "demo-p0"), "{}").expect("damage");
        }
        let mut urgently = options.clone();
        urgently.withdrawn.insert(article_id(7));
        urgent(&urgently).expect("a root");
        gone(&files(&root));
        assert_eq!(write::verify(&options.out, "demo-p0"), Ok(Vec::new()));
    }
}

/// SG-SRC-5: the kept input has the PDFs too, also those that the last build only took over.
#[test]
fn sg_src_5_the_kept_input_gives_the_same_pdfs() {
    let document = document("it");
    let folder = tempfile::tempdir().expect("a folder");
    let mut options = settings(&document, &folder.path().join("roots"));
    options.kept = Some(folder.path().join("kept"));
    let (_, whole, _) = built(&document, &options);
    let (_, _, calls) = built(&document, &options);
    assert_eq!(calls, 0);
    let input =
        FixtureSource::open(&kept::path(&folder.path().join("kept"), "demo-p2")).expect("an input");
    let mut other = options.clone();
    (other.out, other.kept) = (folder.path().join("again"), None);
    let report = site_gen::build(&other, &input).expect("a root");
    assert!(
        report
            .problems
            .iter()
            .all(|one| !one.reason.contains("PDF")),
        "{:?}",
        report.problems
    );
    assert!(files(&folder.path().join("again/demo-p2")) == whole);
}
