//! Objects and the rows that name them: the sweep of objects without a row, the check of rows against objects.

use std::collections::HashSet;

use chrono::TimeDelta;
use entity::attachment;
use entity::ids::AttachmentId;
use entity::values::ScanState;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{key_of, store};
use crate::app::App;
use crate::error::Result;
use crate::files::{Damage, Key, Store};
use crate::report;

/// How long an upload may take to gain its row; younger objects are left alone.
const YOUNG: TimeDelta = TimeDelta::hours(24);
/// Keys asked for in one statement.
const BATCH: usize = 500;

/// Deletes objects that no row names and no upload has renewed for a day; how many.
///
/// An object is moved aside first and looked at again there: an upload of the same bytes that came in
/// between has either renewed the very file that was moved, or put another in its place.
///
/// # Errors
/// Those of the database and the disk; what stands aside is settled by the next run.
pub async fn sweep(app: &App) -> Result<usize> {
    let store = store(app);
    let before = app.clock.now() - YOUNG;
    store.clear_staging(before).await?;
    for keys in store.older(before).await?.chunks(BATCH) {
        let named = named_by_rows(app, keys).await?;
        for key in keys.iter().filter(|key| !named.contains(key)) {
            store.set_aside(key.clone()).await?;
        }
    }
    settle_aside(app, &store).await
}

/// Puts back what is young or named after all, deletes the rest; how many were deleted.
async fn settle_aside(app: &App, store: &Store) -> Result<usize> {
    let before = app.clock.now() - YOUNG;
    let mut deleted = 0;
    for found in store.aside().await?.chunks(BATCH) {
        let keys: Vec<Key> = found.iter().map(|(key, _)| key.clone()).collect();
        let named = named_by_rows(app, &keys).await?;
        for (key, at) in found {
            if *at >= before || named.contains(key) {
                store.put_back(key.clone()).await?;
            } else {
                store.delete_aside(key.clone()).await?;
                deleted += 1;
            }
        }
    }
    Ok(deleted)
}

async fn named_by_rows(app: &App, keys: &[Key]) -> Result<HashSet<Key>> {
    let rows = attachment::Entity::find()
        .filter(attachment::Column::HospitalId.is_in(keys.iter().map(|key| key.hospital)))
        .filter(attachment::Column::Sha256.is_in(keys.iter().map(|key| key.sha256.clone())))
        .all(app.db.read())
        .await?;
    let mut named: HashSet<Key> = rows.iter().map(|row| key_of(row).0).collect();
    named.extend(report::named(app, keys).await?);
    Ok(named)
}

/// What a check of the objects found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Rows read.
    pub rows: usize,
    /// Rows whose object is not what they say.
    pub damaged: Vec<(AttachmentId, Damage)>,
}

/// Compares every row with its object: there, of its length, of its hash. Each object is read once.
///
/// # Errors
/// Those of the database, and of a disk that cannot be read.
pub async fn check_objects(app: &App) -> Result<Checked> {
    let store = store(app);
    let mut checked = Checked::default();
    let mut whole: HashSet<(Key, u64)> = HashSet::new();
    let mut last: Option<AttachmentId> = None;
    loop {
        let mut query = attachment::Entity::find()
            .order_by_asc(attachment::Column::Id)
            .limit(BATCH as u64);
        if let Some(last) = last {
            query = query.filter(attachment::Column::Id.gt(last));
        }
        let rows = query.all(app.db.read()).await?;
        let Some(end) = rows.last() else {
            return Ok(checked);
        };
        last = Some(end.id);
        for row in &rows {
            checked.rows += 1;
            let (key, size) = key_of(row);
            if whole.contains(&(key.clone(), size)) {
                continue;
            }
            match store.damage(key.clone(), size).await? {
                Some(damage) => checked.damaged.push((row.id, damage)),
                None => {
                    whole.insert((key, size));
                }
            }
        }
    }
}

/// How many files no malware scanner has seen.
///
/// # Errors
/// Those of the database.
pub async fn not_scanned(app: &App) -> Result<u64> {
    let rows =
        attachment::Entity::find().filter(attachment::Column::ScanState.eq(ScanState::NotScanned));
    Ok(rows.count(app.db.read()).await?)
}
