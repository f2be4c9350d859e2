//! Pages to HTML. The templates print what the plan gives them and compute nothing.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value, value::merge_maps};

use crate::{
    audience::Instance,
    content::{ArticleFile, Content, FileInfo, VERSION},
    error::Error,
    markdown::{self, Image, Lang, Rendered, Resolver, Target, allowed_url, decode},
    plan::{Page, Plan, WITHDRAWN, notice, prefix, relative},
    press::{self, Document, Picture},
    source::{Source, whole},
    time,
    values::values,
    words, write,
};

const TEMPLATES: &[(&str, &str)] = &[
    ("404.html", include_str!("../templates/404.html")),
    ("about.html", include_str!("../templates/about.html")),
    ("article.html", include_str!("../templates/article.html")),
    ("articles.html", include_str!("../templates/articles.html")),
    ("base.html", include_str!("../templates/base.html")),
    ("board.html", include_str!("../templates/board.html")),
    ("document.html", include_str!("../templates/document.html")),
    (
        "documents.html",
        include_str!("../templates/documents.html"),
    ),
    ("figures.html", include_str!("../templates/figures.html")),
    ("findings.html", include_str!("../templates/findings.html")),
    ("held.html", include_str!("../templates/held.html")),
    ("home.html", include_str!("../templates/home.html")),
    (
        "inspection.html",
        include_str!("../templates/inspection.html"),
    ),
    (
        "inspections.html",
        include_str!("../templates/inspections.html"),
    ),
    ("macros.html", include_str!("../templates/macros.html")),
    ("notice.html", include_str!("../templates/notice.html")),
    ("notices.html", include_str!("../templates/notices.html")),
    ("overview.html", include_str!("../templates/overview.html")),
    (
        "rectification.html",
        include_str!("../templates/rectification.html"),
    ),
    (
        "report_body.html",
        include_str!("../templates/report_body.html"),
    ),
    ("reports.html", include_str!("../templates/reports.html")),
    ("search.html", include_str!("../templates/search.html")),
    ("report.html", include_str!("../templates/report.html")),
    ("calendar.html", include_str!("../templates/calendar.html")),
    (
        "statement.html",
        include_str!("../templates/statement.html"),
    ),
];

/// A file that all pages share, with its content in its name.
pub(crate) struct Asset {
    pub(crate) name: String,
    pub(crate) bytes: &'static [u8],
}

/// Style sheet, script of all pages, script of the search page, icon, style sheet of technical documents.
pub(crate) fn assets() -> [Asset; 6] {
    [
        (
            "site",
            "css",
            include_bytes!("../assets/site.css").as_slice(),
        ),
        ("site", "js", include_bytes!("../assets/site.js").as_slice()),
        (
            "search",
            "js",
            include_bytes!("../assets/search.js").as_slice(),
        ),
        (
            "icon",
            "svg",
            include_bytes!("../assets/icon.svg").as_slice(),
        ),
        (
            "document",
            "css",
            include_bytes!("../assets/document.css").as_slice(),
        ),
        (
            "report",
            "css",
            // The one style of reports, wherever they are read.
            include_bytes!("../../reports/html/report.css").as_slice(),
        ),
    ]
    .map(|(stem, extension, bytes)| {
        let digest: String = write::hash(bytes).chars().take(10).collect();
        Asset {
            name: format!("{stem}.{digest}.{extension}"),
            bytes,
        }
    })
}

/// Names a state of the generator: templates, words and code.
pub(crate) fn fingerprint() -> String {
    let mut all = String::from(env!("CARGO_PKG_VERSION"));
    for (name, text) in TEMPLATES {
        all.push_str(name);
        all.push_str(text);
    }
    all.push_str(include_str!("../data/strings.toml"));
    for asset in assets() {
        all.push_str(&asset.name);
    }
    write::hash(all.as_bytes())
}

/// Renders the pages of one root.
pub(crate) struct Renderer<'a> {
    env: Environment<'static>,
    plan: &'a Plan<'a>,
    shared: BTreeMap<Lang, Value>,
}

