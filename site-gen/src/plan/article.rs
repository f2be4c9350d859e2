//! Knowledge, technical documentation, downtime instructions, and the pages that every root has.

mod about;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use minijinja::Value;

use super::{
    Body, Draft, Entry, Lazy, Markdown, Paper, ROWS, WITHDRAWN, file_name, notice, numbered,
    page_of, short,
};
use crate::{
    content::{Article, ArticleKind, Withdrawn},
    error::Error,
    markdown::Lang,
    time,
    values::values,
    words,
    write::{Digest, digest},
};

/// The articles that lie in one folder of a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folder {
    Faq,
    Technical,
    Downtime,
}

impl Folder {
    pub(super) fn of(kind: ArticleKind) -> Folder {
        match kind {
            ArticleKind::Faq | ArticleKind::Howto | ArticleKind::Manual => Folder::Faq,
            ArticleKind::Technical => Folder::Technical,
            ArticleKind::Emergency | ArticleKind::DowntimeForm => Folder::Downtime,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Folder::Faq => "faq",
            Folder::Technical => "technical",
            Folder::Downtime => "downtime",
        }
    }
}

/// What an article and its translation have in common, by the id of each: the number. Of several texts with one number
/// in one language the oldest is meant, the others stand for themselves.
pub(super) fn families<'a>(articles: &[&'a Article]) -> BTreeMap<&'a str, &'a str> {
    let mut taken: BTreeSet<(&str, &str)> = BTreeSet::new();
    // Ids grow with time, and the articles come in their order.
    articles
        .iter()
        .map(|article| {
            let (id, number) = (article.id.as_str(), article.number.as_str());
            let first = taken.insert((number, &article.language));
            (id, if first { number } else { id })
        })
        .collect()
}

/// Where the page of an article lies, below the root of a language.
pub(super) fn path(article: &Article, family: &str) -> String {
    let folder = Folder::of(article.kind).name();
    format!("{folder}/{}.html", file_name(family))
}

/// An article in the language of a page, or in the other one if there is no translation.
#[derive(Clone, Copy)]
struct Chosen<'a> {
    article: &'a Article,
    family: &'a str,
    lang: Lang,
    fallback: bool,
    stale: bool,
}

fn choose<'a>(draft: &Draft<'a>, lang: Lang) -> Vec<Chosen<'a>> {
    let mut families: BTreeMap<&str, BTreeMap<Lang, &'a Article>> = BTreeMap::new();
    let mut out: Vec<Chosen<'a>> = Vec::new();
    for article in &draft.articles {
        let Some(own) = Lang::from_tag(&article.language) else {
            continue;
        };
        let family = draft.family(article);
        let versions = families.entry(family).or_default();
        // Two of one family and language are a collision; the plan must see both.
        match versions.insert(own, article) {
            Some(first) if own == lang => out.push(Chosen {
                article: first,
                family,
                lang: own,
                fallback: false,
                stale: false,
            }),
            Some(_) | None => {}
        }
    }
    for (family, versions) in families {
        let Some((own, article)) = versions
            .get_key_value(&lang)
            .or_else(|| versions.first_key_value())
        else {
            continue;
        };
        let original = versions.get(&Lang::Zh);
        out.push(Chosen {
            article,
            family,
            lang: *own,
            fallback: *own != lang,
            stale: lang == Lang::En
                && *own == lang
                && original.is_some_and(|original| original.reviewed_at > article.reviewed_at),
        });
    }
    out.sort_by(|a, b| a.family.cmp(b.family));
    out
}

impl Chosen<'_> {
    /// Names the record, and what it is beside itself in this language.
    fn digest(&self, record: &Digest, held: bool) -> Digest {
        let flags = [self.fallback, self.stale, held].map(u8::from);
        let (lang, family) = (self.lang.tag().as_bytes(), self.family.as_bytes());
        digest(&[record, &flags, lang, b" ", family])
    }
}

