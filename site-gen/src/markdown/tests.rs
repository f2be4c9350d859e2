//! Markdown: what other writers get wrong, and what must never get through.

use proptest::prelude::*;
use pulldown_cmark::Parser;

use super::*;
use crate::audience::Audience;

struct Nowhere;

impl Resolver for Nowhere {
    fn link(&self, address: &str) -> Target {
        if address.starts_with('#') || address.ends_with(".html") {
            Target::Page {
                href: address.to_owned(),
                path: address.to_owned(),
                anchor: None,
            }
        } else if allowed_url(address) {
            Target::Outbound
        } else {
            Target::Refused
        }
    }

    fn image(&self, address: &str) -> Option<Image> {
        (address == "att_1").then(|| Image {
            href: "files/att_1.png".to_owned(),
            width: 4,
            height: 3,
        })
    }
}

fn html(source: &str) -> String {
    render(source, Lang::Zh, &Nowhere).html
}

/// SG-MD-1: an emphasised word that ends in punctuation and is followed by a character without a blank.
const ENDINGS: [&str; 25] = [
    "。", "，", "、", "；", "：", "？", "！", "）", "】", "》", "〉", "」", "』", "〕", "”", "’",
    "％", "…", "—", "～", ")", "]", "%", ".", ":",
];

#[test]
fn sg_md_1_every_ending_is_emphasised() {
    for ending in ENDINGS {
        for (mark, tag) in [("**", "strong"), ("*", "em"), ("~~", "del")] {
            let source = format!("请{mark}先核对{ending}{mark}再操作");
            let expected = format!("<p>请<{tag}>先核对{ending}</{tag}>再操作</p>\n");
            assert_eq!(html(&source), expected, "{source}");
        }
    }
}

#[test]
fn sg_md_1_pairs_find_each_other() {
    for (source, expected) in [
        (
            "**重要：**须在**今天。**完成",
            "<strong>重要：</strong>须在<strong>今天。</strong>完成",
        ),
        ("请**“巡检”**完成", "请<strong>“巡检”</strong>完成"),
        ("*注意！*见", "<em>注意！</em>见"),
        ("~~已废弃（旧版）~~请", "<del>已废弃（旧版）</del>请"),
        (
            "**[手册](a.html)：**见",
            "<strong><a href=\"a.html\">手册</a>：</strong>见",
        ),
        ("***两重：***见", "<em><strong>两重：</strong></em>见"),
        (
            "**外*内。*外。**见",
            "<strong>外<em>内。</em>外。</strong>见",
        ),
        (
            "`**代码：**不`变**重：**变",
            "<code>**代码：**不</code>变<strong>重：</strong>变",
        ),
        (r"\*\*重要：\*\*须", "**重要：**须"),
        ("**重要：** 须", "<strong>重要：</strong> 须"),
    ] {
        assert_eq!(html(source), format!("<p>{expected}</p>\n"), "{source}");
    }
}

proptest! {
    #[test]
    fn sg_md_1_text_without_chinese_is_left_alone(source in "[a-z*~_ .,:!()\\[\\]`\\\\\n>#-]{0,60}") {
        let events: Vec<_> = Parser::new_ext(&source, options()).into_offset_iter().collect();
        prop_assert_eq!(emphasis::repair(&source, events.clone()), events);
    }

    #[test]
    fn sg_md_1_no_character_is_lost(source in "中[a中。“”*~：（） ]{0,40}") {
        // Emphasis only ever takes delimiters away.
        let text = render(&source, Lang::Zh, &Nowhere).sections.iter()
            .map(|section| format!("{}{}", section.heading, section.text)).collect::<String>();
        let letters = |text: &str| text.chars().filter(|c| !matches!(c, '*' | '~' | '：' ) && !c.is_whitespace()).collect::<String>();
        prop_assert_eq!(letters(&text), letters(&source));
    }

    #[test]
    fn sg_md_4_the_fast_path_equals_the_sanitiser(source in "[a-z中文“。 *_~`#>|:\\-\\[\\]()!&\n0-9.^]{0,120}") {
        let html = html(&source);
        prop_assert_eq!(sanitise::clean(&html), html);
    }

    #[test]
    fn sg_md_4_nothing_dangerous_gets_through(source in "(<|>|/|script|img|svg|a|details|onerror|=|\"|'|javascript:|`|\n| |x|&#106;|\\[|\\]|\\(|\\)|!|math|style|-->|<!--){0,40}") {
        assert_harmless(&html(&source));
    }
}

