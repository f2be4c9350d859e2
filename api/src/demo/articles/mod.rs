//! The knowledge base of the demonstration: seventy articles, drafted by the vendor and the information centre, published
//! by the latter; some wait, one is outdated, one withdrawn, some are in their second version.
//!
//! Texts name each other as `kb:name`; the number of an article takes that place when it is drafted.

mod list;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use entity::knowledge_article;
use entity::rules::article::number;
use entity::rules::calendar::{at, civil_date};
use entity::values::{ArticleKind, Audience, Language};
use serde::Deserialize;

use super::inspections::Visits;
use super::people::Cast;
use super::statements::Statements;
use crate::app::App;
use crate::error::{Error, Result};
use crate::jobs;
use crate::knowledge::ops::{self, Content, NewArticle};
use list::TEXTS;

/// Nobody has handed these in.
const DRAFTS: [&str; 2] = ["033-mobile-pda", "070-onsite-rules"];
/// These wait for their review.
const IN_REVIEW: [&str; 2] = ["046-training-faq", "064-account-review"];
/// These were published without their last section first.
const TWICE: [&str; 3] = [
    "009-ventilator-data",
    "040-how-to-report",
    "050-downtime-manual",
];
const OUTDATED: &str = "002-permission-roles";
const WITHDRAWN: &str = "047-consult-or-fault";
/// Who found what helpful.
const RATINGS: &[(&str, &str, bool)] = &[
    ("001-login-password", "nurse", true),
    ("001-login-password", "head_nurse", true),
    ("009-ventilator-data", "nurse", true),
    ("009-ventilator-data", "doctor", true),
    ("011-blood-gas", "doctor", true),
    ("015-flowsheet-locked", "nurse", true),
    ("015-flowsheet-locked", "head_nurse", false),
    ("022-apache2", "doctor", true),
    ("040-how-to-report", "nurse", true),
    ("040-how-to-report", "manager", true),
    ("050-downtime-manual", "head_nurse", true),
    ("002-permission-roles", "nurse", false),
];

/// What stands before the text of an article.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    title: String,
    kind: String,
    module: String,
    tags: Vec<String>,
    audiences: Vec<String>,
    data_level: i32,
    language: String,
    /// Name of the original of an English article.
    translates: Option<String>,
}

/// An article as it is written.
#[derive(Clone, Debug)]
pub struct Text {
    name: &'static str,
    kind: ArticleKind,
    language: Language,
    original: Option<String>,
    content: Content,
}

impl Text {
    /// Reads front matter and text.
    fn read(name: &'static str, file: &str) -> Result<Self> {
        let bad = |what: &str| Error::internal(format!("{name}: {what}"));
        let parts = file
            .strip_prefix("+++\n")
            .and_then(|rest| rest.split_once("\n+++\n"));
        let (head, body) = parts.ok_or_else(|| bad("no front matter"))?;
        let front: Front = toml::from_str(head).map_err(|error| bad(error.message()))?;
        let audiences: Option<Vec<Audience>> = front
            .audiences
            .iter()
            .map(|word| Audience::parse(word))
            .collect();
        let language = match (front.language.as_str(), &front.translates) {
            ("zh", None) => Language::Zh,
            ("en", Some(_)) => Language::En,
            _ => return Err(bad("an English article, and no other, has an original")),
        };
        Ok(Self {
            name,
            kind: ArticleKind::parse(&front.kind).ok_or_else(|| bad("unknown kind"))?,
            language,
            original: front.translates,
            content: Content {
                title: front.title,
                module: Some(front.module),
                tags: front.tags,
                body: body.trim().to_owned(),
                audiences: audiences.ok_or_else(|| bad("unknown audience"))?,
                department: None,
                data_level: front.data_level,
                screening_reason: None,
            },
        })
    }

    /// Who drafts it: the information centre what is not for the vendor and some more, people of the vendor the rest.
    fn writer(&self, place: usize) -> &'static str {
        let is_shared = self.content.audiences.contains(&Audience::Vendor);
        match (is_shared, place % 6) {
            (false, _) | (true, 5) => "it_admin2",
            (true, 0 | 3) => "engineer",
            (true, 1) => "trainer",
            (true, 2) => "engineer2",
            (true, _) => "pm",
        }
    }

    /// Without its last section.
    fn first_version(&self) -> Content {
        let body = self.content.body.rsplit_once("\n## ");
        Content {
            body: body
                .map_or(self.content.body.as_str(), |(begin, _)| begin.trim_end())
                .to_owned(),
            ..self.content.clone()
        }
    }
}

