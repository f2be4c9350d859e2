//! Tests of the module beside it (budget_tests).

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use async_graphql_parser::parse_query;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::http::graphql::tests::types;

/// M4: n fragments, each spreading the next one twice.
pub fn bomb(n: usize) -> String {
    let mut text = String::from("{item{...F0}}");
    for i in 0..n {
        text += &format!(" fragment F{i} on Item{{...F{} ...F{}}}", i + 1, i + 1);
    }
    text + &format!(" fragment F{n} on Item{{id}}")
}

fn one(text: &str, variables: serde_json::Value) -> Measure {
    let document = parse_query(text).unwrap();
    let variables = variables.as_object().unwrap().clone();
    let budget = measure(&document, &types(), &variables, 100).unwrap();
    budget.operations.values().next().unwrap().1
}

/// G33: linear where the expansion doubles with every fragment; otherwise this would never end.
#[test]
fn fragment_bombs_are_measured_in_no_time() {
    let types = types();
    for n in 5..=60 {
        let document = parse_query(bomb(n)).unwrap();
        let budget = measure(&document, &types, &Map::new(), 100).unwrap();
        assert_eq!(budget.total().fields, (1 << n) + 1);
    }
    let far = one(&bomb(200), json!({}));
    assert_eq!(far.fields, u64::MAX);
}

#[test]
fn cycles_are_refused() {
    for text in [
        "{...A} fragment A on Query{...A}",
        "{hello} fragment A on Item{...B} fragment B on Item{next{...A}}",
    ] {
        let error = measure(&parse_query(text).unwrap(), &types(), &Map::new(), 100).unwrap_err();
        assert_eq!(error.code(), Code::GraphqlValidationFailed);
    }
}

/// G35: the table of costs.
#[test]
fn cost_table() {
    for (text, variables, cost) in [
        ("{hello}", json!({}), 0),
        ("{__typename}", json!({}), 0),
        ("{item{id}}", json!({}), 1),
        ("{item{tags}}", json!({}), 1),
        ("{item{id next{id next{id}}}}", json!({}), 3),
        ("{item{parts{id}}}", json!({}), 3),
        ("{item{parts{next{id}}}}", json!({}), 4),
        ("{item{file{name}}}", json!({}), 6),
        ("{items{nodes{id}}}", json!({}), 26),
        ("{items(first:10){nodes{id}}}", json!({}), 11),
        ("{items(first:10){edges{cursor node{id}}}}", json!({}), 11),
        (
            "{items(first:10){nodes{id next{id}} edges{node{id}}}}",
            json!({}),
            31,
        ),
        (
            "{items(first:10){totalCount pageInfo{hasNextPage}}}",
            json!({}),
            7,
        ),
        (
            "{items(last:10){nodes{id next{id parts{id}}}}}",
            json!({}),
            41,
        ),
        ("{items(first:$n){nodes{id}}}", json!({"n": 7}), 8),
        ("{items(first:$n){nodes{id}}}", json!({"n": null}), 26),
        ("query($n:Int=9){items(first:$n){nodes{id}}}", json!({}), 10),
        ("{items(first:1000000){nodes{id}}}", json!({}), 101),
        ("{items(first:-5){nodes{id}}}", json!({}), 101),
        ("{items(first:$n){nodes{id}}}", json!({"n": "x"}), 101),
        ("{node{id ...on Item{next{id}}}}", json!({}), 2),
        (
            "{thing{__typename ...on Item{next{id}} ...on Attachment{name}}}",
            json!({}),
            2,
        ),
        (
            "{a:items(first:1){...R} } fragment R on ItemConnection{nodes{id next{id}} totalCount}",
            json!({}),
            8,
        ),
        ("mutation{write{n}}", json!({}), 10),
        ("mutation{a:write{n} b:write{n}}", json!({}), 20),
        ("mutation{login{n}}", json!({}), 50),
        ("{unknown{id}}", json!({}), 1),
    ] {
        assert_eq!(one(text, variables).cost, cost, "{text}");
    }
}

