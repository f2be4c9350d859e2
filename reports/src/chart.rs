//! Charts: one drawing for HTML (classes, so that a dark page recolours it) and PDF (greys).
//!
//! A chart comes with a sentence made of its data and with the data as a table. Coordinates are
//! rounded to a tenth, so the text of a drawing is the same everywhere.

mod canvas;
mod read;
mod told;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::canvas::{Anchor, Canvas, Ink, Role, shorten, width};
use self::read::{Bar, Figure, Series, Span, Spread};
use crate::definition::ChartSpec;
use crate::format::milli_text;
use crate::glossary::Lang;
use crate::problem::Problem;

/// Width of every drawing, in its own units. 320 px of a telephone still show 9 px letters.
const WIDTH: f64 = 400.0;
/// Letters.
const SIZE: f64 = 11.0;
/// Most rows that are drawn; the table has all of them.
const ROWS: usize = 30;
/// The most rows of a box plot, whose rows have more parts.
const SPREADS: usize = 20;
/// Most series that are drawn; more would not fit on a page.
const PANELS: usize = 5;

/// One chart, drawn twice with the same geometry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// With classes.
    pub html: String,
    /// With resolved colours.
    pub pdf: String,
}

/// Draws a chart of formatted data; the second part is what templates print beside it: `title`,
/// `sentence`, `head`, `rows`, `filled`.
pub(crate) fn draw(spec: &ChartSpec, data: &Value, lang: Lang) -> Result<(Drawn, Value), Problem> {
    let figure = read::figure(spec, data, lang)?;
    let title = spec.title.get(lang);
    let sentence = told::sentence(&figure, lang);
    let (head, rows) = told::table(&figure, lang);
    let paint = |ink| {
        let mut canvas = Canvas::new(ink, &spec.id, WIDTH);
        picture(&figure, &mut canvas, lang);
        canvas.finish(title, &sentence)
    };
    let drawn = Drawn {
        html: paint(Ink::Classes),
        pdf: paint(Ink::Greys),
    };
    let told = json!({
        "title": title,
        "sentence": sentence,
        "head": head,
        "rows": rows,
        "filled": !figure.is_empty(),
    });
    Ok((drawn, told))
}

fn picture(figure: &Figure, canvas: &mut Canvas, lang: Lang) {
    if figure.is_empty() {
        canvas.text(
            WIDTH / 2.0,
            24.0,
            Anchor::Middle,
            Role::Text,
            lang.pick("无数据", "no data"),
        );
        canvas.grow(40.0);
        return;
    }
    match figure {
        Figure::Lines(all) => {
            let mut top = 0.0;
            for series in all.iter().take(PANELS) {
                top = panel(series, top, canvas, lang);
            }
            rest(all.len(), PANELS, top, canvas, lang);
        }
        Figure::Bars(names, rows) => bars(names, rows, canvas, lang),
        Figure::Pareto(rows) => pareto(rows, canvas, lang),
        Figure::Gantt(spans) => gantt(spans, canvas, lang),
        Figure::Boxes(spreads) => boxes(spreads, canvas, lang),
    }
}

