//! The examples of the CommonMark specification through our writer (SG-MD-2). What differs stands in
//! `data/commonmark-differs.toml`, a reason a group; an entry that does not differ fails.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fs,
    path::Path,
};

use ammonia::Builder;
use serde::Deserialize;
use site_gen::markdown::{Image, Lang, Resolver, Target, render};

#[derive(Deserialize)]
struct Example {
    example: u32,
    section: String,
    markdown: String,
    html: String,
}

#[derive(Deserialize)]
struct Specification {
    examples: Vec<Example>,
}

/// Why some examples look different, and which.
#[derive(Deserialize)]
struct Group {
    reason: String,
    examples: Vec<u32>,
}

/// Every address leads somewhere, every image is there.
struct Everywhere;

impl Resolver for Everywhere {
    fn link(&self, address: &str) -> Target {
        Target::Page {
            href: address.to_owned(),
            path: String::new(),
            anchor: None,
        }
    }

    fn image(&self, address: &str) -> Option<Image> {
        Some(Image {
            href: address.to_owned(),
            width: 1,
            height: 1,
        })
    }
}

/// What a reader sees of HTML: structure, text, addresses, titles. Frames of our own around code and tables, ids and
/// classes are left out; levels of headings have tests of their own.
fn seen(html: &str) -> String {
    let mut html = html.to_owned();
    for level in ['1', '3', '4', '5', '6'] {
        html = html.replace(&format!("<h{level}"), "<h2");
        html = html.replace(&format!("</h{level}>"), "</h2>");
    }
    let tags = HashSet::from([
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h2",
        "hr",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]);
    let attributes = HashMap::from([
        ("a", HashSet::from(["href", "title"])),
        ("img", HashSet::from(["src", "alt", "title"])),
        ("ol", HashSet::from(["start"])),
    ]);
    let mut builder = Builder::empty();
    builder
        .tags(tags)
        .tag_attributes(attributes)
        .clean_content_tags(HashSet::from(["caption", "script", "style"]))
        .link_rel(None)
        .url_relative(ammonia::UrlRelative::PassThrough)
        // Whatever the scheme is.
        .attribute_filter(|_, _, value| Some(decoded(value).into()))
        .url_schemes(html_schemes());
    let clean = builder.clean(&html).to_string();
    let (mut out, mut rest) = (String::new(), clean.as_str());
    // Space counts in code alone.
    while let Some(at) = rest.find("<pre>") {
        let end = rest[at..].find("</pre>").map_or(rest.len(), |end| at + end);
        out.push_str(&squeezed(&rest[..at]));
        out.push_str(&rest[at..end].replace(' ', "·").replace('\n', "⏎"));
        rest = &rest[end..];
    }
    out.push_str(&squeezed(rest));
    out
}

fn html_schemes() -> HashSet<&'static str> {
    HashSet::from([
        "http",
        "https",
        "mailto",
        "ftp",
        "irc",
        "made-up-scheme",
        "made-up-scheme-2",
        "localhost",
        "a+b+c",
        "javascript",
        "made-up",
    ])
}

