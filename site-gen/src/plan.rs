//! Which pages a root has, where they lie and what leads to them. Pure: nothing is read or written here, and all
//! problems are returned at once.

mod admit;
mod article;
mod board;
mod document;
pub(crate) mod notice;
pub(crate) mod report;
mod sla;

use std::{borrow::Cow, collections::BTreeMap};

use minijinja::Value;
use serde::Serialize;

use crate::{
    audience::{Audience, Instance},
    book::Book,
    content::{Article, ArticleFile, Content, Notice, Text, Window},
    error::Error,
    markdown::{Lang, Section},
    values::values,
    words,
    write::{self, Digest},
};
pub(crate) use admit::ground;
use article::Folder;

/// Rows of one page of a list.
pub(crate) const ROWS: usize = 100;

/// Why the page of a withdrawn record is held back.
pub(crate) const WITHDRAWN: &str = "it was withdrawn";

/// Something that is held back, left out or to be looked at. Never the value of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// `quarantine`, `excluded` or `warning`.
    pub kind: &'static str,
    /// Id or number of the record, or the name of a field of the page.
    pub record: String,
    /// Path of its page.
    pub path: String,
    /// Line of the text, from 1; 0 without one.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
    /// The same in Chinese, where authors are told of it.
    pub reason_zh: String,
}

/// A field whose text is held back, and what it contains, in Chinese.
pub(crate) fn held_zh(field: &str, kind: &str) -> String {
    let field = match field {
        "title" => "标题",
        "body" => "正文",
        "module" => "模块",
        "tags" => "标签",
        "description" => "描述",
        "impact" => "影响",
        "advice" => "建议",
        "deadline" => "期限",
        "conclusion" => "结论",
        "steps" => "步骤",
        "submissions" => "整改说明",
        "message" => "状态说明",
        _ => "文字",
    };
    let kind = match kind {
        "an identity card number" => "身份证号",
        "a patient number" => "住院号等患者编号",
        "a person's name with a label" => "姓名",
        "a personal telephone number" => "个人手机号",
        "an IP address" => "IP 地址",
        "the name of a host or a database" => "主机或数据库名称",
        "the detail of a vulnerability" => "漏洞细节",
        _ => "不得公开的内容",
    };
    format!("{field}疑似含{kind}")
}

/// Markdown, already cut for the reader.
#[derive(Debug)]
pub enum Markdown<'a> {
    /// As it is.
    Own(Cow<'a, str>),
    /// As it stands in an answer, where it was read once.
    Whole(&'a Text),
}

/// A text that a page shows.
#[derive(Debug)]
pub struct Body<'a> {
    /// The text.
    pub text: Markdown<'a>,
    /// Its language.
    pub lang: Lang,
}

impl Body<'_> {
    /// The text.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match &self.text {
            Markdown::Own(text) => Cow::Borrowed(text),
            // What cannot be read was left out.
            Markdown::Whole(text) => text.read().unwrap_or_default(),
        }
    }
}

/// Something of a page that is made when the page is: for most pages of a build that follows another, never.
pub enum Lazy<'a, T> {
    /// Made.
    Ready(T),
    /// To be made of what the digest names.
    Later(Digest, Make<'a, T>),
}

/// A way to make something.
pub type Make<'a, T> = Box<dyn Fn() -> Result<T, Error> + Send + Sync + 'a>;

impl<T: Clone> Lazy<'_, T> {
    pub(crate) fn get(&self) -> Result<Cow<'_, T>, Error> {
        match self {
            Lazy::Ready(made) => Ok(Cow::Borrowed(made)),
            Lazy::Later(_, make) => make().map(Cow::Owned),
        }
    }
}

impl<T> From<T> for Lazy<'_, T> {
    fn from(made: T) -> Self {
        Lazy::Ready(made)
    }
}

/// Tells of a record by its digest whether its text was found to be shown as it is.
pub(crate) type Clean<'a> = &'a (dyn Fn(&Digest) -> bool + Sync);

/// One page.
pub struct Page<'a> {
    /// Path from the root.
    pub path: String,
    /// Language of the frame.
    pub lang: Lang,
    /// Entry of the navigation that it belongs to.
    pub section: &'static str,
    /// Name of its template.
    pub template: &'static str,
    /// Its first heading.
    pub title: String,
    /// Id or number of the record it stands for.
    pub record: Option<String>,
    /// Text of an article or notice.
    pub body: Option<Body<'a>>,
    /// Other values of the template.
    pub data: Lazy<'a, Value>,
    /// For the index; nothing for pages that are not to be found there.
    pub index: Option<Lazy<'a, Entry>>,
    /// Held back before rendering: why.
    pub held: Option<&'static str>,
    /// Set if its text is also there as PDF: what stands around it.
    pub press: Option<Paper>,
}

