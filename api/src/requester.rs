//! Who is asking: built once a request from the session, and asked by every operation.
//!
//! The table of rights is `entity::rules::access`; here it only meets the grants of a person. A vendor
//! person's roles and contracts at a hospital are in force only while that hospital holds an
//! undertaking of confidentiality (`C1.9.2-a`). A machine token has scopes in place of roles and acts
//! for nobody, so it holds no permission and only reads.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::ids::{ContractId, DepartmentId, HospitalId, PersonId, SessionId, TokenId};
use entity::partial::Partial;
use entity::rules::access::{Permission, allows};
use entity::values::{GrantState, PersonState, Role, Side, TicketCategory, TokenScope};
use entity::{assignment, machine_token, person, role_grant, session, ticket, undertaking};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Iterable, QueryFilter, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::error::{Code, Error, Result};
use crate::portal::PortalReader;

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

/// A program behind a request (G45).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its token.
    pub token: TokenId,
    /// Name of the program.
    pub agent: String,
    /// The one hospital that it reads.
    pub hospital: HospitalId,
    /// What it may read.
    pub scopes: Vec<TokenScope>,
    /// When the token ends.
    pub expires_at: DateTime<Utc>,
}

impl From<machine_token::Model> for Machine {
    fn from(row: machine_token::Model) -> Self {
        Self {
            scopes: scopes(&row).collect(),
            token: row.id,
            agent: row.agent,
            hospital: row.hospital_id,
            expires_at: row.expires_at,
        }
    }
}

/// What a token may read.
pub fn scopes(row: &machine_token::Model) -> impl Iterator<Item = TokenScope> + '_ {
    let words = row.scopes.split(' ');
    words.filter_map(|word| TokenScope::parse(word.split(':').next().unwrap_or_default()))
}

/// The pages that a token reads as.
#[must_use]
pub fn pages(row: &machine_token::Model) -> Option<PortalReader> {
    let mut words = row.scopes.split(' ');
    words.find_map(|word| PortalReader::of_scope(row.hospital_id, word))
}

