//! The course of values over the inspections of a contract (C1.5.1-c), as the report shows it.

use chrono::NaiveDate;

use super::template::{Item, Threshold};

/// A number that an inspection found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Code of the item.
    pub item: String,
    /// Target.
    pub target: String,
    /// Thousandths of the unit.
    pub milli: i64,
    /// Whether it was a warning or severe.
    pub is_abnormal: bool,
}

/// The values of one item and target, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    /// Code of the item.
    pub item: String,
    /// Target.
    pub target: String,
    /// Dates and values.
    pub points: Vec<(NaiveDate, i64)>,
}

/// Most courses that a report shows, and most inspections of each.
pub const MOST: (usize, usize) = (12, 8);

/// The courses of what `readings` holds: abnormal ones first, then in the order of the template; `earlier` are the
/// inspections before, oldest first. A value without an earlier one has no course, nor has a normal one that never moved.
#[must_use]
pub fn trends(
    on: NaiveDate,
    readings: &[Reading],
    earlier: &[(NaiveDate, Vec<Reading>)],
) -> Vec<Trend> {
    let mut found: Vec<(bool, Trend)> = Vec::new();
    for reading in readings {
        let same = |other: &&Reading| other.item == reading.item && other.target == reading.target;
        let mut points: Vec<(NaiveDate, i64)> = earlier
            .iter()
            .filter_map(|(on, all)| Some((*on, all.iter().find(same)?.milli)))
            .collect();
        if points.is_empty() {
            continue;
        }
        points.push((on, reading.milli));
        // A normal value that never moved says nothing.
        if !reading.is_abnormal && points.iter().all(|(_, milli)| *milli == reading.milli) {
            continue;
        }
        let surplus = points.len().saturating_sub(MOST.1);
        points.drain(..surplus);
        let trend = Trend {
            item: reading.item.clone(),
            target: reading.target.clone(),
            points,
        };
        found.push((reading.is_abnormal, trend));
    }
    found.sort_by_key(|(is_abnormal, _)| !is_abnormal);
    found
        .into_iter()
        .map(|(_, trend)| trend)
        .take(MOST.0)
        .collect()
}

/// The bound that a number should not cross, in thousandths of the unit; none for words.
#[must_use]
pub fn limit_milli(item: &Item) -> Option<i64> {
    match &item.threshold {
        Threshold::Lte { normal_milli, .. } | Threshold::Gte { normal_milli, .. } => {
            Some(*normal_milli)
        }
        Threshold::Between { normal_milli, .. } => normal_milli.get(1).copied(),
        Threshold::Is { .. } => None,
    }
}
