//! The answer of the vendor, explicit and human; an earlier real time is a claim (S19).

use chrono::{DateTime, Utc};
use entity::ids::TicketId;
use entity::rules::access::Permission;
use entity::ticket;
use entity::values::{Channel, ClaimKind, NotificationKind, TicketAction, TicketEventKind};

use super::handle::{notice, require_handler};
use super::{Change, LONG, Once, checked, claim};
use crate::app::App;
use crate::error::{Error, Result, UserErrorCode};
use crate::notification;
use crate::replay::Replay;
use crate::requester::Requester;

/// The answer to a ticket.
#[derive(Clone, Debug)]
pub struct NewResponse {
    /// Replay key made by the client.
    pub key: Option<String>,
    /// Text.
    pub text: String,
    /// How it was given.
    pub channel: Channel,
    /// When it was really given, if it is entered later.
    pub claimed_at: Option<DateTime<Utc>>,
}

/// The first human, substantive answer of the vendor; an earlier real time waits for its confirmation.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `WRONG_STATE`, `INVALID` and `BACKDATE_TOO_FAR` for the claimed time,
/// those of text and key.
pub async fn respond(
    app: &App,
    who: &Requester,
    id: Option<TicketId>,
    version: i32,
    new: &NewResponse,
) -> Result<ticket::Model> {
    let permission = Permission::TicketRespond;
    who.require(permission)?;
    let text = checked(&new.text, "text", LONG)?;
    let key = Replay::optional(new.key.as_deref(), "respondTicket", &(id, new))?;
    let made = id.map_or_else(|| app.clock.id(), |id| id.0);
    let place = (id, Some(version));
    let mut change = match Change::once(app, who, permission, place, (key.as_ref(), made)).await? {
        Once::New(change) => *change,
        Once::Again(row) => return Ok(*row),
    };
    require_handler(&change)?;
    change.step(TicketAction::Respond)?;
    let claimed = claimed_answer(&change, new.claimed_at).await?;
    answered(&mut change).await?;
    if let Some(claimed) = claimed {
        change.row.responded_claimed_at = Some(claimed);
        let terms = change.terms().await?;
        let what = (ClaimKind::Responded, claimed);
        let by = change.who.require_person()?;
        claim::enter(&change.tx, app, &change.row, terms, by, what).await?;
    }
    let what = notice(
        &change.row,
        NotificationKind::TicketChanged,
        format!("responded:{}:{}", change.row.id, change.row.cycle),
        "已响应",
        "was answered",
    );
    notification::tell(
        &change.tx,
        app,
        change.row.hospital_id,
        &[change.row.reporter_id].into(),
        &what,
    )
    .await?;
    change
        .commit(TicketEventKind::Responded, Some(text), "ticket.respond")
        .await
}

/// The claimed time of an answer, checked; none if it claims nothing.
async fn claimed_answer(
    change: &Change<'_>,
    claimed: Option<DateTime<Utc>>,
) -> Result<Option<DateTime<Utc>>> {
    let Some(at) = claimed.filter(|at| *at != change.now) else {
        return Ok(None);
    };
    let field = "respondedAtClaimed";
    let most_h = change.terms().await?.parameters.backdate_max_h;
    claim::within(at, change.now, most_h, field)?;
    let wrong = |zh, en| {
        Err(Error::from(UserErrorCode::Invalid)
            .at([field])
            .detail(zh, en))
    };
    if change.row.responded_at.is_some() {
        return wrong("本轮已有响应", "this cycle is answered already");
    }
    if at < claim::earliest_answer(change).await? {
        return wrong("响应不能早于受理", "an answer cannot precede the receipt");
    }
    Ok(Some(at))
}

pub(super) async fn answered(change: &mut Change<'_>) -> Result<()> {
    if change.row.responded_at.is_none() {
        change.row.responded_at = Some(change.now);
    }
    if change.row.assignee_id.is_none() {
        change.row.assignee_id = change.actor();
    }
    change.clocks().await?.answered(&change.row).await
}
