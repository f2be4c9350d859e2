//! Files of what they are attached to, and those that a line or a submission names.

use std::collections::HashMap;
use std::hash::Hash;

use async_graphql::dataloader::Loader;
use entity::attachment::{self, Subject};
use entity::ids::{ArticleId, AttachmentId, HospitalId, InspectionId, RectificationTaskId};
use entity::rules::audience::Audiences;
use entity::{article_file, inspection_evidence, rectification_evidence};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Rows, hospitals_of, padded};
use crate::error::Error;

/// Files of a subject, those that something about it names among them; oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AttachmentsOf(pub HospitalId, pub Subject);

impl Loader<AttachmentsOf> for Rows {
    type Value = Vec<attachment::Model>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[AttachmentsOf],
    ) -> Result<HashMap<AttachmentsOf, Self::Value>, Error> {
        use attachment::Column as C;
        let (mut tickets, mut inspections, mut tasks) = (Vec::new(), Vec::new(), Vec::new());
        let mut articles = Vec::new();
        for key in keys {
            match key.1 {
                Subject::Ticket(id) => tickets.push(id),
                Subject::Inspection(id) => inspections.push(id),
                Subject::Task(id) => tasks.push(id),
                Subject::Article(id) => articles.push(id),
            }
        }
        // An empty list would cost the engines a look at every row.
        let mut any = Condition::any();
        if !tickets.is_empty() {
            any = any.add(C::TicketId.is_in(padded(&tickets)));
        }
        if !inspections.is_empty() {
            any = any.add(C::InspectionId.is_in(padded(&inspections)));
        }
        if !tasks.is_empty() {
            any = any.add(C::TaskId.is_in(padded(&tasks)));
        }
        if !articles.is_empty() {
            any = any.add(C::ArticleId.is_in(padded(&articles)));
        }
        let rows = read(self, keys.iter().map(|key| key.0), any).await?;
        let mut found: HashMap<AttachmentsOf, Self::Value> = HashMap::new();
        for row in rows {
            let Some(subject) = row.subject() else {
                continue;
            };
            let key = AttachmentsOf(row.hospital_id, subject);
            found.entry(key).or_default().push(row);
        }
        Ok(found)
    }
}

async fn read(
    rows: &Rows,
    hospitals: impl Iterator<Item = HospitalId>,
    of: Condition,
) -> Result<Vec<attachment::Model>, Error> {
    use attachment::Column as C;
    Ok(attachment::Entity::find()
        .filter(C::HospitalId.is_in(hospitals_of(hospitals)))
        .filter(of)
        .order_by_asc(C::UploadedAt)
        .order_by_asc(C::Id)
        .all(&rows.0)
        .await?)
}

/// The files behind names, oldest first for each key.
async fn behind<K: Eq + Hash>(
    rows: &Rows,
    hospitals: impl Iterator<Item = HospitalId>,
    named: Vec<(K, AttachmentId)>,
) -> Result<HashMap<K, Vec<attachment::Model>>, Error> {
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let mut ids: Vec<AttachmentId> = named.iter().map(|(_, id)| *id).collect();
    ids.sort_unstable();
    let of = Condition::all().add(attachment::Column::Id.is_in(padded(&ids)));
    let files = read(rows, hospitals, of).await?;
    let mut keys: HashMap<AttachmentId, Vec<K>> = HashMap::new();
    for (key, id) in named {
        keys.entry(id).or_default().push(key);
    }
    let mut found: HashMap<K, Vec<attachment::Model>> = HashMap::new();
    for file in files {
        for key in keys.remove(&file.id).unwrap_or_default() {
            found.entry(key).or_default().push(file.clone());
        }
    }
    Ok(found)
}

macro_rules! named_by {
    ($(#[$about:meta])* $name:ident($id:ty, $key:ident, $field:ident), $table:ident) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub HospitalId, pub $id, pub i32);

        impl Loader<$name> for Rows {
            type Value = Vec<attachment::Model>;
            type Error = Error;

            async fn load(&self, keys: &[$name]) -> Result<HashMap<$name, Self::Value>, Error> {
                use $table::Column as C;
                let ids: Vec<$id> = keys.iter().map(|key| key.1).collect();
                let rows = $table::Entity::find()
                    .filter(C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
                    .filter(C::$key.is_in(padded(&ids)))
                    .all(&self.0)
                    .await?;
                let named = rows
                    .into_iter()
                    .map(|row| ($name(row.hospital_id, row.$field, row.seq), row.attachment_id));
                behind(self, keys.iter().map(|key| key.0), named.collect()).await
            }
        }
    };
}

named_by! {
    /// Files that a line of an inspection names, by its place.
    LineFiles(InspectionId, InspectionId, inspection_id), inspection_evidence
}
named_by! {
    /// Files that a submission of a rectification task names, by its place.
    SubmissionFiles(RectificationTaskId, TaskId, task_id), rectification_evidence
}

/// Files that the text of a version names, each with the audiences that read where it does; oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VersionFiles(pub HospitalId, pub ArticleId, pub i32);

impl Loader<VersionFiles> for Rows {
    type Value = Vec<(attachment::Model, Audiences)>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[VersionFiles],
    ) -> Result<HashMap<VersionFiles, Self::Value>, Error> {
        use article_file::Column as C;
        let ids: Vec<ArticleId> = keys.iter().map(|key| key.1).collect();
        let rows = article_file::Entity::find()
            .filter(C::HospitalId.is_in(hospitals_of(keys.iter().map(|key| key.0))))
            .filter(C::ArticleId.is_in(padded(&ids)))
            .all(&self.0)
            .await?;
        let wanted = |row: &article_file::Model| {
            keys.contains(&VersionFiles(row.hospital_id, row.article_id, row.seq))
        };
        let (mut named, mut readers) = (Vec::new(), HashMap::new());
        for row in rows.into_iter().filter(wanted) {
            let key = VersionFiles(row.hospital_id, row.article_id, row.seq);
            named.push((key, row.attachment_id));
            let audiences = Audiences::from_bits(row.audience_bits);
            readers.insert((key, row.attachment_id), audiences);
        }
        let found = behind(self, keys.iter().map(|key| key.0), named).await?;
        let told = found.into_iter().map(|(key, files)| {
            let with = |file: attachment::Model| {
                let audiences = readers.get(&(key, file.id)).copied();
                (file, audiences.unwrap_or(Audiences::NONE))
            };
            (key, files.into_iter().map(with).collect())
        });
        Ok(told.collect())
    }
}
