//! Knowledge, technical documentation, downtime instructions, and the pages that every root has.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Value;

use super::{Body, Draft, Entry, Paper, file_name, notice, short};
use crate::{
    content::{Article, ArticleKind},
    error::Error,
    markdown::Lang,
    time,
    values::values,
    words,
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

pub(super) fn plan(draft: &mut Draft<'_>, lang: Lang) -> Result<(), Error> {
    let chosen = choose(draft, lang);
    articles(draft, lang, &chosen)?;
    let of = |folder: Folder| -> Vec<&Chosen<'_>> {
        let here = |one: &&Chosen<'_>| Folder::of(one.article.kind) == folder;
        chosen.iter().filter(here).collect()
    };
    let (faq, downtime) = (of(Folder::Faq), of(Folder::Downtime));
    let modules = modules(&faq, lang)?;
    knowledge(draft, lang, Folder::Faq, &faq)?;
    knowledge(draft, lang, Folder::Technical, &of(Folder::Technical))?;
    instructions(draft, lang, &downtime)?;
    notice::plan(draft, lang, &modules, !downtime.is_empty())?;
    let glossary: Vec<(&str, &str)> =
        ["title", "state", "due", "risk", "scope", "owner", "finding"]
            .iter()
            .filter_map(|key| {
                Some((
                    words::text(key, Lang::Zh).ok()?,
                    words::text(key, Lang::En).ok()?,
                ))
            })
            .collect();
    let title = words::text("about", lang)?;
    draft.page(
        lang,
        "about.html",
        "about",
        "about.html",
        title,
        values! { glossary => glossary },
    );
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

fn modules(chosen: &[&Chosen<'_>], lang: Lang) -> Result<Vec<(String, usize, String)>, Error> {
    let mut count: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for one in chosen {
        let entry = count.entry(module_of(one.article, lang)?).or_default();
        entry.0 += 1;
        entry.1 = module_file(one.article);
    }
    Ok(count
        .into_iter()
        .map(|(module, (count, file))| (module, count, file))
        .collect())
}

fn module_file(article: &Article) -> String {
    let module = article.module.as_deref().unwrap_or_default().trim();
    format!("module-{}", short(module))
}

fn articles(draft: &mut Draft<'_>, lang: Lang, chosen: &[Chosen<'_>]) -> Result<(), Error> {
    for one in chosen {
        let article = one.article;
        let folder = Folder::of(article.kind);
        let (title, held) = draft.shown(&article.id, &article.title, lang)?;
        let crumbs = [values! { href => "index.html", label => words::text(folder.name(), lang)? }];
        let kind = words::word(word_of(article.kind), lang)?;
        let module = module_of(article, lang)?;
        let data = values! {
            crumbs => crumbs,
            meta => values! {
                number => article.number,
                kind => kind,
                version => article.version_no,
                reviewed => article.reviewed_at,
                outdated => article.outdated_at.is_some(),
                module => module,
                module_href => (folder != Folder::Downtime).then(|| format!("{}.html", module_file(article))),
                tags => article.tags,
            },
            fallback => one.fallback,
            stale => one.stale,
            text_lang => one.lang.tag(),
            record => article.number,
        };
        let reason = draft.held.get(&article.id).copied();
        let press = paper(article, one.lang)?;
        let body = draft
            .bodies
            .get(article.id.as_str())
            .cloned()
            .unwrap_or_default();
        let page = draft.page(
            lang,
            &path(article, one.family),
            folder.name(),
            "article.html",
            title,
            data,
        );
        page.record = Some(article.id.clone());
        page.body = Some(Body {
            text: body,
            lang: one.lang,
        });
        page.held = reason;
        page.press = press;
        if !held {
            let reviewed = article.reviewed_at.as_deref().map(time::date);
            page.index = Some(Entry {
                facets: vec![("kind", kind.to_owned()), ("module", module.clone())],
                meta: [Some(kind.to_owned()), Some(module.clone()), reviewed]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(" · "),
                sections: Vec::new(),
                words: format!("{} {module} {}", article.number, article.tags.join(" ")),
            });
        }
    }
    Ok(())
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

fn row(draft: &Draft<'_>, one: &Chosen<'_>, lang: Lang) -> Result<Value, Error> {
    let article = one.article;
    let (title, held) = draft.shown(&article.id, &article.title, lang)?;
    Ok(values! {
        href => format!("{}.html", file_name(one.family)),
        title => title,
        number => article.number,
        lang => (one.fallback && !held).then(|| one.lang.tag()),
        version => article.version_no,
        reviewed => article.reviewed_at,
        outdated => article.outdated_at.is_some(),
    })
}

/// The list of a folder, and one page for each module and each kind.
fn knowledge(
    draft: &mut Draft<'_>,
    lang: Lang,
    folder: Folder,
    all: &[&Chosen<'_>],
) -> Result<(), Error> {
    if all.is_empty() {
        return Ok(());
    }
    let title = words::text(folder.name(), lang)?;
    let mut rows = Vec::new();
    for one in all {
        let module = module_of(one.article, lang)?;
        rows.push((
            module,
            module_file(one.article),
            word_of(one.article.kind),
            row(draft, one, lang)?,
        ));
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let mut kinds: Vec<&'static str> = rows.iter().map(|row| row.2).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let kind_files: BTreeMap<&str, String> = kinds
        .iter()
        .map(|kind| (*kind, format!("kind-{}", file_name(kind))))
        .collect();
    // File, heading and group of each page.
    let mut pages: Vec<(String, Option<String>)> = vec![("index".to_owned(), None)];
    let mut by_module = vec![(
        "index".to_owned(),
        words::text("all_modules", lang)?.to_owned(),
        all.len(),
    )];
    for (module, count, file) in modules(all, lang)? {
        pages.push((file.clone(), Some(module.clone())));
        by_module.push((file, module, count));
    }
    let mut by_kind = Vec::new();
    if kinds.len() > 1 {
        for kind in kinds {
            let file = format!("kind-{}", file_name(kind));
            let label = words::word(kind, lang)?.to_owned();
            let count = rows.iter().filter(|row| row.2 == kind).count();
            pages.push((file.clone(), Some(label.clone())));
            by_kind.push((file, label, count));
        }
    }
    for (stem, label) in &pages {
        let group = |items: &[(String, String, usize)]| -> Vec<Value> {
            let item = |(file, label, count): &(String, String, usize)| values! { href => format!("{file}.html"), label => label, count => count, here => file == stem };
            items.iter().map(item).collect()
        };
        let mut facets =
            vec![values! { label => words::text("modules", lang)?, items => group(&by_module) }];
        if !by_kind.is_empty() {
            facets.push(
                values! { label => words::text("facet_kind", lang)?, items => group(&by_kind) },
            );
        }
        let kept: Vec<(String, Value)> = rows
            .iter()
            .filter(|row| stem == "index" || row.1 == *stem || kind_files.get(row.2) == Some(stem))
            .map(|row| (row.0.clone(), row.3.clone()))
            .collect();
        let crumbs: Vec<Value> = match label {
            None => Vec::new(),
            Some(_) => vec![values! { href => "index.html", label => title }],
        };
        let heading = label
            .as_ref()
            .map_or_else(|| title.to_owned(), |label| format!("{title}：{label}"));
        let path = format!("{}/{stem}", folder.name());
        draft.list(lang, &path, folder.name(), "articles.html", &heading, &kept, |chunk| {
            Ok(values! { crumbs => crumbs, facets => facets, groups => groups(chunk), lead => () })
        })?;
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

fn instructions(draft: &mut Draft<'_>, lang: Lang, all: &[&Chosen<'_>]) -> Result<(), Error> {
    if all.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::new();
    for (kind, label) in [
        (ArticleKind::Emergency, "emergency"),
        (ArticleKind::DowntimeForm, "forms"),
    ] {
        for one in all.iter().filter(|one| one.article.kind == kind) {
            rows.push((words::text(label, lang)?.to_owned(), row(draft, one, lang)?));
        }
    }
    let lead = words::text("downtime_lead", lang)?;
    let title = words::text("downtime", lang)?;
    draft.list(lang, "downtime/index", "downtime", "articles.html", title, &rows, |chunk| {
        Ok(values! { crumbs => Vec::<Value>::new(), facets => Vec::<Value>::new(), groups => groups(chunk), lead => lead })
    })
}
