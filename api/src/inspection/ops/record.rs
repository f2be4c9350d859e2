//! Results of an inspection: recorded all in one act, or imported as a sheet; nothing is half recorded (C1.5.1-c…f).
//!
//! A value is evaluated where it is recorded, by the threshold that its line was laid out with. After the end only the
//! explanations of abnormal values are entered.

use std::collections::{BTreeMap, HashSet};

use entity::attachment::Subject;
use entity::ids::{AttachmentId, InspectionId};
use entity::rules::access::Permission;
use entity::rules::inspection::{self as rule, ItemValue, Row};
use entity::values::{
    Evaluation, InspectionAction, InspectionScope, InspectionState, ItemValueType,
};
use entity::{inspection, inspection_result, inspection_scope_na};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::asset::{in_line, lines, sheet};
use super::{Sheeted, Visit, invalid, missing, required};
use crate::app::App;
use crate::attachment;
use crate::error::{Error, Result, UserErrorCode};
use crate::requester::Requester;
use crate::ticket::ops::{SHORT, checked, checked_option};

/// Most lines of one act.
const MOST: usize = 200;
/// Longest code of an item or a target, in characters.
const CODE: usize = 100;
/// Longest value that is a word, in characters.
const WORD: usize = 100;

/// What is entered for a line.
#[derive(Clone, Debug)]
pub struct Entered {
    /// Code of the item.
    pub item: String,
    /// Target, as it was laid out.
    pub target: String,
    /// The value; none for an explanation alone, or where it does not apply.
    pub value: Option<ItemValue>,
    /// More than one value was given.
    pub is_ambiguous: bool,
    /// It does not apply.
    pub not_applicable: bool,
    /// Why it does not apply.
    pub reason: Option<String>,
    /// Evidence and where it lies.
    pub evidence: Option<String>,
    /// Files of the inspection that are its evidence, in place of those named before; none leaves them.
    pub files: Option<Vec<AttachmentId>>,
    /// Explanation of an abnormal value.
    pub explanation: Option<String>,
}

/// A scope that does not apply as a whole.
#[derive(Clone, Debug)]
pub struct NotApplicable {
    /// Scope.
    pub scope: InspectionScope,
    /// Why.
    pub reason: Option<String>,
}

/// All that is recorded in one act.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Lines.
    pub results: Vec<Entered>,
    /// Scopes that do not apply.
    pub not_applicable: Vec<NotApplicable>,
}

fn checked_line(line: &Entered, at: &str) -> Result<Entered> {
    let field = |name: &str| {
        if at.is_empty() {
            name.to_owned()
        } else {
            format!("{at}.{name}")
        }
    };
    let option =
        |text: &Option<String>, name: &str| checked_option(text.as_deref(), &field(name), SHORT);
    Ok(Entered {
        item: checked(&line.item, &field("item"), CODE)?,
        target: checked(&line.target, &field("target"), CODE)?,
        value: match &line.value {
            Some(ItemValue::Text(text)) => {
                Some(ItemValue::Text(checked(text, &field("valueText"), WORD)?))
            }
            other => other.clone(),
        },
        is_ambiguous: line.is_ambiguous,
        not_applicable: line.not_applicable,
        reason: option(&line.reason, "reason")?,
        evidence: option(&line.evidence, "evidence")?,
        files: match &line.files {
            Some(files) => Some(named(files, &field("evidenceIds"))?),
            None => None,
        },
        explanation: option(&line.explanation, "explanation")?,
    })
}

/// Each file once.
fn named(files: &[AttachmentId], field: &str) -> Result<Vec<AttachmentId>> {
    Ok(attachment::within_limit(files, field)?
        .into_iter()
        .collect())
}

type Lines = BTreeMap<(String, String), inspection_result::Model>;

async fn laid_out(visit: &Visit<'_>) -> Result<Lines> {
    let rows = inspection_result::Entity::find()
        .filter(inspection_result::Column::HospitalId.eq(visit.hospital()))
        .filter(inspection_result::Column::InspectionId.eq(visit.row.id))
        .all(&visit.tx)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| ((row.item_code.clone(), row.target.clone()), row))
        .collect())
}

