//! The schema as the generated tests see it: read from the SDL that the server prints.
//!
//! Operations that do not exist yet are in the tests on the day they are in the SDL. Nothing here
//! knows an operation by its name.

use std::collections::BTreeMap;

use async_graphql_parser::parse_schema;
use async_graphql_parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind, TypeSystemDefinition,
};
use entity::rules::access::Permission;

/// An argument or a field of an input object.
#[derive(Clone, Debug)]
pub struct Input {
    /// Name.
    pub name: String,
    /// Declared type.
    pub ty: Type,
    /// Whether it may be left out.
    pub optional: bool,
}

/// A field of an object or interface.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Description in both languages.
    pub description: String,
    /// Arguments.
    pub arguments: Vec<Input>,
    /// Declared type.
    pub ty: Type,
}

/// A type by its kind.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Scalar.
    Scalar,
    /// Object, with the interfaces that it implements.
    Object(Vec<String>),
    /// Interface.
    Interface,
    /// Union of these objects.
    Union(Vec<String>),
    /// Enum with these words.
    Enum(Vec<String>),
    /// Input object; true for exactly one member.
    Input(Vec<Input>, bool),
}

/// A type of the schema.
#[derive(Clone, Debug)]
pub struct Def {
    /// What it is.
    pub kind: Kind,
    /// Fields of an object or interface.
    pub fields: Vec<Field>,
}

/// The schema.
#[derive(Clone, Debug)]
pub struct Sdl {
    /// Every type by name.
    pub types: BTreeMap<String, Def>,
}

/// Name at the core of a type.
#[must_use]
pub fn core(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => core(inner),
    }
}

