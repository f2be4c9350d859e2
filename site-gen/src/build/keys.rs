//! Names of everything that a page is made of.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Options, bytes::Writer};
use crate::{
    markdown::{Lang, Section},
    plan::{Entry, Lazy, Page, Plan},
    render::Renderer,
    write::{Digest, digest},
};

/// Feeds a hash with what is written.
struct Sink(Sha256);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A hash takes everything; a value that cannot be serialised is never the same.
fn named(value: &impl Serialize) -> Option<Digest> {
    let mut sink = Sink(Sha256::new());
    serde_json::to_writer(&mut sink, value).ok()?;
    Some(sink.0.finalize().into())
}

/// Makes the keys of pages.
pub(super) struct Keys {
    shared: Option<Digest>,
    titles: BTreeMap<Lang, Digest>,
}

impl Keys {
    pub(super) fn new(
        plan: &Plan<'_>,
        renderer: &Renderer<'_>,
        options: &Options,
        presses: bool,
    ) -> Keys {
        let nav: Vec<(&str, &str)> = plan.nav.iter().map(|item| (item.key, item.path)).collect();
        let langs: Vec<&str> = plan.langs.iter().map(|lang| lang.tag()).collect();
        let shared: Vec<_> = plan
            .langs
            .iter()
            .map(|lang| renderer.shared().get(lang))
            .collect();
        let name = options.instance.name();
        let titles = |lang: Lang| -> Digest {
            let mut all = Writer::default();
            let pages = plan.pages.iter();
            for page in pages.filter(|page| page.lang == lang && page.index.is_some()) {
                all.text(&page.path);
                all.text(&page.title);
                all.text(page.body.as_ref().map_or("", |body| body.lang.tag()));
            }
            digest(&[&all.0])
        };
        Keys {
            shared: named(&json!([name, nav, langs, shared, presses])),
            titles: plan
                .langs
                .iter()
                .map(|lang| (*lang, titles(*lang)))
                .collect(),
        }
    }

    /// Names everything that a page is made of; nothing if that cannot be told.
    pub(super) fn of(&self, page: &Page<'_>) -> Option<Digest> {
        let data = match &page.data {
            Lazy::Ready(data) => named(data)?,
            Lazy::Later(key, _) => *key,
        };
        let entry = match &page.index {
            None => None,
            Some(Lazy::Ready(entry)) => Some(entry_key(entry)?),
            Some(Lazy::Later(key, _)) => Some(*key),
        };
        let mut all = Writer::default();
        all.0.extend(self.shared?);
        all.0.extend(data);
        all.number(u64::from(entry.is_some()));
        all.0.extend(entry.unwrap_or_default());
        for text in [
            page.path.as_str(),
            page.lang.tag(),
            page.section,
            page.template,
            &page.title,
        ] {
            all.text(text);
        }
        for text in [page.record.as_deref(), page.held] {
            all.number(u64::from(text.is_some()));
            all.text(text.unwrap_or_default());
        }
        if let Some(body) = &page.body {
            all.text(body.lang.tag());
            // The key of what is made later names the record with its text.
            if matches!(page.data, Lazy::Ready(_)) {
                all.text(&body.text());
            }
        }
        // What stands around the text on paper follows from the record.
        all.number(u64::from(page.press.is_some()));
        // Only the page of the search lists all titles.
        if page.template == "search.html" {
            all.0.extend(self.titles.get(&page.lang)?);
        }
        Some(digest(&[&all.0]))
    }
}

fn entry_key(entry: &Entry) -> Option<Digest> {
    let own = |one: &Section| [one.anchor.clone(), one.heading.clone(), one.text.clone()];
    let sections: Vec<[String; 3]> = entry.sections.iter().map(own).collect();
    named(&(&entry.facets, &entry.meta, sections, &entry.words))
}
