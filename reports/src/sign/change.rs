//! What later revisions of a file changed, by comparing the two documents from their catalogs down.
//!
//! Only what is known to be harmless has its own word; everything else is content. Objects that
//! nothing leads to are not looked at, since nothing shows them.

use std::collections::{BTreeSet, HashSet};

use super::field;
use super::pdf::{Dictionary, File, Id, Object};

/// Pairs of objects that are compared at most; beyond, the document counts as changed.
const MAX_STEPS: usize = 4_000_000;

/// One kind of later change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// A further signature or time stamp that shows nothing on a page.
    Signature,
    /// A further signature with a picture on a page, such as a seal. It may lie over other things.
    Seal,
    /// Data for checking signatures later: certificates and answers of authorities.
    ValidationData,
    /// Title, producer, dates of the document's description.
    Metadata,
    /// Anything else: pages, their contents, forms, attachments, actions.
    Content,
}

/// What leads from `old` to `new`.
pub(super) fn changes(old: &File<'_>, new: &File<'_>) -> BTreeSet<Change> {
    let mut walk = Walk {
        old,
        new,
        open: Vec::new(),
        seen: HashSet::new(),
        found: BTreeSet::new(),
    };
    if walk.document().is_none() {
        walk.found.insert(Change::Content);
    }
    walk.found
}

struct Walk<'w, 'a, 'b> {
    old: &'w File<'a>,
    new: &'w File<'b>,
    open: Vec<(Object, Object)>,
    seen: HashSet<(Id, Id)>,
    found: BTreeSet<Change>,
}

