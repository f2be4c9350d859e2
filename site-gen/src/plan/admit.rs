//! What may be on the pages of a root: records that are clearly meant for its readers, cut for them, and looked at for
//! personal data.

use std::{borrow::Cow, collections::BTreeMap};

use rayon::prelude::*;

use super::{Draft, Problem, WITHDRAWN};
use crate::{
    audience::{Audience, meant},
    content::Content,
    markdown::{self, Lang},
    screen::Screen,
};

fn exclude(draft: &mut Draft<'_>, record: &str, reason: String) {
    draft.problems.push(Problem {
        kind: "excluded",
        record: record.to_owned(),
        path: String::new(),
        line: 0,
        reason,
    });
}

/// Leaves out what does not clearly belong here, and cuts the rest for its reader.
pub(super) fn admit(draft: &mut Draft<'_>) {
    let content = draft.content;
    let audience = draft.audience;
    for article in &content.articles {
        match meant(audience, article.audiences.as_deref(), article.data_level) {
            Err(reason) => exclude(draft, &article.id, reason),
            Ok(false) => {}
            Ok(true) => match (
                markdown::cut(&article.body, audience),
                Lang::from_tag(&article.language),
            ) {
                (Ok(body), Some(_)) => {
                    draft.bodies.insert(&article.id, body);
                    draft.articles.push(article);
                }
                (Err(reason), _) => exclude(draft, &article.id, reason),
                (Ok(_), None) => exclude(draft, &article.id, "the language is unknown".to_owned()),
            },
        }
    }
    for notice in &content.notices {
        match meant(audience, notice.audiences.as_deref(), notice.data_level) {
            Err(reason) => exclude(draft, &notice.id, reason),
            Ok(false) => {}
            Ok(true) => match markdown::cut(&notice.body, audience) {
                Ok(body) => {
                    draft.bodies.insert(&notice.id, body);
                    draft.notices.push(notice);
                }
                Err(reason) => exclude(draft, &notice.id, reason),
            },
        }
    }
    for window in &content.windows {
        match meant(audience, window.audiences.as_deref(), window.data_level) {
            Err(reason) => exclude(draft, &window.id, reason),
            Ok(false) => {}
            Ok(true) => draft.windows.push(window),
        }
    }
    draft
        .windows
        .sort_by(|a, b| (&a.starts_at, &a.id).cmp(&(&b.starts_at, &b.id)));
    draft
        .notices
        .sort_by(|a, b| (&b.valid_from, &a.id).cmp(&(&a.valid_from, &b.id)));
    draft.articles.sort_by(|a, b| a.id.cmp(&b.id));
}

/// Screens every text that would be printed.
pub(super) fn look(draft: &mut Draft<'_>) {
    let content = draft.content;
    let bodies = &draft.bodies;
    let body = |id: &str| bodies.get(id).map(Cow::as_ref).unwrap_or_default();
    let screen = screen(content, draft.audience);
    let seen = |texts: &[&str]| texts.iter().find_map(|text| screen.find(text));
    let mut held: BTreeMap<String, &'static str> = draft
        .articles
        .par_iter()
        .filter_map(|article| {
            let tags = article.tags.join("\n");
            let module = article.module.as_deref().unwrap_or_default();
            let hit = seen(&[&article.title, body(&article.id), module, &tags])?;
            Some((article.id.clone(), hit))
        })
        .collect();
    let mut hold = |record: &str, texts: &[&str]| {
        if let Some(hit) = seen(texts) {
            held.insert(record.to_owned(), hit);
        }
    };
    hold(
        "status",
        &[content.status.message.as_deref().unwrap_or_default()],
    );
    if let Some(disaster) = &content.disaster {
        hold("disaster", &[&disaster.title, &disaster.body]);
    }
    for window in &draft.windows {
        hold(&window.id, &[&window.title]);
    }
    for notice in &draft.notices {
        hold(&notice.id, &[&notice.title, body(&notice.id)]);
    }
    for inspection in content.inspections.iter().flatten() {
        hold(
            &inspection.number,
            &[inspection.conclusion.as_deref().unwrap_or_default()],
        );
        for finding in &inspection.findings {
            let advice = finding.advice.as_deref().unwrap_or_default();
            let deadline = finding.deadline.as_deref().unwrap_or_default();
            hold(
                &finding.number,
                &[&finding.description, &finding.impact, advice, deadline],
            );
        }
    }
    for task in content.tasks.iter().flatten() {
        if let Some(finding) = &task.finding {
            hold(&finding.number, &[&finding.description]);
        }
        let mut texts: Vec<&str> = task.steps.iter().map(|step| step.text.as_str()).collect();
        texts.extend(task.submissions.iter().map(|one| one.text.as_str()));
        hold(&task.number, &texts);
    }
    for contract in content
        .service
        .iter()
        .flat_map(|service| &service.contracts)
    {
        hold(&contract.id, &[&contract.title]);
    }
    for article in &draft.articles {
        let names = [&article.id, &article.number];
        if names.iter().any(|name| content.withdrawn.contains(*name)) {
            held.insert(article.id.clone(), WITHDRAWN);
        }
    }
    for notice in &draft.notices {
        if content.withdrawn.contains(&notice.id) {
            held.insert(notice.id.clone(), WITHDRAWN);
        }
    }
    draft.held = held;
}

/// The screen of the texts of a root. What the contract names as ways to the service are no numbers of persons.
pub(crate) fn screen(content: &Content, audience: Audience) -> Screen {
    let desk = content.desk.iter();
    let services: Vec<String> = desk
        .flat_map(|desk| {
            desk.channels
                .iter()
                .filter_map(|one| one.address.clone())
                .chain(desk.hotline.clone())
        })
        .collect();
    Screen::new(audience, &services, &content.portal.hidden_names)
}
