//! Renders every sample of every definition into a folder, to be looked at:
//! `cargo run -p reports --example samples -- FOLDER [CODE]`.

use std::error::Error;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use reports::{Glossary, Reports};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let only = arguments.next();
    let glossary: Glossary = serde_json::from_str(include_str!("../tests/glossary.json"))?;
    let reports = Reports::open(&[]).map_err(|all| told(&all))?;
    for definition in reports.iter() {
        if only
            .as_ref()
            .is_some_and(|code| *code != definition.spec.code)
        {
            continue;
        }
        for (case, sample) in &definition.samples {
            let name = format!("{}-{case}", definition.spec.code);
            let view = reports.check(sample, &glossary).map_err(|all| told(&all))?;
            File::create(folder.join(format!("{name}.html")))?
                .write_all(reports::html(&view)?.as_bytes())?;
            let start = Instant::now();
            let pdf = reports::pdf(&view).map_err(|all| told(&all))?;
            let mut out = std::io::stdout();
            writeln!(
                out,
                "{name}: {} pages, {} bytes, {:?}",
                pdf.pages,
                pdf.bytes.len(),
                start.elapsed()
            )?;
            File::create(folder.join(format!("{name}.pdf")))?.write_all(&pdf.bytes)?;
        }
    }
    Ok(())
}

fn told(all: &[reports::Problem]) -> String {
    let lines: Vec<String> = all.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
