//! One state of the data, one root: determinism, the swap, and that building on an old root changes nothing.

use std::{
    borrow::Cow,
    fs,
    io::Write,
    sync::atomic::{AtomicU32, Ordering},
};

use proptest::prelude::*;
use serde_json::json;
use site_gen::{
    history,
    read::{QUERIES, offers},
    source::{Source, Variables},
    write,
};

use super::*;

#[test]
fn sg_det_1_two_builds_are_equal_whatever_the_threads() {
    let (one, two) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    build_case("it", one.path()).expect("a root");
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("a pool");
    pool.install(|| build_case("it", two.path()))
        .expect("a root");
    assert_eq!(
        files(&one.path().join("demo-p2")),
        files(&two.path().join("demo-p2"))
    );
}

#[test]
fn sg_write_1_the_root_is_complete_and_swapped_only_on_a_change() {
    let out = tempfile::tempdir().expect("a folder");
    let first = build_case("staff", out.path()).expect("a root");
    assert!(
        first.written.swapped && first.problems.is_empty(),
        "{first:?}"
    );
    let link = out.path().join("demo-p0");
    let before = fs::read_link(&link).expect("a link");
    assert_eq!(write::verify(out.path(), "demo-p0"), Ok(Vec::new()));
    let again = build_case("staff", out.path()).expect("a root");
    assert!(!again.written.swapped && again.written.unchanged == again.written.files);
    assert_eq!(fs::read_link(&link).expect("a link"), before);

    let mut changed = document("staff");
    for round in 0..4 {
        articles(&mut changed)[0]["title"] = json!(format!("改动 {round}"));
        let report = build_document(&changed, out.path());
        assert!(report.written.swapped);
        assert_eq!(write::verify(out.path(), "demo-p0"), Ok(Vec::new()));
    }
    // Three builds are kept; the folder of the one before them waits to become the next one.
    let mut kept: Vec<String> = fs::read_dir(out.path().join(".demo-p0"))
        .expect("builds")
        .flatten()
        .filter(|e| e.path().is_dir())
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    kept.sort();
    assert_eq!(kept, ["000003", "000004", "000005", "spare"]);
    fs::write(link.join("404.html"), "x").expect("a damaged file");
    assert_eq!(
        write::verify(out.path(), "demo-p0"),
        Ok(vec!["404.html".to_owned()])
    );
}

#[test]
fn sg_write_1_the_last_change_is_told_and_taken_back() {
    let out = tempfile::tempdir().expect("a folder");
    build_case("staff", out.path()).expect("a root");
    let before = files(&out.path().join("demo-p0"));
    let all = history::diff(out.path(), "demo-p0").expect("a list");
    assert!(all.len() == before.len() && all.iter().all(|line| line.starts_with("+ ")));
    assert!(
        history::roll_back(out.path(), "demo-p0").is_err(),
        "nothing lies before"
    );
    let mut changed = document("staff");
    articles(&mut changed)[0]["title"] = json!("改动");
    build_document(&changed, out.path());
    let after = files(&out.path().join("demo-p0"));
    let told: Vec<String> = history::diff(out.path(), "demo-p0").expect("a list");
    let differs = |path: &&String| before.get(*path) != after.get(*path);
    let differing: Vec<&String> = before.keys().chain(after.keys()).filter(differs).collect();
    assert!(!told.is_empty());
    for line in &told {
        let (mark, path) = line.split_at(2);
        assert!(differing.iter().any(|one| *one == path), "{line}");
        assert_eq!(
            mark == "~ ",
            before.contains_key(path) && after.contains_key(path),
            "{line}"
        );
    }
    assert!(
        differing
            .iter()
            .all(|path| told.iter().any(|line| line.ends_with(path.as_str())))
    );
    history::roll_back(out.path(), "demo-p0").expect("the build before");
    assert_eq!(files(&out.path().join("demo-p0")), before);
    assert_eq!(write::verify(out.path(), "demo-p0"), Ok(Vec::new()));
    // The next build goes on from what is served, under a number that nothing has.
    assert!(build_document(&changed, out.path()).written.swapped);
    assert_eq!(files(&out.path().join("demo-p0")), after);
}

#[test]
fn sg_write_2_a_failed_build_leaves_the_old_root() {
    let out = tempfile::tempdir().expect("a folder");
    build_case("staff", out.path()).expect("a root");
    let before = files(&out.path().join("demo-p0"));
    for case in ["unknown-word", "answer-error", "collision"] {
        assert!(build_case(case, out.path()).is_err(), "{case}");
        assert_eq!(files(&out.path().join("demo-p0")), before, "{case}");
    }
    let folders = fs::read_dir(out.path().join(".demo-p0"))
        .expect("builds")
        .flatten()
        .filter(|e| e.path().is_dir());
    assert_eq!(folders.count(), 1, "nothing half made stays");
}

/// Answers from a fixture, with a revision that grows at some of the attempts.
struct Restless {
    inner: FixtureSource,
    /// Attempts that see the data change.
    changes: u32,
    statuses: AtomicU32,
}

