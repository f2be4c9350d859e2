//! What the checks before execution know of the schema, read once from its SDL.
//!
//! The engine keeps its registry to itself; the SDL says the same, and the cost model (G35) and the coercion of
//! variables (G10) need no more. Introspection types are not in it.

use std::collections::{HashMap, HashSet};

use async_graphql_parser::Positioned;
use async_graphql_parser::{
    parse_schema,
    types::{
        BaseType, ConstDirective, FieldDefinition, InputValueDefinition, Type, TypeKind,
        TypeSystemDefinition,
    },
};
use async_graphql_value::ConstValue;

use crate::error::Error;

/// Page size when a connection is asked for without one (G16).
pub const DEFAULT_PAGE: u64 = 25;

/// Names that the cost model treats in their own way.
#[derive(Debug, Clone, Copy)]
pub struct Marks {
    /// Root mutations that try a password or a second factor.
    pub auth_fields: &'static [&'static str],
    /// Object types that stand for a stored file.
    pub file_types: &'static [&'static str],
}

impl Default for Marks {
    fn default() -> Self {
        Self {
            auth_fields: &["login"],
            file_types: &["Attachment"],
        }
    }
}

/// How a field counts (G35).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Scalars and enums, alone or in a list.
    Leaf,
    /// `totalCount` of a connection.
    Count,
    /// One object.
    Object,
    /// A stored file, or a list of them.
    File,
    /// A bounded list of objects: one batched load.
    List,
    /// A page; its default size.
    Connection(u64),
    /// A root mutation.
    Mutation,
    /// A root mutation that tries a password or a second factor.
    Auth,
}

/// An argument or input field.
#[derive(Debug, Clone)]
pub struct Input {
    /// Declared type.
    pub ty: Type,
    /// Whether it has a default.
    pub has_default: bool,
}

/// A field of an object or interface.
#[derive(Debug, Clone)]
pub struct Field {
    /// Name of the type without lists and non-null marks.
    pub named: String,
    /// How it counts.
    pub weight: Weight,
    /// Its arguments.
    pub arguments: HashMap<String, Input>,
}

/// An input object.
#[derive(Debug, Clone)]
pub struct InputObject {
    /// Its fields.
    pub fields: HashMap<String, Input>,
    /// Exactly one member must be given.
    pub one_of: bool,
}

/// The schema as the checks see it.
#[derive(Debug)]
pub struct Types {
    objects: HashMap<String, HashMap<String, Field>>,
    inputs: HashMap<String, InputObject>,
    enums: HashMap<String, HashSet<String>>,
    scalars: HashSet<String>,
    query: String,
    mutation: Option<String>,
}

