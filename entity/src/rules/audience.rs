//! Who reads what (`domain.md` 4.5, SG-AUD-1): one source for lists, counts, search hits, nodes and portal pages.
//!
//! Hospital, contract and department are compared where the rows are; this says which audiences a role belongs to,
//! up to which classification each reads, and what follows for a record.

use crate::rules::access::{Permission, allows};
use crate::values::{ArticleState, ArticleVersionState, Audience, Role, Side};

/// Classifications that a record may have.
pub const LEVELS: std::ops::RangeInclusive<i32> = 1..=3;

/// A set of audiences; stored as one bit each, `STAFF` the lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audiences(i32);

impl Audiences {
    /// Nobody.
    pub const NONE: Self = Self(0);
    /// Everybody.
    pub const ALL: Self = Self(0b11_1111);

    /// The stored form.
    #[must_use]
    pub const fn bits(self) -> i32 {
        self.0
    }

    /// Reads the stored form; bits of no audience are dropped.
    #[must_use]
    pub const fn from_bits(bits: i32) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The bit of an audience.
    #[must_use]
    pub const fn bit(audience: Audience) -> i32 {
        match audience {
            Audience::Staff => 1,
            Audience::Icu => 1 << 1,
            Audience::It => 1 << 2,
            Audience::Mgmt => 1 << 3,
            Audience::Vendor => 1 << 4,
            Audience::Audit => 1 << 5,
        }
    }

    /// Whether an audience belongs to it.
    #[must_use]
    pub const fn has(self, audience: Audience) -> bool {
        self.0 & Self::bit(audience) != 0
    }

    /// Whether the two have an audience in common.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it has no audience.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The audiences, in the order P0 to P5.
    pub fn list(self) -> impl Iterator<Item = Audience> {
        Audience::ALL
            .iter()
            .copied()
            .filter(move |one| self.has(*one))
    }
}

impl FromIterator<Audience> for Audiences {
    fn from_iter<I: IntoIterator<Item = Audience>>(all: I) -> Self {
        Self(all.into_iter().fold(0, |bits, one| bits | Self::bit(one)))
    }
}

/// The short code of an audience, `P0` to `P5`.
#[must_use]
pub const fn code(audience: Audience) -> &'static str {
    match audience {
        Audience::Staff => "P0",
        Audience::Icu => "P1",
        Audience::It => "P2",
        Audience::Mgmt => "P3",
        Audience::Vendor => "P4",
        Audience::Audit => "P5",
    }
}

/// The highest classification that pages of an audience carry.
#[must_use]
pub const fn cap(audience: Audience) -> i32 {
    match audience {
        Audience::Staff | Audience::Icu => 2,
        Audience::It | Audience::Mgmt | Audience::Vendor | Audience::Audit => 3,
    }
}

/// Whether the pages of an audience name no host, database or address, and nobody's own telephone.
#[must_use]
pub const fn hides_names(audience: Audience) -> bool {
    matches!(audience, Audience::Staff | Audience::Icu)
}

/// The audiences that a role belongs to. Vendor people also read what the staff and the ward of the hospital that they
/// serve read: they answer questions about it.
#[must_use]
pub const fn audiences_of(role: Role) -> Audiences {
    const fn set(audience: Audience) -> Audiences {
        Audiences(Audiences::bit(Audience::Staff) | Audiences::bit(audience))
    }
    match role {
        Role::IcuNurse | Role::IcuDoctor => set(Audience::Icu),
        Role::HospItAdmin => set(Audience::It),
        Role::HospManager => set(Audience::Mgmt),
        Role::Auditor => set(Audience::Audit),
        Role::VendorPm | Role::VendorEngineer | Role::VendorTrainer => {
            set(Audience::Vendor).and(set(Audience::Icu))
        }
    }
}

/// The audiences whose records stand on the pages of one: its own, and what is for everybody (`portal.md` 4: everything
/// of P0, read as the audience).
#[must_use]
pub const fn on_pages_of(audience: Audience) -> Audiences {
    Audiences(Audiences::bit(Audience::Staff) | Audiences::bit(audience))
}

