//! What every page has, and how lists and the mirror behave.

use std::collections::BTreeSet;

use serde_json::json;
use site_gen::write;

use super::*;

#[test]
fn sg_page_1_every_page_has_its_foot_and_leads_somewhere() {
    let out = tempfile::tempdir().expect("a folder");
    build_case("it", out.path()).expect("a root");
    let files = files(&out.path().join("demo-p2"));
    let mut links = 0;
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with(".html")) {
        let html = String::from_utf8_lossy(bytes).replace("&#x2f;", "/");
        for part in [
            "<h1",
            "P2 信息中心",
            "数据截至",
            "生成时间",
            "CN-2026.1",
            "5.2.0",
            "2026-11-20 16:30",
            "id=\"site-main\"",
        ] {
            if name.starts_with("en/") && !part.is_ascii() {
                continue;
            }
            assert!(html.contains(part), "{part} is not on {name}");
        }
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert!(
            !html.contains(" style=") && !html.contains("<script>") && !html.contains("onclick"),
            "{name}"
        );
        let mut ids = BTreeSet::new();
        for id in html
            .split(" id=\"")
            .skip(1)
            .filter_map(|part| part.split('"').next())
        {
            assert!(ids.insert(id), "{id} twice on {name}");
        }
        for key in [" href=\"", " src=\"", " action=\""] {
            for address in html
                .split(key)
                .skip(1)
                .filter_map(|part| part.split('"').next())
            {
                if address.starts_with("http")
                    || address.starts_with("tel:")
                    || address.starts_with('#')
                {
                    assert!(
                        !address.starts_with("http") || address == "https://www.example.org/help",
                        "{address} on {name}"
                    );
                    continue;
                }
                let path = address.split('#').next().unwrap_or_default();
                let mut parts: Vec<&str> = name.split('/').collect();
                parts.pop();
                for part in path.split('/') {
                    if part == ".." {
                        parts.pop().expect("inside the root");
                    } else {
                        parts.push(part);
                    }
                }
                let target = parts.join("/");
                assert!(
                    files.contains_key(&target),
                    "{address} on {name} leads nowhere"
                );
                links += 1;
            }
        }
    }
    assert!(links > 1_000, "{links}");
    for name in files.keys() {
        assert!(
            name.len() <= 120
                && name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-/".contains(&b)),
            "{name}"
        );
    }
}

#[test]
fn sg_i18n_1_the_mirror_falls_back_with_a_notice() {
    let out = tempfile::tempdir().expect("a folder");
    build_case("staff", out.path()).expect("a root");
    let files = files(&out.path().join("demo-p0"));
    let fallback = text(&files, &format!("en/faq/{}.html", article_page(5)));
    assert!(
        fallback.contains("not translated yet") && fallback.contains("<article lang=\"zh-Hans\">")
    );
    let own = text(&files, &format!("en/faq/{}.html", article_page(3)));
    assert!(own.contains("How to report a fault") && !own.contains("not translated yet"));
    let zh: BTreeSet<&str> = files
        .keys()
        .filter(|name| !name.starts_with("en/") && name.ends_with(".html"))
        .map(String::as_str)
        .collect();
    for name in zh {
        assert!(
            files.contains_key(&format!("en/{name}")),
            "{name} has no mirror"
        );
    }
}

#[test]
fn sg_i18n_1_a_second_translation_stands_for_itself() {
    let mut document = document("staff");
    let model = articles(&mut document)
        .iter()
        .find(|article| article["language"] == "EN")
        .expect("a translation")
        .clone();
    let mut second = model.clone();
    second["id"] = json!("art_01kbf");
    second["title"] = json!("How to report, shorter");
    articles(&mut document).push(second);
    let out = tempfile::tempdir().expect("a folder");
    let report = build_document(&document, out.path());
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let files = files(&out.path().join("demo-p0"));
    let first = text(&files, &format!("en/faq/{}.html", article_page(3)));
    assert!(first.contains("How to report a fault"));
    assert!(text(&files, "en/faq/art_01kbf.html").contains("shorter"));
}

