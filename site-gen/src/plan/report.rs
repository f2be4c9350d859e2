//! The register of issued reports, and the page of each that is meant for the audience (SG-REPORT-1).

use std::collections::BTreeMap;

use minijinja::Value;

use super::{
    Draft, Entry, Lazy, Problem,
    admit::screen,
    board::{Facet, code, faceted},
    file_name,
};
use crate::{
    content::{Content, Inspection, Report},
    error::Error,
    markdown::{Lang, Section},
    press::size,
    values::values,
    words,
};

/// Anchor of a report on its page.
fn anchor(report: &Report) -> String {
    let number = report.number.as_deref().unwrap_or_default();
    format!("{}-r{}", file_name(number), report.revision)
}

/// Where the page of a report lies, without its ending; its files lie beside it.
pub(crate) fn stem(report: &Report) -> String {
    format!("reports/{}", anchor(report))
}

/// Files that a report has beside its page: form, path, SHA-256.
pub(crate) fn files(report: &Report) -> Vec<(&'static str, String, &str)> {
    if report.html.is_none() {
        return Vec::new();
    }
    let stem = stem(report);
    let mut files = Vec::new();
    if let Some(digest) = &report.pdf_sha256 {
        files.push(("pdf", format!("{stem}.pdf"), digest.as_str()));
    }
    if let Some(sealed) = report.sealed() {
        let ending = match sealed.content_type.as_str() {
            "application/pdf" => "pdf",
            "image/png" => "png",
            "image/jpeg" => "jpg",
            _ => "bin",
        };
        let path = format!("{stem}-sealed.{ending}");
        files.push(("sealed", path, sealed.sha256.as_str()));
    }
    files
}

/// What stands between the tags of a page, for the index and the screen.
fn text_of(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut inside = false;
    for sign in html.chars() {
        match sign {
            '<' => {
                inside = true;
                text.push(' ');
            }
            '>' => inside = false,
            _ if inside => {}
            _ => text.push(sign),
        }
    }
    let text = crate::book::plain(&text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The pages of the reports, in which the frozen article stands byte for byte.
fn bodies(draft: &mut Draft<'_>, lang: Lang, kept: &[&Report]) -> Result<(), Error> {
    let screen = screen(draft.content, draft.audience);
    for report in kept {
        let Some(article) = report.html.as_deref().and_then(article) else {
            continue;
        };
        let text = text_of(article);
        let held = screen.find(&text);
        let path = format!("{}.html", stem(report));
        if let (Some(kind), Lang::Zh) = (held, lang) {
            draft.problems.push(Problem {
                kind: "quarantine",
                record: report.number.clone().unwrap_or_default(),
                path: path.clone(),
                line: 0,
                reason: format!("the text contains {kind}"),
                reason_zh: super::held_zh("text", kind),
            });
        }
        let files = files(report);
        let beside = |form: &str| {
            let found = files.iter().find(|(own, ..)| *own == form)?;
            let name = found.1.rsplit('/').next()?;
            Some(format!("{}{name}", lang.pick("", "../../reports/")))
        };
        let title = format!(
            "{} {}",
            kind_of(report, lang),
            report.number.as_deref().unwrap_or_default()
        );
        let sealed = report.sealed();
        let page = draft.page(
            lang,
            &path,
            "reports",
            "report_body.html",
            title,
            values! {
                wide => true, crumbs => vec![values! { href => "index.html", label => words::text("reports", lang)? }],
                article => Value::from_safe_string(article.to_owned()),
                row => values! {
                    state => code(&report.state), pdf => beside("pdf"), sha => report.pdf_sha256, sealed => beside("sealed"),
                    sealed_sha => sealed.map(|one| &one.sha256), sealed_size => sealed.and_then(|one| u64::try_from(one.size_bytes).ok()).map(size),
                },
            },
        );
        page.record.clone_from(&report.number);
        page.held = held;
        page.index = Some(Lazy::Ready(Entry {
            meta: report.number.clone().unwrap_or_default(),
            sections: vec![Section {
                text,
                ..Section::default()
            }],
            ..Entry::default()
        }));
    }
    Ok(())
}

/// The article of a stand-alone page.
fn article(html: &str) -> Option<&str> {
    let from = html.find("<article")?;
    let end = "</article>";
    let to = html.rfind(end)? + end.len();
    html.get(from..to)
}

/// Reports of the register that are of an inspection.
pub(super) fn of(content: &Content, inspection: &Inspection, lang: Lang) -> Vec<Value> {
    let mut found: Vec<&Report> = content
        .reports
        .iter()
        .flatten()
        .filter(|report| report.subject_id == inspection.id)
        .collect();
    found.sort_by_key(|report| (&report.number, report.revision));
    found
        .into_iter()
        .map(|report| {
            values! {
                number => report.number, state => code(&report.state), kind => kind_of(report, lang),
                revision => report.revision, href => format!("../reports/index.html#{}", anchor(report)),
            }
        })
        .collect()
}

fn kind_of(report: &Report, lang: Lang) -> &str {
    report
        .definition
        .as_ref()
        .map_or(&report.code, |definition| {
            lang.pick(&definition.title.zh, &definition.title.en)
        })
}

pub(super) fn plan(draft: &mut Draft<'_>, lang: Lang) -> Result<(), Error> {
    let content = draft.content;
    let Some(reports) = &content.reports else {
        return Ok(());
    };
    let highest = i64::from(draft.audience.highest_level());
    let mut kept = Vec::new();
    for report in reports {
        match report.data_level {
            Some(level) if (1..=highest).contains(&level) => kept.push(report),
            _ if lang == Lang::Zh => draft.problems.push(Problem {
                kind: "excluded",
                record: report.number.clone().unwrap_or_default(),
                reason: "the report has no data level or one above that of the audience".to_owned(),
                ..Problem::default()
            }),
            _ => {}
        }
    }
    kept.sort_by(|a, b| {
        (&b.issued_at, &b.number, b.revision).cmp(&(&a.issued_at, &a.number, a.revision))
    });
    bodies(draft, lang, &kept)?;
    let mut subjects: BTreeMap<&str, String> = BTreeMap::new();
    for inspection in content.inspections.iter().flatten() {
        let path = format!("../inspections/{}.html", file_name(&inspection.number));
        subjects.insert(&inspection.id, path);
    }
    let rows: Vec<Value> = kept
        .iter()
        .map(|report| {
            values! {
                id => anchor(report), kind => kind_of(report, lang), number => report.number,
                state => code(&report.state), issued => report.issued_at, revision => report.revision, way => report.way,
                pages => report.page_count, sha => report.pdf_sha256, subject => subjects.get(report.subject_id.as_str()),
                page => report.html.as_ref().map(|_| format!("{}.html", anchor(report))),
            }
        })
        .collect();
    let states = Facet {
        key: "state",
        label: "by_state",
        codes: kept.iter().map(|report| code(&report.state)).collect(),
    };
    faceted(
        draft,
        lang,
        ("reports", "reports.html"),
        &rows,
        &[states],
        &values! {},
    )
}
