//! The world of a report: its files lie in memory, and there is nothing else.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Value as Json, json};
use typst::diag::{FileError, FileResult, PackageError};
use typst::foundations::{Binding, Bytes, Datetime, Duration, Value};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use super::BASE;
use crate::document::{Ready, TEMPLATE};
use crate::fonts::{self, BOOK, DOCUMENT_BOOK, DOCUMENT_FONTS, FONTS};
use crate::problem::Problem;
use crate::view::View;

/// The standard library without what runs text or foreign code.
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    let mut library = Library::default();
    for name in ["eval", "plugin"] {
        library
            .global
            .scope_mut()
            .bind(name.into(), Binding::detached(Value::None));
    }
    // `std` is a second way to the same names.
    library.std = Binding::detached(library.global.clone());
    LazyHash::new(library)
});

/// The files of one report or document.
pub(super) struct ReportWorld {
    main: FileId,
    /// Whether there is a font of code.
    mono: bool,
    sources: HashMap<FileId, Source>,
    files: HashMap<FileId, Bytes>,
}

impl ReportWorld {
    pub(super) fn new(view: &View) -> Result<Self, Problem> {
        let main = id("/report.typ")?;
        let sources = [
            (main, view.definition.typst.as_str()),
            (id("/base.typ")?, BASE),
        ]
        .into_iter()
        .map(|(id, text)| (id, Source::new(id, text.to_owned())))
        .collect();
        let mut files = HashMap::new();
        // Data and frame apart, so that a layout that used one only survives a change of the other.
        let mut frame = view.context.clone();
        let data = frame.get_mut("data").map_or(Json::Null, Json::take);
        for (path, text) in [
            ("/data.json", data.to_string()),
            ("/meta.json", frame.to_string()),
            ("/qr.svg", view.qr.clone()),
        ] {
            files.insert(id(path)?, Bytes::from_string(text));
        }
        for (name, drawn) in &view.charts {
            let path = format!("/charts/{name}.svg");
            files.insert(id(&path)?, Bytes::from_string(drawn.pdf.clone()));
        }
        Ok(Self {
            main,
            mono: false,
            sources,
            files,
        })
    }

    /// The files of a document: its template, what it says, its pictures.
    pub(super) fn document(ready: &Ready) -> Result<Self, Problem> {
        let main = id("/document.typ")?;
        let frame = json!({
            "families": fonts::families(),
            "mono": fonts::mono_families(),
            "document": ready.document,
            "replaced": ready.replaced,
        });
        let mut files = HashMap::new();
        files.insert(id("/document.json")?, Bytes::from_string(frame.to_string()));
        for (name, bytes) in &ready.pictures {
            files.insert(id(&format!("/images/{name}"))?, Bytes::new(bytes.clone()));
        }
        Ok(Self {
            main,
            mono: true,
            sources: HashMap::from([(main, Source::new(main, TEMPLATE.to_owned()))]),
            files,
        })
    }
}

fn id(path: &str) -> Result<FileId, Problem> {
    VirtualPath::new(path)
        .map(|path| RootedPath::new(VirtualRoot::Project, path).intern())
        .map_err(|error| Problem::new(path, error.to_string()))
}

fn nothing(id: FileId) -> FileError {
    match id.root() {
        VirtualRoot::Package(package) => {
            FileError::Package(PackageError::NotFound(package.clone()))
        }
        VirtualRoot::Project => FileError::NotFound(id.vpath().get_with_slash().into()),
    }
}

impl World for ReportWorld {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        if self.mono { &DOCUMENT_BOOK } else { &BOOK }
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.get(&id).cloned().ok_or_else(|| nothing(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| nothing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        let fonts = if self.mono { &DOCUMENT_FONTS } else { &FONTS };
        fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        // A report has the date that its frame gives it.
        None
    }
}