impl Types {
    /// Reads the SDL of the served schema.
    ///
    /// # Errors
    /// `INTERNAL` if the SDL does not parse.
    pub fn from_sdl(sdl: &str, marks: &Marks) -> Result<Self, Error> {
        let document = parse_schema(sdl).map_err(Error::internal)?;
        let mut types = Self {
            objects: HashMap::new(),
            inputs: HashMap::new(),
            enums: HashMap::new(),
            scalars: ["Int", "Float", "String", "Boolean", "ID"]
                .map(str::to_owned)
                .into(),
            query: "Query".to_owned(),
            mutation: None,
        };
        let mut composites = HashSet::new();
        for definition in &document.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    if let Some(query) = &schema.node.query {
                        types.query = query.node.to_string();
                    }
                    types.mutation = schema
                        .node
                        .mutation
                        .as_ref()
                        .map(|name| name.node.to_string());
                }
                TypeSystemDefinition::Type(ty) => {
                    let name = ty.node.name.node.to_string();
                    match &ty.node.kind {
                        TypeKind::Scalar => drop(types.scalars.insert(name)),
                        TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_) => {
                            composites.insert(name);
                        }
                        TypeKind::Enum(kind) => {
                            let values = kind
                                .values
                                .iter()
                                .map(|value| value.node.value.node.to_string());
                            types.enums.insert(name, values.collect());
                        }
                        TypeKind::InputObject(kind) => {
                            let one_of = has_directive(&ty.node.directives, "oneOf");
                            types.inputs.insert(
                                name,
                                InputObject {
                                    fields: inputs(&kind.fields),
                                    one_of,
                                },
                            );
                        }
                    }
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        for definition in &document.definitions {
            let TypeSystemDefinition::Type(ty) = definition else {
                continue;
            };
            let fields = match &ty.node.kind {
                TypeKind::Object(kind) => &kind.fields,
                TypeKind::Interface(kind) => &kind.fields,
                TypeKind::Scalar
                | TypeKind::Union(_)
                | TypeKind::Enum(_)
                | TypeKind::InputObject(_) => continue,
            };
            let parent = ty.node.name.node.as_str();
            let root = types.mutation.as_deref() == Some(parent);
            let fields = fields
                .iter()
                .map(|field| {
                    (
                        field.node.name.node.to_string(),
                        field_of(&field.node, parent, root, &composites, marks),
                    )
                })
                .collect();
            types.objects.insert(parent.to_owned(), fields);
        }
        Ok(types)
    }

    /// Name of the query root.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// Name of the mutation root.
    pub fn mutation(&self) -> Option<&str> {
        self.mutation.as_deref()
    }

    /// A field; `None` for `__typename`, introspection and unknown names.
    pub fn field(&self, parent: Option<&str>, name: &str) -> Option<&Field> {
        self.objects.get(parent?)?.get(name)
    }

    /// An input object type.
    pub fn input(&self, name: &str) -> Option<&InputObject> {
        self.inputs.get(name)
    }

    /// Values of an enum type.
    pub fn enum_values(&self, name: &str) -> Option<&HashSet<String>> {
        self.enums.get(name)
    }

    /// Whether the name is a scalar.
    pub fn is_scalar(&self, name: &str) -> bool {
        self.scalars.contains(name)
    }
}

/// Whether a type is a Relay connection, by its name.
pub fn is_connection(name: Option<&str>) -> bool {
    name.is_some_and(|name| name.ends_with("Connection"))
}

fn has_directive(directives: &[Positioned<ConstDirective>], name: &str) -> bool {
    directives
        .iter()
        .any(|directive| directive.node.name.node == name)
}

fn inputs(definitions: &[Positioned<InputValueDefinition>]) -> HashMap<String, Input> {
    let input = |definition: &InputValueDefinition| Input {
        ty: definition.ty.node.clone(),
        has_default: definition.default_value.is_some(),
    };
    definitions
        .iter()
        .map(|d| (d.node.name.node.to_string(), input(&d.node)))
        .collect()
}

fn field_of(
    field: &FieldDefinition,
    parent: &str,
    root_mutation: bool,
    composites: &HashSet<String>,
    marks: &Marks,
) -> Field {
    let name = field.name.node.as_str();
    let (named, list) = named_type(&field.ty.node);
    let weight = if root_mutation {
        if marks.auth_fields.contains(&name) {
            Weight::Auth
        } else {
            Weight::Mutation
        }
    } else if marks.file_types.contains(&named) {
        Weight::File
    } else if is_connection(Some(named)) && !list {
        Weight::Connection(default_page(field))
    } else if !composites.contains(named) {
        if name == "totalCount" && is_connection(Some(parent)) {
            Weight::Count
        } else {
            Weight::Leaf
        }
    } else if list {
        Weight::List
    } else {
        Weight::Object
    };
    Field {
        named: named.to_owned(),
        weight,
        arguments: inputs(&field.arguments),
    }
}

fn default_page(field: &FieldDefinition) -> u64 {
    let first = field
        .arguments
        .iter()
        .find(|argument| argument.node.name.node == "first");
    match first
        .and_then(|first| first.node.default_value.as_ref())
        .map(|value| &value.node)
    {
        Some(ConstValue::Number(number)) => number.as_u64().unwrap_or(DEFAULT_PAGE),
        _ => DEFAULT_PAGE,
    }
}

/// The name at the core of a type, and whether a list stands around it.
pub fn named_type(ty: &Type) -> (&str, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.as_str(), false),
        BaseType::List(inner) => (named_type(inner).0, true),
    }
}
