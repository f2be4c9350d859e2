//! HTML: one stand-alone file with one `<article>`.

use std::sync::Arc;

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, value::Serde,
};

use crate::problem::Problem;
use crate::view::View;

/// Templates that every `report.html.j2` builds on.
pub(crate) const BASE: [(&str, &str); 2] = [
    ("base.html.j2", include_str!("../html/base.html.j2")),
    ("macros.html.j2", include_str!("../html/macros.html.j2")),
];

/// Rules of the stand-alone `<style>` block, the same that the portal serves as a file. Its hash
/// belongs into the policy of the page.
pub const STYLE: &str = include_str!("../html/report.css");

const MAIN: &str = "report.html.j2";

/// The report as a file of its own, without any request to elsewhere.
///
/// # Errors
/// The template wants what the data does not have, which a proved definition never does.
pub fn html(view: &View) -> Result<String, Problem> {
    render(view)
}

/// The part that the portal embeds byte for byte: from `<article` to `</article>`.
#[must_use]
pub fn article(html: &str) -> Option<&str> {
    let start = html.find("<article ")?;
    let end = html.rfind("</article>")? + "</article>".len();
    html.get(start..end)
}

pub(crate) fn render(view: &View) -> Result<String, Problem> {
    let fail = |error: Error| {
        Problem::new(
            format!("{}/{MAIN}", view.code),
            format!("{}: {}", view.number, explain(&error)),
        )
    };
    let mut environment = environment(&view.definition.html).map_err(fail)?;
    let charts = Arc::new(view.charts.clone());
    environment.add_function("chart", move |id: &str| {
        // The drawing is ours and has its texts escaped.
        charts
            .get(id)
            .map(|drawn| Value::from_safe_string(drawn.html.clone()))
            .ok_or_else(|| Error::new(ErrorKind::UndefinedError, format!("no chart {id}")))
    });
    environment
        .get_template(MAIN)
        .and_then(|template| template.render(Value::from(Serde(&view.context))))
        .map_err(fail)
}

/// Compiles a template with its base.
pub(crate) fn compile(template: &str) -> Result<(), Error> {
    environment(template).map(|_| ())
}

/// No filter that computes, no global that is not in the view; undefined is an error.
fn environment(template: &str) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // A rule of the file is no markup: the text has no character that would end the element.
    environment.add_function("style", || Value::from_safe_string(STYLE.to_owned()));
    for (name, text) in BASE {
        environment.add_template(name, text)?;
    }
    environment.add_template_owned(MAIN, template.to_owned())?;
    Ok(environment)
}

/// The message with its line and its causes.
pub(crate) fn explain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