/// A rendered page.
pub(crate) struct Output {
    pub(crate) html: String,
    pub(crate) text: Rendered,
    /// Addresses that were looked up, each with the page that it led to: what the page depends on beside itself.
    pub(crate) asked: BTreeSet<(String, String)>,
    /// Images that were looked up, each with what is known of it.
    pub(crate) images: BTreeSet<(String, String)>,
}

/// The language of the page that a filter works on.
fn lang_of(state: &minijinja::State<'_, '_>) -> Lang {
    let lang = state.lookup("lang");
    lang.and_then(|lang| lang.as_str().and_then(Lang::from_tag))
        .unwrap_or(Lang::Zh)
}

fn filter_error(text: String) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, text)
}

impl<'a> Renderer<'a> {
    pub(crate) fn new(
        plan: &'a Plan<'a>,
        content: &'a Content,
        instance: &Instance,
        site: &BTreeMap<Lang, String>,
    ) -> Result<Renderer<'a>, Error> {
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.add_filter("stamp", |text: String| time::stamp(&text));
        env.add_filter("instant", |text: String| time::instant(&text));
        env.add_filter("date", |text: String| time::date(&text));
        env.add_filter("bound", |text: String| time::bound(&text));
        env.add_filter("span", |state: &minijinja::State<'_, '_>, seconds: i64| {
            time::span(seconds, lang_of(state))
        });
        env.add_filter("percent", |centi: i64| {
            format!("{}.{:02} %", centi / 100, centi % 100)
        });
        env.add_filter("word", |state: &minijinja::State<'_, '_>, code: String| {
            words::word(&code, lang_of(state)).map_err(|error| filter_error(error.to_string()))
        });
        for (name, text) in TEMPLATES {
            env.add_template(name, text)?;
        }
        let [css, js, search, icon, document, report] = assets();
        let portal = &content.portal;
        let build = write::hash(
            format!(
                "{}\n{}\n{}\n{}\n{}\n{}",
                fingerprint(),
                VERSION,
                instance.name(),
                portal.product_version,
                portal.calendar_version.as_deref().unwrap_or_default(),
                portal.cutoff_at
            )
            .as_bytes(),
        );
        let mut shared = BTreeMap::new();
        for lang in &plan.langs {
            let value = values! {
                t => words::texts(*lang)?,
                lang => lang.tag(),
                other_lang => lang.pick("en", "zh-Hans"),
                site => site.get(lang),
                audience => instance.audience().code(),
                audience_name => words::word(instance.audience().code(), *lang)?,
                disaster => banner(plan, content, *lang)?,
                assets => values! { css => css.name, js => js.name, search => search.name, icon => icon.name, document => document.name, report => report.name },
                foot => values! {
                    cutoff => portal.cutoff_at, calendar => portal.calendar_version, product => portal.product_version,
                    build => build.chars().take(12).collect::<String>(),
                },
            };
            shared.insert(*lang, value);
        }
        Ok(Renderer { env, plan, shared })
    }

    /// Where a file that a page shows lies in the root.
    pub(crate) fn file(&self, id: &str) -> Option<String> {
        file_path(self.plan.files.get(id)?)
    }

    /// Everything that is on every page.
    pub(crate) fn shared(&self) -> &BTreeMap<Lang, Value> {
        &self.shared
    }

    /// The page that an address leads to by a number or an id; empty if there is none.
    pub(crate) fn numbered(&self, address: &str) -> &str {
        let page = self.plan.numbers.get(&address.to_ascii_uppercase());
        page.map(String::as_str).unwrap_or_default()
    }

    /// What is known of an image; empty if nothing is.
    pub(crate) fn image_state(&self, id: &str) -> String {
        let state = |one: &&ArticleFile| {
            let (width, height) = (one.width.unwrap_or(0), one.height.unwrap_or(0));
            let path = file_path(one).unwrap_or_default();
            format!("{path} {width} {height} {}", one.is_cleared)
        };
        self.plan.files.get(id).map(state).unwrap_or_default()
    }

    /// The text of a page alone.
    pub(crate) fn text(&self, page: &Page<'_>) -> Rendered {
        let Some(body) = &page.body else {
            return Rendered::default();
        };
        let place = Place {
            renderer: self,
            page,
            asked: RefCell::default(),
            images: RefCell::default(),
        };
        markdown::render(&body.text(), body.lang, &place)
    }

    /// The text of a page for paper; nothing if a picture is missing or there is no text.
    pub(crate) fn tree(
        &self,
        page: &Page<'_>,
        source: &dyn Source,
    ) -> Result<Option<Document>, Error> {
        let (Some(body), Some(paper)) = (&page.body, &page.press) else {
            return Ok(None);
        };
        let place = Place {
            renderer: self,
            page,
            asked: RefCell::default(),
            images: RefCell::default(),
        };
        let text = markdown::tree(&body.text(), body.lang, &place);
        if text.lacks_images || text.blocks.is_empty() {
            return Ok(None);
        }
        let mut images = BTreeMap::new();
        for id in &text.images {
            let known = self.plan.files.get(id.as_str()).copied();
            let Some((file, (width, height))) =
                known.and_then(|file| Some((file, file.width.zip(file.height)?)))
            else {
                return Ok(None);
            };
            let bytes = whole(source, id, &file.file.sha256)?;
            images.insert(id.clone(), Picture::new(width, height, &bytes));
        }
        // What fits onto two pages needs neither contents nor a first page of its own.
        let headings = text.headings();
        Ok(Some(Document {
            version: press::VERSION,
            lang: press::lang(body.lang),
            id: format!("{}/{}/{}", paper.number, paper.version, body.lang.tag()),
            title: page.title.clone(),
            subtitle: String::new(),
            edition: paper.edition.clone(),
            facts: paper.facts.clone(),
            date: paper.date.clone(),
            cover: paper.cover && headings > 11,
            contents: if headings > 7 { 2 } else { 0 },
            images,
            blocks: text.blocks,
        }))
    }

    /// One page; `held` makes it the notice that it is being checked.
    pub(crate) fn page(&self, page: &Page<'_>, held: bool, extra: Value) -> Result<Output, Error> {
        let place = Place {
            renderer: self,
            page,
            asked: RefCell::default(),
            images: RefCell::default(),
        };
        let text = match &page.body {
            Some(body) => markdown::render(&body.text(), body.lang, &place),
            None => Rendered::default(),
        };
        let root = "../".repeat(page.path.matches('/').count());
        let home = format!("{root}{}", prefix(page.lang));
        let own = page
            .path
            .strip_prefix(prefix(page.lang))
            .unwrap_or(&page.path);
        let other = match page.lang {
            Lang::Zh if self.plan.langs.len() > 1 => format!("en/{own}"),
            Lang::Zh | Lang::En => own.to_owned(),
        };
        let mut nav = Vec::new();
        for item in &self.plan.nav {
            let target = format!("{}{}", prefix(page.lang), item.path);
            nav.push(values! {
                href => relative(&page.path, &target), label => words::text(item.key, page.lang)?,
                here => item.key == page.section, exact => target == page.path,
            });
        }
        let headings: Vec<Value> = text
            .headings
            .iter()
            .map(|heading| values! { level => heading.level, id => heading.id, text => heading.text })
            .collect();
        let template = self
            .env
            .get_template(if held { "held.html" } else { page.template })?;
        let gone = page.held == Some(WITHDRAWN);
        let title = match (gone, held) {
            (true, _) => words::text("gone_title", page.lang)?,
            (false, true) => words::text("held_title", page.lang)?,
            (false, false) => &page.title,
        };
        let html = template.render(values! {
            title => title,
            gone => gone,
            root => root,
            home => home,
            other => relative(&page.path, &other),
            nav => nav,
            headings => headings,
            body => Value::from_safe_string(text.html.clone()),
            ..merge_maps([
                self.shared.get(&page.lang).cloned().unwrap_or_default(),
                page.data.get()?.into_owned(),
                extra,
            ])
        })?;
        Ok(Output {
            html,
            asked: place.asked.into_inner(),
            images: place.images.into_inner(),
            text: Rendered {
                html: String::new(),
                ..text
            },
        })
    }
}

