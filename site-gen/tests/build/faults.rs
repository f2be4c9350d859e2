//! What is held back, what is left out, and what ends a build.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;

#[test]
fn sg_qa_4_each_fault_has_its_consequence() {
    for (case, kind, words) in [
        ("bad-link", "quarantine", vec!["no page", "no anchor"]),
        ("bad-image", "quarantine", vec!["an image is missing"]),
        ("bad-privacy", "quarantine", vec!["identity card"]),
        ("bad-audience", "excluded", vec!["unknown audience"]),
        ("no-level", "excluded", vec!["no data level"]),
        ("bad-block", "excluded", vec!["not closed"]),
    ] {
        let out = tempfile::tempdir().expect("a folder");
        let report = build_case(case, out.path()).expect("a root");
        assert!(report.held_back(), "{case}");
        assert!(
            report
                .problems
                .iter()
                .all(|problem| problem.kind == kind && problem.record == article_id(5)),
            "{case}: {:?}",
            report.problems
        );
        for word in words {
            assert!(
                report
                    .problems
                    .iter()
                    .any(|problem| problem.reason.contains(word)),
                "{case}: {:?}",
                report.problems
            );
        }
        let files = files(&out.path().join("demo-p0"));
        let page = format!("faq/{}.html", article_page(5));
        match kind {
            "quarantine" => {
                assert!(text(&files, &page).contains("本页待核，暂不显示"))
            }
            _ => assert!(!files.contains_key(&page)),
        }
        let told = serde_json::to_string(&report).expect("JSON");
        assert!(!told.contains("11010519491231002X"), "the value is told");
        for (name, bytes) in &files {
            assert!(
                !String::from_utf8_lossy(bytes).contains("11010519491231002X"),
                "{name}"
            );
        }
    }
    for (case, word) in [
        ("collision", "two pages want the path"),
        ("unknown-word", "SOMEHOW"),
        ("answer-error", "answered with errors"),
        ("unknown-instance", "unknown audience"),
    ] {
        let out = tempfile::tempdir().expect("a folder");
        let error = build_case(case, out.path()).expect_err(case);
        assert!(error.to_string().contains(word), "{case}: {error}");
        assert!(!out.path().join("demo-p0").exists(), "{case}");
    }
}

/// The hospital found no patient in a text that looks like it; what a reader of the audience must not see stays away.
#[test]
fn sg_quar_1_a_text_that_the_hospital_explained_is_shown() {
    let mut document = document("bad-privacy");
    for article in articles(&mut document) {
        article["screeningOverridden"] = json!(true);
    }
    let out = tempfile::tempdir().expect("a folder");
    let report = build_document(&document, out.path());
    assert!(!report.held_back(), "{:?}", report.problems);
    let page = format!("faq/{}.html", article_page(5));
    let shown = files(&out.path().join("demo-p0"));
    assert!(text(&shown, &page).contains("11010519491231002X"));
    for article in articles(&mut document) {
        let body = article["body"].as_str().expect("a text").to_owned();
        article["body"] = json!(body.replace("11010519491231002X", "192.168.1.20"));
    }
    let out = tempfile::tempdir().expect("a folder");
    let report = build_document(&document, out.path());
    let reasons: Vec<_> = report.problems.iter().map(|one| &one.reason).collect();
    assert!(
        matches!(&reasons[..], [one] if one.contains("IP address")),
        "{reasons:?}"
    );
}

/// Who had the address of a withdrawn article learns that it is gone; a text that leads there stays, and is told.
#[test]
fn sg_inc_3_the_address_of_a_withdrawn_article_says_so() {
    let mut document = document("staff");
    let gone = articles(&mut document).remove(0);
    let number = gone["number"].as_str().expect("a number").to_owned();
    let title = gone["title"].as_str().expect("a title").to_owned();
    articles(&mut document).retain(|article| article["number"] != number);
    document["answers"]["withdrawn"]["data"]["withdrawnArticles"] = json!([
        { "number": number, "kind": gone["kind"], "withdrawnAt": "2026-11-10T02:00:00Z" },
    ]);
    let linking = {
        let article = &mut articles(&mut document)[0];
        article["body"] = json!(format!("参见 [旧文]({number}#第一步)。"));
        article["id"].as_str().expect("an id").to_owned()
    };
    let out = tempfile::tempdir().expect("a folder");
    // The second build begins with what the first remembers.
    for again in [false, true] {
        let report = build_document(&document, out.path());
        assert!(!report.held_back(), "{again}: {:?}", report.problems);
        let told = |one: &site_gen::plan::Problem| {
            one.record == linking && one.kind == "warning" && one.reason.contains("was withdrawn")
        };
        assert!(
            report.problems.iter().any(told),
            "{again}: {:?}",
            report.problems
        );
        let root = files(&out.path().join("demo-p0"));
        let mut paths = root.keys().filter(|path| path.starts_with("faq/"));
        let path = paths.find(|path| path.contains(&number.to_lowercase()));
        let page = text(&root, path.expect("a page"));
        assert!(page.contains("本条目已撤下") && page.contains("2026-11-10 10:00"));
        for (name, bytes) in &root {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains(&title), "{name}");
        }
        for name in ["sitemap.xml", "feed.xml"] {
            assert!(
                !text(&root, name).contains(&number.to_lowercase()),
                "{name}"
            );
        }
        document["answers"]["status"]["data"]["portal"]["revision"] = json!(2000);
        document["answers"]["revision"]["data"]["portal"]["revision"] = json!(2000);
    }
}

