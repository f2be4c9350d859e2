//! One model for every kind of interface: operations, their parameters and answers, types.

use std::collections::{BTreeMap, BTreeSet};

use crate::docs::Text;

/// An interface.
#[derive(Clone, Debug, Default)]
pub struct Api {
    /// Title.
    pub title: Text,
    /// Version.
    pub version: String,
    /// Kind.
    pub kind: Kind,
    /// What it is for.
    pub description: Text,
    /// Addresses of servers.
    pub addresses: Vec<String>,
    /// Ways to authenticate.
    pub auth: Vec<Auth>,
    /// Groups of operations in their order, with what they are for.
    pub groups: Vec<(String, Text)>,
    /// Operations.
    pub operations: Vec<Operation>,
    /// Types by name.
    pub types: BTreeMap<String, TypeDef>,
    /// Errors of the whole interface.
    pub errors: Vec<ErrorDef>,
    /// Whether the pages are part of a root of the portal, to which they lead back.
    pub in_root: bool,
}

impl Api {
    /// How an operation is reached, below the first address of the interface.
    pub fn address_of(&self, one: &Operation) -> String {
        let base = self.addresses.first().map_or("", String::as_str);
        match self.kind {
            Kind::Graphql => format!("POST {}", if base.is_empty() { "/graphql" } else { base }),
            Kind::Http | Kind::Fhir => format!(
                "{} {}{}",
                one.method,
                base.trim_end_matches('/'),
                one.address
            ),
            Kind::Hl7 | Kind::WebService => if one.address.is_empty() {
                base
            } else {
                &one.address
            }
            .to_owned(),
        }
    }
}

/// Kind of an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// GraphQL.
    Graphql,
    /// HTTP with JSON.
    #[default]
    Http,
    /// HL7 version 2 messages.
    Hl7,
    /// HL7 FHIR.
    Fhir,
    /// SOAP and other Web services.
    WebService,
}

/// A way to authenticate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// Name.
    pub name: String,
    /// How it is done.
    pub how: Text,
    /// Header or option of a call in an example; empty if there is none.
    pub header: String,
}

/// An error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorDef {
    /// Code.
    pub code: String,
    /// Meaning.
    pub meaning: Text,
}

/// An operation.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    /// Anchor that stays the same as long as the operation exists.
    pub anchor: String,
    /// `query`, `GET`, `ADT^A01` …
    pub method: String,
    /// Name or path.
    pub name: String,
    /// Group.
    pub group: String,
    /// Meaning, first sentence.
    pub summary: Text,
    /// More of it.
    pub description: Text,
    /// Path, endpoint or queue; empty for the address of the interface.
    pub address: String,
    /// Parameters.
    pub parameters: Vec<Field>,
    /// What is sent.
    pub body: Option<Body>,
    /// What comes back.
    pub responses: Vec<Response>,
    /// Names of [`Api::auth`].
    pub auth: Vec<String>,
    /// Codes of [`Api::errors`].
    pub errors: Vec<String>,
    /// Set if it should not be used any more.
    pub deprecated: Option<Deprecated>,
    /// Examples.
    pub examples: Vec<Example>,
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Body {
    /// Media type.
    pub media: String,
    /// Its shape.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
    /// Meaning.
    pub description: Text,
}

/// What comes back.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status or code.
    pub status: String,
    /// Media type; empty if there is no content.
    pub media: String,
    /// Its shape.
    pub shape: Option<Shape>,
    /// Meaning.
    pub description: Text,
}

/// Why something should not be used any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deprecated {
    /// What to use instead.
    pub reason: Text,
    /// Version that removes it; empty if unknown.
    pub removed_in: String,
}

/// An example: texts as they go over the line.
#[derive(Clone, Debug, Default)]
pub struct Example {
    /// What it shows.
    pub title: Text,
    /// How it is called from a shell.
    pub call: String,
    /// What is sent.
    pub request: String,
    /// What comes back.
    pub response: String,
}

/// A parameter or field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name.
    pub name: String,
    /// `path`, `query`, `header`; empty for fields.
    pub place: String,
    /// Shape of the value.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
    /// Default.
    pub default: Option<String>,
    /// Meaning.
    pub description: Text,
    /// Set if it should not be used any more.
    pub deprecated: Option<Deprecated>,
    /// Arguments of a field of GraphQL.
    pub arguments: Vec<Field>,
}

/// Limits of a scalar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// Format.
    pub format: String,
    /// Pattern.
    pub pattern: String,
    /// Least and greatest number.
    pub range: (Option<f64>, Option<f64>),
    /// Least and greatest number of characters or items.
    pub length: (Option<u64>, Option<u64>),
    /// The only values.
    pub values: Vec<serde_json::Value>,
}

/// Shape of a value. What is not `Nullable` is never null.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Anything.
    Any,
    /// A type of [`Api::types`].
    Named(String),
    /// `string`, `integer`, `number`, `boolean`, or a scalar of GraphQL.
    Scalar(String, Box<Limits>),
    /// A list.
    List(Box<Shape>),
    /// An object without a name; whether it may have more fields.
    Object(Vec<ShapeField>, bool),
    /// One of these.
    OneOf(Vec<Shape>),
    /// This or null.
    Nullable(Box<Shape>),
}

/// A field of an object without a name.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeField {
    /// Name.
    pub name: String,
    /// Shape.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
    /// Meaning.
    pub description: Text,
}

/// A type with a name.
#[derive(Clone, Debug)]
pub struct TypeDef {
    /// What it is.
    pub kind: TypeKind,
    /// Meaning.
    pub description: Text,
    /// Fields of an object, an input or an interface.
    pub fields: Vec<Field>,
    /// Values of an enumeration.
    pub values: Vec<EnumValue>,
    /// Members of a union.
    pub members: Vec<Shape>,
    /// Interfaces.
    pub implements: Vec<String>,
    /// Whether an object may have fields that are not listed.
    pub open: bool,
    /// Shape of what is only another name for something.
    pub alias: Option<Shape>,
}

