//! Reading what is announced.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use entity::ids::HospitalId;
use entity::notice::{Column as C, Entity, Model};
use entity::rules::access::Permission;
use entity::rules::audience::hides_names;
use entity::rules::calendar::{civil_date, midnight};
use entity::rules::chain::to_hex;
use entity::values::{AssetKind, NoticeKind};
use entity::{asset, portal_revision, work_calendar};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};

use super::super::build::NEW_DAY;
use super::super::due::{WINDOW_DAYS, times};
use super::super::{in_force, instance, own, seen, status};
use super::Maybe;
use super::types::{Notice, OwnDocument, Portal, SystemStatus};
use crate::app::App;
use crate::connection;
use crate::error::{Error, Reason, Result};
use crate::graphql::{Counter, app, page, requester};
use crate::page::{self, Ask, Cursors, Key};
use crate::scalar::{Instant, Long};

const READ: Permission = Permission::PortalRead;
/// Most windows of an answer.
const WINDOWS: u64 = 100;
/// How far ahead windows are asked for, in days.
const DAYS: std::ops::RangeInclusive<i32> = 1..=366;

connection! {
    /// 公告分页，最新在前.
    /// A page of notices, newest first.
    NoticeConnection,
    /// 公告分页的一行.
    /// One row of a page of notices.
    NoticeEdge,
    Notice
}

/// Queries of the pages.
#[derive(Default)]
pub struct PortalQuery;

/// Queries of the pages.
#[Object]
impl PortalQuery {
    /// 生效中的公告，最新在前；发布者可另取全部. 权限 PORTAL_READ.
    /// Notices in force, newest first; who publishes them may ask for all. Permission PORTAL_READ.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is an argument of the schema"
    )]
    async fn notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "自头部取几行，1–100，默认 25. Rows from the start, 1 to 100, 25 by default."
        )]
        first: Option<i32>,
        #[graphql(desc = "此游标之后. After this cursor.")] after: Option<String>,
        #[graphql(desc = "自尾部取几行，1–100. Rows from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "此游标之前. Before this cursor.")] before: Option<String>,
        #[graphql(desc = "种类. Kinds.")] kind: Option<Vec<NoticeKind>>,
        #[graphql(
            desc = "含未生效、已过期与已撤回者，默认否. Those to come, over and withdrawn too; no by default."
        )]
        all: Option<bool>,
    ) -> Maybe<NoticeConnection> {
        let ask = Ask {
            first,
            after,
            last,
            before,
        };
        let listed = notices(ctx, &ask, kind, all.unwrap_or(false)).await;
        Some(listed.map_err(Into::into))
    }

    /// 今后若干日内的计划维护窗口，先开始者在前，至多 100 个. 权限 PORTAL_READ.
    /// Planned windows of the coming days, next begin first, at most 100. Permission PORTAL_READ.
    async fn maintenance_windows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "天数，1–366，默认 30. Days, 1 to 366, 30 by default.")] days: Option<i32>,
    ) -> Maybe<Vec<Notice>> {
        let found = windows(ctx, days.unwrap_or(WINDOW_DAYS)).await;
        Some(found.map_err(Into::into))
    }

    /// 系统运行状态；可见多家医院而未指定，或医院不可见，为 null. 权限 PORTAL_READ.
    /// The state of the ICU system; null for who sees several hospitals and names none, and out of scope. Permission PORTAL_READ.
    async fn system_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "医院；只见一家时可省略. Hospital; may be left out by who sees one only."
        )]
        hospital_id: Option<ID>,
    ) -> Maybe<SystemStatus> {
        let found = async {
            let Some(hospital) = hospital(ctx, hospital_id)? else {
                return Ok(None);
            };
            let row = status(app(ctx).db.read(), hospital).await?;
            Ok(Some(row.map_or_else(SystemStatus::untold, Into::into)))
        };
        found.await.map_err(|error: Error| error.into()).transpose()
    }

    /// 生效中的灾难横幅，取最新；没有为 null. 权限 PORTAL_READ.
    /// The latest disaster banner in force; null without one. Permission PORTAL_READ.
    async fn disaster_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "医院；省略为全部可见者. Hospital; every one in scope without it.")]
        hospital_id: Option<ID>,
    ) -> Maybe<Notice> {
        let found = banner(ctx, hospital_id).await;
        found
            .map(|row| row.map(Notice))
            .map_err(Into::into)
            .transpose()
    }

    /// 本平台自身的技术文档：接口与数据库表结构. 权限 DOCUMENTATION_READ.
    /// Technical documents of the platform itself: its interface and its tables. Permission DOCUMENTATION_READ.
    async fn own_documents(&self, ctx: &Context<'_>) -> Maybe<Vec<OwnDocument>> {
        let found = own::documents(requester(ctx));
        Some(
            found
                .map(|all| all.into_iter().map(OwnDocument).collect())
                .map_err(Into::into),
        )
    }

    /// 页面的版本；可见多家医院而未指定，或医院不可见，为 null. 权限 PORTAL_READ.
    /// What pages are of; null for who sees several hospitals and names none, and out of scope. Permission PORTAL_READ.
    async fn portal(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "医院；只见一家时可省略. Hospital; may be left out by who sees one only."
        )]
        hospital_id: Option<ID>,
    ) -> Maybe<Portal> {
        let found = portal(ctx, hospital_id).await;
        found.map_err(Into::into).transpose()
    }
}

