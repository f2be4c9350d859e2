//! The committed comparison with another generator: complete, and within what was promised. It is measured by
//! `benches/compare.py`, never by a test.

#![expect(clippy::expect_used, reason = "a test may panic")]

use std::{fs, path::Path};

use serde_json::Value;

fn figures() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/compare.json");
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