/// The row of a line after what was entered; the line keeps what was not said anew.
fn entered(
    visit: &Visit<'_>,
    lines: &Lines,
    files: &HashSet<AttachmentId>,
    line: Entered,
) -> Result<inspection_result::Model> {
    let key = (line.item, line.target);
    let mut row = lines.get(&key).cloned().ok_or_else(|| missing("item"))?;
    let has_evidence = line.evidence.is_some() || line.files.is_some();
    let has_ended = visit.row.state == InspectionState::Ended;
    if has_ended && (line.value.is_some() || line.not_applicable || has_evidence) {
        return Err(Error::from(UserErrorCode::WrongState).at(["value"]).detail(
            "巡检已结束，只能补充说明",
            "the inspection has ended, only explanations are entered",
        ));
    }
    if line.files.iter().flatten().any(|one| !files.contains(one)) {
        return Err(missing("evidenceIds"));
    }
    if line.is_ambiguous {
        return Err(invalid("value", "只给一项值", "give one value only"));
    }
    let item: rule::Item = serde_json::from_str(&row.item).map_err(Error::internal)?;
    match (line.value, line.not_applicable) {
        (Some(_), true) => {
            return Err(invalid(
                "notApplicable",
                "不适用的项没有值",
                "what does not apply has no value",
            ));
        }
        (Some(value), false) => {
            let found = rule::evaluate(&item, &value).map_err(|bad| {
                invalid(
                    "value",
                    format!("该项须为{}", wanted(item.value_type).0),
                    format!("the item takes {}", wanted(item.value_type).1),
                )
                .caused_by(bad)
            })?;
            row.evaluation = Some(found);
            (row.value_milli, row.value_text, row.value_bool) = match value {
                ItemValue::Milli(milli) => (Some(milli), None, None),
                ItemValue::Text(text) => (None, Some(text), None),
                ItemValue::Bool(truth) => (None, None, Some(truth)),
            };
            row.na_reason = None;
        }
        (None, true) => {
            row.evaluation = Some(Evaluation::Na);
            (row.value_milli, row.value_text, row.value_bool) = (None, None, None);
            row.na_reason = line.reason;
        }
        (None, false) => {}
    }
    row.evidence = line.evidence.or(row.evidence);
    row.explanation = line.explanation.or(row.explanation);
    row.recorded_by = Some(visit.me);
    row.recorded_at = Some(visit.now);
    Ok(row)
}

const fn wanted(value_type: ItemValueType) -> (&'static str, &'static str) {
    match value_type {
        ItemValueType::Number => ("数值", "a number"),
        ItemValueType::Enum => ("文字状态", "a word"),
        ItemValueType::Bool => ("是或否", "yes or no"),
    }
}

/// Records results and scopes that do not apply.
///
/// # Errors
/// `FORBIDDEN`; those of the texts, `NOT_FOUND`, `WRONG_STATE`. Failures of lines are the inner list: `NOT_FOUND` for a
/// line that was not laid out, `INVALID` for a value of another type, `WRONG_STATE` for values after the end.
pub async fn record_results(
    app: &App,
    who: &Requester,
    id: InspectionId,
    sheet: Sheet,
) -> Result<Sheeted<inspection::Model>> {
    who.require(Permission::InspectionConduct)?;
    if sheet.results.len() > MOST {
        return Err(Error::from(UserErrorCode::TooLong).at(["results"]));
    }
    let mut read = Vec::new();
    for (n, line) in sheet.results.iter().enumerate() {
        read.push(checked_line(line, &format!("results.{n}"))?);
    }
    let mut scopes = Vec::new();
    for (n, one) in sheet.not_applicable.iter().enumerate() {
        let field = format!("notApplicableScopes.{n}.reason");
        let reason = checked_option(one.reason.as_deref(), &field, SHORT)?;
        scopes.push(NotApplicable {
            scope: one.scope,
            reason,
        });
    }
    if read.is_empty() && scopes.is_empty() {
        return Err(required("results"));
    }
    let permission = Permission::InspectionConduct;
    let mut visit = Visit::begin(app, who, permission, id, None).await?;
    visit.step(InspectionAction::Record)?;
    if visit.row.state == InspectionState::Ended && !scopes.is_empty() {
        return Err(Error::from(UserErrorCode::WrongState).at(["notApplicableScopes"]));
    }
    for one in scopes {
        state_scope(&visit, one).await?;
    }
    let place = |n: usize, error: Error| {
        let field = error.field().map(<[String]>::to_vec).unwrap_or_default();
        let path = ["results".to_owned(), n.to_string()];
        error.at(path.into_iter().chain(field))
    };
    write(visit, read.into_iter().enumerate().collect(), place).await
}

async fn state_scope(visit: &Visit<'_>, one: NotApplicable) -> Result<()> {
    use inspection_scope_na::Column as C;
    let row = inspection_scope_na::ActiveModel {
        hospital_id: Set(visit.hospital()),
        inspection_id: Set(visit.row.id),
        scope: Set(one.scope),
        reason: Set(one.reason),
        stated_by: Set(visit.me),
        stated_at: Set(visit.now),
    };
    let anew = OnConflict::columns([C::InspectionId, C::Scope])
        .update_columns([C::Reason, C::StatedBy, C::StatedAt])
        .to_owned();
    inspection_scope_na::Entity::insert(row)
        .on_conflict(anew)
        .exec_without_returning(&visit.tx)
        .await?;
    Ok(())
}

