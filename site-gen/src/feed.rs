//! Atom feed of the notices and the site map. Ids never change; absolute addresses only where one is configured.

use crate::{
    audience::Instance,
    markdown::{Lang, escape, escape_attribute},
    plan::{Page, prefix},
};

/// One entry of the feed.
pub(crate) struct Item<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: String,
    pub(crate) at: &'a str,
    /// Path below the root of the language.
    pub(crate) path: String,
}

fn text(value: &str) -> String {
    let mut out = String::new();
    escape(&value.replace('\u{A0}', " "), &mut out);
    out
}

fn attribute(value: &str) -> String {
    let mut out = String::new();
    escape_attribute(&value.replace('\u{A0}', " "), &mut out);
    out.replace('<', "&lt;")
}

/// The feed of one language.
pub(crate) fn atom(
    instance: &Instance,
    lang: Lang,
    title: &str,
    updated: &str,
    base: Option<&str>,
    items: &[Item<'_>],
) -> String {
    let address = |path: &str| match base {
        Some(base) => format!(
            "{}/{}/{}{path}",
            base.trim_end_matches('/'),
            instance.name(),
            prefix(lang)
        ),
        None => path.to_owned(),
    };
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n<id>tag:icuops,2026:{}:{}</id>\n<title>{}</title>\n<updated>{}</updated>\n<author><name>icuops</name></author>\n<link rel=\"self\" href=\"{}\"/>\n",
        lang.tag(),
        instance.name(),
        lang.tag(),
        text(title),
        text(updated),
        attribute(&address("feed.xml"))
    );
    for item in items {
        out.push_str(&format!(
            "<entry><id>tag:icuops,2026:{}:{}</id><title>{}</title><updated>{}</updated><link href=\"{}\"/></entry>\n",
            instance.name(), text(item.id), text(&item.title), text(item.at), attribute(&address(&item.path))
        ));
    }
    out.push_str("</feed>\n");
    out
}

/// All pages that can be found.
pub(crate) fn sitemap(instance: &Instance, base: Option<&str>, pages: &[Page<'_>]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for page in pages
        .iter()
        .filter(|page| page.template != "404.html" && page.held.is_none())
    {
        let address = match base {
            Some(base) => format!(
                "{}/{}/{}",
                base.trim_end_matches('/'),
                instance.name(),
                page.path
            ),
            None => page.path.clone(),
        };
        out.push_str(&format!("<url><loc>{}</loc></url>\n", text(&address)));
    }
    out.push_str("</urlset>\n");
    out
}
