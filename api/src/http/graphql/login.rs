//! Whom a document wants to sign in: the key under which its cost is charged.
//!
//! It reads the argument and checks nothing; a name that it does not find shares one key an address.

use async_graphql_parser::types::{
    ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql_value::Value;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::types::{Types, Weight};

/// Digest of the account that the operation names, folded as far as case and blanks go.
pub fn account(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    types: &Types,
    variables: &Map<String, Json>,
) -> String {
    let name = find(document, &operation.selection_set.node, types)
        .and_then(|field| named(field, variables))
        .unwrap_or_default();
    let digest = Sha256::digest(name.trim().to_lowercase().as_bytes());
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The field that tries a password; fragments hold no cycle here, which the budget has seen to.
fn find<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    types: &Types,
) -> Option<&'a Field> {
    set.items.iter().find_map(|item| match &item.node {
        Selection::Field(field) => types
            .field(types.mutation(), field.node.name.node.as_str())
            .is_some_and(|known| known.weight == Weight::Auth)
            .then_some(&field.node),
        Selection::InlineFragment(inline) => find(document, &inline.node.selection_set.node, types),
        Selection::FragmentSpread(spread) => document
            .fragments
            .get(&spread.node.fragment_name.node)
            .and_then(|fragment| find(document, &fragment.node.selection_set.node, types)),
    })
}

fn named(field: &Field, variables: &Map<String, Json>) -> Option<String> {
    let variable = |name: &str| variables.get(name);
    match &field.get_argument("input")?.node {
        Value::Variable(name) => variable(name)?.get("account")?.as_str().map(str::to_owned),
        Value::Object(object) => match object.get("account")? {
            Value::String(text) => Some(text.clone()),
            Value::Variable(name) => variable(name)?.as_str().map(str::to_owned),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use async_graphql_parser::{parse_query, types::DocumentOperations};
    use serde_json::json;

    use super::*;
    use crate::http::graphql::types::Marks;

    /// G55
    #[test]
    fn the_same_account_has_one_key_however_the_document_is_written() {
        let sdl = "type Query { a: Int } type Mutation { login(input: In!): Int } input In { account: String! password: String! } schema { query: Query mutation: Mutation }";
        let types = Types::from_sdl(sdl, &Marks::default()).unwrap();
        let key = |text: &str, variables: Json| {
            let document = parse_query(text).unwrap();
            let DocumentOperations::Single(operation) = &document.operations else {
                panic!("one operation");
            };
            let variables = variables.as_object().unwrap().clone();
            account(&document, &operation.node, &types, &variables)
        };
        let literal = key(
            r#"mutation{login(input:{account:"Nurse ",password:"x"})}"#,
            json!({}),
        );
        let whole = "mutation($i:In!){login(input:$i)}";
        let part = r#"mutation($a:String!){... on Mutation{...F}} fragment F on Mutation{other:login(input:{password:"x",account:$a})}"#;
        assert_eq!(literal, key(whole, json!({ "i": { "account": "nurse" } })));
        assert_eq!(literal, key(part, json!({ "a": " NURSE" })));
        assert_ne!(literal, key(part, json!({ "a": "doctor" })));
        assert_eq!(key(whole, json!({})), key(whole, json!({ "i": 3 })));
    }
}
