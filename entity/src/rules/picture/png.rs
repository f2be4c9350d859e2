//! PNG: chunks between its signature and `IEND`.

use super::{Bytes, Problem, Size, length};

/// The only text that is taken: the program that made it.
const PROGRAM: &[u8] = b"Software\0";

pub(super) fn look(bytes: &[u8]) -> Result<Size, Problem> {
    let mut left = Bytes(bytes);
    left.expect(b"\x89PNG\r\n\x1a\n")?;
    let mut size = None;
    loop {
        let len = length(left.big(4)?)?;
        let kind = left.take(4)?;
        let data = left.take(len)?;
        left.take(4)?;
        match (kind, size) {
            (b"IHDR", None) => {
                let mut head = Bytes(data);
                size = Some(Size {
                    width: head.big(4)?,
                    height: head.big(4)?,
                });
            }
            (_, None) | (b"IHDR", Some(_)) => return Err(Problem::Damaged),
            (b"IEND", Some(size)) => return left.end().map(|()| size),
            (b"eXIf" | b"tIME" | b"iTXt" | b"zTXt", Some(_)) => return Err(Problem::Metadata),
            (b"tEXt", Some(_)) if !data.starts_with(PROGRAM) => return Err(Problem::Metadata),
            (_, Some(_)) => {}
        }
    }
}
