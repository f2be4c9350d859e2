//! What may be attached: names, kinds by extension and signature, sizes (G62, G65, G66).
//!
//! Only the first bytes of a file are looked at, nothing is decoded or unpacked. Extension and
//! signature must agree; SVG, HTML and everything executable stand in no row and are refused.

use unicode_normalization::UnicodeNormalization;

/// Most bytes of a file, 20 MiB.
pub const MOST_BYTES: u64 = 20 * 1024 * 1024;
/// Longest name, in characters.
pub const MOST_NAME: usize = 200;
/// First bytes that [`Kind::fits`] wants to see.
pub const HEAD: usize = 64;

/// A kind of file that is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Ending of the name, lower case.
    pub extension: &'static str,
    /// Media type it is served with; what the client declares counts for nothing.
    pub media: &'static str,
    /// Whether a browser may show it in place of saving it: raster images and PDF.
    pub inline: bool,
    signature: Signature,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signature {
    /// One of these bytes at the start.
    Starts(&'static [&'static [u8]]),
    /// A RIFF container of WebP.
    WebP,
    /// A zip archive whose first entry stands in this folder or is part of the frame of every OOXML file.
    Ooxml(&'static [u8]),
    /// No bytes of its own: text, which holds no NUL unless a byte order mark says UTF-16.
    Text,
}

const fn kind(
    extension: &'static str,
    media: &'static str,
    inline: bool,
    signature: Signature,
) -> Kind {
    Kind {
        extension,
        media,
        inline,
        signature,
    }
}

/// Every kind that is accepted.
pub const KINDS: &[Kind] = &[
    kind("png", "image/png", true, Signature::Starts(&[PNG])),
    kind("jpg", "image/jpeg", true, Signature::Starts(&[JPEG])),
    kind("jpeg", "image/jpeg", true, Signature::Starts(&[JPEG])),
    kind("gif", "image/gif", true, Signature::Starts(GIF)),
    kind("webp", "image/webp", true, Signature::WebP),
    kind("pdf", "application/pdf", true, Signature::Starts(&[PDF])),
    kind("zip", "application/zip", false, Signature::Starts(ZIP)),
    kind(
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        false,
        Signature::Ooxml(b"word/"),
    ),
    kind(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        false,
        Signature::Ooxml(b"xl/"),
    ),
    kind("txt", "text/plain", false, Signature::Text),
    kind("log", "text/plain", false, Signature::Text),
    kind("csv", "text/csv", false, Signature::Text),
    kind("json", "application/json", false, Signature::Text),
];

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";
const GIF: &[&[u8]] = &[b"GIF87a", b"GIF89a"];
const PDF: &[u8] = b"%PDF-";
/// A first entry, or the end of an archive without entries.
const ZIP: &[&[u8]] = &[ENTRY, b"PK\x05\x06"];
const ENTRY: &[u8] = b"PK\x03\x04";
/// Programs; no kind accepts them, and text must not begin so either.
const PROGRAMS: &[&[u8]] = &[b"MZ", b"\x7fELF", b"#!"];

impl Kind {
    /// The kind that the ending of a name stands for.
    #[must_use]
    pub fn of_name(name: &str) -> Option<&'static Self> {
        let (_, extension) = name.rsplit_once('.')?;
        let extension = extension.to_ascii_lowercase();
        KINDS.iter().find(|kind| kind.extension == extension)
    }

    /// Whether a media type may be shown in place.
    #[must_use]
    pub fn is_inline(media: &str) -> bool {
        KINDS.iter().any(|kind| kind.media == media && kind.inline)
    }

    /// Whether the content agrees: its first [`HEAD`] bytes, and whether a NUL stands anywhere in it.
    #[must_use]
    pub fn fits(&self, head: &[u8], has_nul: bool) -> bool {
        match self.signature {
            Signature::Starts(any) => any.iter().any(|start| head.starts_with(start)),
            Signature::WebP => {
                head.starts_with(b"RIFF") && head.get(8..12).is_some_and(|word| word == b"WEBP")
            }
            Signature::Ooxml(folder) => first_entry(head).is_some_and(|name| {
                let frame: [&[u8]; 4] = [b"[Content_Types].xml", b"_rels/", b"docProps/", folder];
                frame.iter().any(|start| name.starts_with(start))
            }),
            Signature::Text => is_text(head, has_nul),
        }
    }
}

/// Name of the first entry of a zip archive, as far as it stands in the head.
fn first_entry(head: &[u8]) -> Option<&[u8]> {
    if !head.starts_with(ENTRY) {
        return None;
    }
    head.get(30..)
}

fn is_text(head: &[u8], has_nul: bool) -> bool {
    let binary = [PNG, JPEG, PDF, b"RIFF", ENTRY];
    let other = binary.iter().chain(GIF).chain(PROGRAMS);
    let utf16 = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    (utf16 || !has_nul) && !other.into_iter().any(|start| head.starts_with(start))
}

/// What is wrong with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No name.
    Required,
    /// More than [`MOST_NAME`] characters.
    TooLong,
    /// A character that is hidden, turns the writing direction, or parts a path.
    Character,
    /// `..`, a dot at either end, or a name that Windows keeps for devices.
    Reserved,
}

