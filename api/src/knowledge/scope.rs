//! The rule of `entity::rules::audience` met with hospital, contract and department: as a condition of statements, and
//! for one row.

use entity::article_version;
use entity::ids::{ContractId, HospitalId};
use entity::knowledge_article::{self as article, Column as C};
use entity::rules::access::{Permission, allows};
use entity::rules::audience::{
    Audiences, Record, audiences_of, blocks_of, cap, is_of_one_department, sees_version as sees,
    stands_on,
};
use entity::values::{ArticleState, ArticleVersionState, Audience, Side};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait};

use crate::portal::PortalReader;
use crate::requester::Requester;

/// The columns of a table whose rows have audiences.
#[derive(Clone, Copy, Debug)]
pub struct Columns<C> {
    /// Hospital.
    pub hospital: C,
    /// Contract, where a row belongs to one.
    pub contract: Option<C>,
    /// Audiences.
    pub bits: C,
    /// Department of the ward.
    pub department: C,
    /// Classification.
    pub level: C,
}

const ARTICLE: Columns<C> = Columns {
    hospital: C::HospitalId,
    contract: Some(C::ContractId),
    bits: C::AudienceBits,
    department: C::DepartmentId,
    level: C::DataLevel,
};

fn served(who: &Requester, hospital: HospitalId) -> Vec<ContractId> {
    let here = who.contracts.iter().filter(|(at, _)| *at == hospital);
    here.map(|(_, contract)| *contract).collect()
}

/// Rows that the reader reads as one of their audiences: the SQL form of `rules::audience::reads`.
#[must_use]
pub fn reached<C: ColumnTrait>(who: &Requester, of: &Columns<C>) -> Condition {
    if let Some(portal) = &who.portal {
        return shown(portal, of);
    }
    // An empty "any" would be everything.
    let mut any = Condition::any().add(of.hospital.is_null());
    for grant in &who.grants {
        let mut here = Condition::all().add(of.hospital.eq(grant.hospital));
        if grant.role.side() == Side::Vendor {
            let own = served(who, grant.hospital);
            match of.contract {
                Some(contract) => here = here.add(contract.is_in(own)),
                None if own.is_empty() => continue,
                None => {}
            }
        }
        let mut one_of = Condition::any();
        for audience in audiences_of(grant.role).list() {
            let bit = Expr::col(of.bits.as_column_ref()).bit_and(Audiences::bit(audience));
            let mut part = Condition::all()
                .add(bit.ne(0))
                .add(of.level.lte(cap(audience)));
            if audience == Audience::Icu && is_of_one_department(grant.role) {
                let mut own = Condition::any().add(of.department.is_null());
                if let Some(department) = grant.department {
                    own = own.add(of.department.eq(department));
                }
                part = part.add(own);
            }
            one_of = one_of.add(part);
        }
        any = any.add(here.add(one_of));
    }
    any
}

/// Rows that stand on the pages of an audience: its own and those for everybody, up to the cap of its own.
fn shown<C: ColumnTrait>(portal: &PortalReader, of: &Columns<C>) -> Condition {
    let bits = Expr::col(of.bits.as_column_ref()).bit_and(portal.reads().bits());
    let mut here = Condition::all()
        .add(of.hospital.eq(portal.hospital))
        .add(bits.ne(0))
        .add(of.level.lte(cap(portal.audience)));
    if let (Some(contract), Audience::Vendor) = (of.contract, portal.audience) {
        here = here.add(contract.is_in(portal.contract));
    }
    // What is for one department only stands on the pages of that department; a row for more audiences than the ward
    // stands on those of the others.
    let others = Expr::col(of.bits.as_column_ref())
        .bit_and(portal.reads().bits() & !Audiences::bit(Audience::Icu));
    let mut own = Condition::any()
        .add(of.department.is_null())
        .add(others.ne(0));
    if let Some(department) = portal.department {
        own = own.add(of.department.eq(department));
    }
    here.add(own)
}

/// Withdrawn articles that the reader could read before.
#[must_use]
pub fn gone(who: &Requester) -> Condition {
    Condition::all()
        .add(C::RetiredAt.is_not_null())
        .add(C::PublishedAt.is_not_null())
        .add(reached(who, &ARTICLE))
}

/// Articles in scope: the SQL form of `rules::audience::sees_article`.
#[must_use]
pub fn seen(who: &Requester) -> Condition {
    if who.is_system {
        return Condition::all();
    }
    let published = Condition::all().add(C::State.eq(ArticleState::Published));
    // Pages have no role, so that nothing but what is published is added below.
    let mut any = Condition::any().add(published.add(reached(who, &ARTICLE)));
    for grant in &who.grants {
        let here = Condition::all().add(C::HospitalId.eq(grant.hospital));
        if allows(grant.role, Permission::KnowledgePublish) {
            any = any.add(here);
        } else if grant.role.side() == Side::Vendor {
            let own = here.add(C::ContractId.is_in(served(who, grant.hospital)));
            any = any.add(own.add(C::Side.eq(Side::Vendor)));
        }
    }
    any
}

/// The audiences whose blocks the reader gets in texts that a side wrote at a hospital.
#[must_use]
pub fn blocks(who: &Requester, hospital: HospitalId, side: Side) -> Audiences {
    if who.is_system {
        return Audiences::ALL;
    }
    if let Some(portal) = &who.portal {
        return portal.reads();
    }
    who.roles_at(hospital)
        .map(|role| blocks_of(role, side))
        .fold(Audiences::NONE, Audiences::and)
}

/// Whether the reader sees this version of an article that is in scope.
#[must_use]
pub fn sees_version(
    who: &Requester,
    article: &article::Model,
    version: &article_version::Model,
) -> bool {
    let record = |department| Record {
        audiences: Audiences::from_bits(version.audience_bits),
        data_level: version.data_level,
        is_for_department: version
            .department_id
            .is_none_or(|of| department == Some(of)),
    };
    if let Some(portal) = &who.portal {
        return version.state == ArticleVersionState::Published
            && stands_on(portal.audience, record(portal.department));
    }
    who.is_system
        || who
            .grants
            .iter()
            .filter(|grant| grant.hospital == article.hospital_id)
            .any(|grant| {
                let record = record(grant.department);
                sees(grant.role, version.state, version.side, record)
            })
}
