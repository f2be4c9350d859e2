//! What belongs to accounts, by global id, by the same rights as on any other path (G19).

use async_graphql::{Context, ID};
use entity::ids::{ContractId, DepartmentId, GrantId, HospitalId, PersonId, SessionId, TokenId};
use entity::rules::access::Permission;
use entity::{contract, department, machine_token, person, role_grant};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::super::ops;
use super::access::{MachineToken, Session};
use super::given::{Contract, RoleGrant};
use super::types::{Department, Hospital, Person};
use crate::error::Result;
use crate::graphql::{Found, Node, app, requester};
use crate::loaders;

/// Adds people, hospitals and departments in scope of the ids (G19).
///
/// # Errors
/// Those of the database.
pub async fn nodes(ctx: &Context<'_>, ids: &[ID], found: &mut Found) -> Result<()> {
    let (db, who) = (app(ctx).db.read(), requester(ctx));
    let people: Vec<PersonId> = ids.iter().filter_map(|id| PersonId::parse(id)).collect();
    if !people.is_empty() {
        let rows = person::Entity::find()
            .filter(person::Column::Id.is_in(people))
            .filter(
                Condition::any()
                    .add(who.visible_people())
                    .add(ops::listed_people(who)),
            )
            .all(db)
            .await?;
        for row in rows {
            let own = who.person_id() == Some(row.id);
            found.insert(row.id.to_string(), Node::Person(Person { row, own }));
        }
    }
    let mine = who.directory();
    let hospitals: Vec<HospitalId> = ids
        .iter()
        .filter_map(|id| HospitalId::parse(id))
        .filter(|id| mine.contains(id))
        .collect();
    for row in loaders::hospitals(ctx, hospitals.into_iter())
        .await?
        .into_iter()
        .flatten()
    {
        found.insert(row.id.to_string(), Node::Hospital(Hospital(row)));
    }
    let departments: Vec<DepartmentId> = ids
        .iter()
        .filter_map(|id| DepartmentId::parse(id))
        .collect();
    if !departments.is_empty() {
        let rows = department::Entity::find()
            .filter(department::Column::Id.is_in(departments))
            .filter(department::Column::HospitalId.is_in(mine.iter().copied()))
            .all(db)
            .await?;
        for row in rows {
            found.insert(row.id.to_string(), Node::Department(Department(row)));
        }
    }
    let contracts: Vec<ContractId> = ids.iter().filter_map(|id| ContractId::parse(id)).collect();
    if !contracts.is_empty() {
        let rows = contract::Entity::find()
            .filter(contract::Column::Id.is_in(contracts))
            .filter(ops::visible_contracts(who))
            .all(db)
            .await?;
        for row in rows {
            found.insert(row.id.to_string(), Node::Contract(Contract(row)));
        }
    }
    let grants: Vec<GrantId> = ids.iter().filter_map(|id| GrantId::parse(id)).collect();
    if !grants.is_empty() {
        let rows = role_grant::Entity::find()
            .filter(role_grant::Column::Id.is_in(grants))
            .all(db)
            .await?;
        for row in rows.into_iter().filter(|row| ops::sees_grant(who, row)) {
            found.insert(row.id.to_string(), Node::RoleGrant(RoleGrant(row)));
        }
    }
    let tokens: Vec<TokenId> = ids.iter().filter_map(|id| TokenId::parse(id)).collect();
    if !tokens.is_empty() && who.may(Permission::TokenManage) {
        let rows = machine_token::Entity::find()
            .filter(machine_token::Column::Id.is_in(tokens))
            .filter(machine_token::Column::HospitalId.is_in(mine))
            .all(db)
            .await?;
        for row in rows
            .into_iter()
            .filter(|row| who.may_at(row.hospital_id, Permission::TokenManage))
        {
            found.insert(row.id.to_string(), Node::MachineToken(MachineToken(row)));
        }
    }
    let sessions: Vec<SessionId> = ids.iter().filter_map(|id| SessionId::parse(id)).collect();
    if !sessions.is_empty() {
        let own = who.session_id();
        for row in ops::sessions(app(ctx), who).await? {
            if sessions.contains(&row.id) {
                found.insert(row.id.to_string(), Node::Session(Session::of(row, own)));
            }
        }
    }
    Ok(())
}
