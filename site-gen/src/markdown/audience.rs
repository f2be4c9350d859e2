//! Blocks of a text that only some audiences read: `:::audience P2,P4` … `:::`.
//!
//! Cut before anything is parsed, so that headings, index, feeds and exports come from the cut text.

use std::borrow::Cow;

use crate::audience::Audience;

/// The text as one audience reads it.
///
/// # Errors
///
/// An unknown code, a block that is not closed or one inside another: the text must be left out altogether.
pub fn cut(text: &str, reader: Audience) -> Result<Cow<'_, str>, String> {
    // Nearly every text is for all of its readers, and is not copied.
    if !text.contains(":::") {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    let mut open: Option<bool> = None;
    let mut fence: Option<char> = None;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let trimmed = line.trim();
        let mark = ['`', '~']
            .into_iter()
            .find(|mark| trimmed.starts_with(&mark.to_string().repeat(3)));
        if let Some(mark) = mark {
            fence = match fence {
                None => Some(mark),
                Some(open) if open == mark => None,
                Some(open) => Some(open),
            };
        }
        if fence.is_none() && trimmed.starts_with(":::") {
            let rest = trimmed.trim_start_matches(':').trim();
            match (rest.strip_prefix("audience"), open) {
                (Some(codes), None) => open = Some(listed(codes, reader, number + 1)?),
                (None, Some(_)) if rest.is_empty() => open = None,
                _ => {
                    return Err(format!(
                        "line {}: audience block is not well formed",
                        number + 1
                    ));
                }
            }
            continue;
        }
        if open != Some(false) {
            out.push_str(line);
        }
    }
    match open {
        Some(_) => Err("audience block is not closed".to_owned()),
        None => Ok(Cow::Owned(out)),
    }
}

fn listed(codes: &str, reader: Audience, line: usize) -> Result<bool, String> {
    let mut found = false;
    let mut any = false;
    for code in codes
        .split(',')
        .map(str::trim)
        .filter(|code| !code.is_empty())
    {
        let audience = Audience::from_code(code)
            .ok_or_else(|| format!("line {line}: unknown audience in a block"))?;
        any = true;
        found |= audience == reader || audience == Audience::Staff;
    }
    if any {
        Ok(found)
    } else {
        Err(format!("line {line}: audience block names no audience"))
    }
}
