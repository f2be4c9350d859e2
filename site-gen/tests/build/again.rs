//! A build on top of an old root: only what differs is made and written, and the bytes are those of a clean build.

use std::{
    collections::BTreeSet, fs, os::unix::fs::MetadataExt as _, path::Path, time::SystemTime,
};

use proptest::prelude::*;
use serde_json::json;
use site_gen::write;

use super::*;

/// A document with some more articles, each with a link and words of its own.
fn many(count: usize) -> Value {
    let mut document = document("staff");
    let all = articles(&mut document);
    let model = all[0].clone();
    for at in 0..count {
        let mut new = model.clone();
        new["id"] = json!(format!("art_01kbz9{at:020}"));
        new["number"] = json!(format!("KB-2027-{at:04}"));
        new["title"] = json!(format!("第{at}号说明"));
        new["language"] = json!("ZH");
        new["kind"] = json!("FAQ");
        new["files"] = json!([]);
        new["body"] = json!(body(at, 0));
        all.push(new);
    }
    document
}

fn body(at: usize, edit: usize) -> String {
    const WORDS: [&str; 8] = [
        "呼吸机",
        "重症监护",
        "交接班",
        "備份",
        "危急值",
        "整改",
        "髒器",
        "值班表",
    ];
    let words: String = (0..30)
        .map(|step| WORDS[(at + step * step + edit * 3) % (4 + edit % 5)])
        .collect();
    format!(
        "## 用途\n\n{words}，编号 TXT-{at}-{edit}。\n\n## 步骤\n\n见[下一篇](KB-2027-{:04})。\n\n{}\n",
        at / 2,
        "核对后登记。".repeat(edit % 4 * 40)
    )
}

fn number(at: usize) -> String {
    format!("art_01kbz9{at:020}")
}

fn named(document: &mut Value, at: usize) -> Option<&mut Value> {
    let id = number(at);
    articles(document)
        .iter_mut()
        .find(|article| article["id"] == id)
}

/// Inode and time of change of every file.
fn stamps(root: &Path) -> BTreeMap<String, (u64, SystemTime)> {
    let real = fs::canonicalize(root).expect("a root");
    let names = files(root).into_keys();
    names
        .map(|name| {
            let data = fs::metadata(real.join(&name)).expect("a file");
            let stamp = (data.ino(), data.modified().expect("a time"));
            (name, stamp)
        })
        .collect()
}

#[test]
fn sg_inc_1_one_changed_page_rewrites_few_files() {
    let out = tempfile::tempdir().expect("a folder");
    let root = out.path().join("demo-p0");
    let mut document = many(300);
    build_document(&document, out.path());
    // The folder of a build that is kept no longer becomes the next one: look at later builds too.
    for round in 0..6 {
        let (before, old) = (stamps(&root), files(&root));
        let one = named(&mut document, 40).expect("an article");
        one["body"] = json!(format!("{}\n第 {round} 次修改。\n", body(40, 0)));
        let report = build_document(&document, out.path());
        let (after, new) = (stamps(&root), files(&root));
        let differing: BTreeSet<&String> = new
            .iter()
            .filter(|(name, bytes)| old.get(*name) != Some(*bytes))
            .map(|(name, _)| name)
            .collect();
        let html = differing.iter().filter(|name| name.ends_with(".html"));
        let html: Vec<&str> = html.map(|name| name.as_str()).collect();
        // The page and its mirror; nothing else shows its text.
        assert_eq!(html, ["en/faq/kb-2027-0040.html", "faq/kb-2027-0040.html"]);
        assert!(differing.len() <= 40, "{differing:?}");
        assert_eq!(
            report.written.files - report.written.unchanged,
            differing.len(),
            "only files whose bytes differ are written"
        );
        // What is as it was keeps its time, and is the same file on disk as soon as every kept build has it.
        for (name, (_, time)) in &after {
            if !differing.contains(name) && round > 0 {
                let (_, earlier) = before.get(name).expect("it was there");
                assert!(
                    time <= earlier || !old.contains_key(name),
                    "{name} was written again"
                );
            }
        }
        let clean = tempfile::tempdir().expect("a folder");
        build_document(&document, clean.path());
        assert_eq!(new, files(&clean.path().join("demo-p0")), "round {round}");
        assert_eq!(write::verify(out.path(), "demo-p0"), Ok(Vec::new()));
    }
}

