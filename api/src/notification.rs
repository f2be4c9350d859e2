//! Messages to people: in the application with read state, and by e-mail through a job.
//!
//! A one-hour clock must leave the building. Messages carry number, class and severity, no text of
//! the ticket and no patient data. One message a person and cause, however often the cause is seen.

use std::collections::BTreeSet;

use entity::ids::{ContractId, HospitalId, NotificationId, PersonId, TicketId};
use entity::values::{GrantState, NotificationKind, Role, Side};
use entity::{assignment, job, notification, person, role_grant};
use lettre::message::header::ContentType;
use lettre::{AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::jobs::{self, Kind, NewJob};

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

/// Writes the messages and the jobs that mail them, in the caller's transaction.
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
    write(tx, app, hospital, to, what, Some(what.ticket)).await
}

/// Tells of an account or a role; cause, Chinese and English text.
///
/// # Errors
/// Those of the database.
pub async fn tell_of_account(
    tx: &Tx,
    app: &App,
    hospital: HospitalId,
    to: &BTreeSet<PersonId>,
    (cause, zh, en): (String, String, String),
) -> Result<()> {
    let what = Notice {
        kind: NotificationKind::Account,
        ticket: TicketId(uuid::Uuid::nil()),
        cause,
        zh,
        en,
    };
    write(tx, app, hospital, to, &what, None).await
}

async fn write(
    tx: &Tx,
    app: &App,
    hospital: HospitalId,
    to: &BTreeSet<PersonId>,
    what: &Notice,
    ticket: Option<TicketId>,
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
        if written == 1 {
            let job = NewJob {
                kind: Kind::Mail,
                hospital,
                subject: id.0,
                payload: "{}".to_owned(),
                dedup: Some(format!("mail:{id}")),
                run_at: now,
            };
            jobs::enqueue(tx, app, job).await?;
        }
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
        if let Some(address) = to.and_then(|person| person.email) {
            jobs::still_ours(app, job)?;
            send(app, &row, &address).await?;
        }
    }
    let tx = app.db.begin_write().await?;
    jobs::finish(&tx, app, job).await?;
    tx.commit().await?;
    Ok(())
}

async fn send(app: &App, row: &notification::Model, address: &str) -> Result<()> {
    let message = Message::builder()
        .message_id(Some(format!("<{}@icuops>", row.id)))
        .from(app.config.mail_from.parse().map_err(Error::internal)?)
        .to(address
            .parse()
            .map_err(|error: lettre::address::AddressError| {
                jobs::permanent("ADDRESS", Error::internal(error))
            })?)
        .subject(&row.title_zh)
        .header(ContentType::TEXT_PLAIN)
        .body(format!("{}\n{}\n", row.title_zh, row.title_en))
        .map_err(Error::internal)?;
    if let Some(url) = &app.config.smtp_url {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(Error::internal)?
            .build();
        transport.send(message).await.map_err(refused)?;
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
fn refused(error: lettre::transport::smtp::Error) -> Error {
    let permanent = error.is_permanent();
    let error = Error::internal(error);
    if permanent {
        jobs::permanent("SMTP_5XX", error)
    } else {
        error
    }
}
