//! An article made from a solved ticket: its question and its answer.

use entity::ids::TicketId;
use entity::rules::access::Permission;
use entity::rules::block;
use entity::values::{
    ArticleKind, Audience, Language, TicketCategory, TicketEventKind, TicketStatus,
};
use entity::{contract, knowledge_article, ticket, ticket_event, ticket_reply};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::content::{NAME, TITLE, clean};
use super::draft::{Made, insert};
use super::{Content, content, invalid, missing};
use crate::app::App;
use crate::error::{Error, Result, UserErrorCode};
use crate::replay::Replay;
use crate::requester::Requester;
use crate::ticket::ops::{checked, checked_option};

const DRAFT: Permission = Permission::KnowledgeDraft;

/// An article made from a solved ticket.
#[derive(Clone, Debug)]
pub struct FromTicket {
    /// Replay key.
    pub key: String,
    /// The ticket.
    pub ticket: TicketId,
    /// Title; the begin of the question without one.
    pub title: Option<String>,
    /// Module.
    pub module: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// For whom.
    pub audiences: Vec<Audience>,
    /// Classification.
    pub data_level: i32,
}

/// What was answered: by `respondTicket`, which its history keeps, and by replies that were sent as the response.
async fn answered(db: &impl ConnectionTrait, row: &ticket::Model) -> Result<Vec<String>> {
    use ticket_event::Column as E;
    use ticket_reply::Column as R;
    let responses = ticket_event::Entity::find()
        .filter(E::HospitalId.eq(row.hospital_id))
        .filter(E::TicketId.eq(row.id))
        .filter(E::Kind.eq(TicketEventKind::Responded))
        .order_by_asc(E::Seq)
        .all(db)
        .await?;
    let replies = ticket_reply::Entity::find()
        .filter(R::HospitalId.eq(row.hospital_id))
        .filter(R::TicketId.eq(row.id))
        .filter(R::AsResponse.eq(true))
        .order_by_asc(R::Seq)
        .all(db)
        .await?;
    let mut said: Vec<String> = Vec::new();
    let texts = responses.into_iter().filter_map(|event| event.text);
    for text in texts.chain(replies.into_iter().map(|reply| reply.text)) {
        if !said.contains(&text) {
            said.push(text);
        }
    }
    Ok(said)
}

/// What a solved ticket says: names of its texts for a refusal, and its question and answer.
async fn told(db: &impl ConnectionTrait, row: &ticket::Model) -> Result<(String, String)> {
    let is_solved = matches!(row.status, TicketStatus::Resolved | TicketStatus::Closed);
    let Some(solution) = row.solution.as_deref().filter(|_| is_solved) else {
        return Err(Error::from(UserErrorCode::WrongState).at(["ticketId"]));
    };
    let answer = answered(db, row).await?.join("\n\n");
    let phenomenon = row.phenomenon.as_deref().unwrap_or_default();
    let steps = row.steps.as_deref().unwrap_or_default();
    let verification = row.verification.as_deref().unwrap_or_default();
    clean(
        &[
            ("描述", "description", row.description.as_str()),
            ("现象", "phenomenon", phenomenon),
            ("重现步骤", "steps", steps),
            ("答复", "replies", answer.as_str()),
            ("解决说明", "solution", solution),
            ("验证", "verification", verification),
        ],
        "ticketId",
    )?;
    let part = |heading: &str, texts: &[&str]| {
        let texts: Vec<&str> = texts
            .iter()
            .copied()
            .filter(|text| !text.is_empty())
            .collect();
        format!("## {heading}\n\n{}", texts.join("\n\n"))
    };
    let body = [
        part("问题", &[&row.description, phenomenon, steps]),
        part("解答", &[&answer, solution, verification]),
    ]
    .join("\n\n");
    if block::check(&body).is_err() {
        return Err(invalid(
            "ticketId",
            "工单文字含受众块标记，请另行起草",
            "a text of the ticket has marks of audience blocks; draft the article by hand",
        ));
    }
    let first = row.description.lines().next().unwrap_or_default();
    Ok((first.chars().take(TITLE).collect(), body))
}

/// Drafts an article from the question and the answer of a solved consultation or fault; place, bed and people of the
/// ticket stay behind.
///
/// # Errors
/// `FORBIDDEN`; those of the texts, `NOT_FOUND`, `INVALID` for another category, `WRONG_STATE` for a ticket that is not
/// solved, `PATIENT_DATA_IN_TEXT` that names its texts.
pub async fn from_ticket(
    app: &App,
    who: &Requester,
    new: FromTicket,
) -> Result<knowledge_article::Model> {
    who.require(DRAFT)?;
    let replay = Replay::of(&new.key, "createArticleFromTicket", &new)?;
    let title = new.title.as_deref();
    let title = checked_option(title, "title", TITLE)?;
    let module = checked_option(new.module.as_deref(), "module", NAME)?;
    content::tags(&new.tags, "tags", checked)?;
    content::audiences_fit("", &new.audiences, false, new.data_level)?;
    let row = ticket::Entity::find_by_id(new.ticket)
        .filter(who.visible_tickets())
        .one(app.db.read())
        .await?
        .filter(|row| who.may_at(row.hospital_id, DRAFT))
        .ok_or_else(|| missing("ticketId"))?;
    if !matches!(
        row.category,
        TicketCategory::Consult | TicketCategory::Fault
    ) {
        return Err(invalid(
            "ticketId",
            "只由咨询与故障工单生成",
            "articles are made from consultations and faults only",
        ));
    }
    let (question, body) = told(app.db.read(), &row).await?;
    let contract = contract::Entity::find_by_id(row.contract_id)
        .one(app.db.read())
        .await?
        .ok_or_else(|| Error::internal("a ticket without a contract"))?;
    let content = Content {
        title: title.unwrap_or(question),
        module,
        tags: new.tags.clone(),
        body,
        audiences: new.audiences.clone(),
        department: None,
        data_level: new.data_level,
        screening_reason: None,
    };
    let made = Made {
        kind: ArticleKind::Faq,
        language: Language::Zh,
        original: None,
        source: Some(row.id),
        action: "article.from_ticket",
    };
    insert(app, who, &contract, made, content.checked(who)?, &replay).await
}
