//! The sentence and the table of a chart.

use super::read::{Figure, Series, day_text};
use crate::format::{ABSENT, milli_text, time};
use crate::glossary::Lang;

/// Share in percent with one digit, half up.
pub(super) fn share(part: i64, total: i64) -> String {
    let (part, total) = (i128::from(part), i128::from(total.max(1)));
    let tenths = (part * 2000 + total) / (total * 2);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// What the chart shows, for those who do not see it.
pub(super) fn sentence(figure: &Figure, lang: Lang) -> String {
    if figure.is_empty() {
        return lang.pick("无数据。", "No data.").to_owned();
    }
    match figure {
        Figure::Lines(all) => {
            let said: Vec<String> = all.iter().map(|series| course(series, lang)).collect();
            said.join(lang.pick("", " "))
        }
        Figure::Bars(names, rows) => {
            let sums: Vec<String> = names
                .iter()
                .enumerate()
                .map(|(place, name)| {
                    let sum: i64 = rows.iter().filter_map(|row| row.counts.get(place)).sum();
                    format!("{name} {sum}")
                })
                .collect();
            let most = rows.iter().rev().max_by_key(|row| row.total());
            let (label, count) = most.map_or((ABSENT, 0), |row| (row.label.as_str(), row.total()));
            match lang {
                Lang::Zh => format!("合计：{}；最多的是{label}（{count}）。", sums.join("、")),
                Lang::En => format!("Sums: {}; most in {label} ({count}).", sums.join(", ")),
            }
        }
        Figure::Pareto(rows) => {
            let total: i64 = rows.iter().map(|row| row.1).sum();
            let (label, count) = rows
                .first()
                .map_or((ABSENT, 0), |row| (row.0.as_str(), row.1));
            let share = share(count, total);
            match lang {
                Lang::Zh => format!("共 {total} 项，最多的是{label}（{count} 项，占 {share}）。"),
                Lang::En => format!("{total} in all, most in {label} ({count}, {share})."),
            }
        }
        Figure::Boxes(spreads) => {
            let said: Vec<String> = spreads
                .iter()
                .map(|one| {
                    let [least, _, median, _, greatest] =
                        one.seconds.map(|value| span(value, lang));
                    let label = &one.label;
                    match lang {
                        Lang::Zh => {
                            format!("{label}：最短 {least}，中位 {median}，最长 {greatest}。")
                        }
                        Lang::En => format!(
                            "{label}: shortest {least}, median {median}, longest {greatest}."
                        ),
                    }
                })
                .collect();
            said.join(lang.pick("", " "))
        }
        Figure::Gantt(spans) => {
            let done = spans.iter().filter(|span| span.done.is_some()).count();
            let last = spans.iter().filter_map(|span| span.due).max();
            let last = last.map_or_else(|| ABSENT.to_owned(), day_text);
            let all = spans.len();
            match lang {
                Lang::Zh => format!("共 {all} 项，已完成 {done} 项，最晚到期日 {last}。"),
                Lang::En => format!("{all} tasks, {done} done, the last due on {last}."),
            }
        }
    }
}

/// A time in words.
pub(super) fn span(seconds: i64, lang: Lang) -> String {
    time::duration(i128::from(seconds), lang)
}

/// Lowest, highest, latest, trend.
fn course(series: &Series, lang: Lang) -> String {
    let known: Vec<(i64, i64)> = series
        .points
        .iter()
        .filter_map(|(day, value)| Some((*day, (*value)?)))
        .collect();
    let lowest = known.iter().min_by_key(|point| point.1);
    let highest = known.iter().rev().max_by_key(|point| point.1);
    let (Some(lowest), Some(highest), Some(latest)) = (lowest, highest, known.last()) else {
        return match lang {
            Lang::Zh => format!("{}：无数据。", series.label),
            Lang::En => format!("{}: no data.", series.label),
        };
    };
    let value = |milli: i64| {
        format!("{} {}", milli_text(milli), series.unit)
            .trim_end()
            .to_owned()
    };
    let before = known.iter().rev().nth(1);
    let trend = before.map(|before| latest.1.saturating_sub(before.1));
    let trend = match (trend, lang) {
        (None, Lang::Zh) => "仅一次".to_owned(),
        (None, Lang::En) => "one value only".to_owned(),
        (Some(0), Lang::Zh) => "与上次持平".to_owned(),
        (Some(0), Lang::En) => "unchanged".to_owned(),
        (Some(step), Lang::Zh) if step > 0 => format!("较上次上升 {}", value(step)),
        (Some(step), Lang::Zh) => format!("较上次下降 {}", value(step.saturating_neg())),
        (Some(step), Lang::En) if step > 0 => format!("up by {}", value(step)),
        (Some(step), Lang::En) => format!("down by {}", value(step.saturating_neg())),
    };
    let (low, high, last) = (value(lowest.1), value(highest.1), value(latest.1));
    let (low_on, high_on) = (day_text(lowest.0), day_text(highest.0));
    match lang {
        Lang::Zh => format!(
            "{}：最低 {low}（{low_on}），最高 {high}（{high_on}），最近 {last}，{trend}。",
            series.label
        ),
        Lang::En => format!(
            "{}: lowest {low} ({low_on}), highest {high} ({high_on}), latest {last}, {trend}.",
            series.label
        ),
    }
}

/// Header and rows of the table beside the chart.
pub(super) fn table(figure: &Figure, lang: Lang) -> (Vec<String>, Vec<Vec<String>>) {
    let word = |zh: &'static str, en: &'static str| lang.pick(zh, en).to_owned();
    match figure {
        Figure::Lines(all) => {
            let rows = all
                .iter()
                .flat_map(|series| {
                    series.points.iter().map(|(day, value)| {
                        let value = value.map_or_else(
                            || ABSENT.to_owned(),
                            |value| {
                                format!("{} {}", milli_text(value), series.unit)
                                    .trim_end()
                                    .to_owned()
                            },
                        );
                        vec![series.label.clone(), day_text(*day), value]
                    })
                })
                .collect();
            (
                vec![
                    word("指标", "Series"),
                    word("日期", "Date"),
                    word("数值", "Value"),
                ],
                rows,
            )
        }
        Figure::Bars(names, rows) => {
            let mut head = vec![word("类别", "Category")];
            head.extend(names.iter().cloned());
            head.push(word("合计", "Sum"));
            let rows = rows
                .iter()
                .map(|row| {
                    let mut cells = vec![row.label.clone()];
                    cells.extend(row.counts.iter().map(i64::to_string));
                    cells.push(row.total().to_string());
                    cells
                })
                .collect();
            (head, rows)
        }
        Figure::Pareto(rows) => {
            let total: i64 = rows.iter().map(|row| row.1).sum();
            let mut sum = 0;
            let body = rows
                .iter()
                .map(|(label, count)| {
                    sum += count;
                    vec![
                        label.clone(),
                        count.to_string(),
                        share(*count, total),
                        share(sum, total),
                    ]
                })
                .collect();
            let head = vec![
                word("类别", "Category"),
                word("数量", "Count"),
                word("占比", "Share"),
                word("累计占比", "Running share"),
            ];
            (head, body)
        }
        Figure::Boxes(spreads) => {
            let body = spreads
                .iter()
                .map(|one| {
                    let mut cells = vec![one.label.clone()];
                    cells.extend(one.seconds.map(|value| span(value, lang)));
                    cells
                })
                .collect();
            let head = vec![
                word("类别", "Category"),
                word("最短", "Shortest"),
                word("P25", "P25"),
                word("中位", "Median"),
                word("P75", "P75"),
                word("最长", "Longest"),
            ];
            (head, body)
        }
        Figure::Gantt(spans) => {
            let text = |day: Option<i64>| day.map_or_else(|| ABSENT.to_owned(), day_text);
            let body = spans
                .iter()
                .map(|span| {
                    vec![
                        span.label.clone(),
                        day_text(span.start),
                        text(span.due),
                        text(span.done),
                    ]
                })
                .collect();
            let head = vec![
                word("任务", "Task"),
                word("开始", "Start"),
                word("到期", "Due"),
                word("完成", "Done"),
            ];
            (head, body)
        }
    }
}
