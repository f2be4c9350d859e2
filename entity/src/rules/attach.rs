//! Who may attach a file to what, and when (`domain.md` 2.6, 4.3, 5.1, 5.7, 5.8).
//!
//! A file has the visibility of what it is attached to. Whoever may write there may attach, as long as it is open: a
//! ticket while it takes replies, an inspection until its report is submitted and again once that is returned, a
//! rectification until it is verified or waived, an article while its next text is open (SG-AUD-1).

use super::access::Permission;
use super::inspection::{next_inspection, next_rectification, works_on};
use super::ticket;
use crate::values::{
    ArticleVersionState, InspectionAction, InspectionState, RectificationAction,
    RectificationState, ResponsibleParty, Side, TicketAction, TicketStatus,
};

/// Most files of a ticket, an inspection, a rectification task or an article.
pub const MOST: usize = 50;
/// Most files of a reply, of a line of an inspection, of a submission.
pub const MOST_NAMED: usize = 10;

/// What whoever reads files of inspections and rectifications must hold; tickets and articles have scopes of their own.
pub const READ: Permission = Permission::InspectionRead;

/// What a file is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A ticket.
    Ticket,
    /// An inspection.
    Inspection,
    /// A rectification task.
    Rectification,
    /// An article of the knowledge base.
    Article,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Ticket,
        Self::Inspection,
        Self::Rectification,
        Self::Article,
    ];

    /// What whoever attaches must hold at the hospital.
    #[must_use]
    pub const fn attach(self) -> Permission {
        match self {
            Self::Ticket => Permission::TicketReply,
            Self::Inspection => Permission::InspectionConduct,
            Self::Rectification => Permission::RectificationWork,
            Self::Article => Permission::KnowledgeDraft,
        }
    }

    /// What whoever reads must hold beside the scope.
    #[must_use]
    pub const fn read(self) -> Option<Permission> {
        match self {
            Self::Ticket => None,
            Self::Inspection | Self::Rectification => Some(READ),
            Self::Article => Some(Permission::KnowledgeRead),
        }
    }
}

/// How what a file is attached to stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A ticket.
    Ticket(TicketStatus),
    /// An inspection.
    Inspection(InspectionState),
    /// A rectification task, and whose it is.
    Rectification(RectificationState, ResponsibleParty),
    /// An article: whether it is withdrawn, its latest version and the side that wrote it.
    Article(bool, ArticleVersionState, Side),
}

/// Why nothing may be attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is closed.
    Closed,
    /// It is the other side's turn.
    OtherSide,
}

/// Whether somebody of a side may attach now.
///
/// # Errors
/// [`Refused`].
pub fn admits(standing: Standing, side: Side) -> Result<(), Refused> {
    let open = |is_open: bool| {
        if is_open {
            Ok(())
        } else {
            Err(Refused::Closed)
        }
    };
    match standing {
        Standing::Ticket(status) => open(ticket::next(status, TicketAction::Reply).is_ok()),
        Standing::Inspection(state) => {
            open(next_inspection(state, InspectionAction::Record, true).is_ok())
        }
        Standing::Rectification(state, owner) => {
            let can = |action| next_rectification(state, action).is_ok();
            let turn = if can(RectificationAction::Submit) {
                works_on(owner, side)
            } else if can(RectificationAction::Verify) {
                // What the hospital finds when it looks.
                side == Side::Hospital
            } else {
                return Err(Refused::Closed);
            };
            if turn {
                Ok(())
            } else {
                Err(Refused::OtherSide)
            }
        }
        // A published text is followed by the next one, which may show more.
        Standing::Article(
            false,
            ArticleVersionState::Draft | ArticleVersionState::Published,
            writer,
        ) => {
            if side == Side::Vendor && writer != Side::Vendor {
                Err(Refused::OtherSide)
            } else {
                Ok(())
            }
        }
        Standing::Article(true, _, _)
        | Standing::Article(
            false,
            ArticleVersionState::InReview | ArticleVersionState::Superseded,
            _,
        ) => Err(Refused::Closed),
    }
}

#[cfg(test)]
mod tests {
    use super::super::access::allows;
    use super::*;
    use crate::values::Role;