/// One series with its limit; the height below it.
fn panel(series: &Series, top: f64, canvas: &mut Canvas, lang: Lang) -> f64 {
    let (left, right, high, low) = (48.0, WIDTH - 12.0, top + 24.0, top + 84.0);
    let mut head = series.label.clone();
    if let Some(limit) = series.limit {
        let word = match series.floor {
            true => lang.pick("目标 ≥ ", "target ≥ "),
            false => lang.pick("上限 ", "limit "),
        };
        head = format!("{head} · {word}{} {}", milli_text(limit), series.unit);
    }
    canvas.text(
        8.0,
        top + 13.0,
        Anchor::Start,
        Role::Strong,
        &shorten(head.trim_end(), SIZE, WIDTH - 16.0),
    );
    let values: Vec<i64> = series.points.iter().filter_map(|point| point.1).collect();
    let all = values.iter().chain(series.limit.as_ref());
    let (min, max) = (all.clone().min().copied(), all.max().copied());
    let (min, max) = (min.unwrap_or_default(), max.unwrap_or_default());
    // All values equal: the line lies in the middle.
    let (from, to) = match min == max {
        true => (min as f64 - 1000.0, max as f64 + 1000.0),
        false => (min as f64, max as f64),
    };
    let height = |value: i64| low - (value as f64 - from) / (to - from) * (low - high);
    if let Some(limit) = series.limit {
        let y = height(limit);
        match series.floor {
            true => canvas.rect(left, y, right - left, low + 3.0 - y, Role::Band),
            false => canvas.rect(left, high - 3.0, right - left, y - high + 3.0, Role::Band),
        }
        canvas.line((left, y), (right, y), Role::Limit);
    }
    canvas.line((left, low + 3.0), (right, low + 3.0), Role::Axis);
    for value in [Some(max), (min != max).then_some(min)]
        .into_iter()
        .flatten()
    {
        canvas.text(
            left - 4.0,
            height(value) + 4.0,
            Anchor::End,
            Role::Small,
            &milli_text(value),
        );
    }
    let days: Vec<i64> = series.points.iter().map(|point| point.0).collect();
    let x = scale(&days, left + 6.0, right - 6.0);
    let mut path = String::new();
    let mut pen = false;
    for (day, value) in &series.points {
        let Some(value) = value else {
            // A gap is a gap.
            pen = false;
            continue;
        };
        let (px, py) = (x(*day), height(*value));
        path.push_str(&format!("{}{px:.1} {py:.1}", if pen { 'L' } else { 'M' }));
        pen = true;
        canvas.circle(px, py, 2.4, Role::Mark);
    }
    canvas.path(&path, Role::Line);
    dates(&days, &x, (left, right), low + 15.0, canvas);
    canvas.grow(top + 106.0);
    top + 108.0
}

/// From days to abscissae; one day alone lies in the middle.
fn scale(days: &[i64], left: f64, right: f64) -> impl Fn(i64) -> f64 + use<> {
    let (first, last) = (
        days.iter().min().copied().unwrap_or_default(),
        days.iter().max().copied().unwrap_or_default(),
    );
    move |day| match last == first {
        true => f64::midpoint(left, right),
        false => left + (day - first) as f64 / (last - first) as f64 * (right - left),
    }
}

/// Dates below an axis: the last, the first, and those between that leave room.
fn dates(days: &[i64], x: &impl Fn(i64) -> f64, span: (f64, f64), y: f64, canvas: &mut Canvas) {
    let mut days = days.to_vec();
    days.sort_unstable();
    days.dedup();
    let room = width("2026-01-01", SIZE - 2.0) + 8.0;
    let mut taken: Vec<f64> = Vec::new();
    let ends = [days.last(), days.first()];
    for day in ends.into_iter().flatten().chain(days.iter()) {
        let middle = x(*day).clamp(span.0 + room / 2.0 - 4.0, span.1 - room / 2.0 + 4.0);
        if taken.iter().all(|other| (other - middle).abs() >= room) {
            taken.push(middle);
            canvas.text(
                middle,
                y,
                Anchor::Middle,
                Role::Small,
                &read::day_text(*day),
            );
        }
    }
}

const LABEL: f64 = 112.0;

