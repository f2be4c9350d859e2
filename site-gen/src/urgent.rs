//! What always gets out (SG-QUAR-2): a disaster banner, and the withdrawal of a record, when there is nobody to ask.

use std::{collections::BTreeSet, fs};

use crate::{
    audience::Audience,
    build::{self, Options, Report},
    content::Disaster,
    error::Error,
    markdown::{self, Lang, escape},
    plan::Problem,
    screen::Screen,
    source::{FixtureSource, kept},
    time, words,
    write::{self, Record, Staging, Written},
};

/// Builds a root from the input that its last good build kept, with the banner and without the withdrawn records of the
/// options. If that fails too, the files of the last root that name a withdrawn record become notices in a copy of it,
/// and the banner is put on the rest.
///
/// The report says which of the two it was.
///
/// # Errors
///
/// When there is neither a kept input nor a root, or nothing can be written.
pub fn urgent(options: &Options) -> Result<Report, Error> {
    let mut options = options.clone();
    let again = options.kept.take().map(|folder| {
        let path = kept::path(&folder, options.instance.name());
        let source = FixtureSource::open(&path)?;
        build::build(&options, &source)
    });
    match again {
        Some(Ok(mut report)) => {
            let reason = "built again from the input of the last good build";
            report.problems.push(told("warning", "", reason));
            Ok(report)
        }
        Some(Err(error)) => patch(&options, &error.to_string()),
        None => patch(&options, "no input is kept"),
    }
}

/// Names of records to withdraw that the served root knows nothing of, for who typed them: in a hurry a slip must not
/// pass for done.
///
/// # Errors
///
/// When there is no root or no record.
pub fn unknown(options: &Options) -> Result<Vec<Problem>, Error> {
    let (_, record) = write::served(&options.out, options.instance.name())?;
    let noted = |id: &String| {
        record.classes.contains_key(id) || record.depends.values().flatten().any(|item| item == id)
    };
    let missing = options.withdrawn.iter().filter(|id| !noted(id));
    let problem = |id: &String| Problem {
        record: id.clone(),
        ..told(
            "excluded",
            "",
            "no record of this root has this id or number",
        )
    };
    Ok(missing.map(problem).collect())
}

fn told(kind: &'static str, path: &str, reason: &str) -> Problem {
    Problem {
        kind,
        path: path.to_owned(),
        reason: reason.to_owned(),
        ..Problem::default()
    }
}

/// Why a file of a copy is not as it was.
pub const WITHDRAWN_RECORD: &str = "it names a withdrawn record";

/// What a file has of a withdrawn record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Has {
    /// Nothing.
    Nothing,
    /// A row, a count or a term: it lists the class of the record.
    Part,
    /// It stands for the record.
    All,
}

/// What a file has of withdrawn records.
fn names(record: &Record, path: &str, withdrawn: &BTreeSet<String>) -> Has {
    // A note of a folder counts for everything in it.
    let folders = path.match_indices('/');
    let folders = folders.filter_map(|(at, _)| path.get(..=at));
    let noted = folders.chain([path]);
    let items: Vec<&String> = noted
        .filter_map(|noted| record.depends.get(noted))
        .flatten()
        .collect();
    let mut has = Has::Nothing;
    for id in withdrawn {
        if items.contains(&id) {
            return Has::All;
        }
        let class = record.classes.get(id).map(|class| format!("*{class}"));
        if items.iter().any(|item| Some(*item) == class.as_ref()) {
            has = Has::Part;
        }
    }
    has
}

/// The banner as it stands on a page, in both languages.
fn banner(disaster: &Disaster, audience: Audience, lang: Lang) -> Result<String, Error> {
    let screen = Screen::new(audience, &[], &[]);
    let failed = [&disaster.title, &disaster.body]
        .iter()
        .any(|text| screen.find(text).is_some());
    let (title, text) = if failed {
        let standard = words::text("disaster_standard", lang)?;
        (standard.to_owned(), String::new())
    } else {
        (disaster.title.clone(), markdown::plain(&disaster.body))
    };
    let mut out = String::from("<div class=\"disaster\" role=\"alert\"><strong>");
    escape(words::text("disaster", lang)?, &mut out);
    out.push('：');
    escape(&title, &mut out);
    out.push_str("</strong> <span>");
    escape(words::text("state_since", lang)?, &mut out);
    out.push(' ');
    escape(&time::instant(&disaster.valid_from), &mut out);
    out.push_str("</span>");
    if !text.is_empty() {
        out.push_str("<p lang=\"zh-Hans\">");
        escape(&text, &mut out);
        out.push_str("</p>");
    }
    out.push_str("</div>\n");
    Ok(out)
}

