//! Pages of an interface, as files by path.
//!
//! Operations and types are rendered one by one and packed into pages of a bounded size; a link to one of them is a
//! placeholder until it is known which page it lies in. The characters of the placeholders occur in no input.

mod pack;
mod record;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use self::pack::{Group, Section, Sections, linked, pack};
use self::record::records;
use self::view::{
    AuthView, ChangePage, ChangeView, DeprecatedView, ErrorView, ExampleView, FieldView, GroupView,
    IndexPage, Link, OperationView, Part, Piece, ResponseView, RowView, SectionPage, TypeView,
    ValueView,
};
use super::diff::{diff, type_anchor};
use super::model::{Api, Deprecated, Example, Field, Operation, Shape, TypeDef};
use crate::docs::files::Files;
use crate::docs::html::{Frame, STYLE, Said};
use crate::docs::{Language, Names, Problem, Renderer, Text, words};

/// What a page may weigh (SG-API-2).
const HEAVIEST: usize = 300_000;

/// What a page weighs if its parts fit into several: with style and script at most 150 KB (SG-SIZE-2).
const LIGHT: usize = 125_000;

const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// Everything: pages in both languages, changes since `previous`, records for a search.
///
/// # Errors
/// A template that wants what the data does not have, which a test rules out; an operation too large for a page.
pub fn pages(api: &Api, previous: Option<&Api>) -> Result<Files, Problem> {
    let mut files = Files::new();
    let used = used_by(api);
    let writer = |language| {
        Ok(Writer {
            api,
            used: &used,
            renderer: Renderer::new(language)?,
            changes: previous.is_some(),
            language,
        })
    };
    let writers = [writer(Language::Zh)?, writer(Language::En)?];
    let [zh, en] = &writers;
    let (zh_groups, en_groups) = (zh.groups()?, en.groups()?);
    let all = pack(zh_groups, en_groups);
    files.insert("search.json".to_owned(), records(api, &all.0)?);
    for (writer, sections) in [(zh, &all.0), (en, &all.1)] {
        let folder = writer.language.folder();
        for page in &sections.pages {
            let bytes = writer.section(page, sections)?;
            files.insert(format!("{folder}{}", page.path), bytes);
        }
        files.insert(format!("{folder}index.html"), writer.index(sections)?);
        if let Some(previous) = previous {
            let bytes = writer.changes(previous, sections)?;
            files.insert(format!("{folder}changes.html"), bytes);
        }
    }
    files.insert("docs.css".to_owned(), STYLE.as_bytes().to_vec());
    for (path, bytes) in files
        .iter()
        .filter(|(path, _)| path.ends_with(".html") && !path.ends_with("changes.html"))
    {
        if bytes.len() > HEAVIEST {
            return Err(Problem::new(
                path,
                format!("has {} bytes where {HEAVIEST} are allowed", bytes.len()),
            ));
        }
    }
    Ok(files)
}

/// Operations that mention each type.
type Used<'a> = BTreeMap<&'a str, Vec<&'a Operation>>;

fn used_by(api: &Api) -> Used<'_> {
    let mut used = Used::new();
    for operation in &api.operations {
        let mut names = BTreeSet::new();
        let parameters = operation.parameters.iter().map(|one| &one.shape);
        let bodies = operation.body.iter().map(|one| &one.shape);
        let answers = operation
            .responses
            .iter()
            .filter_map(|one| one.shape.as_ref());
        for shape in parameters.chain(bodies).chain(answers) {
            shape.names(&mut names);
        }
        for name in names {
            used.entry(name).or_default().push(operation);
        }
    }
    used
}

struct Writer<'a> {
    api: &'a Api,
    used: &'a Used<'a>,
    renderer: Renderer,
    changes: bool,
    language: Language,
}

fn placeholder(anchor: &str) -> String {
    format!("{OPEN}{anchor}{CLOSE}")
}