/// Permissions that a description names, `Permission WORD.` or `Permission WORD or WORD.`; both languages must agree.
#[must_use]
pub fn permissions(description: &str) -> Vec<Permission> {
    let words = |mark: &str| -> Vec<String> {
        let Some((_, tail)) = description.rsplit_once(mark) else {
            return Vec::new();
        };
        let sentence = tail.split(['.', '。', '\n']).next().unwrap_or_default();
        sentence
            .split(|c: char| !(c.is_ascii_uppercase() || c == '_'))
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (zh, en) = (words("权限 "), words("Permission "));
    assert_eq!(zh, en, "two languages, two permissions: {description}");
    en.iter()
        .map(|word| {
            let known = Permission::ALL.iter().find(|known| known.word() == *word);
            *known.unwrap_or_else(|| panic!("no such permission: {description}"))
        })
        .collect()
}

fn inputs(list: &[async_graphql_parser::Positioned<InputValueDefinition>]) -> Vec<Input> {
    list.iter()
        .map(|input| Input {
            name: input.node.name.node.to_string(),
            ty: input.node.ty.node.clone(),
            optional: input.node.ty.node.nullable || input.node.default_value.is_some(),
        })
        .collect()
}

fn fields(list: &[async_graphql_parser::Positioned<FieldDefinition>]) -> Vec<Field> {
    list.iter()
        .map(|field| Field {
            name: field.node.name.node.to_string(),
            description: field
                .node
                .description
                .as_ref()
                .map(|text| text.node.clone())
                .unwrap_or_default(),
            arguments: inputs(&field.node.arguments),
            ty: field.node.ty.node.clone(),
        })
        .collect()
}

impl Sdl {
    /// The schema of this server.
    #[must_use]
    pub fn of_the_server() -> Self {
        Self::read(&api::graphql::sdl())
    }

    /// Reads an SDL.
    #[must_use]
    pub fn read(sdl: &str) -> Self {
        let document = parse_schema(sdl).expect("an SDL");
        let mut types = BTreeMap::new();
        for name in ["Int", "Float", "String", "Boolean", "ID"] {
            let kind = Kind::Scalar;
            types.insert(
                name.to_owned(),
                Def {
                    kind,
                    fields: Vec::new(),
                },
            );
        }
        for definition in document.definitions {
            let TypeSystemDefinition::Type(ty) = definition else {
                continue;
            };
            let one_of = ty
                .node
                .directives
                .iter()
                .any(|d| d.node.name.node == "oneOf");
            let names = |list: &[async_graphql_parser::Positioned<async_graphql_value::Name>]| {
                list.iter().map(|name| name.node.to_string()).collect()
            };
            let (kind, fields) = match &ty.node.kind {
                TypeKind::Scalar => (Kind::Scalar, Vec::new()),
                TypeKind::Object(object) => (
                    Kind::Object(names(&object.implements)),
                    fields(&object.fields),
                ),
                TypeKind::Interface(interface) => (Kind::Interface, fields(&interface.fields)),
                TypeKind::Union(union) => (Kind::Union(names(&union.members)), Vec::new()),
                TypeKind::Enum(words) => {
                    let words = words.values.iter().map(|v| v.node.value.node.to_string());
                    (Kind::Enum(words.collect()), Vec::new())
                }
                TypeKind::InputObject(input) => {
                    (Kind::Input(inputs(&input.fields), one_of), Vec::new())
                }
            };
            types.insert(ty.node.name.node.to_string(), Def { kind, fields });
        }
        Self { types }
    }

    /// A type by name.
    #[must_use]
    pub fn get(&self, name: &str) -> &Def {
        self.types
            .get(name)
            .unwrap_or_else(|| panic!("no type {name}"))
    }

    /// Root fields that read.
    #[must_use]
    pub fn queries(&self) -> &[Field] {
        &self.get("Query").fields
    }

    /// Root fields that write.
    #[must_use]
    pub fn mutations(&self) -> &[Field] {
        &self.get("Mutation").fields
    }

    /// Whether a type has no fields to select.
    #[must_use]
    pub fn is_leaf(&self, name: &str) -> bool {
        matches!(self.get(name).kind, Kind::Scalar | Kind::Enum(_))
    }

    /// The objects that a value of this type can be.
    #[must_use]
    pub fn objects(&self, name: &str) -> Vec<String> {
        match &self.get(name).kind {
            Kind::Union(members) => members.clone(),
            Kind::Interface => self
                .types
                .iter()
                .filter(|(_, def)| matches!(&def.kind, Kind::Object(all) if all.iter().any(|one| one == name)))
                .map(|(name, _)| name.clone())
                .collect(),
            _ => vec![name.to_owned()],
        }
    }

    /// Every place for a scalar in these arguments, inputs opened.
    #[must_use]
    pub fn places(&self, arguments: &[Input]) -> Vec<Place> {
        let mut found = Vec::new();
        for argument in arguments {
            self.places_of(argument, Vec::new(), "", false, &mut found);
        }
        found
    }

    fn places_of(
        &self,
        input: &Input,
        mut path: Vec<String>,
        parent: &str,
        alone: bool,
        found: &mut Vec<Place>,
    ) {
        path.push(input.name.clone());
        let name = core(&input.ty);
        match &self.get(name).kind {
            Kind::Scalar => found.push(Place {
                prefix: prefix_of(&input.name, parent),
                scalar: name.to_owned(),
                alone,
                path,
            }),
            Kind::Input(fields, one_of) if path.len() < 6 => {
                for field in fields {
                    self.places_of(field, path.clone(), name, *one_of, found);
                }
            }
            _ => {}
        }
    }
}

/// A place in the arguments of a field where a scalar fits.
#[derive(Clone, Debug)]
pub struct Place {
    /// Names from the argument inward.
    pub path: Vec<String>,
    /// The scalar.
    pub scalar: String,
    /// Whether nothing may stand beside it (`@oneOf`).
    pub alone: bool,
    /// For ids: prefix of the ids that belong there.
    pub prefix: &'static str,
}

/// The prefix of the ids that a place wants, by its name (`ticketId`, `contractIds`), else by the name of the input
/// around it, else that of a person, because whoever is named otherwise (`assigneeId`) is one.
#[must_use]
pub fn prefix_of(name: &str, parent: &str) -> &'static str {
    let stem = name.trim_end_matches('s').trim_end_matches("Id");
    let wanted = format!("{stem}id").to_lowercase();
    let exact = entity::ids::PREFIXES
        .iter()
        .find(|(_, ty)| ty.to_lowercase() == wanted);
    if let Some((prefix, _)) = exact {
        return prefix;
    }
    match name {
        "id" | "ids" => {}
        "recurrenceOf" | "subjectId" => return "tkt",
        "taskId" => return "rtk",
        "originalId" => return "art",
        "clearedFileIds" => return "att",
        "evidenceIds" => return "att",
        _ => return "psn",
    }
    let parent = parent.to_lowercase();
    let around = entity::ids::PREFIXES
        .iter()
        .filter(|(_, ty)| parent.contains(&ty.to_lowercase().replace("id", "")))
        .max_by_key(|(_, ty)| ty.len());
    around.map_or("tkt", |(prefix, _)| prefix)
}