impl TypeDef {
    /// An empty type.
    #[must_use]
    pub fn new(kind: TypeKind, description: Text) -> Self {
        Self {
            kind,
            description,
            fields: Vec::new(),
            values: Vec::new(),
            members: Vec::new(),
            implements: Vec::new(),
            open: false,
            alias: None,
        }
    }
}

/// What a type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// Object.
    Object,
    /// Input object.
    Input,
    /// Enumeration.
    Enum,
    /// Union.
    Union,
    /// Interface.
    Interface,
    /// Scalar or another name for a shape.
    Scalar,
}

impl TypeKind {
    /// Key of the words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Object => "kind_object",
            Self::Input => "kind_input",
            Self::Enum => "kind_enum",
            Self::Union => "kind_union",
            Self::Interface => "kind_interface",
            Self::Scalar => "kind_scalar",
        }
    }
}

/// A value of an enumeration.
#[derive(Clone, Debug)]
pub struct EnumValue {
    /// Value.
    pub name: String,
    /// Meaning.
    pub description: Text,
    /// Set if it should not be used any more.
    pub deprecated: Option<Deprecated>,
}

impl Shape {
    /// A scalar without limits.
    #[must_use]
    pub fn scalar(name: &str) -> Self {
        Self::Scalar(name.to_owned(), Box::default())
    }

    /// The shape as text; of GraphQL in its notation.
    #[must_use]
    pub fn text(&self, kind: Kind) -> String {
        self.pieces(kind)
            .into_iter()
            .map(|(text, _)| text)
            .collect()
    }

    /// The text in pieces, true where a piece is the name of a type.
    #[must_use]
    pub fn pieces(&self, kind: Kind) -> Vec<(String, bool)> {
        let mut pieces = Vec::new();
        self.spell(kind, &mut pieces);
        pieces
    }

    fn spell(&self, kind: Kind, pieces: &mut Vec<(String, bool)>) {
        let plain = |text: &str| (text.to_owned(), false);
        let graphql = kind == Kind::Graphql;
        let mut bang = graphql;
        match self {
            Self::Any => pieces.push(plain("any")),
            Self::Named(name) => pieces.push((name.clone(), true)),
            Self::Scalar(name, limits) => pieces.push(plain(&spelled(name, limits))),
            Self::List(inner) => {
                pieces.push(plain(if graphql { "[" } else { "" }));
                inner.spell(kind, pieces);
                pieces.push(plain(if graphql { "]" } else { "[]" }));
            }
            Self::Object(fields, _) => {
                pieces.push(plain("{ "));
                for (at, field) in fields.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    let mark = if field.required { "" } else { "?" };
                    pieces.push((format!("{comma}{}{mark}: ", field.name), false));
                    field.shape.spell(kind, pieces);
                }
                pieces.push(plain(" }"));
            }
            Self::OneOf(shapes) => {
                for (at, shape) in shapes.iter().enumerate() {
                    pieces.push(plain(if at == 0 { "" } else { " | " }));
                    shape.spell(kind, pieces);
                }
            }
            Self::Nullable(inner) => {
                bang = false;
                inner.spell(kind, pieces);
                if graphql {
                    // The inner shape has put its mark; a nullable one has none.
                    if pieces.last().is_some_and(|(text, _)| text == "!") {
                        pieces.pop();
                    }
                } else {
                    pieces.push(plain(" | null"));
                }
            }
        }
        if bang {
            pieces.push(plain("!"));
        }
    }

    /// Names of the types that it mentions.
    pub fn names<'a>(&'a self, found: &mut BTreeSet<&'a str>) {
        match self {
            Self::Any | Self::Scalar(..) => {}
            Self::Named(name) => {
                found.insert(name);
            }
            Self::List(inner) | Self::Nullable(inner) => inner.names(found),
            Self::Object(fields, _) => fields.iter().for_each(|field| field.shape.names(found)),
            Self::OneOf(shapes) => shapes.iter().for_each(|shape| shape.names(found)),
        }
    }
}

fn spelled(name: &str, limits: &Limits) -> String {
    let mut notes = Vec::new();
    if !limits.format.is_empty() {
        notes.push(limits.format.clone());
    }
    if !limits.pattern.is_empty() {
        notes.push(format!("/{}/", limits.pattern));
    }
    match limits.range {
        (Some(least), Some(most)) => notes.push(format!("{least}–{most}")),
        (Some(least), None) => notes.push(format!("≥ {least}")),
        (None, Some(most)) => notes.push(format!("≤ {most}")),
        (None, None) => {}
    }
    match limits.length {
        (Some(least), Some(most)) => notes.push(format!("{least}–{most} chars")),
        (Some(least), None) => notes.push(format!("≥ {least} chars")),
        (None, Some(most)) => notes.push(format!("≤ {most} chars")),
        (None, None) => {}
    }
    if !limits.values.is_empty() {
        let values: Vec<String> = limits.values.iter().map(ToString::to_string).collect();
        notes.push(values.join(" | "));
    }
    if notes.is_empty() {
        name.to_owned()
    } else {
        format!("{name} ({})", notes.join(", "))
    }
}

impl TypeDef {
    /// Names of the types that it mentions.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for field in &self.fields {
            field.shape.names(&mut found);
            field
                .arguments
                .iter()
                .for_each(|argument| argument.shape.names(&mut found));
        }
        self.members
            .iter()
            .chain(&self.alias)
            .for_each(|shape| shape.names(&mut found));
        found.extend(self.implements.iter().map(String::as_str));
        found
    }
}