fn decoded(value: &str) -> String {
    let bytes = value.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let code = value
            .get(at + 1..at + 3)
            .filter(|_| bytes[at] == b'%')
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// One blank for each run of them, and none beside a tag of a block.
fn squeezed(html: &str) -> String {
    let one = html.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = one;
    for name in [
        "blockquote",
        "br",
        "h2",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ] {
        for tag in [format!("<{name}>"), format!("</{name}>")] {
            out = out
                .replace(&format!(" {tag}"), &tag)
                .replace(&format!("{tag} "), &tag);
        }
    }
    out.trim().to_owned()
}

#[test]
fn sg_md_2_the_examples_of_the_specification() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let text = fs::read_to_string(folder.join("commonmark-0.31.2.json")).expect("the examples");
    let specification: Specification = serde_json::from_str(&text).expect("JSON");
    assert_eq!(specification.examples.len(), 652);
    let text = fs::read_to_string(folder.join("commonmark-differs.toml")).expect("the list");
    let groups: BTreeMap<String, Group> = toml::from_str(&text).expect("TOML");
    assert!(groups.values().all(|group| group.reason.len() > 20));
    let mut listed: BTreeSet<u32> = BTreeSet::new();
    for group in groups.values() {
        for one in &specification.examples {
            if group.examples.contains(&one.example) {
                assert!(listed.insert(one.example), "{} stands twice", one.example);
            }
        }
    }
    let mut wrong = Vec::new();
    for one in &specification.examples {
        let ours = render(&one.markdown, Lang::En, &Everywhere).html;
        let same = seen(&ours) == seen(&one.html);
        if same == listed.contains(&one.example) {
            let (ours, theirs) = (seen(&ours), seen(&one.html));
            wrong.push(format!(
                "{} {} differs={}\n{:?}\nours   {ours}\ntheirs {theirs}",
                one.example, one.section, !same, one.markdown
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n{} of them",
        wrong.join("\n\n"),
        wrong.len()
    );
}

/// What GFM adds, a case a rule of its specification (numbers of its examples behind them).
#[test]
fn sg_md_2_the_extensions_of_gfm() {
    for (text, html) in [
        // Tables, 198 to 205.
        (
            "| 项 | 值 |\n| --- | --- |\n| 甲 | 1 |",
            "<table><thead><tr><th>项</th><th>值</th></tr></thead><tbody><tr><td>甲</td><td>1</td></tr></tbody></table>",
        ),
        (
            "| 项 | 值 |\n| :-: | --: |\n甲 | 1",
            "<table><thead><tr><th>项</th><th>值</th></tr></thead><tbody><tr><td>甲</td><td>1</td></tr></tbody></table>",
        ),
        (
            "| 项 |\n| - |\n| `a \\| b` **x \\| y** |",
            "<table><thead><tr><th>项</th></tr></thead><tbody><tr><td><code>a | b</code> <strong>x | y</strong></td></tr></tbody></table>",
        ),
        (
            "| 项 | 值 |\n| - | - |\n| 甲 | 1 |\n> 引文",
            "<table><thead><tr><th>项</th><th>值</th></tr></thead><tbody><tr><td>甲</td><td>1</td></tr></tbody></table><blockquote><p>引文</p></blockquote>",
        ),
        (
            "| 项 | 值 |\n| - |\n| 甲 |",
            "<p>| 项 | 值 | | - | | 甲 |</p>",
        ),
        (
            "| 项 | 值 |\n| - | - |\n| 甲 |\n| 甲 | 1 | 多 |",
            "<table><thead><tr><th>项</th><th>值</th></tr></thead><tbody><tr><td>甲</td><td></td></tr><tr><td>甲</td><td>1</td></tr></tbody></table>",
        ),
        (
            "| 项 | 值 |\n| - | - |",
            "<table><thead><tr><th>项</th><th>值</th></tr></thead><tbody></tbody></table>",
        ),
        // Task lists, 279 and 280.
        (
            "- [ ] 待办\n- [x] 已办",
            "<ul><li>☐ 待办</li><li>☑ 已办</li></ul>",
        ),
        (
            "- [x] 甲\n  - [ ] 乙",
            "<ul><li>☑ 甲<ul><li>☐ 乙</li></ul></li></ul>",
        ),
        // Strikethrough, 491 and 492.
        ("~~旧~~ 新", "<p><del>旧</del> 新</p>"),
        ("~旧~ 新", "<p><del>旧</del> 新</p>"),
        ("这 ~~有\n\n新段~~", "<p>这 ~~有</p><p>新段~~</p>"),
        ("不是 ~~~删除~~~", "<p>不是 ~~~删除~~~</p>"),
        // Bare addresses, 624 to 627: the mark that ends a sentence is not part of one.
        (
            "见 https://a.example/x?q=1.",
            "<p>见 <a href=\"https://a.example/x?q=1\">https://a.example/x?q=1</a>.</p>",
        ),
        // Tags that are never let through, 652.
        (
            "<strong>x<title>y</title><style>z</style></strong>",
            "<p>x</p>",
        ),
    ] {
        assert_eq!(
            seen(&render(text, Lang::En, &Everywhere).html),
            html,
            "{text}"
        );
    }
}
