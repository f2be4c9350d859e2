//! Changing the knowledge base.

use async_graphql::{Context, Object};
use entity::ids::{ArticleId, AttachmentId, ContractId, TicketId};
use uuid::Uuid;

use super::Maybe;
use super::input::*;
use super::types::KnowledgeArticle;
use crate::graphql::{act, app, requester};
use crate::inspection::graphql::payload;
use crate::knowledge::ops;

payload! {
    /// draftArticle 的结果.
    /// Result of draftArticle.
    DraftArticlePayload,
    /// 知识条目；失败为 null.
    /// The article; null on failure.
    article: KnowledgeArticle
}
payload! {
    /// createArticleFromTicket 的结果.
    /// Result of createArticleFromTicket.
    CreateArticleFromTicketPayload,
    /// 知识条目；失败为 null.
    /// The article; null on failure.
    article: KnowledgeArticle
}
payload! {
    /// reviseArticle 的结果.
    /// Result of reviseArticle.
    ReviseArticlePayload,
    /// 知识条目；失败为 null.
    /// The article; null on failure.
    article: KnowledgeArticle
}
payload! {
    /// submitArticle 的结果.
    /// Result of submitArticle.
    SubmitArticlePayload,
    /// 知识条目；失败为 null.
    /// The article; null on failure.
    article: KnowledgeArticle
}
payload! {
    /// publishArticle 的结果.
    /// Result of publishArticle.
    PublishArticlePayload,
    /// 知识条目；失败为 null.
    /// The article; null on failure.
    article: KnowledgeArticle
}
payload! {
    /// returnArticle 的结果.
    /// Result of returnArticle.
    ReturnArticlePayload,
    /// 知识条目；失败为 null.
    /// The article; null on failure.
    article: KnowledgeArticle
}
payload! {
    /// retireArticle 的结果.
    /// Result of retireArticle.
    RetireArticlePayload,
    /// 知识条目；失败为 null.
    /// The article; null on failure.
    article: KnowledgeArticle
}
payload! {
    /// markArticleOutdated 的结果.
    /// Result of markArticleOutdated.
    MarkArticleOutdatedPayload,
    /// 知识条目；失败为 null.
    /// The article; null on failure.
    article: KnowledgeArticle
}
payload! {
    /// rateArticle 的结果.
    /// Result of rateArticle.
    RateArticlePayload,
    /// 知识条目；失败为 null.
    /// The article; null on failure.
    article: KnowledgeArticle
}

/// Changes of the knowledge base.
#[derive(Default)]
pub struct ArticleMutation;

fn object(id: ArticleId) -> (&'static str, Option<Uuid>) {
    ("knowledge_article", Some(id.0))
}