impl Writer<'_> {
    fn said(&self, text: &Text) -> Said {
        Said::of(text, self.language)
    }

    fn word(&self, key: &'static str) -> &'static str {
        words::of(key, self.language)
    }

    fn frame(&self, path: &str) -> Frame {
        let title = if self.api.title.is_empty() {
            Text {
                zh: words::of("interface", Language::Zh).to_owned(),
                en: words::of("interface", Language::En).to_owned(),
            }
        } else {
            self.api.title.clone()
        };
        Frame::new(
            self.said(&title),
            &self.api.version,
            self.changes,
            path,
            self.language,
        )
        .in_root(self.api.in_root)
    }

    fn groups(&self) -> Result<Vec<Group>, Problem> {
        let mut names = Names::default();
        let mut groups = Vec::new();
        for (group, about) in &self.api.groups {
            let mut parts = Vec::new();
            for operation in self.api.operations.iter().filter(|one| one.group == *group) {
                let page = self
                    .renderer
                    .page("api_operation.html", &self.operation(operation))?;
                parts.push((
                    operation.anchor.clone(),
                    operation.name.clone(),
                    text_of(page),
                ));
            }
            let named = !group.is_empty();
            groups.push(Group {
                name: names.give(&format!("op-{}", if named { group } else { "all" })),
                title: if named {
                    group
                } else {
                    self.word("operations")
                }
                .to_owned(),
                about: self.said(about),
                parts,
                types: false,
            });
        }
        let mut parts = Vec::new();
        for (name, def) in &self.api.types {
            let page = self
                .renderer
                .page("api_type.html", &self.type_view(name, def))?;
            parts.push((type_anchor(name), name.clone(), text_of(page)));
        }
        groups.push(Group {
            name: "types".to_owned(),
            title: self.word("types").to_owned(),
            about: Said::default(),
            parts,
            types: true,
        });
        Ok(groups)
    }

    fn section(&self, section: &Section, sections: &Sections) -> Result<Vec<u8>, Problem> {
        let parts = section.parts.iter().map(|(anchor, name, html)| Part {
            link: Link {
                text: name.clone(),
                href: format!("#{anchor}"),
            },
            html: html.clone(),
        });
        let page = SectionPage {
            frame: self.frame(&section.path),
            title: section.title.clone(),
            about: section.about.clone(),
            parts: parts.collect(),
        };
        let bytes = self.renderer.page("api_page.html", &page)?;
        Ok(linked(&text_of(bytes), &sections.of).into_bytes())
    }

    fn shape(&self, shape: &Shape) -> Vec<Piece> {
        let known = |name: &String| self.api.types.contains_key(name);
        let piece = |(text, named): (String, bool)| Piece {
            href: (named && known(&text)).then(|| placeholder(&type_anchor(&text))),
            text,
        };
        shape.pieces(self.api.kind).into_iter().map(piece).collect()
    }

    fn deprecated(&self, deprecated: Option<&Deprecated>) -> Option<DeprecatedView> {
        let view = |one: &Deprecated| DeprecatedView {
            reason: self.said(&one.reason),
            removed_in: one.removed_in.clone(),
        };
        deprecated.map(view)
    }

    fn field(&self, field: &Field) -> FieldView {
        FieldView {
            name: field.name.clone(),
            place: field.place.clone(),
            shape: self.shape(&field.shape),
            required: field.required,
            default: field.default.clone(),
            description: self.said(&field.description),
            deprecated: self.deprecated(field.deprecated.as_ref()),
            arguments: field.arguments.iter().map(|one| self.field(one)).collect(),
        }
    }

    fn operation<'b>(&self, one: &'b Operation) -> OperationView<'b> {
        let errors = self
            .api
            .errors
            .iter()
            .filter(|error| one.errors.contains(&error.code));
        OperationView {
            anchor: &one.anchor,
            method: &one.method,
            name: &one.name,
            summary: self.said(&one.summary),
            description: self.said(&one.description),
            address: self.api.address_of(one),
            parameters: one.parameters.iter().map(|one| self.field(one)).collect(),
            places: one.parameters.iter().any(|one| !one.place.is_empty()),
            body: one.body.as_ref().map(|body| ResponseView {
                status: if body.required {
                    self.word("required")
                } else {
                    ""
                }
                .to_owned(),
                media: body.media.clone(),
                shape: self.shape(&body.shape),
                description: self.said(&body.description),
            }),
            responses: one
                .responses
                .iter()
                .map(|one| ResponseView {
                    status: one.status.clone(),
                    media: one.media.clone(),
                    shape: one
                        .shape
                        .as_ref()
                        .map(|shape| self.shape(shape))
                        .unwrap_or_default(),
                    description: self.said(&one.description),
                })
                .collect(),
            auth: &one.auth,
            errors: errors
                .map(|one| ErrorView {
                    code: one.code.clone(),
                    meaning: self.said(&one.meaning),
                })
                .collect(),
            deprecated: self.deprecated(one.deprecated.as_ref()),
            examples: one.examples.iter().map(|one| self.example(one)).collect(),
        }
    }

    fn example<'b>(&self, one: &'b Example) -> ExampleView<'b> {
        ExampleView {
            title: self.said(&one.title),
            call: &one.call,
            request: &one.request,
            response: &one.response,
        }
    }

    fn type_view<'b>(&self, name: &'b str, def: &TypeDef) -> TypeView<'b> {
        let link = |name: &String| Link {
            text: name.clone(),
            href: placeholder(&type_anchor(name)),
        };
        let of = |(other, def): (&String, &TypeDef)| {
            def.implements
                .iter()
                .any(|one| one == name)
                .then(|| link(other))
        };
        let used = self.used.get(name).into_iter().flatten().map(|one| Link {
            text: one.name.clone(),
            href: placeholder(&one.anchor),
        });
        TypeView {
            anchor: type_anchor(name),
            name,
            kind: self.word(def.kind.word()),
            description: self.said(&def.description),
            fields: def.fields.iter().map(|one| self.field(one)).collect(),
            arguments: def.fields.iter().any(|one| !one.arguments.is_empty()),
            values: def
                .values
                .iter()
                .map(|one| ValueView {
                    name: one.name.clone(),
                    description: self.said(&one.description),
                    deprecated: self.deprecated(one.deprecated.as_ref()),
                })
                .collect(),
            members: def.members.iter().map(|one| self.shape(one)).collect(),
            implements: def.implements.iter().map(link).collect(),
            implemented_by: self.api.types.iter().filter_map(of).collect(),
            used_by: used.collect(),
            alias: def
                .alias
                .as_ref()
                .map(|shape| self.shape(shape))
                .unwrap_or_default(),
        }
    }

    /// With the list of operations as long as it fits into a page; of a larger interface the pages alone.
    fn index(&self, sections: &Sections) -> Result<Vec<u8>, Problem> {
        let full = self
            .renderer
            .page("api_index.html", &self.index_page(sections, true))?;
        if full.len() <= LIGHT {
            return Ok(full);
        }
        self.renderer
            .page("api_index.html", &self.index_page(sections, false))
    }

    fn index_page(&self, sections: &Sections, rows: bool) -> IndexPage {
        let href = |anchor: &str| {
            format!(
                "{}#{anchor}",
                sections
                    .of
                    .get(anchor)
                    .map(String::as_str)
                    .unwrap_or_default()
            )
        };
        let pages = |types: bool, title: &str| {
            let of = sections
                .pages
                .iter()
                .filter(|page| page.types == types && page.title == title);
            let link = |page: &Section| Link {
                text: range(page),
                href: page.path.clone(),
            };
            of.map(link).collect::<Vec<_>>()
        };
        let groups = self.api.groups.iter().map(|(group, about)| {
            let title = if group.is_empty() {
                self.word("operations").to_owned()
            } else {
                group.clone()
            };
            let own = self.api.operations.iter().filter(|one| one.group == *group);
            GroupView {
                about: self.said(about),
                count: own.clone().count(),
                pages: pages(false, &title),
                operations: own
                    .filter(|_| rows)
                    .map(|one| RowView {
                        method: one.method.clone(),
                        link: Link {
                            text: one.name.clone(),
                            href: href(&one.anchor),
                        },
                        summary: self.said(&one.summary),
                        deprecated: one.deprecated.is_some(),
                    })
                    .collect(),
                title,
            }
        });
        IndexPage {
            frame: self.frame("index.html"),
            description: self.said(&self.api.description),
            addresses: self.api.addresses.clone(),
            auth: self
                .api
                .auth
                .iter()
                .map(|one| AuthView {
                    name: one.name.clone(),
                    how: self.said(&one.how),
                    header: one.header.clone(),
                })
                .collect(),
            errors: self
                .api
                .errors
                .iter()
                .map(|one| ErrorView {
                    code: one.code.clone(),
                    meaning: self.said(&one.meaning),
                })
                .collect(),
            groups: groups.collect(),
            types: pages(true, self.word("types")),
            type_count: self.api.types.len(),
            operation_count: self.api.operations.len(),
        }
    }

    fn changes(&self, previous: &Api, sections: &Sections) -> Result<Vec<u8>, Problem> {
        let changes = diff(previous, self.api);
        let view = |one: &super::diff::Change| ChangeView {
            breaking: one.breaking,
            object: one.object.clone(),
            href: sections
                .of
                .get(&one.anchor)
                .map(|page| format!("{page}#{}", one.anchor))
                .unwrap_or_default(),
            part: one.part.clone(),
            what: words::of(one.code, self.language),
            before: one.before.clone(),
            after: one.after.clone(),
        };
        let page = ChangePage {
            frame: self.frame("changes.html"),
            changes: changes.iter().map(view).collect(),
            from: previous.version.clone(),
            to: self.api.version.clone(),
        };
        self.renderer.page("api_changes.html", &page)
    }
}

fn range(page: &Section) -> String {
    match (page.parts.first(), page.parts.last()) {
        (Some((_, first, _)), Some((_, last, _))) if first != last => format!("{first} – {last}"),
        (Some((_, first, _)), _) => first.clone(),
        _ => page.path.clone(),
    }
}

/// Templates give UTF-8.
fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}
