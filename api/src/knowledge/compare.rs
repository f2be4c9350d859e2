//! What changed between two texts, line by line, with three lines around each change.

use std::time::Duration;

use entity::values::DiffChange;
use similar::{ChangeTag, TextDiff};

/// Lines around a change.
const AROUND: usize = 3;
/// Most lines of an answer.
pub const MOST: usize = 2_000;
/// After this long the rest is shown as replaced, not compared on.
const PATIENCE: Duration = Duration::from_millis(500);

/// A line of a comparison; numbers count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// What became of it.
    pub change: DiffChange,
    /// Its number in the earlier text.
    pub from_line: Option<i32>,
    /// Its number in the later text.
    pub to_line: Option<i32>,
    /// The line.
    pub text: String,
}

/// What changed between two texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Lines that the later text has more.
    pub inserted: usize,
    /// Lines that the earlier text has more.
    pub deleted: usize,
    /// Changed lines with those around them, at most [`MOST`].
    pub lines: Vec<DiffLine>,
    /// Whether lines were left out at the end.
    pub is_cut: bool,
}

/// Compares two texts.
#[must_use]
pub fn compare(from: &str, to: &str) -> Comparison {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(from, to);
    let number = |index: Option<usize>| index.and_then(|index| i32::try_from(index + 1).ok());
    let mut made = Comparison::default();
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Insert => made.inserted += 1,
            ChangeTag::Delete => made.deleted += 1,
            ChangeTag::Equal => {}
        }
    }
    for op in diff.grouped_ops(AROUND).into_iter().flatten() {
        for change in diff.iter_changes(&op) {
            if made.lines.len() == MOST {
                made.is_cut = true;
                return made;
            }
            made.lines.push(DiffLine {
                change: match change.tag() {
                    ChangeTag::Equal => DiffChange::Equal,
                    ChangeTag::Insert => DiffChange::Insert,
                    ChangeTag::Delete => DiffChange::Delete,
                },
                from_line: number(change.old_index()),
                to_line: number(change.new_index()),
                text: change.value().trim_end_matches(['\r', '\n']).to_owned(),
            });
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_lines_stand_among_their_neighbours() {
        let from = "一\n二\n三\n四\n五\n六\n七\n八\n九";
        let to = "一\n二\n三\n四\n五五\n六\n七\n八\n九\n十";
        let made = compare(from, to);
        assert_eq!((made.inserted, made.deleted, made.is_cut), (3, 2, false));
        let shown: Vec<(DiffChange, &str)> = made
            .lines
            .iter()
            .map(|line| (line.change, line.text.as_str()))
            .collect();
        assert!(!shown.contains(&(DiffChange::Equal, "一")), "{shown:?}");
        assert!(shown.contains(&(DiffChange::Delete, "五")), "{shown:?}");
        assert!(shown.contains(&(DiffChange::Insert, "五五")), "{shown:?}");
        assert_eq!(compare(from, from), Comparison::default());
    }

    #[test]
    fn a_long_answer_is_cut() {
        let to: String = (0..3_000).map(|n| format!("{n}\n")).collect();
        let made = compare("", &to);
        assert_eq!(
            (made.inserted, made.lines.len(), made.is_cut),
            (3_000, MOST, true)
        );
    }
}