impl Source for Restless {
    fn query(&self, name: &str, text: &str, variables: &Variables) -> Result<Cow<'_, str>, Error> {
        let answer = self.inner.query(name, text, variables)?;
        match name {
            "status" => {
                self.statuses.fetch_add(1, Ordering::Relaxed);
                Ok(answer)
            }
            "revision" if self.statuses.load(Ordering::Relaxed) <= self.changes => {
                Ok(Cow::Owned(answer.replace("1042", "1043")))
            }
            _ => Ok(answer),
        }
    }

    fn file(&self, id: &str, to: &mut dyn Write) -> Result<(), Error> {
        self.inner.file(id, to)
    }
}

#[test]
fn sg_src_3_one_build_sees_one_state() {
    for (changes, good) in [(0, true), (2, true), (3, false)] {
        let source = Restless {
            inner: FixtureSource::open(&fixture("it")).expect("a fixture"),
            changes,
            statuses: AtomicU32::new(0),
        };
        let instance = instance(&source.inner).expect("an instance");
        let found = site_gen::check(&options(instance, Path::new("")), &source);
        assert_eq!(found.is_ok(), good, "{changes}: {found:?}");
        assert_eq!(
            source.statuses.into_inner(),
            changes.min(2) + 1,
            "read again only after a change, three times at most"
        );
        if let Err(error) = found {
            assert!(error.to_string().contains("changed while it was read"));
        }
    }
}

#[test]
fn sg_src_2_an_audience_asks_its_own_queries_only() {
    let names = |audience: Audience| -> Vec<&str> {
        let own = QUERIES.iter().filter(|query| offers(audience, query.name));
        own.map(|query| query.name).collect()
    };
    for audience in [Audience::Staff, Audience::Icu] {
        assert_eq!(
            names(audience),
            ["status", "notices", "articles", "withdrawn", "revision"]
        );
    }
    // A manager reads numbers where the centre reads records.
    let numbers = ["sla_ratio", "inspection_figures"];
    let records = ["board", "inspections", "rectification", "sla_month"];
    for query in QUERIES {
        assert_eq!(
            names(Audience::It).contains(&query.name),
            !numbers.contains(&query.name)
        );
        assert_eq!(
            names(Audience::Mgmt).contains(&query.name),
            !records.contains(&query.name)
        );
    }
    assert!(!offers(Audience::Mgmt, "board") && offers(Audience::Audit, "report_issues"));
    assert!(!offers(Audience::It, "nothing"));
    // A root of the staff is built although the source could answer more.
    let mut document = document("it");
    readdress(&mut document, "demo-p0");
    document["audience"] = json!("P0");
    let out = tempfile::tempdir().expect("a folder");
    build_document(&document, out.path());
    let files = files(&out.path().join("demo-p0"));
    assert!(files.contains_key("index.html"));
    assert!(
        !files
            .keys()
            .any(|name| name.starts_with("sla/") || name.starts_with("reports/"))
    );
}

#[test]
fn sg_src_2_a_missing_answer_ends_the_build() {
    let mut document = document("staff");
    let answers = document["answers"].as_object_mut().expect("answers");
    answers.remove("notices");
    let source = FixtureSource::parse(&document.to_string()).expect("a fixture");
    let instance = instance(&source).expect("an instance");
    let error = site_gen::check(&options(instance, Path::new("")), &source).expect_err("no answer");
    assert!(
        error.to_string().contains("no answer to `notices`"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// SG-INC-1: after any edits, building on top of an old root gives the bytes of a clean build.
    #[test]
    fn sg_inc_1_incremental_equals_full(edits in proptest::collection::vec((0_usize..6, 0_usize..9), 1..6)) {
        let (grown, clean) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let mut document = document("staff");
        build_document(&document, grown.path());
        for (round, (edit, at)) in edits.into_iter().enumerate() {
            let all = articles(&mut document);
            let at = at % all.len();
            match edit {
                0 => all[at]["body"] = json!(format!("第 {round} 次修改。")),
                1 => { let mut new = all[at].clone(); new["id"] = json!(format!("art_n{round}")); new["number"] = json!(format!("KB-8{round:03}")); all.push(new); }
                2 if all.len() > 2 => { all.remove(at); }
                3 => all[at]["module"] = json!("移动"),
                4 => all[at]["audiences"] = json!(["IT"]),
                _ => all[at]["dataLevel"] = json!(3),
            }
            build_document(&document, grown.path());
        }
        build_document(&document, clean.path());
        prop_assert_eq!(files(&grown.path().join("demo-p0")), files(&clean.path().join("demo-p0")));
    }
}

#[test]
fn sg_aud_1_answers_for_another_root_end_the_build() {
    let mut document = document("staff");
    for other in [serde_json::Value::Null, "demo-p2".into()] {
        document["answers"]["status"]["data"]["portal"]["instance"] = other;
        let source = FixtureSource::parse(&document.to_string()).expect("a fixture");
        let out = tempfile::tempdir().expect("a folder");
        let own = instance(&source).expect("an instance");
        let error = site_gen::build(&options(own, out.path()), &source).expect_err("no root");
        assert!(error.to_string().contains("another root"), "{error}");
        assert!(!out.path().join("demo-p0").exists());
    }
}
