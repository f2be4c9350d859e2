//! Who may do what: one exhaustive table (`domain.md` 2.3).
//!
//! It says what a role may do at all; which row, and who of two persons, is decided where the row is.

use crate::values::Role;

macro_rules! permissions {
    ($($(#[$meta:meta])* $name:ident = $word:literal => $roles:pat),+ $(,)?) => {
        /// One action of the access table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission { $($(#[$meta])* $name),+ }

        impl Permission {
            /// Every permission, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Word on the wire.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }
        }

        /// Whether a role holds a permission.
        #[must_use]
        pub const fn allows(role: Role, permission: Permission) -> bool {
            use Role::*;
            match permission { $(Permission::$name => matches!(role, $roles)),+ }
        }
    };
}

permissions! {
    /// Submit a ticket; the category narrows it further.
    TicketCreate = "TICKET_CREATE" => HospItAdmin | IcuNurse | IcuDoctor | HospManager | Auditor | VendorPm | VendorEngineer | VendorTrainer,
    /// Reply to a ticket and attach to it.
    TicketReply = "TICKET_REPLY" => HospItAdmin | IcuNurse | IcuDoctor | HospManager | VendorPm | VendorEngineer | VendorTrainer,
    /// Triage.
    TicketTriage = "TICKET_TRIAGE" => HospItAdmin,
    /// Release to the vendor.
    TicketRelease = "TICKET_RELEASE" => HospItAdmin,
    /// Take a ticket.
    TicketTake = "TICKET_TAKE" => HospItAdmin,
    /// Hand a taken ticket over.
    TicketHandOver = "TICKET_HAND_OVER" => HospItAdmin,
    /// Assign.
    TicketAssign = "TICKET_ASSIGN" => VendorPm,
    /// Respond.
    TicketRespond = "TICKET_RESPOND" => VendorPm | VendorEngineer | VendorTrainer,
    /// Steps and solution plan.
    TicketHandle = "TICKET_HANDLE" => VendorPm | VendorEngineer | VendorTrainer,
    /// Resolve; the information centre for a ticket it has taken.
    TicketResolve = "TICKET_RESOLVE" => VendorPm | VendorEngineer | VendorTrainer | HospItAdmin,
    /// Propose a wait.
    WaitPropose = "WAIT_PROPOSE" => VendorPm | VendorEngineer | VendorTrainer,
    /// Accept or refuse a wait.
    WaitDecide = "WAIT_DECIDE" => HospItAdmin,
    /// Confirm and close.
    TicketConfirm = "TICKET_CONFIRM" => HospItAdmin | IcuNurse | IcuDoctor | HospManager | VendorPm | VendorEngineer | VendorTrainer,
    /// Reject a solution.
    TicketReject = "TICKET_REJECT" => HospItAdmin | IcuNurse | IcuDoctor | HospManager | VendorPm | VendorEngineer | VendorTrainer,
    /// Reopen after closing.
    TicketReopen = "TICKET_REOPEN" => HospItAdmin | IcuNurse | IcuDoctor | HospManager | VendorPm | VendorEngineer | VendorTrainer,
    /// Cancel; the side that raised it.
    TicketCancel = "TICKET_CANCEL" => HospItAdmin | IcuNurse | IcuDoctor | HospManager | VendorPm | VendorEngineer | VendorTrainer,
    /// Rate.
    TicketRate = "TICKET_RATE" => HospItAdmin | IcuNurse | IcuDoctor | HospManager | VendorPm | VendorEngineer | VendorTrainer,
    /// Confirm many solutions at once.
    TicketConfirmBulk = "TICKET_CONFIRM_BULK" => HospItAdmin,
    /// Decide about a recurrence.
    RecurrenceDecide = "RECURRENCE_DECIDE" => HospItAdmin,
    /// Comment a recurrence for the vendor.
    RecurrenceComment = "RECURRENCE_COMMENT" => VendorPm | VendorEngineer | VendorTrainer,
    /// Demand a solution in writing, and withdraw the demand.
    ResolutionDemand = "RESOLUTION_DEMAND" => HospItAdmin | HospManager,
    /// Read the register of breaches.
    BreachRead = "BREACH_READ" => HospItAdmin | HospManager | Auditor | VendorPm,
    /// Read and verify the audit chain.
    AuditRead = "AUDIT_READ" => Auditor,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_writes_nothing_but_a_suspicion() {
        let held: Vec<_> = Permission::ALL
            .iter()
            .filter(|p| allows(Role::Auditor, **p))
            .collect();
        assert_eq!(
            held,
            [
                &Permission::TicketCreate,
                &Permission::BreachRead,
                &Permission::AuditRead
            ]
        );
    }

    #[test]
    fn nobody_of_the_vendor_decides_for_the_hospital() {
        for role in [Role::VendorPm, Role::VendorEngineer, Role::VendorTrainer] {
            for permission in [
                Permission::WaitDecide,
                Permission::TicketRelease,
                Permission::TicketTriage,
                Permission::TicketTake,
                Permission::TicketHandOver,
            ] {
                assert!(!allows(role, permission), "{role} {}", permission.word());
            }
        }
    }
}
