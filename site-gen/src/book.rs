//! Technical documents as parts of a root, made from their sources: interface and structure of tables (一(八)).
//!
//! Their pages lie below `documents/<name>/` in the folder of each language. What is in them is made once for all roots;
//! the frame is that of the root.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use serde::Deserialize;

use crate::{
    apidoc,
    content::{Document, DocumentKind},
    dbdoc::{self, Overlay, Snapshot},
    docs::{Language, Problem, files::Files, html::PART},
    markdown::{Lang, Section},
    plan::prefix,
    press::Tree,
    write,
};

/// Documents that are remembered: they change with the program only, and are parts of many roots.
const REMEMBERED: usize = 4;

static MADE: Mutex<VecDeque<(String, Arc<Made>)>> = Mutex::new(VecDeque::new());

/// The pages and files of a document.
#[derive(Debug)]
pub(crate) struct Made {
    /// Files that are no pages, below its folder.
    pub(crate) files: Files,
    /// Facts for the list: name of a text, and its value.
    pub(crate) facts: Vec<(&'static str, String)>,
    zh: Vec<Part>,
    en: Vec<Part>,
    /// For paper, Chinese and English.
    trees: [Tree; 2],
}

/// What a page has within the frame.
#[derive(Debug)]
pub(crate) struct Part {
    /// Path below the folder of the document.
    pub(crate) path: String,
    /// Its name.
    pub(crate) title: String,
    /// Items of a list of links, HTML.
    pub(crate) links: String,
    /// The page, HTML.
    pub(crate) html: String,
    /// What the index knows of it.
    pub(crate) sections: Vec<Section>,
}

impl Made {
    /// Its pages in a language.
    pub(crate) fn parts(&self, lang: Lang) -> &[Part] {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// The whole for paper in a language.
    pub(crate) fn tree(&self, lang: Lang) -> &Tree {
        let [zh, en] = &self.trees;
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// The PDF of a document: where it lies, and how long it is.
#[derive(Debug, Clone)]
pub(crate) struct Printed {
    pub(crate) path: String,
    pub(crate) bytes: u64,
}

/// A document of a root.
#[derive(Debug)]
pub struct Book<'a> {
    pub(crate) document: &'a Document,
    /// Nothing for readers who see only that there is such a document.
    pub(crate) made: Option<Arc<Made>>,
    /// Its PDF in each language, if the source sets documents.
    pub(crate) printed: BTreeMap<Lang, Printed>,
}

impl Book<'_> {
    /// Name of its folder below `documents/`.
    pub(crate) fn folder(&self) -> &'static str {
        match self.document.kind {
            DocumentKind::Interface => "interface",
            DocumentKind::DbSchema => "database",
        }
    }

    /// Where its PDF lies.
    pub(crate) fn pdf(&self, lang: Lang) -> String {
        let name = match self.document.kind {
            DocumentKind::Interface => "interface.pdf",
            DocumentKind::DbSchema => "data-dictionary.pdf",
        };
        format!("{}documents/{}/{name}", prefix(lang), self.folder())
    }
}

/// The documents of a root, and why some of them could not be made.
pub(crate) fn books(
    documents: Option<&[Document]>,
) -> (Vec<Book<'_>>, Vec<(DocumentKind, String)>) {
    let (mut books, mut problems) = (Vec::new(), Vec::new());
    for document in documents.unwrap_or_default() {
        let made = match &document.source {
            None => None,
            Some(source) => match remembered(document, source) {
                Ok(made) => Some(made),
                Err(found) => {
                    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
                    problems.push((document.kind, lines.join("; ")));
                    continue;
                }
            },
        };
        books.push(Book {
            document,
            made,
            printed: BTreeMap::new(),
        });
    }
    (books, problems)
}

fn remembered(document: &Document, source: &str) -> Result<Arc<Made>, Vec<Problem>> {
    let notes = document.notes.as_deref().unwrap_or_default();
    let all = format!(
        "{:?}\0{}\0{source}\0{notes}",
        document.kind, document.version
    );
    let key = write::hash(all.as_bytes());
    let known = || MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, made)) = known().iter().find(|(other, _)| *other == key) {
        return Ok(Arc::clone(made));
    }
    let made = Arc::new(match document.kind {
        DocumentKind::Interface => interface(source, notes)?,
        DocumentKind::DbSchema => tables(source, notes, &document.version)?,
    });
    let mut known = known();
    known.push_front((key, Arc::clone(&made)));
    known.truncate(REMEMBERED);
    Ok(made)
}

#[derive(Deserialize)]
struct Record {
    kind: String,
    name: String,
    zh: String,
    en: String,
    path: String,
}

/// What the index knows of each page, by its path.
type Sections = BTreeMap<String, Vec<Section>>;

