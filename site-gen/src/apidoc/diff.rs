//! What changed between two versions of an interface, and what breaks its callers.
//!
//! What is sent may only be asked less strictly, what comes back may only become stricter. A type that stands on both
//! sides is judged by the harder rule.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Api, Field, Kind, Operation, Shape, TypeDef};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Whether a caller of the older version may fail.
    pub breaking: bool,
    /// Operation or type.
    pub object: String,
    /// Anchor of the object in the newer version; empty if it is gone.
    pub anchor: String,
    /// Parameter, field or value.
    pub part: String,
    /// Key of the words.
    pub code: &'static str,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
}

/// Compares two versions; changes that break stand first.
#[must_use]
pub fn diff(old: &Api, new: &Api) -> Vec<Change> {
    let mut all = Changes {
        kind: new.kind,
        found: Vec::new(),
    };
    operations(&mut all, old, new);
    let (sent, returned) = sides(old);
    let names: BTreeSet<&String> = old.types.keys().chain(new.types.keys()).collect();
    for name in names {
        match (old.types.get(name), new.types.get(name)) {
            (Some(a), Some(b)) => {
                let side = Side {
                    sent: sent.contains(name.as_str()),
                    returned: returned.contains(name.as_str()),
                };
                type_def(&mut all, name, a, b, side);
            }
            (Some(_), None) => all.add(true, (name, ""), "", "type_removed", ("", "")),
            (None, _) => all.add(
                false,
                (name, &type_anchor(name)),
                "",
                "type_added",
                ("", ""),
            ),
        }
    }
    let codes = |api: &Api| {
        api.errors
            .iter()
            .map(|one| one.code.clone())
            .collect::<BTreeSet<_>>()
    };
    let (before, after) = (codes(old), codes(new));
    for code in before.difference(&after) {
        all.add(false, (code, ""), "", "error_removed", ("", ""));
    }
    for code in after.difference(&before) {
        all.add(false, (code, ""), "", "error_added", ("", ""));
    }
    all.found
        .sort_by(|a, b| (!a.breaking, a).cmp(&(!b.breaking, b)));
    all.found
}

/// Anchor of a type.
pub(super) fn type_anchor(name: &str) -> String {
    format!("type-{name}")
}

#[derive(Clone, Copy)]
struct Side {
    sent: bool,
    returned: bool,
}

struct Changes {
    kind: Kind,
    found: Vec<Change>,
}

impl Changes {
    fn add(
        &mut self,
        breaking: bool,
        (object, anchor): (&str, &str),
        part: &str,
        code: &'static str,
        (before, after): (&str, &str),
    ) {
        self.found.push(Change {
            breaking,
            object: object.to_owned(),
            anchor: anchor.to_owned(),
            part: part.to_owned(),
            code,
            before: before.to_owned(),
            after: after.to_owned(),
        });
    }

    fn shapes(
        &mut self,
        (a, b): (&Shape, &Shape),
        side: Side,
        object: (&str, &str),
        part: &str,
        code: &'static str,
    ) {
        if a == b {
            return;
        }
        let breaking = (side.sent && !accepts(b, a))
            || (side.returned && !accepts(a, b))
            || !(side.sent || side.returned);
        let (before, after) = (a.text(self.kind), b.text(self.kind));
        self.add(breaking, object, part, code, (&before, &after));
    }
}

/// Whether every value of the second shape is one of the first, as far as nullability and alternatives tell.
fn accepts(wide: &Shape, narrow: &Shape) -> bool {
    match (wide, narrow) {
        (Shape::Any, _) => true,
        (Shape::Nullable(wide), Shape::Nullable(narrow))
        | (Shape::List(wide), Shape::List(narrow)) => accepts(wide, narrow),
        (Shape::Nullable(wide), narrow) => accepts(wide, narrow),
        (Shape::OneOf(wide), Shape::OneOf(narrow)) => narrow
            .iter()
            .all(|one| wide.iter().any(|other| accepts(other, one))),
        (Shape::OneOf(wide), narrow) => wide.iter().any(|one| accepts(one, narrow)),
        (wide, narrow) => wide == narrow,
    }
}

