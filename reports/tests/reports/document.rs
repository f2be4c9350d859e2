use std::path::PathBuf;

use reports::child::{Failure, Limits, Renderer};
use serde_json::{Value, json};

use crate::poppler;

/// A grey picture of four pixels.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR42mNo+M/wvwEACQAC/5SpKaAAAAAASUVORK5CYII=";

/// A document with a block of every kind and a run of every kind.
fn every_kind() -> Value {
    serde_json::from_str(include_str!("../document.json")).unwrap()
}

/// A document of one paragraph.
fn one(text: &str) -> Value {
    let mut document = every_kind();
    document["cover"] = json!(false);
    document["contents"] = json!(0);
    document["blocks"] = json!([{ "kind": "paragraph", "text": [text] }]);
    document
}

fn set(document: &Value) -> reports::Pdf {
    reports::document(document.to_string().as_bytes()).unwrap_or_else(|all| panic!("{all:?}"))
}

fn refused(document: &Value) -> String {
    let problems = reports::document(document.to_string().as_bytes()).unwrap_err();
    let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
    all.join("\n")
}

fn dense(text: &str) -> String {
    text.chars().filter(|char| !char.is_whitespace()).collect()
}

#[test]
fn sg_print_1_every_kind_of_block_is_set_as_pdf_a_and_pdf_ua() {
    let document = every_kind();
    let pdf = set(&document);
    assert!(pdf.pages >= 4, "{}", pdf.pages);
    let raw = String::from_utf8_lossy(&pdf.bytes);
    for part in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
        "/Outlines",
    ] {
        assert!(raw.contains(part), "{part}");
    }
    assert!(raw.contains("zh-CN"), "the language of the document");
    let Some(text) = poppler("pdftotext", &["-raw", "-enc", "UTF-8"], &pdf.bytes) else {
        return;
    };
    let page = dense(&text);
    for part in [
        "重症系统停机手册",
        "系统中断时的手工流程",
        "编号KB-2026-0001",
        "目录",
        "第一章启动",
        "系统中断超过10分钟时启用；由护士长决定，不必等待。",
        "以服务台通知为准。",
        "外部说明(https://example.org/manual)",
        "F5",
        "systemctlstatusicuops",
        "○说明",
        "●提示",
        "◆重要",
        "▲警告",
        "■危险",
        "先断电",
        "取出表单",
        "3.特护单",
        "a_very_long_name_of_a_column_that_would_leave_its_cell_without_a_break",
        "echo\"$bed\"#床位",
        "引用的话",
        "中心静脉压",
        "完成√",
        "U+2714→√",
        "打印件可能已不是最新版本。",
        &format!("第{}页共{}页", pdf.pages, pdf.pages),
    ] {
        assert!(page.contains(part), "{part}\n{text}");
    }
    let compatibility = text.chars().find(
        |char| matches!(char, '\u{2E80}'..='\u{2FDF}' | '\u{F900}'..='\u{FAFF}' | '\u{200B}'),
    );
    assert_eq!(compatibility, None);
    let info = poppler("pdfinfo", &[], &pdf.bytes).unwrap();
    assert!(info.contains("Tagged:          yes"), "{info}");
    assert!(info.contains("Title:           重症系统停机手册"), "{info}");
    let fonts = poppler("pdffonts", &[], &pdf.bytes).unwrap();
    for row in fonts.lines().skip(2) {
        assert!(
            row.contains("NotoSansSC") || row.contains("DejaVuSansMono"),
            "{row}"
        );
        assert!(row.contains("yes yes yes"), "emb sub uni: {row}");
    }
}

#[test]
fn sg_print_1_headings_are_pages_of_the_contents_and_anchors_of_links() {
    let pdf = set(&every_kind());
    assert!(pdf.sections.iter().any(|one| one == "第二章-表单"));
    let Some(text) = poppler("pdftotext", &["-layout", "-enc", "UTF-8"], &pdf.bytes) else {
        return;
    };
    let pages: Vec<&str> = text.split('\u{c}').collect();
    let contents = pages.iter().find(|page| page.contains("目录")).unwrap();
    let line = contents
        .lines()
        .find(|line| line.contains("第二章"))
        .unwrap();
    let digits = line.trim_end().rsplit(|char: char| !char.is_ascii_digit());
    let number: usize = digits.into_iter().next().unwrap().parse().unwrap();
    assert!(
        dense(pages[number - 1]).contains("第二章表单"),
        "{number}\n{text}"
    );
}

#[test]
fn sg_print_1_the_same_tree_gives_the_same_bytes_also_in_the_child() {
    let document = every_kind();
    let here = set(&document);
    assert_eq!(here, set(&document));
    let program = PathBuf::from(env!("CARGO_BIN_EXE_reports-child"));
    let mut renderer = Renderer::new(program, Vec::new(), Limits::default());
    let tree = document.to_string().into_bytes();
    assert_eq!(renderer.document(tree).unwrap(), here);
    let bad = one("𠮷").to_string().into_bytes();
    assert!(matches!(renderer.document(bad), Err(Failure::Refused(_))));
    // Reports and documents are set by one child, one behind the other.
    let pid = renderer.pid();
    assert!(
        renderer
            .pdf(&crate::view("rectification_list", "empty"))
            .is_ok()
    );
    assert_eq!(renderer.pid(), pid);
    renderer.rest();
    assert_eq!(renderer.pid(), None);
}

