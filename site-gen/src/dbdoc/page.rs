//! Pages and exports of a data dictionary, as files by path.

mod view;

use std::collections::BTreeMap;

use self::view::{
    ChangePage, ChangeRow, ColumnRow, ConstraintRow, EnumRow, FindingRow, IndexPage, IndexRow,
    Link, LintPage, Provided, RelationRow, RuleRow, SequenceRow, TablePage, TableRow, TriggerRow,
    ViewRow, ViewpointView,
};
use super::diagram::{Drawing, Graph};
use super::diff::{Change, diff};
use super::lint::{Finding, Report, title};
use super::model::{Kind, Snapshot, Table, full};
use super::overlay::{Book, Relation};
use super::{ddl, sheet};
use crate::docs::files::Files;
use crate::docs::html::{Frame, STYLE, Said};
use crate::docs::{Language, Names, Problem, Renderer, Text, words};

const LANGUAGES: [Language; 2] = [Language::Zh, Language::En];

/// Everything: pages in both languages, diagrams, checks, changes since `previous`, JSON and xlsx.
///
/// # Errors
/// A template that wants what the data does not have, which a test rules out.
pub fn pages(book: &Book, report: &Report, previous: Option<&Snapshot>) -> Result<Files, Problem> {
    let paths: BTreeMap<String, String> = file_names(book)
        .map(|(table, name)| (table.id(), name))
        .collect();
    let changes = previous.map(|old| diff(old, &book.snapshot));
    let graph = Graph::new(book);
    let mut files = Files::new();
    for language in LANGUAGES {
        let renderer = Renderer::new(language)?;
        let writer = Writer {
            book,
            report,
            paths: &paths,
            graph: &graph,
            changes: changes.is_some(),
            language,
        };
        let folder = language.folder();
        files.insert(
            format!("{folder}index.html"),
            renderer.page("db_index.html", &writer.index())?,
        );
        files.insert(
            format!("{folder}lint.html"),
            renderer.page("db_lint.html", &writer.lint())?,
        );
        for table in &book.snapshot.tables {
            let path = format!("tables/{}", writer.path(&table.id()));
            let page = renderer.page("db_table.html", &writer.table(table, &path))?;
            files.insert(format!("{folder}{path}"), page);
        }
        if let Some(changes) = &changes {
            let page = ChangePage {
                frame: writer.frame("changes.html"),
                changes: change_rows(changes, language, &|id| {
                    paths
                        .get(id)
                        .map(|path| format!("tables/{path}"))
                        .unwrap_or_default()
                }),
            };
            files.insert(
                format!("{folder}changes.html"),
                renderer.page("db_changes.html", &page)?,
            );
        }
    }
    files.insert("docs.css".to_owned(), STYLE.as_bytes().to_vec());
    files.insert(
        "snapshot.json".to_owned(),
        book.snapshot.write()?.into_bytes(),
    );
    files.insert("dictionary.xlsx".to_owned(), sheet::workbook(book, report)?);
    Ok(files)
}

fn file_names(book: &Book) -> impl Iterator<Item = (&Table, String)> {
    let mut names = Names::default();
    book.snapshot
        .tables
        .iter()
        .map(move |table| (table, format!("{}.html", names.give(&table.id()))))
}

/// Where the page of each table lies.
pub fn paths(book: &Book) -> impl Iterator<Item = (&Table, String)> {
    file_names(book).map(|(table, name)| (table, format!("tables/{name}")))
}

/// A page of changes alone.
///
/// # Errors
/// Those of [`pages`].
pub fn changes(changes: &[Change], version: &str) -> Result<Files, Problem> {
    let mut files = Files::new();
    for language in LANGUAGES {
        let book = Said::of(&default_title(), language);
        let page = ChangePage {
            frame: Frame::new(book, version, false, "index.html", language),
            changes: change_rows(changes, language, &|_| String::new()),
        };
        let text = Renderer::new(language)?.page("db_changes.html", &page)?;
        files.insert(format!("{}index.html", language.folder()), text);
    }
    files.insert("docs.css".to_owned(), STYLE.as_bytes().to_vec());
    Ok(files)
}

fn default_title() -> Text {
    Text {
        zh: words::of("data_dictionary", Language::Zh).to_owned(),
        en: words::of("data_dictionary", Language::En).to_owned(),
    }
}

struct Writer<'a> {
    book: &'a Book,
    report: &'a Report,
    paths: &'a BTreeMap<String, String>,
    graph: &'a Graph<'a>,
    changes: bool,
    language: Language,
}

fn change_rows(
    changes: &[Change],
    language: Language,
    href: &dyn Fn(&str) -> String,
) -> Vec<ChangeRow> {
    let row = |change: &Change| {
        let text = match change.risk.word() {
            "none" => "risk_none",
            "low" => "risk_low",
            "medium" => "risk_medium",
            _ => "risk_high",
        };
        ChangeRow {
            object: change.object.clone(),
            href: href(&change.object),
            part: change.part.clone(),
            what: words::of(change.code, language),
            before: change.before.clone(),
            after: change.after.clone(),
            risk: change.risk.word(),
            risk_text: words::of(text, language),
        }
    };
    changes.iter().map(row).collect()
}

