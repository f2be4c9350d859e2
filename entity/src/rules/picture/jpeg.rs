//! JPEG: segments up to `EOI`; of those for applications only what decoders need.

use super::{Bytes, Problem, Size, length};

pub(super) fn look(bytes: &[u8]) -> Result<Size, Problem> {
    let mut left = Bytes(bytes);
    left.expect(b"\xff\xd8")?;
    let mut size = None;
    loop {
        if left.byte()? != 0xff {
            return Err(Problem::Damaged);
        }
        let mut kind = left.byte()?;
        while kind == 0xff {
            kind = left.byte()?;
        }
        if kind == 0xd9 {
            left.end()?;
            return size.ok_or(Problem::Damaged);
        }
        let len = length(left.big(2)?)?;
        let data = left.take(len.checked_sub(2).ok_or(Problem::Damaged)?)?;
        match kind {
            // Size of the frame: precision, height, width.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let mut frame = Bytes(data);
                frame.byte()?;
                let height = frame.big(2)?;
                let width = frame.big(2)?;
                size = Some(Size { width, height });
            }
            0xda => entropy(&mut left)?,
            // JFIF without a thumbnail is all that its first segment may say.
            0xe0 if data.starts_with(b"JFIF\0") && data.len() == 14 => {}
            0xe2 if data.starts_with(b"ICC_PROFILE\0") => {}
            0xee if data.starts_with(b"Adobe") => {}
            0xe0..=0xef | 0xfe => return Err(Problem::Metadata),
            _ => {}
        }
    }
}

/// Passes over the coded picture up to the next segment.
fn entropy(left: &mut Bytes<'_>) -> Result<(), Problem> {
    let mut pairs = left.0.windows(2);
    let is_segment = |pair: &[u8]| match pair {
        [0xff, next] => !matches!(next, 0x00 | 0xff | 0xd0..=0xd7),
        _ => false,
    };
    let at = pairs.position(is_segment).ok_or(Problem::Damaged)?;
    left.take(at).map(|_| ())
}
