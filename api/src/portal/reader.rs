//! As whom pages are read (SG-SRC-2): an audience of one hospital, of the ward narrowed to a department, of the vendor to a
//! contract. It holds no role, so that whatever is not opened here for it is closed.

use entity::ids::{ContractId, DepartmentId, HospitalId};
use entity::rules::access::Permission;
use entity::rules::audience::{Audiences, may_show, on_pages_of};
use entity::ticket;
use entity::values::{Audience, TicketCategory};
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