/// A page with the banner in place of the one that it had.
fn with_banner(html: &str, banner: &str) -> String {
    const BEGIN: &str = "<div class=\"disaster\"";
    const END: &str = "</div>\n";
    const HEAD: &str = "<header class=\"top\">";
    let mut out = html.to_owned();
    if let Some(at) = out.find(BEGIN)
        && let Some(length) = out.get(at..).and_then(|rest| rest.find(END))
    {
        out.replace_range(at..at + length + END.len(), "");
    }
    let at = out.find(HEAD).unwrap_or_else(|| {
        // A notice of an earlier urgent pass.
        out.find("<main").unwrap_or(out.len())
    });
    out.insert_str(at, banner);
    out
}

/// A page that says that what stood there was withdrawn, or is being checked, without any template.
fn notice(lang: Lang, has: Has) -> Result<String, Error> {
    let kind = if has == Has::All { "gone" } else { "held" };
    let (title, text) = (format!("{kind}_title"), format!("{kind}_text"));
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
        lang.tag()
    );
    escape(words::text(&title, lang)?, &mut out);
    out.push_str("</title>\n</head>\n<body>\n<main>\n<h1>");
    escape(words::text(&title, lang)?, &mut out);
    out.push_str("</h1>\n<p>");
    escape(words::text(&text, lang)?, &mut out);
    out.push_str("</p>\n</main>\n</body>\n</html>\n");
    Ok(out)
}

fn patch(options: &Options, why: &str) -> Result<Report, Error> {
    let (out, name) = (options.out.as_path(), options.instance.name());
    let staging = Staging::begin(out, name)?;
    let done = copy(options, &staging);
    let mut problems = match done {
        Ok(problems) => problems,
        Err(error) => {
            staging.discard();
            return Err(error);
        }
    };
    problems.push(told(
        "warning",
        "",
        &format!("a copy of the last root, because it could not be built: {why}"),
    ));
    problems.sort();
    let report = Report {
        instance: name.to_owned(),
        revision: 0,
        pages: 0,
        problems,
        outbound: Vec::new(),
        written: Written::default(),
        timings_ms: std::collections::BTreeMap::new(),
    };
    build::finish(options, staging, report)
}

fn copy(options: &Options, staging: &Staging) -> Result<Vec<Problem>, Error> {
    let (root, record) = staging
        .before()
        .ok_or_else(|| Error::Write("there is no root to copy".to_owned()))?;
    let audience = options.instance.audience();
    let mut problems = Vec::new();
    for path in record.files.keys() {
        let lang = if path.starts_with("en/") {
            Lang::En
        } else {
            Lang::Zh
        };
        let has = names(&record, path, &options.withdrawn);
        let gone = has != Has::Nothing;
        let page = path.ends_with(".html");
        if gone {
            problems.push(told("quarantine", path, WITHDRAWN_RECORD));
            if !page {
                continue;
            }
        }
        let file = root.join(path);
        let mut bytes = if gone {
            notice(lang, has)?.into_bytes()
        } else {
            fs::read(&file).map_err(|error| Error::write("read", &file, &error))?
        };
        if let (Some(disaster), true) = (&options.banner, page) {
            let html = String::from_utf8_lossy(&bytes);
            let banner = banner(disaster, audience, lang)?;
            bytes = with_banner(&html, &banner).into_bytes();
        }
        staging.put(path, &bytes)?;
    }
    // What was named stays named: the copy can be copied again.
    staging.depends_as_before();
    staging.cutoff(&record.cutoff_at);
    Ok(problems)
}