/// What stands around the text of a page on paper, in the language of the text.
#[derive(Debug, Clone, Serialize)]
pub struct Paper {
    /// Number of the record.
    pub number: String,
    /// Its version.
    pub version: i64,
    /// Number and version.
    pub edition: String,
    /// Name and value of what stands below the title.
    pub facts: Vec<(String, String)>,
    /// When it was reviewed.
    pub date: Option<String>,
    /// Whether a long one has a first page of its own.
    pub cover: bool,
}

/// What the index knows of a page beside its text.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Facets: name and value.
    pub facets: Vec<(&'static str, String)>,
    /// Printed below the hit.
    pub meta: String,
    /// Text that is not in the body.
    pub sections: Vec<Section>,
    /// Words that count like the title.
    pub words: String,
}

/// An entry of the navigation.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// Its section.
    pub key: &'static str,
    /// Path below the root of its language.
    pub path: &'static str,
}

/// A root before it is rendered.
pub struct Plan<'a> {
    /// All pages, in the order of their paths.
    pub pages: Vec<Page<'a>>,
    /// Navigation, in order.
    pub nav: Vec<NavItem>,
    /// Where the page of an id or a human number lies, below the root of a language.
    pub numbers: BTreeMap<String, String>,
    /// Files of the articles, by id.
    pub files: BTreeMap<&'a str, &'a ArticleFile>,
    /// Whether the text of the disaster banner failed the screen; it goes out with its standard wording.
    pub banner_held: bool,
    /// Held back or left out.
    pub problems: Vec<Problem>,
    /// Languages, the default first.
    pub langs: Vec<Lang>,
    /// Records whose text is shown as it is, ascending.
    pub(crate) clean: Vec<Digest>,
}

impl Plan<'_> {
    /// The page of the same record in the language of its text; the page itself unless that is not translated.
    pub(crate) fn home<'b>(&'b self, page: &'b Page<'_>) -> &'b str {
        let own = page
            .path
            .strip_prefix(prefix(page.lang))
            .unwrap_or(&page.path);
        let Some(body) = page.body.as_ref().filter(|body| body.lang != page.lang) else {
            return &page.path;
        };
        let home = format!("{}{own}", prefix(body.lang));
        let at = self
            .pages
            .binary_search_by(|one| one.path.as_str().cmp(&home));
        at.ok()
            .and_then(|at| self.pages.get(at))
            .filter(|other| other.record == page.record)
            .map_or(&page.path, |other| &other.path)
    }
}

/// What the parts of the plan share.
pub(crate) struct Draft<'a> {
    pub(crate) content: &'a Content,
    pub(crate) articles: Vec<&'a Article>,
    pub(crate) notices: Vec<&'a Notice>,
    pub(crate) windows: Vec<&'a Window>,
    /// Id of an article → what it has in common with its translation.
    pub(crate) families: BTreeMap<&'a str, &'a str>,
    /// Records whose text is held back, each with the reason.
    pub(crate) held: BTreeMap<String, &'static str>,
    /// Of these, the field that must not be shown.
    pub(crate) fields: BTreeMap<String, &'static str>,
    /// Texts that are not those of the answer, and all of notices.
    pub(crate) bodies: BTreeMap<&'a str, Cow<'a, str>>,
    pub(crate) clean: Vec<Digest>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) pages: Vec<Page<'a>>,
    pub(crate) audience: Audience,
    pub(crate) books: &'a [Book<'a>],
}

