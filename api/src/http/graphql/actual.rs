//! What an operation did cost, counted from its answer (G55): the rows that came, not the rows that were asked for.

use async_graphql::Value;
use async_graphql_parser::types::{
    ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};

use super::{
    budget::{cost_of, row_cost},
    types::{Types, Weight, is_connection},
};

/// Cost of an answer. A field that is null costs nothing.
pub fn actual(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    root: Option<&str>,
    data: &Value,
    types: &Types,
) -> u64 {
    let count = Count { document, types };
    count.set(&operation.selection_set.node, root, data).0
}

struct Count<'a> {
    document: &'a ExecutableDocument,
    types: &'a Types,
}

impl Count<'_> {
    /// Cost of a selection set on a value, and of the rows in it if it is a connection.
    fn set(&self, set: &SelectionSet, parent: Option<&str>, value: &Value) -> (u64, u64) {
        let mut sum = (0_u64, 0_u64);
        for selection in &set.items {
            let (cost, rows) = match &selection.node {
                Selection::InlineFragment(inline) => {
                    let on = inline
                        .node
                        .type_condition
                        .as_ref()
                        .map(|on| on.node.on.node.as_str());
                    self.set(&inline.node.selection_set.node, on.or(parent), value)
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) =
                        self.document.fragments.get(&spread.node.fragment_name.node)
                    else {
                        continue;
                    };
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    self.set(&fragment.node.selection_set.node, Some(on), value)
                }
                Selection::Field(field) => {
                    let key = field.node.response_key().node.as_str();
                    let inner = match value {
                        Value::Object(object) => object.get(key),
                        _ => None,
                    };
                    let Some(inner) = inner.filter(|inner| **inner != Value::Null) else {
                        continue;
                    };
                    let (name, set) = (
                        field.node.name.node.as_str(),
                        &field.node.selection_set.node,
                    );
                    let known = self.types.field(parent, name);
                    let on = known.map(|known| known.named.as_str());
                    if is_connection(parent) && matches!(name, "nodes" | "edges") {
                        let rows = items(inner).map(|row| row_cost(name, self.set(set, on, row).0));
                        (0, rows.fold(0, u64::saturating_add))
                    } else {
                        let weight = match known {
                            Some(known) => known.weight,
                            None if set.items.is_empty() => Weight::Leaf,
                            None => Weight::Object,
                        };
                        // A bounded list is one batched load: its dearest element counts, once.
                        let most = items(inner).map(|item| self.set(set, on, item)).max();
                        let (inner, rows) = most.unwrap_or_default();
                        (cost_of(weight, inner, rows, 1), 0)
                    }
                }
            };
            sum = (sum.0.saturating_add(cost), sum.1.saturating_add(rows));
        }
        sum
    }
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::List(items) => items.iter(),
        one => std::slice::from_ref(one).iter(),
    }
}
