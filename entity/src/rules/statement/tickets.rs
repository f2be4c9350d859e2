//! Tickets by category, severity and channel.

use std::collections::BTreeMap;

use crate::values::{Channel, Severity, TicketCategory};

/// A ticket as the statement sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketRow {
    /// Category.
    pub category: TicketCategory,
    /// Severity.
    pub severity: Option<Severity>,
    /// How it came in.
    pub channel: Channel,
    /// Raised by the vendor itself.
    pub by_vendor: bool,
}

/// Tickets of a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CategoryLine {
    /// Category.
    pub category: TicketCategory,
    /// S1 to S4.
    pub by_severity: [i64; 4],
    /// Without a severity.
    pub without: i64,
    /// Of all of them, those that the vendor raised itself.
    pub by_vendor: i64,
}

impl CategoryLine {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.by_severity.iter().sum::<i64>() + self.without
    }
}

/// Tickets that came in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelLine {
    /// Channel.
    pub channel: Channel,
    /// How many.
    pub count: i64,
}

/// Tickets by category, in the order of the catalogue; categories without tickets are left out.
#[must_use]
pub fn categories(rows: &[TicketRow]) -> Vec<CategoryLine> {
    let mut lines: BTreeMap<TicketCategory, CategoryLine> = BTreeMap::new();
    for row in rows {
        let line = lines.entry(row.category).or_insert(CategoryLine {
            category: row.category,
            by_severity: [0; 4],
            without: 0,
            by_vendor: 0,
        });
        let [s1, s2, s3, s4] = &mut line.by_severity;
        *match row.severity {
            Some(Severity::S1) => s1,
            Some(Severity::S2) => s2,
            Some(Severity::S3) => s3,
            Some(Severity::S4) => s4,
            None => &mut line.without,
        } += 1;
        line.by_vendor += i64::from(row.by_vendor);
    }
    lines.into_values().collect()
}

/// Tickets by channel, the most frequent first; channels without tickets are left out.
#[must_use]
pub fn channels(rows: &[TicketRow]) -> Vec<ChannelLine> {
    let mut counts: BTreeMap<Channel, i64> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.channel).or_default() += 1;
    }
    let mut lines: Vec<ChannelLine> = counts
        .into_iter()
        .map(|(channel, count)| ChannelLine { channel, count })
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.count));
    lines
}