fn section(anchor: &str, heading: &str, text: &str) -> Section {
    Section {
        anchor: anchor.to_owned(),
        heading: heading.to_owned(),
        text: text.to_owned(),
    }
}

/// Divides the files of a document into its pages and the others.
fn divided(
    mut files: Files,
    facts: Vec<(&'static str, String)>,
    [mut zh_known, mut en_known]: [Sections; 2],
    document: impl Fn(Language) -> crate::press::Document,
) -> Result<Made, Vec<Problem>> {
    let tree = |language| {
        Tree::new(&document(language))
            .map_err(|error| vec![Problem::new("document.json", error.to_string())])
    };
    let trees = [tree(Language::Zh)?, tree(Language::En)?];
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    files.remove("docs.css");
    let names: Vec<String> = files
        .keys()
        .filter(|name| name.ends_with(".html"))
        .cloned()
        .collect();
    for name in names {
        let text = String::from_utf8(files.remove(&name).unwrap_or_default())
            .map_err(|error| vec![Problem::new(&name, error.to_string())])?;
        let mut parts = text.trim().splitn(3, PART);
        let (Some(title), Some(links), Some(html)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(vec![Problem::new(&name, "is no part of a page")]);
        };
        let (path, pages, known) = match name.strip_prefix("en/") {
            Some(path) => (path, &mut en, &mut en_known),
            None => (name.as_str(), &mut zh, &mut zh_known),
        };
        pages.push(Part {
            path: path.to_owned(),
            title: plain(title),
            links: links.to_owned(),
            html: html.to_owned(),
            sections: known.remove(path).unwrap_or_default(),
        });
    }
    Ok(Made {
        files,
        facts,
        zh,
        en,
        trees,
    })
}

/// The text of an escaped one.
pub(crate) fn plain(html: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(html.trim().to_owned(), |text, (from, to)| {
        text.replace(from, to)
    })
}

fn interface(source: &str, notes: &str) -> Result<Made, Vec<Problem>> {
    let mut api = apidoc::read("interface.graphql", source, Some(("interface.toml", notes)))?;
    api.in_root = true;
    let mut files = apidoc::pages(&api, None).map_err(|problem| vec![problem])?;
    let records = files.remove("search.json").unwrap_or_default();
    let records: Vec<Record> = serde_json::from_slice(&records)
        .map_err(|error| vec![Problem::new("search.json", error.to_string())])?;
    let mut sections = [Sections::new(), Sections::new()];
    for record in records {
        let (path, anchor) = record.path.split_once('#').unwrap_or((&record.path, ""));
        for (known, text) in sections.iter_mut().zip([&record.zh, &record.en]) {
            let known = known.entry(path.to_owned()).or_default();
            match known.last_mut() {
                // A field is found where its operation or type stands.
                Some(last) if record.kind == "field" && last.anchor == anchor => {
                    last.text.push_str(&format!("\n{} {text}", record.name));
                }
                _ => known.push(section(anchor, &record.name, text)),
            }
        }
    }
    let facts = vec![
        ("operations", api.operations.len().to_string()),
        ("types", api.types.len().to_string()),
    ];
    divided(files, facts, sections, |language| {
        apidoc::document(&api, language)
    })
}

fn tables(source: &str, notes: &str, version: &str) -> Result<Made, Vec<Problem>> {
    let one = |problem| vec![problem];
    let snapshot = Snapshot::read("snapshot.json", source).map_err(one)?;
    let overlay = Overlay::read("dictionary.toml", notes).map_err(one)?;
    let mut book = dbdoc::Book::bind(snapshot, overlay)?;
    book.in_root = true;
    let report = dbdoc::check(&book);
    let mut sections = [Sections::new(), Sections::new()];
    for (table, path) in dbdoc::paths(&book) {
        let said = book.comment(table);
        let (mut zh, mut en) = (said.zh, said.en);
        for column in &table.columns {
            let said = book.column_comment(table, &column.name);
            zh.push_str(&format!("\n{} {}", column.name, said.zh));
            en.push_str(&format!("\n{} {}", column.name, said.en));
        }
        for (known, text) in sections.iter_mut().zip([zh, en]) {
            known.insert(path.clone(), vec![section("", "", &text)]);
        }
    }
    let facts = vec![
        ("tables", book.snapshot.tables.len().to_string()),
        (
            "comments",
            format!("{}/{}", report.coverage.done, report.coverage.all),
        ),
        ("checklist", format!("{}/3", report.checklist())),
    ];
    let files = dbdoc::pages(&book, &report, None).map_err(one)?;
    divided(files, facts, sections, |language| {
        dbdoc::document(&book, &report, Some(version), language)
    })
}
