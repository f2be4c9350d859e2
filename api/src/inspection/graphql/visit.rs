//! Changes of inspections in the schema.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::ids::{AttachmentId, ContractId, InspectionId, InspectionPlanId, PersonId};
use entity::inspection;
use entity::rules::inspection::ItemValue;
use entity::values::{AdviceKind, Channel, InspectionKind, InspectionScope};

use super::super::ops::{self, Sheeted};
use super::types::Inspection;
use super::{Maybe, audited, listed};
use crate::db::retrying;
use crate::error::{Result, UserError};
use crate::graphql::{app, requester, settle};
use crate::scalar::{Day, Instant, Long};

/// 安排一次巡检：依据已批准的计划条目，或计划之外.
/// An inspection to plan: by an entry of an approved plan, or beside it.
#[derive(Debug, InputObject)]
pub struct PlanInspectionInput {
    /// 客户端生成的重放键，8–64 字符.
    /// Replay key made by the client, 8 to 64 characters.
    pub idempotency_key: String,
    /// 已批准的计划.
    /// Approved plan.
    pub inspection_plan_id: Option<ID>,
    /// 计划条目的序号.
    /// Entry of the plan.
    pub plan_entry: Option<i32>,
    /// 合同；只见一份时可省略.
    /// Contract; may be left out by who sees one only.
    pub contract_id: Option<ID>,
    /// 方式；依据计划时可省略.
    /// Kind; left out where a plan says it.
    pub kind: Option<InspectionKind>,
    /// 计划首日；依据计划时可省略.
    /// First planned day; left out where a plan says it.
    pub planned_from_on: Option<Day>,
    /// 计划末日；依据计划时可省略.
    /// Last planned day; left out where a plan says it.
    pub planned_to_on: Option<Day>,
}

/// 告知院方.
/// Announce an inspection.
#[derive(Debug, InputObject)]
pub struct AnnounceInspectionInput {
    /// 巡检.
    /// The inspection.
    pub inspection_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 首日；省略则为计划首日.
    /// First day; the planned one if left out.
    pub planned_from_on: Option<Day>,
    /// 末日；省略则为首日.
    /// Last day; the first day if left out.
    pub planned_to_on: Option<Day>,
}

/// 开始巡检.
/// Start an inspection.
#[derive(Debug, InputObject)]
pub struct StartInspectionInput {
    /// 巡检.
    /// The inspection.
    pub inspection_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 其他巡检人员，至多 20 人.
    /// Further inspectors, at most 20.
    pub inspector_ids: Option<Vec<ID>>,
    /// 院方参加人，至多 20 人.
    /// People of the hospital, at most 20.
    pub hospital_participant_ids: Option<Vec<ID>>,
    /// 地点，现场巡检必填.
    /// Place; required on site.
    pub location: Option<String>,
}

/// 增加参加人.
/// Add somebody who takes part.
#[derive(Debug, InputObject)]
pub struct AddInspectionParticipantInput {
    /// 巡检.
    /// The inspection.
    pub inspection_id: ID,
    /// 人员.
    /// The person.
    pub person_id: ID,
}

/// 一行结果：数值、文字、是否恰给一项，或不适用.
/// A line: exactly one of the values, or not applicable.
#[derive(Clone, Debug, InputObject)]
pub struct InspectionResultInput {
    /// 巡检项代码.
    /// Code of the item.
    pub item: String,
    /// 对象：资产代码，或「整体」.
    /// Target: code of an asset, or 整体.
    pub target: String,
    /// 数值，千分之一单位.
    /// Number in thousandths of the unit.
    pub value_milli: Option<Long>,
    /// 文字.
    /// Word.
    pub value_text: Option<String>,
    /// 是否.
    /// Yes or no.
    pub value_bool: Option<bool>,
    /// 不适用.
    /// It does not apply.
    pub not_applicable: Option<bool>,
    /// 不适用的理由.
    /// Why it does not apply.
    pub reason: Option<String>,
    /// 证据及其存放处.
    /// Evidence and where it lies.
    pub evidence: Option<String>,
    /// 作为证据的本次巡检的附件，至多 10 个；取代先前所列，省略则不变.
    /// Files of this inspection that are its evidence, at most 10; they take the place of those named before, which stay if left out.
    pub evidence_ids: Option<Vec<ID>>,
    /// 异常的说明.
    /// Explanation of an abnormal value.
    pub explanation: Option<String>,
}

