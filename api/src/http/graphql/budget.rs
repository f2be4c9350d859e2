//! Budget of a parsed document: expanded fields, depth, aliases, directives, spreads and cost (G33, G35).
//!
//! Dynamic programming over fragments: each is measured once, relative to itself, so that fragments which spread each
//! other twice cost nothing (M4). Numbers saturate. It does not validate: unknown names are left to the engine.
//! `@skip` and `@include` are ignored, so every figure is an upper bound.

use std::collections::{BTreeMap, HashMap};

use async_graphql_parser::Positioned;
use async_graphql_parser::types::{
    Directive, ExecutableDocument, Field as FieldNode, FragmentDefinition, OperationType,
    Selection, SelectionSet,
};
use async_graphql_value::{Name, Value};
use serde_json::{Map, Value as Json};

use super::types::{Types, Weight, is_connection};
use crate::error::{Code, Error};

/// Figures of a selection set, everything expanded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measure {
    /// Fields.
    pub fields: u64,
    /// Levels of fields.
    pub depth: u64,
    /// Fields with an alias.
    pub aliases: u64,
    /// Fragment spreads.
    pub spreads: u64,
    /// Cost, without the rows of the connection whose selection this is.
    pub cost: u64,
    /// Cost of one row, if this is the selection of a connection.
    pub row: u64,
    /// Fields directly in the set.
    pub top: u64,
    /// `__schema` and `__type` directly in the set.
    pub top_introspection: u64,
    /// `__schema` and `__type` anywhere.
    pub introspection: u64,
    /// Fields that try a password or a second factor.
    pub auth: u64,
}

impl Measure {
    /// Adds what stands beside it.
    fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.depth = self.depth.max(other.depth);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.spreads = self.spreads.saturating_add(other.spreads);
        self.cost = self.cost.saturating_add(other.cost);
        self.row = self.row.saturating_add(other.row);
        self.top = self.top.saturating_add(other.top);
        self.top_introspection = self
            .top_introspection
            .saturating_add(other.top_introspection);
        self.introspection = self.introspection.saturating_add(other.introspection);
        self.auth = self.auth.saturating_add(other.auth);
    }
}

/// Figures of a document.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Each operation by name; the key is empty for an anonymous one.
    pub operations: BTreeMap<String, (OperationKind, Measure)>,
    /// Most directives on one place.
    pub directives_at_once: usize,
    /// Directives as written, in the whole document.
    pub directives: usize,
}

/// Query, mutation or subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// Reads.
    Query,
    /// Writes.
    Mutation,
    /// Streams.
    Subscription,
}

impl Budget {
    /// All operations together: the engine validates every one.
    pub fn total(&self) -> Measure {
        let mut total = Measure::default();
        self.operations
            .values()
            .for_each(|(_, measure)| total.add(*measure));
        total
    }

    /// Whether every operation asks for nothing but `__schema` and `__type`, whatever else is called like them.
    pub fn is_pure_introspection(&self) -> bool {
        let pure = |m: &Measure| m.top_introspection > 0 && m.top == m.top_introspection;
        self.operations
            .values()
            .all(|(kind, measure)| *kind == OperationKind::Query && pure(measure))
    }
}

