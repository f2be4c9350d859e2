//! What a value means, and which risk it suggests (一(五)2; thresholds of the template).
//!
//! A severe value has the default risk of its item, a warning one level less and never below LOW. The inspector may
//! raise a risk; only the hospital lowers it.

use super::template::{Item, Normal, Threshold};
use crate::values::{Evaluation, Risk, Side};

/// A value as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemValue {
    /// Thousandths of the unit.
    Milli(i64),
    /// A word.
    Text(String),
    /// Yes or no.
    Bool(bool),
}

/// The value is of another type than the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueError;

impl std::fmt::Display for ValueError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the value is of another type than the item")
    }
}

impl std::error::Error for ValueError {}

/// Evaluates a value; `NA` is no value and never comes out of here.
///
/// # Errors
/// [`ValueError`] for a number where a word is asked, and the like.
pub fn evaluate(item: &Item, value: &ItemValue) -> Result<Evaluation, ValueError> {
    let graded = |normal: bool, tolerable: bool| match (normal, tolerable) {
        (true, _) => Evaluation::Ok,
        (false, true) => Evaluation::Warning,
        (false, false) => Evaluation::Severe,
    };
    let within = |[low, high]: [i64; 2], v: i64| low <= v && v <= high;
    match (&item.threshold, value) {
        (
            Threshold::Lte {
                normal_milli,
                critical_milli,
                ..
            },
            ItemValue::Milli(v),
        ) => Ok(graded(v <= normal_milli, v <= critical_milli)),
        (
            Threshold::Gte {
                normal_milli,
                critical_milli,
                ..
            },
            ItemValue::Milli(v),
        ) => Ok(graded(v >= normal_milli, v >= critical_milli)),
        (
            Threshold::Between {
                normal_milli,
                critical_milli,
                ..
            },
            ItemValue::Milli(v),
        ) => Ok(graded(
            within(*normal_milli, *v),
            within(*critical_milli, *v),
        )),
        // Otherwise abnormal at the default risk: there is no warning in between.
        (
            Threshold::Is {
                normal: Normal::Text(normal),
                ..
            },
            ItemValue::Text(v),
        ) => Ok(graded(v == normal, false)),
        (
            Threshold::Is {
                normal: Normal::Bool(normal),
                ..
            },
            ItemValue::Bool(v),
        ) => Ok(graded(v == normal, false)),
        (
            Threshold::Lte { .. }
            | Threshold::Gte { .. }
            | Threshold::Between { .. }
            | Threshold::Is { .. },
            ItemValue::Milli(_) | ItemValue::Text(_) | ItemValue::Bool(_),
        ) => Err(ValueError),
    }
}

/// One level less, never below LOW.
const fn lower(risk: Risk) -> Risk {
    match risk {
        Risk::Critical => Risk::High,
        Risk::High => Risk::Medium,
        Risk::Medium | Risk::Low => Risk::Low,
    }
}

/// The risk that an evaluation suggests; none for what is normal or not applicable.
#[must_use]
pub const fn suggested_risk(evaluation: Evaluation, default_risk: Risk) -> Option<Risk> {
    match evaluation {
        Evaluation::Severe => Some(default_risk),
        Evaluation::Warning => Some(lower(default_risk)),
        Evaluation::Ok | Evaluation::Na => None,
    }
}

/// The gravest of the suggested risks: below it a vendor does not enter a finding.
#[must_use]
pub fn lowest_of(suggested: impl IntoIterator<Item = Risk>) -> Option<Risk> {
    // The gravest level is declared first.
    suggested.into_iter().min()
}

/// Whether a side may set a risk where `now` stands or is suggested: the vendor raises, the hospital does both.
#[must_use]
pub fn may_set_risk(side: Side, now: Option<Risk>, wanted: Risk) -> bool {
    match (side, now) {
        (Side::Hospital, _) | (Side::Vendor, None) => true,
        (Side::Vendor, Some(now)) => wanted <= now,
    }
}