/// 整体不适用的范围.
/// A scope that does not apply as a whole.
#[derive(Clone, Debug, InputObject)]
pub struct NotApplicableScopeInput {
    /// 范围.
    /// Scope.
    pub scope: InspectionScope,
    /// 理由.
    /// Why.
    pub reason: Option<String>,
}

/// 一次记录全部结果.
/// Results, all in one act.
#[derive(Debug, InputObject)]
pub struct RecordInspectionResultsInput {
    /// 巡检.
    /// The inspection.
    pub inspection_id: ID,
    /// 结果，至多 200 行.
    /// Lines, at most 200.
    pub results: Vec<InspectionResultInput>,
    /// 整体不适用的范围.
    /// Scopes that do not apply as a whole.
    pub not_applicable_scopes: Option<Vec<NotApplicableScopeInput>>,
}

/// 导入结果表.
/// A sheet of results.
#[derive(Debug, InputObject)]
pub struct ImportInspectionResultsInput {
    /// 巡检.
    /// The inspection.
    pub inspection_id: ID,
    /// CSV 文本，首行为列名：item,value 必备，target,reason,evidence,explanation 可选；数值按单位书写，不适用写「不适用」；至多 500 行.
    /// CSV text with a header: item, value; target, reason, evidence, explanation on demand; numbers in their unit, NA for not applicable; at most 500 lines.
    pub csv: String,
}

/// 登记与院方的沟通.
/// A talk with the hospital.
#[derive(Debug, InputObject)]
pub struct RecordInspectionCommunicationInput {
    /// 巡检.
    /// The inspection.
    pub inspection_id: ID,
    /// 时刻.
    /// When it took place.
    pub at: Instant,
    /// 院方人员.
    /// With whom of the hospital.
    pub hospital_person_id: ID,
    /// 内容.
    /// About what.
    pub topics: String,
    /// 方式.
    /// How.
    pub channel: Channel,
}

/// 登记排查方法或预防建议.
/// An advice.
#[derive(Debug, InputObject)]
pub struct AddInspectionAdviceInput {
    /// 巡检.
    /// The inspection.
    pub inspection_id: ID,
    /// 种类.
    /// Kind.
    pub kind: AdviceKind,
    /// 内容.
    /// The advice.
    pub text: String,
}

/// 结束巡检.
/// End an inspection.
#[derive(Debug, InputObject)]
pub struct EndInspectionInput {
    /// 巡检.
    /// The inspection.
    pub inspection_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 签到记录的存放处，现场巡检必填.
    /// Where the signed visit record lies; required on site.
    pub visit_record: Option<String>,
    /// 声明未发现问题.
    /// Say that nothing was found.
    pub no_problem: Option<bool>,
}

/// 取消巡检.
/// Cancel an inspection.
#[derive(Debug, InputObject)]
pub struct CancelInspectionInput {
    /// 巡检.
    /// The inspection.
    pub inspection_id: ID,
    /// 读到的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 理由.
    /// Reason.
    pub reason: String,
}

/// A payload whose node is the inspection.
trait InspectionPayload {
    fn new(inspection: Option<Inspection>, user_errors: Vec<UserError>) -> Self;
}