#[test]
fn pure_introspection_is_told_by_fields_not_by_names() {
    for (text, pure) in [
        ("{__schema{types{name}}}", true),
        (
            "{a:__type(name:\"X\"){name} ...F} fragment F on Query{__schema{types{name}}}",
            true,
        ),
        ("{__schema:hello}", false),
        ("{__schema{types{name}} hello}", false),
        ("query A{__schema{types{name}}} query B{hello}", false),
        ("mutation{__schema{types{name}}}", false),
        ("{__typename}", false),
    ] {
        let budget = measure(&parse_query(text).unwrap(), &types(), &Map::new(), 100).unwrap();
        assert_eq!(budget.is_pure_introspection(), pure, "{text}");
    }
}

/// The slow way: everything expanded where it is spread.
fn naive(
    document: &ExecutableDocument,
    set: &SelectionSet,
    parent: Option<&str>,
    types: &Types,
) -> Measure {
    let mut sum = Measure::default();
    for selection in &set.items {
        let part = match &selection.node {
            Selection::FragmentSpread(spread) => {
                let fragment = &document
                    .fragments
                    .get(&spread.node.fragment_name.node)
                    .unwrap()
                    .node;
                let on = fragment.type_condition.node.on.node.as_str();
                let mut inner = naive(document, &fragment.selection_set.node, Some(on), types);
                inner.spreads += 1;
                inner
            }
            Selection::InlineFragment(inline) => {
                naive(document, &inline.node.selection_set.node, parent, types)
            }
            Selection::Field(field) => {
                let (name, set) = (
                    field.node.name.node.as_str(),
                    &field.node.selection_set.node,
                );
                let on = types.field(parent, name).map(|field| field.named.clone());
                let mut inner = naive(document, set, on.as_deref(), types);
                inner.fields += 1;
                inner.depth += 1;
                inner.aliases += u64::from(field.node.alias.is_some());
                inner.top = 1;
                let (cost, row) = match (parent, name) {
                    (Some("ItemConnection"), "nodes") => (0, 1 + inner.cost),
                    (Some("ItemConnection"), "edges") => (0, inner.cost),
                    (_, "items") => (1 + 25 * inner.row + inner.cost, 0),
                    (_, "parts") => (2 + inner.cost, 0),
                    (_, "totalCount") => (5, 0),
                    _ if set.items.is_empty() => (0, 0),
                    _ => (1 + inner.cost, 0),
                };
                Measure { cost, row, ..inner }
            }
        };
        sum.add(part);
    }
    sum
}

/// Selections on `Item`, spreading fragments of a higher number only.
fn item_set(level: usize, fragment: usize) -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        Just("id".to_owned()),
        Just("x:id".to_owned()),
        Just("tags".to_owned())
    ]
    .boxed();
    let one = if level == 0 {
        leaf
    } else {
        let inner = item_set(level - 1, fragment);
        let mut all = vec![
            leaf,
            inner
                .clone()
                .prop_map(|set| format!("next{{{set}}}"))
                .boxed(),
            inner
                .clone()
                .prop_map(|set| format!("parts{{{set}}}"))
                .boxed(),
            inner.prop_map(|set| format!("...on Item{{{set}}}")).boxed(),
        ];
        if fragment < 4 {
            all.push((fragment..4).prop_map(|n| format!("...F{n}")).boxed());
        }
        proptest::strategy::Union::new(all).boxed()
    };
    proptest::collection::vec(one, 1..4)
        .prop_map(|parts| parts.join(" "))
        .boxed()
}

fn document() -> impl Strategy<Value = String> {
    let fragments = (
        item_set(2, 1),
        item_set(2, 2),
        item_set(2, 3),
        item_set(2, 4),
    );
    (item_set(3, 0), item_set(2, 0), fragments).prop_map(|(a, b, (f0, f1, f2, f3))| {
        let fragments: String = [f0, f1, f2, f3]
            .iter()
            .enumerate()
            .map(|(n, set)| format!(" fragment F{n} on Item{{{set}}}"))
            .collect();
        format!("{{item{{{a}}} items{{nodes{{{b}}} edges{{node{{{b}}}}} totalCount}}}}{fragments}")
    })
}

proptest! {
    /// G33, G35: equal to the naive expander on random documents.
    #[test]
    fn measure_equals_the_naive_expansion(text in document()) {
        let document = parse_query(&text).unwrap();
        let types = types();
        let (_, operation) = document.operations.iter().next().unwrap();
        let expected = naive(&document, &operation.node.selection_set.node, Some("Query"), &types);
        let budget = measure(&document, &types, &Map::new(), 100).unwrap();
        prop_assert_eq!(budget.total(), expected);
    }
}