/// Names of the types that are sent, and of those that come back.
fn sides(api: &Api) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let (mut sent, mut returned) = (BTreeSet::new(), BTreeSet::new());
    for operation in &api.operations {
        operation
            .parameters
            .iter()
            .for_each(|one| one.shape.names(&mut sent));
        operation
            .body
            .iter()
            .for_each(|one| one.shape.names(&mut sent));
        operation
            .responses
            .iter()
            .filter_map(|one| one.shape.as_ref())
            .for_each(|one| one.names(&mut returned));
    }
    for def in api.types.values() {
        for argument in def.fields.iter().flat_map(|one| &one.arguments) {
            argument.shape.names(&mut sent);
        }
    }
    (reached(api, sent), reached(api, returned))
}

fn reached<'a>(api: &'a Api, from: BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut left: Vec<&str> = from.into_iter().collect();
    while let Some(name) = left.pop() {
        if !found.insert(name) {
            continue;
        }
        if let Some(def) = api.types.get(name) {
            for field in &def.fields {
                let mut names = BTreeSet::new();
                field.shape.names(&mut names);
                left.extend(names);
            }
            let mut names = BTreeSet::new();
            def.members
                .iter()
                .chain(&def.alias)
                .for_each(|one| one.names(&mut names));
            left.extend(names);
        }
        let implement = |(name, def): (&'a String, &TypeDef), of: &str| {
            def.implements
                .iter()
                .any(|one| one == of)
                .then_some(name.as_str())
        };
        left.extend(api.types.iter().filter_map(|entry| implement(entry, name)));
    }
    found
}

fn operations(all: &mut Changes, old: &Api, new: &Api) {
    let index = |api: &'_ Api| -> BTreeMap<String, Operation> {
        api.operations
            .iter()
            .map(|one| (format!("{} {}", one.method, one.name), one.clone()))
            .collect()
    };
    let (before, after) = (index(old), index(new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        match (before.get(name), after.get(name)) {
            (Some(a), Some(b)) => operation(all, name, a, b),
            (Some(_), None) => all.add(true, (name, ""), "", "operation_removed", ("", "")),
            (None, Some(b)) => all.add(false, (name, &b.anchor), "", "operation_added", ("", "")),
            (None, None) => {}
        }
    }
}

fn operation(all: &mut Changes, name: &str, a: &Operation, b: &Operation) {
    let object = (name, b.anchor.as_str());
    fields(
        all,
        object,
        &a.parameters,
        &b.parameters,
        Side {
            sent: true,
            returned: false,
        },
        true,
    );
    let sent = Side {
        sent: true,
        returned: false,
    };
    match (&a.body, &b.body) {
        (Some(a), Some(b)) => {
            all.shapes((&a.shape, &b.shape), sent, object, "", "body_changed");
            if a.media != b.media {
                all.add(true, object, "", "body_changed", (&a.media, &b.media));
            }
            if a.required != b.required {
                let word = |required: bool| if required { "required" } else { "optional" };
                all.add(
                    b.required,
                    object,
                    "",
                    "body_changed",
                    (word(a.required), word(b.required)),
                );
            }
        }
        (None, Some(b)) => all.add(b.required, object, "", "body_changed", ("", &b.media)),
        (Some(a), None) => all.add(true, object, "", "body_changed", (&a.media, "")),
        (None, None) => {}
    }
    for response in &a.responses {
        match b.responses.iter().find(|one| one.status == response.status) {
            None => all.add(
                true,
                object,
                &response.status,
                "return_removed",
                (&response.status, ""),
            ),
            Some(other) => {
                let returned = Side {
                    sent: false,
                    returned: true,
                };
                match (&response.shape, &other.shape) {
                    (Some(a), Some(b)) => {
                        all.shapes((a, b), returned, object, &response.status, "return_changed")
                    }
                    (Some(_), None) => all.add(
                        true,
                        object,
                        &response.status,
                        "return_changed",
                        (&response.media, ""),
                    ),
                    (None, Some(_)) => all.add(
                        false,
                        object,
                        &response.status,
                        "return_changed",
                        ("", &other.media),
                    ),
                    (None, None) => {}
                }
            }
        }
    }
    for response in b
        .responses
        .iter()
        .filter(|one| !a.responses.iter().any(|other| other.status == one.status))
    {
        all.add(
            false,
            object,
            &response.status,
            "return_added",
            ("", &response.status),
        );
    }
    if a.auth != b.auth {
        let stricter = !a.auth.iter().all(|one| b.auth.contains(one)) || a.auth.is_empty();
        all.add(
            stricter,
            object,
            "",
            "auth_changed",
            (&a.auth.join(", "), &b.auth.join(", ")),
        );
    }
    if a.address != b.address {
        all.add(
            true,
            object,
            "",
            "address_changed",
            (&a.address, &b.address),
        );
    }
    if a.deprecated.is_none()
        && let Some(deprecated) = &b.deprecated
    {
        all.add(
            false,
            object,
            "",
            "operation_deprecated",
            ("", &deprecated.removed_in),
        );
    }
}

