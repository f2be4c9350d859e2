//! What a file is attached to: in scope, open, with room; and which files somebody sees.

use std::collections::HashSet;

use entity::attachment::{Column, Subject};
use entity::ids::{HospitalId, InspectionId, RectificationTaskId, TicketId};
use entity::rules::access::Permission;
use entity::rules::attach::{Kind, MOST, READ, Refused, Standing, admits};
use entity::{
    article_version, attachment, inspection, knowledge_article, rectification_task, ticket,
};
use sea_orm::sea_query::{Condition, IntoCondition};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Select,
};

use crate::app::App;
use crate::error::{Error, Result, UserErrorCode};
use crate::inspection::{seen as of_contract, seen_tasks};
use crate::knowledge;
use crate::requester::Requester;

/// Where a file may be attached.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// What to.
    pub subject: Subject,
    /// Whose it is.
    pub hospital: HospitalId,
}

/// What whoever attaches must hold; who names nothing is asked for what tickets want.
#[must_use]
pub fn permission_of(subject: Option<Subject>) -> Permission {
    subject.map_or(Kind::Ticket, Subject::kind).attach()
}

/// Rows of a file's subject.
pub(super) fn of(subject: Subject) -> Condition {
    match subject {
        Subject::Ticket(id) => Column::TicketId.eq(id),
        Subject::Inspection(id) => Column::InspectionId.eq(id),
        Subject::Task(id) => Column::TaskId.eq(id),
        Subject::Article(id) => Column::ArticleId.eq(id),
    }
    .into_condition()
}

fn missing() -> Error {
    Error::from(UserErrorCode::NotFound).at(["subject"])
}

/// The subject that a person may attach to, before any byte is read.
///
/// # Errors
/// `FORBIDDEN` for a role that never attaches, `NOT_FOUND` out of scope, `WRONG_STATE`, `INVALID` if it is full or the
/// other side's turn.
pub async fn admit(app: &App, who: &Requester, subject: Option<Subject>) -> Result<Place> {
    who.require(permission_of(subject))?;
    let subject = subject.ok_or_else(missing)?;
    let place = open(app.db.read(), who, subject, false).await?;
    has_room(app.db.read(), &place).await?;
    Ok(place)
}

fn locked<E: EntityTrait>(query: Select<E>, lock: bool) -> Select<E> {
    if lock { query.lock_exclusive() } else { query }
}

/// The subject in scope of who may attach to it, and open; locked on demand.
pub(super) async fn open(
    db: &impl ConnectionTrait,
    who: &Requester,
    subject: Subject,
    lock: bool,
) -> Result<Place> {
    let permission = subject.kind().attach();
    let side = who.require(permission)?.side;
    let found = match subject {
        Subject::Ticket(id) => {
            let query = ticket::Entity::find_by_id(id).filter(who.visible_tickets());
            let row = locked(query, lock).one(db).await?;
            row.filter(|row| who.may_at(row.hospital_id, permission))
                .map(|row| (row.hospital_id, Standing::Ticket(row.status)))
        }
        Subject::Inspection(id) => {
            use inspection::Column as C;
            let seen = of_contract(who, permission, C::HospitalId, C::ContractId);
            let query = inspection::Entity::find_by_id(id).filter(seen);
            let row = locked(query, lock).one(db).await?;
            row.map(|row| (row.hospital_id, Standing::Inspection(row.state)))
        }
        Subject::Task(id) => {
            let seen = seen_tasks(who, permission);
            let query = rectification_task::Entity::find_by_id(id).filter(seen);
            let row = locked(query, lock).one(db).await?;
            row.map(|row| {
                let standing = Standing::Rectification(row.state, row.owner);
                (row.hospital_id, standing)
            })
        }
        Subject::Article(id) => {
            let query = knowledge_article::Entity::find_by_id(id).filter(knowledge::seen(who));
            let row = locked(query, lock).one(db).await?;
            match row.filter(|row| who.may_at(row.hospital_id, permission)) {
                None => None,
                Some(row) => {
                    let latest = article_version::Entity::find_by_id((row.id, row.latest_seq))
                        .one(db)
                        .await?
                        .ok_or_else(|| Error::internal("an article without its version"))?;
                    let gone = row.retired_at.is_some();
                    let standing = Standing::Article(gone, latest.state, latest.side);
                    Some((row.hospital_id, standing))
                }
            }
        }
    };
    let (hospital, standing) = found.ok_or_else(missing)?;
    admits(standing, side).map_err(refused)?;
    Ok(Place { subject, hospital })
}

fn refused(why: Refused) -> Error {
    match why {
        Refused::Closed => Error::from(UserErrorCode::WrongState).at(["subject"]),
        Refused::OtherSide => Error::from(UserErrorCode::Invalid).at(["subject"]).detail(
            "现由另一方提供附件",
            "it is the other side's turn to attach",
        ),
    }
}

/// Whether one more file fits.
pub(super) async fn has_room(db: &impl ConnectionTrait, place: &Place) -> Result<()> {
    let count = attachment::Entity::find()
        .filter(Column::HospitalId.eq(place.hospital))
        .filter(of(place.subject))
        .count(db)
        .await?;
    if count < MOST as u64 {
        return Ok(());
    }
    Err(Error::from(UserErrorCode::Invalid).detail(
        format!("至多 {MOST} 个附件"),
        format!("there are at most {MOST} files"),
    ))
}

/// Those of the files whose subject the person sees; one statement a kind.
///
/// # Errors
/// Those of the database.
pub async fn seen(
    db: &impl ConnectionTrait,
    who: &Requester,
    rows: Vec<attachment::Model>,
) -> Result<Vec<attachment::Model>> {
    let mut found: HashSet<Subject> = HashSet::new();
    macro_rules! reach {
        ($kind:ident, $id:ident, $table:ident, $scope:expr) => {
            let own = rows.iter().filter_map(|row| match row.subject() {
                Some(Subject::$kind(id)) => Some(id),
                _ => None,
            });
            let ids: Vec<$id> = own.collect();
            if !ids.is_empty() {
                let all: Vec<$id> = $table::Entity::find()
                    .select_only()
                    .column($table::Column::Id)
                    .filter($table::Column::Id.is_in(ids))
                    .filter($scope)
                    .into_tuple()
                    .all(db)
                    .await?;
                found.extend(all.into_iter().map(Subject::$kind));
            }
        };
    }
    use inspection::Column as C;
    let inspections = of_contract(who, READ, C::HospitalId, C::ContractId);
    reach!(Ticket, TicketId, ticket, who.visible_tickets());
    reach!(Inspection, InspectionId, inspection, inspections);
    reach!(
        Task,
        RectificationTaskId,
        rectification_task,
        seen_tasks(who, READ)
    );
    let of_articles = knowledge::seen_files(db, who, &rows).await?;
    let is_seen = |row: &attachment::Model| {
        of_articles.contains(&row.id) || row.subject().is_some_and(|one| found.contains(&one))
    };
    Ok(rows.into_iter().filter(is_seen).collect())
}