/// The hospital that is asked for, or the only one in scope.
pub(super) fn hospital(ctx: &Context<'_>, asked: Option<ID>) -> Result<Option<HospitalId>> {
    let who = requester(ctx);
    who.reads(READ)?;
    let seen = who.hospitals();
    Ok(match asked {
        Some(id) => HospitalId::parse(&id).filter(|id| seen.contains(id)),
        None => seen.first().copied().filter(|_| seen.len() == 1),
    })
}

async fn notices(
    ctx: &Context<'_>,
    ask: &Ask,
    kind: Option<Vec<NoticeKind>>,
    all: bool,
) -> Result<NoticeConnection> {
    let (app, who) = (app(ctx), requester(ctx));
    let me = who.reads(READ)?;
    let scope = format!("notices|{kind:?}|{all}|{me}");
    let cursors = Cursors::new(app.cursor_key, &scope);
    let window = cursors.window(ask)?;
    let now = app.clock.now();
    let mut query = Entity::find().filter(seen(who, now));
    if !all {
        query = query.filter(in_force(now));
    }
    if let Some(kinds) = kind {
        query = query.filter(C::Kind.is_in(kinds));
    }
    let rows = page::select(query.clone(), (C::ValidFromAt, C::Id), &window, true)?
        .all(app.db.read())
        .await?;
    let page = page(&cursors, &window, rows, |row: &Model| {
        Key::at(row.valid_from_at, row.id.0)
    })?;
    Ok(NoticeConnection::new(page, Counter::of(query)))
}

async fn windows(ctx: &Context<'_>, days: i32) -> Result<Vec<Notice>> {
    let (app, who) = (app(ctx), requester(ctx));
    who.reads(READ)?;
    if !DAYS.contains(&days) {
        return Err(Error::input(Reason::ValueRange).at(["days"]));
    }
    let now = app.clock.now();
    let rows = Entity::find()
        .filter(seen(who, now))
        .filter(in_force(now))
        .filter(C::Kind.eq(NoticeKind::Window))
        .filter(C::EndsAt.gt(now))
        .filter(C::StartsAt.lt(now + TimeDelta::days(i64::from(days))))
        .order_by_asc(C::StartsAt)
        .order_by_asc(C::Id)
        .limit(WINDOWS)
        .all(app.db.read())
        .await?;
    Ok(rows.into_iter().map(Notice).collect())
}