/// The person and session behind a request; without a person: anonymous, a program, or the system itself.
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
    /// The hospital for which the command line acts.
    pub seat: Option<HospitalId>,
    /// Why the command line acts; recorded with the act.
    pub note: Option<String>,
    /// The program, for a machine token.
    pub machine: Option<Machine>,
    /// The audience whose pages are read, for the builder of pages.
    pub portal: Option<PortalReader>,
    /// Whether the password is older than the rules permit; it opens nothing but its change.
    pub password_expired: bool,
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

    /// The command line of the server, acting for a hospital, with the reason that is recorded.
    #[must_use]
    pub fn command_line(hospital: HospitalId, reason: &str) -> Self {
        Self {
            seat: Some(hospital),
            note: Some(reason.to_owned()),
            ..Self::system()
        }
    }

    /// The builder of the pages of one audience.
    #[must_use]
    pub fn of_portal(reader: PortalReader) -> Self {
        Self {
            portal: Some(reader),
            ..Self::default()
        }
    }

    /// A program with a valid token.
    #[must_use]
    pub fn of_machine(row: machine_token::Model) -> Self {
        Self {
            portal: pages(&row),
            machine: Some(row.into()),
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
        let mut grants: Vec<Grant> = grants
            .into_iter()
            .map(|row| Grant {
                hospital: row.hospital_id,
                role: row.role,
                department: row.department_id,
                is_lead: row.is_lead,
            })
            .collect();
        let contracts = if person.side == Side::Vendor {
            let trusting: BTreeSet<HospitalId> = undertaking::Entity::find()
                .filter(undertaking::Column::PersonId.eq(person.id))
                .all(db)
                .await?
                .into_iter()
                .map(|row| row.hospital_id)
                .collect();
            grants.retain(|grant| trusting.contains(&grant.hospital));
            assignment::Entity::find()
                .filter(assignment::Column::PersonId.eq(person.id))
                .all(db)
                .await?
                .into_iter()
                .filter(|row| row.from_at <= now && row.until_at.is_none_or(|until| until > now))
                .filter(|row| trusting.contains(&row.hospital_id))
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
        if self.machine.is_some() {
            return Some("MACHINE".to_owned());
        }
        let words: BTreeSet<&str> = self.grants.iter().map(|grant| grant.role.word()).collect();
        (!words.is_empty()).then(|| words.into_iter().collect::<Vec<_>>().join("+"))
    }

    /// Who acts, for the audit: the person, or the machine token.
    #[must_use]
    pub fn actor_word(&self) -> Option<String> {
        let person = self.person_id().map(|id| id.to_string());
        person.or(self
            .machine
            .as_ref()
            .map(|machine| machine.token.to_string()))
    }

    /// Whether the password must be changed before anything else.
    #[must_use]
    pub fn must_change_password(&self) -> bool {
        self.password_expired
            || self
                .person
                .as_ref()
                .is_some_and(|person| person.one_time_until_at.is_some())
    }

    /// The person, or `UNAUTHENTICATED`; a one-time or outdated password opens nothing but its change.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`; `FORBIDDEN` for a machine token.
    pub fn require_person(&self) -> Result<&person::Model> {
        if self.machine.is_some() {
            return Err(Error::new(Code::Forbidden)
                .detail("机器令牌不能执行此操作", "a machine token cannot do this"));
        }
        let person = self
            .person
            .as_ref()
            .ok_or_else(|| Error::new(Code::Unauthenticated))?;
        if self.password_expired {
            return Err(Error::new(Code::Forbidden).detail(
                "口令已到期，请先修改",
                "the password has expired, change it first",
            ));
        }
        // A locked account cannot sign in, but whoever is signed in goes on: a stranger's guesses stop no ward.
        let open = matches!(person.state, PersonState::Active | PersonState::Locked);
        if !open || person.one_time_until_at.is_some() {
            return Err(Error::new(Code::Forbidden)
                .detail("请先修改一次性口令", "change the one-time password first"));
        }
        Ok(person)
    }

    /// Anyone who may read at all: a person, or a program.
    ///
    /// # Errors
    /// As [`Self::require_person`].
    pub fn require_reader(&self) -> Result<()> {
        match &self.machine {
            Some(_) => Ok(()),
            None => self.require_person().map(|_| ()),
        }
    }

    /// Who reads: a person, or a program whose token holds the scope. The answer names the reader.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`.
    pub fn reader(&self, scope: TokenScope) -> Result<String> {
        if let (Some(portal), TokenScope::DirectoryRead) = (&self.portal, scope) {
            return Ok(portal.word());
        }
        match &self.machine {
            Some(machine) if machine.scopes.contains(&scope) => Ok(machine.token.to_string()),
            Some(_) => Err(Error::new(Code::Forbidden)
                .detail("令牌没有此范围", "the token does not hold this scope")),
            None => self.require_person().map(|person| person.id.to_string()),
        }
    }

    /// The hospital for which a person with the permission, or the command line, administers.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`.
    pub fn desk(&self, permission: Permission) -> Result<HospitalId> {
        if let (true, Some(seat)) = (self.is_system, self.seat) {
            return Ok(seat);
        }
        self.require(permission)?;
        self.grants
            .iter()
            .find(|grant| allows(grant.role, permission))
            .map(|grant| grant.hospital)
            .ok_or_else(|| Error::new(Code::Forbidden))
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

    /// Whoever reads what is narrowed by rows alone: the person or the pages of an audience. The answer names the reader.
    ///
    /// # Errors
    /// As [`Self::require_person`].
    pub fn named_reader(&self) -> Result<String> {
        match &self.portal {
            Some(portal) => Ok(portal.word()),
            None => self.require_person().map(|person| person.id.to_string()),
        }
    }

    /// Who reads: the person, if a role in force holds the permission, or the pages that show what it opens. The answer
    /// names the reader.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`.
    pub fn reads(&self, permission: Permission) -> Result<String> {
        match &self.portal {
            Some(portal) if portal.shows(permission) => Ok(portal.word()),
            Some(_) => Err(Error::new(Code::Forbidden).detail(
                "此受众的页面不含该内容",
                "pages of this audience do not show it",
            )),
            None => self.require(permission).map(|person| person.id.to_string()),
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

    /// Hospitals in which the person has a role; the one of a program or of the command line.
    #[must_use]
    pub fn hospitals(&self) -> BTreeSet<HospitalId> {
        let machine = self.machine.as_ref().map(|machine| machine.hospital);
        let portal = self.portal.as_ref().map(|portal| portal.hospital);
        let granted = self.grants.iter().map(|grant| grant.hospital);
        granted
            .chain(machine)
            .chain(portal)
            .chain(self.seat)
            .collect()
    }

    /// The hospital whose chain takes the acts that belong to no row: the only one, else none for the system's.
    #[must_use]
    pub fn home(&self) -> Option<HospitalId> {
        let hospitals = self.hospitals();
        hospitals.first().filter(|_| hospitals.len() == 1).copied()
    }

    /// Hospitals whose departments and contracts the requester reads.
    #[must_use]
    pub fn directory(&self) -> BTreeSet<HospitalId> {
        match &self.machine {
            Some(machine)
                if self.portal.is_none()
                    && !machine.scopes.contains(&TokenScope::DirectoryRead) =>
            {
                BTreeSet::new()
            }
            _ => self.hospitals(),
        }
    }

    /// The people in scope: of the own hospitals, and of the vendor as far as they serve the same contracts.
    #[must_use]
    pub fn visible_people(&self) -> Condition {
        use person::Column as C;
        if self.machine.is_some() || self.portal.is_some() {
            return Condition::any().add(C::Id.is_null());
        }
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
        if let Some(portal) = &self.portal {
            return portal.tickets().into_iter().collect();
        }
        if let Some(machine) = &self.machine
            && machine.scopes.contains(&TokenScope::TicketRead)
        {
            let here = Condition::all()
                .add(ticket::Column::HospitalId.eq(machine.hospital))
                .add(ticket::Column::Category.ne(TicketCategory::Security));
            return vec![here];
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
        let open = C::Category.ne(TicketCategory::Security);
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
