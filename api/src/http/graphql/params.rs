//! The request parameters of GraphQL over HTTP, from a JSON body or a query string (G7, G11, G12, G15, G36).

use std::time::Duration;

use actix_web::{
    HttpRequest,
    dev::Decompress,
    http::header::{CONTENT_LENGTH, ContentEncoding},
    web,
};
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value as Json};

use crate::error::{Code, Error, Result};

/// Parameters of a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params {
    /// The document.
    pub query: String,
    /// Name of the operation to run.
    pub operation_name: Option<String>,
    /// Raw variables.
    pub variables: Map<String, Json>,
    /// Raw extensions.
    pub extensions: Map<String, Json>,
}

fn bad(zh: &str, en: &str) -> Error {
    Error::new(Code::BadRequest).detail(zh, en)
}

impl Params {
    /// Reads a JSON body.
    ///
    /// # Errors
    /// `BAD_REQUEST`, or `BATCHING_NOT_SUPPORTED` for an array.
    pub fn from_json(body: &[u8]) -> Result<Self> {
        let json: Json = serde_json::from_slice(body)
            .map_err(|_cause| bad("请求体不是 JSON", "the body is not JSON"))?;
        match json {
            Json::Array(_) => Err(Error::new(Code::BatchingNotSupported)),
            Json::Object(object) => Self::from_object(object),
            _ => Err(bad("请求体不是 JSON 对象", "the body is not a JSON object")),
        }
    }

    fn from_object(mut object: Map<String, Json>) -> Result<Self> {
        let query = match object.remove("query") {
            Some(Json::String(query)) => query,
            None | Some(Json::Null) => return Err(bad("缺少 query", "query is missing")),
            Some(_) => return Err(bad("query 不是字符串", "query is not a string")),
        };
        let operation_name = match object.remove("operationName") {
            None | Some(Json::Null) => None,
            Some(Json::String(name)) => Some(name).filter(|name| !name.is_empty()),
            Some(_) => {
                return Err(bad(
                    "operationName 不是字符串",
                    "operationName is not a string",
                ));
            }
        };
        let mut map = |name: &str| match object.remove(name) {
            None | Some(Json::Null) => Ok(Map::new()),
            Some(Json::Object(map)) => Ok(map),
            Some(_) => Err(bad(
                &format!("{name} 不是对象"),
                &format!("{name} is not an object"),
            )),
        };
        Ok(Self {
            query,
            operation_name,
            variables: map("variables")?,
            extensions: map("extensions")?,
        })
    }

    /// Reads a query string; empty parameters count as absent.
    ///
    /// # Errors
    /// `BAD_REQUEST`.
    pub fn from_query_string(text: &str) -> Result<Self> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(text)
            .map_err(|_cause| bad("地址参数无法读取", "the query string is not readable"))?;
        let mut object = Map::new();
        for (name, value) in pairs
            .into_inner()
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
        {
            let value = match name.as_str() {
                "variables" | "extensions" => serde_json::from_str(&value).map_err(|_cause| {
                    bad(&format!("{name} 不是 JSON"), &format!("{name} is not JSON"))
                })?,
                "query" | "operationName" => Json::String(value),
                _ => continue,
            };
            if object.insert(name, value).is_some() {
                return Err(bad("参数重复", "a parameter is given twice"));
            }
        }
        Self::from_object(object)
    }

    /// Whether the answer is to show its cost.
    pub fn wants_cost(&self) -> bool {
        self.extensions.get("cost") == Some(&Json::Bool(true))
    }
}

/// Compressed bytes that are unpacked at once: gzip makes at most 1 032 out of one.
const STEP: usize = 512;

/// Reads a body, plain or gzip, counting unpacked bytes.
///
/// # Errors
/// `PAYLOAD_TOO_LARGE`, `REQUEST_TIMEOUT`, or `BAD_REQUEST` for a broken transfer.
pub async fn read_body(
    request: &HttpRequest,
    payload: web::Payload,
    max: usize,
    wait: Duration,
) -> Result<Vec<u8>> {
    let too_large = || Error::new(Code::PayloadTooLarge);
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|bytes| bytes > max) {
        return Err(too_large());
    }
    let encoding = request
        .headers()
        .get(actix_web::http::header::CONTENT_ENCODING);
    let encoding = match encoding.and_then(|value| value.to_str().ok()) {
        Some(text) if text.trim().eq_ignore_ascii_case("gzip") => ContentEncoding::Gzip,
        _ => ContentEncoding::Identity,
    };
    let pieces = payload.flat_map(|chunk| {
        stream::iter(match chunk {
            Ok(bytes) => {
                let starts = (0..bytes.len()).step_by(STEP);
                starts
                    .map(|at| Ok(bytes.slice(at..bytes.len().min(at + STEP))))
                    .collect()
            }
            Err(error) => vec![Err(error)],
        })
    });
    let read = async {
        let mut body = Vec::new();
        let mut unpacked = std::pin::pin!(Decompress::new(pieces, encoding));
        while let Some(piece) = unpacked.next().await {
            let piece = piece.map_err(|_cause| bad("请求体传输中断", "the body broke off"))?;
            if body.len() + piece.len() > max {
                return Err(too_large());
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    };
    tokio::time::timeout(wait, read)
        .await
        .unwrap_or_else(|_elapsed| Err(Error::new(Code::RequestTimeout)))
}
