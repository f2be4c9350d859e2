//! What gets out when a root cannot be built as usual, and what never comes back (SG-QUAR-2, SG-INC-3).

use std::collections::BTreeSet;

use chrono::SecondsFormat;
use entity::ids::{ArticleId, NoticeId};
use entity::knowledge_article::{Column as A, Entity as Articles};
use entity::notice::{Column as N, Entity as Notices};
use entity::rules::block::cut;
use entity::values::{NoticeKind, Side};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use site_gen::content::Disaster;
use site_gen::{Options, Report};

use super::instance::Instance;
use super::{in_force, seen};
use crate::app::App;
use crate::error::{Error, Result};
use crate::knowledge::{blocks, seen as articles_seen};
use crate::requester::Requester;

/// Ids of the articles and notices of a hospital that the reader of an instance does not read now: withdrawn, over, or
/// meant for others since. Numbers do not do: that of an article is also that of its translation.
async fn unseen(app: &App, instance: &Instance) -> Result<BTreeSet<String>> {
    let db = app.db.read();
    let (who, now) = (
        Requester::of_portal(instance.reader.clone()),
        app.clock.now(),
    );
    let hospital = instance.reader.hospital;
    let articles = Articles::find()
        .select_only()
        .column(A::Id)
        .filter(A::HospitalId.eq(hospital))
        .filter(articles_seen(&who).not());
    let notices = Notices::find()
        .select_only()
        .column(N::Id)
        .filter(N::HospitalId.eq(hospital))
        .filter(seen(&who, now).not());
    let articles: Vec<ArticleId> = articles.into_tuple().all(db).await?;
    let notices: Vec<NoticeId> = notices.into_tuple().all(db).await?;
    let articles = articles.into_iter().map(|id| id.to_string());
    let notices = notices.into_iter().map(|id| id.to_string());
    Ok(articles.chain(notices).collect())
}

/// The banner in force for the readers of an instance.
async fn banner(app: &App, instance: &Instance) -> Result<Option<Disaster>> {
    let (who, now) = (
        Requester::of_portal(instance.reader.clone()),
        app.clock.now(),
    );
    let row = Notices::find()
        .filter(seen(&who, now))
        .filter(in_force(now))
        .filter(N::Kind.eq(NoticeKind::Disaster))
        .order_by_desc(N::ValidFromAt)
        .order_by_desc(N::Id)
        .one(app.db.read())
        .await?;
    let reads = blocks(&who, instance.reader.hospital, Side::Hospital);
    Ok(row.map(|row| Disaster {
        id: Some(row.id.to_string()),
        title: row.title,
        body: cut(&row.body, reads),
        valid_from: row
            .valid_from_at
            .to_rfc3339_opts(SecondsFormat::Micros, true),
    }))
}

/// Builds a root from its last kept input, with the banner of now and without what its reader does not read now; if that
/// fails too, a copy of the served root with both.
///
/// # Errors
/// What `site-gen` says; the root that was served before still is.
pub async fn rescue(app: &App, instance: &Instance, mut options: Options) -> Result<Report> {
    options.banner = banner(app, instance).await?;
    clean(app, instance, options).await
}

/// Takes what its reader does not read now out of a root: of its last input if the options name one, else of a copy.
///
/// # Errors
/// What `site-gen` says.
pub async fn clean(app: &App, instance: &Instance, mut options: Options) -> Result<Report> {
    options.withdrawn = unseen(app, instance).await?;
    let made = tokio::task::spawn_blocking(move || site_gen::urgent(&options)).await;
    made.map_err(Error::internal)?.map_err(Error::internal)
}
