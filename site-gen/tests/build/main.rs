//! Whole roots from the fixtures: what must be in them, what must never be, and that nothing but the data decides.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may panic, and damages a file on purpose"
)]

mod again;
mod bounds;
mod faults;
mod keep;
mod pages;
mod press;
mod reports;
mod roots;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use site_gen::{
    Options, Report,
    audience::{Audience, Instance},
    error::Error,
    source::FixtureSource,
};

pub(crate) fn options(instance: Instance, out: &Path) -> Options {
    Options {
        flush: false,
        ..Options::new(instance, out)
    }
}

pub(crate) fn fixture(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(case)
        .join("portal.json")
}

pub(crate) fn document(case: &str) -> Value {
    let text = fs::read_to_string(fixture(case)).expect("the fixture");
    serde_json::from_str(&text).expect("JSON")
}

pub(crate) fn instance(source: &FixtureSource) -> Result<Instance, Error> {
    let audience = Audience::from_code(source.audience())
        .ok_or_else(|| Error::Source("unknown audience".to_owned()))?;
    Instance::new(source.instance(), audience).map_err(Error::Source)
}

pub(crate) fn build_case(case: &str, out: &Path) -> Result<Report, Error> {
    let source = FixtureSource::open(&fixture(case))?;
    site_gen::build(&options(instance(&source)?, out), &source)
}

pub(crate) fn build_document(document: &Value, out: &Path) -> Report {
    let source = FixtureSource::parse(&document.to_string()).expect("a fixture");
    let instance = instance(&source).expect("an instance");
    site_gen::build(&options(instance, out), &source).expect("a root")
}

/// Makes the answers those of another root.
pub(crate) fn readdress(document: &mut Value, instance: &str) {
    document["instance"] = instance.into();
    document["answers"]["status"]["data"]["portal"]["instance"] = instance.into();
}

/// All files of a root.
pub(crate) fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, root: &Path, out: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, root, out);
            } else {
                let name = path
                    .strip_prefix(root)
                    .expect("below the root")
                    .to_string_lossy()
                    .into_owned();
                out.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    let mut out = BTreeMap::new();
    let root = fs::canonicalize(root).expect("a root");
    walk(&root, &root, &mut out);
    out
}

pub(crate) fn text(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(
        files
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not written"))
            .clone(),
    )
    .expect("UTF-8")
}

pub(crate) fn articles(document: &mut Value) -> &mut Vec<Value> {
    document["answers"]["articles"]["data"]["list"]["nodes"]
        .as_array_mut()
        .expect("articles")
}

/// The id of an article of the fixtures.
pub(crate) fn article_id(number: usize) -> String {
    format!("art_01kbz{number:021}")
}

/// The name of the page of an article of the fixtures.
pub(crate) fn article_page(number: usize) -> String {
    format!("kb-2026-{number:04}")
}

pub(crate) fn at(document: &mut Value, number: usize) -> &mut Value {
    let id = article_id(number);
    articles(document)
        .iter_mut()
        .find(|article| article["id"] == id)
        .expect("the article")
}

/// The pages apart from the number of the build in their feet.
pub(crate) fn without_foot(files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, String> {
    files
        .into_iter()
        .map(|(name, bytes)| (name, String::from_utf8_lossy(&bytes).into_owned()))
        .collect()
}