/// Every text.
///
/// # Errors
/// `INTERNAL` for one that cannot be read.
pub fn texts() -> Result<Vec<Text>> {
    TEXTS
        .iter()
        .map(|(name, file)| Text::read(name, file))
        .collect()
}

/// The numbers that articles get when they are the first of a year, drafted in the order of their texts: an English one
/// has that of its original.
fn numbers(texts: &[Text], year: i32) -> BTreeMap<&str, String> {
    let mut found = BTreeMap::new();
    let originals = texts.iter().filter(|text| text.original.is_none());
    for (n, text) in (1..).zip(originals) {
        found.insert(text.name, number(year, n));
    }
    for text in texts {
        if let Some(number) = text.original.as_deref().and_then(|name| found.get(name)) {
            let number = number.clone();
            found.insert(text.name, number);
        }
    }
    found
}

/// A text whose `kb:name` became numbers.
///
/// # Errors
/// `INTERNAL` for a name that no article has.
fn linked(text: &str, numbers: &BTreeMap<&str, String>) -> Result<String> {
    let mut parts = text.split("](kb:");
    let mut made = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find([')', '#']).unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        let number = numbers
            .get(name)
            .ok_or_else(|| Error::internal(format!("no article is called {name}")))?;
        made.push_str("](");
        made.push_str(number);
        made.push_str(rest);
    }
    Ok(made)
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Draft,
    Submit(usize),
    Publish(usize),
    Again(usize),
    Rate(&'static str, &'static str, bool),
    Outdated,
    Withdraw,
}

/// The knowledge base as it grows; the next deed last.
pub struct Library {
    texts: Vec<Text>,
    rows: BTreeMap<&'static str, knowledge_article::Model>,
    deeds: Vec<(DateTime<Utc>, Deed)>,
}

impl Library {
    /// What happens between the begin of the contract and now.
    ///
    /// # Errors
    /// `INTERNAL` for a text that cannot be read.
    pub fn new(start: NaiveDate, now: DateTime<Utc>) -> Result<Self> {
        let texts = texts()?;
        let day = |days: u64, hour: u32| {
            at(
                start.checked_add_days(Days::new(days)).unwrap_or(start),
                hour * 3600,
            )
        };
        let mut deeds = vec![(day(3, 9), Deed::Draft)];
        let days = (civil_date(now) - start).num_days();
        // Published from the second week on, evenly over what is left of the year but the last days.
        let span = TimeDelta::days((days - 20).max(1)) / i32::try_from(texts.len()).unwrap_or(1);
        let mut when = day(8, 10);
        for (place, text) in texts.iter().enumerate() {
            if DRAFTS.contains(&text.name) {
                continue;
            }
            if IN_REVIEW.contains(&text.name) {
                deeds.push((now - TimeDelta::days(2), Deed::Submit(place)));
                continue;
            }
            deeds.push((when, Deed::Publish(place)));
            when += span;
        }
        for (place, text) in texts.iter().enumerate() {
            if TWICE.contains(&text.name) {
                deeds.push((now - TimeDelta::days(9), Deed::Again(place)));
            }
        }
        deeds.push((now - TimeDelta::days(6), Deed::Outdated));
        deeds.push((now - TimeDelta::days(5), Deed::Withdraw));
        for (n, (name, who, helpful)) in (0..).zip(RATINGS) {
            let at = now - TimeDelta::days(4) + TimeDelta::hours(n * 3);
            deeds.push((at, Deed::Rate(name, who, *helpful)));
        }
        deeds.sort_by_key(|(at, _)| *at);
        deeds.reverse();
        Ok(Self {
            texts,
            rows: BTreeMap::new(),
            deeds,
        })
    }

    /// The number of an article by its name.
    ///
    /// # Errors
    /// `INTERNAL` for a name that no article has.
    pub fn number(&self, name: &str) -> Result<&str> {
        let row = self.rows.get(name);
        row.map(|row| row.number.as_str())
            .ok_or_else(|| Error::internal(format!("no article is called {name}")))
    }

    /// Does what falls before `until`, each deed after the reports and visits before it.
    ///
    /// # Errors
    /// Those of the operations.
    pub async fn until(
        &mut self,
        app: &App,
        cast: &Cast,
        (statements, visits): (&mut Statements, &mut Visits),
        until: DateTime<Utc>,
    ) -> Result<()> {
        while self.deeds.last().is_some_and(|(at, _)| *at <= until) {
            let Some((at, deed)) = self.deeds.pop() else {
                break;
            };
            statements.until(app, cast, visits, at).await?;
            app.clock.set(at);
            jobs::drain(app).await?;
            self.act(app, cast, deed).await?;
        }
        statements.until(app, cast, visits, until).await
    }

