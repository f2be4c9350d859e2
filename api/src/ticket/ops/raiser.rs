//! For whom a ticket is raised: oneself, or somebody of the hospital who called or wrote (`domain.md` 2.3).

use entity::ids::{DepartmentId, HospitalId, PersonId};
use entity::rules::access::Permission;
use entity::values::{Channel, GrantState, PersonState, Role, Side};
use entity::{person, role_grant};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::app::App;
use crate::error::{Error, Result, UserErrorCode};
use crate::requester::Requester;

/// For whom a ticket is raised: the person, what the person may submit, and where it belongs.
pub(super) struct Raiser {
    /// The person.
    pub id: Option<PersonId>,
    /// Side; it makes the origin of the ticket.
    pub side: Side,
    /// Roles at the hospital.
    pub roles: Vec<Role>,
    /// Department of a ward role.
    pub department: Option<DepartmentId>,
}

impl Raiser {
    /// Who asks, for the own side.
    pub fn own(who: &Requester, hospital: HospitalId) -> Self {
        Self {
            id: who.person_id(),
            side: who.side().unwrap_or(Side::Hospital),
            roles: who.roles_at(hospital).collect(),
            department: who
                .grants
                .iter()
                .find(|grant| grant.hospital == hospital)
                .and_then(|grant| grant.department),
        }
    }

    /// Somebody of the hospital who called or wrote; the ticket is the hospital's.
    ///
    /// # Errors
    /// `NOT_FOUND` for nobody of the hospital in scope, `INVALID` for a registration without a call.
    pub async fn registered(
        app: &App,
        who: &Requester,
        hospital: HospitalId,
        reporter: PersonId,
        channel: Channel,
    ) -> Result<Self> {
        if !who.may_at(hospital, Permission::TicketRegister) {
            return Err(Error::from(UserErrorCode::NotFound).at(["contractId"]));
        }
        if channel == Channel::Portal {
            return Err(Error::from(UserErrorCode::Invalid).at(["channel"]).detail(
                "代登须写明来电、来信等渠道",
                "a registration for somebody else names the call or message",
            ));
        }
        let grants = role_grant::Entity::find()
            .filter(role_grant::Column::HospitalId.eq(hospital))
            .filter(role_grant::Column::PersonId.eq(reporter))
            .filter(role_grant::Column::State.eq(GrantState::Active))
            .order_by_asc(role_grant::Column::Id)
            .all(app.db.read())
            .await?;
        let found = person::Entity::find_by_id(reporter)
            .filter(person::Column::Side.eq(Side::Hospital))
            .filter(person::Column::State.eq(PersonState::Active))
            .filter(who.visible_people())
            .one(app.db.read())
            .await?;
        if found.is_none() || grants.is_empty() {
            return Err(Error::from(UserErrorCode::NotFound).at(["reporterId"]));
        }
        Ok(Self {
            id: Some(reporter),
            side: Side::Hospital,
            department: grants.iter().find_map(|grant| grant.department_id),
            roles: grants.into_iter().map(|grant| grant.role).collect(),
        })
    }
}
