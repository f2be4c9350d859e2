//! What stands behind the GraphQL endpoint: sessions and the schema.

use std::sync::Arc;

use async_graphql::{Request, Response};
use entity::values::SessionKind;

use super::graphql::{Call, Door, Head, Profile, Visitor};
use crate::account::ops;
use crate::app::App;
use crate::error::{Error, Result};
use crate::graphql::IcuopsSchema;
use crate::loaders;
use crate::metrics::Observed;
use crate::requester::Requester;

/// Sessions and schema of this server.
pub struct Server {
    app: App,
    schema: IcuopsSchema,
    runtime: tokio::runtime::Handle,
}

impl Server {
    /// A door for a schema that carries `app`.
    #[must_use]
    pub fn new(app: App, schema: IcuopsSchema) -> Self {
        Self {
            app,
            schema,
            runtime: tokio::runtime::Handle::current(),
        }
    }

    /// In a task of its own: a client that goes away must not drop a transaction in the middle (L6).
    async fn resume(&self, token: &str, kind: SessionKind) -> Result<Requester> {
        let (app, token) = (self.app.clone(), token.to_owned());
        self.runtime
            .spawn(async move {
                if kind == SessionKind::Bearer && ops::is_machine(&token) {
                    ops::resume_machine(&app, &token).await
                } else {
                    ops::resume(&app, &token, kind).await
                }
            })
            .await
            .map_err(Error::internal)?
    }
}

impl Door for Server {
    type Requester = Requester;

    async fn authenticate(&self, head: &Head) -> Result<Visitor<Requester>> {
        let mut stale = false;
        let mut who = match (&head.bearer, &head.cookie) {
            (Some(token), _) => self.resume(token, SessionKind::Bearer).await?,
            // Whoever brings a stale cookie may still sign in: the page could not get rid of it.
            (None, Some(token)) => match self.resume(token, SessionKind::Cookie).await {
                Ok(who) => who,
                Err(error) if error.code() == crate::error::Code::Unauthenticated => {
                    stale = true;
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
        let signed_in = who.actor_word();
        Ok(Visitor {
            profile: match (&who.machine, &who.person) {
                (Some(_), _) => Profile::Machine,
                (None, Some(_)) => Profile::User,
                (None, None) => Profile::Anonymous,
            },
            introspection: signed_in.is_some() || self.app.config.demo,
            key: signed_in.unwrap_or_default(),
            hospital: hospitals
                .first()
                .filter(|_| hospitals.len() == 1)
                .map(ToString::to_string),
            lang: who.person.as_ref().map(|person| person.language),
            metered: self.app.config.metered,
            stale,
            requester: Arc::new(who),
        })
    }

    async fn execute(self: Arc<Self>, request: Request, call: Call<Requester>) -> Response {
        let reader = Arc::clone(&call.visitor.requester);
        let (loaders, batches) = loaders::fresh(&self.app.db, reader);
        let request = request
            .data(call.visitor.requester)
            .data(call.lang)
            .data(loaders);
        loaders::drive(self.schema.execute(request), &batches).await
    }

    fn observe(&self, operation: &Observed) {
        self.app.metrics.operation(operation);
    }
}
