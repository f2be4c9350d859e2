//! Messages to people: in the application with read state, and by e-mail through a job (S25).
//!
//! A one-hour clock must leave the building. Messages carry number, class and severity, no text of
//! the ticket and no patient data. One message a person and cause, however often the cause is seen.
//! In the application a message is there at once; its mail leaves at once where the matter is
//! urgent, else with the first service slot, and then all that waited leave as one mail.

pub mod graphql;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::ids::{ContractId, HospitalId, NotificationId, PersonId, TicketId};
use entity::rules::calendar::plus;
use entity::rules::catalog::{Catalog, Span};
use entity::values::{
    GrantState, Language, NotificationKind, Role, Severity, Side, TicketCategory,
};
use entity::{assignment, job, notification, person, role_grant, ticket};
use lettre::message::header::ContentType;
use lettre::{AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;

use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::jobs::{self, Kind, NewJob};
use crate::requester::Requester;
use crate::ticket::clocks::terms;

/// What is told.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Kind.
    pub kind: NotificationKind,
    /// About which ticket.
    pub ticket: TicketId,
    /// What caused it; one message a person and cause.
    pub cause: String,
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// The people who hold one of the roles at a hospital; vendor people only if they serve the contract.
///
/// # Errors
/// Those of the database.
pub async fn people(
    tx: &Tx,
    hospital: HospitalId,
    contract: ContractId,
    roles: &[Role],
) -> Result<BTreeSet<PersonId>> {
    let granted = role_grant::Entity::find()
        .filter(role_grant::Column::HospitalId.eq(hospital))
        .filter(role_grant::Column::State.eq(GrantState::Active))
        .filter(role_grant::Column::Role.is_in(roles.iter().copied()))
        .all(tx)
        .await?;
    let serving: BTreeSet<PersonId> = assignment::Entity::find()
        .filter(assignment::Column::HospitalId.eq(hospital))
        .filter(assignment::Column::ContractId.eq(contract))
        .filter(assignment::Column::UntilAt.is_null())
        .all(tx)
        .await?
        .into_iter()
        .map(|row| row.person_id)
        .collect();
    Ok(granted
        .into_iter()
        .filter(|grant| grant.role.side() == Side::Hospital || serving.contains(&grant.person_id))
        .map(|grant| grant.person_id)
        .collect())
}

/// Writes the messages and the jobs that mail them, in the caller's transaction. What concerns no
/// S1, S2, disaster or security matter is mailed in service time only.
///
/// # Errors
/// Those of the database.
pub async fn tell(
    tx: &Tx,
    app: &App,
    hospital: HospitalId,
    to: &BTreeSet<PersonId>,
    what: &Notice,
) -> Result<()> {
    if to.is_empty() {
        return Ok(());
    }
    let row = ticket::Entity::find_by_id(what.ticket).one(tx).await?;
    let mail_at = if row.is_some_and(|row| is_urgent(&row)) {
        None
    } else {
        next_service(tx, app, hospital).await?
    };
    write(tx, app, (hospital, to), what, (Some(what.ticket), mail_at)).await
}

/// Tells of what belongs to no ticket, in service time; cause, Chinese and English text.
///
/// # Errors
/// Those of the database.
pub async fn tell_of_matter(
    tx: &Tx,
    app: &App,
    hospital: HospitalId,
    to: &BTreeSet<PersonId>,
    kind: NotificationKind,
    (cause, zh, en): (String, String, String),
) -> Result<()> {
    let what = Notice {
        kind,
        ticket: TicketId(uuid::Uuid::nil()),
        cause,
        zh,
        en,
    };
    let mail_at = next_service(tx, app, hospital).await?;
    write(tx, app, (hospital, to), &what, (None, mail_at)).await
}

/// [`tell`] for what leaves the building at any hour: response clocks above all.
///
/// # Errors
/// Those of the database.
pub async fn tell_at_once(
    tx: &Tx,
    app: &App,
    hospital: HospitalId,
    to: &BTreeSet<PersonId>,
    what: &Notice,
) -> Result<()> {
    write(tx, app, (hospital, to), what, (Some(what.ticket), None)).await
}

/// Severities and classes whose messages go out at any hour.
fn is_urgent(row: &ticket::Model) -> bool {
    matches!(row.severity, Some(Severity::S1 | Severity::S2))
        || matches!(
            row.category,
            TicketCategory::Disaster | TicketCategory::Security
        )
}

/// Whether the response clock of the ticket counts hours, so that its coming in is urgent.
#[must_use]
pub fn counts_hours(row: &ticket::Model) -> bool {
    let (_, limit) = Catalog::shared()
        .class(row.category)
        .response(Some(&row.subcategory));
    matches!(limit, Span::Seconds(_))
}

/// The begin of the next service slot; none inside one, and none where no calendar says so: a
/// message is rather early than lost.
async fn next_service(tx: &Tx, app: &App, hospital: HospitalId) -> Result<Option<DateTime<Utc>>> {
    let now = app.clock.now();
    let calendar = terms::calendar_around(tx, hospital, now).await?;
    let open = calendar.in_service(now).is_ok_and(|open| open.value);
    // One second of service ends one second after the slot begins.
    Ok(calendar
        .svc_add(now, 1)
        .ok()
        .filter(|_| !open)
        .map(|end| plus(end.value, -1)))
}

async fn write(
    tx: &Tx,
    app: &App,
    (hospital, to): (HospitalId, &BTreeSet<PersonId>),
    what: &Notice,
    (ticket, mail_at): (Option<TicketId>, Option<DateTime<Utc>>),
) -> Result<()> {
    let now = app.clock.now();
    for person in to {
        let id = NotificationId(app.clock.id());
        let row = notification::ActiveModel {
            id: Set(id),
            hospital_id: Set(hospital),
            person_id: Set(*person),
            kind: Set(what.kind),
            ticket_id: Set(ticket),
            effect_key: Set(what.cause.clone()),
            title_zh: Set(what.zh.clone()),
            title_en: Set(what.en.clone()),
            at: Set(now),
            mail_at: Set(mail_at),
            read_at: Set(None),
        };
        let once = OnConflict::columns([
            notification::Column::HospitalId,
            notification::Column::PersonId,
            notification::Column::EffectKey,
        ])
        .do_nothing()
        .to_owned();
        let written = notification::Entity::insert(row)
            .on_conflict(once)
            .exec_without_returning(tx)
            .await?;
        if written == 0 {
            continue;
        }
        let job = match mail_at {
            None => NewJob {
                kind: Kind::Mail,
                hospital,
                subject: id.0,
                payload: "{}".to_owned(),
                dedup: Some(format!("mail:{id}")),
                run_at: now,
            },
            Some(at) => {
                let micros = at.timestamp_micros();
                NewJob {
                    kind: Kind::Digest,
                    hospital,
                    subject: person.0,
                    payload: serde_json::json!({ "at": micros }).to_string(),
                    dedup: Some(format!("digest:{hospital}:{person}:{micros}")),
                    run_at: at,
                }
            }
        };
        jobs::enqueue(tx, app, job).await?;
    }
    Ok(())
}

/// Sends one notification by e-mail: SMTP, or a file in the mail folder where no server is set.
///
/// # Errors
/// Those of the transport; the job is tried again.
pub async fn mail(app: &App, job: &job::Model) -> Result<()> {
    let found = notification::Entity::find_by_id(NotificationId(job.subject))
        .one(app.db.read())
        .await?;
    if let Some(row) = found {
        let to = person::Entity::find_by_id(row.person_id)
            .one(app.db.read())
            .await?;
        if let Some(to) = to {
            jobs::still_ours(app, job)?;
            send(app, &row.id.to_string(), &to, std::slice::from_ref(&row)).await?;
        }
    }
    finished(app, job).await
}

/// Sends what waited for service time as one mail; what was read in the meantime is left out.
///
/// # Errors
/// Those of the transport; the job is tried again.
pub async fn digest(app: &App, job: &job::Model) -> Result<()> {
    let payload: Value = serde_json::from_str(&job.payload).map_err(Error::internal)?;
    let at = payload
        .get("at")
        .and_then(Value::as_i64)
        .and_then(DateTime::from_timestamp_micros)
        .ok_or_else(|| Error::internal("a digest without an instant"))?;
    let person = PersonId(job.subject);
    let waiting = notification::Entity::find()
        .filter(notification::Column::HospitalId.eq(job.hospital_id))
        .filter(notification::Column::PersonId.eq(person))
        .filter(notification::Column::MailAt.eq(at))
        .filter(notification::Column::ReadAt.is_null())
        .order_by_asc(notification::Column::At)
        .order_by_asc(notification::Column::Id)
        .all(app.db.read())
        .await?;
    let to = person::Entity::find_by_id(person)
        .one(app.db.read())
        .await?;
    if let Some(to) = to
        && !waiting.is_empty()
    {
        jobs::still_ours(app, job)?;
        send(app, &job.id.to_string(), &to, &waiting).await?;
    }
    finished(app, job).await
}

async fn finished(app: &App, job: &job::Model) -> Result<()> {
    let tx = app.db.begin_write().await?;
    jobs::finish(&tx, app, job).await?;
    tx.commit().await?;
    Ok(())
}

/// Subject and text of a mail, both languages, that of the person first.
fn composed(language: Language, rows: &[notification::Model]) -> (String, String) {
    let order = |zh: &str, en: &str, mark: &str| match language {
        Language::Zh => format!("{zh}{mark}{en}"),
        Language::En => format!("{en}{mark}{zh}"),
    };
    let subject = match rows {
        [one] => order(&one.title_zh, &one.title_en, " / "),
        many => {
            let n = many.len();
            order(&format!("{n} 条通知"), &format!("{n} messages"), " / ")
        }
    };
    let lines: Vec<String> = rows
        .iter()
        .map(|row| order(&row.title_zh, &row.title_en, "\n"))
        .collect();
    (subject, lines.join("\n\n"))
}

async fn send(app: &App, id: &str, to: &person::Model, rows: &[notification::Model]) -> Result<()> {
    let Some(address) = &to.email else {
        return Ok(());
    };
    let (subject, text) = composed(to.language, rows);
    let message = Message::builder()
        .message_id(Some(format!("<{id}@icuops>")))
        .from(app.config.mail_from.parse().map_err(Error::internal)?)
        .to(address
            .parse()
            .map_err(|error: lettre::address::AddressError| {
                jobs::permanent("ADDRESS", Error::internal(error))
            })?)
        .subject(subject)
        .header(ContentType::TEXT_PLAIN)
        .body(format!("{text}\n"))
        .map_err(Error::internal)?;
    if let Some(url) = &app.config.smtp_url {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(Error::internal)?
            .build();
        transport.send(message).await.map_err(unsent)?;
    } else {
        let folder = app.config.data.join("mail");
        tokio::fs::create_dir_all(&folder)
            .await
            .map_err(Error::internal)?;
        AsyncFileTransport::<Tokio1Executor>::new(folder)
            .send(message)
            .await
            .map_err(Error::internal)?;
    }
    Ok(())
}

/// What the mail server refuses for good (5xx) is not tried again.
fn unsent(error: lettre::transport::smtp::Error) -> Error {
    let permanent = error.is_permanent();
    let error = Error::internal(error);
    if permanent {
        jobs::permanent("SMTP_5XX", error)
    } else {
        error
    }
}

/// Which messages are read.
#[derive(Clone, Debug)]
pub enum Which {
    /// These; what is not one's own is left alone.
    Ids(Vec<NotificationId>),
    /// All of them.
    All,
}

/// Marks own messages as read; how many were unread.
///
/// # Errors
/// `UNAUTHENTICATED`, those of the database.
pub async fn mark_read(app: &App, who: &Requester, which: Which) -> Result<u64> {
    use notification::Column as C;
    let me = who.require_person()?.id;
    let now = app.clock.now();
    let mut update = notification::Entity::update_many()
        .col_expr(C::ReadAt, Expr::value(now))
        .filter(C::PersonId.eq(me))
        .filter(C::HospitalId.is_in(who.hospitals()))
        .filter(C::ReadAt.is_null());
    if let Which::Ids(ids) = which {
        update = update.filter(C::Id.is_in(ids));
    }
    let tx = app.db.begin_write().await?;
    let marked = update.exec(&tx).await?.rows_affected;
    let act = Act::done("notification.read", "person", me.0);
    audit::append(&tx, now, who.home(), who, act).await?;
    tx.commit().await?;
    Ok(marked)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn row(zh: &str, en: &str) -> notification::Model {
        notification::Model {
            id: NotificationId(uuid::Uuid::nil()),
            hospital_id: HospitalId(uuid::Uuid::nil()),
            person_id: PersonId(uuid::Uuid::nil()),
            kind: NotificationKind::System,
            ticket_id: None,
            effect_key: String::new(),
            title_zh: zh.to_owned(),
            title_en: en.to_owned(),
            at: DateTime::from_timestamp(0, 0).unwrap(),
            mail_at: None,
            read_at: None,
        }
    }

    #[test]
    fn a_mail_speaks_both_languages_that_of_the_person_first() {
        let one = [row("一", "one")];
        assert_eq!(composed(Language::Zh, &one).0, "一 / one");
        assert_eq!(composed(Language::En, &one).0, "one / 一");
        let two = [row("一", "one"), row("二", "two")];
        let (subject, text) = composed(Language::En, &two);
        assert_eq!(subject, "2 messages / 2 条通知");
        assert_eq!(text, "one\n一\n\ntwo\n二");
    }
}
