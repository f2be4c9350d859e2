//! Pages: templates with strict undefined and auto-escape, words in two languages.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};
use serde::Serialize;

use super::problem::Problem;
use super::text::{Language, Text};
use super::words;

/// Rules of all pages of documents; no script, no font from elsewhere.
pub(crate) const STYLE: &str = include_str!("../../assets/docs.css");

const TEMPLATES: [(&str, &str); 11] = [
    (
        "macros.html",
        include_str!("../../templates/docs/macros.html"),
    ),
    (
        "api_operation.html",
        include_str!("../../templates/docs/api_operation.html"),
    ),
    (
        "api_type.html",
        include_str!("../../templates/docs/api_type.html"),
    ),
    ("base.html", include_str!("../../templates/docs/base.html")),
    (
        "db_index.html",
        include_str!("../../templates/docs/db_index.html"),
    ),
    (
        "db_table.html",
        include_str!("../../templates/docs/db_table.html"),
    ),
    (
        "db_lint.html",
        include_str!("../../templates/docs/db_lint.html"),
    ),
    (
        "db_changes.html",
        include_str!("../../templates/docs/db_changes.html"),
    ),
    (
        "api_index.html",
        include_str!("../../templates/docs/api_index.html"),
    ),
    (
        "api_page.html",
        include_str!("../../templates/docs/api_page.html"),
    ),
    (
        "api_changes.html",
        include_str!("../../templates/docs/api_changes.html"),
    ),
];

/// Templates of one language.
pub(crate) struct Renderer {
    environment: Environment<'static>,
}

impl Renderer {
    /// Compiles the templates.
    pub fn new(language: Language) -> Result<Self, Problem> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        let syntax = minijinja::syntax::SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .map_err(|error| wrong("syntax", &error))?;
        environment.set_syntax(syntax);
        environment.add_function("t", move |key: &str| {
            words::find(key, language)
                .ok_or_else(|| Error::new(ErrorKind::UndefinedError, format!("no word {key}")))
        });
        environment.add_global("lang", language.tag());
        for (name, text) in TEMPLATES {
            environment
                .add_template(name, text)
                .map_err(|error| wrong(name, &error))?;
        }
        Ok(Self { environment })
    }

    /// One page.
    pub fn page(&self, template: &str, context: &impl Serialize) -> Result<Vec<u8>, Problem> {
        self.environment
            .get_template(template)
            .and_then(|template| template.render(Value::from(Serde(context))))
            .map(String::into_bytes)
            .map_err(|error| wrong(template, &error))
    }
}

fn wrong(name: &str, error: &Error) -> Problem {
    let line = error
        .line()
        .map(|line| format!(":{line}"))
        .unwrap_or_default();
    Problem::new(format!("template {name}{line}"), error.to_string())
}

/// A text for a template: the words, and the language if it is not that of the page.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Said {
    text: String,
    lang: Option<&'static str>,
}

impl Said {
    /// Picks the language.
    pub fn of(text: &Text, language: Language) -> Self {
        let (words, real) = text.pick(language);
        Self {
            text: words.to_owned(),
            lang: (real != language).then(|| real.tag()),
        }
    }
}

/// What every page needs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Frame {
    /// Title of the whole.
    pub book: Said,
    /// Way to the root of the language: `` or `../`.
    pub root: &'static str,
    /// Way to the style sheet.
    pub style: String,
    /// The same page in the other language.
    pub other: String,
    /// Version of what is described.
    pub version: String,
    /// Whether there is a page of changes.
    pub changes: bool,
    /// Whether the page is a part of a page of the portal: it has no frame of its own then.
    pub in_root: bool,
}

impl Frame {
    /// The frame of the page `path` (without folder of the language).
    pub fn new(book: Said, version: &str, changes: bool, path: &str, language: Language) -> Self {
        let root = if path.contains('/') { "../" } else { "" };
        let (style, other) = match language {
            Language::Zh => (format!("{root}docs.css"), format!("{root}en/{path}")),
            Language::En => (format!("{root}../docs.css"), format!("{root}../{path}")),
        };
        Self {
            book,
            root,
            style,
            other,
            version: version.to_owned(),
            changes,
            in_root: false,
        }
    }

    /// The frame of a page that is part of a root, whose languages lie in folders of their own.
    pub fn in_root(mut self, is: bool) -> Self {
        if is {
            self.in_root = true;
            self.style = format!("{}docs.css", self.root);
        }
        self
    }
}

/// What the parts of a page in a root are divided by; no text holds it, because texts are escaped.
pub(crate) const PART: &str = "<!--part-->";