/// Writes all lines, or none and says what is wrong with which.
async fn write(
    visit: Visit<'_>,
    read: Vec<(usize, Entered)>,
    place: impl Fn(usize, Error) -> Error,
) -> Result<Sheeted<inspection::Model>> {
    let mut lines = laid_out(&visit).await?;
    let subject = Subject::Inspection(visit.row.id);
    let files = attachment::of_subject(&visit.tx, visit.hospital(), subject).await?;
    let mut evidence = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut changed = BTreeMap::new();
    for (n, line) in read {
        let named = line.files.clone();
        match entered(&visit, &lines, &files, line) {
            Ok(row) => {
                if let Some(named) = named {
                    evidence.insert(row.seq, named.into_iter().collect());
                }
                let key = (row.item_code.clone(), row.target.clone());
                lines.insert(key.clone(), row.clone());
                changed.insert(key, row);
            }
            Err(error) if error.code().user().is_some() => wrong.push(place(n, error)),
            Err(error) => return Err(error),
        }
    }
    if !wrong.is_empty() {
        visit.tx.rollback().await?;
        return Ok(Err(wrong));
    }
    for row in changed.into_values() {
        row.into_active_model()
            .reset_all()
            .update(&visit.tx)
            .await?;
    }
    let own = (visit.hospital(), visit.row.id);
    attachment::to_lines(&visit.tx, own, evidence).await?;
    visit.commit("inspection.record").await.map(Ok)
}

/// Columns of a sheet of results.
const COLUMNS: &[&str] = &[
    "item",
    "target",
    "value",
    "reason",
    "evidence",
    "explanation",
];

/// Words that say yes and no in a sheet, and that an item does not apply.
const YES: &[&str] = &["是", "true", "yes", "TRUE", "Yes"];
const NO: &[&str] = &["否", "false", "no", "FALSE", "No"];
const NOT: &[&str] = &["不适用", "NA", "N/A"];

/// A decimal number in thousandths: `85.5` is 85500; more than three decimals are no such number.
fn milli(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(rest) || rest.len() > 3 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let rest: i64 = format!("{rest:0<3}").parse().ok()?;
    whole
        .checked_mul(1000)?
        .checked_add(rest)?
        .checked_mul(sign)
}

/// A cell as the value of an item of this type.
fn value_of(value_type: ItemValueType, text: &str) -> Option<ItemValue> {
    match value_type {
        ItemValueType::Number => milli(text).map(ItemValue::Milli),
        ItemValueType::Enum => Some(ItemValue::Text(text.to_owned())),
        ItemValueType::Bool => match (YES.contains(&text), NO.contains(&text)) {
            (true, _) => Some(ItemValue::Bool(true)),
            (_, true) => Some(ItemValue::Bool(false)),
            (false, false) => None,
        },
    }
}

fn line_of(row: &Row, lines: &Lines) -> Result<Entered> {
    let text = |name: &str| row.get(name).map(str::to_owned);
    let item = text("item").ok_or_else(|| required("item"))?;
    let target = text("target").unwrap_or_else(|| rule::WHOLE.to_owned());
    let known = lines
        .get(&(item.clone(), target.clone()))
        .ok_or_else(|| missing("item"))?;
    let kept: rule::Item = serde_json::from_str(&known.item).map_err(Error::internal)?;
    let cell = row.get("value");
    let not_applicable = cell.is_some_and(|text| NOT.contains(&text));
    let value = match cell {
        None => None,
        Some(_) if not_applicable => None,
        Some(text) => Some(value_of(kept.value_type, text).ok_or_else(|| {
            let (zh, en) = wanted(kept.value_type);
            invalid(
                "value",
                format!("该项须为{zh}"),
                format!("the item takes {en}"),
            )
        })?),
    };
    let line = Entered {
        item,
        target,
        value,
        is_ambiguous: false,
        not_applicable,
        reason: text("reason"),
        evidence: text("evidence"),
        files: None,
        explanation: text("explanation"),
    };
    checked_line(&line, "")
}

/// Imports results from a sheet.
///
/// # Errors
/// `FORBIDDEN`; those of the sheet as a whole, `NOT_FOUND`, `WRONG_STATE`. Failures of lines are the inner list.
pub async fn import_results(
    app: &App,
    who: &Requester,
    id: InspectionId,
    csv: &str,
) -> Result<Sheeted<inspection::Model>> {
    who.require(Permission::InspectionConduct)?;
    let csv = sheet(csv)?;
    let permission = Permission::InspectionConduct;
    let mut visit = Visit::begin(app, who, permission, id, None).await?;
    visit.step(InspectionAction::Record)?;
    let rows = lines(&csv, COLUMNS, &["item", "value"])?;
    let known = laid_out(&visit).await?;
    let mut wrong = Vec::new();
    let mut read = Vec::new();
    for row in &rows {
        match line_of(row, &known) {
            Ok(line) => read.push((row.line, line)),
            Err(error) if error.code().user().is_some() => {
                wrong.push(in_line(row.line, &error));
            }
            Err(error) => return Err(error),
        }
    }
    if !wrong.is_empty() {
        visit.tx.rollback().await?;
        return Ok(Err(wrong));
    }
    write(visit, read, |line, error| in_line(line, &error)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_read_exactly_or_not_at_all() {
        for (text, expected) in [
            ("85", Some(85_000)),
            ("85.5", Some(85_500)),
            ("0.001", Some(1)),
            ("-0.25", Some(-250)),
            ("85.1234", None),
            ("1e3", None),
            ("", None),
            ("-", None),
            (".5", None),
            ("9223372036854775807", None),
        ] {
            assert_eq!(milli(text), expected, "{text}");
        }
    }
}
