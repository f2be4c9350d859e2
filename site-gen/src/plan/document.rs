//! Technical documents made from their sources: their list, and their pages within the frame of the root.

use minijinja::Value;

use super::{Draft, Entry, Lazy, board::code, prefix, relative};
use crate::{error::Error, markdown::Lang, press::size, values::values, words};

pub(super) fn plan(draft: &mut Draft<'_>, lang: Lang) -> Result<(), Error> {
    if draft.content.documents.is_none() {
        return Ok(());
    }
    let books = draft.books;
    let mut rows = Vec::new();
    for book in books {
        let facts = book.made.iter().flat_map(|made| &made.facts);
        let facts: Vec<Value> = facts
            .map(|(key, value)| Ok(values! { name => words::text(key, lang)?, value => value }))
            .collect::<Result<_, Error>>()?;
        let href = book
            .made
            .as_ref()
            .map(|_| format!("{}/index.html", book.folder()));
        let printed = book.printed.get(&lang);
        let pdf = |from: &str| {
            let from = format!("{}{from}", prefix(lang));
            printed
                .map(|one| values! { href => relative(&from, &one.path), size => size(one.bytes) })
        };
        rows.push(values! {
            kind => code(&book.document.kind), version => book.document.version, href => href, facts => facts,
            pdf => pdf("documents/index.html"),
        });
        let Some(made) = &book.made else { continue };
        let kind = words::word(&code(&book.document.kind), lang)?;
        for part in made.parts(lang) {
            let path = format!("documents/{}/{}", book.folder(), part.path);
            let pdf = pdf(&path);
            let page = draft.page(
                lang,
                &path,
                "documents",
                "document.html",
                format!("{} · {kind}", part.title),
                values! {
                    wide => true,
                    pdf => pdf,
                    links => Value::from_safe_string(part.links.clone()),
                    document => Value::from_safe_string(part.html.clone()),
                },
            );
            page.index = Some(Lazy::Ready(Entry {
                sections: part.sections.clone(),
                ..Entry::default()
            }));
        }
    }
    let title = words::text("documents", lang)?;
    let page = draft.page(
        lang,
        "documents/index.html",
        "documents",
        "documents.html",
        title,
        values! { rows => rows },
    );
    page.index = Some(Lazy::Ready(Entry::default()));
    Ok(())
}
