//! A build: read, plan, render all pages, check their links, write the index and the feeds, swap.

mod bytes;
mod found;
mod index;
mod keys;
mod links;
mod memory;
mod notes;
mod pages;
mod press;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io,
    path::{Path, PathBuf},
    time::Instant,
};

use serde::Serialize;

use found::feeds;
use memory::{Memory, Past};
use notes::Notes;
use press::Press;

use crate::{
    audience::Instance,
    book,
    content::Disaster,
    error::Error,
    feed,
    markdown::Lang,
    plan::{self, Problem, prefix},
    read::read,
    render::{Renderer, assets},
    source::{Source, damaged, kept::Recorder},
    write::{self, Fill, Staging, Written},
};

/// What a build is told beside the data.
#[derive(Debug, Clone)]
pub struct Options {
    /// The root: its name and its audience.
    pub instance: Instance,
    /// Folder that holds the roots; the root is served from `out/<instance>`.
    pub out: PathBuf,
    /// Builds that are kept, the served one included; at least one.
    pub keep: usize,
    /// Languages, the default first. Without English there is no mirror.
    pub langs: Vec<Lang>,
    /// Name of the site in each language.
    pub names: BTreeMap<Lang, String>,
    /// Folder in which the input of a successful build is kept, outside of `out`: see [`urgent`](crate::urgent).
    pub kept: Option<PathBuf>,
    /// A disaster banner that goes out whatever the source says of one.
    pub banner: Option<Disaster>,
    /// Ids and numbers of records that were withdrawn after the source answered.
    pub withdrawn: BTreeSet<String>,
    /// Address that absolute links of feeds begin with.
    pub base_url: Option<String>,
    /// Whether the files are flushed to disk before the swap. Only tests, which lose nothing, turn it off.
    pub flush: bool,
}

impl Options {
    /// The usual options of a root below `out`: both languages, three builds kept.
    #[must_use]
    pub fn new(instance: Instance, out: impl Into<PathBuf>) -> Options {
        Options {
            instance,
            out: out.into(),
            keep: 3,
            langs: vec![Lang::Zh, Lang::En],
            names: BTreeMap::from([
                (Lang::Zh, "重症系统运维服务平台".to_owned()),
                (Lang::En, "ICU system service".to_owned()),
            ]),
            kept: None,
            banner: None,
            withdrawn: BTreeSet::new(),
            base_url: None,
            flush: true,
        }
    }
}

/// What became of a build; written as JSON beside the root.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Name of the root.
    pub instance: String,
    /// State of the data.
    pub revision: i64,
    /// Pages.
    pub pages: usize,
    /// Pages held back and records left out, and what authors should look at.
    pub problems: Vec<Problem>,
    /// Addresses outside that the texts name.
    pub outbound: Vec<String>,
    /// Files and bytes.
    pub written: Written,
    /// Milliseconds of each step, for the reader of the report; not part of the root.
    pub timings_ms: BTreeMap<&'static str, u64>,
}

impl Report {
    /// Whether anything was held back or left out.
    pub fn held_back(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.kind != "warning")
    }
}

/// Measures the steps of a build.
struct Watch {
    last: Instant,
    timings: BTreeMap<&'static str, u64>,
}