/// The banner of a declared disaster: its own words, or the standard ones if they failed the screen.
fn banner(plan: &Plan<'_>, content: &Content, lang: Lang) -> Result<Option<Value>, Error> {
    let Some(disaster) = &content.disaster else {
        return Ok(None);
    };
    let page = disaster.id.as_deref().map(notice::path).filter(|path| {
        let path = format!("{}{path}", prefix(lang));
        plan.pages.iter().any(|page| page.path == path)
    });
    let (title, text) = if plan.banner_held {
        let standard = words::text("disaster_standard", lang)?;
        (standard.to_owned(), String::new())
    } else {
        (disaster.title.clone(), markdown::plain(&disaster.body))
    };
    Ok(Some(values! {
        title => title, text => text, own => !plan.banner_held, since => disaster.valid_from, page => page,
    }))
}

/// Ending of an image that browsers show; nothing for other files.
fn extension(file: &FileInfo) -> Option<&'static str> {
    match file.content_type.as_str() {
        "image/png" => Some("png"),
        "image/jpeg" => Some("jpg"),
        "image/webp" => Some("webp"),
        "image/gif" => Some("gif"),
        _ => None,
    }
}

/// Path of a shown file.
fn file_path(file: &ArticleFile) -> Option<String> {
    let name = crate::plan::file_name(&file.file.id);
    Some(format!("files/{name}.{}", extension(&file.file)?))
}

