//! Reading people, departments, contracts, roles and tokens.

use async_graphql::{Context, InputObject, Object};
use entity::ids::DepartmentId;
use entity::rules::access::{Permission, allows};
use entity::values::{GrantState, PersonState, Role, Side, TokenScope};
use entity::{contract, department, machine_token, partial, person, role_grant};
use sea_orm::sea_query::{Condition, LikeExpr, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::super::ops;
use super::access::MachineToken;
use super::given::{Contract, RoleGrant};
use super::input::PersonBy;
use super::types::{Department, Person};
use crate::connection;
use crate::error::Result;
use crate::graphql::{Counter, app, page, requester};
use crate::page::{self, Ask, Cursors, Key};
use crate::requester::Requester;

/// Most rows of a bounded list.
const MOST: u64 = 200;

type Maybe<T> = Option<async_graphql::Result<T>>;

/// 筛选，异项为且.
/// AND between fields.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PersonFilter {
    /// 所属一方.
    /// Side.
    pub side: Option<Side>,
    /// 账号状态.
    /// States of the account.
    pub state: Option<Vec<PersonState>>,
    /// 有效角色.
    /// Holds this role.
    pub role: Option<Role>,
    /// 科室.
    /// Holds a role in this department.
    pub department_id: Option<async_graphql::ID>,
    /// 姓名所含文字.
    /// Part of the name.
    pub name: Option<String>,
}

connection! {
    /// 人员分页；totalCount 为 25001 表示更多.
    /// A page of people; a totalCount of 25 001 means more than 25 000.
    PersonConnection,
    /// 分页行.
    /// One row of a page.
    PersonEdge,
    Person
}

fn filtered(who: &Requester, filter: &PersonFilter) -> Condition {
    use person::Column as C;
    let mut all = Condition::all();
    if let Some(side) = filter.side {
        all = all.add(C::Side.eq(side));
    }
    if let Some(states) = &filter.state {
        all = all.add(C::State.is_in(states.iter().copied()));
    }
    if let Some(name) = &filter.name {
        let text = name
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        all = all.add(C::Name.like(LikeExpr::new(format!("%{text}%")).escape('\\')));
    }
    if filter.role.is_some() || filter.department_id.is_some() {
        let mut held = Query::select();
        held.column(role_grant::Column::PersonId)
            .from(role_grant::Entity)
            .and_where(role_grant::Column::HospitalId.is_in(who.hospitals()))
            .and_where(role_grant::Column::State.eq(GrantState::Active));
        if let Some(role) = filter.role {
            held.and_where(role_grant::Column::Role.eq(role));
        }
        if let Some(id) = &filter.department_id {
            // An id that cannot be read is no department: nobody is in it.
            let id = DepartmentId::lookup(id);
            held.and_where(role_grant::Column::DepartmentId.eq(id));
        }
        all = all.add(C::Id.in_subquery(held));
    }
    all
}

/// Queries about people and what they belong to.
#[derive(Default)]
pub struct DirectoryQuery;

