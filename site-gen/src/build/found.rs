//! What leads to the pages of a root beside the index: titles by letters, the feed.

use std::collections::BTreeMap;

use minijinja::Value;

use super::{Options, Sink};
use crate::{
    content::Content,
    error::Error,
    feed,
    markdown::Lang,
    plan::{self, Page, Plan, prefix, relative},
    values::values,
    words,
};

/// Titles by the first letter of their sound, for a search page without scripts.
pub(super) fn letters(plan: &Plan<'_>, page: &Page<'_>) -> Value {
    use pinyin::ToPinyin;
    let mut groups: BTreeMap<char, Vec<(String, Value)>> = BTreeMap::new();
    for other in plan
        .pages
        .iter()
        .filter(|other| other.lang == page.lang && other.index.is_some())
    {
        let first = other
            .title
            .chars()
            .find(|c| c.is_alphanumeric())
            .unwrap_or('#');
        let letter = match first.to_pinyin() {
            Some(sound) => sound
                .plain()
                .chars()
                .next()
                .unwrap_or('#')
                .to_ascii_uppercase(),
            None if first.is_ascii_alphabetic() => first.to_ascii_uppercase(),
            None => '#',
        };
        let lang = other
            .body
            .as_ref()
            .filter(|body| body.lang != page.lang)
            .map(|body| body.lang.tag());
        let item = values! { href => relative(&page.path, &other.path), title => other.title, lang => lang };
        groups
            .entry(letter)
            .or_default()
            .push((other.title.clone(), item));
    }
    let groups: Vec<Value> = groups
        .into_iter()
        .map(|(letter, mut items)| {
            items.sort_by(|a, b| a.0.cmp(&b.0));
            let titles: Vec<Value> = items.into_iter().map(|(_, item)| item).collect();
            values! { letter => letter.to_string(), titles => titles }
        })
        .collect();
    values! { letters => groups }
}

pub(super) fn feeds(
    content: &Content,
    plan: &Plan<'_>,
    options: &Options,
    lang: Lang,
    sink: &dyn Sink,
) -> Result<(), Error> {
    let items: Vec<feed::Item<'_>> = content
        .notices
        .iter()
        .filter_map(|notice| {
            let path = plan::notice::path(&notice.id);
            let full = format!("{}{path}", prefix(lang));
            let at = plan
                .pages
                .binary_search_by(|page| page.path.as_str().cmp(&full))
                .ok()?;
            let page = plan.pages.get(at)?;
            Some(feed::Item {
                id: &notice.id,
                title: page.title.clone(),
                at: &notice.valid_from,
                path,
            })
        })
        .collect();
    let title = words::text("notices", lang)?;
    let text = feed::atom(
        &options.instance,
        lang,
        title,
        &content.portal.cutoff_at,
        options.base_url.as_deref(),
        &items,
    );
    sink.put(&format!("{}feed.xml", prefix(lang)), text.as_bytes())
}