pub(super) fn plan(draft: &mut Draft<'_>, lang: Lang) -> Result<(), Error> {
    let chosen = choose(draft, lang);
    articles(draft, lang, &chosen)?;
    gone(draft, lang)?;
    let of = |folder: Folder| -> Vec<Chosen<'_>> {
        let here = |one: &&Chosen<'_>| Folder::of(one.article.kind) == folder;
        chosen.iter().filter(here).copied().collect()
    };
    let (faq, downtime) = (of(Folder::Faq), of(Folder::Downtime));
    let all = rows(draft, &faq, lang)?;
    let modules: Vec<(String, usize, String)> = modules(&all)
        .into_iter()
        .map(|(file, label, count)| (label, count, file))
        .collect();
    knowledge(draft, lang, Folder::Faq, all)?;
    let technical = rows(draft, &of(Folder::Technical), lang)?;
    knowledge(draft, lang, Folder::Technical, technical)?;
    instructions(draft, lang, &downtime)?;
    notice::plan(draft, lang, &modules, !downtime.is_empty())?;
    about::plan(draft, lang)?;
    let title = words::text("not_found", lang)?;
    draft.page(lang, "404.html", "", "404.html", title, values! {});
    let title = words::text("search_title", lang)?;
    draft.page(
        lang,
        "search.html",
        "search",
        "search.html",
        title,
        values! {},
    );
    Ok(())
}

/// The module of an article as it is shown.
fn module_of(article: &Article, lang: Lang) -> Result<String, Error> {
    match article.module.as_deref().map(str::trim) {
        Some(module) if !module.is_empty() => Ok(module.to_owned()),
        Some(_) | None => Ok(words::text("no_module", lang)?.to_owned()),
    }
}

fn module_file(module: &str) -> String {
    format!("module-{}", short(module))
}

/// What the page of an article has beside its text.
fn values_of(one: Chosen<'_>, lang: Lang) -> Result<Value, Error> {
    let article = one.article;
    let folder = Folder::of(article.kind);
    let crumbs = [values! { href => "index.html", label => words::text(folder.name(), lang)? }];
    let module = article.module.as_deref().unwrap_or_default().trim();
    Ok(values! {
        crumbs => crumbs,
        meta => values! {
            number => article.number,
            kind => words::word(word_of(article.kind), lang)?,
            // Its tables are filled in by hand.
            form => article.kind == ArticleKind::DowntimeForm,
            version => article.version_no,
            reviewed => article.reviewed_at,
            outdated => article.outdated_at.is_some(),
            module => module_of(article, lang)?,
            module_href => (folder != Folder::Downtime).then(|| format!("{}.html", module_file(module))),
            tags => article.tags,
        },
        fallback => one.fallback,
        stale => one.stale,
        text_lang => one.lang.tag(),
        record => article.number,
    })
}

fn entry_of(article: &Article, lang: Lang) -> Result<Entry, Error> {
    let kind = words::word(word_of(article.kind), lang)?;
    let module = module_of(article, lang)?;
    let reviewed = article.reviewed_at.as_deref().map(time::date);
    Ok(Entry {
        facets: vec![("kind", kind.to_owned()), ("module", module.clone())],
        meta: [Some(kind.to_owned()), Some(module.clone()), reviewed]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
        sections: Vec::new(),
        words: format!("{} {module} {}", article.number, article.tags.join(" ")),
    })
}

fn articles<'a>(draft: &mut Draft<'a>, lang: Lang, chosen: &[Chosen<'a>]) -> Result<(), Error> {
    for one in chosen.iter().copied() {
        let article = one.article;
        let (title, held) = draft.shown(&article.id, &article.title, lang)?;
        let reason = draft.held.get(&article.id).copied();
        let press = paper(article, one.lang)?;
        // A text that was cut follows from the record and its reader.
        let text = match draft.bodies.get(article.id.as_str()) {
            Some(text) => Markdown::Own(text.clone()),
            None => Markdown::Whole(&article.body),
        };
        let key = one.digest(&article.digest, held);
        let page = draft.page(
            lang,
            &path(article, one.family),
            Folder::of(article.kind).name(),
            "article.html",
            title,
            Lazy::Later(key, Box::new(move || values_of(one, lang))),
        );
        page.record = Some(article.id.clone());
        page.body = Some(Body {
            text,
            lang: one.lang,
        });
        page.held = reason;
        page.press = press;
        if !held {
            let make = Box::new(move || entry_of(article, lang));
            page.index = Some(Lazy::Later(key, make));
        }
    }
    Ok(())
}

