//! What a build remembers of its pages, so that the next one makes only those that differ (SG-INC-1). A page is taken over
//! if everything that it is made of is the same: its own values and text, what stands on every page, the generator, and
//! where its links and images lead. The times of files never count.

use std::ops::Range;

use super::bytes::{Cursor, Writer};
use crate::{
    markdown::{Lang, Link},
    plan::Plan,
    render::Renderer,
    write::{Digest, digest},
};

/// Ending of the file beside the root.
pub(super) const ENDING: &str = "pages";

/// Names the state of the generator.
pub(super) const GENERATOR: &str = env!("SITE_GEN_STATE");

/// Bytes that a build may remember beyond the one before without moving all of them.
const ROOM: usize = 1 << 16;

/// A key that no page has: what has it is made anew.
pub(super) const NEVER: Digest = [0; 32];

/// Behind everything: what was broken off does not have it.
const END: &str = "end";

/// A page without its HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// Names everything that the page is made of.
    pub(super) key: Option<Digest>,
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
    pub(super) press: Option<Pressed>,
}

/// A PDF of a root.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// Where a remembered page stands in the file.
#[derive(Debug)]
struct Place {
    path: Range<usize>,
    key: Digest,
    listed: bool,
    /// Warnings, addresses outside and images; most pages have none.
    told: Range<usize>,
    /// Looked up addresses, anchors and links.
    led: Range<usize>,
}

/// Everything that a build remembers.
#[derive(Debug, Default)]
pub(super) struct Memory {
    bytes: Vec<u8>,
    ground: Digest,
    targets: Digest,
    files: Digest,
    clean: Range<usize>,
    /// PDFs of technical documents.
    documents: Range<usize>,
    /// In the order of the paths.
    pages: Vec<Place>,
}

/// What a build goes by and what it tells the next one beside its pages.
pub(super) struct Past<'a> {
    pub(super) memory: &'a Memory,
    pub(super) ground: &'a Digest,
    /// PDFs of technical documents of this build.
    pub(super) documents: &'a [Pressed],
}

/// What the pages of a build lead to.
pub(super) struct Targets {
    numbers: Digest,
    files: Digest,
}

impl Targets {
    pub(super) fn new(plan: &Plan<'_>, renderer: &Renderer<'_>) -> Targets {
        let mut numbers = Writer::default();
        for (number, path) in &plan.numbers {
            numbers.text(number);
            numbers.text(path);
        }
        let mut files = Writer::default();
        for id in plan.files.keys() {
            files.text(id);
            files.text(&renderer.image_state(id));
        }
        Targets {
            numbers: digest(&[&numbers.0]),
            files: digest(&[&files.0]),
        }
    }
}

/// A page as the build before left it.
#[derive(Clone, Copy)]
pub(super) struct Known<'m> {
    memory: &'m Memory,
    place: &'m Place,
}

/// Texts with a line each.
type Lines<'m> = Vec<(&'m str, usize)>;
/// Pairs of texts.
type Pairs<'m> = Vec<(&'m str, &'m str)>;
/// Links of a page: path, anchor and line.
type Links<'m> = Vec<(&'m str, Option<&'m str>, usize)>;

