//! The interface as a document for paper: how to call it, operations by group, types, errors.

use std::collections::BTreeMap;

use super::diff::type_anchor;
use super::model::{Api, Deprecated, Field, Kind, Operation, Shape, TypeDef};
use crate::docs::{Language, Text, words};
use crate::press::{Block, Definition, Document, Run, VERSION, code, line, paragraph, table};
use crate::write;

/// The interface in one language.
#[must_use]
pub fn document(api: &Api, language: Language) -> Document {
    let writer = Writer { api, language };
    let mut blocks = writer.overview();
    for (group, about) in &api.groups {
        writer.group(group, about, &mut blocks);
    }
    if !api.types.is_empty() {
        blocks.push(heading(1, "", line(writer.word("types"))));
        for (name, def) in &api.types {
            writer.type_of(name, def, &mut blocks);
        }
    }
    if !api.errors.is_empty() {
        blocks.push(heading(1, "", line(writer.word("errors"))));
        let rows = api
            .errors
            .iter()
            .map(|one| vec![code(&one.code), line(writer.said(&one.meaning))]);
        blocks.push(table(
            "",
            Vec::new(),
            writer.head(&["code", "meaning"]),
            rows.collect(),
        ));
    }
    let word = |key| writer.word(key).to_owned();
    let mut facts = Vec::new();
    if !api.version.is_empty() {
        facts.push((word("version"), api.version.clone()));
    }
    facts.push((word("operations"), api.operations.len().to_string()));
    facts.push((word("types"), api.types.len().to_string()));
    for address in &api.addresses {
        facts.push((word("address"), address.clone()));
    }
    let edition = match api.version.as_str() {
        "" => String::new(),
        version => format!("{} {version}", word("version")),
    };
    let text = serde_json::to_vec(&blocks).unwrap_or_default();
    let digest: String = write::hash(&text).chars().take(16).collect();
    Document {
        version: VERSION,
        lang: match language {
            Language::Zh => "zh",
            Language::En => "en",
        },
        id: format!("interface/{digest}"),
        title: match api.title.is_empty() {
            true => word("interface"),
            false => writer.said(&api.title),
        },
        subtitle: word("interface_long"),
        edition,
        facts,
        date: None,
        cover: true,
        contents: 2,
        images: BTreeMap::new(),
        blocks,
    }
}

fn heading(level: u8, anchor: &str, text: Vec<Run>) -> Block {
    Block::Heading {
        level,
        anchor: anchor.to_owned(),
        text,
    }
}

/// Longest call that is printed beside its request.
const CALL: usize = 400;

/// The first lines of an example: its whole stands on the page.
fn shortened(text: &str) -> String {
    const LINES: usize = 16;
    let mut lines: Vec<&str> = text.lines().take(LINES + 1).collect();
    if lines.len() > LINES {
        lines.truncate(LINES);
        lines.push("…");
    }
    lines.join("\n")
}

struct Writer<'a> {
    api: &'a Api,
    language: Language,
}

/// Whether names of types lead to where these are told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Lead,
    /// Thousands of links in the tables of types would double the memory that a layout takes.
    Stand,
}