impl<'a> Draft<'a> {
    /// Adds a page below the root of its language.
    pub(crate) fn page(
        &mut self,
        lang: Lang,
        path: &str,
        section: &'static str,
        template: &'static str,
        title: impl Into<String>,
        data: impl Into<Lazy<'a, Value>>,
    ) -> &mut Page<'a> {
        let path = format!("{}{path}", prefix(lang));
        self.pages.push(Page {
            path,
            lang,
            section,
            template,
            title: title.into(),
            record: None,
            body: None,
            data: data.into(),
            index: None,
            held: None,
            press: None,
        });
        let last = self.pages.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "the page was pushed above")]
        &mut self.pages[last]
    }

    /// What an article and its translation have in common.
    pub(crate) fn family(&self, article: &'a Article) -> &'a str {
        let own = article.id.as_str();
        self.families.get(own).copied().unwrap_or(own)
    }

    /// The title of a record in lists: left out if its text is held back.
    pub(crate) fn shown(&self, id: &str, title: &str, lang: Lang) -> Result<(String, bool), Error> {
        if self.held.contains_key(id) {
            return Ok((words::text("held_row", lang)?.to_owned(), true));
        }
        Ok((title.to_owned(), false))
    }

    /// A list in pages of [`ROWS`] rows, with links between them.
    #[expect(clippy::too_many_arguments, reason = "a list is all of these")]
    pub(crate) fn list<T>(
        &mut self,
        lang: Lang,
        stem: &str,
        section: &'static str,
        template: &'static str,
        title: &str,
        rows: &[T],
        data: impl Fn(&[T]) -> Result<Value, Error>,
    ) -> Result<(), Error> {
        let chunks: Vec<&[T]> = if rows.is_empty() {
            vec![rows]
        } else {
            rows.chunks(ROWS).collect()
        };
        for (at, chunk) in chunks.iter().enumerate() {
            let file = stem.rsplit('/').next().unwrap_or_default();
            let pages = numbered(file, chunks.len(), at);
            let data = values! { pages => pages, ..data(chunk)? };
            self.page(lang, &page_of(stem, at), section, template, title, data);
        }
        Ok(())
    }
}

/// The file of a page of a list.
pub(crate) fn page_of(stem: &str, at: usize) -> String {
    match at {
        0 => format!("{stem}.html"),
        at => format!("{stem}-{}.html", at + 1),
    }
}

/// The links between the pages of a list, as one of them shows them.
pub(crate) fn numbered(stem: &str, pages: usize, here: usize) -> Vec<Value> {
    let page =
        |at: usize| values! { href => page_of(stem, at), number => at + 1, here => at == here };
    (0..pages).map(page).collect()
}

/// `en/` for the mirror.
pub(crate) fn prefix(lang: Lang) -> &'static str {
    lang.pick("", "en/")
}

/// A file name part from a human number or an id.
pub(crate) fn file_name(number: &str) -> String {
    let name: String = number
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '_' {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let name = name.trim_matches('-').to_owned();
    if name.is_empty() {
        "record".to_owned()
    } else {
        name.chars().take(80).collect()
    }
}

/// A short name in ASCII for a word that has none.
pub(crate) fn short(word: &str) -> String {
    write::hash(word.as_bytes()).chars().take(8).collect()
}

/// The relative address of one path as seen from another.
pub(crate) fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let dirs = from.len().saturating_sub(1).min(to.len().saturating_sub(1));
    let same = from
        .iter()
        .zip(&to)
        .take(dirs)
        .take_while(|(a, b)| a == b)
        .count();
    let mut out = "../".repeat(from.len() - 1 - same);
    out.push_str(&to.get(same..).unwrap_or_default().join("/"));
    out
}

/// Plans one root.
///
/// # Errors
///
/// Paths that collide (also by case) or are not allowed, and words that are missing: all of them at once.
pub(crate) fn plan<'a>(
    content: &'a Content,
    books: &'a [Book<'a>],
    instance: &Instance,
    langs: &[Lang],
    clean: Clean<'_>,
) -> Result<Plan<'a>, Error> {
    let audience = instance.audience();
    let mut draft = Draft {
        content,
        articles: Vec::new(),
        notices: Vec::new(),
        windows: Vec::new(),
        families: BTreeMap::new(),
        held: BTreeMap::new(),
        fields: BTreeMap::new(),
        bodies: BTreeMap::new(),
        clean: Vec::new(),
        problems: Vec::new(),
        pages: Vec::new(),
        audience,
        books,
    };
    admit::admit(&mut draft, clean)?;
    admit::look(&mut draft);
    draft.families = article::families(&draft.articles);
    let nav = nav(content, &draft);
    for lang in langs {
        article::plan(&mut draft, *lang)?;
        board::plan(&mut draft, *lang)?;
        sla::plan(&mut draft, *lang)?;
        report::plan(&mut draft, *lang)?;
        document::plan(&mut draft, *lang)?;
    }
    let numbers = numbers(&draft);
    let mut pages = draft.pages;
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    collisions(&pages)?;
    let mut problems = draft.problems;
    for (record, reason) in &draft.held {
        let own = |page: &&Page<'_>| {
            page.lang == Lang::Zh && page.record.as_ref() == Some(record) && page.held.is_some()
        };
        let field = draft.fields.get(record).copied().unwrap_or("text");
        let (kind, told, told_zh) = match *reason {
            WITHDRAWN => ("warning", WITHDRAWN.to_owned(), "已撤下".to_owned()),
            reason => (
                "quarantine",
                format!("its {field} contains {reason}"),
                held_zh(field, reason),
            ),
        };
        let page = pages.iter().find(own);
        problems.push(Problem {
            kind,
            record: record.clone(),
            path: page.map(|page| page.path.clone()).unwrap_or_default(),
            reason: told,
            reason_zh: told_zh,
            ..Problem::default()
        });
    }
    let files = draft
        .articles
        .iter()
        .filter(|article| !draft.held.contains_key(&article.id))
        .flat_map(|article| &article.files)
        .map(|one| (one.file.id.as_str(), one))
        .collect();
    let mut clean = draft.clean;
    clean.sort_unstable();
    Ok(Plan {
        clean,
        pages,
        nav,
        numbers,
        files,
        banner_held: draft.held.contains_key("disaster"),
        problems,
        langs: langs.to_vec(),
    })
}

