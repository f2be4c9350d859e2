//! Who may make a browser send a request: the Origin rules, preflight headers and CORS (G40–G42).
//!
//! It knows nothing of sessions beyond the presence of a credential.

use actix_web::http::{
    Method,
    header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, ORIGIN},
};

use crate::error::{Code, Error, Result};

/// Name of the session cookie (G44).
pub const COOKIE_NAME: &str = "__Host-icuops";

/// Headers of which one, non-empty, makes a GET request a non-simple one (G40).
pub const PREFLIGHT_HEADERS: [&str; 3] = [
    "graphql-require-preflight",
    "apollo-require-preflight",
    "x-apollo-operation-name",
];

/// Origins that may use the API from a browser.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    /// The address under which people reach this server, such as `https://icu.example`.
    pub public: Option<String>,
    /// Exact further origins.
    pub allowed: Vec<String>,
    /// Name of the session cookie where it is not the default one.
    pub cookie: Option<String>,
}

impl Origins {
    /// Whether an `Origin` is the public one or an entry of the list; `null` never is.
    pub fn lists(&self, origin: &str) -> bool {
        origin != "null"
            && (self.public.as_deref() == Some(origin)
                || self.allowed.iter().any(|item| item == origin))
    }

    /// Name of the session cookie.
    pub fn cookie_name(&self) -> &str {
        self.cookie.as_deref().unwrap_or(COOKIE_NAME)
    }

    /// The table of G41.
    ///
    /// # Errors
    /// `CSRF_PREVENTED`, 403.
    pub fn check(&self, method: &Method, headers: &HeaderMap) -> Result<()> {
        if bearer(headers).is_some() {
            return Ok(());
        }
        let refused = || Err(Error::new(Code::CsrfPrevented));
        let origin = headers
            .get(ORIGIN)
            .map(|value| value.to_str().unwrap_or("null"));
        if origin.is_some_and(|origin| self.lists(origin)) {
            return Ok(());
        }
        let fetch = |name: &'static str| {
            let value = headers.get(HeaderName::from_static(name));
            value.map(|value| value.to_str().unwrap_or("?"))
        };
        match fetch("sec-fetch-site") {
            Some("same-origin" | "none") => Ok(()),
            Some(_) => {
                let navigates = fetch("sec-fetch-mode") == Some("navigate");
                if navigates && method == Method::GET {
                    Ok(())
                } else {
                    refused()
                }
            }
            None if origin.is_some() => refused(),
            None if session_cookie(headers, self.cookie_name()).is_some() => refused(),
            None => Ok(()),
        }
    }
}

/// The token of `Authorization: Bearer`; `Some("")` if the scheme stands alone, `None` for other schemes.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?.trim();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Value of the session cookie.
pub fn session_cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Demands one of the preflight headers of a GET request (G40).
///
/// # Errors
/// `CSRF_PREVENTED`, 400.
pub fn require_preflight(headers: &HeaderMap) -> Result<()> {
    let sent = PREFLIGHT_HEADERS.iter().any(|name| {
        headers
            .get(*name)
            .is_some_and(|value| !value.as_bytes().trim_ascii().is_empty())
    });
    if sent {
        Ok(())
    } else {
        Err(Error::new(Code::CsrfPrevented).with_status(400))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use actix_web::http::header::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().filter(|(_, value)| *value != "-");
        pairs
            .map(|(k, v)| {
                (
                    HeaderName::from_static(k),
                    HeaderValue::from_str(v).unwrap(),
                )
            })
            .collect()
    }

    fn origins() -> Origins {
        Origins {
            public: Some("https://icu.example".into()),
            allowed: vec!["https://portal.example:8443".into()],
            cookie: None,
        }
    }

    /// G41: site × origin × credential, as the table says.
    #[test]
    fn header_matrix() {
        let sites = ["-", "same-origin", "none", "same-site", "cross-site", "odd"];
        let froms = [
            "-",
            "https://icu.example",
            "https://portal.example:8443",
            "https://evil.example",
            "null",
        ];
        for site in sites {
            for from in froms {
                for credential in ["none", "cookie", "bearer"] {
                    let listed =
                        matches!(from, "https://icu.example" | "https://portal.example:8443");
                    let expected = match (credential, site) {
                        ("bearer", _) => true,
                        _ if listed => true,
                        (_, "same-origin" | "none") => true,
                        (_, "same-site" | "cross-site" | "odd") => false,
                        _ if from != "-" => false,
                        ("cookie", _) => false,
                        _ => true,
                    };
                    let headers = headers(&[
                        ("sec-fetch-site", site),
                        ("origin", from),
                        (
                            "cookie",
                            if credential == "cookie" {
                                "a=b; __Host-icuops=x"
                            } else {
                                "a=b"
                            },
                        ),
                        (
                            "authorization",
                            if credential == "bearer" {
                                "bearer t"
                            } else {
                                "-"
                            },
                        ),
                    ]);
                    let passed = origins().check(&Method::POST, &headers).is_ok();
                    assert_eq!(passed, expected, "{site} {from} {credential}");
                }
            }
        }
    }

    #[test]
    fn safe_navigation_passes_and_a_posted_form_does_not() {
        let headers = headers(&[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
        ]);
        assert!(origins().check(&Method::GET, &headers).is_ok());
        assert!(origins().check(&Method::POST, &headers).is_err());
    }

    /// G40
    #[test]
    fn each_preflight_header_suffices_unless_empty() {
        for name in PREFLIGHT_HEADERS {
            assert!(require_preflight(&headers(&[(name, "1")])).is_ok());
            assert!(require_preflight(&headers(&[(name, " ")])).is_err());
        }
        assert_eq!(
            require_preflight(&HeaderMap::new()).unwrap_err().status(),
            400
        );
    }

    #[test]
    fn cookie_is_found_by_its_exact_name() {
        let map = headers(&[("cookie", "x__Host-icuops=no; __Host-icuops=yes")]);
        assert_eq!(session_cookie(&map, COOKIE_NAME), Some("yes"));
        assert_eq!(
            session_cookie(&headers(&[("cookie", "__Host-icuops2=no")]), COOKIE_NAME),
            None
        );
    }
}