impl Writer<'_> {
    fn word(&self, key: &'static str) -> &'static str {
        words::of(key, self.language)
    }

    fn said(&self, text: &Text) -> String {
        text.pick(self.language).0.to_owned()
    }

    fn head(&self, keys: &[&'static str]) -> Vec<Vec<Run>> {
        keys.iter().map(|key| line(self.word(key))).collect()
    }

    /// A line that begins with a strong word.
    fn labelled(&self, key: &'static str, text: Vec<Run>) -> Block {
        let mut runs = vec![
            Run::Strong(line(self.word(key))),
            Run::Text("　".to_owned()),
        ];
        runs.extend(text);
        Block::Paragraph { text: runs }
    }

    fn overview(&self) -> Vec<Block> {
        let api = self.api;
        let mut blocks = vec![heading(1, "", line(self.word("overview")))];
        let about = self.said(&api.description);
        if !about.is_empty() {
            blocks.push(paragraph(about));
        }
        for address in &api.addresses {
            blocks.push(self.labelled("address", code(address)));
        }
        if !api.auth.is_empty() {
            blocks.push(heading(2, "", line(self.word("authentication"))));
            let items = api.auth.iter().map(|one| {
                let mut text = vec![paragraph(self.said(&one.how))];
                if !one.header.is_empty() {
                    text.push(Block::Code {
                        text: one.header.clone(),
                    });
                }
                Definition {
                    term: code(&one.name),
                    blocks: text,
                }
            });
            blocks.push(Block::Definitions {
                items: items.collect(),
            });
        }
        blocks
    }

    fn group(&self, group: &str, about: &Text, blocks: &mut Vec<Block>) {
        let own: Vec<&Operation> = self
            .api
            .operations
            .iter()
            .filter(|one| one.group == group)
            .collect();
        if own.is_empty() {
            return;
        }
        let about = self.said(about);
        let about = about.trim_end_matches(['.', '。']).to_owned();
        let mut title = match group {
            "" => line(self.word("operations")),
            group => line(group),
        };
        // A short text is the better name: 查询 for query.
        let short = !about.is_empty() && about.chars().count() <= 12 && !about.contains('\n');
        if short {
            title = vec![Run::Text(about.clone())];
            if !group.is_empty() {
                title.push(Run::Text(" ".to_owned()));
                title.push(Run::Code(group.to_owned()));
            }
        }
        blocks.push(heading(1, "", title));
        if !short && !about.is_empty() {
            blocks.push(paragraph(about));
        }
        for one in own {
            self.operation(one, blocks);
        }
    }

    /// Types of a shape, each leading to where it is told.
    fn shape(&self, shape: &Shape, names: Names) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for (text, named) in shape.pieces(self.api.kind) {
            if named && names == Names::Lead && self.api.types.contains_key(&text) {
                let to = format!("#{}", type_anchor(&text));
                runs.push(Run::Link(to, vec![Run::Code(text)]));
                continue;
            }
            match runs.last_mut() {
                Some(Run::Code(last)) => last.push_str(&text),
                _ if text.is_empty() => {}
                _ => runs.push(Run::Code(text)),
            }
        }
        runs
    }

    fn gone(&self, deprecated: Option<&Deprecated>) -> Vec<Run> {
        let Some(one) = deprecated else {
            return Vec::new();
        };
        let mut text = format!("▲ {}", self.word("deprecated"));
        if !one.removed_in.is_empty() {
            text.push_str(&format!(
                " · {} {}",
                self.word("removed_in"),
                one.removed_in
            ));
        }
        let reason = self.said(&one.reason);
        if !reason.is_empty() {
            text.push_str(&format!(" · {reason}"));
        }
        vec![Run::Strong(line(text))]
    }

    /// The meaning of a field with what else is said of it.
    fn meaning(&self, one: &Field, names: Names) -> Vec<Run> {
        let mut runs = line(self.said(&one.description));
        let mut add = |more: Vec<Run>| {
            if !more.is_empty() {
                if !runs.is_empty() {
                    runs.push(Run::Break);
                }
                runs.extend(more);
            }
        };
        add(self.gone(one.deprecated.as_ref()));
        for argument in &one.arguments {
            let mut told = vec![
                Run::Text(format!("{} ", self.word("parameter"))),
                Run::Code(format!("{}: ", argument.name)),
            ];
            told.extend(self.shape(&argument.shape, names));
            if let Some(default) = &argument.default {
                told.push(Run::Code(format!(" = {default}")));
            }
            let said = self.said(&argument.description);
            if !said.is_empty() {
                told.push(Run::Text(" ".to_owned()));
                told.extend(line(said));
            }
            add(told);
        }
        runs
    }

    fn fields(
        &self,
        title: &'static str,
        first: &'static str,
        fields: &[Field],
        names: Names,
    ) -> Block {
        let places = fields.iter().any(|one| !one.place.is_empty());
        let defaults = fields.iter().any(|one| one.default.is_some());
        let mut keys = vec![first];
        if places {
            keys.push("place");
        }
        keys.extend(["type", "required"]);
        if defaults {
            keys.push("default");
        }
        keys.push("meaning");
        let rows = fields.iter().map(|one| {
            let mut row = vec![code(&one.name)];
            if places {
                row.push(line(one.place.clone()));
            }
            row.push(self.shape(&one.shape, names));
            row.push(line(self.word(if one.required { "yes" } else { "no" })));
            if defaults {
                row.push(code(one.default.clone().unwrap_or_default()));
            }
            row.push(self.meaning(one, names));
            row
        });
        let title = if title.is_empty() {
            ""
        } else {
            self.word(title)
        };
        table(title, Vec::new(), self.head(&keys), rows.collect())
    }

    fn operation(&self, one: &Operation, blocks: &mut Vec<Block>) {
        let name = match self.api.kind {
            // The chapter says whether it is a query.
            Kind::Graphql => one.name.clone(),
            Kind::Http | Kind::Hl7 | Kind::Fhir | Kind::WebService => {
                format!("{} {}", one.method, one.name)
            }
        };
        blocks.push(heading(2, &one.anchor, code(name)));
        for text in [&one.summary, &one.description] {
            let text = self.said(text);
            if !text.is_empty() {
                blocks.push(paragraph(text));
            }
        }
        let gone = self.gone(one.deprecated.as_ref());
        if !gone.is_empty() {
            blocks.push(Block::Paragraph { text: gone });
        }
        let mut call = code(self.api.address_of(one));
        if !one.auth.is_empty() {
            let auth = one.auth.join(", ");
            call.push(Run::Text(format!(
                " · {}: {auth}",
                self.word("authentication")
            )));
        }
        blocks.push(self.labelled("how_to_call", call));
        if one.parameters.is_empty() {
            blocks.push(self.labelled("parameters", line(self.word("none"))));
        } else {
            blocks.push(self.fields("parameters", "parameter", &one.parameters, Names::Lead));
        }
        if let Some(body) = &one.body {
            let mut text = code(&body.media);
            text.push(Run::Text(" ".to_owned()));
            text.extend(self.shape(&body.shape, Names::Lead));
            if body.required {
                text.push(Run::Text(format!(" · {}", self.word("required"))));
            }
            let said = self.said(&body.description);
            if !said.is_empty() {
                text.push(Run::Text(" · ".to_owned()));
                text.extend(line(said));
            }
            blocks.push(self.labelled("body", text));
        }
        for response in &one.responses {
            let mut text = code(&response.status);
            if let Some(shape) = &response.shape {
                text.push(Run::Text(" ".to_owned()));
                text.extend(self.shape(shape, Names::Lead));
            }
            if !response.media.is_empty() {
                text.push(Run::Text(" · ".to_owned()));
                text.extend(code(&response.media));
            }
            let said = self.said(&response.description);
            if !said.is_empty() {
                text.push(Run::Text(" · ".to_owned()));
                text.extend(line(said));
            }
            blocks.push(self.labelled("return_format", text));
        }
        let errors: Vec<_> = self
            .api
            .errors
            .iter()
            .filter(|error| one.errors.contains(&error.code))
            .map(|error| {
                let mut text = code(&error.code);
                text.push(Run::Text(" ".to_owned()));
                text.extend(line(self.said(&error.meaning)));
                vec![Block::Paragraph { text }]
            })
            .collect();
        if !errors.is_empty() {
            blocks.push(self.labelled("errors", Vec::new()));
            blocks.push(Block::List {
                ordered: false,
                start: 1,
                items: errors,
            });
        }
        for example in &one.examples {
            blocks.push(self.labelled("example", line(self.said(&example.title))));
            for (key, text) in [
                ("example_call", &example.call),
                ("example_request", &example.request),
                ("example_response", &example.response),
            ] {
                // A call in one endless line says no more than its request.
                let endless = key == "example_call" && text.len() > CALL;
                if !text.is_empty() && (!endless || example.request.is_empty()) {
                    blocks.push(paragraph(self.word(key)));
                    blocks.push(Block::Code {
                        text: shortened(text),
                    });
                }
            }
        }
    }

    fn type_of(&self, name: &str, def: &TypeDef, blocks: &mut Vec<Block>) {
        let mut title = code(name);
        title.push(Run::Text(format!(" {}", self.word(def.kind.word()))));
        blocks.push(heading(2, &type_anchor(name), title));
        let about = self.said(&def.description);
        if !about.is_empty() {
            blocks.push(paragraph(about));
        }
        if let Some(alias) = &def.alias {
            blocks.push(Block::Paragraph {
                text: self.shape(alias, Names::Lead),
            });
        }
        let names = |names: &[String]| -> Vec<Run> {
            let shapes: Vec<Shape> = names.iter().cloned().map(Shape::Named).collect();
            self.listed(&shapes)
        };
        if !def.implements.is_empty() {
            blocks.push(self.labelled("implements", names(&def.implements)));
        }
        if !def.members.is_empty() {
            blocks.push(self.labelled("possible_types", self.listed(&def.members)));
        }
        if !def.fields.is_empty() {
            blocks.push(self.fields("", "field", &def.fields, Names::Stand));
        }
        if !def.values.is_empty() {
            let rows = def.values.iter().map(|one| {
                let mut meaning = line(self.said(&one.description));
                let gone = self.gone(one.deprecated.as_ref());
                if !gone.is_empty() {
                    meaning.push(Run::Break);
                    meaning.extend(gone);
                }
                vec![code(&one.name), meaning]
            });
            blocks.push(table(
                "",
                Vec::new(),
                self.head(&["values", "meaning"]),
                rows.collect(),
            ));
        }
    }

    /// Types by name, one behind the other.
    fn listed(&self, shapes: &[Shape]) -> Vec<Run> {
        let mut runs = Vec::new();
        for shape in shapes {
            if !runs.is_empty() {
                runs.push(Run::Text(", ".to_owned()));
            }
            // A name, not a value: without the mark of what is never null.
            let pieces = shape.pieces(Kind::Http);
            for (text, named) in pieces {
                if named && self.api.types.contains_key(&text) {
                    let to = format!("#{}", type_anchor(&text));
                    runs.push(Run::Link(to, vec![Run::Code(text)]));
                } else if !text.is_empty() {
                    runs.push(Run::Code(text));
                }
            }
        }
        runs
    }
}