/// Whether a record stands on the pages of an audience; what is for one department of the ward and for others too stands
/// on the pages of the others.
#[must_use]
pub fn stands_on(audience: Audience, record: Record) -> bool {
    let here = on_pages_of(audience);
    let others = Audiences(here.bits() & !Audiences::bit(Audience::Icu));
    record.audiences.meets(here)
        && record.data_level <= cap(audience)
        && (record.is_for_department || record.audiences.meets(others))
}

/// The role as which pages of an audience are read; none for the whole staff, which needs no account.
#[must_use]
pub const fn read_as(audience: Audience) -> Option<Role> {
    match audience {
        Audience::Staff => None,
        Audience::Icu => Some(Role::IcuNurse),
        Audience::It => Some(Role::HospItAdmin),
        Audience::Mgmt => Some(Role::HospManager),
        Audience::Vendor => Some(Role::VendorPm),
        Audience::Audit => Some(Role::Auditor),
    }
}

/// What the pages of an audience are made from. Pages of the ward and the whole staff show no record of a ticket, an
/// inspection or a report; a manager's and an auditor's show none of a single finding, a manager's how many there are.
#[must_use]
pub const fn may_show(audience: Audience, permission: Permission) -> bool {
    use Audience::{Audit, It, Mgmt, Vendor};
    match permission {
        Permission::KnowledgeRead | Permission::PortalRead => true,
        Permission::InspectionRead => matches!(audience, It | Vendor),
        Permission::InspectionFigures => matches!(audience, It | Mgmt | Vendor),
        Permission::StatementRead => matches!(audience, It | Mgmt | Vendor),
        Permission::ReportRead | Permission::DocumentationRead => {
            matches!(audience, It | Mgmt | Vendor | Audit)
        }
        _ => false,
    }
}

/// Whether a role reads interfaces and structure of tables (data level 3), or only that they are documented.
#[must_use]
pub const fn reads_structure(role: Role) -> bool {
    matches!(
        role,
        Role::HospItAdmin | Role::VendorPm | Role::VendorEngineer
    )
}

/// Whether a role reads for one department only what is for one department of the ward.
#[must_use]
pub const fn is_of_one_department(role: Role) -> bool {
    match role {
        Role::IcuNurse | Role::IcuDoctor => true,
        Role::HospItAdmin
        | Role::HospManager
        | Role::Auditor
        | Role::VendorPm
        | Role::VendorEngineer
        | Role::VendorTrainer => false,
    }
}

/// Audiences and classification of a record, and whether it is for the reader's department.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// For whom it is.
    pub audiences: Audiences,
    /// Classification, 1 to 3.
    pub data_level: i32,
    /// Whether it names no department, or that of the reader.
    pub is_for_department: bool,
}

/// Whether a role reads a record as one of its audiences.
#[must_use]
pub fn reads(role: Role, record: Record) -> bool {
    audiences_of(role).list().any(|audience| {
        let department =
            audience != Audience::Icu || !is_of_one_department(role) || record.is_for_department;
        record.audiences.has(audience) && record.data_level <= cap(audience) && department
    })
}

/// Whether a role sees an article: readers the published one, whoever publishes all of them, the vendor beside it what
/// its own people wrote.
#[must_use]
pub fn sees_article(role: Role, state: ArticleState, side: Side, record: Record) -> bool {
    allows(role, Permission::KnowledgePublish)
        || (role.side() == Side::Vendor && side == Side::Vendor)
        || (state == ArticleState::Published && reads(role, record))
}

/// Whether a role sees a version of an article that it sees.
#[must_use]
pub fn sees_version(role: Role, state: ArticleVersionState, side: Side, record: Record) -> bool {
    allows(role, Permission::KnowledgePublish)
        || (role.side() == Side::Vendor && side == Side::Vendor)
        || (state == ArticleVersionState::Published && reads(role, record))
}

