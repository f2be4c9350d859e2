//! What can be done to articles: one function an act, one transaction each.
//!
//! Every act goes the same way: the right, the texts, the row in scope, its version, the rule, then rows, messages and,
//! last, the audit.

mod content;
mod draft;
mod files;
mod from_ticket;
mod number;
mod rate;
mod review;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::ids::{ArticleId, HospitalId, PersonId};
use entity::rules::access::Permission;
use entity::rules::article as rule;
use entity::values::{ArticleAction, ArticleVersionState, NotificationKind, Side};
use entity::{article_text, article_version, article_writer, knowledge_article};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};

use content::Fit;
#[cfg(test)]
pub(crate) use content::checked_content;
pub use content::{Content, TAG, tags_of};
pub(crate) use content::{audiences_fit, blocks_fit, department_of};
pub use draft::{NewArticle, draft, revise, submit};
pub use from_ticket::{FromTicket, from_ticket};
pub use rate::rate;
pub use review::{outdated, publish, retire, send_back};

use super::scope::seen;
use crate::app::App;
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Code, Error, Result, UserErrorCode, invalid, missing};
use crate::notification;
use crate::requester::Requester;

/// An article in the version of its row that the client has seen.
pub type ArticleAt = (ArticleId, i32);

fn wrong_state() -> Error {
    Error::from(UserErrorCode::WrongState).at(["articleId"])
}

/// An article inside its write transaction.
struct Article<'a> {
    app: &'a App,
    who: &'a Requester,
    tx: Tx,
    now: DateTime<Utc>,
    me: PersonId,
    my_side: Side,
    row: knowledge_article::Model,
}

impl<'a> Article<'a> {
    /// Opens the transaction and reads the row in scope, locked.
    async fn begin(
        app: &'a App,
        who: &'a Requester,
        permission: Permission,
        (id, version): (ArticleId, Option<i32>),
    ) -> Result<Self> {
        let person = who.require(permission)?;
        let (me, my_side) = (person.id, person.side);
        let tx = app.db.begin_write().await?;
        let row = knowledge_article::Entity::find_by_id(id)
            .filter(seen(who))
            .lock_exclusive()
            .one(&tx)
            .await?
            .filter(|row| who.may_at(row.hospital_id, permission))
            .ok_or_else(|| missing("articleId"))?;
        if version.is_some_and(|version| version != row.version) {
            return Err(Error::from(UserErrorCode::Conflict).at(["expectedVersion"]));
        }
        let now = app.clock.now();
        Ok(Self {
            app,
            who,
            tx,
            now,
            me,
            my_side,
            row,
        })
    }

    /// One version of it.
    async fn version(&self, seq: i32) -> Result<article_version::Model> {
        article_version::Entity::find_by_id((self.row.id, seq))
            .one(&self.tx)
            .await?
            .ok_or_else(|| Error::internal("an article without its version"))
    }

    /// The latest version after an action on it; a withdrawn article stays as it is.
    async fn step(&self, action: ArticleAction) -> Result<article_version::Model> {
        if self.row.retired_at.is_some() {
            return Err(wrong_state());
        }
        let mut latest = self.version(self.row.latest_seq).await?;
        latest.state =
            rule::next(latest.state, action).map_err(|bad| wrong_state().caused_by(bad))?;
        Ok(latest)
    }

    async fn write(&self, version: article_version::Model) -> Result<article_version::Model> {
        let row = version.into_active_model().reset_all();
        Ok(row.update(&self.tx).await?)
    }

    async fn writers(&self, seq: i32) -> Result<BTreeSet<PersonId>> {
        use article_writer::Column as W;
        let rows = article_writer::Entity::find()
            .filter(W::HospitalId.eq(self.row.hospital_id))
            .filter(W::ArticleId.eq(self.row.id))
            .filter(W::Seq.eq(seq))
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(|row| row.person_id).collect())
    }

    /// What the row repeats of a version.
    fn show(&mut self, version: &article_version::Model) {
        show(&mut self.row, version);
    }

    async fn forget_texts(&self) -> Result<()> {
        use article_text::Column as T;
        article_text::Entity::delete_many()
            .filter(T::HospitalId.eq(self.row.hospital_id))
            .filter(T::ArticleId.eq(self.row.id))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    async fn tell(&self, to: &BTreeSet<PersonId>, zh: String, en: String) -> Result<()> {
        let to: BTreeSet<PersonId> = to.iter().copied().filter(|one| *one != self.me).collect();
        let cause = format!("article:{}:{}", self.row.id, self.row.version);
        let kind = NotificationKind::Knowledge;
        let hospital = self.row.hospital_id;
        notification::tell_of_matter(&self.tx, self.app, hospital, &to, kind, (cause, zh, en)).await
    }

    /// Writes the row and, last, the audit; commits.
    async fn commit(
        mut self,
        action: &str,
        latest: ArticleVersionState,
    ) -> Result<knowledge_article::Model> {
        self.row.version += 1;
        let (retired, published) = (
            self.row.retired_at.is_some(),
            self.row.published_at.is_some(),
        );
        self.row.state = rule::state_of(retired, published, latest);
        let row = self.row.into_active_model().reset_all();
        let row = row.update(&self.tx).await?;
        let act = Act::done(action, "knowledge_article", row.id.0);
        audit::append(&self.tx, self.now, Some(row.hospital_id), self.who, act).await?;
        self.tx.commit().await?;
        self.app.wake.notify_one();
        Ok(row)
    }
}

/// Enters into the audit why the screen was overridden, in the transaction that does it.
async fn note_override(
    tx: &Tx,
    (who, hospital, now): (&Requester, HospitalId, DateTime<Utc>),
    version: &article_version::Model,
) -> Result<()> {
    let Some(why) = &version.screening_reason else {
        return Ok(());
    };
    // Who may say so elsewhere may not say so here.
    if !who.may_at(hospital, Permission::KnowledgePublish) {
        return Err(Error::new(Code::Forbidden));
    }
    let act = Act {
        reason: Some(why.clone()),
        ..Act::done(
            "article.screening_override",
            "knowledge_article",
            version.article_id.0,
        )
    };
    audit::append(tx, now, Some(hospital), who, act).await
}

/// Makes the row repeat a version.
fn show(row: &mut knowledge_article::Model, version: &article_version::Model) {
    row.shown_seq = version.seq;
    row.side = version.side;
    row.title.clone_from(&version.title);
    row.module.clone_from(&version.module);
    row.tags.clone_from(&version.tags);
    row.audience_bits = version.audience_bits;
    row.department_id = version.department_id;
    row.data_level = version.data_level;
}
