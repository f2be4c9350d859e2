//! The queries against the schema of the product: fields, arguments, words; and the fixtures against the queries.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use async_graphql_parser::{
    parse_query, parse_schema,
    types::{
        BaseType, ExecutableDocument, InputValueDefinition, OperationDefinition, Selection,
        SelectionSet, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
    },
};
use async_graphql_value::Value;
use serde_json::Value as Json;
use site_gen::{
    audience::Audience,
    markdown::Lang,
    read::{QUERIES, Query},
    words,
};

struct Schema(BTreeMap<String, TypeDefinition>);

fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => base(inner),
    }
}

/// One walk of a document: what is wrong with it, and the words of the enums that it selects.
struct Walk<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    problems: Vec<String>,
    enums: BTreeSet<String>,
}

impl Schema {
    fn read() -> Schema {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src/schema.graphql");
        let text = fs::read_to_string(path).expect("the schema");
        let document = parse_schema(text).expect("a schema");
        let types = document
            .definitions
            .into_iter()
            .filter_map(|one| match one {
                TypeSystemDefinition::Type(one) => Some((one.node.name.node.to_string(), one.node)),
                _ => None,
            });
        Schema(types.collect())
    }

    fn field(&self, on: &str, name: &str) -> Option<(&Type, Vec<&InputValueDefinition>)> {
        let fields = match &self.0.get(on)?.kind {
            TypeKind::Object(object) => &object.fields,
            TypeKind::Interface(interface) => &interface.fields,
            _ => return None,
        };
        let field = fields.iter().find(|field| field.node.name.node == name)?;
        let arguments = field.node.arguments.iter().map(|one| &one.node).collect();
        Some((&field.node.ty.node, arguments))
    }

    fn words(&self, name: &str) -> Option<Vec<&str>> {
        match &self.0.get(name)?.kind {
            TypeKind::Enum(one) => {
                let values = one.values.iter();
                Some(values.map(|value| value.node.value.node.as_str()).collect())
            }
            _ => None,
        }
    }

    fn is_leaf(&self, name: &str) -> bool {
        !matches!(
            self.0.get(name).map(|one| &one.kind),
            Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_))
        )
    }
}

impl Walk<'_> {
    fn value(&mut self, value: &Value, ty: &Type, at: &str) {
        match value {
            Value::Variable(name) => {
                let declared = self
                    .operation
                    .variable_definitions
                    .iter()
                    .find(|one| one.node.name.node == *name)
                    .map(|one| one.node.var_type.node.clone());
                let fits = declared.is_some_and(|declared| {
                    declared.base == ty.base && (ty.nullable || !declared.nullable)
                });
                if !fits {
                    self.problems
                        .push(format!("{at}: variable ${name} does not fit"));
                }
            }
            Value::Null if ty.nullable => {}
            Value::List(items) => match &ty.base {
                BaseType::List(inner) => items.iter().for_each(|item| self.value(item, inner, at)),
                BaseType::Named(_) => self.problems.push(format!("{at}: a list is not expected")),
            },
            Value::Enum(word) => match self.schema.words(base(ty)) {
                Some(words) if words.contains(&word.as_str()) => {}
                _ => self
                    .problems
                    .push(format!("{at}: `{word}` is no word of {}", base(ty))),
            },
            Value::Object(fields) => {
                let Some(TypeKind::InputObject(input)) =
                    self.schema.0.get(base(ty)).map(|one| &one.kind)
                else {
                    self.problems
                        .push(format!("{at}: an object is not expected"));
                    return;
                };
                for (name, value) in fields {
                    match input.fields.iter().find(|one| one.node.name.node == *name) {
                        Some(one) => self.value(value, &one.node.ty.node, at),
                        None => self.problems.push(format!("{at}: no input `{name}`")),
                    }
                }
            }
            Value::Number(_) if matches!(base(ty), "Int" | "Float" | "Long") => {}
            Value::String(_) if matches!(base(ty), "String" | "ID") => {}
            Value::Boolean(_) if base(ty) == "Boolean" => {}
            _ => self
                .problems
                .push(format!("{at}: the value does not fit {ty}")),
        }
    }

    fn set(&mut self, set: &SelectionSet, on: &str) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let at = format!("{on}.{}", field.name.node);
                    let Some((ty, arguments)) = self.schema.field(on, &field.name.node) else {
                        self.problems.push(format!("no field {at}"));
                        continue;
                    };
                    for (name, value) in &field.arguments {
                        match arguments.iter().find(|one| one.name.node == name.node) {
                            Some(one) => self.value(&value.node, &one.ty.node, &at),
                            None => self
                                .problems
                                .push(format!("{at}: no argument `{}`", name.node)),
                        }
                    }
                    for one in arguments {
                        let given = field
                            .arguments
                            .iter()
                            .any(|(name, _)| name.node == one.name.node);
                        if !one.ty.node.nullable && one.default_value.is_none() && !given {
                            self.problems
                                .push(format!("{at}: `{}` is missing", one.name.node));
                        }
                    }
                    let inner = &field.selection_set.node;
                    if self.schema.is_leaf(base(ty)) == inner.items.is_empty() {
                        if self.schema.words(base(ty)).is_some() {
                            self.enums.insert(base(ty).to_owned());
                        }
                        self.set(inner, base(ty));
                    } else {
                        self.problems.push(format!("{at}: wrong selection"));
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    match self.document.fragments.get(name) {
                        Some(fragment) if fragment.node.type_condition.node.on.node == on => {
                            let set = fragment.node.selection_set.node.clone();
                            self.set(&set, on);
                        }
                        _ => self
                            .problems
                            .push(format!("fragment {name} does not fit {on}")),
                    }
                }
                Selection::InlineFragment(_) => self.problems.push("an inline fragment".to_owned()),
            }
        }
    }
}

