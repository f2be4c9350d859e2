//! Boards: due times, inspections with findings, rectification. Facets are pages of
//! their own, so that they work without a script; one without rows is not written.

use std::collections::BTreeMap;

use minijinja::Value;

use super::{Draft, Entry, Lazy, file_name, report};
use crate::{
    content::{Clock, Finding, Inspection, Month, Ratios, Risk, Standing, Task},
    error::Error,
    markdown::{Lang, Section},
    time,
    values::values,
    words,
};

pub(super) fn plan(draft: &mut Draft<'_>, lang: Lang) -> Result<(), Error> {
    clocks(draft, lang)?;
    figures(draft, lang)?;
    inspections(draft, lang)?;
    tasks(draft, lang)
}

/// The word of the schema for a value of it.
pub(super) fn code<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Values that have an order of their own: risks from the worst, states from what presses most. Others follow by name.
const ORDER: &[&str] = &[
    "CRITICAL",
    "HIGH",
    "MEDIUM",
    "LOW",
    "OVERDUE",
    "REJECTED",
    "OPEN",
    "IN_PROGRESS",
    "EXTENDED",
    "SUBMITTED",
    "VERIFIED",
    "WAIVED",
];

fn order(code: &str) -> usize {
    let at = ORDER.iter().position(|one| *one == code);
    at.unwrap_or(ORDER.len())
}

/// One way to narrow a list: label of the group, and for each row its code.
pub(super) struct Facet {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) codes: Vec<String>,
}

/// Writes a list and a page for each value of each facet.
pub(super) fn faceted(
    draft: &mut Draft<'_>,
    lang: Lang,
    (folder, template): (&'static str, &'static str),
    rows: &[Value],
    facets: &[Facet],
    more: &Value,
) -> Result<(), Error> {
    let title = words::text(folder, lang)?;
    let colon = words::text("colon", lang)?;
    let mut targets: Vec<Option<(usize, String)>> = vec![None];
    let mut counts: Vec<BTreeMap<(usize, &str), usize>> = Vec::new();
    for (at, facet) in facets.iter().enumerate() {
        let mut count: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        for code in facet.codes.iter().filter(|code| !code.is_empty()) {
            *count.entry((order(code), code)).or_default() += 1;
        }
        targets.extend(count.keys().map(|(_, code)| Some((at, (*code).to_owned()))));
        counts.push(count);
    }
    let file = |facet: &Facet, code: &str| format!("{}-{}", facet.key, file_name(code));
    for target in &targets {
        let mut groups = Vec::new();
        for (at, (facet, count)) in facets.iter().zip(&counts).enumerate() {
            if count.is_empty() {
                continue;
            }
            let mut items = vec![
                values! { href => "index.html", label => words::text("all", lang)?, count => rows.len(), here => target.is_none() },
            ];
            for ((_, value), count) in count {
                items.push(values! {
                    href => format!("{}.html", file(facet, value)),
                    label => words::word(value, lang)?,
                    count => count,
                    here => *target == Some((at, (*value).to_owned())),
                });
            }
            groups.push(values! { label => words::text(facet.label, lang)?, items => items });
        }
        let (stem, heading, kept) = match target {
            None => ("index".to_owned(), title.to_owned(), rows.to_vec()),
            Some((at, value)) => {
                let Some(facet) = facets.get(*at) else {
                    continue;
                };
                let kept = rows
                    .iter()
                    .zip(&facet.codes)
                    .filter(|(_, code)| *code == value)
                    .map(|(row, _)| row.clone())
                    .collect();
                (
                    file(facet, value),
                    format!("{title}{colon}{}", words::word(value, lang)?),
                    kept,
                )
            }
        };
        let crumbs: Vec<Value> = match target {
            None => Vec::new(),
            Some(_) => vec![values! { href => "index.html", label => title }],
        };
        draft.list(
            lang,
            &format!("{folder}/{stem}"),
            folder,
            template,
            &heading,
            &kept,
            |chunk| Ok(values! { crumbs => crumbs, facets => groups, rows => chunk, wide => true, ..more }),
        )?;
    }
    Ok(())
}

/// Clocks that are late first, then by their due times.
fn pressing(clocks: &[Clock]) -> Vec<&Clock> {
    let mut clocks: Vec<&Clock> = clocks.iter().collect();
    clocks.sort_by_key(|clock| {
        (
            !clock.overdue,
            &clock.due_at,
            clock.ticket.as_ref().map(|ticket| &ticket.number),
            &clock.code,
        )
    });
    clocks
}