/// Whether a text may be shown is decided by more than the text: it is looked at again when that changes.
#[test]
fn sg_inc_3_what_may_be_shown_is_decided_anew() {
    let out = tempfile::tempdir().expect("a folder");
    let mut document = many(30);
    let one = named(&mut document, 7).expect("an article");
    one["body"] = json!("值班电话 13912345678，暗语 canaryseven。");
    let page = |out: &Path| text(&files(&out.join("demo-p0")), "faq/kb-2027-0007.html");
    let mut build = |hotline: &str, shown: bool| {
        document["answers"]["status"]["data"]["serviceDesk"]["hotline"] = json!(hotline);
        // Two builds: the second one goes by what the first one found.
        for _ in 0..2 {
            build_document(&document, out.path());
            assert_eq!(page(out.path()).contains("canaryseven"), shown, "{hotline}");
        }
        let clean = tempfile::tempdir().expect("a folder");
        build_document(&document, clean.path());
        assert_eq!(
            files(&out.path().join("demo-p0")),
            files(&clean.path().join("demo-p0"))
        );
    };
    build("13912345678", true);
    build("400-800-1234", false);
    build("13912345678", true);
    // Taken back although the answers are the same.
    let source = FixtureSource::parse(&document.to_string()).expect("a fixture");
    let instance = instance(&source).expect("an instance");
    let mut options = options(instance, out.path());
    for round in 0..3 {
        options.withdrawn = ["KB-2027-0007".to_owned()].into_iter().collect();
        site_gen::build(&options, &source).expect("a root");
        for (name, bytes) in files(&out.path().join("demo-p0")) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            assert!(!text.contains("canaryseven"), "{name} {round}");
            assert!(!text.contains("第7号说明"), "{name} {round}");
        }
        options.withdrawn.clear();
        site_gen::build(&options, &source).expect("a root");
        assert!(page(out.path()).contains("canaryseven"));
    }
}

/// Texts are read late, but an answer with one that is none does not count as a whole.
#[test]
fn sg_src_2_a_text_that_is_none_aborts_the_build() {
    let out = tempfile::tempdir().expect("a folder");
    let mut document = many(3);
    build_document(&document, out.path());
    let before = files(&out.path().join("demo-p0"));
    named(&mut document, 2).expect("an article")["body"] = json!("BROKEN");
    let text = document.to_string().replace("BROKEN", "\\ud800");
    let source = FixtureSource::parse(&text).expect("a fixture");
    let instance = instance(&source).expect("an instance");
    let error = site_gen::build(&options(instance, out.path()), &source).expect_err("no text");
    assert!(error.to_string().contains("the text of article"), "{error}");
    assert_eq!(files(&out.path().join("demo-p0")), before);
}

/// A folder that is to become the next build may have been damaged meanwhile.
#[test]
fn sg_write_2_a_file_that_vanished_is_written_again() {
    let out = tempfile::tempdir().expect("a folder");
    let mut document = many(30);
    for round in 0..8 {
        named(&mut document, 3).expect("an article")["body"] = json!(body(3, round));
        build_document(&document, out.path());
        assert_eq!(write::verify(out.path(), "demo-p0"), Ok(Vec::new()));
        let spare = out.path().join(".demo-p0/spare/faq/kb-2027-0005.html");
        let was = fs::remove_file(&spare).is_ok();
        assert!(was || round < 3, "a folder waits from the fourth build on");
    }
}

