//! What stands behind the GraphQL endpoint: sessions and the schema.

use std::sync::Arc;

use async_graphql::{Request, Response};
use entity::values::{Language, SessionKind};

use super::graphql::{Call, Door, Head, Profile, Visitor};
use crate::account::ops;
use crate::app::App;
use crate::error::{Lang, Result};
use crate::graphql::IcuopsSchema;
use crate::loaders;
use crate::metrics::Observed;
use crate::requester::Requester;

/// Sessions and schema of this server.
pub struct Server {
    app: App,
    schema: IcuopsSchema,
}

impl Server {
    /// A door for a schema that carries `app`.
    #[must_use]
    pub fn new(app: App, schema: IcuopsSchema) -> Self {
        Self { app, schema }
    }
}

impl Door for Server {
    type Requester = Requester;

    async fn authenticate(&self, head: &Head) -> Result<Visitor<Requester>> {
        let mut who = match (&head.bearer, &head.cookie) {
            (Some(token), _) => ops::resume(&self.app, token, SessionKind::Bearer).await?,
            // A stale cookie is no reason to refuse: the sign-in page could not get rid of it.
            (None, Some(token)) => match ops::resume(&self.app, token, SessionKind::Cookie).await {
                Ok(who) => who,
                Err(error) if error.code() == crate::error::Code::Unauthenticated => {
                    Requester::default()
                }
                Err(error) => return Err(error),
            },
            (None, None) => Requester::default(),
        };
        who.ip = head.address.map(|address| address.to_string());
        who.request_id = Some(head.request_id.clone());
        who.agent.clone_from(&head.user_agent);
        who.secure = head.secure || head.address.is_some_and(|address| address.is_loopback());
        let hospitals = who.hospitals();
        let signed_in = who.person_id();
        Ok(Visitor {
            profile: if signed_in.is_some() {
                Profile::User
            } else {
                Profile::Anonymous
            },
            key: signed_in.map(|id| id.to_string()).unwrap_or_default(),
            hospital: hospitals
                .first()
                .filter(|_| hospitals.len() == 1)
                .map(ToString::to_string),
            lang: who.person.as_ref().map(|person| match person.language {
                Language::Zh => Lang::Zh,
                Language::En => Lang::En,
            }),
            introspection: signed_in.is_some() || self.app.config.demo,
            metered: self.app.config.metered,
            requester: Arc::new(who),
        })
    }

    async fn execute(self: Arc<Self>, request: Request, call: Call<Requester>) -> Response {
        let request = request
            .data(call.visitor.requester)
            .data(call.lang)
            .data(loaders::fresh(&self.app.db));
        self.schema.execute(request).await
    }

    fn observe(&self, operation: &Observed) {
        self.app.metrics.operation(operation);
    }
}