    async fn act(&mut self, app: &App, cast: &Cast, deed: Deed) -> Result<()> {
        match deed {
            Deed::Draft => self.draft(app, cast).await,
            Deed::Submit(place) => {
                let (name, writer) = self.of(place)?;
                self.submit(app, cast, name, writer).await
            }
            Deed::Publish(place) => {
                let (name, writer) = self.of(place)?;
                self.submit(app, cast, name, writer).await?;
                self.publish(app, cast, name).await
            }
            Deed::Again(place) => {
                let (name, writer) = self.of(place)?;
                let content = self.whole(place)?;
                let who = cast.get(app, writer).await?;
                let row = ops::revise(app, &who, self.at(name)?, content).await?;
                self.rows.insert(name, row);
                self.submit(app, cast, name, writer).await?;
                self.publish(app, cast, name).await
            }
            Deed::Rate(name, who, helpful) => {
                let who = cast.get(app, who).await?;
                let row = ops::rate(app, &who, self.at(name)?.0, helpful).await?;
                self.rows.insert(name, row);
                Ok(())
            }
            Deed::Outdated => {
                let who = cast.get(app, "it_admin").await?;
                let why = "角色在 5.3.0 中有调整，待修订";
                let row = ops::outdated(app, &who, self.at(OUTDATED)?, (true, why)).await?;
                self.rows.insert(OUTDATED, row);
                Ok(())
            }
            Deed::Withdraw => {
                let who = cast.get(app, "it_admin").await?;
                let why = "已并入“如何报修”";
                let row = ops::retire(app, &who, self.at(WITHDRAWN)?, why).await?;
                self.rows.insert(WITHDRAWN, row);
                Ok(())
            }
        }
    }

    fn of(&self, place: usize) -> Result<(&'static str, &'static str)> {
        let text = self.text(place)?;
        Ok((text.name, text.writer(place)))
    }

    fn text(&self, place: usize) -> Result<&Text> {
        let gone = || Error::internal("no such article");
        self.texts.get(place).ok_or_else(gone)
    }

    fn at(&self, name: &str) -> Result<ops::ArticleAt> {
        let row = self.rows.get(name);
        row.map(|row| (row.id, row.version))
            .ok_or_else(|| Error::internal(format!("no article is called {name}")))
    }

    fn linked(&self, content: Content) -> Result<Content> {
        let numbers = self
            .rows
            .iter()
            .map(|(name, row)| (*name, row.number.clone()));
        Ok(Content {
            body: linked(&content.body, &numbers.collect())?,
            ..content
        })
    }

    fn whole(&self, place: usize) -> Result<Content> {
        self.linked(self.text(place)?.content.clone())
    }

    /// All of them at once, as they were handed over at the begin of the service.
    async fn draft(&mut self, app: &App, cast: &Cast) -> Result<()> {
        let year = civil_date(app.clock.now()).year();
        let numbers = numbers(&self.texts, year);
        let mut writers = BTreeMap::new();
        for (place, text) in self.texts.iter().enumerate() {
            let writer = text.writer(place);
            if !writers.contains_key(writer) {
                writers.insert(writer, cast.get(app, writer).await?);
            }
            let Some(who) = writers.get(writer) else {
                continue;
            };
            let is_first = TWICE.contains(&text.name);
            let content = if is_first {
                text.first_version()
            } else {
                text.content.clone()
            };
            let original = text
                .original
                .as_deref()
                .and_then(|name| self.rows.get(name));
            let new = NewArticle {
                key: format!("demo-{}", text.name),
                contract: Some(cast.contract.id),
                kind: text.kind,
                language: text.language,
                original: original.map(|row| row.id),
                content: Content {
                    body: linked(&content.body, &numbers)?,
                    ..content
                },
            };
            let row = ops::draft(app, who, new).await?;
            if numbers.get(text.name) != Some(&row.number) {
                return Err(Error::internal("an article got another number"));
            }
            self.rows.insert(text.name, row);
        }
        Ok(())
    }

    async fn submit(
        &mut self,
        app: &App,
        cast: &Cast,
        name: &'static str,
        writer: &str,
    ) -> Result<()> {
        let who = cast.get(app, writer).await?;
        let row = ops::submit(app, &who, self.at(name)?).await?;
        self.rows.insert(name, row);
        Ok(())
    }

    async fn publish(&mut self, app: &App, cast: &Cast, name: &'static str) -> Result<()> {
        let who = cast.get(app, "it_admin").await?;
        let row = ops::publish(app, &who, self.at(name)?, &[], None).await?;
        self.rows.insert(name, row);
        Ok(())
    }
}
