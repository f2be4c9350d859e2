use serde_json::{Value, json};

use super::canvas::width;
use super::*;
use crate::definition::{ChartKind, ChartSpec};
use crate::glossary::{Lang, Words};

fn words(text: &str) -> Words {
    Words {
        zh: text.to_owned(),
        en: text.to_owned(),
    }
}

fn spec(kind: ChartKind, fields: &[&str]) -> ChartSpec {
    ChartSpec {
        id: "probe".to_owned(),
        kind,
        title: words("试图"),
        path: "all".to_owned(),
        label: "label".to_owned(),
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        legend: fields.iter().map(|field| words(field)).collect(),
    }
}

/// Every kind with data from nothing to too much.
fn corpus() -> Vec<(ChartSpec, Value)> {
    let long = "重症医学科生产节点数据分区使用率（含设备采集明细归档与快照预留空间）";
    let point = |on: &str, value: Value| json!({"on": on, "valueMilli": value});
    let series = |points: Vec<Value>| json!({"label": long, "unit": "%", "limitMilli": 80_000, "points": points});
    let lines = || spec(ChartKind::Lines, &["points", "on", "valueMilli"]);
    let bars = || spec(ChartKind::Bars, &["a", "b", "c", "d"]);
    let pareto = || spec(ChartKind::Pareto, &["a"]);
    let gantt = || spec(ChartKind::Gantt, &["startedAt", "dueAt", "submittedAt"]);
    let task = |due: Value, done: Value| {
        json!({"label": "ZG-2026-0001", "startedAt": "2026-10-16T02:00:00Z", "dueAt": due,
            "submittedAt": done})
    };
    let boxes = || {
        spec(
            ChartKind::Boxes,
            &["least", "lower", "median", "upper", "greatest"],
        )
    };
    let spread = |all: [Value; 5]| {
        let [least, lower, median, upper, greatest] = all;
        json!({"label": long, "least": least, "lower": lower, "median": median, "upper": upper, "greatest": greatest})
    };
    let days: Vec<Value> = (1..=28)
        .map(|day| point(&format!("2026-02-{day:02}"), json!(day * 1000)))
        .collect();
    vec![
        (lines(), json!([])),
        (lines(), json!([series(vec![])])),
        (
            lines(),
            json!([series(vec![point("2026-01-01", json!(99_950))])]),
        ),
        (
            lines(),
            json!([series(vec![
                point("2026-01-01", json!(0)),
                point("2026-02-01", json!(0))
            ])]),
        ),
        (
            lines(),
            json!([series(vec![
                point("2026-01-01", json!(1)),
                point("2026-02-01", Value::Null),
                point("2026-03-01", json!(5)),
                point("2026-04-01", json!(-7)),
            ])]),
        ),
        (
            lines(),
            json!([{"label": "x", "unit": "%", "floorMilli": 99_900, "points": days}]),
        ),
        (lines(), Value::Array(vec![series(days.clone()); 9])),
        (bars(), json!([])),
        (
            bars(),
            json!([{"label": long, "a": 0, "b": 0, "c": 0, "d": 0}]),
        ),
        (
            bars(),
            Value::Array(vec![
                json!({"label": long, "a": 1, "b": 20, "c": 300, "d": 1_000_000_000});
                60
            ]),
        ),
        (
            pareto(),
            json!([{"label": "a & <b>", "a": 3}, {"label": "c", "a": 9}, {"label": "d", "a": 0}]),
        ),
        (
            pareto(),
            Value::Array(vec![json!({"label": long, "a": 7}); 50]),
        ),
        (boxes(), json!([])),
        (
            boxes(),
            json!([spread([
                Value::Null,
                json!(1),
                json!(2),
                json!(3),
                json!(4)
            ])]),
        ),
        (
            boxes(),
            json!([spread([json!(0), json!(0), json!(0), json!(0), json!(0)])]),
        ),
        (
            boxes(),
            json!([spread([json!(7), json!(7), json!(7), json!(7), json!(7)])]),
        ),
        (
            boxes(),
            Value::Array(vec![
                spread([
                    json!(1),
                    json!(60),
                    json!(3600),
                    json!(86_399),
                    json!(i64::MAX)
                ]);
                40
            ]),
        ),
        (gantt(), json!([])),
        (gantt(), json!([task(Value::Null, Value::Null)])),
        (
            gantt(),
            Value::Array(vec![
                task(
                    json!("2027-01-14T16:00:00Z"),
                    json!("2026-10-01T00:00:00Z")
                );
                50
            ]),
        ),
        (
            gantt(),
            json!([task(
                json!("2026-10-23T16:00:00Z"),
                json!("2026-10-20T16:00:00Z")
            )]),
        ),
    ]
}

fn drawn(spec: &ChartSpec, all: &Value) -> (Drawn, Value) {
    draw(spec, &json!({"all": all}), Lang::Zh).unwrap()
}

/// Start, end, base line and size of every text.
fn boxes(svg: &str) -> Vec<(f64, f64, f64, f64)> {
    let number = |tag: &str, name: &str| -> f64 {
        let start = tag.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
        tag[start..].split('"').next().unwrap().parse().unwrap()
    };
    svg.split("<text ")
        .skip(1)
        .map(|rest| {
            let (tag, after) = rest.split_once('>').unwrap();
            let text = after.split("</text>").next().unwrap();
            let text = text
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
            let (x, y, size) = (number(tag, "x"), number(tag, "y"), number(tag, "font-size"));
            let wide = width(&text, size);
            let left = match tag {
                tag if tag.contains("\"middle\"") => x - wide / 2.0,
                tag if tag.contains("\"end\"") => x - wide,
                _ => x,
            };
            (left, left + wide, y, size)
        })
        .collect()
}

