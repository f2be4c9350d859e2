//! An example of GraphQL held against the schema.

use async_graphql_parser::types::{
    DocumentOperations, ExecutableDocument, Selection, SelectionSet,
};
use serde_json::{Map, Value};

use super::super::fit::fits;
use super::super::model::{Api, Field, Operation, Shape, TypeKind};
use crate::docs::Text;

/// Checks an example: the document against the schema, variables against arguments, the answer against the selection.
pub(super) fn check(
    api: &Api,
    operation: Option<&Operation>,
    document: &str,
    variables: &Value,
    response: &Value,
) -> Vec<String> {
    let parsed = match async_graphql_parser::parse_query(document) {
        Ok(parsed) => parsed,
        Err(error) => return vec![error.to_string()],
    };
    let mut problems = Vec::new();
    let DocumentOperations::Single(single) = &parsed.operations else {
        let named: Vec<_> = parsed.operations.iter().collect();
        return match named.as_slice() {
            [(_, one)] => checked(api, operation, &parsed, &one.node, variables, response),
            _ => vec!["must have one operation".to_owned()],
        };
    };
    problems.extend(checked(
        api,
        operation,
        &parsed,
        &single.node,
        variables,
        response,
    ));
    problems
}

fn checked(
    api: &Api,
    operation: Option<&Operation>,
    document: &ExecutableDocument,
    parsed: &async_graphql_parser::types::OperationDefinition,
    variables: &Value,
    response: &Value,
) -> Vec<String> {
    let mut problems = Vec::new();
    for definition in &parsed.variable_definitions {
        let name = definition.node.name.node.as_str();
        let parsed = &definition.node.var_type.node;
        let given = variables.get(name);
        if given.is_none() && !parsed.nullable && definition.node.default_value.is_none() {
            problems.push(format!("variable {name} is missing"));
        }
    }
    let declared = |name: &str| {
        parsed
            .variable_definitions
            .iter()
            .any(|one| one.node.name.node == name)
    };
    for name in variables
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .filter(|name| !declared(name))
    {
        problems.push(format!("variable {name} is not declared"));
    }
    let root: Vec<Field> = api
        .operations
        .iter()
        .filter(|one| one.method == parsed.ty.to_string())
        .filter_map(|one| {
            Some(Field {
                name: one.name.clone(),
                place: String::new(),
                shape: one.responses.first()?.shape.clone()?,
                required: false,
                default: None,
                description: Text::default(),
                deprecated: None,
                arguments: one.parameters.clone(),
            })
        })
        .collect();
    let mut walk = Walk {
        api,
        document,
        variables,
        problems,
        depth: 0,
    };
    walk.set(
        &parsed.selection_set.node,
        &root,
        "root",
        response.get("data"),
        "$.data",
    );
    problems = walk.problems;
    let calls = |selection: &Selection| match selection {
        Selection::Field(field) => {
            operation.is_none_or(|one| field.node.name.node == one.name.as_str())
        }
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => false,
    };
    if !parsed
        .selection_set
        .node
        .items
        .iter()
        .any(|one| calls(&one.node))
    {
        problems.push("does not call the operation".to_owned());
    }
    problems
}

struct Walk<'a> {
    api: &'a Api,
    document: &'a ExecutableDocument,
    variables: &'a Value,
    problems: Vec<String>,
    depth: usize,
}