impl Watch {
    fn step(&mut self, name: &'static str) {
        let took = u64::try_from(self.last.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.timings.insert(name, took);
        self.last = Instant::now();
    }
}

/// Builds one root: asks the source every query of the audience, plans, renders, writes into a fresh folder, swaps.
///
/// The root that was served before is served until the swap, and stays if there is none. A build of the same data
/// changes nothing. Beside the root, in the folder `.<instance>`, lie the builds with their records and the report.
///
/// # Errors
///
/// When nothing could be swapped: the source failed or answered something unknown, two pages want one path, a
/// template failed, the disk is full.
pub fn build(options: &Options, source: &dyn Source) -> Result<Report, Error> {
    let Some(folder) = &options.kept else {
        return swap(options, source);
    };
    let recorder = Recorder::begin(source, folder, &options.out, &options.instance)?;
    match swap(options, &recorder) {
        // The root is served already; without its input there is only no way to build it while the source is away.
        Ok(mut report) => {
            if let Err(error) = recorder.finish() {
                report.problems.push(Problem {
                    kind: "warning",
                    reason: format!("the input is not kept: {error}"),
                    ..Problem::default()
                });
            }
            Ok(report)
        }
        Err(error) => {
            recorder.discard();
            Err(error)
        }
    }
}

fn swap(options: &Options, source: &dyn Source) -> Result<Report, Error> {
    let (out, name) = (options.out.as_path(), options.instance.name());
    let staging = Staging::begin(out, name)?;
    let made = run(options, source, &staging).and_then(|made| {
        staging.remember(memory::ENDING, &made.memory)?;
        Ok(made)
    });
    match made {
        Ok(made) => {
            staging.depends(made.notes.lines);
            staging.cutoff(&made.notes.cutoff_at);
            finish(options, staging, made.report)
        }
        Err(error) => {
            staging.discard();
            Err(error)
        }
    }
}

/// Serves what is staged, and writes the report beside it.
pub(crate) fn finish(
    options: &Options,
    staging: Staging,
    mut report: Report,
) -> Result<Report, Error> {
    report.written = staging.finish(options.flush, options.keep)?;
    let text = serde_json::to_vec_pretty(&report)
        .map_err(|error| Error::Write(format!("cannot write the report: {error}")))?;
    Staging::beside(&options.out, options.instance.name(), "report.json", &text)?;
    Ok(report)
}

/// Everything that a build would report, without writing anything.
///
/// # Errors
///
/// Those of a build.
pub fn check(options: &Options, source: &dyn Source) -> Result<Report, Error> {
    Ok(run(options, source, &Nowhere)?.report)
}

/// Where the files of a build go, and where those of the build before lie.
trait Sink: Sync {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Error>;
    /// Puts a file that is never held whole; whether it has the SHA-256 that it must have. Another one is not put.
    fn stream(&self, path: &str, sha256: &str, fill: Fill<'_>) -> Result<bool, Error>;
    /// Takes a file of the build before over; whether there is one.
    fn keep(&self, path: &str) -> Result<bool, Error>;
    /// The same if it has this SHA-256.
    fn keep_same(&self, path: &str, sha256: &str) -> Result<bool, Error>;
    /// Takes all files of the build before below a folder over; whether they are all there.
    fn keep_below(&self, folder: &str) -> Result<bool, Error>;
    fn remove(&self, path: &str) -> Result<(), Error>;
    /// Takes all files below a folder out.
    fn clear(&self, folder: &str) -> Result<(), Error>;
    fn old(&self, path: &str) -> Option<Vec<u8>>;
    fn open_old(&self, path: &str) -> Option<File>;
    fn memory(&self) -> Option<Vec<u8>>;
}

impl Sink for Staging {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        Staging::put(self, path, bytes)
    }

    fn stream(&self, path: &str, sha256: &str, fill: Fill<'_>) -> Result<bool, Error> {
        Staging::stream(self, path, sha256, fill)
    }

    fn keep(&self, path: &str) -> Result<bool, Error> {
        Staging::keep(self, path)
    }

    fn keep_same(&self, path: &str, sha256: &str) -> Result<bool, Error> {
        Staging::keep_same(self, path, sha256)
    }

    fn keep_below(&self, folder: &str) -> Result<bool, Error> {
        Staging::keep_below(self, folder)
    }

    fn remove(&self, path: &str) -> Result<(), Error> {
        Staging::remove(self, path)
    }

    fn clear(&self, folder: &str) -> Result<(), Error> {
        let all = Staging::below(self, folder);
        all.iter().try_for_each(|path| Staging::remove(self, path))
    }

    fn old(&self, path: &str) -> Option<Vec<u8>> {
        Staging::old(self, path)
    }

    fn open_old(&self, path: &str) -> Option<File> {
        Staging::open_old(self, path)
    }

    fn memory(&self) -> Option<Vec<u8>> {
        Staging::memory(self, memory::ENDING)
    }
}

/// A check writes nothing and remembers nothing.
struct Nowhere;

impl Sink for Nowhere {
    fn put(&self, _path: &str, _bytes: &[u8]) -> Result<(), Error> {
        Ok(())
    }

    fn stream(&self, _path: &str, sha256: &str, fill: Fill<'_>) -> Result<bool, Error> {
        let sum = write::fill(io::sink(), Path::new(""), fill)?;
        Ok(sum.sha256 == sha256)
    }

    fn keep(&self, _path: &str) -> Result<bool, Error> {
        Ok(false)
    }

    fn keep_same(&self, _path: &str, _sha256: &str) -> Result<bool, Error> {
        Ok(false)
    }

    fn keep_below(&self, _folder: &str) -> Result<bool, Error> {
        Ok(false)
    }

    fn remove(&self, _path: &str) -> Result<(), Error> {
        Ok(())
    }

    fn clear(&self, _folder: &str) -> Result<(), Error> {
        Ok(())
    }

    fn old(&self, _path: &str) -> Option<Vec<u8>> {
        None
    }

    fn open_old(&self, _path: &str) -> Option<File> {
        None
    }

