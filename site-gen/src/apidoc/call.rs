//! Examples of calls over HTTP, made from parameters and shapes.

use serde_json::Value;

use super::description::{curl, shown};
use super::example::quoted;
use super::model::{Api, Example, Operation};
use super::sample;

/// An example of an operation; None if a required part contains itself.
pub(super) fn made(api: &Api, operation: &Operation) -> Option<Example> {
    let mut path = if operation.address.is_empty() {
        operation.name.clone()
    } else {
        operation.address.clone()
    };
    let (mut query, mut headers) = (Vec::new(), Vec::new());
    for parameter in &operation.parameters {
        let value = sample::value(&parameter.shape, &api.types);
        let text = match value {
            Some(Value::String(text)) => text,
            Some(value) => value.to_string(),
            None => String::new(),
        };
        match parameter.place.as_str() {
            "path" => path = path.replace(&format!("{{{}}}", parameter.name), &text),
            "query" if parameter.required => query.push(format!("{}={text}", parameter.name)),
            "header" if parameter.required => headers.push(format!("{}: {text}", parameter.name)),
            _ => {}
        }
    }
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    let host = api
        .addresses
        .first()
        .map_or("https://HOST", String::as_str)
        .trim_end_matches('/');
    let address = if path.starts_with("http") {
        path
    } else {
        format!("{host}{path}")
    };
    let of = |name: &String| {
        api.auth
            .iter()
            .find(|one| one.name == *name && !one.header.is_empty())
    };
    headers.extend(
        operation
            .auth
            .iter()
            .find_map(of)
            .map(|one| one.header.clone()),
    );
    let mut request = String::new();
    if let Some(body) = &operation.body {
        headers.push(format!("Content-Type: {}", body.media));
        if body.media.ends_with("json") {
            request = shown(&body.shape, api)?;
        }
    }
    let mut call = curl(&operation.method, &address, &headers);
    if !request.is_empty() {
        let line = serde_json::from_str::<Value>(&request)
            .map(|value| value.to_string())
            .unwrap_or_default();
        call.push_str(&format!(" -d {}", quoted(&line)));
    }
    let good = operation
        .responses
        .iter()
        .find(|one| one.status.starts_with('2'))
        .or(operation.responses.first());
    let response = good
        .filter(|one| one.media.ends_with("json"))
        .and_then(|one| shown(one.shape.as_ref()?, api));
    Some(Example {
        call,
        request,
        response: response.unwrap_or_default(),
        ..Example::default()
    })
}
