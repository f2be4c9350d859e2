//! Taking records out of answers that still have them.

use std::collections::BTreeSet;

use super::{Article, Content, Text};

impl Content {
    /// Takes records out, by id or number: articles and notices stand as pages that say so, everything else is gone
    /// with what belongs to it.
    pub fn withdraw(&mut self, records: &BTreeSet<String>) {
        let gone = |id: &str| records.contains(id);
        let article_gone = |one: &Article| gone(&one.id) || gone(&one.number);
        for article in self.articles.iter_mut().filter(|one| article_gone(one)) {
            article.title.clear();
            article.body = Text::default();
            article.tags.clear();
            article.files.clear();
            article.becomes("withdrawn");
        }
        for notice in self.notices.iter_mut().filter(|one| gone(&one.id)) {
            notice.title.clear();
            notice.body.clear();
        }
        for article in &mut self.articles {
            let mut lost = Vec::new();
            article.files.retain(|one| {
                let gone = gone(&one.file.id);
                if gone {
                    lost.push(one.file.id.clone());
                }
                !gone
            });
            if !lost.is_empty() {
                article.becomes(&format!("without {}", lost.join(" ")));
            }
        }
        self.windows.retain(|window| !gone(&window.id));
        self.disaster
            .take_if(|disaster| disaster.id.as_deref().is_some_and(gone));
        let mut findings = BTreeSet::new();
        if let Some(inspections) = &mut self.inspections {
            inspections.retain(|one| {
                let kept = !gone(&one.id) && !gone(&one.number);
                if !kept {
                    findings.extend(one.findings.iter().map(|finding| finding.number.clone()));
                }
                kept
            });
            for inspection in inspections {
                inspection.findings.retain(|one| !gone(&one.number));
            }
        }
        if let Some(tasks) = &mut self.tasks {
            tasks.retain(|task| {
                let finding = task.finding.as_ref().map(|finding| &finding.number);
                let of_gone = finding.is_some_and(|one| gone(one) || findings.contains(one));
                !gone(&task.number) && !of_gone
            });
        }
        if let Some(reports) = &mut self.reports {
            reports.retain(|report| {
                !report.number.as_deref().is_some_and(gone) && !gone(&report.subject_id)
            });
        }
        self.withdrawn.extend(records.iter().cloned());
    }
}
