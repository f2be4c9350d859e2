//! The register of issued reports.

use std::collections::BTreeMap;

use minijinja::Value;

use super::{
    Draft, Problem,
    board::{Facet, code, faceted},
    file_name,
};
use crate::{
    content::{Content, Inspection, Report},
    error::Error,
    markdown::Lang,
    values::values,
};

/// Anchor of a report on its page.
fn anchor(report: &Report) -> String {
    let number = report.number.as_deref().unwrap_or_default();
    format!("{}-r{}", file_name(number), report.revision)
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
                path: String::new(),
                line: 0,
                reason: "the report has no data level or one above that of the audience".to_owned(),
            }),
            _ => {}
        }
    }
    kept.sort_by(|a, b| {
        (&b.issued_at, &b.number, b.revision).cmp(&(&a.issued_at, &a.number, a.revision))
    });
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
