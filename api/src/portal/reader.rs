//! As whom pages are read (SG-SRC-2): an audience of one hospital, of the ward narrowed to a department, of the vendor to a
//! contract. It holds no role, so that whatever is not opened here for it is closed.

use entity::ids::{ContractId, DepartmentId, HospitalId};
use entity::rules::access::Permission;
use entity::rules::audience::{Audiences, may_show, on_pages_of};
use entity::ticket;
use entity::values::{Audience, TicketCategory, TokenScope};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Condition;

/// The reader behind the pages of one audience instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalReader {
    /// Whose pages.
    pub hospital: HospitalId,
    /// For whom they are.
    pub audience: Audience,
    /// The department, for the ward.
    pub department: Option<DepartmentId>,
    /// The contract, for the vendor.
    pub contract: Option<ContractId>,
}

impl PortalReader {
    /// Whether its pages show what the permission opens.
    #[must_use]
    pub const fn shows(&self, permission: Permission) -> bool {
        may_show(self.audience, permission)
    }

    /// The audiences whose records it reads.
    #[must_use]
    pub const fn reads(&self) -> Audiences {
        on_pages_of(self.audience)
    }

    /// The tickets whose clocks stand on the board, as the role behind the pages sees them; of the vendor's no security
    /// ticket, because every person of the vendor reads its pages.
    #[must_use]
    pub fn tickets(&self) -> Option<Condition> {
        let open = ticket::Column::Category.ne(TicketCategory::Security);
        match self.audience {
            Audience::It => Some(self.counted_tickets()),
            Audience::Vendor => Some(self.counted_tickets().add(open)),
            Audience::Staff | Audience::Icu | Audience::Mgmt | Audience::Audit => None,
        }
    }

    /// The tickets that are counted in statements which the pages show.
    #[must_use]
    pub fn counted_tickets(&self) -> Condition {
        use ticket::Column as C;
        let here = self.rows(Permission::StatementRead, C::HospitalId, C::ContractId);
        match self.audience {
            Audience::Vendor => here.add(C::ReleasedAt.is_not_null()),
            Audience::Staff | Audience::Icu | Audience::It | Audience::Mgmt | Audience::Audit => {
                here
            }
        }
    }

    /// Rows at its hospital, and for the vendor of its contract, of which it shows what the permission opens.
    #[must_use]
    pub fn rows<C: ColumnTrait>(
        &self,
        permission: Permission,
        hospital: C,
        contract: C,
    ) -> Condition {
        let here = Condition::all().add(hospital.eq(self.hospital));
        match (self.shows(permission), self.audience, self.contract) {
            (false, _, _) | (true, Audience::Vendor, None) => {
                Condition::all().add(hospital.is_null())
            }
            (true, Audience::Vendor, Some(own)) => here.add(contract.eq(own)),
            (true, _, _) => here,
        }
    }

    /// How a machine token keeps it (SG-SRC-2): `PORTAL:<audience>:<department or contract>`.
    #[must_use]
    pub fn scope(&self) -> String {
        let part = self.department.map(|id| id.to_string());
        let part = part.or(self.contract.map(|id| id.to_string()));
        let word = TokenScope::Portal.word();
        format!("{word}:{}:{}", self.audience, part.unwrap_or_default())
    }

    /// Reads [`scope`](Self::scope); nothing for another scope and for one that names no department or contract where
    /// its audience has such.
    #[must_use]
    pub fn of_scope(hospital: HospitalId, scope: &str) -> Option<Self> {
        let mut parts = scope.split(':');
        if parts.next() != Some(TokenScope::Portal.word()) {
            return None;
        }
        let audience = Audience::parse(parts.next()?)?;
        let part = parts.next()?;
        let (department, contract) = (DepartmentId::parse(part), ContractId::parse(part));
        let fits = match audience {
            Audience::Icu => department.is_some(),
            Audience::Vendor => contract.is_some(),
            Audience::Staff | Audience::It | Audience::Mgmt | Audience::Audit => part.is_empty(),
        };
        fits.then_some(Self {
            hospital,
            audience,
            department,
            contract,
        })
    }

    /// Word for cursors: no two readers have the same.
    #[must_use]
    pub fn word(&self) -> String {
        let department = self.department.map(|id| id.to_string());
        let contract = self.contract.map(|id| id.to_string());
        format!(
            "{}-{}-{}",
            self.hospital,
            self.audience,
            department.or(contract).unwrap_or_default()
        )
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use uuid::Uuid;

    #[test]
    fn sg_src_2_a_scope_comes_back_as_its_reader_and_nothing_else_does() {
        let hospital = HospitalId(Uuid::from_u128(1));
        let (department, contract) = (
            DepartmentId(Uuid::from_u128(2)),
            ContractId(Uuid::from_u128(3)),
        );
        for audience in Audience::ALL.iter().copied() {
            let reader = PortalReader {
                hospital,
                audience,
                department: (audience == Audience::Icu).then_some(department),
                contract: (audience == Audience::Vendor).then_some(contract),
            };
            assert_eq!(
                PortalReader::of_scope(hospital, &reader.scope()).unwrap(),
                reader
            );
        }
        for wrong in [
            "PORTAL",
            "PORTAL:IT",
            "PORTAL:ICU:",
            "PORTAL:VENDOR:",
            "PORTAL:NOBODY:",
            "TICKET_READ",
            "",
            &format!("PORTAL:VENDOR:{department}"),
            &format!("PORTAL:IT:{contract}"),
        ] {
            assert_eq!(PortalReader::of_scope(hospital, wrong), None, "{wrong}");
        }
    }
}