impl<'m> Known<'m> {
    fn part(&self, place: &Range<usize>) -> &'m [u8] {
        self.memory.bytes.get(place.clone()).unwrap_or_default()
    }

    pub(super) fn path(&self) -> &'m str {
        std::str::from_utf8(self.part(&self.place.path)).unwrap_or_default()
    }

    fn told(&self) -> (Lines<'m>, Vec<&'m str>, Pairs<'m>, Vec<Pressed>) {
        let mut cursor = Cursor(self.part(&self.place.told));
        if cursor.0.is_empty() {
            return Default::default();
        }
        (
            cursor.list(|one| Some((one.text()?, one.size()?))),
            cursor.list(Cursor::text),
            cursor.list(|one| Some((one.text()?, one.text()?))),
            cursor.list(pressed),
        )
    }

    pub(super) fn warnings(&self) -> Lines<'m> {
        self.told().0
    }

    pub(super) fn outbound(&self) -> Vec<&'m str> {
        self.told().1
    }

    pub(super) fn images(&self) -> Pairs<'m> {
        self.told().2
    }

    /// The PDF of the page.
    pub(super) fn press(&self) -> Option<Pressed> {
        self.told().3.pop()
    }

    /// The page as it was, for one that is changed after all.
    pub(super) fn kept(&self) -> Kept {
        let own = |text: &str| text.to_owned();
        let (warnings, outbound, images, mut press) = self.told();
        let (asked, ids, links) = self.led();
        let pairs = |all: Pairs<'m>| all.into_iter().map(|(a, b)| (own(a), own(b))).collect();
        Kept {
            key: Some(self.place.key),
            asked: pairs(asked),
            images: pairs(images),
            ids: ids.into_iter().map(own).collect(),
            links: links
                .into_iter()
                .map(|(path, anchor, line)| (own(path), anchor.map(own), line))
                .collect(),
            outbound: outbound.into_iter().map(own).collect(),
            warnings: warnings
                .into_iter()
                .map(|(reason, line)| (own(reason), line))
                .collect(),
            press: press.pop(),
        }
    }

    fn led(&self) -> (Pairs<'m>, Vec<&'m str>, Links<'m>) {
        let mut cursor = Cursor(self.part(&self.place.led));
        (
            cursor.list(|one| Some((one.text()?, one.text()?))),
            cursor.list(Cursor::text),
            cursor.list(|one| {
                let path = one.text()?;
                let anchor = match one.size()? {
                    0 => None,
                    _ => Some(one.text()?),
                };
                Some((path, anchor, one.size()?))
            }),
        )
    }

    pub(super) fn ids(&self) -> Vec<&'m str> {
        self.led().1
    }

    pub(super) fn links(&self) -> Links<'m> {
        self.led().2
    }
}

fn path_in<'m>(memory: &'m Memory) -> impl Fn(&Place) -> Option<&'m str> {
    |place| std::str::from_utf8(memory.bytes.get(place.path.clone())?).ok()
}

/// A page of this build: taken over, or made.
pub(super) enum State<'m> {
    Old(Known<'m>),
    New(Box<Kept>),
}

impl Memory {
    /// What another state of the generator wrote does not count, nor what was not written to its end.
    pub(super) fn read(bytes: Option<Vec<u8>>) -> Memory {
        let read = |bytes: Vec<u8>| Memory::parse(bytes);
        bytes.and_then(read).unwrap_or_default()
    }

