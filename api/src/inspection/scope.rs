//! Who sees which asset, plan, inspection and finding (`domain.md` 2.6): the whole hospital for its own people, the
//! contracts that they serve for vendor people. What is found about security is for named engineers only.

use entity::rules::access::{Permission, allows};
use entity::values::{Audience, InspectionScope, Role, Side};
use entity::{finding, inspection_participant, rectification_task};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Condition, Query};

use crate::requester::Requester;

/// Rows at hospitals and contracts where a role in force holds the permission; `hospital` and `contract` name their columns.
#[must_use]
pub fn seen<C: ColumnTrait>(
    who: &Requester,
    permission: Permission,
    hospital: C,
    contract: C,
) -> Condition {
    if who.is_system {
        return Condition::all();
    }
    if let Some(portal) = &who.portal {
        return portal.rows(permission, hospital, contract);
    }
    let mut any = Condition::any();
    for grant in &who.grants {
        if !allows(grant.role, permission) {
            continue;
        }
        let here = Condition::all().add(hospital.eq(grant.hospital));
        any = any.add(match grant.role.side() {
            Side::Hospital => here,
            Side::Vendor => {
                let own = who
                    .contracts
                    .iter()
                    .filter(|(at, _)| *at == grant.hospital)
                    .map(|(_, contract)| *contract);
                here.add(contract.is_in(own))
            }
        });
    }
    // An empty "any" would be everything.
    any.add(hospital.is_null())
}

/// Findings in scope: those of [`seen`], and of security ones for an engineer only those of inspections that the
/// engineer takes part in.
#[must_use]
pub fn seen_findings(who: &Requester, permission: Permission) -> Condition {
    use finding::Column as C;
    let all = Condition::all().add(seen(who, permission, C::HospitalId, C::ContractId));
    if let Some(portal) = &who.portal {
        // Every person of the vendor reads its pages.
        return match portal.audience {
            Audience::Vendor => all.add(C::Scope.ne(InspectionScope::Sec)),
            Audience::Staff | Audience::Icu | Audience::It | Audience::Mgmt | Audience::Audit => {
                all
            }
        };
    }
    let engineer_only: Vec<_> = who
        .hospitals()
        .into_iter()
        .filter(|hospital| {
            who.roles_at(*hospital)
                .filter(|role| allows(*role, permission))
                .all(|role| role == Role::VendorEngineer)
        })
        .collect();
    if who.is_system || engineer_only.is_empty() {
        return all;
    }
    let mut own = Query::select();
    own.column(inspection_participant::Column::InspectionId)
        .from(inspection_participant::Entity)
        .and_where(inspection_participant::Column::PersonId.eq(who.person_id()));
    all.add(
        Condition::any()
            .add(C::HospitalId.is_not_in(engineer_only))
            .add(C::Scope.ne(InspectionScope::Sec))
            .add(C::FoundBy.eq(who.person_id()))
            .add(C::InspectionId.in_subquery(own)),
    )
}

/// Tasks in scope: those whose finding is.
#[must_use]
pub fn seen_tasks(who: &Requester, permission: Permission) -> Condition {
    use rectification_task::Column as C;
    let mut findings = Query::select();
    findings
        .column(finding::Column::Id)
        .from(finding::Entity)
        .cond_where(seen_findings(who, permission));
    Condition::all()
        .add(seen(who, permission, C::HospitalId, C::ContractId))
        .add(C::FindingId.in_subquery(findings))
}