/// The name as it is kept: NFC, one path segment on every system, nothing hidden in it.
///
/// # Errors
/// The [`Problem`].
pub fn name(value: &str) -> Result<String, Problem> {
    let name: String = value.trim().nfc().collect();
    if name.is_empty() {
        return Err(Problem::Required);
    }
    if name.chars().count() > MOST_NAME {
        return Err(Problem::TooLong);
    }
    if name.chars().any(is_refused) {
        return Err(Problem::Character);
    }
    let stem = name.split('.').next().unwrap_or_default().trim();
    let dotted = name.contains("..") || name.starts_with('.') || name.ends_with('.');
    if dotted || is_device(stem) {
        return Err(Problem::Reserved);
    }
    Ok(name)
}

/// Control, direction and line-parting characters, and what no Windows name may hold.
fn is_refused(c: char) -> bool {
    c.is_control()
        || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        || matches!(
            c,
            '\u{061C}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2066}'..='\u{2069}'
                | '\u{FEFF}'
                | '\u{FFFD}'
        )
}

fn is_device(stem: &str) -> bool {
    let stem = stem.to_ascii_uppercase();
    let port = |kind: &str| {
        stem.strip_prefix(kind)
            .is_some_and(|n| matches!(n.as_bytes(), [b'0'..=b'9']))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || port("COM") || port("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fits(name: &str, head: &[u8]) -> bool {
        Kind::of_name(name).is_some_and(|kind| kind.fits(head, head.contains(&0)))
    }

    #[test]
    fn extension_and_signature_must_agree() {
        let mut docx = b"PK\x03\x04".to_vec();
        docx.extend([0; 26]);
        let mut zip = docx.clone();
        docx.extend(b"[Content_Types].xml");
        zip.extend(b"readme.txt");
        for (name, head) in [
            ("a.png", PNG),
            ("照片.JPG", b"\xff\xd8\xff\xe0\0\x10JFIF"),
            ("a.gif", b"GIF89a\x01\0"),
            ("a.webp", b"RIFF\x10\0\0\0WEBPVP8 "),
            ("a.pdf", b"%PDF-1.7"),
            ("a.zip", &zip),
            ("a.zip", &docx),
            ("a.docx", &docx),
            ("a.tar.zip", &zip),
            ("运行日志.log", "2026-03-02 采集中断".as_bytes()),
            ("a.csv", b"a,b\n"),
            ("a.json", b"{}"),
            ("utf16.txt", b"\xff\xfeh\0i\0"),
        ] {
            assert!(fits(name, head), "{name}");
        }
        for (name, head) in [
            ("a.png", zip.as_slice()),
            ("a.docx", &zip),
            ("a.zip", PNG),
            ("a.jpg", PNG),
            ("a.webp", b"RIFF\x10\0\0\0WAVEfmt "),
            ("a.txt", PNG),
            ("a.txt", b"a\0b"),
            ("a.txt", b"MZ\x90"),
            ("a.log", b"#!/bin/sh"),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("a.html", b"<!doctype html>"),
            ("a.exe", b"MZ"),
            ("a.js", b"GIF89a/*"),
            ("png", PNG),
            ("a.png", b""),
        ] {
            assert!(!fits(name, head), "{name}");
        }
    }

    #[test]
    fn names_are_one_visible_segment() {
        assert_eq!(
            name(" e\u{301}cran 1.png ").as_deref(),
            Ok("\u{e9}cran 1.png")
        );
        assert_eq!(
            name("特护单（12床）50%.pdf").as_deref(),
            Ok("特护单（12床）50%.pdf")
        );
        assert_eq!(
            name(&format!("{}.txt", "长".repeat(196))).map(|_| ()),
            Ok(())
        );
        assert_eq!(
            name(&format!("{}.txt", "长".repeat(197))),
            Err(Problem::TooLong)
        );
        assert_eq!(name("  "), Err(Problem::Required));
        for bad in [
            "a/b.txt",
            "a\\b.txt",
            "a\0.txt",
            "a\r\nb.txt",
            "a\u{202E}gnp.txt",
            "C:a.txt",
            "a\u{FFFD}.txt",
        ] {
            assert_eq!(name(bad), Err(Problem::Character), "{bad:?}");
        }
        for bad in [
            "..%2fetc.txt",
            "..",
            ".",
            ".htaccess",
            "a.txt.",
            "CON",
            "con.txt",
            "Lpt1.log",
            "nul .txt",
        ] {
            assert_eq!(name(bad), Err(Problem::Reserved), "{bad:?}");
        }
        assert_eq!(name("console.log").as_deref(), Ok("console.log"));
    }

    proptest! {
        #[test]
        fn a_kept_name_is_kept_again_and_stays_in_its_folder(value: String) {
            if let Ok(kept) = name(&value) {
                let again = name(&kept);
                prop_assert_eq!(again.as_ref(), Ok(&kept));
                let path = std::path::Path::new("/folder").join(&kept);
                prop_assert_eq!(path.parent(), Some(std::path::Path::new("/folder")));
                prop_assert_eq!(path.components().count(), 3);
            }
        }
    }
}
