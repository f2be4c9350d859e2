//! A signature field appended to a PDF, and its signature.

use chrono::{DateTime, Utc};

use super::chain::sha256;
use super::field::{fields, text_string};
use super::pdf::{Dictionary, File, Id, Object, Update, hex};
use super::tlv::Tlv;
use super::{DigestToSign, ReportSigner, SignError, Unreadable};

/// Bytes of DER that a signature may have; twice as many digits are kept in the file.
const PLACE: usize = 16 * 1024;
/// Written before the ranges are known: wide enough for every file.
const RANGE: &str = "[0 0000000000 0000000000 0000000000]";
const MAX_PAGE_DEPTH: usize = 64;

/// The field of a signature; it is not seen on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    name: String,
    title: String,
    at: DateTime<Utc>,
}

impl Field {
    /// `name` tells it from other fields, `title` is what a reader is told (`/TU`), `at` is when the
    /// signer says that he signs (`/M`). Dots in the name are replaced, because they part levels.
    #[must_use]
    pub fn new(name: &str, title: &str, at: DateTime<Utc>) -> Self {
        Self {
            name: name.replace('.', "_"),
            title: title.to_owned(),
            at,
        }
    }
}

/// A file with the place for one signature.
#[derive(Clone, Debug)]
pub struct Prepared {
    pdf: Vec<u8>,
    /// Of the `<` of the signature.
    start: usize,
    /// Behind its `>`.
    end: usize,
}

impl Prepared {
    /// Appends a field to the file, as an incremental update: the file itself stays a prefix.
    ///
    /// # Errors
    /// [`SignError::Unreadable`], [`SignError::FieldExists`], [`SignError::Locked`].
    pub fn new(pdf: &[u8], field: &Field) -> Result<Self, SignError> {
        let file = File::open(pdf)?;
        let (names, signatures) = fields(&file).ok_or(Unreadable::Damaged)?;
        if names.contains(&field.name) {
            return Err(SignError::FieldExists);
        }
        let (_, catalog) = file.catalog().ok_or(Unreadable::Damaged)?;
        if is_locked(&file, &catalog) {
            return Err(SignError::Locked);
        }
        // Whoever checks an earlier signature may take another order of tabs for a change.
        let fresh = signatures.iter().all(|one| one.value.is_none());
        append(&file, field, fresh)
            .ok_or(Unreadable::Damaged)
            .map_err(SignError::from)
    }

    /// What is to be signed.
    #[must_use]
    pub fn digest(&self) -> DigestToSign {
        let before = self.pdf.get(..self.start).unwrap_or_default();
        let after = self.pdf.get(self.end..).unwrap_or_default();
        DigestToSign(sha256(&[before, after]))
    }

    /// The signed file.
    ///
    /// # Errors
    /// [`SignError::Signer`] if `cms` is no DER element, [`SignError::TooLong`].
    pub fn finish(mut self, cms: &[u8]) -> Result<Vec<u8>, SignError> {
        if Tlv::first(cms).is_none_or(|one| one.raw.len() != cms.len()) {
            return Err(SignError::Signer);
        }
        let digits = hex(cms);
        let place = self
            .pdf
            .get_mut(self.start + 1..self.end - 1)
            .and_then(|place| place.get_mut(..digits.len()))
            .ok_or(SignError::TooLong)?;
        place.copy_from_slice(digits.as_bytes());
        Ok(self.pdf)
    }
}

/// Signs a file with one invisible field.
///
/// # Errors
/// Any [`SignError`].
pub fn sign(pdf: &[u8], field: &Field, signer: &dyn ReportSigner) -> Result<Vec<u8>, SignError> {
    let prepared = Prepared::new(pdf, field)?;
    let cms = signer.cms(&prepared.digest())?;
    prepared.finish(&cms)
}

/// Does a certifying signature forbid every change?
fn is_locked(file: &File<'_>, catalog: &Dictionary) -> bool {
    let level = || {
        let permissions = file.entry(catalog, "Perms")?;
        let signature = file.entry(permissions.as_dictionary()?, "DocMDP")?;
        let references = file.entry(signature.as_dictionary()?, "Reference")?;
        references.as_array()?.iter().find_map(|one| {
            let one = file.resolve(one)?;
            let parameters = file.entry(one.as_dictionary()?, "TransformParams")?;
            file.entry(parameters.as_dictionary()?, "P")?.as_integer()
        })
    };
    level() == Some(1)
}

