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
    /// Register a call or message for somebody else.
    TicketRegister = "TICKET_REGISTER" => HospItAdmin | VendorPm | VendorEngineer | VendorTrainer,
    /// Confirm or refuse a claimed time of receipt; the other side than the one that claimed it.
    ReceivedTimeConfirm = "RECEIVED_TIME_CONFIRM" => HospItAdmin | IcuNurse | IcuDoctor | HospManager | VendorPm | VendorEngineer | VendorTrainer,
    /// Confirm or refuse the vendor's claimed time of response.
    RespondedTimeConfirm = "RESPONDED_TIME_CONFIRM" => HospItAdmin | IcuNurse | IcuDoctor | HospManager,
    /// Decide a claimed time that nobody confirmed or refused.
    ClaimDecide = "CLAIM_DECIDE" => HospItAdmin,
    /// Confirm the provisional severity, with or without another impact.
    SeverityConfirm = "SEVERITY_CONFIRM" => HospItAdmin,
    /// Raise a severity.
    SeverityRaise = "SEVERITY_RAISE" => HospItAdmin | VendorPm,
    /// Lower a severity.
    SeverityLower = "SEVERITY_LOWER" => HospItAdmin,
    /// Propose that a ticket is out of scope.
    ScopePropose = "SCOPE_PROPOSE" => VendorPm,
    /// Agree that a ticket is out of scope, or refuse.
    ScopeDecide = "SCOPE_DECIDE" => HospItAdmin,
    /// Propose that a ticket is a duplicate.
    DuplicatePropose = "DUPLICATE_PROPOSE" => VendorPm,
    /// Mark a ticket as a duplicate, or refuse the proposal.
    DuplicateMark = "DUPLICATE_MARK" => HospItAdmin,
    /// Read and write the vendor's internal note.
    InternalNote = "INTERNAL_NOTE" => VendorPm | VendorEngineer | VendorTrainer,
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
    /// Read the monthly statement of the clocks; whoever reads it sees every ticket of the contract.
    StatementRead = "STATEMENT_READ" => HospItAdmin | HospManager | Auditor | VendorPm,
    /// Read and verify the audit chain.
    AuditRead = "AUDIT_READ" => Auditor,
    /// List the people of the hospital, and the vendor people as far as they serve it.
    PeopleRead = "PEOPLE_READ" => HospItAdmin | HospManager | Auditor | VendorPm,
    /// Make, disable and enable accounts, reset passwords, set leave dates, grant and revoke roles, assign vendor people.
    AccountManage = "ACCOUNT_MANAGE" => HospItAdmin,
    /// Decide on privileged roles, as the second person.
    GrantDecide = "GRANT_DECIDE" => HospManager,
    /// End the sessions of somebody else.
    SessionManage = "SESSION_MANAGE" => HospItAdmin,
    /// Make, list and revoke machine tokens.
    TokenManage = "TOKEN_MANAGE" => HospItAdmin,
    /// Record a confidentiality undertaking.
    UndertakingRecord = "UNDERTAKING_RECORD" => HospItAdmin,
    /// Read assets, plans of inspections, inspections and findings.
    InspectionRead = "INSPECTION_READ" => HospItAdmin | HospManager | Auditor | VendorPm | VendorEngineer,
    /// Read how many inspections were due and done, and how many findings stand how, without a single one of them.
    InspectionFigures = "INSPECTION_FIGURES" => HospItAdmin | HospManager | Auditor | VendorPm | VendorEngineer,
    /// Keep the register of assets.
    AssetManage = "ASSET_MANAGE" => HospItAdmin | VendorPm | VendorEngineer,
    /// Draft a plan of inspections; plan, announce, fill in and end an inspection; enter findings.
    InspectionConduct = "INSPECTION_CONDUCT" => VendorPm | VendorEngineer,
    /// Approve a plan of inspections; cancel an inspection.
    InspectionApprove = "INSPECTION_APPROVE" => HospItAdmin,
    /// Submit the sealed report of an inspection.
    InspectionSubmit = "INSPECTION_SUBMIT" => VendorPm,
    /// Confirm or return the report of an inspection.
    InspectionConfirm = "INSPECTION_CONFIRM" => HospItAdmin,
    /// Work on a rectification task of the own side, submit it, propose or answer another date.
    RectificationWork = "RECTIFICATION_WORK" => HospItAdmin | VendorPm | VendorEngineer,
    /// Verify or reject a rectification.
    RectificationVerify = "RECTIFICATION_VERIFY" => HospItAdmin,
    /// Accept the risk of a finding instead of its rectification.
    RectificationWaive = "RECTIFICATION_WAIVE" => HospManager,
    /// Set the risk of a finding; the vendor raises it, the hospital may lower it.
    FindingRiskSet = "FINDING_RISK_SET" => HospItAdmin | VendorPm | VendorEngineer,
    /// Read reports and their drafts; the definition of a report narrows it.
    ReportRead = "REPORT_READ" => HospItAdmin | HospManager | Auditor | VendorPm | VendorEngineer,
    /// Write a report; its definition narrows it.
    ReportWrite = "REPORT_WRITE" => HospItAdmin | VendorPm | VendorEngineer,
    /// Approve a report, as another person than its author; its definition narrows it.
    ReportApprove = "REPORT_APPROVE" => HospItAdmin | HospManager | VendorPm,
    /// Bring the sealed document of an approved report.
    ReportSeal = "REPORT_SEAL" => HospItAdmin | VendorPm,
    /// Attest what was sealed on paper.
    SealAttest = "SEAL_ATTEST" => HospItAdmin,
    /// Revoke an issued report.
    ReportRevoke = "REPORT_REVOKE" => HospManager | VendorPm,
    /// Read articles of the knowledge base, each by its audiences and level.
    KnowledgeRead = "KNOWLEDGE_READ" => HospItAdmin | IcuNurse | IcuDoctor | HospManager | Auditor | VendorPm | VendorEngineer | VendorTrainer,
    /// Draft an article, hand it in for review, mark it as outdated.
    KnowledgeDraft = "KNOWLEDGE_DRAFT" => HospItAdmin | VendorPm | VendorEngineer | VendorTrainer,
    /// Review, publish, return and withdraw an article; never an own version.
    KnowledgePublish = "KNOWLEDGE_PUBLISH" => HospItAdmin,
    /// Say whether an article helped.
    KnowledgeRate = "KNOWLEDGE_RATE" => HospItAdmin | IcuNurse | IcuDoctor | HospManager | VendorPm | VendorEngineer | VendorTrainer,
    /// Read notices, windows and the state of the system, each by its audiences.
    PortalRead = "PORTAL_READ" => HospItAdmin | IcuNurse | IcuDoctor | HospManager | Auditor | VendorPm | VendorEngineer | VendorTrainer,
    /// Read the technical documents of the platform itself; managers and auditors see only that there are such.
    DocumentationRead = "DOCUMENTATION_READ" => HospItAdmin | HospManager | Auditor | VendorPm | VendorEngineer,
    /// Publish and withdraw notices, set the state of the system.
    NoticePublish = "NOTICE_PUBLISH" => HospItAdmin,
    /// Put up and take down the disaster banner.
    DisasterNotice = "DISASTER_NOTICE" => HospItAdmin | HospManager,
    /// Import a year of the working-day calendar.
    CalendarImport = "CALENDAR_IMPORT" => HospItAdmin,
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
                &Permission::StatementRead,
                &Permission::AuditRead,
                &Permission::PeopleRead,
                &Permission::InspectionRead,
                &Permission::InspectionFigures,
                &Permission::ReportRead,
                &Permission::KnowledgeRead,
                &Permission::PortalRead,
                &Permission::DocumentationRead
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
                Permission::RespondedTimeConfirm,
                Permission::ClaimDecide,
                Permission::SeverityConfirm,
                Permission::SeverityLower,
                Permission::ScopeDecide,
                Permission::DuplicateMark,
                Permission::AccountManage,
                Permission::GrantDecide,
                Permission::SessionManage,
                Permission::TokenManage,
                Permission::UndertakingRecord,
                Permission::InspectionApprove,
                Permission::InspectionConfirm,
                Permission::RectificationVerify,
                Permission::RectificationWaive,
                Permission::KnowledgePublish,
                Permission::NoticePublish,
                Permission::DisasterNotice,
                Permission::CalendarImport,
            ] {
                assert!(!allows(role, permission), "{role} {}", permission.word());
            }
        }
    }

    #[test]
    fn who_grants_a_privileged_role_is_not_who_decides_it() {
        for role in Role::ALL {
            assert!(
                !(allows(*role, Permission::AccountManage)
                    && allows(*role, Permission::GrantDecide)),
                "{role}"
            );
        }
    }
}