fn row(clock: &Clock) -> Value {
    let ticket = clock.ticket.as_ref();
    values! {
        due => clock.due_before_at.as_ref().or(clock.due_at.as_ref()),
        provisional => clock.provisional,
        overdue => clock.overdue,
        state => clock.state,
        number => ticket.map(|ticket| &ticket.number),
        code => clock.code,
        category => ticket.map(|ticket| &ticket.category),
        severity => ticket.and_then(|ticket| ticket.severity.as_ref()),
    }
}

/// Rows of the home page.
const FIRST: usize = 8;

/// What presses most, for the home page of those who work on it: clocks, and tasks that are late.
pub(super) fn pressing_now(draft: &Draft<'_>) -> Option<Value> {
    let clocks = pressing(draft.content.clocks.as_ref()?);
    let late = clocks.iter().filter(|clock| clock.overdue).count();
    let tasks: Vec<_> = draft.content.tasks.iter().flatten().collect();
    let late_tasks = tasks
        .iter()
        .filter(|task| matches!(task.standing, Standing::Overdue));
    let rows: Vec<Value> = clocks.iter().take(FIRST).map(|clock| row(clock)).collect();
    Some(values! {
        late => late, total => clocks.len(), rows => rows,
        late_tasks => late_tasks.count(), tasks => tasks.len(),
    })
}

/// The last month that is over and the tasks by risk, of each contract, for the home page of managers.
pub(super) fn at_a_glance(draft: &Draft<'_>, lang: Lang) -> Result<Vec<Value>, Error> {
    let mut parts = Vec::new();
    let Some(service) = &draft.content.service else {
        return Ok(parts);
    };
    for (at, contract) in service.contracts.iter().enumerate() {
        let over = |month: &&Month<Ratios>| month.contract == at && month.statement.is_over;
        let Some(month) = service.ratios.iter().rev().find(over) else {
            continue;
        };
        let (title, _) = draft.shown(&contract.id, &contract.title, lang)?;
        let counts = service.figures.get(at).map(|figures| &figures.counts);
        parts.push(values! {
            number => contract.number, title => title, month => format!("{}-{:02}", month.year, month.month),
            responses => month.statement.responses, counts => counts,
        });
    }
    Ok(parts)
}

fn clocks(draft: &mut Draft<'_>, lang: Lang) -> Result<(), Error> {
    let Some(clocks) = &draft.content.clocks else {
        return Ok(());
    };
    let clocks = pressing(clocks);
    let rows: Vec<Value> = clocks.iter().map(|clock| row(clock)).collect();
    let states = Facet {
        key: "state",
        label: "by_state",
        codes: clocks
            .iter()
            .map(|clock| {
                if clock.overdue {
                    "OVERDUE".to_owned()
                } else {
                    clock.state.clone()
                }
            })
            .collect(),
    };
    let kinds = Facet {
        key: "category",
        label: "category",
        codes: clocks
            .iter()
            .map(|clock| {
                let ticket = clock.ticket.as_ref();
                ticket.map_or_else(String::new, |ticket| ticket.category.clone())
            })
            .collect(),
    };
    let months = super::sla::links(draft, lang)?;
    let more = values! { months => months };
    faceted(
        draft,
        lang,
        ("sla", "board.html"),
        &rows,
        &[states, kinds],
        &more,
    )
}

/// The date that stands for an inspection in lists.
fn date_of(inspection: &Inspection) -> &str {
    inspection
        .ended_on
        .as_deref()
        .unwrap_or(&inspection.planned_from_on)
}