/// What stands where a withdrawn article stood: who had its address, or has a text that leads there, learns that it is
/// gone (SG-INC-3).
fn gone<'a>(draft: &mut Draft<'a>, lang: Lang) -> Result<(), Error> {
    let live: BTreeSet<&str> = draft.families.values().copied().collect();
    let all = draft.content.gone.iter();
    let gone: BTreeMap<&str, &'a Withdrawn> = all
        .filter(|one| !live.contains(one.number.as_str()))
        .map(|one| (one.number.as_str(), one))
        .collect();
    for (number, one) in gone {
        let folder = Folder::of(one.kind).name();
        let page = draft.page(
            lang,
            &gone_path(one),
            folder,
            "held.html",
            words::text("gone_title", lang)?,
            values! { record => number, withdrawn_at => one.withdrawn_at, crumbs => [(); 0] },
        );
        page.record = Some(number.to_owned());
        page.held = Some(WITHDRAWN);
    }
    Ok(())
}

/// Where the page of a withdrawn article lies, below the root of a language.
pub(super) fn gone_path(one: &Withdrawn) -> String {
    format!(
        "{}/{}.html",
        Folder::of(one.kind).name(),
        file_name(&one.number)
    )
}

/// What stands on paper around an article that somebody prints: manuals, instructions, forms. Short answers are read on
/// their page.
fn paper(article: &Article, lang: Lang) -> Result<Option<Paper>, Error> {
    match article.kind {
        ArticleKind::Faq | ArticleKind::Howto => return Ok(None),
        ArticleKind::Manual
        | ArticleKind::Technical
        | ArticleKind::Emergency
        | ArticleKind::DowntimeForm => {}
    }
    let text = |key: &str| words::text(key, lang).map(str::to_owned);
    let mut facts = vec![
        (text("number")?, article.number.clone()),
        (text("version")?, article.version_no.to_string()),
    ];
    if let Some(reviewed) = &article.reviewed_at {
        facts.push((text("reviewed")?, time::date(reviewed)));
    }
    let kind = words::word(word_of(article.kind), lang)?;
    facts.push((text("facet_kind")?, kind.to_owned()));
    facts.push((text("module")?, module_of(article, lang)?));
    let edition = format!(
        "{} · {} {}",
        article.number,
        text("version")?,
        article.version_no
    );
    Ok(Some(Paper {
        number: article.number.clone(),
        version: article.version_no,
        edition,
        facts,
        date: article.reviewed_at.clone(),
        cover: article.kind == ArticleKind::Manual,
    }))
}

fn word_of(kind: ArticleKind) -> &'static str {
    match kind {
        ArticleKind::Faq => "FAQ",
        ArticleKind::Howto => "HOWTO",
        ArticleKind::Manual => "MANUAL",
        ArticleKind::Technical => "TECHNICAL",
        ArticleKind::Emergency => "EMERGENCY",
        ArticleKind::DowntimeForm => "DOWNTIME_FORM",
    }
}

/// An article in a list.
#[derive(Clone)]
struct Row<'a> {
    one: Chosen<'a>,
    held: bool,
    module: Arc<Module>,
}

/// A module as it is shown, and the name of its page.
struct Module {
    label: String,
    file: String,
}

impl Row<'_> {
    fn values(&self, lang: Lang) -> Result<Value, Error> {
        let article = self.one.article;
        let title = if self.held {
            words::text("held_row", lang)?
        } else {
            article.title.as_str()
        };
        Ok(values! {
            href => format!("{}.html", file_name(self.one.family)),
            title => title,
            number => article.number,
            lang => (self.one.fallback && !self.held).then(|| self.one.lang.tag()),
            version => article.version_no,
            reviewed => article.reviewed_at,
            outdated => article.outdated_at.is_some(),
        })
    }
}