/// Addresses as seen from one page.
struct Place<'a> {
    renderer: &'a Renderer<'a>,
    page: &'a Page<'a>,
    asked: RefCell<BTreeSet<(String, String)>>,
    images: RefCell<BTreeSet<(String, String)>>,
}

impl Resolver for Place<'_> {
    fn link(&self, address: &str) -> Target {
        let (base, fragment) = match address.split_once('#') {
            Some((base, fragment)) => (base, Some(fragment)),
            None => (address, None),
        };
        let anchor = fragment.map(decode);
        if base.is_empty() {
            return Target::Page {
                href: address.to_owned(),
                path: self.page.path.clone(),
                anchor,
            };
        }
        let path = self.renderer.numbered(base);
        self.asked
            .borrow_mut()
            .insert((base.to_owned(), path.to_owned()));
        if !path.is_empty() {
            // A text that is not translated may name a heading that the translation of its target calls otherwise.
            let own = self
                .page
                .body
                .as_ref()
                .map_or(self.page.lang, |body| body.lang);
            let lang = if fragment.is_some() && self.renderer.plan.langs.contains(&own) {
                own
            } else {
                self.page.lang
            };
            let path = format!("{}{path}", prefix(lang));
            let mut href = relative(&self.page.path, &path);
            if let Some(fragment) = fragment {
                href.push('#');
                href.push_str(fragment);
            }
            return Target::Page { href, path, anchor };
        }
        if base
            .find(':')
            .is_some_and(|at| !base.get(..at).is_some_and(|head| head.contains('/')))
        {
            return if allowed_url(address) {
                Target::Outbound
            } else {
                Target::Refused
            };
        }
        if !allowed_url(address) || base.starts_with('/') || base.contains('?') {
            return Target::Refused;
        }
        let mut parts: Vec<&str> = self.page.path.split('/').collect();
        parts.pop();
        for part in base.split('/') {
            match part {
                "." | "" => {}
                ".." => {
                    if parts.pop().is_none() {
                        return Target::Refused;
                    }
                }
                part => parts.push(part),
            }
        }
        Target::Page {
            href: address.to_owned(),
            path: decode(&parts.join("/")),
            anchor,
        }
    }

    fn image(&self, address: &str) -> Option<Image> {
        let id = address.strip_prefix("file:").unwrap_or(address);
        let state = self.renderer.image_state(id);
        self.images.borrow_mut().insert((id.to_owned(), state));
        let file = self.renderer.plan.files.get(id)?;
        let path = file_path(file).filter(|_| file.is_cleared)?;
        let (width, height) = file.width.zip(file.height)?;
        Some(Image {
            href: relative(&self.page.path, &path),
            width,
            height,
        })
    }
}
