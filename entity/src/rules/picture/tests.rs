//! Pictures of each kind, plain, with what they should not say, and cut at every place.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

use proptest::prelude::*;

use super::*;

fn png(extra: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut made = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        made.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        made.extend(kind);
        made.extend(data);
        made.extend([0; 4]);
    };
    chunk(b"IHDR", b"\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0");
    for (kind, data) in extra {
        chunk(kind, data);
    }
    chunk(b"IDAT", b"x");
    chunk(b"IEND", b"");
    made
}

fn jpeg(extra: &[(u8, &[u8])]) -> Vec<u8> {
    let mut made = b"\xff\xd8".to_vec();
    let mut segment = |kind: u8, data: &[u8]| {
        made.extend([0xff, kind]);
        made.extend(u16::try_from(data.len() + 2).unwrap().to_be_bytes());
        made.extend(data);
    };
    segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0");
    for (kind, data) in extra {
        segment(*kind, data);
    }
    segment(0xc0, b"\x08\x01\xe0\x02\x80\x01\x01\x11\0");
    segment(0xda, b"\x01\x01\0\0\x3f\0");
    made.extend(b"\x12\xff\0\x34\xff\xd0\x56\xff\xd9");
    made
}

fn gif(extra: &[u8]) -> Vec<u8> {
    let mut made = b"GIF89a\x80\x02\xe0\x01\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    made.extend(b"\x21\xf9\x04\0\0\0\0\0");
    made.extend(extra);
    made.extend(b"\x2c\0\0\0\0\x80\x02\xe0\x01\0\x02\x01x\0\x3b");
    made
}

fn webp(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut inside = b"WEBP".to_vec();
    for (kind, data) in chunks {
        inside.extend(*kind);
        inside.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        inside.extend(*data);
        inside.extend(vec![0; data.len() % 2]);
    }
    let mut made = b"RIFF".to_vec();
    made.extend(u32::try_from(inside.len()).unwrap().to_le_bytes());
    made.extend(inside);
    made
}

const LOSSY: &[u8] = b"\0\0\0\x9d\x01\x2a\x80\x02\xe0\x01";
const EXTENDED: &[u8] = b"\0\0\0\0\x7f\x02\0\xdf\x01\0";

fn plain() -> Vec<(&'static str, Vec<u8>)> {
    // (640 - 1) | (480 - 1) << 14
    let lossless = [&[0x2f][..], &(639_u32 | 479 << 14).to_le_bytes()].concat();
    vec![
        (
            "image/png",
            png(&[(b"tEXt", b"Software\0gnome-screenshot")]),
        ),
        (
            "image/jpeg",
            jpeg(&[(0xe2, b"ICC_PROFILE\0x"), (0xdb, b"q")]),
        ),
        ("image/gif", gif(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0")),
        ("image/webp", webp(&[(b"VP8 ", LOSSY)])),
        ("image/webp", webp(&[(b"VP8L", &lossless)])),
        (
            "image/webp",
            webp(&[(b"VP8X", EXTENDED), (b"VP8 ", b"any")]),
        ),
    ]
}

#[test]
fn a_plain_picture_is_taken_with_its_size() {
    let size = Size {
        width: 640,
        height: 480,
    };
    for (media, bytes) in plain() {
        assert_eq!(look(media, &bytes), Ok(size), "{media}");
    }
}

/// SG-MD-7: EXIF, GPS and all words of their kind.
#[test]
fn a_picture_that_says_more_than_it_shows_is_refused() {
    let mut behind: Vec<_> = plain();
    for (_, bytes) in &mut behind {
        bytes.extend(b"more");
    }
    let told = vec![
        ("image/png", png(&[(b"eXIf", b"MM")])),
        ("image/png", png(&[(b"iTXt", b"XML:com.adobe.xmp\0")])),
        ("image/png", png(&[(b"tEXt", b"Comment\0x")])),
        ("image/png", png(&[(b"zTXt", b"Software\0x")])),
        ("image/jpeg", jpeg(&[(0xe1, b"Exif\0\0MM")])),
        (
            "image/jpeg",
            jpeg(&[(0xe1, b"http://ns.adobe.com/xap/1.0/\0")]),
        ),
        ("image/jpeg", jpeg(&[(0xed, b"Photoshop 3.0\0")])),
        ("image/jpeg", jpeg(&[(0xfe, b"words")])),
        ("image/jpeg", jpeg(&[(0xe0, b"JFXX\0\x10thumbnail")])),
        ("image/gif", gif(b"\x21\xfe\x05words\0")),
        ("image/gif", gif(b"\x21\xff\x0bXMP DataXMP\x01x\0")),
        ("image/webp", webp(&[(b"VP8X", EXTENDED), (b"EXIF", b"MM")])),
        ("image/webp", webp(&[(b"VP8 ", LOSSY), (b"XMP ", b"x")])),
    ];
    for (media, bytes) in told.into_iter().chain(behind) {
        assert_eq!(look(media, &bytes), Err(Problem::Metadata), "{media}");
    }
}

#[test]
fn a_picture_without_pixels_or_with_too_many_is_refused() {
    let mut wide = png(&[]);
    wide.splice(16..20, 10_001_u32.to_be_bytes());
    assert_eq!(look("image/png", &wide), Err(Problem::Size));
    wide.splice(16..20, 0_u32.to_be_bytes());
    assert_eq!(look("image/png", &wide), Err(Problem::Size));
}

/// What ends early is damaged, wherever it ends.
#[test]
fn a_picture_that_is_cut_is_refused() {
    for (media, bytes) in plain() {
        for end in 0..bytes.len() {
            assert_eq!(
                look(media, &bytes[..end]),
                Err(Problem::Damaged),
                "{media} {end}"
            );
        }
    }
}

proptest! {
    #[test]
    fn looking_at_anything_ends(mut bytes: Vec<u8>, kind in 0_usize..6, at in 0_usize..60, new: u8) {
        for media in ["image/png", "image/jpeg", "image/gif", "image/webp"] {
            let _seen = look(media, &bytes);
        }
        let (media, mut picture) = plain().swap_remove(kind);
        if let Some(byte) = picture.get_mut(at) {
            *byte = new;
        }
        picture.append(&mut bytes);
        let _seen = look(media, &picture);
    }
}
