//! The rule of `entity::rules::audience` met with hospital, contract and department: as a condition of statements, and
//! for one row.

use entity::article_version;
use entity::ids::{ContractId, HospitalId};
use entity::knowledge_article::{self as article, Column as C};
use entity::rules::access::{Permission, allows};
use entity::rules::audience::{
    Audiences, Record, audiences_of, blocks_of, cap, is_of_one_department, sees_version as sees,
};
use entity::values::{ArticleState, Audience, Side};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait};

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

/// Articles in scope: the SQL form of `rules::audience::sees_article`.
#[must_use]
pub fn seen(who: &Requester) -> Condition {
    if who.is_system {
        return Condition::all();
    }
    let published = Condition::all().add(C::State.eq(ArticleState::Published));
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
    who.is_system
        || who
            .grants
            .iter()
            .filter(|grant| grant.hospital == article.hospital_id)
            .any(|grant| {
                let record = Record {
                    audiences: Audiences::from_bits(version.audience_bits),
                    data_level: version.data_level,
                    is_for_department: version
                        .department_id
                        .is_none_or(|department| grant.department == Some(department)),
                };
                sees(grant.role, version.state, version.side, record)
            })
}
