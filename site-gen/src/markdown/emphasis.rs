//! Emphasis beside Chinese text.
//!
//! `CommonMark` decides by punctuation and blanks whether a delimiter opens or closes; Chinese has no blanks, so that
//! `**重要：**须在` prints its stars (commonmark-spec#650). Blocks with such a delimiter are matched again under the
//! rule that is merged upstream (pulldown-cmark PR#1059): a Chinese, Japanese or Korean character beside a delimiter
//! counts like a blank beside punctuation. All other blocks keep the parser's events untouched. To be removed when a
//! release of the parser contains the rule.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

/// An event and the bytes of the source that it stands for.
pub(crate) type Spanned<'a> = (Event<'a>, Range<usize>);

/// A wide character: ideographs, kana, hangul and full-width forms with their punctuation.
pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11FF}' | '\u{2E80}'..='\u{303E}' | '\u{3041}'..='\u{4DBF}' | '\u{4E00}'..='\u{A4CF}'
        | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}'
        | '\u{FF01}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}' | '\u{20000}'..='\u{3FFFD}')
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || (!c.is_ascii() && !c.is_alphanumeric() && !c.is_whitespace() && !c.is_control())
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Flanks {
    opens: bool,
    closes: bool,
}

fn flanks(before: char, after: char, friendly: bool) -> Flanks {
    let near = friendly && (is_cjk(before) || is_cjk(after));
    let left = !after.is_whitespace()
        && (!is_punctuation(after) || before.is_whitespace() || is_punctuation(before) || near);
    let right = !before.is_whitespace()
        && (!is_punctuation(before) || after.is_whitespace() || is_punctuation(after) || near);
    Flanks {
        opens: left,
        closes: right,
    }
}

/// A run of equal delimiters in the source.
struct Run {
    mark: char,
    start: usize,
    len: usize,
    /// The link or other container that it stands in: pairs never cross one.
    frame: usize,
    opens: bool,
    closes: bool,
    /// Characters taken from its front (as closer) and from its end (as opener).
    front: usize,
    back: usize,
    alive: bool,
}

impl Run {
    fn left(&self) -> usize {
        self.len - self.front - self.back
    }
}

/// What replaces the delimiters from `start` on.
struct Action<'a> {
    start: usize,
    end: usize,
    event: Event<'a>,
}

/// Matches the delimiters again in the blocks that need it.
pub(crate) fn repair<'a>(source: &'a str, events: Vec<Spanned<'a>>) -> Vec<Spanned<'a>> {
    if !source.contains(['*', '~']) || !source.chars().any(is_cjk) {
        return events;
    }
    let mut out = Vec::with_capacity(events.len());
    let mut block: Vec<Spanned<'a>> = Vec::new();
    for spanned in events {
        if is_inline(&spanned.0) {
            block.push(spanned);
        } else {
            flush(source, &mut block, &mut out);
            out.push(spanned);
        }
    }
    flush(source, &mut block, &mut out);
    out
}

fn is_inline(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => matches!(
            tag,
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
        ),
        Event::End(tag) => matches!(
            tag,
            TagEnd::Emphasis
                | TagEnd::Strong
                | TagEnd::Strikethrough
                | TagEnd::Link
                | TagEnd::Image
        ),
        Event::Html(_) | Event::Rule | Event::TaskListMarker(_) => false,
        Event::Text(_)
        | Event::Code(_)
        | Event::InlineMath(_)
        | Event::DisplayMath(_)
        | Event::InlineHtml(_)
        | Event::FootnoteReference(_)
        | Event::SoftBreak
        | Event::HardBreak => true,
    }
}

fn flush<'a>(source: &'a str, block: &mut Vec<Spanned<'a>>, out: &mut Vec<Spanned<'a>>) {
    if block.is_empty() {
        return;
    }
    let taken = std::mem::take(block);
    let mut runs = runs(source, &taken);
    let differs = runs.iter().any(|run| {
        let (before, after) = around(source, run.mark, run.start, run.start + run.len);
        flanks(before, after, false) != flanks(before, after, true)
    });
    if differs {
        let actions = pair(&mut runs);
        rebuild(source, taken, actions, out);
    } else {
        out.extend(taken);
    }
}

