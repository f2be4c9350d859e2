//! Pictures of articles (SG-MD-7): width and height, and whether the file says more than it shows. Where and when a
//! photograph was taken, by whom, with which words, does not belong onto a page; nor does what stands behind its end.

mod gif;
mod jpeg;
mod png;
#[cfg(test)]
mod tests;
mod webp;

/// Most pixels of a side.
pub const LONGEST: u32 = 10_000;

/// Width and height of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It cannot be read to its end.
    Damaged,
    /// It has no pixels, or more than [`LONGEST`] on a side.
    Size,
    /// It says more than it shows: EXIF, XMP, IPTC, comments, or bytes behind its end.
    Metadata,
}

impl Problem {
    /// What is wrong, in Chinese and English.
    #[must_use]
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Damaged => ("图片已损坏", "the picture is damaged"),
            Self::Size => (
                "图片每边须为 1 至 10000 像素",
                "a side of a picture has 1 to 10,000 pixels",
            ),
            Self::Metadata => (
                "图片含 EXIF、位置、备注等信息，请去除后再上传",
                "the picture holds EXIF, a place, comments or the like; remove them and upload it again",
            ),
        }
    }
}

/// Whether files of a media type are pictures.
#[must_use]
pub fn is_picture(media: &str) -> bool {
    matches!(
        media,
        "image/png" | "image/jpeg" | "image/gif" | "image/webp"
    )
}

/// Looks at a picture of a media type.
///
/// # Errors
/// The [`Problem`].
pub fn look(media: &str, bytes: &[u8]) -> Result<Size, Problem> {
    let size = match media {
        "image/png" => png::look(bytes),
        "image/jpeg" => jpeg::look(bytes),
        "image/gif" => gif::look(bytes),
        "image/webp" => webp::look(bytes),
        _ => Err(Problem::Damaged),
    }?;
    let fits = |side: u32| (1..=LONGEST).contains(&side);
    if fits(size.width) && fits(size.height) {
        Ok(size)
    } else {
        Err(Problem::Size)
    }
}

/// What is left to be read; every reading fails at the end instead of going beyond it.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], Problem> {
        let (head, rest) = self.0.split_at_checked(n).ok_or(Problem::Damaged)?;
        self.0 = rest;
        Ok(head)
    }

    fn expect(&mut self, word: &[u8]) -> Result<(), Problem> {
        if self.take(word.len())? == word {
            Ok(())
        } else {
            Err(Problem::Damaged)
        }
    }

    fn byte(&mut self) -> Result<u8, Problem> {
        self.take(1)?.first().copied().ok_or(Problem::Damaged)
    }

    /// A number whose greatest byte comes first.
    fn big(&mut self, n: usize) -> Result<u32, Problem> {
        let bytes = self.take(n)?;
        Ok(bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    }

    /// A number whose least byte comes first.
    fn little(&mut self, n: usize) -> Result<u32, Problem> {
        let bytes = self.take(n)?;
        let all = bytes.iter().rev();
        Ok(all.fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    }

    /// Nothing follows.
    fn end(&self) -> Result<(), Problem> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Problem::Metadata)
        }
    }
}

fn length(n: u32) -> Result<usize, Problem> {
    usize::try_from(n).map_err(|_large| Problem::Damaged)
}