/// The audiences whose blocks a role reads in a text: all of them where the text is its own or its to review.
#[must_use]
pub fn blocks_of(role: Role, side: Side) -> Audiences {
    let own = role.side() == Side::Vendor && side == Side::Vendor;
    if own || allows(role, Permission::KnowledgePublish) {
        Audiences::ALL
    } else {
        audiences_of(role)
    }
}

/// Why a record cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is for nobody.
    NoAudience,
    /// No such classification, or one that an audience of it may not read.
    Level,
    /// A department narrows the ward, and nothing else.
    Department,
}

/// Whether a record can be kept; one without audience or classification never is.
///
/// # Errors
/// [`Unfit`].
pub fn check(audiences: Audiences, data_level: i32, for_department: bool) -> Result<(), Unfit> {
    if audiences.is_empty() {
        return Err(Unfit::NoAudience);
    }
    if !LEVELS.contains(&data_level) || audiences.list().any(|one| data_level > cap(one)) {
        return Err(Unfit::Level);
    }
    if for_department && (!audiences.has(Audience::Icu) || audiences.has(Audience::Staff)) {
        return Err(Unfit::Department);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(audiences: &[Audience], data_level: i32, is_for_department: bool) -> Record {
        Record {
            audiences: audiences.iter().copied().collect(),
            data_level,
            is_for_department,
        }
    }

    /// The table of `portal.md` 2, a row a role and a column an audience.
    #[test]
    fn each_role_reads_the_audiences_it_belongs_to() {
        use Audience::{Audit, Icu, It, Mgmt, Staff, Vendor};
        let table = [
            (Role::IcuNurse, vec![Staff, Icu]),
            (Role::IcuDoctor, vec![Staff, Icu]),
            (Role::HospItAdmin, vec![Staff, It]),
            (Role::HospManager, vec![Staff, Mgmt]),
            (Role::Auditor, vec![Staff, Audit]),
            (Role::VendorPm, vec![Staff, Icu, Vendor]),
            (Role::VendorEngineer, vec![Staff, Icu, Vendor]),
            (Role::VendorTrainer, vec![Staff, Icu, Vendor]),
        ];
        assert_eq!(table.len(), Role::ALL.len());
        for (role, own) in table {
            for audience in Audience::ALL {
                let here = own.contains(audience);
                assert_eq!(
                    reads(role, record(&[*audience], 1, true)),
                    here,
                    "{role} {audience}"
                );
                assert_eq!(
                    reads(role, record(&[*audience], 2, true)),
                    here,
                    "{role} {audience}"
                );
                let level3 = here && !matches!(audience, Staff | Icu);
                assert_eq!(
                    reads(role, record(&[*audience], 3, true)),
                    level3,
                    "{role} {audience}"
                );
            }
            let elsewhere = reads(role, record(&[Icu], 1, false));
            assert_eq!(
                elsewhere,
                role.side() == Side::Vendor,
                "{role}: another department"
            );
        }
    }

    #[test]
    fn pages_show_nothing_that_the_role_behind_them_may_not_read() {
        for audience in Audience::ALL {
            for permission in Permission::ALL {
                if may_show(*audience, *permission) {
                    let role = read_as(*audience).unwrap_or(Role::IcuNurse);
                    assert!(
                        allows(role, *permission),
                        "{audience} {}",
                        permission.word()
                    );
                }
            }
            assert!(stands_on(*audience, record(&[Audience::Staff], 2, true)));
            assert!(stands_on(*audience, record(&[*audience], 2, true)));
            assert!(!stands_on(
                *audience,
                record(&[*audience], cap(*audience) + 1, true)
            ));
            assert!(on_pages_of(*audience).has(Audience::Staff));
            assert!(on_pages_of(*audience).has(*audience));
            let role = read_as(*audience);
            assert!(role.is_none_or(|role| audiences_of(role).has(*audience)));
        }
        assert!(!stands_on(
            Audience::Icu,
            record(&[Audience::Icu], 1, false)
        ));
        assert!(stands_on(
            Audience::It,
            record(&[Audience::Icu, Audience::It], 1, false)
        ));
        assert!(!stands_on(
            Audience::Vendor,
            record(&[Audience::Icu], 1, true)
        ));
        assert!(!may_show(Audience::Icu, Permission::InspectionRead));
        assert!(!may_show(Audience::Staff, Permission::ReportRead));
    }

    #[test]
    fn an_article_is_seen_by_readers_when_it_is_published_and_by_its_makers_before() {
        use ArticleState::{Draft, InReview, Published, Retired};
        let ward = record(&[Audience::Icu], 1, true);
        for state in [Draft, InReview, Published, Retired] {
            for side in [Side::Hospital, Side::Vendor] {
                for (role, seen) in [
                    (Role::HospItAdmin, true),
                    (Role::IcuNurse, state == Published),
                    (Role::HospManager, false),
                    (Role::Auditor, false),
                    (
                        Role::VendorEngineer,
                        state == Published || side == Side::Vendor,
                    ),
                ] {
                    assert_eq!(
                        sees_article(role, state, side, ward),
                        seen,
                        "{role} {state} {side}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_superseded_version_is_seen_by_its_makers_only() {
        use ArticleVersionState::{Draft, InReview, Published, Superseded};
        let all = record(Audience::ALL, 1, true);
        for state in [Draft, InReview, Published, Superseded] {
            assert!(sees_version(Role::HospItAdmin, state, Side::Vendor, all));
            assert!(sees_version(Role::VendorPm, state, Side::Vendor, all));
            let published = state == Published;
            assert_eq!(
                sees_version(Role::VendorPm, state, Side::Hospital, all),
                published
            );
            assert_eq!(
                sees_version(Role::IcuNurse, state, Side::Vendor, all),
                published
            );
            assert_eq!(
                sees_version(Role::Auditor, state, Side::Vendor, all),
                published
            );
        }
    }

    #[test]
    fn blocks_are_cut_for_readers_and_whole_for_makers() {
        assert_eq!(blocks_of(Role::HospItAdmin, Side::Vendor), Audiences::ALL);
        assert_eq!(blocks_of(Role::VendorPm, Side::Vendor), Audiences::ALL);
        assert!(!blocks_of(Role::VendorPm, Side::Hospital).has(Audience::It));
        assert!(!blocks_of(Role::IcuNurse, Side::Vendor).has(Audience::Vendor));
    }

    #[test]
    fn a_record_for_nobody_or_above_the_cap_of_an_audience_is_not_kept() {
        let set = |all: &[Audience]| all.iter().copied().collect::<Audiences>();
        assert_eq!(check(Audiences::NONE, 1, false), Err(Unfit::NoAudience));
        assert_eq!(check(set(&[Audience::It]), 3, false), Ok(()));
        for level in [0, 4, -1] {
            assert_eq!(check(set(&[Audience::It]), level, false), Err(Unfit::Level));
        }
        assert_eq!(
            check(set(&[Audience::It, Audience::Icu]), 3, false),
            Err(Unfit::Level)
        );
        assert_eq!(check(set(&[Audience::Icu]), 2, true), Ok(()));
        assert_eq!(check(set(&[Audience::Icu, Audience::It]), 2, true), Ok(()));
        assert_eq!(check(set(&[Audience::It]), 2, true), Err(Unfit::Department));
        let both = set(&[Audience::Icu, Audience::Staff]);
        assert_eq!(check(both, 2, true), Err(Unfit::Department));
    }

    proptest! {
        /// What is kept can be read by at least one role, and bits survive their stored form.
        #[test]
        fn what_is_kept_has_a_reader(bits in 0..64_i32, level in 0..5_i32) {
            let audiences = Audiences::from_bits(bits);
            prop_assert_eq!(audiences.list().collect::<Audiences>(), audiences);
            let record = Record { audiences, data_level: level, is_for_department: true };
            if check(audiences, level, false).is_ok() {
                prop_assert!(Role::ALL.iter().any(|role| reads(*role, record)));
            }
        }
    }
}
