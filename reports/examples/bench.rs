//! Time and memory of an inspection report of about thirty pages:
//! `cargo run --release -p reports --example bench`. It prints; no test reads the figures.

use std::error::Error;
use std::io::Write;
use std::time::{Duration, Instant};

use reports::{Glossary, Reports, View};
use serde_json::{Value as Json, json};

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout();
    let glossary: Glossary = serde_json::from_str(include_str!("../tests/glossary.json"))?;
    let reports = Reports::open(&[]).map_err(|all| told(&all))?;
    let definition = reports.get("inspection_report").ok_or("no such report")?;
    let sample = definition.samples.get("worst").ok_or("no such case")?;
    let view = |number: usize, all: bool| -> Result<View, String> {
        let mut input = sample.clone();
        if let Some(meta) = input.get_mut("meta").and_then(|meta| meta.as_object_mut()) {
            meta.insert("number".to_owned(), json!(format!("XJBG-2026-{number:04}")));
        }
        if let Some(text) = input.pointer_mut("/data/inspection/conclusion") {
            *text = json!(format!("第 {number} 份。"));
        }
        if all && let Some(data) = input.get_mut("data") {
            rewrite(data, &format!("{number}"));
        }
        reports.check(&input, &glossary).map_err(|all| told(&all))
    };

    let start = Instant::now();
    let first = view(0, false)?;
    writeln!(out, "check  {:>8.1?}", start.elapsed())?;
    let start = Instant::now();
    let html = reports::html(&first)?;
    writeln!(
        out,
        "html   {:>8.1?}  {} kB",
        start.elapsed(),
        html.len() / 1000
    )?;
    let start = Instant::now();
    let pdf = reports::pdf(&first).map_err(|all| told(&all))?;
    writeln!(
        out,
        "cold   {:>8.1?}  {} pages, {} kB",
        start.elapsed(),
        pdf.pages,
        pdf.bytes.len() / 1000
    )?;
    memory(&mut out)?;
    let mut times = Vec::new();
    for _ in 0..10 {
        let start = Instant::now();
        reports::pdf(&first).map_err(|all| told(&all))?;
        times.push(start.elapsed());
    }
    writeln!(out, "same   {:>8.1?}  median of 10", median(&mut times))?;
    for (all, name) in [
        (false, "median of 40 with other number and conclusion"),
        (true, "median of 40 with no Chinese text in common"),
    ] {
        let mut times = Vec::new();
        let batch = Instant::now();
        for number in 1..=40 {
            let next = view(number, all)?;
            let start = Instant::now();
            reports::html(&next)?;
            reports::pdf(&next).map_err(|all| told(&all))?;
            times.push(start.elapsed());
        }
        let batch = batch.elapsed();
        writeln!(out, "warm   {:>8.1?}  {name}", median(&mut times))?;
        writeln!(
            out,
            "500    {:>8.1?}  from these, one after the other",
            batch * 500 / 40
        )?;
    }
    memory(&mut out)
}

/// Every text of the data that has a Han letter, made another.
fn rewrite(value: &mut Json, with: &str) {
    match value {
        Json::String(text) if !text.is_ascii() => text.push_str(with),
        Json::Array(all) => all.iter_mut().for_each(|one| rewrite(one, with)),
        Json::Object(all) => all.values_mut().for_each(|one| rewrite(one, with)),
        Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Most memory so far.
fn memory(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    for line in status.lines().filter(|line| line.starts_with("VmHWM")) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn told(all: &[reports::Problem]) -> String {
    let lines: Vec<String> = all.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
