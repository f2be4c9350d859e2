//! `__typename` as the specification wants it: the engine answers it without validating it, so a
//! selection below it or an unknown directive on it would pass unseen. `__typename` never contains anything.

use async_graphql_parser::Positioned;
use async_graphql_parser::types::{Directive, ExecutableDocument, Selection, SelectionSet};

use crate::error::{Code, Error};

/// Checks every `__typename` of a document. The nesting is bounded by the scanner.
///
/// # Errors
/// `GRAPHQL_VALIDATION_FAILED`.
pub fn check(document: &ExecutableDocument) -> Result<(), Error> {
    let operations = document
        .operations
        .iter()
        .map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document
        .fragments
        .values()
        .map(|fragment| &fragment.node.selection_set.node);
    operations.chain(fragments).try_for_each(set)
}

fn set(of: &SelectionSet) -> Result<(), Error> {
    for selection in &of.items {
        match &selection.node {
            Selection::Field(field) if field.node.name.node == "__typename" => {
                if !field.node.selection_set.node.items.is_empty()
                    || !field.node.arguments.is_empty()
                {
                    return Err(invalid(
                        "__typename 没有参数和子字段",
                        "__typename has no arguments and no fields",
                    ));
                }
                directives(&field.node.directives)?;
            }
            Selection::Field(field) => set(&field.node.selection_set.node)?,
            Selection::InlineFragment(inline) => set(&inline.node.selection_set.node)?,
            Selection::FragmentSpread(_) => {}
        }
    }
    Ok(())
}

fn directives(all: &[Positioned<Directive>]) -> Result<(), Error> {
    for directive in all {
        let known = matches!(directive.node.name.node.as_str(), "skip" | "include");
        let only_if = directive.node.arguments.len() == 1
            && directive
                .node
                .arguments
                .iter()
                .all(|(name, _)| name.node == "if");
        if !known || !only_if {
            return Err(invalid(
                "此处的指令未知或缺少参数",
                "a directive here is unknown or lacks its argument",
            ));
        }
    }
    Ok(())
}

fn invalid(zh: &str, en: &str) -> Error {
    Error::new(Code::GraphqlValidationFailed).detail(zh, en)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn a_typename_with_fields_or_strange_directives_is_refused() {
        let judged = |text: &str| check(&async_graphql_parser::parse_query(text).unwrap()).is_ok();
        assert!(judged("{__typename}"));
        assert!(judged(
            "{a{__typename @include(if:true)} ...F} fragment F on Q{__typename}"
        ));
        for text in [
            "{__typename{x}}",
            "{__typename @skip}",
            "{a{b{__typename @unknown(if:true)}}}",
            "{...on Q{__typename(x:1)}}",
            "{...F} fragment F on Q{__typename @skip(if:true,unless:false)}",
        ] {
            assert!(!judged(text), "{text}");
        }
    }
}
