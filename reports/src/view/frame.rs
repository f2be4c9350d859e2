//! The frame of a report: what stands around its data, the words of every report, the last page.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::definition::Definition;
use crate::format::{ABSENT, time};
use crate::glossary::Lang;

/// What stands around the data. Instants are RFC 3339, dates ISO 8601.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Meta {
    /// `XJBG-2026-0007`; for a draft whatever stands for it.
    pub number: String,
    /// From 1.
    pub revision: u32,
    /// What lies behind the pages.
    #[serde(default)]
    pub watermark: Watermark,
    /// 院方.
    pub hospital: String,
    /// 服务商.
    pub vendor: String,
    /// Number of the contract.
    pub contract_no: String,
    /// Name of the contract.
    pub contract_title: String,
    /// First day of the period; absent where the subject has none.
    pub period_from_on: Option<String>,
    /// Last day of the period.
    pub period_to_on: Option<String>,
    /// Until when records were seen.
    pub cut_off_at: String,
    /// Instant of the approval; a draft has none and carries `cutOffAt` as its date.
    pub issued_at: Option<String>,
    /// 内部 or 机密.
    pub confidentiality: Confidentiality,
    /// Version of the working calendar.
    pub calendar_version: String,
    /// Version of the limits.
    pub sla_policy_version: Option<String>,
    /// Version of the indicators, where the report has any.
    pub indicator_set_version: Option<String>,
    /// Numbers of the records used.
    pub records: Vec<String>,
    /// Address of the verification page inside the intranet.
    pub verify_url: String,
    /// Steps of persons and places for seals, in their order.
    pub sign_off: Vec<SignOff>,
    /// Why this revision replaces the one before; only from revision 2.
    pub correction: Option<String>,
    /// Hash of the frozen data; where it is given it must be the hash of `data`.
    pub data_sha256: Option<String>,
    /// Fingerprint at the time of freezing; where it is given it must be that of the definition.
    pub fingerprint: Option<String>,
}

/// Line of the sign-off block.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignOff {
    /// 编制, 批准, 院方确认.
    pub step: String,
    /// Whose step it is.
    pub party: String,
    /// Name; absent until it is done.
    pub name: Option<String>,
    /// Instant of the recorded step.
    pub at: Option<String>,
    /// Whether the place for the official seal is here.
    #[serde(default)]
    pub seal: bool,
}

/// What lies behind the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Watermark {
    /// Nothing.
    #[default]
    None,
    /// 草稿.
    Draft,
    /// 样章: made with a test seal.
    Sample,
}

/// Confidentiality mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Confidentiality {
    /// 内部.
    Internal,
    /// 机密.
    Confidential,
}

/// Texts of the frame that join several values.
pub(super) fn texts_of_frame(frame: &mut Map<String, Value>, meta: &Meta, lang: Lang) {
    let revision = match lang {
        Lang::Zh => format!("第 {} 版", meta.revision),
        Lang::En => format!("revision {}", meta.revision),
    };
    let period = match (&meta.period_from_on, &meta.period_to_on) {
        (Some(from), Some(to)) => format!("{from} {} {to}", lang.pick("至", "to")),
        (Some(only), None) | (None, Some(only)) => only.clone(),
        (None, None) => ABSENT.to_owned(),
    };
    let confidentiality = match meta.confidentiality {
        Confidentiality::Internal => lang.pick("内部", "internal"),
        Confidentiality::Confidential => lang.pick("机密", "confidential"),
    };
    let watermark = match meta.watermark {
        Watermark::None => "",
        Watermark::Draft => lang.pick("草稿", "DRAFT"),
        Watermark::Sample => "样章",
    };
    let date = meta.issued_at.as_deref().unwrap_or(&meta.cut_off_at);
    let date = time::shanghai(date).map_or_else(String::new, |wall| match lang {
        Lang::Zh => wall.format("%Y 年 %-m 月 %-d 日").to_string(),
        Lang::En => wall.format("%Y-%m-%d").to_string(),
    });
    for (name, text) in [
        ("revision_text", revision),
        ("period_text", period),
        ("confidentiality_text", confidentiality.to_owned()),
        ("watermark_text", watermark.to_owned()),
        ("date_text", date),
    ] {
        frame.insert(name.to_owned(), Value::String(text));
    }
}

