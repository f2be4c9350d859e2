//! What the commands do: files in, files out.

use std::io::Write;
use std::path::Path;

use super::{ApiArgs, Command, DiffArgs, DocsArgs, Problem, SnapshotArgs, files};
use crate::dbdoc::{self, Book, Overlay, Product, Snapshot};
use crate::press::{Document, Tree};
use crate::{apidoc, docs::Language, docs::words};

type Done = Result<u8, Vec<Problem>>;

pub(super) fn run(command: &Command, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let done = match command {
        Command::DbSnapshot(args) => snapshot(args, out),
        Command::DbQueries { product } => queries(*product, out),
        Command::DbDiff(args) => compare(args, out),
        Command::DbDocs(args) => dictionary(args, out),
        Command::ApiDocs(args) => interface(args, out),
    };
    match done {
        Ok(code) => code,
        Err(problems) => {
            for problem in problems {
                // The terminal may be gone; the code still tells.
                let _ = writeln!(err, "{problem}");
            }
            2
        }
    }
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}

fn say(out: &mut dyn Write, text: &str) -> Result<(), Vec<Problem>> {
    out.write_all(text.as_bytes())
        .map_err(|error| one(Problem::new("output", error.to_string())))
}

fn live(url: &str, schemas: &[String]) -> Result<Snapshot, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Problem::new("runtime", error.to_string()))?;
    runtime.block_on(dbdoc::from_database(url, schemas))
}

fn snapshot(args: &SnapshotArgs, out: &mut dyn Write) -> Done {
    let snapshot = match (&args.url, &args.from, args.product) {
        (Some(url), _, _) => live(url, &args.schemas).map_err(one)?,
        (None, Some(folder), Some(product)) if dbdoc::queries(product).is_some() => {
            dbdoc::from_folder(folder, product).map_err(one)?
        }
        _ => {
            return Err(one(Problem::new(
                "db-snapshot",
                "needs --url, or --from with --product of an export",
            )));
        }
    };
    let text = snapshot.write().map_err(one)?;
    match &args.out {
        Some(path) => files::put_whole(path, text.as_bytes()).map_err(one)?,
        None => say(out, &text)?,
    }
    Ok(0)
}

fn queries(product: Product, out: &mut dyn Write) -> Done {
    let script = dbdoc::script(product);
    let script = script.ok_or_else(|| {
        one(Problem::new(
            "db-queries",
            format!("{} is read live: db-snapshot --url", product.name()),
        ))
    })?;
    say(out, &script)?;
    Ok(0)
}

fn load(path: &Path) -> Result<Snapshot, Problem> {
    Snapshot::read(&path.display().to_string(), &files::text(path)?)
}

fn either(source: &str) -> Result<Snapshot, Problem> {
    if ["postgres:", "postgresql:", "sqlite:"]
        .iter()
        .any(|scheme| source.starts_with(scheme))
    {
        live(source, &[])
    } else {
        load(Path::new(source))
    }
}

fn compare(args: &DiffArgs, out: &mut dyn Write) -> Done {
    let old = either(&args.old).map_err(one)?;
    let mut new = either(&args.new).map_err(one)?;
    // Of a living database only the schemas of the snapshot are meant.
    if !args.old.contains(':') && args.new.starts_with("postgres") {
        let known: Vec<&str> = old
            .tables
            .iter()
            .map(|table| table.schema.as_str())
            .collect();
        new.tables
            .retain(|table| known.contains(&table.schema.as_str()));
        new.views
            .retain(|view| known.contains(&view.schema.as_str()));
        new.enums.retain(|one| known.contains(&one.schema.as_str()));
        new.sequences
            .retain(|one| known.contains(&one.schema.as_str()));
    }
    let changes = dbdoc::diff(&old, &new);
    if args.json {
        let text = serde_json::to_string_pretty(&changes)
            .map_err(|error| one(Problem::new("db-diff", error.to_string())))?;
        say(out, &format!("{text}\n"))?;
    } else {
        for change in &changes {
            let part = if change.part.is_empty() {
                String::new()
            } else {
                format!(".{}", change.part)
            };
            let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            say(
                out,
                &format!(
                    "{:<6} {}{part}: {}: {} -> {}\n",
                    change.risk.word(),
                    change.object,
                    words::of(change.code, Language::En),
                    line(&change.before),
                    line(&change.after)
                ),
            )?;
        }
    }
    if let Some(folder) = &args.out {
        let version = new.product_version.clone().unwrap_or_default();
        let version = format!("{} {version}", new.product.name());
        let pages = dbdoc::change_pages(&changes, version.trim_end()).map_err(one)?;
        files::replace(folder, &pages).map_err(one)?;
    }
    Ok(u8::from(!changes.is_empty()))
}

