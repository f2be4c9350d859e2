//! The data dictionary as a document for paper: chapters by viewpoint, or by schema where there is none.
//!
//! Left to the pages: diagrams, statements, bodies of triggers and the findings of the checks.

use std::collections::{BTreeMap, BTreeSet};

use super::diagram::Graph;
use super::lint::Report;
use super::model::{Column, Kind, Table, full};
use super::overlay::{Book, Relation};
use crate::docs::{Language, Text, text::width, words};
use crate::press::{Align, Block, Document, Run, VERSION, code, line, paragraph, table};
use crate::write;

/// Widest first words of a meaning that stand in a heading.
const SHORT: usize = 28;

/// The dictionary in one language; `version` is that of what it describes, else it is that of the database.
#[must_use]
pub fn document(
    book: &Book,
    report: &Report,
    version: Option<&str>,
    language: Language,
) -> Document {
    let schemas: BTreeSet<&str> = book
        .snapshot
        .tables
        .iter()
        .map(|table| table.schema.as_str())
        .collect();
    let writer = Writer {
        book,
        graph: Graph::new(book),
        language,
        one_schema: schemas.len() == 1,
    };
    let mut blocks = writer.overview();
    for (title, about, tables) in writer.chapters() {
        blocks.push(heading(1, "", line(title)));
        if !about.is_empty() {
            blocks.push(paragraph(about));
        }
        for table in tables {
            writer.table(table, &mut blocks);
        }
    }
    writer.rest(&mut blocks);
    let snapshot = &book.snapshot;
    let database = snapshot.product_version.clone().unwrap_or_default();
    let database = format!("{} {database}", snapshot.product.name());
    let word = |key| words::of(key, language).to_owned();
    let coverage = report.coverage;
    let mut facts = vec![
        (word("product"), database.trim_end().to_owned()),
        (word("tables"), snapshot.tables.len().to_string()),
        (
            word("coverage"),
            format!(
                "{}/{} ({} %)",
                coverage.done,
                coverage.all,
                coverage.percent()
            ),
        ),
        (word("checklist"), format!("{}/3", report.checklist())),
    ];
    if let Some(version) = version {
        facts.insert(0, (word("version"), version.to_owned()));
    }
    let title = match book.title.is_empty() {
        true => word("data_dictionary"),
        false => book.title.pick(language).0.to_owned(),
    };
    let edition = match version {
        Some(version) => format!("{} {version}", word("version")),
        None => database.trim_end().to_owned(),
    };
    let text = serde_json::to_vec(&blocks).unwrap_or_default();
    let digest: String = write::hash(&text).chars().take(16).collect();
    Document {
        version: VERSION,
        lang: lang(language),
        id: format!("data-dictionary/{digest}"),
        title,
        subtitle: word("data_dictionary_long"),
        edition,
        facts,
        date: None,
        cover: true,
        contents: 2,
        images: BTreeMap::new(),
        blocks,
    }
}

const fn lang(language: Language) -> &'static str {
    match language {
        Language::Zh => "zh",
        Language::En => "en",
    }
}

fn heading(level: u8, anchor: &str, text: Vec<Run>) -> Block {
    Block::Heading {
        level,
        anchor: anchor.to_owned(),
        text,
    }
}

fn anchor(id: &str) -> String {
    format!("table-{id}")
}

struct Writer<'a> {
    book: &'a Book,
    graph: Graph<'a>,
    language: Language,
    /// Then its name is left out.
    one_schema: bool,
}

type Row = Vec<Vec<Run>>;

