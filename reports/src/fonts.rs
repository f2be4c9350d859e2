//! The fonts in the binary, and further ones that an operator names.

use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

use crate::definition::sha256;
use crate::problem::Problem;

static REGULAR: &[u8] = include_bytes!("../fonts/NotoSansSC-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../fonts/NotoSansSC-Bold.ttf");
static MONO: &[u8] = include_bytes!("../fonts/DejaVuSansMono.ttf");

/// Licence of the fonts, to be shown where the product shows its licences.
pub const LICENCE: &str = include_str!("../fonts/OFL.txt");

/// Licence of the font that documents set code in.
pub const LICENCE_MONO: &str = include_str!("../fonts/DEJAVU.txt");

/// Family of the fonts in the binary.
const FAMILY: &str = "Noto Sans SC";

/// SHA-256 of the fonts in the binary, checked when the crate is built.
const SHA256: [&str; 2] = [
    env!("SHA256_NotoSansSC_Regular_ttf"),
    env!("SHA256_NotoSansSC_Bold_ttf"),
];

/// Family of the font of code. No report uses it, so it is not in their fingerprints.
const MONO_FAMILY: &str = "DejaVu Sans Mono";

/// SHA-256 of the font of code.
const MONO_SHA256: &str = env!("SHA256_DejaVuSansMono_ttf");

/// A font of the operator.
struct Further {
    font: Font,
    sha256: String,
}

/// The operator's fonts, in the order of their files' names.
static FURTHER: OnceLock<Vec<Further>> = OnceLock::new();

/// The fonts in their fixed order: those in the binary, then the operator's.
pub(crate) static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    let further = further().iter().map(|one| one.font.clone());
    [REGULAR, BOLD]
        .into_iter()
        .filter_map(|data| Font::new(Bytes::new(data), 0))
        .chain(further)
        .collect()
});

/// The fonts of documents: those of reports, then the one of code.
pub(crate) static DOCUMENT_FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    let mono = Font::new(Bytes::new(MONO), 0);
    FONTS.iter().cloned().chain(mono).collect()
});

/// From here on the list is what it is.
fn further() -> &'static [Further] {
    FURTHER.get_or_init(Vec::new)
}

/// Appends the fonts of a directory (`.ttf`, `.otf`, in the order of their names) for rare names
/// that the fonts in the binary do not have. Their SHA-256 enter the fingerprint of every definition,
/// so the rendering child must be given the same directory. How many fonts there are.
///
/// # Errors
/// A directory that cannot be read; a file that is no font, or is of the family in the binary; a call
/// after a report, a fingerprint or a text was looked at: the list never changes under a report.
pub fn append(directory: &Path) -> Result<usize, Problem> {
    let place = |path: &Path| path.display().to_string();
    let told = |path: &Path, error: std::io::Error| Problem::new(place(path), error.to_string());
    let mut paths = std::fs::read_dir(directory)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<Vec<_>, _>>()
        })
        .map_err(|error| told(directory, error))?;
    paths.retain(|path| {
        path.extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("ttf") || end.eq_ignore_ascii_case("otf"))
    });
    paths.sort();
    let mut all = Vec::new();
    for path in &paths {
        let bytes = std::fs::read(path).map_err(|error| told(path, error))?;
        let sha256 = sha256(&bytes);
        let font = Font::new(Bytes::new(bytes), 0)
            .ok_or_else(|| Problem::new(place(path), "is no font"))?;
        if font.info().family == FAMILY {
            return Err(Problem::new(
                place(path),
                format!("is of the family {FAMILY}, which is in the binary"),
            ));
        }
        all.push(Further { font, sha256 });
    }
    let count = all.len();
    match FURTHER.set(all) {
        Ok(()) => Ok(count),
        Err(_) => Err(Problem::new(place(directory), "fonts are in use already")),
    }
}

/// SHA-256 of every font, in their order.
pub(crate) fn hashes() -> impl Iterator<Item = &'static str> {
    let further = further().iter().map(|one| one.sha256.as_str());
    SHA256.into_iter().chain(further)
}

/// Families in the order in which a character is looked for.
pub(crate) fn families() -> Vec<String> {
    let mut all = vec![FAMILY.to_owned()];
    for one in further() {
        let family = one.font.info().family.clone();
        if !all.contains(&family) {
            all.push(family);
        }
    }
    all
}

/// SHA-256 of every font of documents, in their order.
pub(crate) fn document_hashes() -> impl Iterator<Item = &'static str> {
    hashes().chain([MONO_SHA256])
}

/// Families in which code is looked for: its own font has no Han.
pub(crate) fn mono_families() -> Vec<String> {
    let mut all = vec![MONO_FAMILY.to_owned()];
    all.extend(families());
    all
}

/// What Typst looks fonts up in.
pub(crate) static BOOK: LazyLock<LazyHash<FontBook>> =
    LazyLock::new(|| LazyHash::new(FontBook::from_fonts(FONTS.iter())));

/// What it looks fonts of documents up in.
pub(crate) static DOCUMENT_BOOK: LazyLock<LazyHash<FontBook>> =
    LazyLock::new(|| LazyHash::new(FontBook::from_fonts(DOCUMENT_FONTS.iter())));

/// Code points that both fonts in the binary show, or one of the operator's, as a set of bits.
static COVERED: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut sets = FONTS.iter().map(|font| {
        let mut bits = vec![0_u64; 0x11_0000 / 64];
        for point in font.info().coverage.iter() {
            if let Some(word) = bits.get_mut(point as usize / 64) {
                *word |= 1 << (point % 64);
            }
        }
        bits
    });
    let mut all = sets.next().unwrap_or_default();
    for set in sets.by_ref().take(SHA256.len() - 1) {
        for (word, other) in all.iter_mut().zip(set) {
            *word &= other;
        }
    }
    for set in sets {
        for (word, other) in all.iter_mut().zip(set) {
            *word |= other;
        }
    }
    all
});

/// Whether a character can be printed, bold too: a heading may be bold where a cell is not.
#[must_use]
pub fn covers(char: char) -> bool {
    let point = u32::from(char);
    COVERED
        .get(point as usize / 64)
        .is_some_and(|word| word >> (point % 64) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rp_font_1_both_fonts_are_read() {
        assert_eq!(FONTS.len(), 2);
        assert!(BOOK.contains_family("noto sans sc"));
        assert!(LICENCE.contains("SIL OPEN FONT LICENSE"));
        assert_eq!(DOCUMENT_FONTS.len(), 3);
        assert!(DOCUMENT_BOOK.contains_family("dejavu sans mono"));
        assert!(LICENCE_MONO.contains("Bitstream Vera"));
    }
}
