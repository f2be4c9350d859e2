//! Who is asking: built once a request from the session, and asked by every operation.
//!
//! The table of rights is `entity::rules::access`; here it only meets the grants of a person.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::ids::{ContractId, DepartmentId, HospitalId, PersonId, SessionId};
use entity::partial::Partial;
use entity::rules::access::{Permission, allows};
use entity::values::{GrantState, PersonState, Role, Side};
use entity::{assignment, person, role_grant, session, ticket};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Iterable, QueryFilter, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::error::{Code, Error, Result};

/// A role in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Hospital that granted it.
    pub hospital: HospitalId,
    /// Which role.
    pub role: Role,
    /// Department of ward roles.
    pub department: Option<DepartmentId>,
    /// Lead of the department or of the information centre.
    pub is_lead: bool,
}

/// The person and session behind a request; without a person: anonymous, or the system itself.
#[derive(Clone, Debug, Default)]
pub struct Requester {
    /// The person.
    pub person: Option<person::Model>,
    /// The session.
    pub session: Option<session::Model>,
    /// Roles in force.
    pub grants: Vec<Grant>,
    /// Contracts that a vendor person serves.
    pub contracts: Vec<(HospitalId, ContractId)>,
    /// Address of the client.
    pub ip: Option<String>,
    /// Id of the request.
    pub request_id: Option<String>,
    /// User agent, for the list of sessions.
    pub agent: Option<String>,
    /// Whether the client reached the server over TLS or on this machine.
    pub secure: bool,
    /// Whether this is the server itself.
    pub is_system: bool,
}

impl Requester {
    /// The server itself: timers, the setup, the demonstration.
    #[must_use]
    pub fn system() -> Self {
        Self {
            is_system: true,
            ..Self::default()
        }
    }

