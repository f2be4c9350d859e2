//! Instants as the pages print them: civil time in Asia/Shanghai, which has no summer time. No clock anywhere.

use crate::markdown::Lang;

/// Minutes since 1970-01-01T00:00 of an RFC 3339 instant.
fn minutes(instant: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| instant.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute) = (number(11..13)?, number(14..16)?);
    let rest = instant.get(16..)?;
    let zone = rest.find(['Z', '+', '-']).and_then(|at| rest.get(at..))?;
    let offset = match zone.chars().next()? {
        'Z' => 0,
        sign => {
            let hours: i64 = zone.get(1..3)?.parse().ok()?;
            let minutes: i64 = zone.get(4..6)?.parse().ok()?;
            (hours * 60 + minutes) * if sign == '-' { -1 } else { 1 }
        }
    };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 {
        return None;
    }
    Some((days(year, month, day) * 24 + hour) * 60 + minute - offset)
}

/// Days since 1970-01-01 of a Gregorian date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// An instant for programs, to the second: HTML knows no microseconds.
pub fn stamp(text: &str) -> String {
    match text.split_once('.') {
        Some((seconds, _)) if text.ends_with('Z') => format!("{seconds}Z"),
        _ => text.to_owned(),
    }
}

/// `2026-10-12 09:30` in Shanghai, or the text as it is if it is no instant.
pub fn instant(text: &str) -> String {
    let Some(minutes) = minutes(text) else {
        return text.to_owned();
    };
    let local = minutes + 8 * 60;
    let (year, month, day) = civil(local.div_euclid(1440));
    let of_day = local.rem_euclid(1440);
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}",
        of_day / 60,
        of_day % 60
    )
}

/// The date in Shanghai; a date stays as it is.
pub fn date(text: &str) -> String {
    instant(text).chars().take(10).collect()
}

/// The bound of a day that is excluded at its end: midnight is the end of the day before.
pub fn bound(text: &str) -> String {
    let shown = instant(text);
    match (shown.strip_suffix(" 00:00"), minutes(text)) {
        (Some(_), Some(at)) => {
            let (year, month, day) = civil((at + 8 * 60).div_euclid(1440) - 1);
            format!("{year:04}-{month:02}-{day:02} 24:00")
        }
        _ => shown,
    }
}

/// Months since year 0 of an instant (in Shanghai) or a date.
pub fn month(text: &str) -> Option<i64> {
    let date = date(text);
    let year: i64 = date.get(0..4)?.parse().ok()?;
    let month: i64 = date.get(5..7)?.parse().ok()?;
    (date.get(4..5) == Some("-") && (1..=12).contains(&month)).then_some(year * 12 + month - 1)
}

/// A length of time in two units.
pub fn span(seconds: i64, lang: Lang) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let unit = |count: i64, zh: &str, en: &str| {
        (count > 0).then(|| format!("{count} {}", lang.pick(zh, en)))
    };
    let parts = match (days, hours) {
        (0, 0) if minutes == 0 => [unit(seconds.max(1), "秒", "s"), None],
        (0, _) => [unit(hours, "小时", "h"), unit(minutes, "分", "min")],
        (_, _) => [unit(days, "天", "d"), unit(hours, "小时", "h")],
    };
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sg_page_1_an_instant_for_programs_has_no_fraction() {
        assert_eq!(stamp("2026-11-28T13:49:03.019098Z"), "2026-11-28T13:49:03Z");
        assert_eq!(stamp("2026-11-28T13:49:03Z"), "2026-11-28T13:49:03Z");
        assert_eq!(stamp("2026-11-28"), "2026-11-28");
    }

    #[test]
    fn sg_page_1_times_are_those_of_shanghai() {
        assert_eq!(instant("2026-10-12T01:30:00Z"), "2026-10-12 09:30");
        assert_eq!(instant("2026-12-31T16:00:00.123Z"), "2027-01-01 00:00");
        assert_eq!(instant("2028-02-29T00:00:00+08:00"), "2028-02-29 00:00");
        assert_eq!(bound("2026-10-12T16:00:00Z"), "2026-10-12 24:00");
        assert_eq!(bound("2026-02-28T16:00:00Z"), "2026-02-28 24:00");
        assert_eq!(bound("2026-10-12T09:00:00Z"), "2026-10-12 17:00");
        assert_eq!(date("2026-10-12"), "2026-10-12");
        assert_eq!(instant("bald"), "bald");
        assert_eq!(month("2026-12-31T16:00:00Z"), Some(2027 * 12));
        assert_eq!(month("2026-11-01"), Some(2026 * 12 + 10));
        assert_eq!(month("bald"), None);
        assert_eq!(span(59, Lang::En), "59 s");
        assert_eq!(span(5_400, Lang::Zh), "1 小时 30 分");
        assert_eq!(span(3_600, Lang::Zh), "1 小时");
        assert_eq!(span(900, Lang::En), "15 min");
        assert_eq!(span(172_800, Lang::En), "2 d");
        assert_eq!(span(90_000, Lang::En), "1 d 1 h");
    }
}
