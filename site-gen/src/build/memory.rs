//! What a build remembers of its pages, so that the next one makes only those that differ (SG-INC-1). A page is taken over
//! if everything that it is made of is the same: its own values and text, what stands on every page, the generator, and
//! where its links and images lead. The times of files never count.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::Options;
use crate::{
    markdown::{Lang, Link, Section},
    plan::{Page, Plan},
    render::Renderer,
    write::hexadecimal,
};

/// Ending of the file beside the root.
pub(super) const ENDING: &str = "pages";

/// A page without its HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Names everything that the page is made of.
    pub(super) key: String,
    /// Bytes of its file.
    pub(super) length: u64,
    /// Addresses that were looked up, each with the page that it led to.
    pub(super) asked: Vec<(String, String)>,
    /// Images, each with what was known of it.
    pub(super) images: Vec<(String, String)>,
    /// Anchors, in order.
    pub(super) ids: Vec<String>,
    pub(super) links: Vec<(String, Option<String>, usize)>,
    pub(super) outbound: Vec<String>,
    /// What an author should look at, with the line.
    pub(super) warnings: Vec<(String, usize)>,
    /// The PDF beside the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) press: Option<Pressed>,
}

/// A PDF of a root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pressed {
    /// Where it lies.
    pub(super) path: String,
    /// SHA-256 of the tree that it was set from.
    pub(super) tree: String,
    /// SHA-256 of its bytes.
    pub(super) sha256: String,
    /// Its bytes.
    pub(super) length: u64,
}

impl Kept {
    pub(super) fn link(link: Link) -> (String, Option<String>, usize) {
        (link.path, link.anchor, link.line)
    }
}

/// Everything that a build remembers.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Memory {
    generator: String,
    pages: BTreeMap<String, Kept>,
    /// The pages of the index of each language, in order.
    docs: BTreeMap<String, Vec<String>>,
    /// PDFs of technical documents.
    #[serde(default)]
    pressed: Vec<Pressed>,
}

/// What is written of it.
#[derive(Serialize)]
struct Written<'a> {
    generator: &'a str,
    pages: BTreeMap<&'a str, &'a Kept>,
    docs: BTreeMap<&'a str, Vec<&'a str>>,
    pressed: &'a [Pressed],
}

/// Names the state of the generator.
const GENERATOR: &str = env!("SITE_GEN_STATE");

impl Memory {
    /// What another state of the generator wrote does not count.
    pub(super) fn read(bytes: Option<Vec<u8>>) -> Memory {
        let read = |bytes: Vec<u8>| serde_json::from_slice::<Memory>(&bytes).ok();
        let memory = bytes.and_then(read).unwrap_or_default();
        if memory.generator == GENERATOR {
            memory
        } else {
            Memory::default()
        }
    }

    pub(super) fn write<'a>(
        pages: impl Iterator<Item = (&'a str, &'a Kept)>,
        docs: BTreeMap<&'a str, Vec<&'a str>>,
        pressed: &'a [Pressed],
    ) -> Vec<u8> {
        let written = Written {
            generator: GENERATOR,
            pages: pages.collect(),
            docs,
            pressed,
        };
        serde_json::to_vec(&written).unwrap_or_default()
    }

    pub(super) fn docs(&self, lang: Lang) -> &[String] {
        self.docs.get(lang.tag()).map_or(&[], Vec::as_slice)
    }

    /// The PDF of a technical document that was set from a tree.
    pub(super) fn pressed(&self, path: &str, tree: &str) -> Option<&Pressed> {
        let same = |one: &&Pressed| one.path == path && one.tree == tree;
        self.pressed.iter().find(same)
    }

    /// A page that needs not be made, because it would be the same.
    pub(super) fn same(&self, path: &str, key: &str, renderer: &Renderer<'_>) -> Option<&Kept> {
        let is_same = |kept: &&Kept| !key.is_empty() && kept.key == key;
        let kept = self.pages.get(path).filter(is_same)?;
        let leads = |(address, page): &(String, String)| renderer.numbered(address) == page;
        let shows = |(id, state): &(String, String)| renderer.image_state(id) == *state;
        (kept.asked.iter().all(leads) && kept.images.iter().all(shows)).then_some(kept)
    }
}

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

fn digest(value: &impl Serialize, text: &str) -> String {
    let mut sink = Sink(Sha256::new());
    // A hash takes everything; a value that cannot be serialised is never the same.
    if serde_json::to_writer(&mut sink, value).is_err() {
        return String::new();
    }
    sink.0.update(text.as_bytes());
    hexadecimal(&sink.0.finalize())
}

/// Makes the keys of pages.
pub(super) struct Keys {
    shared: String,
    titles: BTreeMap<Lang, String>,
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
        let titles = |lang: Lang| -> String {
            let listed = plan
                .pages
                .iter()
                .filter(|page| page.lang == lang && page.index.is_some())
                .map(|page| {
                    let own = page.body.as_ref().map(|body| body.lang.tag());
                    (&page.path, &page.title, own)
                });
            digest(&listed.collect::<Vec<_>>(), "")
        };
        Keys {
            shared: digest(&json!([name, nav, langs, shared, presses]), ""),
            titles: plan
                .langs
                .iter()
                .map(|lang| (*lang, titles(*lang)))
                .collect(),
        }
    }

    /// Names everything that a page is made of.
    pub(super) fn of(&self, page: &Page<'_>) -> String {
        let sections = |sections: &[Section]| -> Vec<[String; 3]> {
            let own = |one: &Section| [one.anchor.clone(), one.heading.clone(), one.text.clone()];
            sections.iter().map(own).collect()
        };
        let entry = page
            .index
            .as_ref()
            .map(|one| (&one.facets, &one.meta, sections(&one.sections), &one.words));
        let body = page.body.as_ref();
        let listed = self.titles.get(&page.lang);
        let text = body.map_or("", |body| body.text.as_ref());
        digest(
            &(
                (&self.shared, &page.path, page.lang.tag(), page.section),
                (page.template, &page.title, &page.record, &page.data),
                (
                    page.held,
                    entry,
                    body.map(|body| body.lang.tag()),
                    &page.press,
                ),
                // Only the page of the search lists all titles.
                listed.filter(|_| page.template == "search.html"),
            ),
            text,
        )
    }
}