macro_rules! inspection_payloads {
    ($($(#[$about:meta])* $name:ident,)+) => {$(
        $(#[$about])*
        #[derive(Debug, SimpleObject)]
        pub struct $name {
            /// 巡检；失败为 null.
            /// The inspection; null on failure.
            pub inspection: Option<Inspection>,
            /// 可预期的失败，逐行者至多 100 条.
            /// Expected failures; of lines at most 100.
            pub user_errors: Vec<UserError>,
        }

        impl InspectionPayload for $name {
            fn new(inspection: Option<Inspection>, user_errors: Vec<UserError>) -> Self {
                Self { inspection, user_errors }
            }
        }
    )+};
}

inspection_payloads! {
    /// 安排巡检的结果.
    /// Result of planInspection.
    PlanInspectionPayload,
    /// 告知巡检的结果.
    /// Result of announceInspection.
    AnnounceInspectionPayload,
    /// 开始巡检的结果.
    /// Result of startInspection.
    StartInspectionPayload,
    /// 增加参加人的结果.
    /// Result of addInspectionParticipant.
    AddInspectionParticipantPayload,
    /// 记录结果的结果.
    /// Result of recordInspectionResults.
    RecordInspectionResultsPayload,
    /// 导入结果表的结果.
    /// Result of importInspectionResults.
    ImportInspectionResultsPayload,
    /// 登记沟通的结果.
    /// Result of recordInspectionCommunication.
    RecordInspectionCommunicationPayload,
    /// 登记建议的结果.
    /// Result of addInspectionAdvice.
    AddInspectionAdvicePayload,
    /// 结束巡检的结果.
    /// Result of endInspection.
    EndInspectionPayload,
    /// 取消巡检的结果.
    /// Result of cancelInspection.
    CancelInspectionPayload,
}

async fn finish<P: InspectionPayload>(
    ctx: &Context<'_>,
    action: &str,
    id: Option<InspectionId>,
    done: Result<inspection::Model>,
) -> Maybe<P> {
    let object = ("inspection", id.map(|id| id.0));
    let done = audited(ctx, action, object, done).await;
    settle(ctx, done, |row, user_errors| {
        P::new(row.map(Inspection), user_errors)
    })
}

/// [`finish`] for a sheet: the failures of its lines become entries of `userErrors`.
async fn finish_sheet<P: InspectionPayload>(
    ctx: &Context<'_>,
    action: &str,
    id: InspectionId,
    done: Result<Sheeted<inspection::Model>>,
) -> Maybe<P> {
    let object = ("inspection", Some(id.0));
    let done = match audited(ctx, action, object, done).await {
        Ok(Ok(row)) => Ok((Some(row), Vec::new())),
        Ok(Err(wrong)) => listed(ctx, action, object, wrong)
            .await
            .map(|entries| (None, entries)),
        Err(error) => Err(error),
    };
    settle(ctx, done, |done, mut user_errors| {
        let (row, entries) = done.unwrap_or_default();
        user_errors.extend(entries);
        P::new(row.map(Inspection), user_errors)
    })
}

fn value(line: &InspectionResultInput) -> Option<ItemValue> {
    // A text comes first, so that it is looked at even where it stands beside another value.
    let word = line.value_text.clone().map(ItemValue::Text);
    let number = line.value_milli.map(|milli| ItemValue::Milli(milli.0));
    word.or(number).or(line.value_bool.map(ItemValue::Bool))
}

/// How many values a line gives.
fn values(line: &InspectionResultInput) -> usize {
    usize::from(line.value_milli.is_some())
        + usize::from(line.value_text.is_some())
        + usize::from(line.value_bool.is_some())
}

fn sheet(input: &RecordInspectionResultsInput) -> ops::Sheet {
    let line = |line: &InspectionResultInput| ops::Entered {
        item: line.item.clone(),
        target: line.target.clone(),
        value: value(line),
        is_ambiguous: values(line) > 1,
        not_applicable: line.not_applicable.unwrap_or(false),
        reason: line.reason.clone(),
        evidence: line.evidence.clone(),
        files: line.evidence_ids.as_ref().map(|ids| {
            let ids = ids.iter();
            ids.map(|id| AttachmentId::lookup(id)).collect()
        }),
        explanation: line.explanation.clone(),
    };
    let scope = |one: &NotApplicableScopeInput| ops::NotApplicable {
        scope: one.scope,
        reason: one.reason.clone(),
    };
    let scopes = input.not_applicable_scopes.iter().flatten();
    ops::Sheet {
        results: input.results.iter().map(line).collect(),
        not_applicable: scopes.map(scope).collect(),
    }
}

fn people(ids: Option<&Vec<ID>>) -> Vec<PersonId> {
    let ids = ids.into_iter().flatten();
    ids.map(|id| PersonId::lookup(id)).collect()
}

/// Changes of inspections.
#[derive(Default)]
pub struct InspectionMutation;

/// Changes of inspections.
#[Object]
impl InspectionMutation {
    /// 安排一次巡检. 权限 INSPECTION_CONDUCT.
    /// Plans an inspection. Permission INSPECTION_CONDUCT.
    async fn plan_inspection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "巡检. The inspection.")] input: PlanInspectionInput,
    ) -> Maybe<PlanInspectionPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let new = || ops::NewVisit {
            key: input.idempotency_key.clone(),
            plan: input
                .inspection_plan_id
                .as_ref()
                .map(|id| InspectionPlanId::lookup(id)),
            entry: input.plan_entry,
            contract: input.contract_id.as_ref().map(|id| ContractId::lookup(id)),
            kind: input.kind,
            from: input.planned_from_on.map(|on| on.0),
            to: input.planned_to_on.map(|on| on.0),
        };
        let done = retrying(app, || Box::pin(ops::plan_visit(app, who, new()))).await;
        finish(ctx, "inspection.plan", None, done).await
    }

    /// 告知院方；现场巡检须提前 3 个工作日. 权限 INSPECTION_CONDUCT.
    /// Announces an inspection; one on site 3 working days before. Permission INSPECTION_CONDUCT.
    async fn announce_inspection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: AnnounceInspectionInput,
    ) -> Maybe<AnnounceInspectionPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = InspectionId::lookup(&input.inspection_id);
        let days = input.planned_from_on.map(|from| {
            let to = input.planned_to_on.unwrap_or(from);
            (from.0, to.0)
        });
        let of = (id, input.expected_version);
        let done = retrying(app, || Box::pin(ops::announce(app, who, of, days))).await;
        finish(ctx, "inspection.announce", Some(id), done).await
    }

    /// 开始巡检，按资产台账展开模板. 权限 INSPECTION_CONDUCT.
    /// Starts an inspection and lays the template out for the register. Permission INSPECTION_CONDUCT.
    async fn start_inspection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: StartInspectionInput,
    ) -> Maybe<StartInspectionPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = InspectionId::lookup(&input.inspection_id);
        let of = (id, input.expected_version);
        let by = || ops::Visitors {
            inspectors: people(input.inspector_ids.as_ref()),
            hospital: people(input.hospital_participant_ids.as_ref()),
            location: input.location.clone(),
        };
        let done = retrying(app, || Box::pin(ops::start(app, who, of, by()))).await;
        finish(ctx, "inspection.start", Some(id), done).await
    }

    /// 增加参加人. 权限 INSPECTION_CONDUCT.
    /// Adds somebody who takes part. Permission INSPECTION_CONDUCT.
    async fn add_inspection_participant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: AddInspectionParticipantInput,
    ) -> Maybe<AddInspectionParticipantPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = InspectionId::lookup(&input.inspection_id);
        let person = PersonId::lookup(&input.person_id);
        let run = || Box::pin(ops::add_participant(app, who, id, person));
        let done = retrying(app, run).await;
        finish(ctx, "inspection.participant", Some(id), done).await
    }

    /// 一次记录全部结果：全部生效或全不生效；结束后仅可补充说明. 权限 INSPECTION_CONDUCT.
    /// Records results, all of them or none; after the end explanations only. Permission INSPECTION_CONDUCT.
    async fn record_inspection_results(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "结果. Results.")] input: RecordInspectionResultsInput,
    ) -> Maybe<RecordInspectionResultsPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = InspectionId::lookup(&input.inspection_id);
        let run = || Box::pin(ops::record_results(app, who, id, sheet(&input)));
        let done = retrying(app, run).await;
        finish_sheet(ctx, "inspection.record", id, done).await
    }

    /// 导入结果表：全部生效或全不生效，逐行报告错误. 权限 INSPECTION_CONDUCT.
    /// Imports a sheet of results, all of it or nothing, with the errors of each line. Permission INSPECTION_CONDUCT.
    async fn import_inspection_results(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "结果表. The sheet.")] input: ImportInspectionResultsInput,
    ) -> Maybe<ImportInspectionResultsPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = InspectionId::lookup(&input.inspection_id);
        let run = || Box::pin(ops::import_results(app, who, id, &input.csv));
        let done = retrying(app, run).await;
        finish_sheet(ctx, "inspection.import", id, done).await
    }

    /// 登记与院方人员的沟通. 权限 INSPECTION_CONDUCT.
    /// Records a talk with a person of the hospital. Permission INSPECTION_CONDUCT.
    async fn record_inspection_communication(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "沟通. The talk.")] input: RecordInspectionCommunicationInput,
    ) -> Maybe<RecordInspectionCommunicationPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = InspectionId::lookup(&input.inspection_id);
        let new = || ops::NewTalk {
            at: input.at.0,
            person: PersonId::lookup(&input.hospital_person_id),
            topics: input.topics.clone(),
            channel: input.channel,
        };
        let done = retrying(app, || Box::pin(ops::record_talk(app, who, id, new()))).await;
        finish(ctx, "inspection.communicate", Some(id), done).await
    }

    /// 登记排查方法或预防建议. 权限 INSPECTION_CONDUCT.
    /// Enters a method of fault finding or an advice of prevention. Permission INSPECTION_CONDUCT.
    async fn add_inspection_advice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "建议. The advice.")] input: AddInspectionAdviceInput,
    ) -> Maybe<AddInspectionAdvicePayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = InspectionId::lookup(&input.inspection_id);
        let new = || ops::NewAdvice {
            kind: input.kind,
            text: input.text.clone(),
        };
        let done = retrying(app, || Box::pin(ops::add_advice(app, who, id, new()))).await;
        finish(ctx, "inspection.advise", Some(id), done).await
    }

    /// 结束巡检；必备范围须齐全，报告时限起算. 权限 INSPECTION_CONDUCT.
    /// Ends an inspection with every mandatory scope; the report clock starts. Permission INSPECTION_CONDUCT.
    async fn end_inspection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: EndInspectionInput,
    ) -> Maybe<EndInspectionPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = InspectionId::lookup(&input.inspection_id);
        let of = (id, input.expected_version);
        let ending = || ops::Ending {
            visit_record: input.visit_record.clone(),
            says_no_problem: input.no_problem.unwrap_or(false),
        };
        let done = retrying(app, || Box::pin(ops::end(app, who, of, ending()))).await;
        finish(ctx, "inspection.end", Some(id), done).await
    }

    /// 院方取消尚未结束的巡检. 权限 INSPECTION_APPROVE.
    /// Cancels an inspection that has not ended. Permission INSPECTION_APPROVE.
    async fn cancel_inspection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: CancelInspectionInput,
    ) -> Maybe<CancelInspectionPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = InspectionId::lookup(&input.inspection_id);
        let of = (id, input.expected_version);
        let run = || Box::pin(ops::cancel(app, who, of, &input.reason));
        let done = retrying(app, run).await;
        finish(ctx, "inspection.cancel", Some(id), done).await
    }
}
