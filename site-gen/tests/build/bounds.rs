//! The bounds of a root: nothing in it, very much in it, sizes, a builder that is killed.

use std::{
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use site_gen::write;

use super::*;

/// An answer without any record.
fn emptied(case: &str) -> Value {
    let mut document = document(case);
    for (name, answer) in document["answers"].as_object_mut().expect("answers") {
        if answer["data"]["list"].is_object() {
            answer["data"]["list"]["nodes"] = json!([]);
        }
        if name == "contracts" {
            answer["data"] = json!({ "contracts": [], "workCalendars": [] });
        }
    }
    let status = &mut document["answers"]["status"]["data"];
    status["maintenanceWindows"] = json!([]);
    status["portal"]["calendarVersion"] = json!(null);
    status["systemStatus"] =
        json!({ "state": "NORMAL", "since": null, "nextUpdateAt": null, "message": null });
    document
}

/// Many rows, long names, everything absent that may be.
fn swollen() -> Value {
    let mut document = document("it");
    let long = "很长的名称".repeat(100);
    let answers = &mut document["answers"];
    let clocks = answers["board"]["data"]["list"]["nodes"]
        .as_array_mut()
        .expect("clocks");
    let model = clocks[0].clone();
    for at in 0..10_000 {
        let mut clock = model.clone();
        clock["dueAt"] = json!(null);
        clock["dueBeforeAt"] = json!(null);
        clock["overdue"] = json!(at % 2 == 0);
        clock["ticket"]["number"] = json!(format!("ICU-2026-{at:06}"));
        clock["ticket"]["severity"] = json!(null);
        if at % 100 == 0 {
            clock["ticket"] = json!(null);
        }
        clocks.push(clock);
    }
    for inspection in answers["inspections"]["data"]["list"]["nodes"]
        .as_array_mut()
        .expect("inspections")
    {
        for name in [
            "endedOn",
            "conclusion",
            "reportDueBeforeAt",
            "reportSubmittedAt",
        ] {
            inspection[name] = json!(null);
        }
        for finding in inspection["findings"].as_array_mut().expect("findings") {
            for name in ["advice", "deadline", "deadlineOn"] {
                finding[name] = json!(null);
            }
            finding["description"] = json!(long);
        }
    }
    for task in answers["rectification"]["data"]["list"]["nodes"]
        .as_array_mut()
        .expect("tasks")
    {
        task["finding"] = json!(null);
        task["reportNumber"] = json!(null);
    }
    for report in answers["report_issues"]["data"]["list"]["nodes"]
        .as_array_mut()
        .expect("reports")
    {
        for name in ["issuedAt", "way", "pageCount", "pdfSha256", "definition"] {
            report[name] = json!(null);
        }
    }
    for article in articles(&mut document) {
        article["title"] = json!(long);
        for name in ["module", "reviewedAt", "outdatedAt"] {
            article[name] = json!(null);
        }
    }
    document
}

#[test]
fn sg_page_3_every_template_bears_nothing_and_very_much() {
    for document in [
        emptied("it"),
        emptied("staff"),
        emptied("mgmt"),
        document("mgmt"),
        swollen(),
    ] {
        let out = tempfile::tempdir().expect("a folder");
        let report = build_document(&document, out.path());
        assert!(report.pages >= 8, "{report:?}");
        let root = files(&out.path().join(&report.instance));
        assert!(text(&root, "index.html").contains("系统状态"));
    }
}

#[test]
fn sg_size_1_the_frame_of_a_page_is_small() {
    let out = tempfile::tempdir().expect("a folder");
    let report = build_document(&swollen(), out.path());
    let root = files(&out.path().join(&report.instance));
    // Pages without content of their own are frame alone.
    for name in ["404.html", "about.html", "en/about.html"] {
        let size = root[name].len();
        assert!(size <= 25_000, "{name} has {size} bytes");
    }
}

#[test]
fn sg_size_2_pages_styles_and_scripts_have_bounds() {
    let out = tempfile::tempdir().expect("a folder");
    build_case("it", out.path()).expect("a root");
    let root = files(&out.path().join("demo-p2"));
    let sum = |ending: &str| -> usize {
        let of = root
            .iter()
            .filter(|(name, _)| name.starts_with("assets/") && name.ends_with(ending));
        of.map(|(_, bytes)| bytes.len()).sum()
    };
    let (css, js) = (sum(".css"), sum(".js"));
    assert!(css <= 30_000 && js <= 40_000, "{css} {js}");
    for (name, bytes) in root.iter().filter(|(name, _)| name.ends_with(".html")) {
        assert!(bytes.len() + css + js <= 150_000, "{name}");
    }
    for (name, bytes) in root.iter().filter(|(name, _)| name.contains("search/")) {
        assert!(bytes.len() <= 64_000, "{name} has {} bytes", bytes.len());
    }
}

#[test]
fn sg_feed_1_ids_never_change_and_addresses_need_a_base() {
    let build = |base: Option<&str>| {
        let out = tempfile::tempdir().expect("a folder");
        let source = FixtureSource::open(&fixture("staff")).expect("a fixture");
        let mut options = options(instance(&source).expect("an instance"), out.path());
        options.base_url = base.map(str::to_owned);
        site_gen::build(&options, &source).expect("a root");
        let root = files(&out.path().join("demo-p0"));
        (
            text(&root, "feed.xml"),
            text(&root, "sitemap.xml"),
            text(&root, "en/feed.xml"),
        )
    };
    let (feed, map, english) = build(None);
    assert!(!feed.contains("href=\"http") && !map.contains("<loc>http"));
    let id = "<id>tag:icuops,2026:demo-p0:ntc_01kc0000000000000000000007</id>";
    assert!(feed.contains(id) && english.contains(id));
    let (feed, map, _) = build(Some("https://portal.example/portal/"));
    assert!(feed.contains(id), "an id does not follow the address");
    assert!(feed.contains(
        "href=\"https://portal.example/portal/demo-p0/notices/ntc_01kc0000000000000000000007.html\""
    ));
    assert!(map.contains("<loc>https://portal.example/portal/demo-p0/index.html</loc>"));
}

#[test]
fn sg_link_1_a_broken_link_tells_where_and_what_is_near() {
    let out = tempfile::tempdir().expect("a folder");
    let report = build_case("bad-link", out.path()).expect("a root");
    let told: Vec<String> = report
        .problems
        .iter()
        .map(|problem| format!("{} {} {}", problem.path, problem.line, problem.reason))
        .collect();
    let page = format!("faq/{}.html", article_page(5));
    for words in [
        format!("{page} 1 no page `faq/KB-2026-0099`"),
        format!("{page} 1 no anchor `没有这一节`"),
        "需要说明的内容".to_owned(),
        format!("{page} 3 no page `faq/nothing.html`; near: "),
    ] {
        assert!(
            told.iter().any(|one| one.contains(&words)),
            "{words}: {told:?}"
        );
    }
}

#[test]
fn sg_inc_3_what_is_withdrawn_is_gone_at_the_next_build() {
    let out = tempfile::tempdir().expect("a folder");
    let mut document = document("staff");
    let article = at(&mut document, 5);
    article["title"] = json!("账号 canarygone");
    article["body"] = json!("canarygone");
    build_document(&document, out.path());
    let root = out.path().join("demo-p0");
    let has = || {
        files(&root)
            .values()
            .any(|bytes| String::from_utf8_lossy(bytes).contains("canarygone"))
    };
    assert!(has());
    let id = article_id(5);
    articles(&mut document).retain(|article| article["id"] != id);
    build_document(&document, out.path());
    assert!(!has());
    assert!(!files(&root).contains_key(&format!("faq/{}.html", article_page(5))));
}

#[test]
fn sg_write_1_a_builder_that_is_killed_leaves_a_whole_root() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("roots");
    let write = |title: &str| {
        let mut document = document("staff");
        at(&mut document, 5)["title"] = json!(title);
        let path = folder.path().join("portal.json");
        fs::write(&path, document.to_string()).expect("a document");
        path
    };
    let start = |title: &str| {
        Command::new(env!("CARGO_BIN_EXE_site-gen"))
            .arg("build")
            .arg(write(title))
            .arg("--out")
            .arg(&out)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a builder")
    };
    let begun = Instant::now();
    assert!(start("标题 0").wait().expect("an end").success());
    let whole = begun.elapsed();
    let mut titles = vec!["标题 0".to_owned()];
    let mut swapped = 0;
    for round in 1..=100_u32 {
        let title = format!("标题 {round}");
        let mut builder = start(&title);
        titles.push(title);
        // Points all over the run, a prime apart, and a little beyond its usual end.
        thread::sleep(
            whole
                .mul_f64(f64::from(round * 37 % 100) / 80.0)
                .max(Duration::from_micros(200)),
        );
        let _ = builder.kill();
        builder.wait().expect("an end");
        assert_eq!(
            write::verify(&out, "demo-p0"),
            Ok(Vec::new()),
            "round {round}"
        );
        let page = fs::read_to_string(out.join(format!("demo-p0/faq/{}.html", article_page(5))))
            .expect("a page");
        let served = titles
            .iter()
            .rposition(|title| page.contains(&format!("<h1>{title}</h1>")))
            .expect("a title");
        // A root that was swapped in never goes back.
        assert!(served >= swapped, "round {round}");
        swapped = served;
    }
    assert!(swapped > 0, "some builds came to their end");
}
