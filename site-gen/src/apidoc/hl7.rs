//! Example messages: HL7 version 2 in its encoding with bars, and XML.

use std::collections::BTreeMap;

use super::model::{Shape, TypeDef};

/// Media type of the encoding with bars.
pub(super) const MEDIA: &str = "x-application/hl7-v2+er7";

/// Segments must be those of the message and in it where required; required fields must not be empty. Fields of a segment
/// are named `PID-3 …`.
pub(super) fn check(text: &str, shape: &Shape, types: &BTreeMap<String, TypeDef>) -> Vec<String> {
    let Some(message) = def(shape, types) else {
        return vec!["the type of a message has segments as fields".to_owned()];
    };
    let mut problems = Vec::new();
    let lines: Vec<&str> = text
        .split(['\r', '\n'])
        .filter(|line| !line.trim().is_empty())
        .collect();
    if !lines
        .first()
        .is_some_and(|line| line.starts_with("MSH|^~\\&|"))
    {
        problems.push("must begin with MSH|^~\\&|".to_owned());
    }
    for (at, line) in (1..).zip(&lines) {
        let name = line.split('|').next().unwrap_or_default();
        let Some(segment) = message.fields.iter().find(|one| one.name == name) else {
            problems.push(format!("line {at}: {name} is no segment of the message"));
            continue;
        };
        let Some(segment) = def(&segment.shape, types) else {
            continue;
        };
        let mut values: Vec<&str> = line.split('|').collect();
        if name == "MSH" {
            // MSH-1 is the bar itself.
            values.insert(1, "|");
        }
        for field in &segment.fields {
            let number = field.name.split_once('-').map(|(_, rest)| rest);
            let number = number.and_then(|rest| rest.split(' ').next()?.parse::<usize>().ok());
            let Some(number) = number else {
                problems.push(format!("field {} is not named like PID-3", field.name));
                continue;
            };
            if field.required && values.get(number).is_none_or(|value| value.is_empty()) {
                problems.push(format!("line {at}: {} is empty", field.name));
            }
        }
        let known = segment.fields.iter().filter_map(|one| {
            one.name
                .split_once('-')?
                .1
                .split(' ')
                .next()?
                .parse::<usize>()
                .ok()
        });
        let last = known.max().unwrap_or(0);
        if !segment.open && values.len() > last + 1 {
            problems.push(format!(
                "line {at}: {name} has {} fields where {last} are described",
                values.len() - 1
            ));
        }
    }
    for segment in message.fields.iter().filter(|one| one.required) {
        if !lines
            .iter()
            .any(|line| line.split('|').next() == Some(&segment.name))
        {
            problems.push(format!("segment {} is missing", segment.name));
        }
    }
    problems
}

fn def<'a>(shape: &Shape, types: &'a BTreeMap<String, TypeDef>) -> Option<&'a TypeDef> {
    match shape {
        Shape::Named(name) => types.get(name),
        Shape::List(inner) | Shape::Nullable(inner) => def(inner, types),
        Shape::Any | Shape::Scalar(..) | Shape::Object(..) | Shape::OneOf(_) => None,
    }
}

/// Elements must be closed in order and by their names. What they mean is not looked at.
pub(super) fn check_xml(text: &str) -> Vec<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut roots = 0;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = rest.get(at..).unwrap_or_default();
        let (end, skip) = if rest.starts_with("<!--") {
            ("-->", true)
        } else if rest.starts_with("<![CDATA[") {
            ("]]>", true)
        } else if rest.starts_with("<?") {
            ("?>", true)
        } else {
            (">", false)
        };
        let Some(length) = rest.find(end) else {
            return vec![format!(
                "not closed: {}",
                rest.chars().take(30).collect::<String>()
            )];
        };
        let tag = rest.get(1..length).unwrap_or_default();
        rest = rest.get(length + end.len()..).unwrap_or_default();
        if skip {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            let name = name.trim();
            match open.pop() {
                Some(opened) if opened == name => {}
                opened => {
                    return vec![format!(
                        "</{name}> where {} is open",
                        opened.unwrap_or("nothing")
                    )];
                }
            }
        } else {
            let name = tag.split([' ', '\n', '\t', '/']).next().unwrap_or_default();
            roots += usize::from(open.is_empty());
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
    }
    match (open.last(), roots) {
        (Some(name), _) => vec![format!("<{name}> is not closed")],
        (None, 1) => Vec::new(),
        (None, _) => vec![format!("{roots} root elements")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_must_be_closed_in_order() {
        for (text, good) in [
            (
                "<?xml version=\"1.0\"?><a><b x=\"1\"/><!-- <c> --><d>1</d></a>",
                true,
            ),
            ("<a><b></a></b>", false),
            ("<a>", false),
            ("<a/><b/>", false),
            ("text", false),
        ] {
            assert_eq!(check_xml(text).is_empty(), good, "{text}");
        }
    }
}
