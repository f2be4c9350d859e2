//! Mutations on claimed times and severities, and their inputs.

use async_graphql::{Context, ID, InputObject, Object};
use entity::ids::ClaimId;
use entity::values::{Impact, Severity};

use super::super::ops;
use super::mutation::{act, ticket_id};
use super::payload::*;
use super::types::Maybe;
use crate::graphql::{app, requester};
use crate::scalar::Instant;

/// 确认或拒绝对方申报的受理时刻.
/// Confirm or refuse the time of receipt that the other side claims.
#[derive(Debug, InputObject)]
pub struct ConfirmReceivedTimeInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 是否认可.
    /// Whether the claimed time shall count.
    pub accept: bool,
    /// 说明.
    /// Note.
    pub note: Option<String>,
}

/// 确认或拒绝服务商申报的响应时刻.
/// Confirm or refuse the time of response that the vendor claims.
#[derive(Debug, InputObject)]
pub struct ConfirmRespondedTimeInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 是否认可.
    /// Whether the claimed time shall count.
    pub accept: bool,
    /// 说明.
    /// Note.
    pub note: Option<String>,
}

/// 依据证据决定逾期无人确认的申报时刻.
/// Decide a claimed time that nobody confirmed in time, on the evidence.
#[derive(Debug, InputObject)]
pub struct DecideClaimInput {
    /// 申报.
    /// The claimed time.
    pub claim_id: ID,
    /// 读到的工单版本.
    /// The version of the ticket that was read.
    pub expected_version: i32,
    /// 计时所用的时刻，在申报与登记之间.
    /// The time that shall count, between the claimed and the recorded one.
    pub counted_at: Instant,
    /// 依据.
    /// Evidence.
    pub note: String,
}

/// 确认暂定级别；给出影响范围则按矩阵定级.
/// Confirm the provisional severity; with an impact it follows from the matrix.
#[derive(Debug, InputObject)]
pub struct ConfirmSeverityInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 影响范围.
    /// Impact.
    pub impact: Option<Impact>,
}

/// 提升级别，时限自起算时刻重算.
/// Raise the severity; targets count anew from the start of the clocks.
#[derive(Debug, InputObject)]
pub struct RaiseSeverityInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 新级别.
    /// The new severity.
    pub severity: Severity,
    /// 原因.
    /// Reason.
    pub reason: String,
}

/// 降低级别，时限自起算时刻重算.
/// Lower the severity; targets count anew from the start of the clocks.
#[derive(Debug, InputObject)]
pub struct LowerSeverityInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 新级别.
    /// The new severity.
    pub severity: Severity,
    /// 原因.
    /// Reason.
    pub reason: String,
}

/// Changes of claimed times and severities.
#[derive(Default)]
pub struct ClaimMutation;

/// Changes of claimed times and severities.
#[Object]
impl ClaimMutation {
    /// 确认或拒绝申报的受理时刻；认可则首轮时限自该时刻起算. 权限 RECEIVED_TIME_CONFIRM.
    /// Confirm or refuse a claimed time of receipt; accepted, the clocks of the first cycle start there. Permission RECEIVED_TIME_CONFIRM.
    async fn confirm_received_time(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ConfirmReceivedTimeInput,
    ) -> Maybe<ConfirmReceivedTimePayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        let answer = ops::Answer {
            accept: input.accept,
            note: input.note,
        };
        act(ctx, "ticket.confirm_received_time", id, || {
            ops::confirm_received(app, who, id, input.expected_version, &answer)
        })
        .await
    }

    /// 确认或拒绝申报的响应时刻；认可则响应时限停于该时刻. 权限 RESPONDED_TIME_CONFIRM.
    /// Confirm or refuse a claimed time of response; accepted, the response clock stops there. Permission RESPONDED_TIME_CONFIRM.
    async fn confirm_responded_time(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ConfirmRespondedTimeInput,
    ) -> Maybe<ConfirmRespondedTimePayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        let answer = ops::Answer {
            accept: input.accept,
            note: input.note,
        };
        act(ctx, "ticket.confirm_responded_time", id, || {
            ops::confirm_responded(app, who, id, input.expected_version, &answer)
        })
        .await
    }

    /// 依据证据决定逾期无人确认的申报时刻. 权限 CLAIM_DECIDE.
    /// Decide a claimed time that nobody confirmed in time, on the evidence. Permission CLAIM_DECIDE.
    async fn decide_claim(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: DecideClaimInput,
    ) -> Maybe<DecideClaimPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let claim = ClaimId::parse(&input.claim_id);
        let ticket = match claim {
            Some(claim) => ops::ticket_of(app, claim).await.unwrap_or_default(),
            None => None,
        };
        act(ctx, "ticket.decide_claim", ticket, || {
            let (version, counted) = (input.expected_version, input.counted_at.0);
            ops::decide_claim(app, who, claim, version, counted, &input.note)
        })
        .await
    }

    /// 确认暂定级别；给出影响范围则按矩阵定级. 权限 SEVERITY_CONFIRM.
    /// Confirm the provisional severity; with an impact it follows from the matrix. Permission SEVERITY_CONFIRM.
    async fn confirm_severity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ConfirmSeverityInput,
    ) -> Maybe<ConfirmSeverityPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.confirm_severity", id, || {
            ops::confirm_severity(app, who, id, input.expected_version, input.impact)
        })
        .await
    }

    /// 提升级别，时限自起算时刻重算. 权限 SEVERITY_RAISE.
    /// Raise the severity; targets count anew from the start of the clocks. Permission SEVERITY_RAISE.
    async fn raise_severity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: RaiseSeverityInput,
    ) -> Maybe<RaiseSeverityPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        let new = ops::NewSeverity {
            to: input.severity,
            reason: input.reason,
        };
        act(ctx, "ticket.raise_severity", id, || {
            ops::raise_severity(app, who, id, input.expected_version, &new)
        })
        .await
    }

    /// 降低级别，时限自起算时刻重算. 权限 SEVERITY_LOWER.
    /// Lower the severity; targets count anew from the start of the clocks. Permission SEVERITY_LOWER.
    async fn lower_severity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: LowerSeverityInput,
    ) -> Maybe<LowerSeverityPayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        let new = ops::NewSeverity {
            to: input.severity,
            reason: input.reason,
        };
        act(ctx, "ticket.lower_severity", id, || {
            ops::lower_severity(app, who, id, input.expected_version, &new)
        })
        .await
    }
}
