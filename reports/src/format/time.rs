//! Instants and dates as the hospital's clock shows them, and durations.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Timelike};

use crate::glossary::Lang;

/// An RFC 3339 instant on the clock of Asia/Shanghai. China has had no summer time since 1991.
#[must_use]
pub fn shanghai(text: &str) -> Option<NaiveDateTime> {
    let zone = FixedOffset::east_opt(8 * 3600)?;
    // Years of four digits, as RFC 3339 has them; chrono reads more.
    let instant = DateTime::parse_from_rfc3339(text).ok()?;
    Some(instant.with_timezone(&zone).naive_local())
}

/// `2026-10-13 23:59`, with seconds where there are any.
#[must_use]
pub fn instant(text: &str) -> Option<String> {
    Some(show(shanghai(text)?))
}

/// An instant as [`instant`]; midnight is the end of the day before: `2026-10-13 24:00`.
#[must_use]
pub fn due(text: &str) -> Option<String> {
    let wall = shanghai(text)?;
    if wall.num_seconds_from_midnight() == 0 {
        let day = wall.date().checked_sub_signed(TimeDelta::days(1))?;
        return Some(format!("{} 24:00", day.format("%Y-%m-%d")));
    }
    Some(show(wall))
}

fn show(wall: NaiveDateTime) -> String {
    let form = match wall.second() {
        0 => "%Y-%m-%d %H:%M",
        _ => "%Y-%m-%d %H:%M:%S",
    };
    wall.format(form).to_string()
}

/// A civil date.
#[must_use]
pub fn civil(text: &str) -> Option<NaiveDate> {
    (text.len() == 10)
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .flatten()
}

/// A civil date as text; `None` for what is no date.
#[must_use]
pub fn date(text: &str) -> Option<String> {
    civil(text).map(|day| day.format("%Y-%m-%d").to_string())
}

/// Seconds as days, hours, minutes and seconds, exact: `1 天 2 小时 5 分`.
#[must_use]
pub fn duration(seconds: i128, lang: Lang) -> String {
    let size = seconds.unsigned_abs();
    let days = [
        (size / 86_400, lang.pick("天", "d")),
        (size / 3600 % 24, lang.pick("小时", "h")),
    ];
    parts(seconds, &days, lang)
}

/// Seconds as hours, minutes and seconds, exact: `24 小时`. A limit of 24 hours is no limit of one day.
#[must_use]
pub fn hours(seconds: i128, lang: Lang) -> String {
    let hours = [(seconds.unsigned_abs() / 3600, lang.pick("小时", "h"))];
    parts(seconds, &hours, lang)
}

/// The larger parts as given, then minutes and seconds; parts of nothing are left out.
fn parts(seconds: i128, large: &[(u128, &str)], lang: Lang) -> String {
    let size = seconds.unsigned_abs();
    let small = [
        (size / 60 % 60, lang.pick("分", "min")),
        (size % 60, lang.pick("秒", "s")),
    ];
    let parts = large.iter().chain(&small);
    let said: Vec<String> = parts
        .filter(|(value, _)| *value > 0)
        .map(|(value, unit)| format!("{value} {unit}"))
        .collect();
    match said.is_empty() {
        true => format!("0 {}", lang.pick("秒", "s")),
        false => format!("{}{}", if seconds < 0 { "-" } else { "" }, said.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rp_data_3_instants_are_shown_in_shanghai() {
        for (text, shown) in [
            ("2026-10-13T15:59:00Z", "2026-10-13 23:59"),
            ("2026-10-13T16:00:00Z", "2026-10-14 00:00"),
            ("2026-10-13T15:59:07+00:00", "2026-10-13 23:59:07"),
            ("2026-12-31T16:00:00Z", "2027-01-01 00:00"),
        ] {
            assert_eq!(instant(text).as_deref(), Some(shown));
        }
        assert_eq!(instant("2026-10-13"), None);
        assert_eq!(instant("2026-10-13T15:59:00"), None);
    }

    #[test]
    fn rp_data_3_a_due_day_ends_at_24() {
        assert_eq!(
            due("2026-10-13T16:00:00Z").as_deref(),
            Some("2026-10-13 24:00")
        );
        assert_eq!(
            due("2026-10-13T16:00:01Z").as_deref(),
            Some("2026-10-14 00:00:01")
        );
        assert_eq!(
            due("2026-12-31T16:00:00Z").as_deref(),
            Some("2026-12-31 24:00")
        );
    }

    #[test]
    fn rp_data_3_dates_and_durations() {
        assert_eq!(date("2026-02-29"), None);
        assert_eq!(date("2028-02-29").as_deref(), Some("2028-02-29"));
        assert_eq!(date("2026-2-9"), None);
        assert_eq!(duration(0, Lang::Zh), "0 秒");
        assert_eq!(duration(93_905, Lang::Zh), "1 天 2 小时 5 分 5 秒");
        assert_eq!(duration(-7200, Lang::En), "-2 h");
        assert_eq!(hours(86_400, Lang::Zh), "24 小时");
        assert_eq!(hours(93_905, Lang::En), "26 h 5 min 5 s");
        assert_eq!(hours(0, Lang::Zh), "0 秒");
    }
}
