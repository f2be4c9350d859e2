//! Values of templates from anything that serialises.

use minijinja::{
    Value,
    value::{Serde, merge_maps},
};

/// A map for a template: `values! { key => expression, … }`, with the pairs of another map behind `..`.
macro_rules! values {
    ($($key:ident => $value:expr),* $(, ..$rest:expr)? $(,)?) => {
        $crate::values::map(
            vec![$((stringify!($key), $crate::values::value(&$value))),*],
            &[$(&$rest)?],
        )
    };
}
pub(crate) use values;

pub(crate) fn value<T: serde::Serialize + ?Sized>(value: &T) -> Value {
    Value::from(Serde(value))
}

/// The pairs, then what `rest` knows beyond them.
pub(crate) fn map(pairs: Vec<(&'static str, Value)>, rest: &[&Value]) -> Value {
    let own = Value::from_pairs(pairs);
    match rest {
        [] => own,
        rest => merge_maps(rest.iter().rev().map(|value| (*value).clone()).chain([own])),
    }
}