#[test]
fn sg_qa_4_every_fault_fails_the_check() {
    for entry in
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")).expect("fixtures")
    {
        let case = entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        let source = FixtureSource::open(&fixture(&case)).expect("a fixture");
        let found = instance(&source)
            .and_then(|instance| site_gen::check(&options(instance, Path::new("")), &source));
        let clean = found.is_ok_and(|report| !report.held_back());
        assert_eq!(
            clean,
            matches!(case.as_str(), "staff" | "it" | "mgmt"),
            "{case}"
        );
    }
}

#[test]
fn sg_quar_1_only_the_faulty_page_differs() {
    let (good, bad) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let mut with = document("staff");
    build_document(&with, good.path());
    let body = articles(&mut with)[4]["body"]
        .as_str()
        .expect("a body")
        .to_owned();
    articles(&mut with)[4]["body"] = json!(format!("{body}\n\n见[没有](KB-0000-0000)。\n"));
    let number = articles(&mut with)[4]["number"]
        .as_str()
        .expect("a number")
        .to_lowercase();
    let report = build_document(&with, bad.path());
    assert!(report.held_back());
    let (good, bad) = (
        without_foot(files(&good.path().join("demo-p0"))),
        without_foot(files(&bad.path().join("demo-p0"))),
    );
    for (name, content) in &good {
        let own = name.ends_with(&format!("{number}.html"));
        if own {
            assert_ne!(bad.get(name), Some(content), "{name}");
        } else if !name.contains("search/") {
            assert_eq!(bad.get(name), Some(content), "{name}");
        }
    }
}

/// A root of an audience with one article for each audience and level: what is found in it, and how many are left out.
fn canaries(own: Audience) -> (BTreeSet<String>, BTreeSet<String>, usize) {
    let mut document = document(match own {
        Audience::Mgmt => "mgmt",
        _ => "it",
    });
    let scope = if own.has_scope() { "-part" } else { "" };
    let name = format!("demo-{}{scope}", own.code().to_lowercase());
    readdress(&mut document, &name);
    document["audience"] = json!(own.code());
    let model = articles(&mut document)[0].clone();
    articles(&mut document).clear();
    let mut expected = BTreeSet::new();
    let mut all = BTreeSet::new();
    for (at, audience) in Audience::ALL.iter().enumerate() {
        for level in 1..=4_i64 {
            let canary = format!("canary{}l{level}x", audience.code().to_lowercase());
            let mut article = model.clone();
            article["id"] = json!(format!("art_c{at}{level}"));
            article["number"] = json!(format!("KB-9{at}{level}"));
            article["title"] = json!(format!("标题 {canary}"));
            article["tags"] = json!([canary]);
            article["body"] = json!(format!(
                "# {canary}\n\n{canary}\n\n:::audience P5\ncanaryblockp5x\n:::\n"
            ));
            article["audiences"] = json!([audience.code()]);
            article["dataLevel"] = json!(level);
            articles(&mut document).push(article);
            all.insert(canary.clone());
            let read = *audience == own || *audience == Audience::Staff;
            if read && level <= i64::from(own.highest_level()) {
                expected.insert(canary);
            }
        }
    }
    all.insert("canaryblockp5x".to_owned());
    if own == Audience::Audit {
        expected.insert("canaryblockp5x".to_owned());
    }
    let out = tempfile::tempdir().expect("a folder");
    let report = build_document(&document, out.path());
    let mut found = BTreeSet::new();
    for (name, bytes) in files(&out.path().join(&report.instance)) {
        let content = format!("{name}\n{}", String::from_utf8_lossy(&bytes)).to_lowercase();
        found.extend(
            all.iter()
                .filter(|canary| content.contains(canary.as_str()))
                .cloned(),
        );
    }
    let excluded = report
        .problems
        .iter()
        .filter(|problem| problem.kind == "excluded");
    (expected, found, excluded.count())
}

#[test]
fn sg_aud_2_no_canary_reaches_a_root_that_must_not_have_it() {
    // Each has its own records and those for everybody, and nothing of the others.
    for audience in Audience::ALL {
        let (expected, found, excluded) = canaries(audience);
        assert_eq!(found, expected, "{audience}");
        let above = 4 - usize::from(audience.highest_level());
        let own = if audience == Audience::Staff { 1 } else { 2 };
        assert_eq!(
            excluded,
            own * above,
            "{audience}: levels above the cap are told"
        );
    }
}

#[test]
fn sg_aud_3_texts_beside_articles_are_screened_too() {
    let mut document = document("it");
    let card = "11010519491231002X";
    let answers = &mut document["answers"];
    answers["status"]["data"]["systemStatus"]["message"] = json!(format!("患者 {card} 的记录"));
    answers["status"]["data"]["disasterNotice"] = json!({ "id": "ntc_9", "title": format!("机房断电 {card}"), "body": "", "validFrom": "2026-11-20T08:00:00Z" });
    answers["rectification"]["data"]["list"]["nodes"][0]["steps"][0]["text"] = json!(card);
    answers["contracts"]["data"]["contracts"][0]["title"] = json!(card);
    let out = tempfile::tempdir().expect("a folder");
    let report = build_document(&document, out.path());
    let records: BTreeSet<&str> = report
        .problems
        .iter()
        .map(|problem| problem.record.as_str())
        .collect();
    for record in ["status", "disaster", "RT-2026-0011"] {
        assert!(records.contains(record), "{record}: {records:?}");
    }
    let files = files(&out.path().join("demo-p2"));
    for (name, bytes) in &files {
        assert!(!String::from_utf8_lossy(bytes).contains(card), "{name}");
    }
    // The banner goes out in any case.
    assert!(text(&files, "sla/index.html").contains("请按停机应急手册执行"));
}
