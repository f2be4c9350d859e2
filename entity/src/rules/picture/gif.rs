//! GIF: blocks between the screen and the trailer; of extensions only those that draw and repeat.

use super::{Bytes, Problem, Size};

pub(super) fn look(bytes: &[u8]) -> Result<Size, Problem> {
    let mut left = Bytes(bytes);
    let head = left.take(6)?;
    if head != b"GIF87a" && head != b"GIF89a" {
        return Err(Problem::Damaged);
    }
    let size = Size {
        width: left.little(2)?,
        height: left.little(2)?,
    };
    let flags = left.byte()?;
    left.take(2)?;
    colours(&mut left, flags)?;
    loop {
        match left.byte()? {
            0x2c => {
                left.take(8)?;
                let flags = left.byte()?;
                colours(&mut left, flags)?;
                left.byte()?;
                blocks(&mut left)?;
            }
            0x21 => extension(&mut left)?,
            0x3b => return left.end().map(|()| size),
            _ => return Err(Problem::Damaged),
        }
    }
}

fn colours(left: &mut Bytes<'_>, flags: u8) -> Result<(), Problem> {
    if flags & 0x80 != 0 {
        left.take(3 << ((flags & 0x07) + 1))?;
    }
    Ok(())
}

fn extension(left: &mut Bytes<'_>) -> Result<(), Problem> {
    match left.byte()? {
        0xf9 => blocks(left),
        0xff => {
            let len = usize::from(left.byte()?);
            let name = left.take(len)?;
            if name != b"NETSCAPE2.0" && name != b"ANIMEXTS1.0" {
                return Err(Problem::Metadata);
            }
            blocks(left)
        }
        _ => Err(Problem::Metadata),
    }
}

fn blocks(left: &mut Bytes<'_>) -> Result<(), Problem> {
    loop {
        match left.byte()? {
            0 => return Ok(()),
            len => left.take(usize::from(len)).map(|_| ())?,
        }
    }
}