/// 一、二、… 十一、; in English plain numbers.
pub(super) fn heading(number: usize, title: &str, lang: Lang) -> String {
    const HAN: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |place: usize| HAN.get(place).copied().unwrap_or_default();
    match lang {
        Lang::En => format!("{number} {title}"),
        Lang::Zh if number < 10 => format!("{}、{title}", digit(number)),
        Lang::Zh => {
            let tens = if number < 20 { "" } else { digit(number / 10) };
            format!("{tens}十{}、{title}", digit(number % 10))
        }
    }
}

/// Rows of the last page.
pub(super) fn provenance(definition: &Definition, meta: &Meta, data: &str, lang: Lang) -> Value {
    let spec = &definition.spec;
    let dash = || ABSENT.to_owned();
    let records = match meta.records.is_empty() {
        true => dash(),
        false => meta.records.join(lang.pick("、", ", ")),
    };
    let rows = [
        (
            lang.pick("报告定义", "Definition"),
            format!("{} v{}", spec.code, spec.version),
        ),
        (
            lang.pick("对应合同义务", "Obligations"),
            spec.clauses.join(lang.pick("、", ", ")),
        ),
        (
            lang.pick("模板指纹", "Fingerprint of the template"),
            definition.fingerprint().to_owned(),
        ),
        (
            lang.pick("查询语句校验值", "SHA-256 of the query"),
            definition.query_sha256(),
        ),
        (
            lang.pick("数据校验值", "SHA-256 of the data"),
            data.to_owned(),
        ),
        (
            lang.pick("数据截止时间", "Data cut-off"),
            time::instant(&meta.cut_off_at).unwrap_or_default(),
        ),
        (
            lang.pick("日历版本", "Calendar"),
            meta.calendar_version.clone(),
        ),
        (
            lang.pick("时效政策版本", "SLA policy"),
            meta.sla_policy_version.clone().unwrap_or_else(dash),
        ),
        (
            lang.pick("考核指标版本", "Indicator set"),
            meta.indicator_set_version.clone().unwrap_or_else(dash),
        ),
        (lang.pick("所用记录编号", "Records used"), records),
    ];
    rows.iter()
        .map(|(label, text)| json!({"label": label, "text": text}))
        .collect()
}

/// Words of the frame.
pub(super) fn words(lang: Lang) -> Value {
    let pairs = [
        ("number", "编号", "Number"),
        ("revision", "版次", "Revision"),
        ("contract", "合同", "Contract"),
        ("period", "报告期间", "Period"),
        ("hospital", "院方", "Hospital"),
        ("vendor", "服务商", "Vendor"),
        ("cutoff", "数据截止", "Data cut-off"),
        ("confidentiality", "密级", "Confidentiality"),
        ("date", "日期", "Date"),
        ("contents", "目录", "Contents"),
        ("signoff", "签署", "Sign-off"),
        ("step", "步骤", "Step"),
        ("party", "单位", "Party"),
        ("name", "姓名", "Name"),
        ("time", "时间", "Time"),
        ("seal", "签字或盖章", "Signature or seal"),
        ("seal_here", "（加盖公章处）", "(place of the seal)"),
        ("seal_date", "　　　　年　　月　　日", "date: "),
        ("provenance", "数据来源与校验", "Sources and checks"),
        ("item", "项目", "Item"),
        ("content", "内容", "Content"),
        ("replaced", "替换的符号", "Replaced symbols"),
        ("from", "原符号", "Symbol"),
        ("to", "替换为", "Replaced by"),
        ("dropped", "（删除）", "(removed)"),
        ("chart_data", "图表数据", "Data of the chart"),
        ("correction", "更正说明", "Correction"),
        ("verify", "核验地址", "Verification"),
    ];
    pairs
        .iter()
        .map(|(key, zh, en)| ((*key).to_owned(), json!(lang.pick(zh, en))))
        .collect::<Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_numbered_in_han() {
        for (number, text) in [
            (1, "一、甲"),
            (10, "十、甲"),
            (11, "十一、甲"),
            (20, "二十、甲"),
            (23, "二十三、甲"),
        ] {
            assert_eq!(heading(number, "甲", Lang::Zh), text);
        }
    }
}
