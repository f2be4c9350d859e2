//! WebP: chunks of a RIFF container.

use super::{Bytes, Problem, Size, length};

pub(super) fn look(bytes: &[u8]) -> Result<Size, Problem> {
    let mut left = Bytes(bytes);
    left.expect(b"RIFF")?;
    let whole = length(left.little(4)?)?;
    left.expect(b"WEBP")?;
    let inside = left.take(whole.checked_sub(4).ok_or(Problem::Damaged)?)?;
    left.end()?;
    let mut left = Bytes(inside);
    let mut size = None;
    while !left.0.is_empty() {
        let kind = left.take(4)?;
        let len = length(left.little(4)?)?;
        let data = left.take(len)?;
        left.take(len % 2)?;
        match kind {
            b"VP8X" => size = Some(extended(data)?),
            b"VP8 " => size = Some(size.map_or_else(|| lossy(data), Ok)?),
            b"VP8L" => size = Some(size.map_or_else(|| lossless(data), Ok)?),
            b"ALPH" | b"ANIM" | b"ANMF" | b"ICCP" => {}
            _ => return Err(Problem::Metadata),
        }
    }
    size.ok_or(Problem::Damaged)
}

fn extended(data: &[u8]) -> Result<Size, Problem> {
    let mut left = Bytes(data);
    left.take(4)?;
    Ok(Size {
        width: left.little(3)? + 1,
        height: left.little(3)? + 1,
    })
}

fn lossy(data: &[u8]) -> Result<Size, Problem> {
    let mut left = Bytes(data);
    left.take(3)?;
    left.expect(b"\x9d\x01\x2a")?;
    Ok(Size {
        width: left.little(2)? & 0x3fff,
        height: left.little(2)? & 0x3fff,
    })
}

fn lossless(data: &[u8]) -> Result<Size, Problem> {
    let mut left = Bytes(data);
    left.expect(b"\x2f")?;
    let bits = left.little(4)?;
    Ok(Size {
        width: (bits & 0x3fff) + 1,
        height: (bits >> 14 & 0x3fff) + 1,
    })
}