/// The insides of all tags; a sign of a tag inside a quoted value is part of the value.
fn tags(html: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut tag: Option<String> = None;
    let mut quoted = false;
    for c in html.chars() {
        match (&mut tag, c) {
            (None, '<') => tag = Some(String::new()),
            (None, _) => {}
            (Some(_), '>') if !quoted => out.extend(tag.take()),
            (Some(text), c) => {
                quoted ^= c == '"';
                text.push(c);
            }
        }
    }
    assert!(tag.is_none(), "a tag is not closed: {html}");
    out
}

/// Every tag of the output is one that the writer knows, and no attribute runs anything.
fn assert_harmless(html: &str) {
    for tag in tags(html) {
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric())
            .collect();
        assert!(
            [
                "a",
                "blockquote",
                "br",
                "caption",
                "code",
                "dd",
                "del",
                "details",
                "div",
                "dl",
                "dt",
                "em",
                "h2",
                "h3",
                "h4",
                "h5",
                "h6",
                "hr",
                "img",
                "kbd",
                "li",
                "ol",
                "p",
                "pre",
                "section",
                "source",
                "span",
                "strong",
                "sub",
                "summary",
                "sup",
                "table",
                "tbody",
                "td",
                "th",
                "thead",
                "tr",
                "track",
                "ul",
                "video"
            ]
            .contains(&name.as_str()),
            "<{name}> in {html}"
        );
        let inner = tag.to_lowercase();
        let unquoted: String = inner.split('"').step_by(2).collect();
        assert!(
            !unquoted.contains(" on") && !unquoted.contains("style"),
            "{html}"
        );
        for value in inner.split('"').skip(1).step_by(2) {
            let value: String = value.chars().filter(|c| !c.is_whitespace()).collect();
            assert!(
                !value.starts_with("javascript:")
                    && !value.starts_with("data:")
                    && !value.starts_with("vbscript:"),
                "{html}"
            );
        }
    }
}

#[test]
fn sg_md_4_the_known_attacks_fail() {
    for source in [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//x></SCRIPT>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](vbscript:x)",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<javascript:alert(1)>",
        "![x](javascript:alert(1))",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<svg><script>alert(1)</script></svg>",
        "<svg onload=alert(1)>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<details open ontoggle=alert(1)>x</details>",
        "<video src=x onerror=alert(1)></video>",
        "<video><source onerror=alert(1) src=javascript:alert(1)></video>",
        "<video poster=javascript:alert(1)></video>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<style>*{background:url(javascript:alert(1))}</style>",
        "<b style=\"x:expression(alert(1))\">x</b>",
        "<details\nopen\nontoggle\n=\nalert(1)>",
        "<kbd\"onclick=alert(1)\">x</kbd>",
        "<sub/onclick=alert(1)>x</sub>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<xmp><img src=x onerror=alert(1)></xmp>",
        "<base href=//x>",
        "<meta http-equiv=refresh content=0>",
        "<link rel=import href=x>",
        "<form><button formaction=javascript:alert(1)>x</button></form>",
        "<object data=x>",
        "<embed src=x>",
        "# x {#a onclick=alert(1)}",
        "# x {#\"><script>alert(1)</script>}",
        "```\"><script>alert(1)</script>\nx\n```",
        "[x]: javascript:alert(1)\n\n[x]",
        "[^\"><script>]: x\n\n[^\"><script>]",
        "<details><summary>x</details></details></p></div></main><script>",
        "[x](<javascript:alert(1)>)",
        "[x](//evil.example)",
        "[x](\\\\evil)",
        "<https://x\"onmouseover=alert(1)>",
        "https://x\"onmouseover=alert(1)",
        "<br onclick=x><br/><kbd class=note>x</kbd>",
    ] {
        let rendered = html(source);
        assert_harmless(&rendered);
        assert!(!rendered.contains("href=\"//"), "{rendered}");
        assert_eq!(sanitise::clean(&rendered), rendered, "{source}");
    }
    assert_eq!(
        html("按 <kbd>F5</kbd>，10<sup>9</sup>"),
        "<p>按 <kbd>F5</kbd>，10<sup>9</sup></p>\n"
    );
}

#[test]
fn sg_md_3_headings_keep_their_chinese() {
    let rendered = render(
        "# 手册\n\n## 第一章 概述\n\n## 第一章 概述\n\n### API（v2）：用法\n\n## 自定 {#own}\n\n## site-main\n\n## ！！",
        Lang::Zh,
        &Nowhere,
    );
    let ids: Vec<&str> = rendered
        .headings
        .iter()
        .map(|heading| heading.id.as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "手册",
            "第一章-概述",
            "第一章-概述-1",
            "apiv2用法",
            "own",
            "s-site-main",
            "section"
        ]
    );
    // One first heading a page: those of the text stand below it.
    assert!(rendered.headings.iter().all(|heading| heading.level >= 2));
    assert_eq!(decode("%E7%AC%AC%E4%B8%80%E7%AB%A0-概述"), "第一章-概述");
    assert_eq!(decode("100%"), "100%");
}