impl Writer<'_> {
    fn said(&self, text: &Text) -> Said {
        Said::of(text, self.language)
    }

    fn own(&self, text: Option<&String>) -> Said {
        self.said(&text.map(|text| Text::split(text)).unwrap_or_default())
    }

    fn path(&self, id: &str) -> &str {
        self.paths.get(id).map(String::as_str).unwrap_or_default()
    }

    fn frame(&self, path: &str) -> Frame {
        let title = if self.book.title.is_empty() {
            default_title()
        } else {
            self.book.title.clone()
        };
        let snapshot = &self.book.snapshot;
        let version = snapshot.product_version.clone().unwrap_or_default();
        let version = format!("{} {version}", snapshot.product.name());
        Frame::new(
            self.said(&title),
            version.trim_end(),
            self.changes,
            path,
            self.language,
        )
        .in_root(self.book.in_root)
    }

    fn provided(&self) -> Provided {
        let has = |kind| self.book.snapshot.has(kind);
        Provided {
            tables: has(Kind::Tables),
            keys: has(Kind::Keys),
            indexes: has(Kind::Indexes),
            constraints: has(Kind::Constraints),
            triggers: has(Kind::Triggers),
            views: has(Kind::Views),
            comments: has(Kind::Comments),
            object_comments: has(Kind::ObjectComments),
            enums: has(Kind::Enums),
            sequences: has(Kind::Sequences),
            estimates: has(Kind::Estimates),
            sizes: has(Kind::Sizes),
        }
    }

    fn link(&self, id: &str) -> Link {
        Link {
            id: id.to_owned(),
            href: self.path(id).to_owned(),
        }
    }

    fn index(&self) -> IndexPage {
        let snapshot = &self.book.snapshot;
        let from_root = |id: &str| Link {
            id: id.to_owned(),
            href: format!("tables/{}", self.path(id)),
        };
        let tables = snapshot.tables.iter().map(|table| {
            let id = table.id();
            let note = self.book.notes.get(&id).cloned().unwrap_or_default();
            TableRow {
                href: format!("tables/{}", self.path(&id)),
                comment: self.said(&self.book.comment(table)),
                module: self.said(&note.module),
                classification: self.said(&note.classification),
                columns: table.columns.len(),
                row_estimate: table.row_estimate,
                labels: note.labels,
                id,
            }
        });
        let viewpoints = self
            .book
            .viewpoints
            .iter()
            .map(|(viewpoint, tables)| ViewpointView {
                name: self.said(&viewpoint.name),
                comment: self.said(&viewpoint.comment),
                tables: tables.iter().map(|id| from_root(id)).collect(),
            });
        let views = snapshot.views.iter().map(|view| ViewRow {
            id: full(&view.schema, &view.name),
            materialized: view.materialized,
            comment: self.own(view.comment.as_ref()),
            definition: view.definition.clone(),
        });
        let enums = snapshot.enums.iter().map(|one| EnumRow {
            id: full(&one.schema, &one.name),
            values: one.values.clone(),
            comment: self.own(one.comment.as_ref()),
        });
        let sequences = snapshot.sequences.iter().map(|one| SequenceRow {
            id: full(&one.schema, &one.name),
            data_type: one.data_type.clone(),
            start: one.start,
            increment: one.increment,
            owned_by: one.owned_by.clone(),
        });
        IndexPage {
            frame: self.frame("index.html"),
            product: snapshot.product.name(),
            provided: self.provided(),
            tables: tables.collect(),
            viewpoints: viewpoints.collect(),
            views: views.collect(),
            enums: enums.collect(),
            sequences: sequences.collect(),
            coverage: self.report.coverage.into(),
            checklist: self.report.checklist(),
        }
    }

    fn finding(&self, finding: &Finding, folder: &str) -> FindingRow {
        FindingRow {
            href: format!("{folder}{}", self.path(&finding.table)),
            table: finding.table.clone(),
            object: finding.object.clone(),
            code: finding.code,
            title: self.said(&title(finding.code)),
        }
    }

    fn lint(&self) -> LintPage {
        let report = self.report;
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for finding in &report.findings {
            *counts.entry(finding.code).or_default() += 1;
        }
        let rules = counts.into_iter().map(|(code, count)| RuleRow {
            code,
            title: self.said(&title(code)),
            count,
        });
        LintPage {
            frame: self.frame("lint.html"),
            tables: report.tables.into(),
            columns: report.columns.into(),
            coverage: report.coverage.into(),
            meaning: report.meaning.into(),
            types: report.types.into(),
            related: report.related.into(),
            checklist: report.checklist(),
            rules: rules.collect(),
            findings: report
                .findings
                .iter()
                .map(|one| self.finding(one, "tables/"))
                .collect(),
        }
    }

    fn table(&self, table: &Table, path: &str) -> TablePage {
        let id = table.id();
        let note = self.book.notes.get(&id).cloned().unwrap_or_default();
        let (near, far, neighbours) = match self
            .graph
            .draw(&id, self.language, &|id| self.path(id).to_owned())
        {
            Drawing::None => (None, None, Vec::new()),
            Drawing::List(ids) => (None, None, ids.iter().map(|id| self.link(id)).collect()),
            Drawing::Svg(near, far) => (Some(near), far, Vec::new()),
        };
        let relations = self.graph.relations(&id);
        let out = relations.iter().filter(|one| one.table == id);
        let into = relations.iter().filter(|one| one.target == id);
        let findings = self.report.findings.iter().filter(|one| one.table == id);
        TablePage {
            frame: self.frame(path),
            // A kind that only one product has keeps the name it has there.
            kind: words::find(&format!("table_kind_{}", table.kind), self.language)
                .map_or_else(|| table.kind.clone(), str::to_owned),
            comment: self.said(&self.book.comment(table)),
            module: self.said(&note.module),
            classification: self.said(&note.classification),
            labels: note.labels,
            provided: self.provided(),
            row_estimate: table.row_estimate,
            size_bytes: table.size_bytes,
            partition: table.partition.clone(),
            parents: table.parents.iter().map(|id| self.link(id)).collect(),
            columns: table
                .columns
                .iter()
                .map(|column| self.column(table, column))
                .collect(),
            indexes: table
                .indexes
                .iter()
                .map(|one| self.index_row(one))
                .collect(),
            constraints: table
                .constraints
                .iter()
                .map(|one| ConstraintRow {
                    name: one.name.clone(),
                    kind: one.kind.clone(),
                    definition: one.definition.clone(),
                    comment: self.own(one.comment.as_ref()),
                })
                .collect(),
            triggers: table
                .triggers
                .iter()
                .map(|one| TriggerRow {
                    name: one.name.clone(),
                    timing: one.timing.clone(),
                    event: one.event.clone(),
                    definition: one.definition.clone(),
                    comment: self.own(one.comment.as_ref()),
                })
                .collect(),
            references: out.map(|one| self.relation(one, true)).collect(),
            referenced_by: into.map(|one| self.relation(one, false)).collect(),
            near,
            far,
            neighbours,
            ddl: ddl::of(table, self.book.snapshot.product),
            ddl_written: table.ddl.is_none(),
            findings: findings.map(|one| self.finding(one, "")).collect(),
            id,
        }
    }

    fn column(&self, table: &Table, column: &super::model::Column) -> ColumnRow {
        let id = table.id();
        let note = self
            .book
            .notes
            .get(&id)
            .and_then(|note| note.columns.get(&column.name));
        let relations = self.graph.relations(&id);
        let targets = relations
            .iter()
            .filter(|one| one.table == id)
            .filter_map(|one| {
                let (_, there) = one
                    .columns
                    .iter()
                    .zip(&one.target_columns)
                    .find(|(here, _)| **here == column.name)?;
                Some((
                    one.logical,
                    Link {
                        id: format!("{}.{there}", one.target),
                        href: self.path(&one.target).to_owned(),
                    },
                ))
            });
        let targets: Vec<(bool, Link)> = targets.collect();
        let mut keys = Vec::new();
        if table.in_primary_key(&column.name) {
            keys.push(words::of("primary", self.language));
        }
        if targets.iter().any(|(logical, _)| !logical) {
            keys.push(words::of("foreign", self.language));
        }
        if table
            .unique_keys
            .iter()
            .any(|key| key.columns.contains(&column.name))
        {
            keys.push(words::of("unique_key", self.language));
        }
        ColumnRow {
            ordinal: column.ordinal,
            name: column.name.clone(),
            data_type: column.data_type.clone(),
            nullable: column.nullable,
            default: column.default.clone().or_else(|| column.generated.clone()),
            keys,
            targets: targets.into_iter().map(|(_, link)| link).collect(),
            comment: self.said(&self.book.column_comment(table, &column.name)),
            labels: note.map(|note| note.labels.clone()).unwrap_or_default(),
        }
    }

    fn index_row(&self, index: &super::model::Index) -> IndexRow {
        IndexRow {
            name: index.name.clone(),
            unique: index.unique,
            method: index.method.clone(),
            columns: index.columns.join(", "),
            included: index.included.join(", "),
            predicate: index.predicate.clone(),
            comment: self.own(index.comment.as_ref()),
        }
    }

    fn relation(&self, one: &Relation, out: bool) -> RelationRow {
        let key = self.book.snapshot.table(&one.table).and_then(|table| {
            table
                .foreign_keys
                .iter()
                .find(|key| key.name == one.name && key.columns == one.columns)
        });
        let (columns, others, table) = if out {
            (&one.columns, &one.target_columns, &one.target)
        } else {
            (&one.target_columns, &one.columns, &one.table)
        };
        RelationRow {
            table: self.link(table),
            columns: columns.join(", "),
            others: others.join(", "),
            name: one.name.clone(),
            logical: one.logical,
            on_delete: key.map(|key| key.on_delete.clone()).unwrap_or_default(),
            comment: self.said(&one.comment),
        }
    }
}
