//! Documents that walk a root field: breadth first, every edge, interfaces and connections opened.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::sdl::{Field, Sdl, core};

/// A step from a type to the next: a field, and the object that its value is taken for.
#[derive(Clone, Debug)]
struct Step {
    field: Field,
    on: Option<String>,
}

/// A place in the answer: an object type, and how it is reached from the root.
#[derive(Clone, Debug)]
pub struct Position {
    path: Vec<Step>,
    leaves: Vec<Field>,
}

/// Longest path, in fields, without the leaf.
const DEPTH: usize = 6;
/// Most positions below one root.
const POSITIONS: usize = 150;
/// How often one path may take the same edge.
const AGAIN: usize = 2;

/// Every position below a root field, nearest first.
#[must_use]
pub fn positions(sdl: &Sdl, root: &Field) -> Vec<Position> {
    let mut found = Vec::new();
    let mut queue = VecDeque::from([(Vec::new(), root.clone())]);
    while let Some((path, field)) = queue.pop_front() {
        let named = core(&field.ty).to_owned();
        let objects = sdl.objects(&named);
        for object in objects {
            let mut path: Vec<Step> = path.clone();
            let on = (object != named).then(|| object.clone());
            path.push(Step {
                field: field.clone(),
                on,
            });
            if sdl.is_leaf(&object) {
                found.push(Position {
                    path,
                    leaves: Vec::new(),
                });
                continue;
            }
            let mut leaves = Vec::new();
            for next in &sdl.get(&object).fields {
                if sdl.is_leaf(core(&next.ty)) {
                    leaves.push(next.clone());
                    continue;
                }
                let taken = path
                    .iter()
                    .filter(|step| {
                        step.field.name == next.name && core(&step.field.ty) == core(&next.ty)
                    })
                    .count();
                if path.len() < DEPTH && taken < AGAIN {
                    queue.push_back((path.clone(), next.clone()));
                }
            }
            found.push(Position { path, leaves });
        }
        if found.len() >= POSITIONS {
            break;
        }
    }
    found
}

impl Position {
    /// Fields that this position adds to a document.
    fn weight(&self) -> usize {
        self.leaves.len() + self.path.len()
    }

    /// Names from the root inward.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<&str> = self
            .path
            .iter()
            .map(|step| step.field.name.as_str())
            .collect();
        names.join(".")
    }
}

/// Puts positions together into portions that fit into a document each. Two objects of one interface never share one,
/// because their fields may have the same name and another type.
#[must_use]
pub fn portions(all: Vec<Position>, fields: usize) -> Vec<Vec<Position>> {
    #[derive(Default)]
    struct Portion {
        fields: usize,
        wanted: BTreeMap<String, Option<String>>,
        positions: Vec<Position>,
    }
    let mut portions: Vec<Portion> = Vec::new();
    for position in all {
        let mut key = String::new();
        let wanted: Vec<(String, Option<String>)> = position
            .path
            .iter()
            .map(|step| {
                write!(key, ".{}", step.field.name).unwrap();
                (key.clone(), step.on.clone())
            })
            .collect();
        let weight = position.weight();
        let fits = portions.iter().position(|portion| {
            portion.fields + weight <= fields
                && wanted
                    .iter()
                    .all(|(key, on)| portion.wanted.get(key).is_none_or(|taken| taken == on))
        });
        let at = fits.unwrap_or_else(|| {
            portions.push(Portion::default());
            portions.len() - 1
        });
        portions[at].fields += weight;
        portions[at].wanted.extend(wanted);
        portions[at].positions.push(position);
    }
    portions
        .into_iter()
        .map(|portion| portion.positions)
        .collect()
}

/// A document with its variables.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The text.
    pub query: String,
    /// Values of the variables.
    pub variables: Map<String, Value>,
}

#[derive(Default)]
struct Tree {
    on: Option<String>,
    field: Option<Field>,
    leaves: Vec<Field>,
    children: BTreeMap<String, Tree>,
}

