//! Media types: what the client accepts, and what it sends (G5, G13, G39).

use actix_web::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};

use crate::error::{Code, Error, Result, milli};

/// Media type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Media {
    /// `application/json`: document errors are answered with 200.
    #[default]
    Json,
    /// `application/graphql-response+json`: they are answered with 400.
    Grj,
}

impl Media {
    /// Value of `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Grj => "application/graphql-response+json; charset=utf-8",
        }
    }
}

/// Chooses the media type of the answer from `Accept`.
///
/// # Errors
/// `NOT_ACCEPTABLE` if neither type is accepted; `text/event-stream` alone is one such case.
pub fn accept(headers: &HeaderMap) -> Result<Media> {
    let mut lines = headers.get_all(ACCEPT).peekable();
    if lines.peek().is_none() {
        return Ok(Media::Json);
    }
    // Weight and precision of the best range for each type; the more precise range decides its weight (RFC 9110).
    let (mut json, mut grj) = ((0, 0_u16), (0, 0_u16));
    let mut empty = true;
    for item in lines.flat_map(|line| line.to_str().unwrap_or_default().split(',')) {
        let mut parts = item.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default().to_ascii_lowercase();
        if range.is_empty() {
            continue;
        }
        empty = false;
        let (mut weight, mut utf8) = (1000, true);
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => weight = milli(value),
                "charset" => utf8 = is_utf8(value),
                _ => {}
            }
        }
        if !utf8 {
            continue;
        }
        let (for_json, for_grj) = match range.as_str() {
            "*/*" => (1, 1),
            "application/*" => (2, 2),
            "application/json" => (3, 0),
            "application/graphql-response+json" => (0, 3),
            _ => (0, 0),
        };
        for (best, precision) in [(&mut json, for_json), (&mut grj, for_grj)] {
            if precision > 0 && precision >= best.0 {
                *best = (
                    precision,
                    if precision == best.0 {
                        best.1.max(weight)
                    } else {
                        weight
                    },
                );
            }
        }
    }
    match (json.1, grj.1) {
        _ if empty => Ok(Media::Json),
        (0, 0) => Err(Error::new(Code::NotAcceptable)),
        // A named type wins over one that only a wildcard covers, at equal weight; else JSON is the default.
        (j, g) if g > j || (g == j && grj.0 > json.0) => Ok(Media::Grj),
        _ => Ok(Media::Json),
    }
}

/// Checks `Content-Type` and `Content-Encoding` of a POST body.
///
/// # Errors
/// `UNSUPPORTED_MEDIA_TYPE` for anything but JSON in UTF-8, plain or gzip.
pub fn content(headers: &HeaderMap) -> Result<()> {
    let refused = || Err(Error::new(Code::UnsupportedMediaType));
    let text = |name| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase())
    };
    let Some(value) = text(CONTENT_TYPE) else {
        return refused();
    };
    let mut parts = value.split(';').map(str::trim);
    if parts.next() != Some("application/json") || headers.get_all(CONTENT_TYPE).count() != 1 {
        return refused();
    }
    for part in parts {
        if let Some((name, value)) = part.split_once('=')
            && name.trim() == "charset"
            && !is_utf8(value)
        {
            return refused();
        }
    }
    match text(CONTENT_ENCODING).as_deref() {
        None | Some("" | "identity" | "gzip") => Ok(()),
        Some(_) => refused(),
    }
}

fn is_utf8(value: &str) -> bool {
    let value = value.trim().trim_matches('"');
    value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use actix_web::http::header::HeaderValue;

    use super::*;

    fn headers(name: actix_web::http::header::HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    /// G5
    #[test]
    fn accept_table() {
        assert_eq!(accept(&HeaderMap::new()).unwrap(), Media::Json);
        for (value, media) in [
            ("", Some(Media::Json)),
            ("*/*", Some(Media::Json)),
            ("application/*", Some(Media::Json)),
            ("application/json", Some(Media::Json)),
            ("application/graphql-response+json", Some(Media::Grj)),
            (
                "Application/GraphQL-Response+JSON; charset=UTF-8",
                Some(Media::Grj),
            ),
            (
                "application/graphql-response+json, application/json",
                Some(Media::Json),
            ),
            (
                "application/graphql-response+json, application/json;q=0.9",
                Some(Media::Grj),
            ),
            (
                "application/graphql-response+json;q=0.5, application/json",
                Some(Media::Json),
            ),
            ("application/graphql-response+json, */*", Some(Media::Grj)),
            ("application/json;q=0, */*", Some(Media::Grj)),
            ("application/json;q=0", None),
            ("text/html, */*;q=0.1", Some(Media::Json)),
            ("text/html", None),
            ("text/event-stream", None),
            ("text/event-stream, application/json", Some(Media::Json)),
            ("application/json; charset=gbk", None),
        ] {
            assert_eq!(accept(&headers(ACCEPT, value)).ok(), media, "{value}");
        }
    }

    /// G13, G39
    #[test]
    fn content_table() {
        for (value, ok) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("application/json;charset=\"UTF-8\"", true),
            ("application/json; charset=gb18030", false),
            ("application/graphql", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=x", false),
            ("", false),
        ] {
            assert_eq!(
                content(&headers(CONTENT_TYPE, value)).is_ok(),
                ok,
                "{value}"
            );
        }
        assert!(content(&HeaderMap::new()).is_err());
        let mut br = headers(CONTENT_TYPE, "application/json");
        br.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
        assert!(content(&br).is_err());
    }
}
