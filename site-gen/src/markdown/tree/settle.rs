//! What is known only when all blocks are there: notes stand where they are named first, links lead somewhere.

use std::collections::BTreeMap;

use crate::press::{Block, Run, words_of};

/// A line without blanks at its ends.
pub(super) fn trimmed(mut line: Vec<Run>) -> Vec<Run> {
    while matches!(line.last(), Some(Run::Break)) {
        line.pop();
    }
    if let Some(Run::Text(text)) = line.first_mut() {
        *text = text.trim_start().to_owned();
    }
    if let Some(Run::Text(text)) = line.last_mut() {
        *text = text.trim_end().to_owned();
    }
    merged(line)
}

/// Texts beside each other as one.
fn merged(line: Vec<Run>) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::with_capacity(line.len());
    for run in line {
        match (out.last_mut(), run) {
            (Some(Run::Text(last)), Run::Text(text)) => last.push_str(&text),
            (_, Run::Text(text)) if text.is_empty() => {}
            (_, run) => out.push(run),
        }
    }
    out
}

/// Blocks as one line.
pub(super) fn flat(blocks: Vec<Block>) -> Vec<Run> {
    let mut runs = Vec::new();
    for block in blocks {
        if !runs.is_empty() {
            runs.push(Run::Break);
        }
        match block {
            Block::Paragraph { text } | Block::Heading { text, .. } => runs.extend(text),
            Block::Code { text } => runs.push(Run::Code(text)),
            Block::Quote { blocks } | Block::Note { blocks, .. } => runs.extend(flat(blocks)),
            Block::List { items, .. } => runs.extend(items.into_iter().flat_map(flat)),
            Block::Definitions { items } => {
                for item in items {
                    runs.extend(item.term);
                    runs.extend(flat(item.blocks));
                }
            }
            Block::Table { head, rows, .. } => {
                runs.extend(head.into_iter().flatten());
                runs.extend(rows.into_iter().flatten().flatten());
            }
            Block::Image { .. } | Block::Rule => {}
        }
    }
    runs
}

/// Puts the texts of notes where they are named first, and takes links away that lead nowhere.
pub(super) fn settle_blocks(
    blocks: &mut [Block],
    notes: &mut BTreeMap<String, Vec<Run>>,
    anchors: &[String],
) {
    for block in blocks {
        match block {
            Block::Heading { text, .. } | Block::Paragraph { text } => {
                settle(text, notes, anchors);
            }
            Block::List { items, .. } => {
                for item in items {
                    settle_blocks(item, notes, anchors);
                }
            }
            Block::Table { head, rows, .. } => {
                for cell in head.iter_mut().chain(rows.iter_mut().flatten()) {
                    settle(cell, notes, anchors);
                }
            }
            Block::Note { blocks, .. } | Block::Quote { blocks } => {
                settle_blocks(blocks, notes, anchors);
            }
            Block::Definitions { items } => {
                for item in items {
                    settle(&mut item.term, notes, anchors);
                    settle_blocks(&mut item.blocks, notes, anchors);
                }
            }
            Block::Code { .. } | Block::Image { .. } | Block::Rule => {}
        }
    }
}

fn settle(runs: &mut Vec<Run>, notes: &mut BTreeMap<String, Vec<Run>>, anchors: &[String]) {
    let mut out = Vec::with_capacity(runs.len());
    for run in std::mem::take(runs) {
        match run {
            Run::Footnote(label) => {
                let label = words_of(&label);
                let mut text = notes.remove(&label).unwrap_or_default();
                settle(&mut text, &mut BTreeMap::new(), anchors);
                if !text.is_empty() {
                    out.push(Run::Footnote(text));
                }
            }
            Run::Link(to, mut text) => {
                settle(&mut text, notes, anchors);
                let dead = to
                    .strip_prefix('#')
                    .is_some_and(|anchor| !anchors.iter().any(|one| one == anchor));
                if dead {
                    out.extend(text);
                } else {
                    out.push(Run::Link(to, text));
                }
            }
            Run::Strong(mut text) => {
                settle(&mut text, notes, anchors);
                out.push(Run::Strong(text));
            }
            Run::Emphasis(mut text) => {
                settle(&mut text, notes, anchors);
                out.push(Run::Emphasis(text));
            }
            Run::Strike(mut text) => {
                settle(&mut text, notes, anchors);
                out.push(Run::Strike(text));
            }
            other @ (Run::Text(_)
            | Run::Super(_)
            | Run::Sub(_)
            | Run::Code(_)
            | Run::Key(_)
            | Run::Box(_)
            | Run::Break) => out.push(other),
        }
    }
    *runs = merged(out);
}
