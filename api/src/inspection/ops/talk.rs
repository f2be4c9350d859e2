//! Who takes part in an inspection, what is talked about with the hospital, and what is advised (C1.5.2-a, C1.5.2-b).

use chrono::{DateTime, Utc};
use entity::ids::{InspectionId, PersonId};
use entity::rules::access::Permission;
use entity::values::{AdviceKind, Channel, GrantState, InspectionAction, PersonState, Side};
use entity::{
    assignment, inspection, inspection_advice, inspection_communication, inspection_participant,
    person, role_grant,
};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Visit, invalid, missing};
use crate::app::App;
use crate::error::Result;
use crate::requester::Requester;
use crate::ticket::ops::{LONG, checked, checked_option};

/// A person who belongs to the inspection: of the hospital by a role there, of the vendor by serving the contract.
async fn belongs(visit: &Visit<'_>, id: PersonId, field: &str) -> Result<person::Model> {
    let row = person::Entity::find_by_id(id)
        .filter(person::Column::State.ne(PersonState::Disabled))
        .one(&visit.tx)
        .await?
        .ok_or_else(|| missing(field))?;
    let known = match row.side {
        Side::Hospital => role_grant::Entity::find()
            .filter(role_grant::Column::HospitalId.eq(visit.hospital()))
            .filter(role_grant::Column::PersonId.eq(id))
            .filter(role_grant::Column::State.eq(GrantState::Active))
            .one(&visit.tx)
            .await?
            .is_some(),
        Side::Vendor => assignment::Entity::find()
            .filter(assignment::Column::HospitalId.eq(visit.hospital()))
            .filter(assignment::Column::ContractId.eq(visit.row.contract_id))
            .filter(assignment::Column::PersonId.eq(id))
            .filter(assignment::Column::UntilAt.is_null())
            .one(&visit.tx)
            .await?
            .is_some(),
    };
    if known { Ok(row) } else { Err(missing(field)) }
}

/// Enters a participant of a side; twice is once.
pub(super) async fn enter(visit: &Visit<'_>, id: PersonId, side: Side, field: &str) -> Result<()> {
    use inspection_participant::Column as C;
    let person = belongs(visit, id, field).await?;
    if person.side != side {
        return Err(missing(field));
    }
    let row = inspection_participant::ActiveModel {
        hospital_id: Set(visit.hospital()),
        inspection_id: Set(visit.row.id),
        person_id: Set(id),
        side: Set(person.side),
        entered_by: Set(visit.me),
        entered_at: Set(visit.now),
    };
    let once = OnConflict::columns([C::InspectionId, C::PersonId])
        .do_nothing()
        .to_owned();
    inspection_participant::Entity::insert(row)
        .on_conflict(once)
        .exec_without_returning(&visit.tx)
        .await?;
    Ok(())
}

/// Enters somebody who takes part.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND`, `WRONG_STATE`.
pub async fn add_participant(
    app: &App,
    who: &Requester,
    id: InspectionId,
    person: PersonId,
) -> Result<inspection::Model> {
    let permission = Permission::InspectionConduct;
    let mut visit = Visit::begin(app, who, permission, id, None).await?;
    visit.step(InspectionAction::Record)?;
    let side = belongs(&visit, person, "personId").await?.side;
    enter(&visit, person, side, "personId").await?;
    visit.commit("inspection.participant").await
}

/// A talk to record.
#[derive(Clone, Debug)]
pub struct NewTalk {
    /// When it took place.
    pub at: DateTime<Utc>,
    /// With whom of the hospital.
    pub person: PersonId,
    /// About what.
    pub topics: String,
    /// How.
    pub channel: Channel,
}