async fn banner(ctx: &Context<'_>, asked: Option<ID>) -> Result<Option<Model>> {
    let (app, who) = (app(ctx), requester(ctx));
    who.reads(READ)?;
    let now = app.clock.now();
    let mut query = Entity::find()
        .filter(seen(who, now))
        .filter(in_force(now))
        .filter(C::Kind.eq(NoticeKind::Disaster));
    if let Some(id) = asked {
        query = query.filter(C::HospitalId.eq(HospitalId::lookup(&id)));
    }
    Ok(query
        .order_by_desc(C::ValidFromAt)
        .order_by_desc(C::Id)
        .one(app.db.read())
        .await?)
}

async fn portal(ctx: &Context<'_>, asked: Option<ID>) -> Result<Option<Portal>> {
    let app = app(ctx);
    let Some(hospital) = hospital(ctx, asked)? else {
        return Ok(None);
    };
    let now = app.clock.now();
    // Texts such as "overdue" follow the day.
    let day = midnight(civil_date(now - NEW_DAY)) + NEW_DAY;
    let row = portal_revision::Entity::find_by_id(hospital)
        .one(app.db.read())
        .await?;
    // A build asks twice, at its end for the revision alone.
    let asked = |name: &str| ctx.look_ahead().field(name).exists();
    let passed = match asked("cutoffAt") {
        true => times(app.db.read(), hospital, now).await?.passed,
        false => None,
    };
    let calendar = match asked("calendarVersion") {
        true => calendar(app, hospital, now).await?,
        false => None,
    };
    let hidden_names = match asked("hiddenNames") {
        true => hidden_names(ctx, hospital).await?,
        false => Vec::new(),
    };
    let instance = match asked("instance") {
        true => root(ctx, hospital).await?,
        false => None,
    };
    let changed = row.as_ref().map(|row| row.changed_at);
    Ok(Some(Portal {
        instance,
        cutoff_at: Instant(changed.max(passed).unwrap_or(day).max(day)),
        revision: Long(row.map_or(0, |row| row.revision)),
        calendar_version: calendar,
        product_version: env!("CARGO_PKG_VERSION"),
        hidden_names,
    }))
}

/// Version of the calendar of this year.
async fn calendar(app: &App, hospital: HospitalId, now: DateTime<Utc>) -> Result<Option<String>> {
    let row = work_calendar::Entity::find()
        .filter(work_calendar::Column::HospitalId.eq(hospital))
        .filter(work_calendar::Column::Year.eq(civil_date(now).year()))
        .order_by_desc(work_calendar::Column::Revision)
        .one(app.db.read())
        .await?;
    Ok(row.map(|row| row.version))
}

/// The root that the reader is behind.
async fn root(ctx: &Context<'_>, hospital: HospitalId) -> Result<Option<String>> {
    let Some(reader) = &requester(ctx).portal else {
        return Ok(None);
    };
    let all = instance::all(app(ctx).db.read(), Some(hospital)).await?;
    let own = all.into_iter().find(|one| one.reader == *reader);
    Ok(own.map(|one| one.name))
}

/// What the assets of a hospital are called, retired ones too, for pages that must not tell (SG-AUD-3).
async fn hidden_names(ctx: &Context<'_>, hospital: HospitalId) -> Result<Vec<String>> {
    let portal = requester(ctx).portal.as_ref();
    if !portal.is_some_and(|portal| hides_names(portal.audience)) {
        return Ok(Vec::new());
    }
    let named = [
        AssetKind::Server,
        AssetKind::Storage,
        AssetKind::Network,
        AssetKind::Database,
        AssetKind::Middleware,
    ];
    let codes: Vec<String> = asset::Entity::find()
        .select_only()
        .column(asset::Column::Code)
        .filter(asset::Column::HospitalId.eq(hospital))
        .filter(asset::Column::Kind.is_in(named))
        .into_tuple()
        .all(app(ctx).db.read())
        .await?;
    let mut digests: Vec<String> = codes
        .iter()
        .map(|code| to_hex(&Sha256::digest(code.to_ascii_lowercase()).into()))
        .collect();
    digests.sort();
    digests.dedup();
    Ok(digests)
}