impl Walk<'_> {
    fn set(
        &mut self,
        set: &SelectionSet,
        fields: &[Field],
        owner: &str,
        value: Option<&Value>,
        path: &str,
    ) {
        if self.depth > 30 {
            self.problems.push(format!("{path}: nested too deeply"));
            return;
        }
        self.depth += 1;
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => self.field(&field.node, fields, owner, value, path),
                Selection::InlineFragment(fragment) => {
                    let on = fragment
                        .node
                        .type_condition
                        .as_ref()
                        .map(|one| one.node.on.node.to_string());
                    self.fragment(
                        on.as_deref().unwrap_or(owner),
                        &fragment.node.selection_set.node,
                        path,
                    );
                }
                Selection::FragmentSpread(spread) => {
                    let document = self.document;
                    match document.fragments.get(&spread.node.fragment_name.node) {
                        Some(fragment) => self.fragment(
                            fragment.node.type_condition.node.on.node.as_str(),
                            &fragment.node.selection_set.node,
                            path,
                        ),
                        None => self.problems.push(format!(
                            "{path}: unknown fragment {}",
                            spread.node.fragment_name.node
                        )),
                    }
                }
            }
        }
        self.depth -= 1;
    }

    /// Whether the answer is of this type is not known here, so only the selection is checked.
    fn fragment(&mut self, on: &str, set: &SelectionSet, path: &str) {
        let api = self.api;
        match api.types.get(on) {
            Some(def) => self.set(set, &def.fields, on, None, path),
            None => self.problems.push(format!("{path}: unknown type {on}")),
        }
    }

    fn field(
        &mut self,
        field: &async_graphql_parser::types::Field,
        fields: &[Field],
        owner: &str,
        value: Option<&Value>,
        path: &str,
    ) {
        let name = field.name.node.as_str();
        if name == "__typename" {
            return;
        }
        let key = field
            .alias
            .as_ref()
            .map_or(name, |alias| alias.node.as_str());
        let path = format!("{path}.{key}");
        let Some(known) = fields.iter().find(|one| one.name == name) else {
            self.problems
                .push(format!("{path}: {owner} has no field {name}"));
            return;
        };
        self.arguments(field, known, &path);
        let inner = value.and_then(|value| value.get(key));
        if value.is_some_and(|value| value.is_object() && inner.is_none()) {
            self.problems
                .push(format!("{path}: is missing in the answer"));
        }
        self.value(&known.shape, &field.selection_set.node, inner, &path);
    }

    fn arguments(&mut self, field: &async_graphql_parser::types::Field, known: &Field, path: &str) {
        for (name, value) in &field.arguments {
            let Some(argument) = known
                .arguments
                .iter()
                .find(|one| one.name == name.node.as_str())
            else {
                self.problems
                    .push(format!("{path}: no argument {}", name.node));
                continue;
            };
            // A literal is checked by its own text; a variable by its value.
            let variables = self.variables;
            let literal = value.node.clone().into_const_with(|name| {
                let value = variables.get(name.as_str()).cloned().unwrap_or(Value::Null);
                async_graphql_value::ConstValue::from_json(value)
            });
            if let Some(json) = literal.ok().and_then(|value| value.into_json().ok()) {
                let found = fits(&json, &argument.shape, &self.api.types);
                self.problems.extend(
                    found
                        .into_iter()
                        .map(|text| format!("{path}({}): {text}", name.node)),
                );
            }
        }
        for argument in known.arguments.iter().filter(|one| one.required) {
            if !field
                .arguments
                .iter()
                .any(|(name, _)| name.node == argument.name.as_str())
            {
                self.problems
                    .push(format!("{path}: argument {} is missing", argument.name));
            }
        }
    }

    fn value(&mut self, shape: &Shape, set: &SelectionSet, value: Option<&Value>, path: &str) {
        let api = self.api;
        match shape {
            Shape::Nullable(inner) => {
                self.value(inner, set, value.filter(|value| !value.is_null()), path)
            }
            Shape::List(inner) => match value {
                Some(Value::Array(items)) if !items.is_empty() => {
                    for (at, item) in items.iter().enumerate() {
                        self.value(inner, set, Some(item), &format!("{path}[{at}]"));
                    }
                }
                Some(Value::Array(_)) | None => self.value(inner, set, None, path),
                Some(_) => self.problems.push(format!("{path}: no list")),
            },
            Shape::Named(name) => match api.types.get(name) {
                Some(def)
                    if matches!(
                        def.kind,
                        TypeKind::Object | TypeKind::Interface | TypeKind::Union
                    ) =>
                {
                    if set.items.is_empty() {
                        self.problems.push(format!("{path}: needs a selection"));
                    }
                    if value.is_some_and(|value| !value.is_object()) {
                        self.problems.push(format!("{path}: no object"));
                    }
                    self.set(set, &def.fields, name, value, path);
                }
                _ => self.leaf(shape, set, value, path),
            },
            Shape::Any | Shape::Scalar(..) | Shape::Object(..) | Shape::OneOf(_) => {
                self.leaf(shape, set, value, path)
            }
        }
    }

    fn leaf(&mut self, shape: &Shape, set: &SelectionSet, value: Option<&Value>, path: &str) {
        if !set.items.is_empty() {
            self.problems
                .push(format!("{path}: a scalar has no selection"));
        }
        if let Some(value) = value {
            let found = fits(value, shape, &self.api.types);
            self.problems
                .extend(found.into_iter().map(|text| format!("{path} {text}")));
        }
    }
}