#[test]
fn rp_ch_3_no_two_texts_overlap_and_none_leaves_the_picture() {
    for (place, (spec, all)) in corpus().iter().enumerate() {
        let boxes = boxes(&drawn(spec, all).0.html);
        for (number, one) in boxes.iter().enumerate() {
            assert!(
                one.0 >= -0.5 && one.1 <= WIDTH + 0.5,
                "case {place}: {one:?}"
            );
            for other in boxes.iter().skip(number + 1) {
                let apart = one.1 <= other.0 || other.1 <= one.0;
                // Letters reach 0.85 of the size above their line and 0.15 below.
                let above = (one.2 - other.2).abs() >= one.3.min(other.3) * 0.98;
                assert!(apart || above, "case {place}: {one:?} over {other:?}");
            }
        }
    }
}

#[test]
fn rp_ch_1_one_geometry_small_and_the_same_twice() {
    // What is left without the looks must be equal in both inks.
    let bare = |svg: &str| {
        let mut out = svg.to_owned();
        for name in [
            "class",
            "fill",
            "stroke",
            "stroke-width",
            "stroke-dasharray",
            "font-weight",
        ] {
            while let Some(start) = out.find(&format!(" {name}=\"")) {
                let end = out[start + name.len() + 3..].find('"').unwrap() + start + name.len() + 4;
                out.replace_range(start..end, "");
            }
        }
        out
    };
    for (spec, all) in corpus() {
        let (one, _) = drawn(&spec, &all);
        assert_eq!(one, drawn(&spec, &all).0);
        assert_eq!(bare(&one.html), bare(&one.pdf));
        assert!(
            one.html.len() <= 30_000 && one.pdf.len() <= 30_000,
            "{} bytes",
            one.pdf.len()
        );
        assert!(!one.html.contains("NaN") && !one.html.contains("inf"));
    }
}

#[test]
fn rp_ch_2_a_drawing_has_title_sentence_and_table() {
    for (spec, all) in corpus() {
        let (one, told) = drawn(&spec, &all);
        for svg in [&one.html, &one.pdf] {
            assert!(svg.contains("role=\"img\""));
            assert!(svg.contains("<title id=\"c-probe-t\">试图</title>"));
            assert!(svg.contains("<desc id=\"c-probe-d\">"));
        }
        let rows = told["rows"].as_array().unwrap();
        let wide = told["head"].as_array().unwrap().len();
        assert!(rows.iter().all(|row| row.as_array().unwrap().len() == wide));
        assert!(!told["sentence"].as_str().unwrap().is_empty());
    }
}

#[test]
fn rp_ch_2_sentences_are_made_of_the_data() {
    let all = json!([{"label": "可用率", "unit": "%", "floorMilli": 99_900, "points": [
        {"on": "2026-02-28", "valueMilli": 99_870}, {"on": "2026-01-31", "valueMilli": 99_950},
        {"on": "2026-03-31", "valueMilli": 99_990},
    ]}]);
    let told = drawn(
        &spec(ChartKind::Lines, &["points", "on", "valueMilli"]),
        &all,
    )
    .1;
    assert_eq!(
        told["sentence"],
        "可用率：最低 99.87 %（2026-02-28），最高 99.99 %（2026-03-31），最近 99.99 %，较上次上升 0.12 %。"
    );
    let all = json!([{"label": "甲", "a": 1}, {"label": "乙", "a": 2}]);
    let told = drawn(&spec(ChartKind::Pareto, &["a"]), &all).1;
    assert_eq!(told["sentence"], "共 3 项，最多的是乙（2 项，占 66.7 %）。");
    assert_eq!(
        told["rows"],
        json!([
            ["乙", "2", "66.7 %", "66.7 %"],
            ["甲", "1", "33.3 %", "100.0 %"]
        ])
    );
    let all = json!([{"label": "ZG", "startedAt": "2026-10-16T02:00:00Z",
        "dueAt": "2026-10-23T16:00:00Z", "submittedAt": "2026-10-23T15:59:00Z"}]);
    let told = drawn(
        &spec(ChartKind::Gantt, &["startedAt", "dueAt", "submittedAt"]),
        &all,
    )
    .1;
    // Midnight ends the day before, as in the tables.
    assert_eq!(
        told["rows"],
        json!([["ZG", "2026-10-16", "2026-10-23", "2026-10-23"]])
    );
}

/// RP-CH-2: a box plot says shortest, median and longest, leaves out what was not measured, and refuses what is out of order.
#[test]
fn a_box_plot_tells_its_five_numbers() {
    let spec = spec(ChartKind::Boxes, &["a", "b", "c", "d", "e"]);
    let row = |label: &str, values: [i64; 5]| {
        let [a, b, c, d, e] = values;
        json!({"label": label, "a": a, "b": b, "c": c, "d": d, "e": e})
    };
    let data = json!({"all": [row("甲", [60, 120, 300, 3600, 7201]), {"label": "乙", "a": null, "b": null, "c": null, "d": null, "e": null}]});
    let (drawn, told) = draw(&spec, &data, Lang::Zh).unwrap();
    assert_eq!(
        told["sentence"],
        "甲：最短 1 分，中位 5 分，最长 2 小时 1 秒。"
    );
    assert_eq!(
        told["rows"],
        json!([["甲", "1 分", "2 分", "5 分", "1 小时", "2 小时 1 秒"]])
    );
    assert!(drawn.pdf.contains("2 小时 1 秒") && !drawn.pdf.contains('乙'));
    let wrong = json!({"all": [row("甲", [60, 50, 300, 3600, 7201])]});
    let problem = draw(&spec, &wrong, Lang::Zh).unwrap_err();
    assert_eq!(
        (problem.place.as_str(), problem.message.as_str()),
        ("data.all[0].b", "is out of order")
    );
}