impl<'a> Writer<'a> {
    fn word(&self, key: &'static str) -> &'static str {
        words::of(key, self.language)
    }

    fn head(&self, keys: &[&'static str]) -> Row {
        keys.iter().map(|key| line(self.word(key))).collect()
    }

    fn said(&self, text: &Text) -> String {
        text.pick(self.language).0.to_owned()
    }

    fn own(&self, text: Option<&String>) -> Vec<Run> {
        let text = text.map(|text| Text::split(text)).unwrap_or_default();
        line(self.said(&text))
    }

    fn yes(&self, yes: bool) -> Vec<Run> {
        line(self.word(if yes { "yes" } else { "no" }))
    }

    /// The name of a table as readers of this dictionary know it.
    fn name<'b>(&self, table: &'b Table, id: &'b str) -> &'b str {
        if self.one_schema { &table.name } else { id }
    }

    fn named(&self, id: &str) -> String {
        match self.book.snapshot.table(id) {
            Some(table) => self.name(table, id).to_owned(),
            None => id.to_owned(),
        }
    }

    fn link(&self, id: &str) -> Run {
        let name = vec![Run::Code(self.named(id))];
        match self.book.snapshot.table(id) {
            Some(_) => Run::Link(format!("#{}", anchor(id)), name),
            None => Run::Code(id.to_owned()),
        }
    }

    fn overview(&self) -> Vec<Block> {
        let snapshot = &self.book.snapshot;
        let rows = snapshot.tables.iter().enumerate().map(|(at, table)| {
            let id = table.id();
            let note = self.book.notes.get(&id);
            let module = note.map(|note| self.said(&note.module)).unwrap_or_default();
            let level = note.map(|note| self.said(&note.classification));
            vec![
                line((at + 1).to_string()),
                vec![self.link(&id)],
                line(self.said(&self.book.comment(table))),
                line(module),
                line(level.unwrap_or_default()),
                line(table.columns.len().to_string()),
            ]
        });
        let keys = [
            "ordinal",
            "table_name",
            "meaning",
            "module",
            "classification",
            "columns",
        ];
        let (left, right) = (Align::Left, Align::Right);
        vec![
            heading(1, "", line(self.word("overview"))),
            table(
                "",
                vec![right, left, left, left, left, right],
                self.head(&keys),
                rows.collect(),
            ),
        ]
    }

    /// Title, what it is about, tables. Each table stands once.
    fn chapters(&self) -> Vec<(String, String, Vec<&'a Table>)> {
        let tables = &self.book.snapshot.tables;
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut chapters = Vec::new();
        for (viewpoint, members) in &self.book.viewpoints {
            let own: Vec<&Table> = members
                .iter()
                .filter(|id| seen.insert((*id).clone()))
                .filter_map(|id| self.book.snapshot.table(id))
                .collect();
            if !own.is_empty() {
                chapters.push((
                    self.said(&viewpoint.name),
                    self.said(&viewpoint.comment),
                    own,
                ));
            }
        }
        let rest: Vec<&Table> = tables
            .iter()
            .filter(|table| !seen.contains(&table.id()))
            .collect();
        let has_viewpoints = !chapters.is_empty();
        let mut schemas: BTreeMap<&str, Vec<&Table>> = BTreeMap::new();
        for table in rest {
            schemas.entry(&table.schema).or_default().push(table);
        }
        for (schema, own) in schemas {
            let title = match (has_viewpoints, schema) {
                (true, _) => self.word("other_tables").to_owned(),
                (false, "") => self.word("tables").to_owned(),
                (false, schema) => format!("{} {schema}", self.word("tables")),
            };
            chapters.push((title, String::new(), own));
        }
        chapters
    }

    fn table(&self, one: &Table, blocks: &mut Vec<Block>) {
        let id = one.id();
        let meaning = self.said(&self.book.comment(one));
        let mut title = vec![Run::Code(self.name(one, &id).to_owned())];
        let first = meaning
            .split(['：', '；', '，', '。', '（', ':', ';', ',', '.', '('])
            .next();
        if let Some(first) = first
            .map(str::trim)
            .filter(|first| !first.is_empty() && width(first) <= SHORT)
        {
            title.push(Run::Text(format!(" {first}")));
        }
        blocks.push(heading(2, &anchor(&id), title));
        if !meaning.is_empty() {
            blocks.push(paragraph(meaning));
        }
        blocks.push(Block::Paragraph {
            text: self.facts(one, &id),
        });
        self.columns(one, &id, blocks);
        self.relations(&id, blocks);
        self.indexes(one, blocks);
        self.constraints(one, blocks);
        self.triggers(one, blocks);
    }

    fn facts(&self, one: &Table, id: &str) -> Vec<Run> {
        let note = self.book.notes.get(id).cloned().unwrap_or_default();
        let mut facts = vec![("kind", one.kind.clone())];
        facts.push(("module", self.said(&note.module)));
        facts.push(("classification", self.said(&note.classification)));
        let estimate = one
            .row_estimate
            .filter(|_| self.book.snapshot.has(Kind::Estimates));
        facts.push((
            "row_estimate",
            estimate.map(|rows| rows.to_string()).unwrap_or_default(),
        ));
        facts.push(("partition", one.partition.clone().unwrap_or_default()));
        facts.push(("parents", one.parents.join(", ")));
        facts.push(("labels", note.labels.join(", ")));
        let colon = match self.language {
            Language::Zh => "：",
            Language::En => ": ",
        };
        let mut runs = Vec::new();
        for (key, value) in facts.into_iter().filter(|(_, value)| !value.is_empty()) {
            if !runs.is_empty() {
                runs.push(Run::Text(" · ".to_owned()));
            }
            runs.push(Run::Text(format!("{}{colon}{value}", self.word(key))));
        }
        runs
    }

    fn columns(&self, one: &Table, id: &str, blocks: &mut Vec<Block>) {
        let rows = one.columns.iter().map(|column| {
            let comment = self.book.column_comment(one, &column.name);
            let mut default = column.default.clone().unwrap_or_default();
            if let Some(generated) = &column.generated {
                default = format!("{default} {generated}").trim().to_owned();
            }
            vec![
                line(column.ordinal.to_string()),
                code(&column.name),
                code(&column.data_type),
                self.yes(column.nullable),
                code(default),
                self.keys(one, id, column),
                line(self.said(&comment)),
            ]
        });
        let keys = [
            "ordinal",
            "column",
            "type",
            "nullable",
            "default",
            "key_target",
            "meaning",
        ];
        let left = Align::Left;
        blocks.push(table(
            self.word("columns"),
            vec![Align::Right, left, left, left, left, left, left],
            self.head(&keys),
            rows.collect(),
        ));
    }

    /// Keys of a column, and what it points to.
    fn keys(&self, one: &Table, id: &str, column: &Column) -> Vec<Run> {
        if !self.book.snapshot.has(Kind::Keys) {
            return line(self.word("not_provided"));
        }
        let mut runs = Vec::new();
        let mut add = |words: Vec<Run>| {
            if !runs.is_empty() {
                runs.push(Run::Break);
            }
            runs.extend(words);
        };
        if one.in_primary_key(&column.name) {
            add(line(self.word("primary")));
        }
        let unique = |key: &super::model::Key| key.columns.contains(&column.name);
        if one.unique_keys.iter().any(unique) {
            add(line(self.word("unique_key")));
        }
        for relation in self
            .graph
            .relations(id)
            .iter()
            .filter(|one| one.table == id)
        {
            let pair = relation.columns.iter().zip(&relation.target_columns);
            let there = pair
                .filter(|(here, _)| **here == column.name)
                .map(|(_, there)| there);
            for there in there {
                let word = if relation.logical {
                    "logical"
                } else {
                    "foreign"
                };
                add(vec![
                    Run::Text(format!("{} → ", self.word(word))),
                    // The table of relations leads there.
                    Run::Code(format!("{}.{there}", self.named(&relation.target))),
                ]);
            }
        }
        runs
    }

    fn relations(&self, id: &str, blocks: &mut Vec<Block>) {
        let all = self.graph.relations(id);
        let absent = all.is_empty() && !self.book.snapshot.has(Kind::Keys);
        self.or_none("relations", absent, blocks);
        let row = |one: &&Relation| {
            let here = one.columns.join(", ");
            let there = one.target_columns.join(", ");
            vec![
                code(here),
                vec![self.link(&one.target), Run::Code(format!(" ({there})"))],
                line(self.word(if one.logical { "logical" } else { "enforced" })),
                line(self.said(&one.comment)),
            ]
        };
        let out = all.iter().filter(|one| one.table == id);
        let rows: Vec<Row> = out.map(row).collect();
        if !rows.is_empty() {
            let keys = ["columns", "references", "kind", "meaning"];
            blocks.push(self.list("relations", &keys, rows));
        }
        // Often many, and told at the other table: names are enough.
        let mut into: Vec<Run> = Vec::new();
        for one in all.iter().filter(|one| one.target == id) {
            if !into.is_empty() {
                into.push(Run::Text(", ".to_owned()));
            }
            into.push(self.link(&one.table));
            into.push(Run::Code(format!(" ({})", one.columns.join(", "))));
        }
        if !into.is_empty() {
            let mut text = vec![
                Run::Strong(line(self.word("referenced_by"))),
                Run::Text("　".to_owned()),
            ];
            text.extend(into);
            blocks.push(Block::Paragraph { text });
        }
    }

    /// Says that the catalogue yielded nothing of a kind.
    fn or_none(&self, key: &'static str, absent: bool, blocks: &mut Vec<Block>) {
        if absent {
            let text = format!("{}: {}", self.word(key), self.word("not_provided"));
            blocks.push(paragraph(text));
        }
    }

    /// A table without columns that hold nothing anywhere.
    fn list(&self, title: &'static str, keys: &[&'static str], rows: Vec<Row>) -> Block {
        let filled: Vec<usize> = (0..keys.len())
            .filter(|at| {
                rows.iter()
                    .any(|row| row.get(*at).is_some_and(|cell| !cell.is_empty()))
            })
            .collect();
        let pick = |row: &Row| -> Row {
            filled
                .iter()
                .filter_map(|at| row.get(*at).cloned())
                .collect()
        };
        let head = pick(&self.head(keys));
        table(
            self.word(title),
            Vec::new(),
            head,
            rows.iter().map(pick).collect(),
        )
    }

    fn indexes(&self, one: &Table, blocks: &mut Vec<Block>) {
        self.or_none("indexes", !self.book.snapshot.has(Kind::Indexes), blocks);
        if one.indexes.is_empty() {
            return;
        }
        let rows = one.indexes.iter().map(|index| {
            let mut columns = index.columns.join(", ");
            if !index.included.is_empty() {
                columns = format!("{columns} INCLUDE ({})", index.included.join(", "));
            }
            vec![
                code(&index.name),
                code(columns),
                self.yes(index.unique),
                line(index.method.clone().unwrap_or_default()),
                code(index.predicate.clone().unwrap_or_default()),
                self.own(index.comment.as_ref()),
            ]
        });
        let keys = [
            "index_name",
            "columns",
            "unique",
            "method",
            "condition",
            "meaning",
        ];
        blocks.push(self.list("indexes", &keys, rows.collect()));
    }

    fn constraints(&self, one: &Table, blocks: &mut Vec<Block>) {
        self.or_none(
            "constraints",
            !self.book.snapshot.has(Kind::Constraints),
            blocks,
        );
        if one.constraints.is_empty() {
            return;
        }
        let rows = one.constraints.iter().map(|constraint| {
            vec![
                code(&constraint.name),
                line(constraint.kind.clone()),
                code(&constraint.definition),
                self.own(constraint.comment.as_ref()),
            ]
        });
        let keys = ["constraint_name", "kind", "definition", "meaning"];
        blocks.push(self.list("constraints", &keys, rows.collect()));
    }

    fn triggers(&self, one: &Table, blocks: &mut Vec<Block>) {
        self.or_none("triggers", !self.book.snapshot.has(Kind::Triggers), blocks);
        if one.triggers.is_empty() {
            return;
        }
        let rows = one.triggers.iter().map(|trigger| {
            vec![
                code(&trigger.name),
                line(trigger.timing.clone()),
                line(trigger.event.clone()),
                self.own(trigger.comment.as_ref()),
            ]
        });
        let keys = ["trigger_name", "timing", "event", "meaning"];
        blocks.push(self.list("triggers", &keys, rows.collect()));
    }

    /// What is no table.
    fn rest(&self, blocks: &mut Vec<Block>) {
        let snapshot = &self.book.snapshot;
        if !snapshot.views.is_empty() {
            blocks.push(heading(1, "", line(self.word("views"))));
        }
        for view in &snapshot.views {
            let id = full(&view.schema, &view.name);
            let name = if self.one_schema { &view.name } else { &id };
            blocks.push(heading(2, "", code(name)));
            let comment = self.own(view.comment.as_ref());
            if !comment.is_empty() {
                blocks.push(Block::Paragraph { text: comment });
            }
            match &view.definition {
                Some(text) => blocks.push(Block::Code {
                    text: text.trim().to_owned(),
                }),
                None => blocks.push(paragraph(self.word("not_provided"))),
            }
        }
        if !snapshot.enums.is_empty() {
            blocks.push(heading(1, "", line(self.word("enums"))));
            let rows = snapshot.enums.iter().map(|one| {
                let id = full(&one.schema, &one.name);
                vec![
                    code(if self.one_schema { &one.name } else { &id }),
                    code(one.values.join(", ")),
                    self.own(one.comment.as_ref()),
                ]
            });
            blocks.push(self.list("enums", &["type", "values", "meaning"], rows.collect()));
        }
        if !snapshot.sequences.is_empty() {
            blocks.push(heading(1, "", line(self.word("sequences"))));
            let rows = snapshot.sequences.iter().map(|one| {
                let id = full(&one.schema, &one.name);
                vec![
                    code(if self.one_schema { &one.name } else { &id }),
                    code(&one.data_type),
                    line(one.start.to_string()),
                    line(one.increment.to_string()),
                    code(one.owned_by.clone().unwrap_or_default()),
                ]
            });
            let keys = ["sequences", "type", "start", "increment", "owned_by"];
            blocks.push(self.list("sequences", &keys, rows.collect()));
        }
    }
}