/// What happened to a finding, first to last.
fn timeline(draft: &Draft<'_>, task: &Task, lang: Lang) -> Result<Vec<Value>, Error> {
    let held = draft.held.contains_key(&task.number);
    let text = |text: &str| -> Result<String, Error> {
        Ok(if held {
            words::text("held_row", lang)?.to_owned()
        } else {
            text.to_owned()
        })
    };
    let mut all: Vec<(&str, &'static str, Option<String>, Option<&str>)> =
        vec![(&task.opened_at, "e_opened", None, None)];
    for step in &task.steps {
        all.push((&step.at, "e_step", Some(text(&step.text)?), None));
    }
    for one in &task.moves {
        let (at, what) = match (one.agreed, &one.decided_at) {
            (Some(true), Some(at)) => (at, "e_moved"),
            (Some(false), Some(at)) => (at, "e_not_moved"),
            _ => (&one.proposed_at, "e_move"),
        };
        all.push((at, what, None, Some(&one.due_on)));
    }
    for one in &task.submissions {
        all.push((&one.at, "e_submitted", Some(text(&one.text)?), None));
        // What was accepted is what verified the task.
        if let (Some(false), Some(at)) = (one.accepted, &one.decided_at) {
            all.push((at, "e_rejected", None, None));
        }
    }
    if let Some(at) = &task.verified_at {
        all.push((at, "e_verified", None, None));
    }
    if let Some(at) = &task.waived_at {
        all.push((at, "e_waived", None, None));
    }
    all.sort_by_key(|event| event.0);
    all.into_iter()
        .map(|(at, what, text, to)| {
            Ok(values! { at => at, what => words::text(what, lang)?, text => text, to => to })
        })
        .collect()
}

fn finding_row(
    draft: &Draft<'_>,
    finding: &Finding,
    href: String,
    tasks: &BTreeMap<&str, &Task>,
    lang: Lang,
) -> Result<Value, Error> {
    let (description, held) = draft.shown(&finding.number, &finding.description, lang)?;
    let task = tasks.get(finding.number.as_str());
    Ok(values! {
        id => file_name(&finding.number),
        href => href,
        number => finding.number,
        risk => code(&finding.risk),
        scope => finding.scope,
        owner => finding.owner,
        description => description,
        impact => if held { "—" } else { finding.impact.as_str() },
        advice => if held { None } else { finding.advice.as_deref() },
        deadline => finding.deadline_on,
        limit => if held { None } else { finding.deadline.as_deref() },
        task => task.map(|task| code(&task.standing)),
        due => task.map(|task| &task.due_at),
        provisional => task.is_some_and(|task| task.due_provisional),
        timeline => match task { Some(task) => timeline(draft, task, lang)?, None => Vec::new() },
    })
}

fn inspections(draft: &mut Draft<'_>, lang: Lang) -> Result<(), Error> {
    let Some(all) = &draft.content.inspections else {
        return Ok(());
    };
    let mut all: Vec<&Inspection> = all.iter().collect();
    all.sort_by(|a, b| (date_of(b), &b.number).cmp(&(date_of(a), &a.number)));
    let tasks: BTreeMap<&str, &Task> = draft
        .content
        .tasks
        .iter()
        .flatten()
        .filter_map(|task| Some((task.finding.as_ref()?.number.as_str(), task)))
        .collect();
    let title = words::text("inspections", lang)?;
    let mut findings = Vec::new();
    let mut rows = Vec::new();
    for inspection in &all {
        let name = file_name(&inspection.number);
        rows.push(values! {
            href => format!("{name}.html"), number => inspection.number, on => date_of(inspection), kind => inspection.kind,
            state => inspection.state, late => inspection.report_late, count => inspection.findings.len(),
        });
        let mut own = Vec::new();
        let mut sections = Vec::new();
        for finding in &inspection.findings {
            let anchor = file_name(&finding.number);
            own.push(finding_row(
                draft,
                finding,
                format!("#{anchor}"),
                &tasks,
                lang,
            )?);
            findings.push((finding, format!("../inspections/{name}.html#{anchor}")));
            if !draft.held.contains_key(&finding.number) {
                let advice = finding.advice.as_deref().unwrap_or_default();
                let text = format!("{}\n{}\n{advice}", finding.description, finding.impact);
                sections.push(Section {
                    anchor,
                    heading: finding.number.clone(),
                    text,
                });
            }
        }
        let (conclusion, _) = draft.shown(
            &inspection.number,
            inspection.conclusion.as_deref().unwrap_or_default(),
            lang,
        )?;
        if !draft.held.contains_key(&inspection.number) {
            sections.insert(
                0,
                Section {
                    text: conclusion.clone(),
                    ..Section::default()
                },
            );
        }
        let data = values! {
            crumbs => [values! { href => "index.html", label => title }],
            inspection => values! {
                due => inspection.report_due_before_at, submitted => inspection.report_submitted_at, late => inspection.report_late,
                reports => report::of(draft.content, inspection, lang),
                from => inspection.planned_from_on, to => inspection.planned_to_on,
                state => inspection.state, kind => inspection.kind, on => date_of(inspection),
                conclusion => (!conclusion.is_empty()).then_some(conclusion),
            },
            findings => own,
        };
        let heading = format!("{title} {}", inspection.number);
        let page = draft.page(
            lang,
            &format!("inspections/{name}.html"),
            "inspections",
            "inspection.html",
            heading,
            data,
        );
        page.record = Some(inspection.number.clone());
        page.index = Some(Lazy::Ready(Entry {
            facets: vec![
                ("kind", title.to_owned()),
                ("state", words::word(&inspection.state, lang)?.to_owned()),
            ],
            meta: format!("{title} · {}", time::date(date_of(inspection))),
            sections,
            words: inspection.number.clone(),
        }));
    }
    draft.list(
        lang,
        "inspections/index",
        "inspections",
        "inspections.html",
        title,
        &rows,
        |chunk| Ok(values! { crumbs => Vec::<Value>::new(), rows => chunk, wide => true }),
    )?;
    let mut rows = Vec::new();
    for (finding, href) in &findings {
        rows.push(finding_row(draft, finding, href.clone(), &tasks, lang)?);
    }
    let facets = [
        Facet {
            key: "risk",
            label: "by_risk",
            codes: findings.iter().map(|(one, _)| code(&one.risk)).collect(),
        },
        Facet {
            key: "scope",
            label: "by_scope",
            codes: findings.iter().map(|(one, _)| one.scope.clone()).collect(),
        },
        Facet {
            key: "state",
            label: "by_rect_state",
            codes: findings
                .iter()
                .map(|(one, _)| {
                    let task = tasks.get(one.number.as_str());
                    task.map_or_else(String::new, |task| code(&task.standing))
                })
                .collect(),
        },
    ];
    faceted(
        draft,
        lang,
        ("findings", "findings.html"),
        &rows,
        &facets,
        &values! {},
    )
}

/// Inspections and rectification in numbers, for who reads no single finding.
fn figures(draft: &mut Draft<'_>, lang: Lang) -> Result<(), Error> {
    let Some(service) = &draft.content.service else {
        return Ok(());
    };
    if service.figures.is_empty() {
        return Ok(());
    }
    let mut parts = Vec::new();
    for (contract, figures) in service.contracts.iter().zip(&service.figures) {
        let (title, _) = draft.shown(&contract.id, &contract.title, lang)?;
        parts.push(values! { number => contract.number, title => title, figures => figures });
    }
    let title = words::text("inspection_overview", lang)?;
    let data = values! { crumbs => Vec::<Value>::new(), parts => parts, wide => true };
    let path = "inspections/index.html";
    let page = draft.page(lang, path, "inspections", "figures.html", title, data);
    page.index = Some(Lazy::Ready(Entry {
        facets: vec![("kind", title.to_owned())],
        meta: title.to_owned(),
        words: words::text("inspections", lang)?.to_owned(),
        ..Entry::default()
    }));
    Ok(())
}

fn rank(standing: Standing, risk: Risk) -> (usize, usize) {
    let open = match standing {
        Standing::Overdue => 0,
        Standing::Rejected => 1,
        Standing::Open | Standing::InProgress | Standing::Extended => 2,
        Standing::Submitted => 3,
        Standing::Verified | Standing::Waived => 4,
    };
    (open, risk as usize)
}

fn tasks(draft: &mut Draft<'_>, lang: Lang) -> Result<(), Error> {
    let Some(tasks) = &draft.content.tasks else {
        return Ok(());
    };
    let mut tasks: Vec<&Task> = tasks.iter().collect();
    tasks.sort_by_key(|task| (rank(task.standing, task.risk), &task.due_at, &task.number));
    let mut rows = Vec::new();
    let mut places: BTreeMap<&str, String> = BTreeMap::new();
    for inspection in draft.content.inspections.iter().flatten() {
        for finding in &inspection.findings {
            let (page, anchor) = (file_name(&inspection.number), file_name(&finding.number));
            places.insert(
                &finding.number,
                format!("../inspections/{page}.html#{anchor}"),
            );
        }
    }
    for task in &tasks {
        let (mut description, mut href) = (None, None);
        if let Some(finding) = &task.finding {
            description = Some(draft.shown(&finding.number, &finding.description, lang)?.0);
            href = places.get(finding.number.as_str());
        }
        rows.push(values! {
            number => task.number, standing => code(&task.standing), risk => code(&task.risk), description => description,
            href => href, owner => task.owner, due => task.due_at, provisional => task.due_provisional,
            original => task.original_due_at, verified => task.verified_at,
        });
    }
    let facets = [
        Facet {
            key: "state",
            label: "by_state",
            codes: tasks.iter().map(|task| code(&task.standing)).collect(),
        },
        Facet {
            key: "risk",
            label: "by_risk",
            codes: tasks.iter().map(|task| code(&task.risk)).collect(),
        },
        Facet {
            key: "scope",
            label: "by_scope",
            codes: tasks
                .iter()
                .map(|task| {
                    let finding = task.finding.as_ref();
                    finding.map_or_else(String::new, |finding| finding.scope.clone())
                })
                .collect(),
        },
    ];
    faceted(
        draft,
        lang,
        ("rectification", "rectification.html"),
        &rows,
        &facets,
        &values! {},
    )
}
