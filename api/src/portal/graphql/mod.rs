//! Notices, windows, the state of the system and the revision of the pages in the schema.

mod desk;
mod input;
mod query;
mod types;

use async_graphql::{Context, ID, Object};
use entity::ids::{DepartmentId, NoticeId};
use entity::notice::{Column as C, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

pub use desk::DeskQuery;
pub use input::*;
pub use query::{NoticeConnection, NoticeEdge, PortalQuery};
pub use types::{Notice, Portal, SystemStatus};

use super::{ops, seen};
use crate::error::Result;
use crate::graphql::{Found, Node, act, app, requester};
use crate::inspection::graphql::payload;

/// What a field that may fail answers.
type Maybe<T> = Option<async_graphql::Result<T>>;

/// Adds what is in scope of the ids.
///
/// # Errors
/// Those of the database.
pub async fn nodes(ctx: &Context<'_>, ids: &[ID], found: &mut Found) -> Result<()> {
    let keys: Vec<NoticeId> = ids.iter().filter_map(|id| NoticeId::parse(id)).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let app = app(ctx);
    let rows = Entity::find()
        .filter(C::Id.is_in(keys))
        .filter(seen(requester(ctx), app.clock.now()))
        .all(app.db.read())
        .await?;
    for row in rows {
        found.insert(row.id.to_string(), Node::Notice(Notice(row)));
    }
    Ok(())
}

payload! {
    /// publishNotice 的结果.
    /// Result of publishNotice.
    PublishNoticePayload,
    /// 公告；失败为 null.
    /// The notice; null on failure.
    notice: Notice
}
payload! {
    /// publishDisasterNotice 的结果.
    /// Result of publishDisasterNotice.
    PublishDisasterNoticePayload,
    /// 横幅；失败为 null.
    /// The banner; null on failure.
    notice: Notice
}
payload! {
    /// withdrawNotice 的结果.
    /// Result of withdrawNotice.
    WithdrawNoticePayload,
    /// 公告；失败为 null.
    /// The notice; null on failure.
    notice: Notice
}
payload! {
    /// setSystemStatus 的结果.
    /// Result of setSystemStatus.
    SetSystemStatusPayload,
    /// 状态；失败为 null.
    /// The state; null on failure.
    status: SystemStatus
}

/// What the hospital announces.
#[derive(Default)]
pub struct PortalMutation;

/// What the hospital announces.
#[Object]
impl PortalMutation {
    /// 发布公告或计划维护窗口. 权限 NOTICE_PUBLISH.
    /// Publishes a notice or a planned window. Permission NOTICE_PUBLISH.
    async fn publish_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: PublishNoticeInput,
    ) -> Maybe<PublishNoticePayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let new = || ops::NewNotice {
            key: input.idempotency_key.clone(),
            kind: input.kind,
            title: input.title.clone(),
            body: input.body.clone(),
            audiences: input.audiences.clone(),
            department: input
                .department_id
                .as_ref()
                .map(|id| DepartmentId::lookup(id)),
            data_level: input.data_level,
            valid_from: input.valid_from.map(|at| at.0),
            valid_to: input.valid_to.map(|at| at.0),
            window: (input.starts_at.map(|at| at.0), input.ends_at.map(|at| at.0)),
        };
        let run = || ops::publish(app, who, new());
        act(
            ctx,
            "notice.publish",
            ("notice", None),
            run,
            |row, user_errors| PublishNoticePayload {
                notice: row.map(Notice),
                user_errors,
            },
        )
        .await
    }

    /// 立即向所有受众发布灾难横幅. 权限 DISASTER_NOTICE.
    /// Puts up the disaster banner, for every audience at once. Permission DISASTER_NOTICE.
    async fn publish_disaster_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: PublishDisasterNoticeInput,
    ) -> Maybe<PublishDisasterNoticePayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let new = || ops::NewBanner {
            key: input.idempotency_key.clone(),
            title: input.title.clone(),
            body: input.body.clone(),
            valid_to: input.valid_to.map(|at| at.0),
        };
        let run = || ops::publish_disaster(app, who, new());
        act(
            ctx,
            "notice.disaster",
            ("notice", None),
            run,
            |row, user_errors| PublishDisasterNoticePayload {
                notice: row.map(Notice),
                user_errors,
            },
        )
        .await
    }

    /// 撤回公告；医院管理人员只撤回灾难横幅. 权限 NOTICE_PUBLISH 或 DISASTER_NOTICE.
    /// Withdraws a notice; a manager takes down disaster banners only. Permission NOTICE_PUBLISH or DISASTER_NOTICE.
    async fn withdraw_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: WithdrawNoticeInput,
    ) -> Maybe<WithdrawNoticePayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (NoticeId::lookup(&input.notice_id), input.expected_version);
        let run = || ops::withdraw(app, who, of, &input.reason);
        act(
            ctx,
            "notice.withdraw",
            ("notice", Some(of.0.0)),
            run,
            |row, user_errors| WithdrawNoticePayload {
                notice: row.map(Notice),
                user_errors,
            },
        )
        .await
    }

    /// 设定系统状态，每次一条记录. 权限 NOTICE_PUBLISH.
    /// Sets the state of the system, a record each time. Permission NOTICE_PUBLISH.
    async fn set_system_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: SetSystemStatusInput,
    ) -> Maybe<SetSystemStatusPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let new = || ops::NewStatus {
            key: input.idempotency_key.clone(),
            state: input.state,
            since: input.since.map(|at| at.0),
            next_update: input.next_update_at.map(|at| at.0),
            message: input.message.clone(),
        };
        let run = || ops::set_status(app, who, new());
        act(
            ctx,
            "system.status",
            ("hospital", None),
            run,
            |row, user_errors| SetSystemStatusPayload {
                status: row.map(SystemStatus::from),
                user_errors,
            },
        )
        .await
    }
}