/// The characters around the whole run in the source, blanks at its ends.
fn around(source: &str, mark: char, start: usize, end: usize) -> (char, char) {
    let before = source
        .get(..start)
        .and_then(|text| text.trim_end_matches(mark).chars().next_back());
    let after = source
        .get(end..)
        .and_then(|text| text.trim_start_matches(mark).chars().next());
    (before.unwrap_or(' '), after.unwrap_or(' '))
}

/// The mark of an emphasis that is written with stars or tildes, and its width.
fn mark_of(event: &Event<'_>, source: &str, range: &Range<usize>) -> Option<(char, usize)> {
    let first = source.get(range.start..)?.chars().next()?;
    let width = match event {
        Event::Start(Tag::Strong) | Event::End(TagEnd::Strong) => 2,
        Event::Start(Tag::Emphasis) | Event::End(TagEnd::Emphasis) => 1,
        Event::Start(Tag::Strikethrough) | Event::End(TagEnd::Strikethrough) => {
            if source.get(range.start..range.start + 2) == Some("~~") {
                2
            } else {
                1
            }
        }
        _ => return None,
    };
    (first != '_').then_some((first, width))
}

fn runs(source: &str, block: &[Spanned<'_>]) -> Vec<Run> {
    let mut marks: Vec<(usize, char, usize)> = Vec::new();
    let (mut frames, mut next_frame) = (vec![0_usize], 1);
    for (event, range) in block {
        let frame = frames.last().copied().unwrap_or_default();
        match event {
            Event::Start(_) => match mark_of(event, source, range) {
                Some((mark, width)) => {
                    marks.extend((0..width).map(|at| (range.start + at, mark, frame)))
                }
                None => {
                    frames.push(next_frame);
                    next_frame += 1;
                }
            },
            Event::End(_) => match mark_of(event, source, range) {
                Some((mark, width)) => {
                    marks.extend((0..width).map(|at| (range.end - width + at, mark, frame)))
                }
                None => {
                    frames.pop();
                }
            },
            Event::Text(text) if source.get(range.clone()) == Some(text.as_ref()) => {
                for (at, mark) in text.char_indices().filter(|(_, c)| matches!(c, '*' | '~')) {
                    if !escaped(source, range.start + at) {
                        marks.push((range.start + at, mark, frame));
                    }
                }
            }
            _ => {}
        }
    }
    marks.sort_unstable();
    let mut runs: Vec<Run> = Vec::new();
    for (at, mark, frame) in marks {
        match runs.last_mut() {
            Some(run) if run.mark == mark && run.frame == frame && run.start + run.len == at => {
                run.len += 1;
            }
            _ => runs.push(Run {
                mark,
                start: at,
                len: 1,
                frame,
                opens: false,
                closes: false,
                front: 0,
                back: 0,
                alive: true,
            }),
        }
    }
    for run in &mut runs {
        let (before, after) = around(source, run.mark, run.start, run.start + run.len);
        let flanks = flanks(before, after, true);
        run.opens = flanks.opens;
        run.closes = flanks.closes;
    }
    runs
}

fn escaped(source: &str, at: usize) -> bool {
    let before = source.get(..at).unwrap_or_default();
    (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
}

/// The matching of the specification, frame by frame.
fn pair<'a>(runs: &mut [Run]) -> Vec<Action<'a>> {
    let mut actions = Vec::new();
    for closer_at in 0..runs.len() {
        while let Some((opener_at, width)) = opener_of(runs, closer_at) {
            let (head, tail) = runs.split_at_mut(closer_at);
            let (Some(opener), Some(closer)) = (head.get_mut(opener_at), tail.first_mut()) else {
                break;
            };
            let open_end = opener.start + opener.len - opener.back;
            let close_start = closer.start + closer.front;
            let (start, end) = match (opener.mark, width) {
                ('~', _) => (Tag::Strikethrough, TagEnd::Strikethrough),
                (_, 2) => (Tag::Strong, TagEnd::Strong),
                _ => (Tag::Emphasis, TagEnd::Emphasis),
            };
            actions.push(Action {
                start: open_end - width,
                end: open_end,
                event: Event::Start(start),
            });
            actions.push(Action {
                start: close_start,
                end: close_start + width,
                event: Event::End(end),
            });
            opener.back += width;
            closer.front += width;
            let frame = opener.frame;
            // What stands between the two can no longer reach across them.
            for between in head.iter_mut().skip(opener_at + 1) {
                if between.frame == frame {
                    between.alive = false;
                }
            }
        }
    }
    actions.sort_by_key(|action| action.start);
    actions
}

fn opener_of(runs: &[Run], closer_at: usize) -> Option<(usize, usize)> {
    let closer = runs.get(closer_at)?;
    if !closer.closes || closer.left() == 0 {
        return None;
    }
    runs.get(..closer_at)?
        .iter()
        .enumerate()
        .rev()
        .find_map(|(at, opener)| {
            let fits = opener.alive
                && opener.mark == closer.mark
                && opener.frame == closer.frame
                && opener.opens
                && opener.left() > 0;
            if !fits {
                return None;
            }
            if closer.mark == '~' {
                let equal =
                    opener.len == closer.len && opener.len <= 2 && opener.left() == opener.len;
                return equal.then_some((at, opener.len));
            }
            let both = opener.closes || closer.opens;
            let three =
                (opener.len + closer.len) % 3 == 0 && !(opener.len % 3 == 0 && closer.len % 3 == 0);
            if both && three {
                return None;
            }
            Some((
                at,
                if opener.left() >= 2 && closer.left() >= 2 {
                    2
                } else {
                    1
                },
            ))
        })
}

fn rebuild<'a>(
    source: &'a str,
    block: Vec<Spanned<'a>>,
    actions: Vec<Action<'a>>,
    out: &mut Vec<Spanned<'a>>,
) {
    // Delimiters of dropped emphasis that found no partner are text again.
    let mut pieces: Vec<Action<'a>> = actions;
    let mut literal: Vec<usize> = Vec::new();
    for (event, range) in &block {
        if let Some((_, width)) = mark_of(event, source, range) {
            let first = if matches!(event, Event::Start(_)) {
                range.start
            } else {
                range.end - width
            };
            literal.extend(first..first + width);
        }
    }
    for at in literal {
        if !pieces
            .iter()
            .any(|piece| (piece.start..piece.end).contains(&at))
        {
            let text = source.get(at..at + 1).unwrap_or_default();
            pieces.push(Action {
                start: at,
                end: at + 1,
                event: Event::Text(text.into()),
            });
        }
    }
    pieces.sort_by_key(|piece| piece.start);
    let mut pieces = pieces.into_iter().peekable();
    // The parser gives each delimiter of a run as a text of its own; a piece can span several.
    let mut done = 0;
    for (event, range) in block {
        if mark_of(&event, source, &range).is_some() {
            continue;
        }
        let until = if matches!(event, Event::End(_)) {
            range.end
        } else {
            range.start
        };
        while let Some(piece) = pieces.next_if(|piece| piece.start < until) {
            done = piece.end;
            out.push((piece.event, piece.start..piece.end));
        }
        let Event::Text(text) = event else {
            out.push((event, range));
            continue;
        };
        let mut from = range.start.max(done);
        if source.get(range.clone()) == Some(text.as_ref()) {
            while let Some(piece) = pieces.next_if(|piece| piece.start < range.end) {
                push_text(source, from..piece.start, out);
                from = piece.end;
                done = from;
                out.push((piece.event, piece.start..piece.end));
            }
            push_text(source, from..range.end, out);
        } else {
            out.push((Event::Text(text), range));
        }
    }
    for piece in pieces {
        out.push((piece.event, piece.start..piece.end));
    }
}

fn push_text<'a>(source: &'a str, range: Range<usize>, out: &mut Vec<Spanned<'a>>) {
    if let Some(text) = source.get(range.clone())
        && !text.is_empty()
    {
        out.push((Event::Text(CowStr::Borrowed(text)), range));
    }
}