/// Measures a document.
///
/// `variables` are the raw ones of the request: page sizes come from them; `max_page` caps what a page size can count,
/// because a larger one is refused by the coercion.
///
/// # Errors
/// `GRAPHQL_VALIDATION_FAILED` if fragments form a cycle.
pub fn measure(
    document: &ExecutableDocument,
    types: &Types,
    variables: &Map<String, Json>,
    max_page: u64,
) -> Result<Budget, Error> {
    let mut walk = Walk {
        types,
        variables,
        max_page,
        defaults: HashMap::new(),
        fragments: HashMap::new(),
    };
    let mut budget = Budget::default();
    for (_, operation) in document.operations.iter() {
        for variable in &operation.node.variable_definitions {
            budget.directives_of(&variable.node.directives);
            if let Some(Positioned {
                node: async_graphql_value::ConstValue::Number(number),
                ..
            }) = &variable.node.default_value
            {
                // Two operations may give one variable two defaults: the larger one counts.
                let size = number.as_u64().unwrap_or(u64::MAX);
                let known = walk
                    .defaults
                    .entry(variable.node.name.node.as_str())
                    .or_insert(size);
                *known = (*known).max(size);
            }
        }
    }
    for name in in_order(&document.fragments)? {
        if let Some(fragment) = document.fragments.get(name) {
            budget.directives_of(&fragment.node.directives);
            budget.directives_in(&fragment.node.selection_set.node);
            let on = fragment.node.type_condition.node.on.node.as_str();
            let measure = walk.set(&fragment.node.selection_set.node, Some(on));
            walk.fragments.insert(name, measure);
        }
    }
    for (name, operation) in document.operations.iter() {
        budget.directives_of(&operation.node.directives);
        budget.directives_in(&operation.node.selection_set.node);
        let (kind, root) = match operation.node.ty {
            OperationType::Query => (OperationKind::Query, Some(types.query())),
            OperationType::Mutation => (OperationKind::Mutation, types.mutation()),
            OperationType::Subscription => (OperationKind::Subscription, None),
        };
        let measure = walk.set(&operation.node.selection_set.node, root);
        budget.operations.insert(
            name.map(Name::to_string).unwrap_or_default(),
            (kind, measure),
        );
    }
    Ok(budget)
}

impl Budget {
    fn directives_of(&mut self, directives: &[Positioned<Directive>]) {
        self.directives += directives.len();
        self.directives_at_once = self.directives_at_once.max(directives.len());
    }

    fn directives_in(&mut self, set: &SelectionSet) {
        for selection in &set.items {
            self.directives_of(selection.node.directives());
            match &selection.node {
                Selection::Field(field) => self.directives_in(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => {
                    self.directives_in(&inline.node.selection_set.node)
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }
}

/// Fragments in an order in which each comes after those that it spreads, found without recursion over fragments.
fn in_order(
    fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
) -> Result<Vec<&Name>, Error> {
    let mut waits: HashMap<&Name, usize> = HashMap::new();
    let mut used_by: HashMap<&Name, Vec<&Name>> = HashMap::new();
    for (name, fragment) in fragments {
        let mut spreads = Vec::new();
        spreads_in(&fragment.node.selection_set.node, &mut spreads);
        spreads.retain(|spread| fragments.contains_key(*spread));
        waits.insert(name, spreads.len());
        for spread in spreads {
            used_by.entry(spread).or_default().push(name);
        }
    }
    let mut ready: Vec<&Name> = waits
        .iter()
        .filter(|(_, n)| **n == 0)
        .map(|(name, _)| *name)
        .collect();
    let mut order = Vec::with_capacity(fragments.len());
    while let Some(name) = ready.pop() {
        order.push(name);
        for user in used_by.get(name).into_iter().flatten() {
            if let Some(left) = waits.get_mut(*user) {
                *left -= 1;
                if *left == 0 {
                    ready.push(user);
                }
            }
        }
    }
    if order.len() == fragments.len() {
        Ok(order)
    } else {
        Err(Error::new(Code::GraphqlValidationFailed)
            .detail("片段循环引用", "fragments spread each other in a cycle"))
    }
}

fn spreads_in<'a>(set: &'a SelectionSet, found: &mut Vec<&'a Name>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => spreads_in(&field.node.selection_set.node, found),
            Selection::InlineFragment(inline) => spreads_in(&inline.node.selection_set.node, found),
            Selection::FragmentSpread(spread) => found.push(&spread.node.fragment_name.node),
        }
    }
}

struct Walk<'a> {
    types: &'a Types,
    variables: &'a Map<String, Json>,
    max_page: u64,
    defaults: HashMap<&'a str, u64>,
    fragments: HashMap<&'a Name, Measure>,
}