#[test]
fn sg_page_4_long_lists_are_split() {
    let mut document = document("it");
    let nodes = document["answers"]["board"]["data"]["list"]["nodes"]
        .as_array_mut()
        .expect("clocks");
    let model = nodes[0].clone();
    for at in 0..250 {
        let mut clock = model.clone();
        clock["ticket"]["number"] = json!(format!("ICU-2026-9{at:05}"));
        nodes.push(clock);
    }
    let out = tempfile::tempdir().expect("a folder");
    build_document(&document, out.path());
    let files = files(&out.path().join("demo-p2"));
    assert_eq!(text(&files, "sla/index.html").matches("<tr>").count(), 101);
    assert!(files.contains_key("sla/index-3.html") && !files.contains_key("sla/index-4.html"));
    assert!(files.contains_key("sla/state-overdue-2.html"));
}

#[test]
fn sg_report_1_a_finding_tells_its_state_and_what_happened() {
    let out = tempfile::tempdir().expect("a folder");
    build_case("it", out.path()).expect("a root");
    let files = files(&out.path().join("demo-p2"));
    let page = text(&files, "inspections/ins-2026-0004.html").replace("&#x2f;", "/");
    for part in [
        "id=\"ins-2026-0004-f01\"",
        "自报告确认起 5 个工作日",
        "已清理 60 天前的归档日志",
        "延期至 2026-11-13 24:00",
        "验证退回",
        "../reports/index.html#rpt-2026-0012-r1",
        "2026-10-28 24:00",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let reports = text(&files, "reports/index.html").replace("&#x2f;", "/");
    for part in [
        "id=\"rpt-2026-0012-r1\"",
        "../inspections/ins-2026-0004.html",
        "已被替代",
    ] {
        assert!(reports.contains(part), "{part}");
    }
    let board = text(&files, "rectification/index.html").replace("&#x2f;", "/");
    assert!(board.contains("../inspections/ins-2026-0004.html#ins-2026-0004-f01"));
    // Facets: one page for each state of rectification that there is, and the worst risk first.
    let findings = text(&files, "findings/index.html");
    let at = |part: &str| findings.find(part).expect(part);
    assert!(at("risk-critical.html") < at("risk-high.html"));
    assert!(at("risk-high.html") < at("risk-medium.html"));
    assert!(findings.contains("state-verified.html"));
    assert!(files.contains_key("findings/state-verified.html"));
    assert!(!files.contains_key("findings/state-waived.html"));
    // What the root shows is explained; its list of notices is linked.
    let about = text(&files, "about.html");
    for part in ["整改任务的状态", "risk level", "CN-2026.1", "Apache-2.0"] {
        assert!(about.contains(part), "{part}");
    }
    assert!(text(&files, "index.html").contains("notices/index.html"));
}

#[test]
fn sg_page_2_numbers_have_numerator_and_denominator() {
    let out = tempfile::tempdir().expect("a folder");
    build_case("it", out.path()).expect("a root");
    let files = files(&out.path().join("demo-p2"));
    let page = text(&files, "sla/2026-10.html").replace("&#x2f;", "/");
    for part in [
        "15/16",
        "93.75 %",
        "5 个工作日",
        "HT-2026-018",
        "ICU-2026-000398",
        "1 天 3 小时",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(text(&files, "sla/2026-11.html").contains("本月未结束"));
    assert!(text(&files, "sla/calendar.html").contains("CN-2027.0"));
    let board = text(&files, "sla/index.html");
    assert!(board.contains("2026-10.html") && board.contains("calendar.html"));
    for name in files.keys() {
        assert!(
            !name.contains("2026-09") && !name.contains("2026-12"),
            "{name}"
        );
    }
}

#[test]
fn sg_md_7_a_cleared_image_is_shown_with_its_size() {
    let mut document = document("staff");
    let body = at(&mut document, 5)["body"]
        .as_str()
        .expect("a body")
        .to_owned();
    at(&mut document, 5)["body"] = json!(format!("{body}\n![界面](att_screen1)\n"));
    let sha256 =
        write::hash(&fs::read(fixture("staff").with_file_name("screen1.png")).expect("an image"));
    let file = |cleared: bool| json!([{ "file": { "id": "att_screen1", "contentType": "image/png", "sha256": sha256 }, "width": 480, "height": 270, "isCleared": cleared }]);
    document["files"] = json!({ "att_screen1": "fixtures/staff/screen1.png" });
    let page = format!("faq/{}.html", article_page(5));
    at(&mut document, 5)["files"] = file(true);
    let out = tempfile::tempdir().expect("a folder");
    let report = build_document(&document, out.path());
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let good = files(&out.path().join("demo-p0"));
    assert!(text(&good, &page).contains("width=\"480\" height=\"270\""));
    assert!(good.contains_key("files/att_screen1.png"));
    // Without the reviewer's flag it counts as missing, and nothing of it is in the root.
    at(&mut document, 5)["files"] = file(false);
    let out = tempfile::tempdir().expect("a folder");
    assert!(build_document(&document, out.path()).held_back());
    let bad = files(&out.path().join("demo-p0"));
    assert!(text(&bad, &page).contains("本页待核"));
    assert!(!bad.contains_key("files/att_screen1.png"));
}

#[test]
fn sg_page_1_the_banner_stands_on_every_page() {
    let mut document = document("staff");
    document["answers"]["status"]["data"]["disasterNotice"] = json!({
        "id": "ntc_9", "title": "机房断电", "body": "请改用**纸质**表单，[步骤](art_1)。", "validFrom": "2026-11-20T08:00:00Z",
    });
    let out = tempfile::tempdir().expect("a folder");
    build_document(&document, out.path());
    for (name, bytes) in files(&out.path().join("demo-p0")) {
        if name.ends_with(".html") {
            let html = String::from_utf8_lossy(&bytes);
            assert!(
                html.contains("机房断电") && html.contains("请改用纸质表单，步骤。"),
                "{name}"
            );
        }
    }
}

#[test]
fn sg_page_1_how_to_report_shows_ways_and_promises() {
    let out = tempfile::tempdir().expect("a folder");
    build_case("staff", out.path()).expect("a root");
    let root = files(&out.path().join("demo-p0"));
    let page = text(&root, "report.html");
    for part in [
        "400-800-1234",
        "周一、周二、周三、周四、周五 08:00–17:30",
        "不得含任何患者信息",
        "每次须经院方授权",
        "2 小时",
        "1 个工作日",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(text(&root, "index.html").contains("tel:4008001234"));
    assert!(text(&root, "en/report.html").contains("Mon, Tue"));
    // Without a contract in force there is no such page, and nothing leads to it.
    let mut document = document("staff");
    document["answers"]["status"]["data"]["serviceDesk"] = json!(null);
    let out = tempfile::tempdir().expect("a folder");
    build_document(&document, out.path());
    let root = files(&out.path().join("demo-p0"));
    assert!(!root.contains_key("report.html"));
    assert!(!text(&root, "index.html").contains("report.html"));
}

#[test]
fn sg_page_5_a_ratio_is_numbers_and_a_meter_without_any_style() {
    let out = tempfile::tempdir().expect("a folder");
    build_case("mgmt", out.path()).expect("a root");
    let root = files(&out.path().join("demo-p3"));
    let months = text(&root, "sla/index.html");
    for words in [
        "15/16<meter",
        "value=\"9375\"",
        "93.75 %",
        "<th scope=\"row\">S2 重大</th><td class=\"num\">3</td>",
    ] {
        assert!(months.contains(words), "{words}: {months}");
    }
    let numbers = text(&root, "inspections/index.html");
    for words in [
        "5/6",
        "value=\"8333\"",
        "2026-10-26",
        "合同季度 4",
        "未到期",
    ] {
        assert!(numbers.contains(words), "{words}: {numbers}");
    }
    assert!(!months.contains("style=") && !numbers.contains("style="));
}
