//! Home and notices: the state of the system, what is announced, planned windows.

use minijinja::Value;

use super::{Body, Draft, Entry, Lazy, Markdown, board, file_name, prefix, relative};
use crate::{content::NoticeKind, error::Error, markdown::Lang, time, values::values, words};

/// Notices that home shows.
const LATEST: usize = 8;

/// Where the page of a notice lies, below the root of a language.
pub(crate) fn path(id: &str) -> String {
    format!("notices/{}.html", file_name(id))
}

pub(super) fn plan(
    draft: &mut Draft<'_>,
    lang: Lang,
    modules: &[(String, usize, String)],
    downtime: bool,
) -> Result<(), Error> {
    notices(draft, lang)?;
    reporting(draft, lang)?;
    home(draft, lang, modules, downtime)
}

fn word_of(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Announcement => "ANNOUNCEMENT",
        NoticeKind::Disaster => "DISASTER",
        NoticeKind::Incident => "INCIDENT",
        NoticeKind::Status => "STATUS",
        NoticeKind::Window => "WINDOW",
    }
}

fn rows(draft: &Draft<'_>, lang: Lang, from: &str) -> Result<Vec<Value>, Error> {
    draft
        .notices
        .iter()
        .map(|notice| {
            let (title, held) = draft.shown(&notice.id, &notice.title, lang)?;
            let path = format!("{}{}", prefix(lang), path(&notice.id));
            Ok(values! { href => relative(from, &path), title => title, at => notice.valid_from, kind => word_of(notice.kind), held => held })
        })
        .collect()
}

fn notices(draft: &mut Draft<'_>, lang: Lang) -> Result<(), Error> {
    if draft.notices.is_empty() {
        return Ok(());
    }
    let title = words::text("notices", lang)?;
    let rows = rows(draft, lang, &format!("{}notices/index.html", prefix(lang)))?;
    draft.list(
        lang,
        "notices/index",
        "home",
        "notices.html",
        title,
        &rows,
        |chunk| Ok(values! { crumbs => Vec::<Value>::new(), notices => chunk }),
    )?;
    for notice in draft.notices.clone() {
        let (own_title, held) = draft.shown(&notice.id, &notice.title, lang)?;
        let data = values! {
            crumbs => [values! { href => "index.html", label => title }],
            notice => values! {
                kind => word_of(notice.kind), from => notice.valid_from, to => notice.valid_to,
                starts => notice.starts_at, ends => notice.ends_at,
            },
            fallback => lang != Lang::Zh,
            text_lang => Lang::Zh.tag(),
            record => notice.id,
        };
        let reason = draft.held.get(&notice.id).copied();
        let body = draft
            .bodies
            .get(notice.id.as_str())
            .cloned()
            .unwrap_or_default();
        let page = draft.page(
            lang,
            &path(&notice.id),
            "home",
            "notice.html",
            own_title,
            data,
        );
        page.record = Some(notice.id.clone());
        page.body = Some(Body {
            text: Markdown::Own(body),
            lang: Lang::Zh,
        });
        page.held = reason;
        if !held {
            page.index = Some(Lazy::Ready(Entry {
                facets: vec![("kind", title.to_owned())],
                meta: format!("{title} · {}", time::date(&notice.valid_from)),
                ..Entry::default()
            }));
        }
    }
    Ok(())
}

fn home(
    draft: &mut Draft<'_>,
    lang: Lang,
    modules: &[(String, usize, String)],
    downtime: bool,
) -> Result<(), Error> {
    let content = draft.content;
    let own = format!("{}index.html", prefix(lang));
    let mut latest = rows(draft, lang, &own)?;
    latest.truncate(LATEST);
    let modules: Vec<Value> = modules
        .iter()
        .map(|(module, count, file)| values! { href => format!("faq/{file}.html"), label => module, count => count })
        .collect();
    let mut windows = Vec::new();
    for window in &draft.windows {
        let (title, held) = draft.shown(&window.id, &window.title, lang)?;
        let known = draft.notices.iter().any(|notice| notice.id == window.id);
        let href = known.then(|| path(&window.id));
        windows.push(values! { title => title, held => held, href => href, from => window.starts_at, to => window.ends_at });
    }
    let status = &content.status;
    let message = match &status.message {
        Some(message) => Some(draft.shown("status", message, lang)?.0),
        None => None,
    };
    let data = values! {
        status => values! { state => status.state, since => status.since, next => status.next_update_at, message => message },
        notices => latest,
        windows => windows,
        modules => modules,
        downtime => downtime.then_some("downtime/index.html"),
        desk => desk(draft, lang)?,
        pressing => board::pressing_now(draft),
        glance => board::at_a_glance(draft, lang)?,
    };
    let title = words::text("home_title", lang)?;
    draft.page(lang, "index.html", "home", "home.html", title, data);
    Ok(())
}

/// The service desk as pages show it.
fn desk(draft: &Draft<'_>, lang: Lang) -> Result<Option<Value>, Error> {
    let Some(desk) = &draft.content.desk else {
        return Ok(None);
    };
    let mut hours = Vec::new();
    for one in &desk.hours {
        let mut days = Vec::new();
        for day in &one.weekdays {
            days.push(words::text(&format!("weekday_{day}"), lang)?);
        }
        hours.push(values! { days => days, from => one.from, to => one.to });
    }
    let channels: Vec<Value> = desk
        .channels
        .iter()
        .map(|one| {
            let number = one.address.as_deref().filter(|_| one.channel == "PHONE");
            values! {
                channel => one.channel, address => one.address, dial => number.and_then(dial),
                forbids => one.forbids_patient_data, authorised => one.needs_authorisation,
            }
        })
        .collect();
    Ok(Some(values! {
        hotline => desk.hotline, dial => desk.hotline.as_deref().and_then(dial), hours => hours, channels => channels,
        limits => desk.response_times,
    }))
}

/// A number as it is dialled: without the marks between its digits.
fn dial(number: &str) -> Option<String> {
    let kept: String = number
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect();
    (!kept.is_empty()).then_some(kept)
}

/// How to report a fault: what to say, by which way, and what is promised.
fn reporting(draft: &mut Draft<'_>, lang: Lang) -> Result<(), Error> {
    let Some(desk) = desk(draft, lang)? else {
        return Ok(());
    };
    let title = words::text("report_how", lang)?;
    let data = values! { desk => desk };
    let page = draft.page(lang, "report.html", "report", "report.html", title, data);
    page.index = Some(Lazy::Ready(Entry {
        facets: vec![("kind", title.to_owned())],
        meta: title.to_owned(),
        words: words::text("report_words", lang)?.to_owned(),
        ..Entry::default()
    }));
    Ok(())
}