fn fields(
    all: &mut Changes,
    object: (&str, &str),
    a: &[Field],
    b: &[Field],
    side: Side,
    parameters: bool,
) {
    let word =
        |parameter: &'static str, field: &'static str| if parameters { parameter } else { field };
    for field in a {
        let Some(other) = b
            .iter()
            .find(|one| (&one.name, &one.place) == (&field.name, &field.place))
        else {
            all.add(
                true,
                object,
                &field.name,
                word("parameter_removed", "field_removed"),
                (&field.shape.text(all.kind), ""),
            );
            continue;
        };
        all.shapes(
            (&field.shape, &other.shape),
            side,
            object,
            &field.name,
            word("parameter_type", "field_type"),
        );
        if field.required != other.required {
            let stricter = other.required;
            let breaking = (side.sent && stricter) || (side.returned && !stricter);
            let text = |required: bool| if required { "required" } else { "optional" };
            all.add(
                breaking,
                object,
                &field.name,
                "parameter_required",
                (text(field.required), text(other.required)),
            );
        }
        if field.deprecated.is_none()
            && let Some(deprecated) = &other.deprecated
        {
            all.add(
                false,
                object,
                &field.name,
                "field_deprecated",
                ("", &deprecated.removed_in),
            );
        }
        if !field.arguments.is_empty() || !other.arguments.is_empty() {
            let inner = format!("{}.{}", object.0, field.name);
            fields(
                all,
                (&inner, object.1),
                &field.arguments,
                &other.arguments,
                Side {
                    sent: true,
                    returned: false,
                },
                true,
            );
        }
    }
    for field in b.iter().filter(|one| {
        !a.iter()
            .any(|other| (&other.name, &other.place) == (&one.name, &one.place))
    }) {
        let breaking = side.sent && field.required;
        all.add(
            breaking,
            object,
            &field.name,
            word("parameter_added", "field_added"),
            ("", &field.shape.text(all.kind)),
        );
    }
}

fn type_def(all: &mut Changes, name: &str, a: &TypeDef, b: &TypeDef, side: Side) {
    let anchor = type_anchor(name);
    let object = (name, anchor.as_str());
    if a.kind != b.kind {
        all.add(true, object, "", "type_kind", ("", ""));
        return;
    }
    fields(all, object, &a.fields, &b.fields, side, false);
    for value in a
        .values
        .iter()
        .filter(|one| !b.values.iter().any(|other| other.name == one.name))
    {
        all.add(
            true,
            object,
            &value.name,
            "value_removed",
            (&value.name, ""),
        );
    }
    for value in b
        .values
        .iter()
        .filter(|one| !a.values.iter().any(|other| other.name == one.name))
    {
        all.add(false, object, &value.name, "value_added", ("", &value.name));
    }
    let text = |shape: &Shape| shape.text(all.kind);
    let members = |def: &TypeDef| def.members.iter().map(text).collect::<BTreeSet<_>>();
    let (before, after) = (members(a), members(b));
    for member in before.difference(&after) {
        all.add(true, object, member, "value_removed", (member, ""));
    }
    for member in after.difference(&before) {
        all.add(
            side.returned && !side.sent && all.kind != Kind::Graphql,
            object,
            member,
            "value_added",
            ("", member),
        );
    }
    for gone in a
        .implements
        .iter()
        .filter(|one| !b.implements.contains(one))
    {
        all.add(true, object, gone, "field_removed", (gone, ""));
    }
    if let (Some(a), Some(b)) = (&a.alias, &b.alias) {
        all.shapes((a, b), side, object, "", "field_type");
    }
}
