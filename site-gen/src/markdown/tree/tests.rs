//! Texts as blocks: what a reader of the page sees stands on paper too.

use super::*;
use crate::markdown::Image;
use serde_json::{Value, json};

/// Knows two pages and one picture.
struct Known;

impl Resolver for Known {
    fn link(&self, address: &str) -> Target {
        let (base, anchor) = address.split_once('#').unwrap_or((address, ""));
        let page = |path: &str| Target::Page {
            href: address.to_owned(),
            path: path.to_owned(),
            anchor: (!anchor.is_empty()).then(|| decode(anchor)),
        };
        match base {
            "" => page("faq/own.html"),
            "KB-2026-0002" => page("faq/kb-2026-0002.html"),
            "../about.html" => page("about.html"),
            "javascript:x" => Target::Refused,
            _ => Target::Outbound,
        }
    }

    fn image(&self, address: &str) -> Option<Image> {
        (address == "file:att_1").then(|| Image {
            href: "x.png".to_owned(),
            width: 4,
            height: 3,
        })
    }
}

fn blocks(source: &str) -> Value {
    let tree = tree(source, Lang::Zh, &Known);
    serde_json::to_value(tree.blocks).expect("JSON")
}

#[test]
fn sg_print_1_blocks_of_a_text() {
    let source = "\
# 第一章 概述

一段**重要：**文字，
接着 `code` 与 [第二节](#第二节)、[别处](KB-2026-0002)、[外面](https://example.org/)、[坏](javascript:x)。

## 第二节

- [ ] 未完成
- [x] 已完成
  1. 一
  2. 二

> [!WARNING]
> 小心

> 引用

| 列 | 数 |
| --- | ---: |
| 甲 | 1 |

```sql
SELECT 1;
```

![界面](file:att_1)

---

术语
: 说明
";
    assert_eq!(
        blocks(source),
        json!([
            { "kind": "heading", "level": 1, "anchor": "第一章-概述", "text": ["第一章 概述"] },
            { "kind": "paragraph", "text": [
                "一段", { "kind": "strong", "text": ["重要："] }, "文字，接着 ", { "kind": "code", "text": "code" }, " 与 ",
                { "kind": "link", "to": "#第二节", "text": ["第二节"] }, "、别处（KB-2026-0002）、",
                { "kind": "link", "to": "https://example.org/", "text": ["外面"] }, "、坏。"
            ] },
            { "kind": "heading", "level": 2, "anchor": "第二节", "text": ["第二节"] },
            { "kind": "list", "ordered": false, "start": 1, "items": [
                [{ "kind": "paragraph", "text": [{ "kind": "box", "done": false }, " 未完成"] }],
                [{ "kind": "paragraph", "text": [{ "kind": "box", "done": true }, " 已完成"] },
                 { "kind": "list", "ordered": true, "start": 1, "items": [
                    [{ "kind": "paragraph", "text": ["一"] }], [{ "kind": "paragraph", "text": ["二"] }]
                 ] }]
            ] },
            { "kind": "note", "tone": "warning", "title": "警告", "blocks": [{ "kind": "paragraph", "text": ["小心"] }] },
            { "kind": "quote", "blocks": [{ "kind": "paragraph", "text": ["引用"] }] },
            { "kind": "table", "title": "", "widths": [0, 6], "align": ["left", "right"], "head": [["列"], ["数"]], "rows": [[["甲"], ["1"]]] },
            { "kind": "code", "text": "SELECT 1;" },
            { "kind": "image", "image": "att_1", "alt": "界面" },
            { "kind": "rule" },
            { "kind": "definitions", "items": [{ "term": ["术语"], "blocks": [{ "kind": "paragraph", "text": ["说明"] }] }] }
        ])
    );
}

#[test]
fn sg_print_1_notes_stand_where_they_are_named_and_links_lead_somewhere() {
    let source = "\
正文[^a]，再一次[^a]，[没有](#nowhere)。

[^a]: 脚注**文字**。
";
    assert_eq!(
        blocks(source),
        json!([{ "kind": "paragraph", "text": [
            "正文", { "kind": "footnote", "text": ["脚注", { "kind": "strong", "text": ["文字"] }, "。"] }, "，再一次，没有。"
        ] }])
    );
}

#[test]
fn sg_print_1_of_html_words_and_keys_stay() {
    assert_eq!(
        blocks("按 <kbd>F5</kbd> 刷新<br>水 H<sub>2</sub>O<script>alert(1)</script>完"),
        json!([{ "kind": "paragraph", "text": [
            "按 ", { "kind": "key", "text": "F5" }, " 刷新", { "kind": "break" }, "水 H", { "kind": "sub", "text": ["2"] }, "O完"
        ] }])
    );
    let text = blocks("<details><summary>更多</summary>\n\n里面\n\n</details>").to_string();
    assert!(
        text.contains("更多") && text.contains("里面") && !text.contains('<'),
        "{text}"
    );
}

#[test]
fn sg_print_1_levels_have_no_gaps_and_a_heading_inside_a_quotation_is_a_line() {
    let levels = |source: &str| -> Vec<u64> {
        let all = blocks(source);
        let of = |block: &Value| block["level"].as_u64();
        all.as_array()
            .expect("blocks")
            .iter()
            .filter_map(of)
            .collect()
    };
    assert_eq!(levels("### a\n\n## b\n\n#### c\n\n# d"), [1, 2, 3, 1]);
    assert_eq!(levels("## a\n\n### b"), [1, 2]);
    assert_eq!(levels("> # a\n\n## b"), [1]);
}

#[test]
fn sg_md_7_a_picture_that_is_missing_is_told() {
    let made = tree("![x](file:att_1) 与 ![y](file:att_2)", Lang::En, &Known);
    assert!(made.lacks_images);
    assert_eq!(made.images, ["att_1"]);
    assert!(!tree("![](file:att_1)", Lang::En, &Known).lacks_images);
}
