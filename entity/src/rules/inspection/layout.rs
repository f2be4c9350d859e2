//! The template laid out for an inspection: one line an item and target (一(五)1, C1.5.1-c, C1.5.1-d).
//!
//! An item is asked of every asset of the kind that its scope looks at; scopes that look at the system as a whole, and
//! kinds of which the register knows none, have one line for the whole.

use super::template::{Item, Template};
use crate::values::{AssetKind, AssetOs, DbEngine, InspectionKind, InspectionScope, ItemMode};

/// Target of a line that looks at the system as a whole.
pub const WHOLE: &str = "整体";

/// What the layout asks of an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetFacts {
    /// Code, unique in the register.
    pub code: String,
    /// Kind.
    pub kind: AssetKind,
    /// Engine of a database.
    pub engine: Option<DbEngine>,
    /// Operating system of a server.
    pub os: Option<AssetOs>,
}

/// A line to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The item.
    pub item: &'a Item,
    /// Code of the asset, or [`WHOLE`].
    pub target: String,
}

/// The kind of asset that a scope looks at; none for the system as a whole.
const fn kind_of(scope: InspectionScope) -> Option<AssetKind> {
    match scope {
        InspectionScope::Env => Some(AssetKind::Room),
        InspectionScope::Srv | InspectionScope::Os => Some(AssetKind::Server),
        InspectionScope::Sto => Some(AssetKind::Storage),
        InspectionScope::Net => Some(AssetKind::Network),
        InspectionScope::Db => Some(AssetKind::Database),
        InspectionScope::Mw => Some(AssetKind::Middleware),
        InspectionScope::App => Some(AssetKind::Application),
        InspectionScope::Bak | InspectionScope::Sec | InspectionScope::Rec => None,
    }
}

const fn is_asked(mode: ItemMode, kind: InspectionKind) -> bool {
    match (mode, kind) {
        (ItemMode::Both, _)
        | (ItemMode::Online, InspectionKind::Online)
        | (ItemMode::Onsite, InspectionKind::Onsite) => true,
        (ItemMode::Online, InspectionKind::Onsite) | (ItemMode::Onsite, InspectionKind::Online) => {
            false
        }
    }
}

/// Whether an item with a switch is for this asset. A cluster is of its engine too.
fn is_for(item: &Item, asset: &AssetFacts) -> bool {
    if item.applies_to.is_empty() {
        return true;
    }
    let engine = asset.engine.map(DbEngine::word);
    let base = (asset.engine == Some(DbEngine::OracleRac)).then_some(DbEngine::Oracle.word());
    let os = asset.os.map(AssetOs::word);
    item.applies_to
        .iter()
        .any(|word| [engine, base, os].contains(&Some(word.as_str())))
}

/// The lines of an inspection, in the order of the template and then of the assets.
#[must_use]
pub fn lay_out<'a>(
    template: &'a Template,
    kind: InspectionKind,
    assets: &[AssetFacts],
) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for item in template
        .items
        .iter()
        .filter(|item| is_asked(item.mode, kind))
    {
        let mut any = false;
        if let Some(looked_at) = kind_of(item.scope) {
            for asset in assets.iter().filter(|asset| asset.kind == looked_at) {
                any = true;
                if is_for(item, asset) {
                    lines.push(Line {
                        item,
                        target: asset.code.clone(),
                    });
                }
            }
        }
        if !any && item.applies_to.is_empty() {
            lines.push(Line {
                item,
                target: WHOLE.to_owned(),
            });
        }
    }
    lines
}