/// Changes of the knowledge base.
#[Object]
impl ArticleMutation {
    /// 起草知识条目. 权限 KNOWLEDGE_DRAFT.
    /// Drafts an article. Permission KNOWLEDGE_DRAFT.
    async fn draft_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: DraftArticleInput,
    ) -> Maybe<DraftArticlePayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let new = || ops::NewArticle {
            key: input.idempotency_key.clone(),
            contract: input.contract_id.as_ref().map(|id| ContractId::lookup(id)),
            kind: input.kind,
            language: input.language,
            original: input.original_id.as_ref().map(|id| ArticleId::lookup(id)),
            content: (&input.content).into(),
        };
        let run = || ops::draft(app, who, new());
        act(
            ctx,
            "article.draft",
            ("knowledge_article", None),
            run,
            |row, user_errors| DraftArticlePayload {
                article: row.map(KnowledgeArticle),
                user_errors,
            },
        )
        .await
    }

    /// 由已解决的咨询或故障工单生成草稿，含问题与解答，不含患者信息、床位与人员. 权限 KNOWLEDGE_DRAFT.
    /// Makes a draft of the question and the answer of a solved consultation or fault, without patient data, beds and people. Permission KNOWLEDGE_DRAFT.
    async fn create_article_from_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: CreateArticleFromTicketInput,
    ) -> Maybe<CreateArticleFromTicketPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let new = || ops::FromTicket {
            key: input.idempotency_key.clone(),
            ticket: TicketId::lookup(&input.ticket_id),
            title: input.title.clone(),
            module: input.module.clone(),
            tags: input.tags.clone().unwrap_or_default(),
            audiences: input.audiences.clone(),
            data_level: input.data_level,
        };
        let run = || ops::from_ticket(app, who, new());
        act(
            ctx,
            "article.from_ticket",
            ("knowledge_article", None),
            run,
            |row, user_errors| CreateArticleFromTicketPayload {
                article: row.map(KnowledgeArticle),
                user_errors,
            },
        )
        .await
    }

    /// 修改草稿；已发布者则起草下一版本，原版本在其发布前仍有效. 权限 KNOWLEDGE_DRAFT.
    /// Writes in the draft; of a published article it begins the next version, and the present one stays until that is published. Permission KNOWLEDGE_DRAFT.
    async fn revise_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ReviseArticleInput,
    ) -> Maybe<ReviseArticlePayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (ArticleId::lookup(&input.article_id), input.expected_version);
        let run = || ops::revise(app, who, of, (&input.content).into());
        act(
            ctx,
            "article.revise",
            object(of.0),
            run,
            |row, user_errors| ReviseArticlePayload {
                article: row.map(KnowledgeArticle),
                user_errors,
            },
        )
        .await
    }

    /// 提交审核. 权限 KNOWLEDGE_DRAFT.
    /// Hands the draft in for review. Permission KNOWLEDGE_DRAFT.
    async fn submit_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: SubmitArticleInput,
    ) -> Maybe<SubmitArticlePayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (ArticleId::lookup(&input.article_id), input.expected_version);
        let run = || ops::submit(app, who, of);
        act(
            ctx,
            "article.submit",
            object(of.0),
            run,
            |row, user_errors| SubmitArticlePayload {
                article: row.map(KnowledgeArticle),
                user_errors,
            },
        )
        .await
    }

    /// 审核并发布；执笔人不得发布本人所写版本，图片须由上传人以外的审核人确认无患者信息. 权限 KNOWLEDGE_PUBLISH.
    /// Reviews and publishes; nobody publishes a version that the same person wrote in, and somebody else than who uploaded them finds no patient data in its pictures. Permission KNOWLEDGE_PUBLISH.
    async fn publish_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: PublishArticleInput,
    ) -> Maybe<PublishArticlePayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (ArticleId::lookup(&input.article_id), input.expected_version);
        let cleared: Vec<AttachmentId> = input
            .cleared_file_ids
            .iter()
            .flatten()
            .map(|id| AttachmentId::lookup(id))
            .collect();
        let why = input.screening_override_reason.as_deref();
        let run = || ops::publish(app, who, of, &cleared, why);
        act(
            ctx,
            "article.publish",
            object(of.0),
            run,
            |row, user_errors| PublishArticlePayload {
                article: row.map(KnowledgeArticle),
                user_errors,
            },
        )
        .await
    }

    /// 退回草稿. 权限 KNOWLEDGE_PUBLISH.
    /// Sends a version back to its writers. Permission KNOWLEDGE_PUBLISH.
    async fn return_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: ReturnArticleInput,
    ) -> Maybe<ReturnArticlePayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (ArticleId::lookup(&input.article_id), input.expected_version);
        let run = || ops::send_back(app, who, of, &input.reason);
        act(
            ctx,
            "article.return",
            object(of.0),
            run,
            |row, user_errors| ReturnArticlePayload {
                article: row.map(KnowledgeArticle),
                user_errors,
            },
        )
        .await
    }

    /// 撤下知识条目. 权限 KNOWLEDGE_PUBLISH.
    /// Withdraws an article. Permission KNOWLEDGE_PUBLISH.
    async fn retire_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: RetireArticleInput,
    ) -> Maybe<RetireArticlePayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (ArticleId::lookup(&input.article_id), input.expected_version);
        let run = || ops::retire(app, who, of, &input.reason);
        act(
            ctx,
            "article.retire",
            object(of.0),
            run,
            |row, user_errors| RetireArticlePayload {
                article: row.map(KnowledgeArticle),
                user_errors,
            },
        )
        .await
    }

    /// 标记过时或取消标记；发布下一版本即取消. 权限 KNOWLEDGE_DRAFT.
    /// Marks an article as outdated, or takes the mark away; the next published version does too. Permission KNOWLEDGE_DRAFT.
    async fn mark_article_outdated(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: MarkArticleOutdatedInput,
    ) -> Maybe<MarkArticleOutdatedPayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let of = (ArticleId::lookup(&input.article_id), input.expected_version);
        let run = || ops::outdated(app, who, of, (input.outdated, &input.reason));
        act(
            ctx,
            "article.outdated",
            object(of.0),
            run,
            |row, user_errors| MarkArticleOutdatedPayload {
                article: row.map(KnowledgeArticle),
                user_errors,
            },
        )
        .await
    }

    /// 评价已发布版本是否有帮助，每人每版本一次，可改. 权限 KNOWLEDGE_RATE.
    /// Says whether the published version helped, once a person and version; it may be changed. Permission KNOWLEDGE_RATE.
    async fn rate_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "参数. Arguments.")] input: RateArticleInput,
    ) -> Maybe<RateArticlePayload> {
        let (app, who) = (app(ctx), requester(ctx));
        let id = ArticleId::lookup(&input.article_id);
        let run = || ops::rate(app, who, id, input.helpful);
        act(ctx, "article.rate", object(id), run, |row, user_errors| {
            RateArticlePayload {
                article: row.map(KnowledgeArticle),
                user_errors,
            }
        })
        .await
    }
}