/// Queries about people and what they belong to.
#[Object]
impl DirectoryQuery {
    /// 本院知悉的人员，先建者在前. 权限 PEOPLE_READ.
    /// The people whom the hospital knows, oldest first. Permission PEOPLE_READ.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
        #[graphql(desc = "筛选. Filter.")] filter: Option<PersonFilter>,
    ) -> Maybe<PersonConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        let listed = people(ctx, &ask, &filter.unwrap_or_default()).await;
        Some(listed.map_err(Into::into))
    }

    /// 按 ID 或登录名；不存在与无权同为 null. 权限 PEOPLE_READ.
    /// By id or by sign-in name; unknown and out of scope are both null. Permission PEOPLE_READ.
    async fn person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID 或登录名. Id or sign-in name.")] by: PersonBy,
    ) -> Maybe<Person> {
        let who = requester(ctx);
        let found = async {
            who.require(Permission::PeopleRead)?;
            let row = ops::find_person(app(ctx).db.read(), who, &(&by).into()).await?;
            // Who does not see the sign-in name does not find by it.
            let by_account = matches!(by, PersonBy::Account(_));
            Ok::<_, crate::error::Error>(
                row.filter(|row| !by_account || ops::sees_account(who, row)),
            )
        };
        found
            .await
            .map(|row| {
                row.map(|row| Person {
                    own: who.person_id() == Some(row.id),
                    row,
                })
            })
            .map_err(Into::into)
            .transpose()
    }

    /// 本院科室，至多 200 个.
    /// Departments of the own hospitals, at most 200.
    async fn departments(&self, ctx: &Context<'_>) -> Maybe<Vec<Department>> {
        let who = requester(ctx);
        let rows = async {
            who.reader(TokenScope::DirectoryRead)?;
            let rows = department::Entity::find()
                .filter(department::Column::HospitalId.is_in(who.directory()))
                .order_by_asc(department::Column::Name)
                .order_by_asc(department::Column::Id)
                .limit(MOST)
                .all(app(ctx).db.read())
                .await?;
            Ok::<_, crate::error::Error>(rows)
        };
        Some(
            rows.await
                .map(|rows| rows.into_iter().map(Department).collect())
                .map_err(Into::into),
        )
    }

    /// 可见合同，至多 200 个.
    /// Contracts in scope, at most 200.
    async fn contracts(&self, ctx: &Context<'_>) -> Maybe<Vec<Contract>> {
        let who = requester(ctx);
        let rows = async {
            who.reader(TokenScope::DirectoryRead)?;
            let rows = contract::Entity::find()
                .filter(ops::visible_contracts(who))
                .order_by_desc(contract::Column::ServiceFromOn)
                .order_by_asc(contract::Column::Id)
                .limit(MOST)
                .all(app(ctx).db.read())
                .await?;
            Ok::<_, crate::error::Error>(rows)
        };
        Some(
            rows.await
                .map(|rows| rows.into_iter().map(Contract).collect())
                .map_err(Into::into),
        )
    }

    /// 角色授予，新者在前，至多 200 个；可只取待批准者. 权限 PEOPLE_READ.
    /// Grants of roles, newest first, at most 200; on demand those that wait. Permission PEOPLE_READ.
    async fn grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            default,
            desc = "只取待批准者. Only those that wait for the second person."
        )]
        pending: bool,
    ) -> Maybe<Vec<RoleGrant>> {
        let who = requester(ctx);
        let rows = async {
            who.require(Permission::PeopleRead)?;
            let seen: Vec<_> = who
                .grants
                .iter()
                .filter(|grant| allows(grant.role, Permission::PeopleRead))
                .map(|grant| grant.hospital)
                .collect();
            let mut query = role_grant::Entity::find()
                .filter(role_grant::Column::HospitalId.is_in(seen))
                .order_by_desc(role_grant::Column::GrantedAt)
                .order_by_desc(role_grant::Column::Id)
                .limit(MOST);
            if pending {
                query = query.filter(role_grant::Column::State.eq(GrantState::Pending));
            }
            Ok::<_, crate::error::Error>(query.all(app(ctx).db.read()).await?)
        };
        Some(
            rows.await
                .map(|rows| {
                    let seen = rows.into_iter().filter(|row| ops::sees_grant(who, row));
                    seen.map(RoleGrant).collect()
                })
                .map_err(Into::into),
        )
    }

    /// 本院机器令牌，新者在前，至多 200 个. 权限 TOKEN_MANAGE.
    /// Machine tokens of the own hospital, newest first, at most 200. Permission TOKEN_MANAGE.
    async fn machine_tokens(&self, ctx: &Context<'_>) -> Maybe<Vec<MachineToken>> {
        let who = requester(ctx);
        let rows = async {
            let hospital = who.desk(Permission::TokenManage)?;
            let rows = machine_token::Entity::find()
                .filter(machine_token::Column::HospitalId.eq(hospital))
                .order_by_desc(machine_token::Column::CreatedAt)
                .order_by_desc(machine_token::Column::Id)
                .limit(MOST)
                .all(app(ctx).db.read())
                .await?;
            Ok::<_, crate::error::Error>(rows)
        };
        Some(
            rows.await
                .map(|rows| rows.into_iter().map(MachineToken).collect())
                .map_err(Into::into),
        )
    }
}

async fn people(ctx: &Context<'_>, ask: &Ask, filter: &PersonFilter) -> Result<PersonConnection> {
    use person::Column as C;
    let app = app(ctx);
    let who = requester(ctx);
    let me = who.require(Permission::PeopleRead)?.id;
    let cursors = Cursors::new(app.cursor_key, &format!("people|{me}|{filter:?}"));
    let window = cursors.window(ask)?;
    let scope = person::Entity::find()
        .filter(ops::listed_people(who))
        .filter(filtered(who, filter));
    let columns = person::shown();
    let sort = (C::CreatedAt, C::Id);
    let query = page::merged(vec![scope.clone()], &columns, sort, &window, false)?;
    let rows: Vec<person::Model> = partial::read(&query, &columns, app.db.read()).await?;
    let page = page(&cursors, &window, rows, |row: &person::Model| {
        Key::at(row.created_at, row.id.0)
    })?;
    Ok(PersonConnection::new(page, Counter::of(scope)))
}