fn append(file: &File<'_>, field: &Field, fresh: bool) -> Option<Prepared> {
    let (catalog_id, mut catalog) = file.catalog()?;
    let (page_id, mut page) = first_page(file, &catalog)?;
    let mut update = Update::new(file)?;
    let value = update.reserve()?;
    let widget = update.reserve()?;

    update.put(
        widget,
        &Object::Dictionary(widget_of(field, value, page_id)),
    );
    let annotations = add_reference(file, &mut update, page.get("Annots"), widget)?;
    let mut page_changed = false;
    if let Some(annotations) = annotations {
        page.set("Annots", annotations);
        page_changed = true;
    }
    if fresh && file.entry(&page, "Tabs").is_none() {
        page.set("Tabs", Object::name("S"));
        page_changed = true;
    }
    if page_changed {
        update.put(page_id, &Object::Dictionary(page));
    }

    let (form_id, mut form) = match catalog.get("AcroForm") {
        Some(Object::Reference(id)) => match file.get(*id)? {
            Object::Dictionary(form) => (Some(*id), form),
            Object::Null => (Some(*id), Dictionary::default()),
            _ => return None,
        },
        Some(Object::Dictionary(form)) => (None, form.clone()),
        None | Some(Object::Null) => (None, Dictionary::default()),
        Some(_) => return None,
    };
    if let Some(list) = add_reference(file, &mut update, form.get("Fields"), widget)? {
        form.set("Fields", list);
    }
    // There are signatures, and the file grows by appending only.
    form.set("SigFlags", Object::Integer(3));
    match form_id {
        Some(id) => update.put(id, &Object::Dictionary(form)),
        None => {
            catalog.set("AcroForm", Object::Dictionary(form));
            update.put(catalog_id, &Object::Dictionary(catalog));
        }
    }

    let (text, contents) = value_of(field);
    update.put_raw(value, text);
    let (mut pdf, at) = update.finish(value)?;
    let start = at.checked_add(contents)?;
    let end = start.checked_add(2 * PLACE + 2)?;
    let range = format!(
        "[0 {start:010} {end:010} {:010}]",
        pdf.len().checked_sub(end)?
    );
    let from = at.checked_add(find(pdf.get(at..)?, RANGE)?)?;
    pdf.get_mut(from..from + RANGE.len())?
        .copy_from_slice(range.as_bytes());
    Some(Prepared { pdf, start, end })
}

fn find(bytes: &[u8], what: &str) -> Option<usize> {
    bytes
        .windows(what.len())
        .position(|window| window == what.as_bytes())
}

/// The list with one more reference; `None` if the list is an object of its own, which is then part
/// of the update.
#[expect(
    clippy::option_option,
    reason = "a broken list, and one that stays where it is"
)]
fn add_reference(
    file: &File<'_>,
    update: &mut Update<'_, '_>,
    list: Option<&Object>,
    new: Id,
) -> Option<Option<Object>> {
    let with = |items: &[Object]| {
        let mut items = items.to_vec();
        items.push(Object::Reference(new));
        Object::Array(items)
    };
    match list {
        None | Some(Object::Null) => Some(Some(with(&[]))),
        Some(Object::Array(items)) => Some(Some(with(items))),
        Some(Object::Reference(id)) => match file.get(*id)? {
            Object::Array(items) => {
                update.put(*id, &with(&items));
                Some(None)
            }
            Object::Null => Some(Some(with(&[]))),
            _ => None,
        },
        Some(_) => None,
    }
}

fn first_page(file: &File<'_>, catalog: &Dictionary) -> Option<(Id, Dictionary)> {
    let mut next = catalog.get("Pages")?.clone();
    for _ in 0..MAX_PAGE_DEPTH {
        let Object::Reference(id) = next else {
            return None;
        };
        let Object::Dictionary(node) = file.get(id)? else {
            return None;
        };
        match file.entry(&node, "Kids") {
            None => return node.is_type("Page").then_some((id, node)),
            Some(kids) => {
                // A branch may be empty; its first page is then in a later one.
                next = kids
                    .as_array()?
                    .iter()
                    .find(|kid| has_page(file, kid))?
                    .clone();
            }
        }
    }
    None
}

fn has_page(file: &File<'_>, kid: &Object) -> bool {
    let Some(Object::Dictionary(node)) = file.resolve(kid) else {
        return false;
    };
    node.is_type("Page")
        || file
            .entry(&node, "Count")
            .and_then(|count| count.as_integer())
            .is_some_and(|count| count > 0)
}

/// Field and widget in one: printed, locked, of no size.
fn widget_of(field: &Field, value: Id, page: Id) -> Dictionary {
    let print_and_locked = 4 + 128;
    Dictionary::from([
        ("Type", Object::name("Annot")),
        ("Subtype", Object::name("Widget")),
        ("FT", Object::name("Sig")),
        ("T", text_string(&field.name)),
        ("TU", text_string(&field.title)),
        ("F", Object::Integer(print_and_locked)),
        ("Rect", Object::Array([0; 4].map(Object::Integer).to_vec())),
        ("P", Object::Reference(page)),
        ("V", Object::Reference(value)),
    ])
}

/// The text of the signature, and where its contents begin in it.
fn value_of(field: &Field) -> (Vec<u8>, usize) {
    let entries = Dictionary::from([
        ("Type", Object::name("Sig")),
        ("Filter", Object::name("Adobe.PPKLite")),
        ("SubFilter", Object::name("ETSI.CAdES.detached")),
        (
            "M",
            Object::String(field.at.format("D:%Y%m%d%H%M%SZ").to_string().into_bytes()),
        ),
    ]);
    let mut text = Vec::new();
    entries.write(&mut text);
    text.truncate(text.len() - 2);
    text.extend_from_slice(b"/ByteRange");
    text.extend_from_slice(RANGE.as_bytes());
    text.extend_from_slice(b"/Contents");
    let contents = text.len();
    text.push(b'<');
    text.resize(text.len() + 2 * PLACE, b'0');
    text.extend_from_slice(b">>>");
    (text, contents)
}
