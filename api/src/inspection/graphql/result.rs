//! A line of an inspection in the schema: item, target, value, evaluation and what was found the last time.

use async_graphql::{Context, Object, SimpleObject};
use entity::inspection_result;
use entity::rules::inspection::{Item, suggested_risk};
use entity::values::{Evaluation, InspectionScope, ItemValueType, Risk};

use super::Maybe;
use super::finding::Finding;
use super::types::person;
use crate::account::graphql::Person;
use crate::attachment::graphql::{Attachment, shown};
use crate::graphql::lang;
use crate::loaders::{self, LineFiles, SeenFinding};
use crate::scalar::{Day, Instant, Long};
use entity::values::Language;

/// 巡检结果的一行：巡检项与对象.
/// A line of an inspection: an item and its target.
#[derive(Clone, Debug)]
pub struct InspectionResult {
    row: inspection_result::Model,
    item: Option<Item>,
}

impl From<inspection_result::Model> for InspectionResult {
    fn from(row: inspection_result::Model) -> Self {
        let item = serde_json::from_str(&row.item).ok();
        Self { row, item }
    }
}

/// 上次巡检时的值.
/// What the last inspection found.
#[derive(Clone, Debug, SimpleObject)]
pub struct PreviousResult {
    /// 上次巡检结束的日期.
    /// When that inspection ended.
    pub ended_on: Day,
    /// 当时的评价.
    /// Evaluation then.
    pub evaluation: Option<Evaluation>,
    /// 当时的数值，千分之一单位.
    /// Number then, in thousandths of the unit.
    pub value_milli: Option<Long>,
    /// 当时的文字.
    /// Word then.
    pub value_text: Option<String>,
    /// 当时的是否.
    /// Yes or no then.
    pub value_bool: Option<bool>,
}

/// 巡检结果的一行：巡检项与对象.
/// A line of an inspection: an item and its target.
#[Object]
impl InspectionResult {
    /// 序号，自 1 起.
    /// Place in the inspection, from 1.
    async fn seq(&self) -> i32 {
        self.row.seq
    }
    /// 范围.
    /// Scope.
    async fn scope(&self) -> InspectionScope {
        self.row.scope
    }
    /// 巡检项代码.
    /// Code of the item.
    async fn item_code(&self) -> &str {
        &self.row.item_code
    }
    /// 巡检项名称，按读者的语言.
    /// Name of the item, in the language of the reader.
    async fn item_name(&self, ctx: &Context<'_>) -> Option<&str> {
        self.item.as_ref().map(|item| match lang(ctx) {
            Language::Zh => item.name_zh.as_str(),
            Language::En => item.name_en.as_str(),
        })
    }
    /// 对象：资产代码，或「整体」.
    /// Target: code of an asset, or 整体 for the system as a whole.
    async fn target(&self) -> &str {
        &self.row.target
    }
    /// 方法.
    /// How it is found out.
    async fn method(&self) -> Option<&str> {
        self.item.as_ref().map(|item| item.method.as_str())
    }
    /// 值类型.
    /// Type of the value.
    async fn value_type(&self) -> Option<ItemValueType> {
        self.item.as_ref().map(|item| item.value_type)
    }
    /// 单位.
    /// Unit.
    async fn unit(&self) -> Option<&str> {
        self.item.as_ref().map(|item| item.unit.as_str())
    }
    /// 阈值（文字）.
    /// Threshold in words.
    async fn threshold(&self) -> Option<&str> {
        self.item.as_ref().map(|item| item.threshold.text_zh())
    }
    /// 评价；未记录为 null.
    /// Evaluation; null while nothing is recorded.
    async fn evaluation(&self) -> Option<Evaluation> {
        self.row.evaluation
    }
    /// 阈值所示的风险；正常或不适用为 null.
    /// Risk that the threshold suggests; null for what is normal or does not apply.
    async fn suggested_risk(&self) -> Option<Risk> {
        let item = self.item.as_ref()?;
        suggested_risk(self.row.evaluation?, item.default_risk)
    }
    /// 数值，千分之一单位.
    /// Number in thousandths of the unit.
    async fn value_milli(&self) -> Option<Long> {
        self.row.value_milli.map(Long)
    }
    /// 文字.
    /// Word.
    async fn value_text(&self) -> Option<&str> {
        self.row.value_text.as_deref()
    }
    /// 是否.
    /// Yes or no.
    async fn value_bool(&self) -> Option<bool> {
        self.row.value_bool
    }
    /// 不适用的理由.
    /// Why it does not apply.
    async fn na_reason(&self) -> Option<&str> {
        self.row.na_reason.as_deref()
    }
    /// 证据及其存放处.
    /// Evidence and where it lies.
    async fn evidence(&self) -> Option<&str> {
        self.row.evidence.as_deref()
    }
    /// 作为证据的附件，至多 10 个，自最早起；字节经 REST.
    /// Files that are its evidence, at most 10, oldest first; bytes by REST.
    async fn evidence_files(&self, ctx: &Context<'_>) -> Maybe<Vec<Attachment>> {
        let key = LineFiles(self.row.hospital_id, self.row.inspection_id, self.row.seq);
        Some(loaders::rows(ctx, key).await.map(shown).map_err(Into::into))
    }
    /// 异常的说明.
    /// Explanation of an abnormal value.
    async fn explanation(&self) -> Option<&str> {
        self.row.explanation.as_deref()
    }
    /// 由此登记的问题；不可见为 null.
    /// The finding that it led to; null out of scope.
    async fn finding(&self, ctx: &Context<'_>) -> Maybe<Finding> {
        let id = self.row.finding_id?;
        loaders::edge(ctx, SeenFinding(id), Finding).await
    }
    /// 由谁记录.
    /// Who recorded it.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Maybe<Person> {
        person(ctx, self.row.recorded_by).await
    }
    /// 记录时刻.
    /// When it was recorded.
    async fn recorded_at(&self) -> Option<Instant> {
        self.row.recorded_at.map(Instant)
    }
    /// 上次巡检同一项与对象的值；没有为 null.
    /// What the last inspection found for the same item and target; null if none did.
    async fn previous(&self) -> Option<PreviousResult> {
        Some(PreviousResult {
            ended_on: Day(self.row.previous_on?),
            evaluation: self.row.previous_evaluation,
            value_milli: self.row.previous_milli.map(Long),
            value_text: self.row.previous_text.clone(),
            value_bool: self.row.previous_bool,
        })
    }
}
