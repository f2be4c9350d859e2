//! Tests of the module beside it (coerce_tests).

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use async_graphql_parser::parse_query;
use serde_json::json;

use super::*;
use crate::http::graphql::tests::types;

const BOUNDS: Bounds = Bounds {
    page: 100,
    list: 3,
    text: 30,
};

fn coerced(declared: &str, given: Json) -> Result<Option<Json>, &'static str> {
    let document = parse_query(format!("query(${declared}){{hello}}")).unwrap();
    let operation = document.operations.iter().next().unwrap().1;
    let given = given.as_object().unwrap().clone();
    match variables(&operation.node, &given, &types(), &BOUNDS) {
        Ok(all) => Ok(all.get("v").map(|value| value.clone().into_json().unwrap())),
        Err(error) => Err(error.reason_word().unwrap()),
    }
}

/// G10: the table of coercions.
#[test]
fn variables_table() {
    for (declared, given, expected) in [
        ("v:Int!", json!({}), Err("VALUE_MISSING")),
        ("v:Int! = 3", json!({}), Ok(None)),
        ("v:Int! = 3000000000", json!({}), Err("VALUE_RANGE")),
        ("v:Int", json!({}), Ok(None)),
        ("v:Int!", json!({"v": null}), Err("VALUE_NULL")),
        ("v:Int", json!({"v": null}), Ok(Some(json!(null)))),
        (
            "v:Int",
            json!({"v": 2_147_483_647_i64}),
            Ok(Some(json!(2_147_483_647_i64))),
        ),
        ("v:Int", json!({"v": 2_147_483_648_i64}), Err("VALUE_RANGE")),
        (
            "v:Int",
            json!({"v": -2_147_483_649_i64}),
            Err("VALUE_RANGE"),
        ),
        (
            "v:Int",
            json!({"v": 18_446_744_073_709_551_615_u64}),
            Err("VALUE_RANGE"),
        ),
        ("v:Int", json!({"v": 1e300}), Err("VALUE_RANGE")),
        ("v:Int", json!({"v": 3.0}), Ok(Some(json!(3)))),
        ("v:Int", json!({"v": 3.5}), Err("VALUE_TYPE")),
        ("v:Int", json!({"v": "3"}), Err("VALUE_TYPE")),
        ("v:Int", json!({"v": true}), Err("VALUE_TYPE")),
        ("v:String", json!({"v": 3}), Err("VALUE_TYPE")),
        (
            "v:String",
            json!({"v": "𠮷𠮷𠮷𠮷𠮷"}),
            Ok(Some(json!("𠮷𠮷𠮷𠮷𠮷"))),
        ),
        (
            "v:String",
            json!({"v": "1234567890123456789012345678901"}),
            Err("TEXT_TOO_LONG"),
        ),
        ("v:Boolean", json!({"v": "true"}), Err("VALUE_TYPE")),
        ("v:ID", json!({"v": 7}), Ok(Some(json!("7")))),
        ("v:ID", json!({"v": 7.5}), Err("VALUE_TYPE")),
        ("v:Color", json!({"v": "RED"}), Ok(Some(json!("RED")))),
        ("v:Color", json!({"v": "GREEN"}), Err("UNKNOWN_ENUM")),
        ("v:Color", json!({"v": 1}), Err("VALUE_TYPE")),
        (
            "v:[Color!]",
            json!({"v": ["RED", "BLUE"]}),
            Ok(Some(json!(["RED", "BLUE"]))),
        ),
        ("v:[Color!]", json!({"v": "RED"}), Ok(Some(json!(["RED"])))),
        ("v:[Color!]", json!({"v": ["RED", null]}), Err("VALUE_NULL")),
        (
            "v:[Color]",
            json!({"v": ["RED", null]}),
            Ok(Some(json!(["RED", null]))),
        ),
        ("v:[Int]", json!({"v": [1, 2, 3, 4]}), Err("LIST_TOO_LONG")),
        (
            "v:Filter",
            json!({"v": {"size": 1}}),
            Ok(Some(json!({"size": 1}))),
        ),
        ("v:Filter", json!({"v": {}}), Err("VALUE_MISSING")),
        ("v:Filter", json!({"v": {"size": null}}), Err("VALUE_NULL")),
        (
            "v:Filter",
            json!({"v": {"size": 1, "other": 2}}),
            Err("UNKNOWN_INPUT_FIELD"),
        ),
        (
            "v:Filter",
            json!({"v": {"size": 1, "tags": ["a", 1]}}),
            Err("VALUE_TYPE"),
        ),
        (
            "v:Filter",
            json!({"v": {"size": 1, "at": "2026-01-01T00:00:00Z"}}),
            Ok(Some(json!({"size": 1, "at": "2026-01-01T00:00:00Z"}))),
        ),
        (
            "v:Filter",
            json!({"v": {"size": 1, "at": "2026-13-01"}}),
            Err("VALUE_TYPE"),
        ),
        ("v:Filter", json!({"v": []}), Err("VALUE_TYPE")),
        (
            "v:By",
            json!({"v": {"id": "1"}}),
            Ok(Some(json!({"id": "1"}))),
        ),
        (
            "v:By",
            json!({"v": {"id": "1", "number": "2"}}),
            Err("ONE_OF"),
        ),
        ("v:By", json!({"v": {"id": null}}), Err("ONE_OF")),
        ("v:By", json!({"v": {}}), Err("ONE_OF")),
        (
            "v:Unknown",
            json!({"v": {"a": [1]}}),
            Ok(Some(json!({"a": [1]}))),
        ),
    ] {
        assert_eq!(
            coerced(declared, given.clone()),
            expected,
            "{declared} {given}"
        );
    }
}

#[test]
fn undeclared_variables_are_dropped() {
    assert_eq!(coerced("w:Int", json!({"v": 1})), Ok(None));
}

#[test]
fn message_names_the_place_and_not_the_value() {
    let document = parse_query("query($input:Filter!){hello}").unwrap();
    let operation = document.operations.iter().next().unwrap().1;
    let given = json!({"input": {"size": 1, "tags": ["a", 77]}})
        .as_object()
        .unwrap()
        .clone();
    let error = variables(&operation.node, &given, &types(), &BOUNDS).unwrap_err();
    assert_eq!(
        error.messages().en,
        "an input value is not acceptable: $input.tags.1: the value has the wrong type"
    );
    assert!(!error.messages().zh.contains("77"));
}
