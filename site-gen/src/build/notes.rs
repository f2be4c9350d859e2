//! Which files of a root are of which records (SG-INC-1): what must go when one of these is withdrawn and nothing can be
//! built. Lists count as being of every record of their class.

use std::collections::BTreeMap;

use crate::{
    content::{Article, Content},
    plan::Plan,
};

/// The notes of one root.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    pub(super) depends: BTreeMap<String, Vec<String>>,
    pub(super) classes: BTreeMap<String, String>,
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
    pub(super) fn of(content: &Content, plan: &Plan<'_>, files: &[(String, String)]) -> Notes {
        let mut notes = Notes {
            cutoff_at: content.portal.cutoff_at.clone(),
            ..Notes::default()
        };
        let every: Vec<String> = [ARTICLE, NOTICE, SERVICE]
            .iter()
            .map(|class| format!("*{class}"))
            .collect();
        let articles: BTreeMap<&str, &Article> = content
            .articles
            .iter()
            .map(|one| (one.id.as_str(), one))
            .collect();
        for page in &plan.pages {
            let mut items: Vec<String> = page.record.iter().cloned().collect();
            let own = class(page.section);
            match own {
                // The page of an article or a notice has nothing of another.
                Some(ARTICLE) if page.record.is_some() => {
                    let own = page.record.as_deref().and_then(|id| articles.get(id));
                    items.extend(own.map(|article| article.number.clone()));
                }
                Some(NOTICE) if page.record.is_some() => {}
                Some(class) => items.push(format!("*{class}")),
                None if page.template == "search.html" => items.extend(every.iter().cloned()),
                None => {}
            }
            if !items.is_empty() {
                notes.depends.insert(page.path.clone(), items);
            }
        }
        for (id, path) in files {
            let owner = content
                .articles
                .iter()
                .find(|article| article.files.iter().any(|one| one.file.id == *id));
            let mut items = vec![id.clone()];
            items.extend(
                owner
                    .iter()
                    .flat_map(|article| [article.id.clone(), article.number.clone()]),
            );
            notes.depends.insert(path.clone(), items);
        }
        let mut add = |id: &str, class: &str| {
            notes.classes.insert(id.to_owned(), class.to_owned());
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

    /// A PDF beside a page is of the records of that page.
    pub(super) fn pressed(&mut self, plan: &Plan<'_>, all: &[(usize, String)]) {
        for (at, path) in all {
            let page = plan.pages.get(*at).map(|page| &page.path);
            if let Some(items) = page.and_then(|page| self.depends.get(page)).cloned() {
                self.depends.insert(path.clone(), items);
            }
        }
    }

    /// A file that lists records of every class, or the notices alone.
    pub(super) fn lists(&mut self, path: String, notices_alone: bool) {
        let classes: &[&str] = if notices_alone {
            &[NOTICE]
        } else {
            &[ARTICLE, NOTICE, SERVICE]
        };
        let items = classes.iter().map(|class| format!("*{class}"));
        self.depends.insert(path, items.collect());
    }
}