    /// Loads the rights of a person; `now` decides what is in force.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn load(
        db: &impl ConnectionTrait,
        person: person::Model,
        session: Option<session::Model>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let grants = role_grant::Entity::find()
            .filter(role_grant::Column::PersonId.eq(person.id))
            .filter(role_grant::Column::State.eq(GrantState::Active))
            .all(db)
            .await?;
        Self::with(db, person, session, grants, now).await
    }

    /// Reads session, person and roles of a token in one statement; `None` for one that opens nothing by itself.
    ///
    /// Nothing is kept between requests: a right that is taken away is gone with the next one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_token(
        db: &impl ConnectionTrait,
        token_sha256: &str,
    ) -> Result<Option<(session::Model, person::Model, Vec<role_grant::Model>)>> {
        use role_grant::Column as G;
        let sessions: Vec<session::Column> = session::Column::iter().collect();
        let people: Vec<person::Column> = person::Column::iter().collect();
        let roles: Vec<G> = G::iter().collect();
        let query = Query::select()
            .columns(sessions.iter().map(ColumnTrait::as_column_ref))
            .columns(people.iter().map(ColumnTrait::as_column_ref))
            .columns(roles.iter().map(ColumnTrait::as_column_ref))
            .from(session::Entity)
            .inner_join(
                person::Entity,
                Expr::col(person::Column::Id.as_column_ref())
                    .equals(session::Column::PersonId.as_column_ref()),
            )
            .left_join(
                role_grant::Entity,
                Condition::all()
                    .add(
                        Expr::col(G::PersonId.as_column_ref())
                            .equals(person::Column::Id.as_column_ref()),
                    )
                    .add(G::State.eq(GrantState::Active)),
            )
            .and_where(session::Column::TokenSha256.eq(token_sha256))
            .to_owned();
        let rows = db.query_all(&query).await?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let place = sessions.len() + people.len();
        let mut grants = Vec::new();
        for row in &rows {
            if row.try_get_by_index::<Option<Uuid>>(place)?.is_some() {
                grants.push(role_grant::Model::read(row, &roles, place)?);
            }
        }
        Ok(Some((
            session::Model::read(first, &sessions, 0)?,
            person::Model::read(first, &people, sessions.len())?,
            grants,
        )))
    }

    /// The rights of a person whose active roles are known.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn with(
        db: &impl ConnectionTrait,
        person: person::Model,
        session: Option<session::Model>,
        grants: Vec<role_grant::Model>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let grants = grants
            .into_iter()
            .map(|row| Grant {
                hospital: row.hospital_id,
                role: row.role,
                department: row.department_id,
                is_lead: row.is_lead,
            })
            .collect();
        let contracts = if person.side == Side::Vendor {
            assignment::Entity::find()
                .filter(assignment::Column::PersonId.eq(person.id))
                .all(db)
                .await?
                .into_iter()
                .filter(|row| row.from_at <= now && row.until_at.is_none_or(|until| until > now))
                .map(|row| (row.hospital_id, row.contract_id))
                .collect()
        } else {
            Vec::new()
        };
        Ok(Self {
            person: Some(person),
            session,
            grants,
            contracts,
            ..Self::default()
        })
    }

    /// Id of the person.
    #[must_use]
    pub fn person_id(&self) -> Option<PersonId> {
        self.person.as_ref().map(|person| person.id)
    }

    /// Id of the session.
    #[must_use]
    pub fn session_id(&self) -> Option<SessionId> {
        self.session.as_ref().map(|session| session.id)
    }

    /// Side of the person.
    #[must_use]
    pub fn side(&self) -> Option<Side> {
        self.person.as_ref().map(|person| person.side)
    }

    /// The roles in force, for the audit: words joined by `+`; `SYSTEM` for the server.
    #[must_use]
    pub fn role_word(&self) -> Option<String> {
        if self.is_system {
            return Some("SYSTEM".to_owned());
        }
        let words: BTreeSet<&str> = self.grants.iter().map(|grant| grant.role.word()).collect();
        (!words.is_empty()).then(|| words.into_iter().collect::<Vec<_>>().join("+"))
    }

    /// The person, or `UNAUTHENTICATED`; a one-time password opens nothing but its change.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`.
    pub fn require_person(&self) -> Result<&person::Model> {
        let person = self
            .person
            .as_ref()
            .ok_or_else(|| Error::new(Code::Unauthenticated))?;
        if person.state != PersonState::Active || person.one_time_until_at.is_some() {
            return Err(Error::new(Code::Forbidden)
                .detail("请先修改一次性口令", "change the one-time password first"));
        }
        Ok(person)
    }

    /// Anyone who may read at all.
    ///
    /// # Errors
    /// As [`Self::require_person`].
    pub fn require_reader(&self) -> Result<()> {
        self.require_person().map(|_| ())
    }

    /// Whether any role in force holds the permission; it does not say for which row.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.is_system
            || self
                .grants
                .iter()
                .any(|grant| allows(grant.role, permission))
    }

    /// The person, if a role in force holds the permission at any hospital.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`.
    pub fn require(&self, permission: Permission) -> Result<&person::Model> {
        let person = self.require_person()?;
        if self.may(permission) {
            Ok(person)
        } else {
            Err(Error::new(Code::Forbidden))
        }
    }

    /// Whether a role in force at this hospital holds the permission.
    #[must_use]
    pub fn may_at(&self, hospital: HospitalId, permission: Permission) -> bool {
        self.is_system || self.roles_at(hospital).any(|role| allows(role, permission))
    }

    /// Roles at a hospital.
    pub fn roles_at(&self, hospital: HospitalId) -> impl Iterator<Item = Role> + '_ {
        self.grants
            .iter()
            .filter(move |grant| grant.hospital == hospital)
            .map(|grant| grant.role)
    }

    /// Hospitals in which the person has a role.
    #[must_use]
    pub fn hospitals(&self) -> BTreeSet<HospitalId> {
        self.grants.iter().map(|grant| grant.hospital).collect()
    }

    /// The people in scope: of the own hospitals, and of the vendor as far as they serve the same contracts.
    #[must_use]
    pub fn visible_people(&self) -> Condition {
        use person::Column as C;
        let hospitals = self.hospitals();
        let granted = role_grant::Entity::find()
            .select_only()
            .column(role_grant::Column::PersonId)
            .filter(role_grant::Column::HospitalId.is_in(hospitals.iter().copied()))
            .into_query();
        let mut serving = assignment::Entity::find()
            .select_only()
            .column(assignment::Column::PersonId)
            .filter(assignment::Column::HospitalId.is_in(hospitals));
        if self.side() == Some(Side::Vendor) {
            let contracts = self.contracts.iter().map(|(_, contract)| *contract);
            serving = serving.filter(assignment::Column::ContractId.is_in(contracts));
        }
        let mut any = Condition::any()
            .add(C::Side.eq(Side::Hospital).and(C::Id.in_subquery(granted)))
            .add(
                C::Side
                    .eq(Side::Vendor)
                    .and(C::Id.in_subquery(serving.into_query())),
            );
        if let Some(me) = self.person_id() {
            any = any.add(C::Id.eq(me));
        }
        any
    }

    /// The tickets in scope (`domain.md` 2.6): the SQL form of the one rule of visibility.
    #[must_use]
    pub fn visible_tickets(&self) -> Condition {
        let mut each = self.visible_tickets_by_hospital();
        match (each.pop(), each.is_empty()) {
            (None, _) => Condition::all().add(ticket::Column::Id.is_null()),
            (Some(only), true) => only,
            (Some(last), false) => each
                .into_iter()
                .fold(Condition::any().add(last), |any, part| any.add(part)),
        }
    }

    /// The same, hospital by hospital: each part fixes the hospital, so that the engines answer it from an index in
    /// the order of a list (G73); one `OR` over all would make them read and sort every row. No part: no ticket.
    #[must_use]
    pub fn visible_tickets_by_hospital(&self) -> Vec<Condition> {
        if self.is_system {
            return vec![Condition::all()];
        }
        let Some(me) = self.person_id() else {
            return Vec::new();
        };
        let part = |hospital: HospitalId| {
            let here = Condition::all().add(ticket::Column::HospitalId.eq(hospital));
            let mut parts = Vec::new();
            for grant in self
                .grants
                .iter()
                .filter(|grant| grant.hospital == hospital)
            {
                // A role that sees the whole hospital makes the others superfluous.
                let Some(part) = self.seen_by(grant, me) else {
                    return here;
                };
                parts.push(part);
            }
            match (parts.pop(), parts.is_empty()) {
                (Some(only), true) => here.add(only),
                (last, _) => here.add(
                    parts
                        .into_iter()
                        .chain(last)
                        .fold(Condition::any(), Condition::add),
                ),
            }
        };
        self.hospitals().into_iter().map(part).collect()
    }

    /// What a role sees of its hospital's tickets; `None` for all of them.
    fn seen_by(&self, grant: &Grant, me: PersonId) -> Option<Condition> {
        use ticket::Column as C;
        let open = C::Category.ne(entity::values::TicketCategory::Security);
        let all = Condition::all();
        match grant.role {
            Role::HospItAdmin | Role::HospManager | Role::Auditor => None,
            Role::IcuNurse | Role::IcuDoctor => Some(match grant.department {
                Some(department) => all.add(C::DepartmentId.eq(department)).add(open),
                None => all.add(C::ReporterId.eq(me)).add(open),
            }),
            Role::VendorPm | Role::VendorEngineer | Role::VendorTrainer => {
                let contracts: Vec<ContractId> = self
                    .contracts
                    .iter()
                    .filter(|(hospital, _)| *hospital == grant.hospital)
                    .map(|(_, id)| *id)
                    .collect();
                let mine = Condition::any()
                    .add(C::ReleasedAt.is_not_null())
                    .add(C::ReporterId.eq(me))
                    .add(C::RegisteredBy.eq(me));
                let served = match contracts.as_slice() {
                    [only] => C::ContractId.eq(*only),
                    many => C::ContractId.is_in(many.iter().copied()),
                };
                let rows = all.add(served).add(mine);
                Some(if grant.role == Role::VendorPm {
                    rows
                } else {
                    rows.add(
                        Condition::any()
                            .add(open)
                            .add(C::AssigneeId.eq(me))
                            .add(C::RegisteredBy.eq(me)),
                    )
                })
            }
        }
    }
}