fn bars(names: &[String], rows: &[Bar], canvas: &mut Canvas, lang: Lang) {
    let (mut x, mut y) = (8.0, 14.0);
    for (place, name) in names.iter().enumerate() {
        let name = shorten(name, SIZE, WIDTH - 40.0);
        let wide = width(&name, SIZE) + 30.0;
        if x + wide > WIDTH && x > 8.0 {
            (x, y) = (8.0, y + 18.0);
        }
        canvas.rect(x, y - 9.0, 12.0, 10.0, Role::Fill(place));
        canvas.text(x + 17.0, y, Anchor::Start, Role::Text, &name);
        x += wide;
    }
    let counts = |bar: &Bar| -> String {
        let all: Vec<String> = bar.counts.iter().map(i64::to_string).collect();
        all.join(" / ")
    };
    let tail = rows
        .iter()
        .take(ROWS)
        .map(|bar| width(&counts(bar), SIZE))
        .fold(20.0, f64::max);
    let wide = (WIDTH - LABEL - 20.0 - tail).max(40.0);
    let most = rows.iter().map(Bar::total).max().unwrap_or_default().max(1);
    y += 14.0;
    for bar in rows.iter().take(ROWS) {
        canvas.text(
            LABEL - 6.0,
            y + 12.0,
            Anchor::End,
            Role::Text,
            &shorten(&bar.label, SIZE, LABEL - 14.0),
        );
        let mut left = LABEL;
        for (place, count) in bar.counts.iter().enumerate() {
            let size = *count as f64 / most as f64 * wide;
            if *count > 0 {
                canvas.rect(left, y, size, 15.0, Role::Fill(place));
            }
            left += size;
        }
        canvas.text(
            left + 6.0,
            y + 12.0,
            Anchor::Start,
            Role::Text,
            &counts(bar),
        );
        y += 21.0;
    }
    canvas.line(
        (
            LABEL,
            24.0_f64.max(y - 21.0 * rows.len().min(ROWS) as f64 - 3.0),
        ),
        (LABEL, y),
        Role::Axis,
    );
    rest(rows.len(), ROWS, y, canvas, lang);
}

fn pareto(rows: &[(String, i64)], canvas: &mut Canvas, lang: Lang) {
    let total = rows.iter().map(|row| row.1).sum::<i64>().max(1);
    let most = rows
        .iter()
        .map(|row| row.1)
        .max()
        .unwrap_or_default()
        .max(1);
    let right = WIDTH - 84.0;
    let mut y = 20.0;
    canvas.text(
        right + 80.0,
        13.0,
        Anchor::End,
        Role::Small,
        lang.pick("数量 · 累计占比", "count · running share"),
    );
    let mut sum = 0;
    let mut path = String::new();
    for (place, (label, count)) in rows.iter().take(ROWS).enumerate() {
        sum += count;
        canvas.text(
            LABEL - 6.0,
            y + 12.0,
            Anchor::End,
            Role::Text,
            &shorten(label, SIZE, LABEL - 14.0),
        );
        let size = *count as f64 / most as f64 * (right - LABEL);
        canvas.rect(LABEL, y, size, 15.0, Role::Fill(2));
        let share = LABEL + sum as f64 / total as f64 * (right - LABEL);
        path.push_str(&format!(
            "{}{share:.1} {:.1}",
            if place == 0 { 'M' } else { 'L' },
            y + 7.5
        ));
        canvas.circle(share, y + 7.5, 2.4, Role::Mark);
        let text = format!("{count} · {}", told::share(sum, total));
        canvas.text(right + 80.0, y + 12.0, Anchor::End, Role::Text, &text);
        y += 21.0;
    }
    canvas.path(&path, Role::Line);
    canvas.line((LABEL, 17.0), (LABEL, y), Role::Axis);
    rest(rows.len(), ROWS, y, canvas, lang);
}

