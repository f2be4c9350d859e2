//! A build: read, plan, render all pages, check their links, write the index and the feeds, swap.

mod found;
mod links;
mod notes;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use rayon::prelude::*;
use serde::Serialize;

use found::{docs, feeds, letters};
use links::broken;
use notes::Notes;

use crate::{
    audience::Instance,
    book,
    content::Disaster,
    error::Error,
    feed,
    markdown::{Lang, Link, Section},
    plan::{self, Page, Plan, Problem, WITHDRAWN, prefix},
    read::read,
    render::{Renderer, assets},
    search,
    source::{Source, kept::Recorder},
    values::values,
    write::{self, Staging, Written},
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

/// A page after rendering, without its HTML.
struct Done {
    /// It was withdrawn, and its anchors with it.
    gone: bool,
    ids: BTreeSet<String>,
    links: Vec<Link>,
    sections: Vec<Section>,
    outbound: Vec<String>,
    problems: Vec<Problem>,
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
        Ok(report) => recorder.finish().map(|()| report),
        Err(error) => {
            recorder.discard();
            Err(error)
        }
    }
}

fn swap(options: &Options, source: &dyn Source) -> Result<Report, Error> {
    let (out, name) = (options.out.as_path(), options.instance.name());
    let staging = Staging::begin(out, name)?;
    let put = |path: &str, bytes: &[u8]| staging.put(path, bytes);
    match run(options, source, &put) {
        Ok((report, notes)) => {
            staging.depends(notes.depends, notes.classes);
            staging.cutoff(&notes.cutoff_at);
            finish(options, staging, report)
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
    Ok(run(options, source, &|_, _| Ok(()))?.0)
}

type Put<'a> = &'a (dyn Fn(&str, &[u8]) -> Result<(), Error> + Sync);

fn run(options: &Options, source: &dyn Source, put: Put<'_>) -> Result<(Report, Notes), Error> {
    let instance = &options.instance;
    let mut watch = Watch {
        last: Instant::now(),
        timings: BTreeMap::new(),
    };
    let mut content = read(source, instance.audience())?;
    if let Some(banner) = &options.banner {
        content.disaster = Some(banner.clone());
    }
    content.withdraw(&options.withdrawn);
    watch.step("read");
    let (books, unmade) = book::books(content.documents.as_deref());
    let plan = plan::plan(&content, &books, instance, &options.langs)?;
    watch.step("plan");
    let renderer = Renderer::new(&plan, &content, instance, &options.names)?;
    let mut done: Vec<Done> = plan
        .pages
        .par_iter()
        .map(|page| one(&renderer, page, put, &plan))
        .collect::<Result<_, Error>>()?;
    watch.step("render");
    let mut problems = plan.problems.clone();
    problems.extend(unmade.into_iter().map(|(kind, reason)| Problem {
        kind: "excluded",
        record: format!("{kind:?}"),
        path: "documents/index.html".to_owned(),
        line: 0,
        reason,
    }));
    let broken = broken(&plan, &done);
    for (at, page) in plan.pages.iter().enumerate() {
        let Some(one) = done.get_mut(at) else {
            continue;
        };
        let own: Vec<Problem> = one
            .problems
            .drain(..)
            .chain(broken.get(&at).cloned().unwrap_or_default())
            .collect();
        let faulty = own.iter().any(|problem| problem.kind == "quarantine");
        if faulty && page.held.is_none() {
            let output = renderer.page(page, true, values! {})?;
            put(&page.path, output.html.as_bytes())?;
            one.sections.clear();
        }
        problems.extend(own);
    }
    let held: BTreeSet<&str> = problems
        .iter()
        .filter(|problem| problem.kind == "quarantine")
        .map(|problem| problem.path.as_str())
        .chain(
            plan.pages
                .iter()
                .filter(|page| page.held.is_some())
                .map(|page| page.path.as_str()),
        )
        .collect();
    watch.step("check");
    let lists = Mutex::new(Vec::new());
    for lang in &plan.langs {
        let docs = docs(&plan, &mut done, *lang, &held);
        let below = format!("{}search/", prefix(*lang));
        search::files(&docs, &|name, bytes| {
            let path = format!("{below}{name}");
            put(&path, bytes)?;
            lists
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(path);
            Ok(())
        })?;
        feeds(&content, &plan, options, *lang, put)?;
    }
    watch.step("search");
    for book in &books {
        let files = book.made.iter().flat_map(|made| &made.files);
        for (path, bytes) in files {
            for lang in &plan.langs {
                let below = format!("{}documents/{}", prefix(*lang), book.folder());
                put(&format!("{below}/{path}"), bytes)?;
            }
        }
    }
    for asset in assets() {
        put(&format!("assets/{}", asset.name), asset.bytes)?;
    }
    for (id, path) in renderer.used() {
        let bytes = source.file(&id)?;
        let whole = plan
            .files
            .get(id.as_str())
            .is_some_and(|one| write::hash(&bytes) == one.file.sha256);
        if !whole {
            return Err(Error::source(format!(
                "file `{id}` has other bytes than its record"
            )));
        }
        put(&path, &bytes)?;
    }
    put(
        "sitemap.xml",
        feed::sitemap(instance, options.base_url.as_deref(), &plan.pages).as_bytes(),
    )?;
    watch.step("files");
    let mut notes = Notes::of(&content, &plan, &renderer.used());
    for path in lists.into_inner().unwrap_or_else(PoisonError::into_inner) {
        notes.lists(path, false);
    }
    for lang in &plan.langs {
        notes.lists(format!("{}feed.xml", prefix(*lang)), true);
    }
    problems.sort();
    problems.dedup();
    let outbound: BTreeSet<String> = done.into_iter().flat_map(|one| one.outbound).collect();
    let report = Report {
        instance: instance.name().to_owned(),
        revision: content.portal.revision,
        pages: plan.pages.len(),
        problems,
        outbound: outbound.into_iter().collect(),
        written: Written::default(),
        timings_ms: watch.timings,
    };
    Ok((report, notes))
}

/// Renders and writes one page.
fn one(
    renderer: &Renderer<'_>,
    page: &Page<'_>,
    put: Put<'_>,
    plan: &Plan<'_>,
) -> Result<Done, Error> {
    let extra = if page.template == "search.html" {
        letters(plan, page)
    } else {
        values! {}
    };
    let output = renderer.page(page, page.held.is_some(), extra)?;
    let record = page.record.clone().unwrap_or_default();
    let problem = |kind: &'static str, line: usize, reason: String| Problem {
        kind,
        record: record.clone(),
        path: page.path.clone(),
        line,
        reason,
    };
    let text = output.text;
    let mut problems = Vec::new();
    if page.held.is_none() {
        for (_, line) in &text.missing_images {
            problems.push(problem(
                "quarantine",
                *line,
                "an image is missing or was not cleared".to_owned(),
            ));
        }
        for (reason, line) in &text.warnings {
            problems.push(problem("warning", *line, reason.clone()));
        }
    }
    put(&page.path, output.html.as_bytes())?;
    Ok(Done {
        gone: page.held == Some(WITHDRAWN),
        ids: text
            .headings
            .into_iter()
            .map(|heading| heading.id)
            .chain(["site-main".to_owned()])
            .collect(),
        links: if page.held.is_some() {
            Vec::new()
        } else {
            text.links
        },
        sections: if page.held.is_some() {
            Vec::new()
        } else {
            text.sections
        },
        outbound: if page.held.is_some() {
            Vec::new()
        } else {
            text.outbound
        },
        problems,
    })
}
