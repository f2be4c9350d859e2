//! What may be on the pages of a root: records that are clearly meant for its readers, cut for them, and looked at for
//! personal data.

use std::borrow::Cow;

use rayon::prelude::*;

use super::{Clean, Draft, Problem, WITHDRAWN};
use crate::{
    audience::{Audience, meant},
    content::{Article, Content},
    error::Error,
    markdown::{self, Lang},
    screen::Screen,
    write::{Digest, digest},
};

fn exclude(draft: &mut Draft<'_>, record: &str, reason: String) {
    draft.problems.push(Problem {
        kind: "excluded",
        record: record.to_owned(),
        reason,
        ..Problem::default()
    });
}

/// What becomes of an article.
struct Found<'a> {
    article: &'a Article,
    /// Its text where it is not that of the answer.
    cut: Option<String>,
    /// The field that contains what it must not, and what.
    hit: Option<(&'static str, &'static str)>,
    /// Whether its text is shown as it stands in the answer.
    clean: bool,
}

/// Names everything beside an article that decides whether its text may be shown as it is.
pub(crate) fn ground(content: &Content, audience: Audience) -> Digest {
    let services = services(content).join("\n");
    let names = content.portal.hidden_names.join("\n");
    digest(&[
        audience.code().as_bytes(),
        b"\n",
        services.as_bytes(),
        b"\0",
        names.as_bytes(),
    ])
}

/// Looks at one article; nothing if it is for others. Without a text it was found to be clean before.
fn admitted<'a>(
    article: &'a Article,
    audience: Audience,
    screen: &Screen,
    text: Option<&str>,
) -> Result<Option<Found<'a>>, String> {
    if !meant(audience, article.audiences.as_deref(), article.data_level)? {
        return Ok(None);
    }
    let Some(text) = text else {
        return Ok(Some(Found {
            article,
            cut: None,
            hit: None,
            clean: true,
        }));
    };
    let body = markdown::cut(text, audience)?;
    if Lang::from_tag(&article.language).is_none() {
        return Err("the language is unknown".to_owned());
    }
    // No tag is the value of the one before it.
    let tags = article.tags.join("、");
    let module = article.module.as_deref().unwrap_or_default();
    let texts = [
        ("title", article.title.as_str()),
        ("body", body.as_ref()),
        ("module", module),
        ("tags", &tags),
    ];
    let hit = texts.into_iter().find_map(|(field, text)| {
        let found = if article.screening_overridden {
            screen.find_beside_patients(text)
        } else {
            screen.find(text)
        };
        found.map(|kind| (field, kind))
    });
    let cut = match body {
        Cow::Borrowed(_) => None,
        Cow::Owned(text) => Some(text),
    };
    Ok(Some(Found {
        article,
        hit,
        clean: hit.is_none() && cut.is_none(),
        cut,
    }))
}

/// Leaves out what does not clearly belong here, and cuts the rest for its reader. `clean` tells whether the same record
/// was found to be shown as it is.
///
/// # Errors
///
/// A text that is none: the whole answer does not count.
pub(super) fn admit(draft: &mut Draft<'_>, clean: Clean<'_>) -> Result<(), Error> {
    let content = draft.content;
    let audience = draft.audience;
    let screen = screen(content, audience);
    let found: Vec<_> = content
        .articles
        .par_iter()
        .with_min_len(64)
        .map(|article| {
            if clean(&article.digest) {
                return Ok(admitted(article, audience, &screen, None));
            }
            let text = article.body.read().map_err(|error| {
                Error::source(format!("the text of article `{}`: {error}", article.id))
            })?;
            Ok(admitted(article, audience, &screen, Some(&text)))
        })
        .collect::<Result<_, Error>>()?;
    for (article, found) in content.articles.iter().zip(found) {
        match found {
            Err(reason) => exclude(draft, &article.id, reason),
            Ok(None) => {}
            Ok(Some(found)) => {
                let article = found.article;
                let id = article.id.as_str();
                if found.clean {
                    draft.clean.push(article.digest);
                }
                if let Some((field, kind)) = found.hit {
                    draft.held.insert(article.id.clone(), kind);
                    draft.fields.insert(article.id.clone(), field);
                }
                if let Some(text) = found.cut {
                    draft.bodies.insert(id, Cow::Owned(text));
                }
                draft.articles.push(article);
            }
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
    Ok(())
}

/// Screens every other text that would be printed.
pub(super) fn look(draft: &mut Draft<'_>) {
    let content = draft.content;
    let bodies = &draft.bodies;
    let body = |id: &str| bodies.get(id).map(Cow::as_ref).unwrap_or_default();
    let screen = screen(content, draft.audience);
    let mut held = std::mem::take(&mut draft.held);
    let mut fields = std::mem::take(&mut draft.fields);
    let mut hold = |record: &str, texts: &[(&'static str, &str)]| {
        let mut texts = texts.iter();
        if let Some((field, kind)) =
            texts.find_map(|(field, text)| Some((*field, screen.find(text)?)))
        {
            held.insert(record.to_owned(), kind);
            fields.insert(record.to_owned(), field);
        }
    };
    let message = content.status.message.as_deref().unwrap_or_default();
    hold("status", &[("message", message)]);
    if let Some(disaster) = &content.disaster {
        hold(
            "disaster",
            &[("title", &disaster.title), ("body", &disaster.body)],
        );
    }
    for window in &draft.windows {
        hold(&window.id, &[("title", &window.title)]);
    }
    for notice in &draft.notices {
        let texts = [("title", notice.title.as_str()), ("body", body(&notice.id))];
        hold(&notice.id, &texts);
    }
    for inspection in content.inspections.iter().flatten() {
        let conclusion = inspection.conclusion.as_deref().unwrap_or_default();
        hold(&inspection.number, &[("conclusion", conclusion)]);
        for finding in &inspection.findings {
            let texts = [
                ("description", finding.description.as_str()),
                ("impact", &finding.impact),
                ("advice", finding.advice.as_deref().unwrap_or_default()),
                ("deadline", finding.deadline.as_deref().unwrap_or_default()),
            ];
            hold(&finding.number, &texts);
        }
    }
    for task in content.tasks.iter().flatten() {
        if let Some(finding) = &task.finding {
            hold(&finding.number, &[("description", &finding.description)]);
        }
        let steps = task.steps.iter().map(|step| ("steps", step.text.as_str()));
        let submissions = task.submissions.iter();
        let submissions = submissions.map(|one| ("submissions", one.text.as_str()));
        let texts: Vec<(&'static str, &str)> = steps.chain(submissions).collect();
        hold(&task.number, &texts);
    }
    for contract in content
        .service
        .iter()
        .flat_map(|service| &service.contracts)
    {
        hold(&contract.id, &[("title", &contract.title)]);
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
    draft.fields = fields;
}

/// The screen of the texts of a root.
pub(crate) fn screen(content: &Content, audience: Audience) -> Screen {
    Screen::new(audience, &services(content), &content.portal.hidden_names)
}

/// What the contract names as ways to the service: no numbers of persons.
fn services(content: &Content) -> Vec<String> {
    let desk = content.desk.iter();
    desk.flat_map(|desk| {
        desk.channels
            .iter()
            .filter_map(|one| one.address.clone())
            .chain(desk.hotline.clone())
    })
    .collect()
}