fn operation(document: &ExecutableDocument) -> &OperationDefinition {
    let (_, operation) = document.operations.iter().next().expect("an operation");
    assert_eq!(document.operations.iter().count(), 1);
    &operation.node
}

/// What is wrong with a document, and the enums that it selects.
fn judge(schema: &Schema, text: &str) -> (Vec<String>, BTreeSet<String>) {
    let document = parse_query(text).expect("a query");
    let operation = operation(&document);
    let mut walk = Walk {
        schema,
        document: &document,
        operation,
        problems: Vec::new(),
        enums: BTreeSet::new(),
    };
    walk.set(&operation.selection_set.node, "Query");
    (walk.problems, walk.enums)
}

#[test]
fn sg_src_2_every_query_fits_the_schema() {
    let schema = Schema::read();
    let mut known = BTreeSet::new();
    for query in QUERIES {
        let (problems, _) = judge(&schema, query.text);
        assert!(problems.is_empty(), "{}: {problems:?}", query.name);
        known.insert(format!("{}.graphql", query.name));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries");
    for entry in fs::read_dir(folder).expect("the queries") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy();
        assert!(known.contains(name.as_ref()), "{name} is asked by nobody");
    }
    // The judge sees each kind of fault.
    for (text, words) in [
        ("{ portal { revisions } }", "no field Portal.revisions"),
        ("{ portal }", "wrong selection"),
        ("{ portal { revision { x } } }", "wrong selection"),
        (
            "{ maintenanceWindows(weeks: 1) { id } }",
            "no argument `weeks`",
        ),
        ("{ maintenanceWindows(days: \"x\") { id } }", "does not fit"),
        (
            "{ articles(filter: { state: [OLD] }) { nodes { id } } }",
            "`OLD` is no word",
        ),
        (
            "{ articles(filter: { age: 1 }) { nodes { id } } }",
            "no input `age`",
        ),
        ("{ inspection { id } }", "`id` is missing"),
        (
            "query A($id: String!) { inspection(id: $id) { id } }",
            "$id does not fit",
        ),
        (
            "query A($id: ID) { inspection(id: $id) { id } }",
            "$id does not fit",
        ),
    ] {
        let (problems, _) = judge(&schema, text);
        assert!(
            problems.iter().any(|problem| problem.contains(words)),
            "{text}: {problems:?}"
        );
    }
}

/// SG-I18N-1: a word of the schema that pages may print has both languages.
#[test]
fn sg_i18n_1_every_word_that_is_asked_for_is_known() {
    let schema = Schema::read();
    for query in QUERIES {
        for name in judge(&schema, query.text).1 {
            // How the language of a text is called is not printed; drafts of reports and articles are on no root.
            if matches!(name.as_str(), "Language" | "ReportState" | "Audience") {
                continue;
            }
            for word in schema.words(&name).expect("an enum") {
                let code = match name.as_str() {
                    "TargetSource" => format!("TARGET_{word}"),
                    _ => word.to_owned(),
                };
                assert!(
                    words::word(&code, Lang::Zh).is_ok(),
                    "{name}.{word} has no word"
                );
            }
        }
    }
}