    const fn word(done: Result<(), Refused>) -> &'static str {
        match done {
            Ok(()) => "yes",
            Err(Refused::Closed) => "closed",
            Err(Refused::OtherSide) => "other",
        }
    }

    /// C1.5.1-c: nothing is added to an inspection once its report is submitted.
    #[test]
    fn an_inspection_takes_files_from_its_start_to_its_report() {
        use InspectionState as S;
        for (state, expected) in [
            (S::Planned, "closed"),
            (S::Announced, "closed"),
            (S::InProgress, "yes"),
            (S::Ended, "yes"),
            (S::Reported, "closed"),
            (S::Confirmed, "closed"),
            (S::Cancelled, "closed"),
        ] {
            let done = admits(Standing::Inspection(state), Side::Vendor);
            assert_eq!(word(done), expected, "{state:?}");
        }
    }

    /// C1.5.2-f: the owner while it works, the hospital while it verifies.
    #[test]
    fn a_rectification_takes_files_of_whose_turn_it_is() {
        use RectificationState as S;
        use ResponsibleParty as P;
        for (state, owner, vendor, hospital) in [
            (S::Open, P::Vendor, "yes", "other"),
            (S::InProgress, P::Vendor, "yes", "other"),
            (S::Rejected, P::Vendor, "yes", "other"),
            (S::Open, P::Hospital, "other", "yes"),
            (S::Rejected, P::Hospital, "other", "yes"),
            (S::InProgress, P::ThirdParty, "yes", "yes"),
            (S::Submitted, P::Vendor, "other", "yes"),
            (S::Submitted, P::Hospital, "other", "yes"),
            (S::Submitted, P::ThirdParty, "other", "yes"),
            (S::Verified, P::Vendor, "closed", "closed"),
            (S::Waived, P::ThirdParty, "closed", "closed"),
        ] {
            let standing = Standing::Rectification(state, owner);
            let told = (
                word(admits(standing, Side::Vendor)),
                word(admits(standing, Side::Hospital)),
            );
            assert_eq!(told, (vendor, hospital), "{state:?} {owner:?}");
        }
    }

    /// C1.1: pictures come with a text that is written, and the vendor goes on from its own only.
    #[test]
    fn an_article_takes_files_while_its_text_is_open() {
        use ArticleVersionState as S;
        for (retired, state, writer, vendor, hospital) in [
            (false, S::Draft, Side::Vendor, "yes", "yes"),
            (false, S::Draft, Side::Hospital, "other", "yes"),
            (false, S::InReview, Side::Vendor, "closed", "closed"),
            (false, S::Published, Side::Vendor, "yes", "yes"),
            (false, S::Published, Side::Hospital, "other", "yes"),
            (false, S::Superseded, Side::Vendor, "closed", "closed"),
            (true, S::Draft, Side::Vendor, "closed", "closed"),
            (true, S::Published, Side::Hospital, "closed", "closed"),
        ] {
            let standing = Standing::Article(retired, state, writer);
            let told = (
                word(admits(standing, Side::Vendor)),
                word(admits(standing, Side::Hospital)),
            );
            assert_eq!(told, (vendor, hospital), "{retired} {state:?} {writer:?}");
        }
    }

    #[test]
    fn a_ticket_takes_files_while_it_takes_replies() {
        for (status, expected) in [
            (TicketStatus::Submitted, "yes"),
            (TicketStatus::InProgress, "yes"),
            (TicketStatus::Cancelled, "closed"),
        ] {
            let done = admits(Standing::Ticket(status), Side::Hospital);
            assert_eq!(word(done), expected, "{status:?}");
        }
    }

    /// Nobody attaches where nothing can be read, and an auditor attaches nothing.
    #[test]
    fn whoever_attaches_reads() {
        for kind in Kind::ALL {
            assert!(!allows(Role::Auditor, kind.attach()), "{kind:?}");
            for role in Role::ALL {
                let reads = kind.read().is_none_or(|read| allows(*role, read));
                assert!(!allows(*role, kind.attach()) || reads, "{role} {kind:?}");
            }
        }
        // Who verifies also works: one permission is asked for before the state is known.
        for role in Role::ALL {
            assert!(
                !allows(*role, Permission::RectificationVerify)
                    || allows(*role, Kind::Rectification.attach()),
                "{role}"
            );
        }
    }
}
