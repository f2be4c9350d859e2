//! The page about the root itself: what its states mean, where its data are from, its licences, the words of the field.

use minijinja::Value;

use super::Draft;
use crate::{error::Error, markdown::Lang, values::values, words};

/// States of clocks on the board of due times.
const CLOCKS: &[&str] = &["RUNNING", "PAUSED", "OVERDUE"];
/// States of rectification, in the order in which a task passes through them.
const TASKS: &[&str] = &[
    "OPEN",
    "IN_PROGRESS",
    "SUBMITTED",
    "REJECTED",
    "EXTENDED",
    "OVERDUE",
    "VERIFIED",
    "WAIVED",
];
/// Risks, the worst first.
const RISKS: &[&str] = &["CRITICAL", "HIGH", "MEDIUM", "LOW"];

/// One list of states, each with its meaning.
fn meanings(title: &str, key: &str, codes: &[&str], lang: Lang) -> Result<Value, Error> {
    let rows = codes
        .iter()
        .map(|code| {
            let meaning = words::text(&format!("{key}_{}", code.to_lowercase()), lang)?;
            Ok(values! { code => code, meaning => meaning })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(values! { title => words::text(title, lang)?, rows => rows })
}

pub(super) fn plan(draft: &mut Draft<'_>, lang: Lang) -> Result<(), Error> {
    let content = draft.content;
    // Only what this root shows is explained.
    let figures = content
        .service
        .as_ref()
        .is_some_and(|service| !service.figures.is_empty());
    let mut states = Vec::new();
    if content.clocks.is_some() {
        states.push(meanings("about_clocks", "clock", CLOCKS, lang)?);
    }
    if content.tasks.is_some() || figures {
        states.push(meanings("about_tasks", "task", TASKS, lang)?);
    }
    if content.inspections.is_some() || content.tasks.is_some() || figures {
        states.push(meanings("about_risks", "risk", RISKS, lang)?);
    }
    let title = words::text("about", lang)?;
    let data = values! { states => states, glossary => words::glossary()? };
    draft.page(lang, "about.html", "about", "about.html", title, data);
    Ok(())
}
