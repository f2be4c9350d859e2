//! The clocks of each month and the calendars that they were counted with.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Value;

use super::{Draft, Entry, Lazy};
use crate::{
    content::{
        Month, Ratios, Service,
        statement::{Figures as Numbers, Line},
    },
    error::Error,
    markdown::Lang,
    values::{value, values},
    words,
};

fn stem(year: i64, month: i64) -> String {
    format!("{year:04}-{month:02}")
}

/// The months that have a page, the latest first.
fn months(service: &Service) -> Vec<(i64, i64)> {
    let all: BTreeSet<(i64, i64)> = service
        .months
        .iter()
        .map(|one| (one.year, one.month))
        .collect();
    all.into_iter().rev().collect()
}

/// Links of the board to its months and calendars.
pub(super) fn links(draft: &Draft<'_>, lang: Lang) -> Result<Vec<Value>, Error> {
    let Some(service) = &draft.content.service else {
        return Ok(Vec::new());
    };
    let mut links: Vec<Value> = months(service)
        .into_iter()
        .map(|(year, month)| {
            let stem = stem(year, month);
            values! { href => format!("{stem}.html"), label => stem }
        })
        .collect();
    if !service.calendars.is_empty() {
        let label = words::text("calendars", lang)?;
        links.push(values! { href => "calendar.html", label => label });
    }
    Ok(links)
}

/// The months of each contract side by side, the latest first: a row a class of clocks, a row a severity.
fn overview(draft: &Draft<'_>, service: &Service, lang: Lang) -> Result<Vec<Value>, Error> {
    let mut parts = Vec::new();
    for (at, contract) in service.contracts.iter().enumerate() {
        // The latest first: it is looked for most.
        let months: Vec<&Month<Ratios>> = service
            .ratios
            .iter()
            .rev()
            .filter(|month| month.contract == at)
            .collect();
        let heads: Vec<Value> = months
            .iter()
            .map(|month| values! { label => stem(month.year, month.month), over => month.statement.is_over, total => month.statement.ticket_count })
            .collect();
        let classes = |of: fn(&Ratios) -> &[Line]| -> Vec<Value> {
            let mut codes: Vec<&str> = Vec::new();
            for line in months.iter().flat_map(|month| of(&month.statement)) {
                if !codes.contains(&line.code.as_str()) {
                    codes.push(&line.code);
                }
            }
            let row = |code: &&str| {
                let cells: Vec<Option<&Numbers>> = months
                    .iter()
                    .map(|month| {
                        let lines = of(&month.statement);
                        lines.iter().find(|line| line.code == *code)
                    })
                    .map(|line| line.map(|line| &line.figures))
                    .collect();
                values! { code => code, cells => cells }
            };
            codes.iter().map(row).collect()
        };
        let faults: Vec<Value> = months
            .iter()
            .map(|month| {
                let all = month.statement.categories.iter();
                value(&all.into_iter().find(|one| one.category == "FAULT"))
            })
            .collect();
        let (title, _) = draft.shown(&contract.id, &contract.title, lang)?;
        parts.push(values! {
            number => contract.number, title => title, months => heads,
            responses => classes(|month| &month.responses), deliveries => classes(|month| &month.deliveries),
            faults => faults,
        });
    }
    Ok(parts)
}

pub(super) fn plan(draft: &mut Draft<'_>, lang: Lang) -> Result<(), Error> {
    let content = draft.content;
    let Some(service) = &content.service else {
        return Ok(());
    };
    let board = words::text("sla", lang)?;
    let crumbs = [values! { href => "index.html", label => board }];
    let mut parts: BTreeMap<(i64, i64), Vec<Value>> = BTreeMap::new();
    for one in &service.months {
        let Some(contract) = service.contracts.get(one.contract) else {
            continue;
        };
        let (title, _) = draft.shown(&contract.id, &contract.title, lang)?;
        parts
            .entry((one.year, one.month))
            .or_default()
            .push(values! {
                number => contract.number, title => title, statement => one.statement,
            });
    }
    let title = words::text("statement", lang)?;
    if !service.ratios.is_empty() {
        let parts = overview(draft, service, lang)?;
        let data = values! { crumbs => Vec::<Value>::new(), parts => parts, months => links(draft, lang)?, wide => true };
        let title = words::text("sla_overview", lang)?;
        let page = draft.page(lang, "sla/index.html", "sla", "overview.html", title, data);
        page.index = Some(Lazy::Ready(Entry {
            facets: vec![("kind", title.to_owned())],
            meta: title.to_owned(),
            words: words::text("sla", lang)?.to_owned(),
            ..Entry::default()
        }));
    }
    for ((year, month), parts) in parts {
        let stem = stem(year, month);
        let heading = format!("{title} {stem}");
        let data = values! { crumbs => crumbs, parts => parts, wide => true };
        let path = format!("sla/{stem}.html");
        let page = draft.page(lang, &path, "sla", "statement.html", heading, data);
        page.record = Some(stem.clone());
        page.index = Some(Lazy::Ready(Entry {
            facets: vec![("kind", title.to_owned())],
            meta: board.to_owned(),
            words: stem,
            ..Entry::default()
        }));
    }
    if !service.calendars.is_empty() {
        let title = words::text("calendars", lang)?;
        let data = values! { crumbs => crumbs, calendars => service.calendars };
        draft.page(
            lang,
            "sla/calendar.html",
            "sla",
            "calendar.html",
            title,
            data,
        );
    }
    Ok(())
}