fn gantt(spans: &[Span], canvas: &mut Canvas, lang: Lang) {
    let days: Vec<i64> = spans
        .iter()
        .take(ROWS)
        .flat_map(|span| [Some(span.start), span.due, span.done])
        .flatten()
        .collect();
    let (left, right) = (LABEL, WIDTH - 12.0);
    let x = scale(&days, left + 4.0, right - 4.0);
    let mut y = 30.0;
    let words = [
        (Role::Fill(3), lang.pick("起止（至到期日）", "start to due")),
        (Role::Fill(0), lang.pick("至完成", "to done")),
    ];
    let mut at = 8.0;
    for (role, word) in words {
        canvas.rect(at, 5.0, 12.0, 10.0, role);
        canvas.text(at + 17.0, 14.0, Anchor::Start, Role::Text, word);
        at += width(word, SIZE) + 34.0;
    }
    canvas.diamond(at + 5.0, 10.0, Role::Mark);
    canvas.text(
        at + 15.0,
        14.0,
        Anchor::Start,
        Role::Text,
        lang.pick("完成", "done"),
    );
    for span in spans.iter().take(ROWS) {
        canvas.text(
            LABEL - 6.0,
            y + 11.0,
            Anchor::End,
            Role::Text,
            &shorten(&span.label, SIZE, LABEL - 14.0),
        );
        let bar = |from: i64, to: i64| (x(from), (x(to) - x(from)).max(2.0));
        if let Some(due) = span.due.filter(|due| *due >= span.start) {
            let (from, size) = bar(span.start, due);
            canvas.rect(from, y, size, 13.0, Role::Fill(3));
        }
        if let Some(done) = span.done.filter(|done| *done >= span.start) {
            let (from, size) = bar(span.start, done);
            canvas.rect(from, y + 4.0, size, 5.0, Role::Fill(0));
            canvas.diamond(x(done), y + 6.5, Role::Mark);
        }
        y += 20.0;
    }
    canvas.line((left, 27.0), (left, y), Role::Axis);
    canvas.line((left, y), (right, y), Role::Axis);
    dates(&days, &x, (left, right), y + 13.0, canvas);
    rest(spans.len(), ROWS, y + 16.0, canvas, lang);
}

/// One box a row, from 0 to the greatest of the row: limits of classes are too far apart for one scale.
fn boxes(spreads: &[Spread], canvas: &mut Canvas, lang: Lang) {
    let (left, right) = (12.0, WIDTH - 12.0);
    let mut y = 8.0;
    for one in spreads.iter().take(SPREADS) {
        let [least, lower, median, upper, greatest] = one.seconds;
        let most = greatest.max(1) as f64;
        let x = |value: i64| left + value as f64 / most * (right - left);
        let longest = told::span(greatest, lang);
        let room = width(&longest, SIZE - 2.0) + 16.0;
        let head = shorten(&one.label, SIZE, right - left - room);
        canvas.text(left, y + 10.0, Anchor::Start, Role::Text, &head);
        canvas.text(right, y + 10.0, Anchor::End, Role::Small, &longest);
        let middle = y + 25.0;
        canvas.line((x(least), middle), (x(lower), middle), Role::Axis);
        canvas.line((x(upper), middle), (x(greatest), middle), Role::Axis);
        for end in [least, greatest] {
            canvas.line((x(end), middle - 4.0), (x(end), middle + 4.0), Role::Axis);
        }
        let wide = (x(upper) - x(lower)).max(2.0);
        canvas.rect(x(lower), middle - 7.0, wide, 14.0, Role::Fill(3));
        canvas.diamond(x(median), middle, Role::Mark);
        canvas.line((left, y + 36.0), (right, y + 36.0), Role::Axis);
        canvas.text(left, y + 47.0, Anchor::Start, Role::Small, "0");
        y += 56.0;
    }
    let legend = lang.pick(
        "横线：最短至最长；方框：P25 至 P75；菱形：中位。每行各用其尺度",
        "line: all; box: P25 to P75; diamond: median; each row in its own scale",
    );
    canvas.text(
        left,
        y + 8.0,
        Anchor::Start,
        Role::Small,
        &shorten(legend, SIZE - 2.0, WIDTH - 24.0),
    );
    rest(spreads.len(), SPREADS, y + 12.0, canvas, lang);
}

/// Says how much only the table has, and closes the picture.
fn rest(count: usize, drawn: usize, y: f64, canvas: &mut Canvas, lang: Lang) {
    let more = count.saturating_sub(drawn);
    if more == 0 {
        canvas.grow(y + 6.0);
        return;
    }
    let text = match lang {
        Lang::Zh => format!("另有 {more} 项，见数据表"),
        Lang::En => format!("{more} more in the table"),
    };
    canvas.text(LABEL, y + 14.0, Anchor::Start, Role::Small, &text);
    canvas.grow(y + 22.0);
}

#[cfg(test)]
mod tests;
