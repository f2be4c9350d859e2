//! Names in `Content-Disposition`, read and written (RFC 6266, RFC 8187).
//!
//! What a name may be is the rule of `entity::rules::file`; here it only travels.

use actix_web::http::header::{CONTENT_DISPOSITION, HeaderMap};

use crate::error::{Error, Result, UserErrorCode};

fn invalid() -> Error {
    Error::from(UserErrorCode::Invalid).detail(
        "请求头须为 Content-Disposition: attachment; filename*=UTF-8''百分号编码的文件名",
        "the header must read Content-Disposition: attachment; filename*=UTF-8''percent-encoded-name",
    )
}

/// The name that an upload is given; `filename*` wins over a plain ASCII `filename`.
///
/// # Errors
/// `REQUIRED` without a name, `INVALID` for anything but one well-formed header of type `attachment`.
pub fn name_of(headers: &HeaderMap) -> Result<String> {
    let missing = || {
        Error::from(UserErrorCode::Required).detail(
            "缺少 Content-Disposition 中的文件名",
            "the file name in Content-Disposition is missing",
        )
    };
    let mut lines = headers.get_all(CONTENT_DISPOSITION);
    let line = lines.next().ok_or_else(missing)?;
    if lines.next().is_some() {
        return Err(invalid());
    }
    let line = line.to_str().map_err(|_cause| invalid())?;
    let (kind, mut rest) = line.split_once(';').unwrap_or((line, ""));
    if !kind.trim().eq_ignore_ascii_case("attachment") {
        return Err(invalid());
    }
    let (mut extended, mut plain) = (None, None);
    while !rest.trim().is_empty() {
        let (name, after) = rest.split_once('=').ok_or_else(invalid)?;
        let (value, after) = value(after.trim_start())?;
        let slot = match name.trim().to_ascii_lowercase().as_str() {
            "filename*" => &mut extended,
            "filename" => &mut plain,
            _ => &mut None,
        };
        if slot.replace(value).is_some() {
            return Err(invalid());
        }
        rest = after;
    }
    match (extended, plain) {
        (Some(value), _) => decode(&value),
        (None, Some(value)) => Ok(value),
        (None, None) => Err(missing()),
    }
}

/// A token or quoted string, and what stands behind its semicolon.
fn value(text: &str) -> Result<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_once(';').unwrap_or((text, ""));
        return Ok((value.trim().to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => {
                let rest = quoted.get(at + 1..).unwrap_or_default().trim_start();
                let rest = match rest.strip_prefix(';') {
                    Some(rest) => rest,
                    None if rest.is_empty() => rest,
                    None => return Err(invalid()),
                };
                return Ok((value, rest));
            }
            '\\' => value.extend(characters.next().map(|(_, c)| c)),
            _ => value.push(c),
        }
    }
    Err(invalid())
}

/// `UTF-8'language'percent-encoded`; other charsets, overlong forms and broken escapes are refused.
fn decode(value: &str) -> Result<String> {
    let mut parts = value.splitn(3, '\'');
    let (charset, _language) = (parts.next().unwrap_or_default(), parts.next());
    let text = parts.next().ok_or_else(invalid)?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return Err(invalid());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => break,
            [b'%', high, low, rest @ ..] => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                let (high, low) = digit(high).zip(digit(low)).ok_or_else(invalid)?;
                bytes.extend(u8::try_from(high * 16 + low));
                rest
            }
            [b'%', ..] => return Err(invalid()),
            [byte, rest @ ..] => {
                bytes.push(*byte);
                rest
            }
        };
    }
    String::from_utf8(bytes).map_err(|_cause| invalid())
}

/// Value of the header of a download, in ASCII whatever the name is.
#[must_use]
pub fn header(name: &str, inline: bool) -> String {
    use std::fmt::Write as _;
    let kind = if inline { "inline" } else { "attachment" };
    let ascii: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' => '_',
            ' '..='~' => c,
            _ => '_',
        })
        .collect();
    let mut encoded = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use actix_web::http::header::HeaderValue;

    use super::*;

    fn read(line: &str) -> Result<String, &'static str> {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_bytes(line.as_bytes()).unwrap();
        headers.insert(CONTENT_DISPOSITION, value);
        name_of(&headers).map_err(|error| error.code().word())
    }

    #[test]
    fn names_travel_there_and_back() {
        for name in [
            "a.png",
            "特护单 (12床).pdf",
            "50%;'x'.txt",
            "e\u{301}🙂.log",
        ] {
            assert_eq!(read(&header(name, false)).as_deref(), Ok(name));
        }
        assert_eq!(
            header("床\"1\".png", true),
            "inline; filename=\"__1_.png\"; filename*=UTF-8''%E5%BA%8A%221%22.png"
        );
        assert!(
            header("a\r\nb.txt", false)
                .bytes()
                .all(|b| (b' '..=b'~').contains(&b))
        );
    }

    #[test]
    fn both_forms_are_read_and_the_encoded_one_wins() {
        for (line, name) in [
            ("attachment; filename=a.png", "a.png"),
            (
                "Attachment;FileName=\"a;b \\\"c\\\".png\" ; x=y",
                "a;b \"c\".png",
            ),
            (
                "attachment; filename*=utf-8'zh'%E5%BA%8A.png; filename=\"bed.png\"",
                "床.png",
            ),
        ] {
            assert_eq!(read(line).as_deref(), Ok(name), "{line}");
        }
        for (line, code) in [
            ("attachment", "REQUIRED"),
            ("attachment; size=3", "REQUIRED"),
            ("inline; filename=a.png", "INVALID"),
            ("form-data; name=\"f\"; filename=\"a.png\"", "INVALID"),
            ("attachment; filename=\"a.png", "INVALID"),
            ("attachment; filename=\"a\" b", "INVALID"),
            ("attachment; filename=a; filename=b", "INVALID"),
            ("attachment; filename*=GBK''%B4%B2.png", "INVALID"),
            (
                "attachment; filename*=UTF-8''%C0%AE%C0%AE%2Fa.png",
                "INVALID",
            ),
            ("attachment; filename*=UTF-8''%E5%BA.png", "INVALID"),
            ("attachment; filename*=UTF-8''a%2", "INVALID"),
            ("attachment; filename*=a.png", "INVALID"),
            ("attachment; filename=床.png", "INVALID"),
        ] {
            assert_eq!(read(line), Err(code), "{line}");
        }
    }
}