/// Adds the trees for paper, one of each language.
fn printed(
    pages: &mut files::Files,
    document: impl Fn(Language) -> Document,
) -> Result<(), Vec<Problem>> {
    for language in [Language::Zh, Language::En] {
        let name = format!("{}document.json", language.folder());
        let tree = Tree::new(&document(language))
            .map_err(|error| one(Problem::new(&name, error.to_string())))?;
        pages.insert(name, tree.json().as_bytes().to_vec());
    }
    Ok(())
}

fn dictionary(args: &DocsArgs, out: &mut dyn Write) -> Done {
    let snapshot = load(&args.snapshot).map_err(one)?;
    let overlay = match &args.overlay {
        Some(path) => {
            let text = files::text(path).map_err(one)?;
            Overlay::read(&path.display().to_string(), &text).map_err(one)?
        }
        None => Overlay::default(),
    };
    let previous = args
        .previous
        .as_deref()
        .map(load)
        .transpose()
        .map_err(one)?;
    let book = Book::bind(snapshot, overlay)?;
    let report = dbdoc::check(&book);
    let mut pages = dbdoc::pages(&book, &report, previous.as_ref()).map_err(one)?;
    printed(&mut pages, |language| {
        dbdoc::document(&book, &report, None, language)
    })?;
    files::replace(&args.out, &pages).map_err(one)?;
    say(
        out,
        &format!(
            "tables {}, coverage {}/{} ({} %), checklist {}/3, findings {}, files {}\n",
            book.snapshot.tables.len(),
            report.coverage.done,
            report.coverage.all,
            report.coverage.percent(),
            report.checklist(),
            report.findings.len(),
            pages.len()
        ),
    )?;
    Ok(u8::from(args.gate.is_some_and(|gate| {
        report.coverage.percent() < usize::from(gate)
    })))
}

fn interface(args: &ApiArgs, out: &mut dyn Write) -> Done {
    let about = match &args.about {
        Some(path) => Some((path.display().to_string(), files::text(path).map_err(one)?)),
        None => None,
    };
    let read = |path: &Path, about: Option<(&str, &str)>| {
        apidoc::read(
            &path.display().to_string(),
            &files::text(path).map_err(one)?,
            about,
        )
    };
    let about = about
        .as_ref()
        .map(|(file, text)| (file.as_str(), text.as_str()));
    let api = read(&args.file, about)?;
    if args.require_descriptions {
        let missing = apidoc::undescribed(&api);
        if !missing.is_empty() {
            return Err(missing);
        }
    }
    // What is said about the new version need not hold for the old one.
    let previous = args
        .previous
        .as_deref()
        .map(|path| read(path, None))
        .transpose()?;
    let mut pages = apidoc::pages(&api, previous.as_ref()).map_err(one)?;
    printed(&mut pages, |language| apidoc::document(&api, language))?;
    files::replace(&args.out, &pages).map_err(one)?;
    say(
        out,
        &format!(
            "operations {}, types {}, files {}\n",
            api.operations.len(),
            api.types.len(),
            pages.len()
        ),
    )?;
    Ok(0)
}