/// Records a talk with a person of the hospital.
///
/// # Errors
/// `FORBIDDEN`; those of the text, `NOT_FOUND`, `WRONG_STATE`, `INVALID` for a time that has not come.
pub async fn record_talk(
    app: &App,
    who: &Requester,
    id: InspectionId,
    new: NewTalk,
) -> Result<inspection::Model> {
    use inspection_communication::Column as C;
    who.require(Permission::InspectionConduct)?;
    let topics = checked(&new.topics, "topics", LONG)?;
    let permission = Permission::InspectionConduct;
    let mut visit = Visit::begin(app, who, permission, id, None).await?;
    visit.step(InspectionAction::Record)?;
    let field = "hospitalPersonId";
    let person = belongs(&visit, new.person, field).await?;
    if person.side != Side::Hospital {
        return Err(missing(field));
    }
    if new.at > visit.now {
        return Err(invalid("at", "时间不能晚于现在", "the time has not come"));
    }
    let last = inspection_communication::Entity::find()
        .filter(C::HospitalId.eq(visit.hospital()))
        .filter(C::InspectionId.eq(visit.row.id))
        .order_by_desc(C::Seq)
        .one(&visit.tx)
        .await?;
    let same = inspection_communication::Entity::find()
        .filter(C::HospitalId.eq(visit.hospital()))
        .filter(C::InspectionId.eq(visit.row.id))
        .filter(C::At.eq(new.at))
        .filter(C::HospitalPersonId.eq(person.id))
        .filter(C::Topics.eq(topics.as_str()))
        .one(&visit.tx)
        .await?;
    if same.is_some() {
        // The same call came again.
        return visit.commit("inspection.communicate").await;
    }
    inspection_communication::ActiveModel {
        hospital_id: Set(visit.hospital()),
        inspection_id: Set(visit.row.id),
        seq: Set(last.map_or(0, |row| row.seq) + 1),
        at: Set(new.at),
        hospital_person_id: Set(person.id),
        topics: Set(topics),
        channel: Set(new.channel),
        entered_by: Set(visit.me),
        entered_at: Set(visit.now),
    }
    .insert(&visit.tx)
    .await?;
    visit.commit("inspection.communicate").await
}

/// An advice to enter.
#[derive(Clone, Debug)]
pub struct NewAdvice {
    /// Kind.
    pub kind: AdviceKind,
    /// The advice.
    pub text: String,
}

/// Enters an advice.
///
/// # Errors
/// `FORBIDDEN`; those of the text, `NOT_FOUND`, `WRONG_STATE`.
pub async fn add_advice(
    app: &App,
    who: &Requester,
    id: InspectionId,
    new: NewAdvice,
) -> Result<inspection::Model> {
    use inspection_advice::Column as C;
    who.require(Permission::InspectionConduct)?;
    let text = checked(&new.text, "text", LONG)?;
    let permission = Permission::InspectionConduct;
    let mut visit = Visit::begin(app, who, permission, id, None).await?;
    visit.step(InspectionAction::Record)?;
    let last = inspection_advice::Entity::find()
        .filter(C::HospitalId.eq(visit.hospital()))
        .filter(C::InspectionId.eq(visit.row.id))
        .order_by_desc(C::Seq)
        .one(&visit.tx)
        .await?;
    let same = inspection_advice::Entity::find()
        .filter(C::HospitalId.eq(visit.hospital()))
        .filter(C::InspectionId.eq(visit.row.id))
        .filter(C::Kind.eq(new.kind))
        .filter(C::Text.eq(text.as_str()))
        .one(&visit.tx)
        .await?;
    if same.is_some() {
        // The same call came again.
        return visit.commit("inspection.advise").await;
    }
    inspection_advice::ActiveModel {
        hospital_id: Set(visit.hospital()),
        inspection_id: Set(visit.row.id),
        seq: Set(last.map_or(0, |row| row.seq) + 1),
        kind: Set(new.kind),
        text: Set(text),
        entered_by: Set(visit.me),
        entered_at: Set(visit.now),
    }
    .insert(&visit.tx)
    .await?;
    visit.commit("inspection.advise").await
}

/// What the report says in words beside its lines.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// What was inspected: system, place, environment.
    pub environment: Option<String>,
    /// How it was inspected.
    pub method: Option<String>,
    /// What follows from it.
    pub conclusion: Option<String>,
}

/// Writes environment, method and conclusion of an inspection; what is left out stays.
///
/// # Errors
/// `FORBIDDEN`; those of the texts, `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`.
pub async fn describe(
    app: &App,
    who: &Requester,
    (id, version): (InspectionId, i32),
    words: Words,
) -> Result<inspection::Model> {
    let permission = Permission::InspectionConduct;
    who.require(permission)?;
    let environment = checked_option(words.environment.as_deref(), "environment", LONG)?;
    let method = checked_option(words.method.as_deref(), "method", LONG)?;
    let conclusion = checked_option(words.conclusion.as_deref(), "conclusion", LONG)?;
    let mut visit = Visit::begin(app, who, permission, id, Some(version)).await?;
    visit.step(InspectionAction::Record)?;
    visit.row.environment = environment.or(visit.row.environment);
    visit.row.method = method.or(visit.row.method);
    visit.row.conclusion = conclusion.or(visit.row.conclusion);
    visit.commit("inspection.describe").await
}