/// What a build remembers is no part of what it makes: without it, or with one that is damaged, the bytes are the same.
#[test]
fn sg_inc_1_what_is_remembered_may_be_lost() {
    let out = tempfile::tempdir().expect("a folder");
    let mut document = many(30);
    build_document(&document, out.path());
    let shelf = out.path().join(".demo-p0");
    for (round, damage) in [
        "",
        "{",
        "{\"generator\":\"another\",\"pages\":{},\"docs\":{}}",
    ]
    .into_iter()
    .enumerate()
    {
        for entry in fs::read_dir(&shelf).expect("a folder").flatten() {
            if entry.path().extension().is_some_and(|end| end == "pages") {
                fs::write(entry.path(), damage).expect("damage");
            }
        }
        named(&mut document, 3).expect("an article")["body"] = json!(body(3, round + 1));
        build_document(&document, out.path());
        let clean = tempfile::tempdir().expect("a folder");
        build_document(&document, clean.path());
        let root = clean.path().join("demo-p0");
        assert_eq!(files(&out.path().join("demo-p0")), files(&root));
    }
    // A file of the index that was lost is no reason to fail either.
    let real = fs::canonicalize(out.path().join("demo-p0")).expect("a root");
    for entry in fs::read_dir(real.join("search"))
        .expect("a folder")
        .flatten()
    {
        fs::remove_file(entry.path()).expect("damage");
    }
    named(&mut document, 3).expect("an article")["body"] = json!(body(3, 9));
    build_document(&document, out.path());
    let clean = tempfile::tempdir().expect("a folder");
    build_document(&document, clean.path());
    let root = clean.path().join("demo-p0");
    assert_eq!(files(&out.path().join("demo-p0")), files(&root));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, ..ProptestConfig::default() })]

    /// After any edits a build on top of an old root gives the bytes of a clean one: changed, added, deleted, renamed,
    /// withdrawn, reclassified, with a broken link and without it again.
    #[test]
    fn sg_inc_1_incremental_equals_full_on_many_pages(
        rounds in proptest::collection::vec(proptest::collection::vec((0_usize..13, 0_usize..60, 0_usize..12), 1..4), 1..6),
    ) {
        let grown = tempfile::tempdir().expect("a folder");
        let mut document = many(60);
        build_document(&document, grown.path());
        for (round, edits) in rounds.into_iter().enumerate() {
            for (edit, at, seed) in edits {
                let last = articles(&mut document).last().cloned().expect("an article");
                if edit == 0 {
                    let mut new = last;
                    new["id"] = json!(format!("art_01kbzA{round}{at:019}"));
                    new["number"] = json!(format!("KB-2028-{round}{at:03}"));
                    let known = articles(&mut document).iter().any(|one| one["id"] == new["id"]);
                    if !known {
                        articles(&mut document).push(new);
                    }
                    continue;
                }
                let id = number(at);
                if edit == 1 {
                    articles(&mut document).retain(|one| one["id"] != id);
                    continue;
                }
                let Some(one) = named(&mut document, at) else { continue };
                match edit {
                    2 => one["title"] = json!(format!("改名{seed}")),
                    3 => one["audiences"] = json!(["IT"]),
                    4 => one["dataLevel"] = json!(3),
                    5 => one["body"] = json!(format!("{}\n[坏](KB-9999-0001)\n", body(at, seed))),
                    6 => one["module"] = json!(format!("模块{}", seed % 3)),
                    // An anchor that another edit takes away, and brings back.
                    7 => one["body"] = json!(format!("{}\n见[步骤](KB-2027-{:04}#步骤)\n", body(at, seed), seed * 5)),
                    8 => one["body"] = json!(body(at, seed).replace("## 步骤", "## 做法")),
                    9 => one["kind"] = json!(["FAQ", "HOWTO", "TECHNICAL"][seed % 3]),
                    10 => one["body"] = json!(format!(":::audience P2\n只给信息中心\n:::\n{}", body(at, seed))),
                    _ => one["body"] = json!(body(at, seed)),
                }
            }
            build_document(&document, grown.path());
            let clean = tempfile::tempdir().expect("a folder");
            build_document(&document, clean.path());
            prop_assert_eq!(files(&grown.path().join("demo-p0")), files(&clean.path().join("demo-p0")));
        }
    }
}
