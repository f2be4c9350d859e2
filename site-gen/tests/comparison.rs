//! The committed comparison with another generator: complete, and within what was promised. It is measured by
//! `benches/compare.py`, never by a test.

#![expect(clippy::expect_used, reason = "a test may panic")]

use std::{fs, path::Path};

use serde_json::Value;

fn figures() -> Value {
    committed("compare.json")
}

fn committed(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("benches")
        .join(name);
    let text = fs::read_to_string(path).expect("the comparison");
    serde_json::from_str(&text).expect("JSON")
}

fn number(figures: &Value, pointer: &str) -> f64 {
    figures
        .pointer(pointer)
        .and_then(Value::as_f64)
        .unwrap_or_else(|| panic!("{pointer} is no number"))
}

#[test]
fn sg_qa_3_the_comparison_is_complete() {
    let figures = figures();
    let text = |pointer: &str| {
        let text = figures.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    assert!(text("/versions/hugo").contains("v0.168.0"));
    assert!(text("/versions/site-gen").starts_with("site-gen "));
    for pointer in [
        "/machine/processor",
        "/machine/system",
        "/machine/file_system",
    ] {
        assert!(!text(pointer).is_empty(), "{pointer}");
    }
    for name in ["site_gen", "site_gen_double", "hugo"] {
        let command = figures.pointer(&format!("/commands/{name}"));
        assert!(
            command
                .and_then(Value::as_array)
                .is_some_and(|parts| parts.len() > 3)
        );
        let runs = figures.pointer(&format!("/runs/{name}"));
        assert!(
            runs.and_then(Value::as_array)
                .is_some_and(|runs| runs.len() >= 3)
        );
    }
}

#[test]
fn sg_perf_1_the_comparison_keeps_its_bounds() {
    let figures = figures();
    assert!((number(&figures, "/pages") - 5_000.0).abs() < 0.5);
    assert!(number(&figures, "/ratios/hugo_to_site_gen") >= 6.0);
    let runs = figures.pointer("/runs/site_gen").and_then(Value::as_array);
    for run in runs.expect("runs") {
        assert!(number(run, "/rss_mib") <= 200.0, "{run}");
    }
    // The same pages are made: one for each article beside the lists.
    let (ours, theirs) = (
        number(&figures, "/output/site_gen/files"),
        number(&figures, "/output/hugo/files"),
    );
    assert!(ours > 5_000.0 && theirs > 5_000.0);
}

#[test]
fn sg_perf_2_twice_the_pages_take_little_more_than_twice_the_time() {
    let figures = figures();
    assert!(number(&figures, "/ratios/double_to_single") <= 2.2);
    let runs = figures.pointer("/runs/site_gen_double");
    for run in runs.and_then(Value::as_array).expect("runs") {
        assert!(number(run, "/rss_mib") <= 350.0, "{run}");
        // The hard gate leaves room for a slower machine.
        assert!(number(run, "/wall_s") <= 15.0, "{run}");
    }
}

#[test]
fn sg_perf_1_one_changed_page_takes_a_third_of_a_second() {
    let figures = figures();
    for name in ["one_page", "one_page_double"] {
        let wall = number(&figures, &format!("/medians/{name}/wall_s"));
        assert!(wall <= 0.3, "{name}: {wall}");
    }
}

#[test]
fn sg_srch_4_the_first_query_is_answered_at_once() {
    let figures = committed("search-cost.json");
    assert!((number(&figures, "/pages") - 10_000.0).abs() < 0.5);
    assert!((number(&figures, "/throttle") - 4.0).abs() < 0.5);
    assert!(number(&figures, "/gzip/ms/median") <= 200.0);
    assert!(number(&figures, "/gzip/bytes/max") <= 150_000.0);
}