    fn memory(&self) -> Option<Vec<u8>> {
        None
    }
}

/// What a build made beside the files.
struct Made {
    report: Report,
    notes: Notes,
    /// For the next build.
    memory: Vec<u8>,
}

/// Puts a file of a record, as the build before has it, or as the source gives it (SG-SRC-4).
fn stream(
    source: &dyn Source,
    sink: &dyn Sink,
    id: &str,
    (path, sha256): (&str, &str),
) -> Result<(), Error> {
    if sink.keep_same(path, sha256)? {
        return source.kept(id, sha256, &|| sink.open_old(path));
    }
    let is_whole = sink.stream(path, sha256, &mut |to| source.file(id, to))?;
    if is_whole { Ok(()) } else { Err(damaged(id)) }
}

fn run(options: &Options, source: &dyn Source, sink: &dyn Sink) -> Result<Made, Error> {
    let instance = &options.instance;
    let mut watch = Watch {
        last: Instant::now(),
        timings: BTreeMap::new(),
    };
    let (content, memory) = rayon::join(
        || read(source, instance.audience()),
        || Memory::read(sink.memory()),
    );
    let mut content = content?;
    // Answers for other readers, as a token of another root gets them, must never stand in this one.
    let answered = content.portal.instance.as_deref().unwrap_or("nobody");
    if answered != instance.name() {
        return Err(Error::source(format!(
            "the source answers for `{answered}`, not for `{}`: the token is that of another root",
            instance.name()
        )));
    }
    if let Some(banner) = &options.banner {
        content.disaster = Some(banner.clone());
    }
    content.withdraw(&options.withdrawn);
    watch.step("read");
    let (mut books, unmade) = book::books(content.documents.as_deref());
    let press = Press { source, sink };
    let mut pressed = Vec::new();
    let mut lost = Vec::new();
    for book in &mut books {
        let Some(made) = book.made.clone() else {
            continue;
        };
        for lang in &options.langs {
            let path = book.pdf(*lang);
            match press.document(made.tree(*lang), &path, &memory)? {
                Ok(None) => {}
                Ok(Some(one)) => {
                    let bytes = one.length;
                    book.printed.insert(*lang, book::Printed { path, bytes });
                    pressed.push(one);
                }
                Err(why) => lost.push(Problem {
                    kind: "warning",
                    record: format!("{:?}", book.document.kind),
                    path,
                    reason: format!("there is no PDF of it: {why}"),
                    ..Problem::default()
                }),
            }
        }
    }
    let ground = plan::ground(&content, instance.audience());
    let clean = |record: &write::Digest| memory.is_clean(&ground, record);
    let plan = plan::plan(&content, &books, instance, &options.langs, &clean)?;
    watch.step("plan");
    let renderer = Renderer::new(&plan, &content, instance, &options.names)?;
    let past = Past {
        memory: &memory,
        ground: &ground,
        documents: &pressed,
    };
    let pages = index::pages(options, &plan, &renderer, &press, &past, &mut watch)?;
    for lang in &plan.langs {
        feeds(&content, &plan, options, *lang, sink)?;
    }
    for book in &books {
        let files = book.made.iter().flat_map(|made| &made.files);
        for (path, bytes) in files {
            for lang in &plan.langs {
                let below = format!("{}documents/{}", prefix(*lang), book.folder());
                sink.put(&format!("{below}/{path}"), bytes)?;
            }
        }
    }
    // The files of a report stand where its page does: not beside one that is held back, and none of a report without one.
    let shown: BTreeSet<&str> = plan
        .pages
        .iter()
        .filter(|page| page.held.is_none())
        .map(|page| page.path.as_str())
        .collect();
    for report in content.reports.iter().flatten() {
        if !shown.contains(format!("{}.html", plan::report::stem(report)).as_str()) {
            continue;
        }
        for (form, path, digest) in plan::report::files(report) {
            let id = format!("{}.{form}", report.id);
            stream(source, sink, &id, (&path, digest))?;
        }
    }
    for asset in assets() {
        sink.put(&format!("assets/{}", asset.name), asset.bytes)?;
    }
    let files: Vec<(String, String)> = pages
        .files
        .into_iter()
        .filter_map(|id| Some((renderer.file(&id)?, id)))
        .map(|(path, id)| (id, path))
        .collect();
    for (id, path) in &files {
        let known = plan.files.get(id.as_str()).ok_or_else(|| damaged(id))?;
        stream(source, sink, id, (path, &known.file.sha256))?;
    }
    sink.put(
        "sitemap.xml",
        feed::sitemap(instance, options.base_url.as_deref(), &plan.pages).as_bytes(),
    )?;
    watch.step("files");
    let mut notes = Notes::of(&content, &plan, &files, &pages.pressed);
    for lang in &plan.langs {
        notes.lists(&format!("{}search/", prefix(*lang)), false);
        notes.lists(&format!("{}feed.xml", prefix(*lang)), true);
    }
    let mut problems = pages.problems;
    problems.extend(lost);
    problems.extend(unmade.into_iter().map(|(kind, reason)| Problem {
        kind: "excluded",
        record: format!("{kind:?}"),
        path: "documents/index.html".to_owned(),
        reason,
        ..Problem::default()
    }));
    problems.sort();
    problems.dedup();
    let report = Report {
        instance: instance.name().to_owned(),
        revision: content.portal.revision,
        pages: plan.pages.len(),
        problems,
        outbound: pages.outbound.into_iter().collect(),
        written: Written::default(),
        timings_ms: watch.timings,
    };
    Ok(Made {
        report,
        notes,
        memory: pages.memory,
    })
}