/// `None` anywhere below means: content has changed, and nothing more need be looked at.
impl Walk<'_, '_, '_> {
    fn document(&mut self) -> Option<()> {
        let (_, old) = self.old.catalog()?;
        let (_, new) = self.new.catalog()?;
        self.entries(
            &old,
            &new,
            &[
                "AcroForm",
                "DSS",
                "Extensions",
                "Metadata",
                "Perms",
                "Version",
            ],
        )?;
        if self.old.entry(&old, "DSS") != self.new.entry(&new, "DSS") {
            self.found.insert(Change::ValidationData);
        }
        let info = (
            self.old.entry(self.old.trailer(), "Info"),
            self.new.entry(self.new.trailer(), "Info"),
        );
        let metadata = (
            self.raw(self.old, &old, "Metadata"),
            self.raw(self.new, &new, "Metadata"),
        );
        if info.0 != info.1 || metadata.0 != metadata.1 {
            self.found.insert(Change::Metadata);
        }
        self.form(&old, &new)?;
        let mut steps = 0;
        while let Some((old, new)) = self.open.pop() {
            steps += 1;
            if steps > MAX_STEPS {
                return None;
            }
            self.pair(old, new)?;
        }
        Some(())
    }

    fn raw<'x>(&self, file: &File<'x>, catalog: &Dictionary, key: &str) -> Option<&'x [u8]> {
        match file.entry(catalog, key)? {
            Object::Stream(_, range) => file.raw(&range),
            _ => None,
        }
    }

    fn form(&mut self, old: &Dictionary, new: &Dictionary) -> Option<()> {
        let of = |file: &File<'_>, catalog| match file.entry(catalog, "AcroForm") {
            None => Some(Dictionary::default()),
            Some(Object::Dictionary(form)) => Some(form),
            Some(_) => None,
        };
        let (old, new) = (of(self.old, old)?, of(self.new, new)?);
        // Fonts and the like serve the picture of a new signature.
        self.entries(&old, &new, &["Fields", "SigFlags", "DA", "DR"])?;
        self.grown(old.get("Fields"), new.get("Fields"))
    }

    /// All entries of two dictionaries, but for those that are judged elsewhere.
    fn entries(&mut self, old: &Dictionary, new: &Dictionary, but: &[&str]) -> Option<()> {
        let skip = |name: &[u8]| but.iter().any(|one| one.as_bytes() == name);
        for (name, value) in old.entries().filter(|(name, _)| !skip(name)) {
            let other = new.get_bytes(name).unwrap_or(&Object::Null);
            self.open.push((value.clone(), other.clone()));
        }
        for (name, value) in new.entries().filter(|(name, _)| !skip(name)) {
            if old.get_bytes(name).is_none() {
                self.open.push((Object::Null, value.clone()));
            }
        }
        Some(())
    }

    /// A list of fields or annotations: the old ones stay, new ones are of signatures.
    fn grown(&mut self, old: Option<&Object>, new: Option<&Object>) -> Option<()> {
        let list = |file: &File<'_>, value: Option<&Object>| match value {
            None => Some(Vec::new()),
            Some(value) => match file.resolve(value)? {
                Object::Null => Some(Vec::new()),
                Object::Array(items) => Some(items),
                _ => None,
            },
        };
        let (old, new) = (list(self.old, old)?, list(self.new, new)?);
        let reference = |item: &Object| match item {
            Object::Reference(id) => Some(*id),
            _ => None,
        };
        let (Some(olds), Some(news)) = (
            old.iter().map(reference).collect::<Option<Vec<_>>>(),
            new.iter().map(reference).collect::<Option<Vec<_>>>(),
        ) else {
            // Written in place, so nothing tells which is which.
            self.open.push((Object::Array(old), Object::Array(new)));
            return Some(());
        };
        let known: HashSet<_> = olds.iter().copied().collect();
        let mut left = known.clone();
        for id in news {
            if known.contains(&id) {
                left.remove(&id);
                self.open
                    .push((Object::Reference(id), Object::Reference(id)));
            } else {
                let Object::Dictionary(added) = self.new.get(id)? else {
                    return None;
                };
                field::is_signature(self.new, &added).then_some(())?;
                self.added(&added)?;
            }
        }
        left.is_empty().then_some(())
    }

    /// A signature that came with a later revision.
    fn added(&mut self, field: &Dictionary) -> Option<()> {
        // A signature acts on nothing, and is no other kind of annotation.
        let acts = field.get("A").is_some() || field.get("AA").is_some();
        let other = field
            .get("Subtype")
            .is_some_and(|kind| !kind.is_name("Widget"));
        if acts || other {
            return None;
        }
        let sides = |file: &File<'_>, field: &Dictionary| -> Option<[f64; 4]> {
            let sides: Vec<f64> = file
                .entry(field, "Rect")?
                .as_array()?
                .iter()
                .map(Object::number)
                .collect::<Option<_>>()?;
            sides.try_into().ok()
        };
        let hidden = field.get("Rect").is_none()
            || sides(self.new, field).is_some_and(|[left, low, right, high]| {
                (right - left).abs() < f64::EPSILON || (high - low).abs() < f64::EPSILON
            });
        self.found.insert(if hidden {
            Change::Signature
        } else {
            Change::Seal
        });
        Some(())
    }

    fn pair(&mut self, old: Object, new: Object) -> Option<()> {
        if let (Object::Reference(old), Object::Reference(new)) = (&old, &new)
            && !self.seen.insert((*old, *new))
        {
            return Some(());
        }
        match (self.old.resolve(&old)?, self.new.resolve(&new)?) {
            (Object::Array(old), Object::Array(new)) => {
                (old.len() == new.len()).then_some(())?;
                self.open.extend(old.into_iter().zip(new));
                Some(())
            }
            (Object::Dictionary(old), Object::Dictionary(new)) => self.dictionaries(&old, &new),
            (Object::Stream(old, raw), Object::Stream(new, other)) => {
                (self.old.raw(&raw)? == self.new.raw(&other)?).then_some(())?;
                self.entries(&old, &new, &["Length"])
            }
            (old, new) => (old == new).then_some(()),
        }
    }

    fn dictionaries(&mut self, old: &Dictionary, new: &Dictionary) -> Option<()> {
        if old.is_type("Catalog") && new.is_type("Catalog") {
            // The catalog was compared first; something on the way leads back to it.
            return Some(());
        }
        if old.is_type("Page") && new.is_type("Page") {
            self.entries(old, new, &["Annots", "Tabs"])?;
            return self.grown(old.get("Annots"), new.get("Annots"));
        }
        let kids_of_field = old.get("T").is_some() && new.get("Kids").is_some();
        if kids_of_field && !field::is_signature(self.old, old) {
            self.entries(old, new, &["Kids"])?;
            return self.grown(old.get("Kids"), new.get("Kids"));
        }
        let was_empty = field::is_signature(self.old, old) && !self.is_signed(self.old, old);
        if was_empty && self.is_signed(self.new, new) {
            self.added(new)?;
            return self.entries(old, new, &["V", "AP", "DA", "F", "M", "MK"]);
        }
        self.entries(old, new, &[])
    }

    fn is_signed(&self, file: &File<'_>, field: &Dictionary) -> bool {
        file.entry(field, "V").is_some()
            || match file.entry(field, "Parent") {
                Some(Object::Dictionary(parent)) => file.entry(&parent, "V").is_some(),
                _ => false,
            }
    }
}