/// A query over positions of one root, as `alias` if one is given; `arguments` gives those of the root and, when
/// they are required, of the fields below.
#[must_use]
pub fn document(
    positions: &[Position],
    arguments: &dyn Fn(&Field, bool) -> Map<String, Value>,
) -> Document {
    let mut tree = Tree::default();
    for position in positions {
        let mut at = &mut tree;
        for step in &position.path {
            at = at.children.entry(step.field.name.clone()).or_default();
            at.on.clone_from(&step.on);
            at.field = Some(step.field.clone());
        }
        at.leaves.clone_from(&position.leaves);
    }
    let mut writer = Writer {
        arguments,
        head: String::new(),
        body: String::new(),
        variables: Map::new(),
    };
    for child in tree.children.values() {
        writer.node(child, true);
    }
    writer.finish("query")
}

struct Writer<'a> {
    arguments: &'a dyn Fn(&Field, bool) -> Map<String, Value>,
    head: String,
    body: String,
    variables: Map<String, Value>,
}

impl Writer<'_> {
    fn node(&mut self, node: &Tree, is_root: bool) {
        let Some(field) = &node.field else { return };
        let values = (self.arguments)(field, is_root);
        self.call(field, values);
        if node.leaves.is_empty() && node.children.is_empty() {
            // An object all of whose fields are walked elsewhere still needs a selection.
            if !is_root {
                self.body.push_str("{__typename} ");
            }
            return;
        }
        self.body.push('{');
        self.body.push_str("__typename ");
        if let Some(on) = &node.on {
            write!(self.body, "... on {on}{{").unwrap();
        }
        for leaf in &node.leaves {
            let values = (self.arguments)(leaf, false);
            self.call(leaf, values);
        }
        for child in node.children.values() {
            self.node(child, false);
        }
        if node.on.is_some() {
            self.body.push('}');
        }
        self.body.push_str("} ");
    }

    fn call(&mut self, field: &Field, mut values: Map<String, Value>) {
        self.body.push_str(&field.name);
        let mut open = false;
        for argument in &field.arguments {
            let Some(value) = values.remove(&argument.name) else {
                continue;
            };
            let name = format!("v{}", self.variables.len());
            write!(self.head, "${name}:{} ", argument.ty).unwrap();
            write!(
                self.body,
                "{}{}:${name}",
                if open { " " } else { "(" },
                argument.name
            )
            .unwrap();
            self.variables.insert(name, value);
            open = true;
        }
        self.body.push_str(if open { ")" } else { " " });
    }

    fn finish(self, kind: &str) -> Document {
        let head = if self.head.is_empty() {
            String::new()
        } else {
            format!("({})", self.head)
        };
        Document {
            query: format!("{kind}{head}{{{}}}", self.body),
            variables: self.variables,
        }
    }
}

/// One root field several times under aliases, each with arguments of its own and the same selection.
#[must_use]
pub fn repeated(
    kind: &str,
    field: &Field,
    calls: &[Map<String, Value>],
    selection: &str,
) -> Document {
    let arguments = |_: &Field, _: bool| Map::new();
    let mut writer = Writer {
        arguments: &arguments,
        head: String::new(),
        body: String::new(),
        variables: Map::new(),
    };
    for (n, values) in calls.iter().enumerate() {
        write!(writer.body, "a{n}:").unwrap();
        writer.call(field, values.clone());
        writer.body.push_str(selection);
        writer.body.push(' ');
    }
    writer.finish(kind)
}

/// The leaves of a type that need no arguments, two levels of it, as a selection; empty for a leaf.
#[must_use]
pub fn shallow(sdl: &Sdl, name: &str, levels: usize) -> String {
    if sdl.is_leaf(name) {
        return String::new();
    }
    let objects = sdl.objects(name);
    let mut text = String::from("{__typename ");
    let abstract_type = objects.len() != 1 || objects[0] != name;
    if abstract_type {
        // The fields of the interface, which cannot clash; the walk opens the objects.
        for field in sdl
            .get(name)
            .fields
            .iter()
            .filter(|field| sdl.is_leaf(core(&field.ty)))
        {
            write!(text, "{} ", field.name).unwrap();
        }
    } else {
        for field in &sdl.get(name).fields {
            if field.arguments.iter().any(|argument| !argument.optional) {
                continue;
            }
            if sdl.is_leaf(core(&field.ty)) {
                write!(text, "{} ", field.name).unwrap();
            } else if levels > 0 {
                write!(
                    text,
                    "{}{} ",
                    field.name,
                    shallow(sdl, core(&field.ty), levels - 1)
                )
                .unwrap();
            }
        }
    }
    text.push('}');
    text
}