fn nav(content: &Content, draft: &Draft<'_>) -> Vec<NavItem> {
    let has = |folder: Folder| {
        draft
            .articles
            .iter()
            .any(|article| Folder::of(article.kind) == folder)
    };
    let service = content.service.as_ref();
    let ratios = service.is_some_and(|service| !service.ratios.is_empty());
    let figures = service.is_some_and(|service| !service.figures.is_empty());
    [
        (true, "home", "index.html"),
        (content.desk.is_some(), "report", "report.html"),
        (has(Folder::Faq), "faq", "faq/index.html"),
        (has(Folder::Downtime), "downtime", "downtime/index.html"),
        (has(Folder::Technical), "technical", "technical/index.html"),
        (content.clocks.is_some() || ratios, "sla", "sla/index.html"),
        (
            content.inspections.is_some() || figures,
            "inspections",
            "inspections/index.html",
        ),
        (
            content.inspections.is_some(),
            "findings",
            "findings/index.html",
        ),
        (
            content.tasks.is_some(),
            "rectification",
            "rectification/index.html",
        ),
        (content.reports.is_some(), "reports", "reports/index.html"),
        (
            content.documents.is_some(),
            "documents",
            "documents/index.html",
        ),
        (true, "search", "search.html"),
        (true, "about", "about.html"),
    ]
    .into_iter()
    .filter(|(exists, ..)| *exists)
    .map(|(_, key, path)| NavItem { key, path })
    .collect()
}

fn numbers(draft: &Draft<'_>) -> BTreeMap<String, String> {
    let gone = draft.content.gone.iter();
    let gone = gone.map(|one| (one.number.to_ascii_uppercase(), article::gone_path(one)));
    // Of a withdrawn text whose translation is there, or the other way round, the page of the other one is meant.
    let mut numbers: BTreeMap<String, String> = gone.collect();
    for article in &draft.articles {
        let family = draft.family(article);
        let path = article::path(article, family);
        if family == article.number {
            numbers.insert(article.number.to_ascii_uppercase(), path.clone());
        }
        numbers.insert(article.id.to_ascii_uppercase(), path);
    }
    for inspection in draft.content.inspections.iter().flatten() {
        let path = format!("inspections/{}.html", file_name(&inspection.number));
        numbers.insert(inspection.number.to_ascii_uppercase(), path.clone());
        numbers.insert(inspection.id.to_ascii_uppercase(), path);
    }
    for notice in &draft.notices {
        numbers.insert(notice.id.to_ascii_uppercase(), notice::path(&notice.id));
    }
    numbers
}

fn collisions(pages: &[Page<'_>]) -> Result<(), Error> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut problems = Vec::new();
    for page in pages {
        let good = page.path.len() <= 120
            && page.path.split('/').all(|part| {
                !part.is_empty()
                    && !part.starts_with('.')
                    && part.bytes().all(|b| {
                        b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b)
                    })
            });
        if !good {
            problems.push(format!("`{}` is no allowed path", page.path));
        }
        if seen.insert(page.path.to_lowercase(), &page.path).is_some() {
            problems.push(format!("two pages want the path `{}`", page.path));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Plan(problems))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sg_path_1_addresses_are_relative() {
        assert_eq!(relative("index.html", "faq/a.html"), "faq/a.html");
        assert_eq!(relative("faq/a.html", "faq/b.html"), "b.html");
        assert_eq!(
            relative("faq/a.html", "downtime/b.html"),
            "../downtime/b.html"
        );
        assert_eq!(relative("en/faq/a.html", "index.html"), "../../index.html");
        assert_eq!(relative("en/index.html", "en/faq/a.html"), "faq/a.html");
        assert_eq!(file_name("KB-2026/0001 甲"), "kb-2026-0001");
    }
}