#[test]
fn sg_a11y_1_headings_leave_no_step_out() {
    let levels = |text: &str| -> Vec<u8> {
        let rendered = render(text, Lang::Zh, &Nowhere);
        rendered.headings.iter().map(|one| one.level).collect()
    };
    assert_eq!(levels("### 甲\n\n### 乙\n\n## 丙"), [2, 3, 2]);
    assert_eq!(levels("# 甲\n\n### 乙\n\n###### 丙"), [2, 3, 4]);
}

#[test]
fn sg_md_5_blocks_have_names() {
    let out = html(
        "> [!CAUTION]\n> 停机\n\n| 项目 | 值 |\n|---|--:|\n| a | 1 |\n\n- [x] 完成\n- [ ] 未完成\n\n见[^1]。\n\n[^1]: 依据\n\n术语\n: 解释\n",
    );
    for part in [
        "<div class=\"note caution\" role=\"note\"><p class=\"note-title\">危险</p>",
        "<th scope=\"col\">项目</th>",
        "<td class=\"num\">1</td>",
        "<caption>表 1</caption>",
        "aria-label=\"已完成\">☑",
        "<a href=\"#fn-1\" id=\"fnref-1\"",
        "<li id=\"fn-1\"><p>依据</p>",
        "href=\"#fnref-1\" class=\"back\"",
        "<dt>术语</dt>",
        "<dd>解释",
    ] {
        assert!(out.contains(part), "{part} is not in {out}");
    }
}

#[test]
fn sg_md_6_code_is_coloured_and_never_changed() {
    let out = html("```sql\nSELECT '<b>' -- 说明\nFROM t WHERE n = 10;\n```\n\n```cobol\nx\n```");
    assert!(out.contains("<span class=\"hl-k\">SELECT</span>"), "{out}");
    assert!(
        out.contains("<span class=\"hl-s\">'&lt;b&gt;'</span>"),
        "{out}"
    );
    assert!(out.contains("<span class=\"hl-c\">-- 说明</span>"), "{out}");
    let warnings = render("```cobol\nx\n```", Lang::Zh, &Nowhere).warnings;
    assert_eq!(warnings, [("unknown code language `cobol`".to_owned(), 1)]);
    for language in LANGUAGES {
        let source = "a \"b\\\" <c> 'd' # e\n$f: 1.5 -- /* g */ <!-- h --> 中文 = é";
        let mut coloured = String::new();
        code::highlight(language, source, &mut coloured);
        let mut plain = String::new();
        let mut inside = false;
        for c in coloured.chars() {
            match c {
                '<' => inside = true,
                '>' if inside => inside = false,
                c if !inside => plain.push(c),
                _ => {}
            }
        }
        let mut expected = String::new();
        escape(source, &mut expected);
        assert_eq!(plain, expected, "{language}");
    }
}

#[test]
fn sg_md_8_a_line_break_between_ideographs_makes_no_blank() {
    assert_eq!(html("重症\n系统"), "<p>重症系统</p>\n");
    assert_eq!(html("ICU\n系统"), "<p>ICU\n系统</p>\n");
}

#[test]
fn links_and_images_are_counted_with_their_lines() {
    let rendered = render(
        "一\n\n[a](b.html) https://example.org/x。\n\n![图](att_1) ![缺](att_2)",
        Lang::Zh,
        &Nowhere,
    );
    assert_eq!(
        rendered.links,
        [Link {
            path: "b.html".to_owned(),
            anchor: None,
            line: 3
        }]
    );
    assert_eq!(rendered.outbound, ["https://example.org/x"]);
    assert_eq!(rendered.missing_images, [("att_2".to_owned(), 5)]);
    assert!(rendered.html.contains(
        "<img src=\"files/att_1.png\" alt=\"图\" width=\"4\" height=\"3\" loading=\"lazy\">"
    ));
}

#[test]
fn sg_aud_4_blocks_are_cut_before_parsing() {
    let text = "公开\n:::audience P2,P4\n# 内部\n:::\n结束\n";
    assert_eq!(cut(text, Audience::Staff).as_deref(), Ok("公开\n结束\n"));
    assert_eq!(
        cut(text, Audience::It).as_deref(),
        Ok("公开\n# 内部\n结束\n")
    );
    for bad in [
        ":::audience P9\nx\n:::",
        ":::audience P2\nx",
        ":::audience\nx\n:::",
        ":::\n",
        ":::audience P2\n:::audience P4\n:::\n:::",
    ] {
        assert!(cut(bad, Audience::It).is_err(), "{bad}");
    }
    assert!(cut("```\n:::\n```\n", Audience::It).is_ok());
}