    fn parse(bytes: Vec<u8>) -> Option<Memory> {
        let mut cursor = Cursor(&bytes);
        if cursor.text()? != GENERATOR {
            return None;
        }
        let (ground, targets, files) = (cursor.digest()?, cursor.digest()?, cursor.digest()?);
        let place = |cursor: &mut Cursor<'_>| -> Option<Range<usize>> {
            let part = cursor.part()?;
            let to = bytes.len() - cursor.0.len();
            Some(to - part.len()..to)
        };
        let clean = place(&mut cursor)?;
        let documents = place(&mut cursor)?;
        let mut pages = Vec::new();
        while cursor.size()? == 1 {
            pages.push(Place {
                path: place(&mut cursor)?,
                key: cursor.digest()?,
                listed: cursor.size()? == 1,
                told: place(&mut cursor)?,
                led: place(&mut cursor)?,
            });
        }
        if cursor.text()? != END || !cursor.0.is_empty() {
            return None;
        }
        Some(Memory {
            ground,
            targets,
            files,
            clean,
            documents,
            pages,
            bytes,
        })
    }

    /// What the next build is told.
    pub(super) fn write<'a>(
        &self,
        plan: &Plan<'_>,
        past: &Past<'_>,
        targets: &Targets,
        pages: impl Iterator<Item = (&'a str, bool, &'a State<'a>)>,
    ) -> Vec<u8> {
        let mut out = Writer(Vec::with_capacity(self.bytes.len() + ROOM));
        out.text(GENERATOR);
        out.0.extend(past.ground);
        out.0.extend(targets.numbers);
        out.0.extend(targets.files);
        out.part(plan.clean.as_flattened());
        let mut documents = Writer::default();
        documents.list(past.documents, press);
        out.part(&documents.0);
        for (path, listed, state) in pages {
            let key = match state {
                State::Old(known) => Some(known.place.key),
                State::New(kept) => kept.key,
            };
            // A page without a key is never the same.
            let Some(key) = key else { continue };
            out.number(1);
            out.text(path);
            out.0.extend(key);
            out.number(u64::from(listed));
            match state {
                State::Old(known) => {
                    out.part(known.part(&known.place.told));
                    out.part(known.part(&known.place.led));
                }
                State::New(kept) => {
                    out.part(&told(kept));
                    out.part(&led(kept));
                }
            }
        }
        out.number(0);
        out.text(END);
        out.0
    }

    /// The pages of the index of a language, in order.
    pub(super) fn docs(&self, lang: Lang) -> Vec<&str> {
        let own = |path: &&str| path.starts_with("en/") == (lang == Lang::En);
        let listed = self.pages.iter().filter(|place| place.listed);
        listed.filter_map(path_in(self)).filter(own).collect()
    }

    /// All pages, in the order of their paths.
    pub(super) fn pages(&self) -> impl Iterator<Item = Known<'_>> {
        self.pages.iter().map(|place| Known {
            memory: self,
            place,
        })
    }

    /// A page by its path.
    pub(super) fn page(&self, path: &str) -> Option<Known<'_>> {
        let path_of = path_in(self);
        let at = self
            .pages
            .binary_search_by(|place| path_of(place).unwrap_or_default().cmp(path));
        let place = self.pages.get(at.ok()?)?;
        Some(Known {
            memory: self,
            place,
        })
    }

    /// Whether the text of a record was found to be shown as it is, on the same ground.
    pub(super) fn is_clean(&self, ground: &Digest, record: &Digest) -> bool {
        let all = self.bytes.get(self.clean.clone()).unwrap_or_default();
        let (all, _) = all.as_chunks::<32>();
        self.ground == *ground && all.binary_search(record).is_ok()
    }

    /// The PDF of a technical document that was set from a tree.
    pub(super) fn pressed(&self, path: &str, tree: &str) -> Option<Pressed> {
        let mut cursor = Cursor(self.bytes.get(self.documents.clone()).unwrap_or_default());
        if cursor.0.is_empty() {
            return None;
        }
        let same = |one: &Pressed| one.path == path && one.tree == tree;
        cursor.list(pressed).into_iter().find(same)
    }

    /// A page that needs not be made, because it would be the same.
    pub(super) fn same(
        &self,
        path: &str,
        key: &Digest,
        renderer: &Renderer<'_>,
        targets: &Targets,
    ) -> Option<Known<'_>> {
        let known = self.page(path).filter(|known| known.place.key == *key)?;
        let leads = |(address, page): &(&str, &str)| renderer.numbered(address) == *page;
        let shows = |(id, state): &(&str, &str)| renderer.image_state(id) == *state;
        let same = (self.targets == targets.numbers || known.led().0.iter().all(leads))
            && (self.files == targets.files || known.images().iter().all(shows));
        same.then_some(known)
    }
}

fn told(kept: &Kept) -> Vec<u8> {
    let mut out = Writer::default();
    let is_plain = kept.warnings.is_empty() && kept.outbound.is_empty() && kept.images.is_empty();
    if is_plain && kept.press.is_none() {
        return out.0;
    }
    out.list(&kept.warnings, |out, (reason, line)| {
        out.text(reason);
        out.number(*line as u64);
    });
    out.list(&kept.outbound, |out, address| out.text(address));
    out.list(&kept.images, |out, (id, state)| {
        out.text(id);
        out.text(state);
    });
    out.list(kept.press.as_slice(), press);
    out.0
}

fn press(out: &mut Writer, one: &Pressed) {
    out.text(&one.path);
    out.text(&one.tree);
    out.text(&one.sha256);
    out.number(one.length);
}

fn pressed(one: &mut Cursor<'_>) -> Option<Pressed> {
    Some(Pressed {
        path: one.text()?.to_owned(),
        tree: one.text()?.to_owned(),
        sha256: one.text()?.to_owned(),
        length: one.size()? as u64,
    })
}

fn led(kept: &Kept) -> Vec<u8> {
    let mut out = Writer::default();
    out.list(&kept.asked, |out, (address, page)| {
        out.text(address);
        out.text(page);
    });
    out.list(&kept.ids, |out, id| out.text(id));
    out.list(&kept.links, |out, (path, anchor, line)| {
        out.text(path);
        out.number(u64::from(anchor.is_some()));
        if let Some(anchor) = anchor {
            out.text(anchor);
        }
        out.number(*line as u64);
    });
    out.0
}