/// The rows of articles, by module.
fn rows<'a>(draft: &Draft<'a>, chosen: &[Chosen<'a>], lang: Lang) -> Result<Vec<Row<'a>>, Error> {
    // A name is made once for a module, not for each of its articles.
    let mut known: BTreeMap<&str, Arc<Module>> = BTreeMap::new();
    let mut rows = Vec::with_capacity(chosen.len());
    for one in chosen.iter().copied() {
        let name = one.article.module.as_deref().unwrap_or_default().trim();
        let module = match known.get(name) {
            Some(module) => Arc::clone(module),
            None => {
                let module = Arc::new(Module {
                    label: module_of(one.article, lang)?,
                    file: module_file(name),
                });
                known.insert(name, Arc::clone(&module));
                module
            }
        };
        rows.push(Row {
            held: draft.held.contains_key(&one.article.id),
            one,
            module,
        });
    }
    rows.sort_by(|a, b| a.module.label.cmp(&b.module.label));
    Ok(rows)
}

/// A page of a list: its file, its name, and how many rows it has.
type Facet = (String, String, usize);

/// The modules of rows, which are sorted by them.
fn modules(rows: &[Row<'_>]) -> Vec<Facet> {
    rows.chunk_by(|a, b| a.module.label == b.module.label)
        .filter_map(|rows| {
            let module = &rows.last()?.module;
            Some((module.file.clone(), module.label.clone(), rows.len()))
        })
        .collect()
}

/// A list with what leads to the lists beside it.
struct Listing<'a> {
    lang: Lang,
    /// Its file, without the number of the page.
    stem: String,
    /// What the lists of a folder are called, if this is not the one of all rows.
    parent: Option<&'static str>,
    rows: Vec<Row<'a>>,
    facets: Arc<Vec<(&'static str, Vec<Facet>)>>,
    /// Names the facets.
    facets_digest: Digest,
}

impl Listing<'_> {
    fn of(&self, at: usize) -> &[Row<'_>] {
        self.rows.chunks(ROWS).nth(at).unwrap_or_default()
    }

    fn pages(&self) -> usize {
        self.rows.len().div_ceil(ROWS).max(1)
    }

    /// Names everything that a page is made of.
    fn key(&self, at: usize) -> Digest {
        let mut all = self.pages().to_le_bytes().to_vec();
        all.extend(self.facets_digest);
        for row in self.of(at) {
            all.extend(row.one.digest(&row.one.article.frame, row.held));
        }
        digest(&[&all])
    }

    fn values(&self, at: usize) -> Result<Value, Error> {
        let mut facets = Vec::new();
        for (name, items) in self.facets.iter() {
            let item = |(file, label, count): &Facet| values! { href => format!("{file}.html"), label => label, count => count, here => *file == self.stem };
            let items: Vec<Value> = items.iter().map(item).collect();
            facets.push(values! { label => words::text(name, self.lang)?, items => items });
        }
        let crumbs: Vec<Value> = match self.parent {
            None => Vec::new(),
            Some(title) => vec![values! { href => "index.html", label => title }],
        };
        let mut rows = Vec::new();
        for row in self.of(at) {
            rows.push((row.module.label.clone(), row.values(self.lang)?));
        }
        let pages = numbered(&self.stem, self.pages(), at);
        Ok(
            values! { pages => pages, crumbs => crumbs, facets => facets, groups => groups(&rows), lead => () },
        )
    }
}

/// The list of a folder, and one page for each module and each kind.
fn knowledge<'a>(
    draft: &mut Draft<'a>,
    lang: Lang,
    folder: Folder,
    all: Vec<Row<'a>>,
) -> Result<(), Error> {
    if all.is_empty() {
        return Ok(());
    }
    let title = words::text(folder.name(), lang)?;
    let kind_of = |row: &Row<'_>| word_of(row.one.article.kind);
    let mut by_kind: BTreeMap<&'static str, Vec<Row<'a>>> = BTreeMap::new();
    let mut by_file: BTreeMap<String, Vec<Row<'a>>> = BTreeMap::new();
    for row in &all {
        by_kind.entry(kind_of(row)).or_default().push(row.clone());
        let file = by_file.get_mut(&row.module.file);
        match file {
            Some(rows) => rows.push(row.clone()),
            None => {
                by_file.insert(row.module.file.clone(), vec![row.clone()]);
            }
        }
    }
    // File, heading and rows of each list.
    let mut lists: Vec<(String, Option<String>, Vec<Row<'a>>)> = Vec::new();
    let mut modules_first = vec![(
        "index".to_owned(),
        words::text("all_modules", lang)?.to_owned(),
        all.len(),
    )];
    for (file, label, count) in modules(&all) {
        let rows = by_file.get(&file).cloned().unwrap_or_default();
        lists.push((file.clone(), Some(label.clone()), rows));
        modules_first.push((file, label, count));
    }
    let mut facets = vec![("modules", modules_first)];
    if by_kind.len() > 1 {
        let mut kinds = Vec::new();
        for (kind, rows) in by_kind {
            let file = format!("kind-{}", file_name(kind));
            let label = words::word(kind, lang)?.to_owned();
            kinds.push((file.clone(), label.clone(), rows.len()));
            lists.push((file, Some(label), rows));
        }
        facets.push(("facet_kind", kinds));
    }
    lists.insert(0, ("index".to_owned(), None, all));
    let text = serde_json::to_vec(&facets).unwrap_or_default();
    let facets_digest = digest(&[&text]);
    let facets = Arc::new(facets);
    let colon = words::text("colon", lang)?;
    for (stem, label, rows) in lists {
        let heading = label.as_ref().map_or_else(
            || title.to_owned(),
            |label| format!("{title}{colon}{label}"),
        );
        let listing = Arc::new(Listing {
            lang,
            parent: label.map(|_| title),
            rows,
            facets: Arc::clone(&facets),
            facets_digest,
            stem,
        });
        for at in 0..listing.pages() {
            let path = format!("{}/{}", folder.name(), page_of(&listing.stem, at));
            let own = Arc::clone(&listing);
            let data = Lazy::Later(listing.key(at), Box::new(move || own.values(at)));
            draft.page(
                lang,
                &path,
                folder.name(),
                "articles.html",
                heading.as_str(),
                data,
            );
        }
    }
    Ok(())
}

fn groups(rows: &[(String, Value)]) -> Vec<Value> {
    let mut groups: Vec<(&str, Vec<&Value>)> = Vec::new();
    for (label, row) in rows {
        match groups.last_mut() {
            Some((last, rows)) if last == label => rows.push(row),
            _ => groups.push((label, vec![row])),
        }
    }
    groups
        .into_iter()
        .map(|(label, rows)| {
            values! { label => label, rows => rows, lang => label.chars().any(crate::markdown::is_cjk).then_some("zh-Hans") }
        })
        .collect()
}

fn instructions(draft: &mut Draft<'_>, lang: Lang, all: &[Chosen<'_>]) -> Result<(), Error> {
    if all.is_empty() {
        return Ok(());
    }
    let all = rows(draft, all, lang)?;
    let mut listed = Vec::new();
    for (kind, label) in [
        (ArticleKind::Emergency, "emergency"),
        (ArticleKind::DowntimeForm, "forms"),
    ] {
        let mut of: Vec<&Row<'_>> = all
            .iter()
            .filter(|row| row.one.article.kind == kind)
            .collect();
        of.sort_by(|a, b| a.one.family.cmp(b.one.family));
        for row in of {
            listed.push((words::text(label, lang)?.to_owned(), row.values(lang)?));
        }
    }
    let lead = words::text("downtime_lead", lang)?;
    let title = words::text("downtime", lang)?;
    draft.list(lang, "downtime/index", "downtime", "articles.html", title, &listed, |chunk| {
        Ok(values! { crumbs => Vec::<Value>::new(), facets => Vec::<Value>::new(), groups => groups(chunk), lead => lead })
    })
}
