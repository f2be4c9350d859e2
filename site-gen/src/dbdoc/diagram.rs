//! Relations of one table as plain static SVG: who points to it on the left, whom it points to on the right.
//!
//! Every box is a link, coordinates are integers, colours come from the stylesheet. No renderer, no script.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::overlay::{Book, Relation};
use crate::docs::{Language, text, words};

/// More boxes than these are drawn by nobody: a list takes their place, or distance 2 is left out.
pub const MOST_BOXES: usize = 40;

/// Relations by table, made once for all diagrams.
pub struct Graph<'a> {
    book: &'a Book,
    of: BTreeMap<&'a str, Vec<&'a Relation>>,
    comments: BTreeMap<String, text::Text>,
}

/// What is shown of a table's relations.
pub enum Drawing {
    /// Nothing is related.
    None,
    /// Too many neighbours: their ids.
    List(Vec<String>),
    /// Diagrams of distance 1 and, if it is small enough and shows more, of distance 2.
    Svg(String, Option<String>),
}

struct Box {
    id: String,
    column: i32,
    line: usize,
}

const ROW: usize = 64;
const BOX_HEIGHT: usize = 46;
const GAP: usize = 72;
const MARGIN: usize = 12;
const COMMENT_WIDTH: usize = 26;

impl<'a> Graph<'a> {
    /// Collects the relations.
    #[must_use]
    pub fn new(book: &'a Book) -> Self {
        let mut of: BTreeMap<&str, Vec<&Relation>> = BTreeMap::new();
        for relation in &book.relations {
            of.entry(&relation.table).or_default().push(relation);
            if relation.table != relation.target {
                of.entry(&relation.target).or_default().push(relation);
            }
        }
        let comments = book
            .snapshot
            .tables
            .iter()
            .map(|table| (table.id(), book.comment(table)));
        Self {
            book,
            of,
            comments: comments.collect(),
        }
    }

    /// The relations of a table.
    #[must_use]
    pub fn relations(&self, id: &str) -> &[&'a Relation] {
        self.of.get(id).map_or(&[], Vec::as_slice)
    }

    /// Draws the relations of a table. `link` gives the address of a table's page.
    pub fn draw(&self, id: &str, language: Language, link: &dyn Fn(&str) -> String) -> Drawing {
        let near = self.placed(id, 1);
        if near.len() < 2 && !self.relations(id).iter().any(|one| one.table == one.target) {
            return Drawing::None;
        }
        if near.len() > MOST_BOXES + 1 {
            let others = near.into_keys().filter(|other| other != id);
            return Drawing::List(others.collect());
        }
        let far = self.placed(id, 2);
        let more = far.len() > near.len() && far.len() <= MOST_BOXES;
        let second = more.then(|| self.svg(id, 2, &far, language, link));
        Drawing::Svg(self.svg(id, 1, &near, language, link), second)
    }

    /// Columns of the tables within a distance: below 0 those that point here.
    fn placed(&self, id: &str, distance: i32) -> BTreeMap<String, i32> {
        let mut placed = BTreeMap::from([(id.to_owned(), 0)]);
        let mut edge: Vec<(String, i32)> = vec![(id.to_owned(), 0)];
        for step in 1..=distance {
            let mut next = BTreeMap::new();
            for (from, column) in &edge {
                for relation in self.relations(from) {
                    let out = relation.table == *from;
                    let other = if out {
                        &relation.target
                    } else {
                        &relation.table
                    };
                    // Behind the first step the side stays, so that lines do not cross the middle.
                    let side = if *column == 0 {
                        if out { 1 } else { -1 }
                    } else {
                        column.signum()
                    };
                    if !placed.contains_key(other) {
                        let place = next.entry(other.clone()).or_insert(side * step);
                        *place = (*place).max(side * step);
                    }
                }
            }
            placed.extend(next.clone());
            edge = next.into_iter().collect();
        }
        placed
    }