/// No root has a place for a person: nothing that is asked leads to one.
#[test]
fn sg_aud_3_no_query_asks_for_people() {
    for query in QUERIES {
        for word in [
            "Person", "person", "By ", "By{", "fullName", "phone", "email", "author", "approver",
        ] {
            assert!(!query.text.contains(word), "{} asks for {word}", query.name);
        }
    }
}

/// Whether an answer has exactly what was asked, in the types of the schema.
fn compare(walk: &Walk<'_>, set: &SelectionSet, on: &str, answer: &Json, at: &str) {
    let Json::Object(map) = answer else {
        panic!("{at} is no object");
    };
    let mut asked = BTreeSet::new();
    flat(walk, set, &mut |name, field, inner| {
        asked.insert(name.to_owned());
        let at = format!("{at}.{name}");
        let (ty, _) = walk.schema.field(on, field).expect("a field");
        let value = map.get(name).unwrap_or_else(|| panic!("{at} is missing"));
        one(walk, ty, inner, value, &at);
    });
    for name in map.keys() {
        assert!(asked.contains(name), "{at}.{name} is not asked for");
    }
}

fn flat(walk: &Walk<'_>, set: &SelectionSet, each: &mut dyn FnMut(&str, &str, &SelectionSet)) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let field = &field.node;
                let name = field.alias.as_ref().unwrap_or(&field.name);
                each(&name.node, &field.name.node, &field.selection_set.node);
            }
            Selection::FragmentSpread(spread) => {
                let fragment = &walk.document.fragments[&spread.node.fragment_name.node];
                flat(walk, &fragment.node.selection_set.node, each);
            }
            Selection::InlineFragment(_) => {}
        }
    }
}

fn one(walk: &Walk<'_>, ty: &Type, set: &SelectionSet, value: &Json, at: &str) {
    if value.is_null() {
        assert!(ty.nullable, "{at} is null");
        return;
    }
    match &ty.base {
        BaseType::List(inner) => {
            let items = value
                .as_array()
                .unwrap_or_else(|| panic!("{at} is no list"));
            for item in items {
                one(walk, inner, set, item, at);
            }
        }
        BaseType::Named(name) => match name.as_str() {
            "Int" | "Long" => assert!(value.is_i64(), "{at} is no number"),
            "Boolean" => assert!(value.is_boolean(), "{at} is no truth value"),
            name => match walk.schema.words(name) {
                Some(words) => {
                    let word = value.as_str().unwrap_or_default();
                    assert!(words.contains(&word), "{at}: {word} is no word of {name}");
                }
                None if walk.schema.is_leaf(name) => assert!(value.is_string(), "{at} is no text"),
                None => compare(walk, set, name, value, at),
            },
        },
    }
}

fn answers(schema: &Schema, query: &Query, document: &Json) -> usize {
    let parsed = parse_query(query.text).expect("a query");
    let operation = operation(&parsed);
    let walk = Walk {
        schema,
        document: &parsed,
        operation,
        problems: Vec::new(),
        enums: BTreeSet::new(),
    };
    let mut count = 0;
    for (key, answer) in document["answers"].as_object().expect("answers") {
        if key.split(' ').next() == Some(query.name) {
            let set = &operation.selection_set.node;
            compare(&walk, set, "Query", &answer["data"], query.name);
            count += 1;
        }
    }
    count
}

#[test]
fn sg_src_1_the_fixtures_answer_what_is_asked() {
    let schema = Schema::read();
    for (case, whole) in [
        ("staff", None),
        ("it", Some(Audience::It)),
        ("mgmt", Some(Audience::Mgmt)),
        ("bad-link", None),
    ] {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/{case}/portal.json"));
        let text = fs::read_to_string(path).expect("a fixture");
        let document: Json = serde_json::from_str(&text).expect("JSON");
        for query in QUERIES {
            let count = answers(&schema, query, &document);
            assert!(
                count > 0 || !whole.is_some_and(|own| query.audiences.contains(&own)),
                "{case} does not answer {}",
                query.name
            );
        }
    }
}
