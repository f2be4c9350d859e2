//! Which files of a root are of which records (SG-INC-1): what must go when one of these is withdrawn and nothing can be
//! built. Lists count as being of every record of their class.

use std::collections::HashMap;

use crate::{content::Content, plan::Plan, write};

/// The notes of one root.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    pub(super) lines: write::Notes,
    pub(super) cutoff_at: String,
}

const ARTICLE: &str = "article";
const NOTICE: &str = "notice";
const SERVICE: &str = "service";

/// The class of records that a section of the root lists.
fn class(section: &str) -> Option<&'static str> {
    match section {
        "faq" | "technical" | "downtime" => Some(ARTICLE),
        "home" => Some(NOTICE),
        "sla" | "inspections" | "findings" | "rectification" | "reports" => Some(SERVICE),
        _ => None,
    }
}

impl Notes {
    /// `files` are those that pages show, by id; `pressed` the PDFs beside pages, each with the place of its page.
    pub(super) fn of(
        content: &Content,
        plan: &Plan<'_>,
        files: &[(String, String)],
        pressed: &[(usize, String)],
    ) -> Notes {
        let pressed: HashMap<usize, &str> = pressed
            .iter()
            .map(|(at, path)| (*at, path.as_str()))
            .collect();
        let mut notes = Notes {
            cutoff_at: content.portal.cutoff_at.clone(),
            ..Notes::default()
        };
        let every = [ARTICLE, NOTICE, SERVICE].map(|class| format!("*{class}"));
        let every: Vec<&str> = every.iter().map(String::as_str).collect();
        let numbers: HashMap<&str, &str> = content
            .articles
            .iter()
            .map(|one| (one.id.as_str(), one.number.as_str()))
            .collect();
        for (at, page) in plan.pages.iter().enumerate() {
            let listed = class(page.section).map(|class| format!("*{class}"));
            let mut items: Vec<&str> = page.record.as_deref().into_iter().collect();
            match class(page.section) {
                // The page of an article or a notice has nothing of another.
                Some(ARTICLE) if page.record.is_some() => {
                    let own = page.record.as_deref().and_then(|id| numbers.get(id));
                    items.extend(own);
                }
                Some(NOTICE) if page.record.is_some() => {}
                Some(_) => items.extend(listed.as_deref()),
                None if page.template == "search.html" => items.extend(&every),
                None => {}
            }
            if !items.is_empty() {
                notes.lines.depends(&page.path, &items);
                // A PDF beside a page is of the records of that page.
                if let Some(path) = pressed.get(&at) {
                    notes.lines.depends(path, &items);
                }
            }
        }
        for (id, path) in files {
            let owner = content
                .articles
                .iter()
                .find(|article| article.files.iter().any(|one| one.file.id == *id));
            let mut items = vec![id];
            items.extend(
                owner
                    .iter()
                    .flat_map(|article| [&article.id, &article.number]),
            );
            notes.lines.depends(path, &items);
        }
        let mut add = |id: &str, class: &str| {
            notes.lines.class(id, class);
        };
        for article in &content.articles {
            add(&article.id, ARTICLE);
            add(&article.number, ARTICLE);
        }
        content.notices.iter().for_each(|one| add(&one.id, NOTICE));
        content.windows.iter().for_each(|one| add(&one.id, NOTICE));
        for inspection in content.inspections.iter().flatten() {
            add(&inspection.id, SERVICE);
            add(&inspection.number, SERVICE);
            let findings = inspection.findings.iter();
            findings.for_each(|finding| add(&finding.number, SERVICE));
        }
        for task in content.tasks.iter().flatten() {
            add(&task.number, SERVICE);
        }
        for number in content
            .reports
            .iter()
            .flatten()
            .filter_map(|one| one.number.as_deref())
        {
            add(number, SERVICE);
        }
        notes
    }

    /// A file or folder that lists records of every class, or the notices alone.
    pub(super) fn lists(&mut self, path: &str, notices_alone: bool) {
        let classes: &[&str] = if notices_alone {
            &[NOTICE]
        } else {
            &[ARTICLE, NOTICE, SERVICE]
        };
        let items: Vec<String> = classes.iter().map(|class| format!("*{class}")).collect();
        self.lines.depends(path, &items);
    }
}