impl Walk<'_> {
    fn set(&self, set: &SelectionSet, parent: Option<&str>) -> Measure {
        let mut sum = Measure::default();
        for selection in &set.items {
            sum.add(match &selection.node {
                Selection::Field(field) => self.field(&field.node, parent),
                Selection::InlineFragment(inline) => {
                    let on = inline
                        .node
                        .type_condition
                        .as_ref()
                        .map(|on| on.node.on.node.as_str());
                    self.set(&inline.node.selection_set.node, on.or(parent))
                }
                Selection::FragmentSpread(spread) => {
                    let mut measure = self
                        .fragments
                        .get(&spread.node.fragment_name.node)
                        .copied()
                        .unwrap_or_default();
                    measure.spreads = measure.spreads.saturating_add(1);
                    measure
                }
            });
        }
        sum
    }

    fn field(&self, node: &FieldNode, parent: Option<&str>) -> Measure {
        let name = node.name.node.as_str();
        let field = self.types.field(parent, name);
        let inner = self.set(
            &node.selection_set.node,
            field.map(|field| field.named.as_str()),
        );
        let weight = match field {
            Some(field) => field.weight,
            None if node.selection_set.node.items.is_empty() => Weight::Leaf,
            None => Weight::Object,
        };
        let pages = match weight {
            Weight::Connection(default) => self.page(node, default),
            _ => 1,
        };
        let cost = cost_of(weight, inner.cost, inner.row, pages);
        let introspection = u64::from(name == "__schema" || name == "__type");
        let in_row = is_connection(parent) && matches!(name, "nodes" | "edges");
        let mut measure = Measure {
            fields: inner.fields.saturating_add(1),
            depth: inner.depth.saturating_add(1),
            aliases: inner
                .aliases
                .saturating_add(u64::from(node.alias.is_some())),
            cost,
            row: 0,
            top: 1,
            top_introspection: introspection,
            introspection: inner.introspection.saturating_add(introspection),
            auth: inner.auth.saturating_add(u64::from(weight == Weight::Auth)),
            ..inner
        };
        if in_row {
            (measure.cost, measure.row) = (0, row_cost(name, inner.cost));
        }
        measure
    }

    /// The page size asked for, at most `max_page`. Negative and senseless sizes count as the most there is.
    fn page(&self, node: &FieldNode, default: u64) -> u64 {
        let size =
            ["first", "last"]
                .iter()
                .filter_map(|name| match &node.get_argument(name)?.node {
                    Value::Number(number) => Some(number.as_u64().unwrap_or(u64::MAX)),
                    Value::Variable(variable) => match self.variables.get(variable.as_str()) {
                        Some(Json::Number(number)) => Some(number.as_u64().unwrap_or(u64::MAX)),
                        Some(Json::Null) => None,
                        Some(_) => Some(u64::MAX),
                        None => self.defaults.get(variable.as_str()).copied(),
                    },
                    Value::Null => None,
                    _ => Some(u64::MAX),
                });
        size.max().unwrap_or(default).min(self.max_page)
    }
}

/// Cost of a row under `nodes` or `edges`; an edge itself is free, its `node` counts as an object.
pub fn row_cost(name: &str, inner: u64) -> u64 {
    if name == "nodes" {
        inner.saturating_add(1)
    } else {
        inner
    }
}

/// The cost model of G35.
pub fn cost_of(weight: Weight, inner: u64, row: u64, pages: u64) -> u64 {
    let own = match weight {
        Weight::Leaf => 0,
        Weight::Object | Weight::Connection(_) => 1,
        Weight::List => 2,
        Weight::Count | Weight::File => 5,
        Weight::Mutation => 10,
        Weight::Auth => 50,
    };
    inner
        .saturating_add(own)
        .saturating_add(row.saturating_mul(pages))
}

#[cfg(test)]
#[path = "budget_tests.rs"]
pub(super) mod tests;