#[test]
fn sg_print_1_a_character_that_no_font_has_is_named_with_its_place() {
    let told = refused(&one("张𠮷与\u{1}"));
    assert!(
        told.contains("𠮷 (U+20BB7)") && told.contains("U+0001"),
        "{told}"
    );
    assert!(told.contains("document.blocks[0]"), "{told}");
    let mut document = one("x");
    document["facts"] = json!([["科室", "𠮷"]]);
    assert!(refused(&document).contains("document.facts[0]"));
}

#[test]
fn sg_print_1_text_is_never_source() {
    for text in [
        "#eval(\"1+1\")",
        "#panic(\"x\")",
        "] #read(\"/etc/passwd\") [",
        "$ 1/0 $",
        "*粗* _斜_",
        "= 标题",
        "@label <label>",
        "// 注释",
        "`raw` ```typ #panic()```",
        "\\u{5b} \\ \\n",
        "\"引号' \\\"",
        "<script>alert(1)</script>",
        "~ -- --- ...",
        "https://example.org/?a=1&b=2",
    ] {
        let mut document = one(text);
        document["title"] = json!(text);
        document["subtitle"] = json!(text);
        document["edition"] = json!(text);
        document["facts"] = json!([[text, text]]);
        document["blocks"] = json!([
            { "kind": "heading", "level": 1, "anchor": text, "text": [text] },
            { "kind": "paragraph", "text": [{ "kind": "code", "text": text }, { "kind": "link", "to": format!("#{text}"), "text": [text] }] },
            { "kind": "code", "text": text },
            { "kind": "table", "title": text, "widths": [1], "head": [[text]], "rows": [[[text]]] },
            { "kind": "note", "tone": "tip", "title": text, "blocks": [{ "kind": "paragraph", "text": [text] }] }
        ]);
        let pdf = set(&document);
        if let Some(page) = poppler("pdftotext", &["-raw"], &pdf.bytes) {
            assert!(
                dense(&page).matches(&dense(text)).count() >= 10,
                "{text}\n{page}"
            );
        }
    }
}

#[test]
fn sg_print_1_a_tree_that_is_not_right_is_refused_with_its_place() {
    type Change = fn(&mut Value);
    let cases: &[(Change, &str)] = &[
        (|one| one["version"] = json!(2), "version 2"),
        (|one| one["title"] = json!(" "), "document.title"),
        (|one| one["blocks"] = json!([]), "there is no text"),
        (|one| one["more"] = json!(1), "unknown field"),
        (|one| one["date"] = json!("gestern"), "document.date"),
        (
            |one| one["blocks"][0]["level"] = json!(3),
            "level 3 behind one of 0",
        ),
        (
            |one| one["blocks"][9]["widths"] = json!([1, 2]),
            "do not agree",
        ),
        (
            |one| {
                one["blocks"][1]["text"] =
                    json!([{ "kind": "link", "to": "#nowhere", "text": ["x"] }])
            },
            "nowhere",
        ),
        (
            |one| {
                one["blocks"][1]["text"] =
                    json!([{ "kind": "link", "to": "javascript:alert(1)", "text": ["x"] }])
            },
            "an address",
        ),
        (
            |one| one["blocks"][1]["text"] = json!([{ "kind": "blink", "text": ["x"] }]),
            "document",
        ),
        (
            |one| one["images"]["att_1"]["base64"] = json!("PHN2Zz4="),
            "is no PNG",
        ),
        (
            |one| one["images"]["../x"] = json!({ "width": 1, "height": 1, "base64": PNG }),
            "its name",
        ),
        (
            |one| one["blocks"][11]["image"] = json!("att_2"),
            "no such picture",
        ),
        (
            |one| one["blocks"][11]["alt"] = json!(""),
            "does not see it",
        ),
    ];
    for (change, word) in cases {
        let mut document = every_kind();
        change(&mut document);
        let told = refused(&document);
        assert!(told.contains(word), "{word}: {told}");
    }
    assert!(reports::document(b"[]").is_err());
    let deep = (0..60).fold(
        json!([{ "kind": "rule" }]),
        |blocks, _| json!([{ "kind": "quote", "blocks": blocks }]),
    );
    let mut document = one("x");
    document["blocks"] = deep;
    assert!(refused(&document).contains("too deep"));
}

#[test]
fn sg_print_1_tables_break_between_pages_with_their_heads() {
    let rows: Vec<Value> = (0..150)
        .map(|at| {
            json!([
                [at.to_string()],
                ["一行不分到两页的文字，够长，要折行；".repeat(4)]
            ])
        })
        .collect();
    let mut document = one("x");
    document["blocks"] = json!([{ "kind": "table", "widths": [5, 40], "head": [["序号"], ["说明栏"]], "rows": rows }]);
    let pdf = set(&document);
    assert!(pdf.pages > 4);
    let Some(text) = poppler("pdftotext", &["-raw", "-enc", "UTF-8"], &pdf.bytes) else {
        return;
    };
    for (place, page) in text
        .split('\u{c}')
        .filter(|page| !page.trim().is_empty())
        .enumerate()
    {
        assert!(page.contains("说明栏"), "page {place}");
    }
}