    fn svg(
        &self,
        id: &str,
        distance: u8,
        placed: &BTreeMap<String, i32>,
        language: Language,
        link: &dyn Fn(&str) -> String,
    ) -> String {
        let mut lines: BTreeMap<i32, usize> = BTreeMap::new();
        let boxes: Vec<Box> = placed
            .iter()
            .map(|(id, column)| {
                let line = lines.entry(*column).or_default();
                *line += 1;
                Box {
                    id: id.clone(),
                    column: *column,
                    line: *line - 1,
                }
            })
            .collect();
        let tallest = lines.values().copied().max().unwrap_or(1);
        let mut widths: BTreeMap<i32, usize> = BTreeMap::new();
        for one in &boxes {
            let comment = text::width(&self.comment(&one.id, language));
            let wide = text::width(&one.id).max(comment).max(10) * 8 + 20;
            let width = widths.entry(one.column).or_default();
            *width = wide.max(*width);
        }
        let mut lefts = BTreeMap::new();
        let mut x = MARGIN;
        for (column, width) in &widths {
            lefts.insert(*column, x);
            x += width + GAP;
        }
        // A line between two boxes of the last column goes around its right side.
        let (width, height) = (
            x - GAP / 2 + MARGIN,
            tallest * ROW + 2 * MARGIN - (ROW - BOX_HEIGHT),
        );
        let place = |one: &Box| {
            let free = tallest - lines.get(&one.column).copied().unwrap_or(1);
            let y = MARGIN + free * ROW / 2 + one.line * ROW;
            let wide = widths.get(&one.column).copied().unwrap_or(0);
            (lefts.get(&one.column).copied().unwrap_or(0), y, wide)
        };
        let name = format!("d{distance}");
        let mut svg = format!(
            "<svg class=\"relations\" role=\"group\" aria-labelledby=\"{name}-title {name}-desc\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" xmlns=\"http://www.w3.org/2000/svg\">\
             <title id=\"{name}-title\">{}</title><desc id=\"{name}-desc\">{}</desc>",
            escaped(&format!(
                "{} · {id}",
                words::of(
                    if distance == 1 {
                        "diagram_1"
                    } else {
                        "diagram_2"
                    },
                    language
                )
            )),
            escaped(&self.description(id, placed, language)),
        );
        for (from, to, logical) in self.edges(placed) {
            let at = |id: &str| {
                boxes
                    .iter()
                    .find(|one| one.id == id)
                    .map(|one| (place(one), one.column))
            };
            if let (Some((a, from_column)), Some((b, to_column))) = (at(from), at(to)) {
                let _ = write!(
                    svg,
                    "<path class=\"{}\" d=\"{}\"/>",
                    if logical { "logical" } else { "enforced" },
                    path(a, b, from_column, to_column)
                );
            }
        }
        for one in &boxes {
            let (x, y, wide) = place(one);
            let _ = write!(
                svg,
                "<a href=\"{}\"><rect class=\"{}\" x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{BOX_HEIGHT}\" rx=\"4\"/>\
                 <text class=\"name\" x=\"{}\" y=\"{}\">{}</text><text class=\"note\" x=\"{}\" y=\"{}\">{}</text></a>",
                escaped(&link(&one.id)),
                if one.id == id { "this" } else { "other" },
                x + 10,
                y + 19,
                escaped(&one.id),
                x + 10,
                y + 37,
                escaped(&self.comment(&one.id, language)),
            );
        }
        svg.push_str("</svg>");
        svg
    }

    /// Lines without repetition; one that the database enforces wins.
    fn edges(&self, placed: &BTreeMap<String, i32>) -> Vec<(&'a str, &'a str, bool)> {
        let mut found: BTreeMap<(&str, &str), bool> = BTreeMap::new();
        for id in placed.keys() {
            for one in self.relations(id) {
                if placed.contains_key(&one.table)
                    && placed.contains_key(&one.target)
                    && one.table != one.target
                {
                    let logical = found.entry((&one.table, &one.target)).or_insert(true);
                    *logical = *logical && one.logical;
                }
            }
        }
        found
            .into_iter()
            .map(|((from, to), logical)| (from, to, logical))
            .collect()
    }

    fn comment(&self, id: &str, language: Language) -> String {
        let text = self
            .comments
            .get(id)
            .map(|text| text.pick(language).0)
            .unwrap_or_default();
        let text = text.lines().next().unwrap_or_default();
        let mut cut = String::new();
        for c in text.chars() {
            if text::width(&cut) + 2 > COMMENT_WIDTH {
                cut.push('…');
                break;
            }
            cut.push(c);
        }
        cut
    }

    fn description(&self, id: &str, placed: &BTreeMap<String, i32>, language: Language) -> String {
        let side = |sign: i32| {
            let names: BTreeSet<&str> = placed
                .iter()
                .filter(|(_, column)| column.signum() == sign)
                .map(|(id, _)| id.as_str())
                .collect();
            names.into_iter().collect::<Vec<_>>().join(", ")
        };
        let own = self
            .book
            .relations
            .iter()
            .any(|one| one.table == id && one.target == id);
        let mut text = format!(
            "{}: {}; {}: {}",
            words::of("points_here", language),
            side(-1),
            words::of("points_to", language),
            side(1)
        );
        if own {
            text.push_str("; ");
            text.push_str(words::of("self_relation", language));
        }
        text
    }
}

/// From the right edge of the left box to the left edge of the right one; within a column around its right side.
fn path(a: (usize, usize, usize), b: (usize, usize, usize), from: i32, to: i32) -> String {
    let middle = BOX_HEIGHT / 2;
    let (ay, by) = (a.1 + middle, b.1 + middle);
    if from == to {
        let (ax, bx) = (a.0 + a.2, b.0 + b.2);
        let out = ax.max(bx) + GAP / 2;
        return format!("M{ax} {ay}C{out} {ay} {out} {by} {bx} {by}");
    }
    let (ax, bx) = if from < to {
        (a.0 + a.2, b.0)
    } else {
        (a.0, b.0 + b.2)
    };
    let half = ax.midpoint(bx);
    format!("M{ax} {ay}C{half} {ay} {half} {by} {bx} {by}")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
