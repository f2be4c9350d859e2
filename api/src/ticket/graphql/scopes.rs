//! Mutations on scope, duplicates and the vendor's note, and their inputs.

use async_graphql::{Context, ID, InputObject, Object};

use super::super::ops;
use super::mutation::{act, ticket_id};
use super::payload::*;
use super::types::Maybe;
use crate::graphql::{app, requester};

/// 提出超出服务范围；院方同意前时限照走.
/// Propose that the ticket lies outside the contract; its clocks run until the hospital agrees.
#[derive(Debug, InputObject)]
pub struct ProposeOutOfScopeInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 原因.
    /// Reason.
    pub reason: String,
}

/// 决定是否超出服务范围.
/// Decide whether the ticket lies outside the contract.
#[derive(Debug, InputObject)]
pub struct DecideOutOfScopeInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 是否同意.
    /// Whether it is agreed.
    pub accept: bool,
    /// 说明.
    /// Note.
    pub note: Option<String>,
}

/// 提出与另一工单重复.
/// Propose that the ticket repeats another one.
#[derive(Debug, InputObject)]
pub struct ProposeDuplicateInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 保留的工单.
    /// The ticket that stays.
    pub parent_id: ID,
    /// 原因.
    /// Reason.
    pub reason: String,
}

/// 拒绝重复的提议.
/// Refuse the proposal of a duplicate.
#[derive(Debug, InputObject)]
pub struct RefuseDuplicateInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 原因.
    /// Reason.
    pub reason: String,
}

/// 标为重复，时限注明原因后取消.
/// Mark as a duplicate; its clocks are cancelled with the reason.
#[derive(Debug, InputObject)]
pub struct MarkDuplicateInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 保留的工单，须为同一合同且本身不是重复工单.
    /// The ticket that stays, of the same contract and no duplicate itself.
    pub parent_id: ID,
    /// 原因.
    /// Reason.
    pub reason: String,
}

/// 服务商内部备注，留空即清除.
/// The vendor's internal note; left out it is taken away.
#[derive(Debug, InputObject)]
pub struct SetInternalNoteInput {
    /// 工单.
    /// The ticket.
    pub ticket_id: ID,
    /// 读到的版本.
    /// The version that was read.
    pub expected_version: i32,
    /// 备注.
    /// Note.
    pub note: Option<String>,
}

/// Changes of scope, duplicates and the internal note.
#[derive(Default)]
pub struct ScopeMutation;

/// Changes of scope, duplicates and the internal note.
#[Object]
impl ScopeMutation {
    /// 提出超出服务范围；院方同意前工单与时限照常. 权限 SCOPE_PROPOSE.
    /// Propose that the ticket lies outside the contract; it stays open and its clocks run until the hospital agrees. Permission SCOPE_PROPOSE.
    async fn propose_out_of_scope(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ProposeOutOfScopeInput,
    ) -> Maybe<ProposeOutOfScopePayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.propose_out_of_scope", id, || {
            ops::propose_out_of_scope(app, who, id, input.expected_version, &input.reason)
        })
        .await
    }

    /// 同意或拒绝超范围；同意则时限注明原因后取消. 权限 SCOPE_DECIDE.
    /// Agree or refuse that it is out of scope; agreed, its clocks are cancelled with the reason. Permission SCOPE_DECIDE.
    async fn decide_out_of_scope(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: DecideOutOfScopeInput,
    ) -> Maybe<DecideOutOfScopePayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.decide_out_of_scope", id, || {
            let (version, note) = (input.expected_version, input.note.as_deref());
            ops::decide_out_of_scope(app, who, id, version, input.accept, note)
        })
        .await
    }

    /// 提出与另一工单重复. 权限 DUPLICATE_PROPOSE.
    /// Propose that the ticket repeats another one. Permission DUPLICATE_PROPOSE.
    async fn propose_duplicate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ProposeDuplicateInput,
    ) -> Maybe<ProposeDuplicatePayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        let parent = ops::Parent {
            id: ticket_id(&input.parent_id),
            reason: input.reason,
        };
        act(ctx, "ticket.propose_duplicate", id, || {
            ops::propose_duplicate(app, who, id, input.expected_version, &parent)
        })
        .await
    }

    /// 拒绝重复的提议. 权限 DUPLICATE_MARK.
    /// Refuse the proposal of a duplicate. Permission DUPLICATE_MARK.
    async fn refuse_duplicate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: RefuseDuplicateInput,
    ) -> Maybe<RefuseDuplicatePayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.refuse_duplicate", id, || {
            ops::refuse_duplicate(app, who, id, input.expected_version, &input.reason)
        })
        .await
    }

    /// 标为重复，时限注明原因后取消. 权限 DUPLICATE_MARK.
    /// Mark as a duplicate; its clocks are cancelled with the reason. Permission DUPLICATE_MARK.
    async fn mark_duplicate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: MarkDuplicateInput,
    ) -> Maybe<MarkDuplicatePayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        let parent = ops::Parent {
            id: ticket_id(&input.parent_id),
            reason: input.reason,
        };
        act(ctx, "ticket.mark_duplicate", id, || {
            ops::mark_duplicate(app, who, id, input.expected_version, &parent)
        })
        .await
    }

    /// 写服务商内部备注，仅服务商可见. 权限 INTERNAL_NOTE.
    /// Write the vendor's internal note, which the vendor alone reads. Permission INTERNAL_NOTE.
    async fn set_internal_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: SetInternalNoteInput,
    ) -> Maybe<SetInternalNotePayload> {
        let (app, who, id) = (app(ctx), requester(ctx), ticket_id(&input.ticket_id));
        act(ctx, "ticket.set_internal_note", id, || {
            let (version, note) = (input.expected_version, input.note.as_deref());
            ops::set_internal_note(app, who, id, version, note)
        })
        .await
    }
}
