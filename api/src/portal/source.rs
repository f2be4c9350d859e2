//! Answers the queries of the pages from the own schema, as the reader of one instance (SG-SRC-1, SG-SRC-2).
//!
//! `site-gen` asks from threads that may wait; each question is run on the server's runtime.

use std::borrow::Cow;
use std::io::{Cursor, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Request, Response, Variables};
use entity::ids::{AttachmentId, ReportId};
use entity::values::Language;
use serde_json::Value;
use site_gen::error::Error as Failed;
use site_gen::press::Tree;
use site_gen::source::{Source, pass};
use tokio::runtime::Handle;

use super::{PortalReader, press};
use crate::app::App;
use crate::attachment;
use crate::error::{Code, Error, Result};
use crate::graphql::{IcuopsSchema, report_schema};
use crate::loaders;
use crate::report::stored::stored;
use crate::requester::Requester;

/// Time for one question.
const PATIENCE: Duration = Duration::from_secs(30);

/// The own schema, read as one instance.
pub struct Inside {
    app: App,
    schema: IcuopsSchema,
    who: Arc<Requester>,
    runtime: Handle,
}

impl Inside {
    /// The schema as a reader sees it; to be made on the runtime.
    #[must_use]
    pub fn new(app: &App, reader: &PortalReader) -> Self {
        Self {
            app: app.clone(),
            // Texts of the house, bounded by pages of 100: the limits for strangers do not apply.
            schema: report_schema(Some(app.clone())),
            who: Arc::new(Requester::of_portal(reader.clone())),
            runtime: Handle::current(),
        }
    }

    /// The answer to a query.
    ///
    /// # Errors
    /// `TIMEOUT`.
    pub async fn answer(&self, text: &str, variables: Value) -> Result<Response> {
        let (loaders, batches) = loaders::fresh(&self.app.db, Arc::clone(&self.who));
        let request = Request::new(text)
            .variables(Variables::from_json(variables))
            .data(Arc::clone(&self.who))
            .data(Language::Zh)
            .data(loaders);
        let answer = loaders::drive(self.schema.execute(request), &batches);
        tokio::time::timeout(PATIENCE, answer)
            .await
            .map_err(|_elapsed| Error::new(Code::Timeout))
    }

    /// A file that the reader sees, to be read; of a report its form stands behind its id, `rpt_….pdf`.
    async fn open(&self, id: &str) -> Result<Box<dyn Read>> {
        if let Some((report, form)) = id.split_once('.') {
            let id = ReportId::parse(report);
            let stored = stored(&self.app, &self.who, id, form).await?;
            return Ok(Box::new(Cursor::new(stored.bytes)));
        }
        let id = AttachmentId::parse(id);
        let row = attachment::readable(&self.app, &self.who, id).await?;
        let (key, _) = attachment::key_of(&row);
        Ok(Box::new(attachment::store(&self.app).open(key).await?))
    }
}

impl Source for Inside {
    fn query(
        &self,
        name: &str,
        text: &str,
        variables: &site_gen::source::Variables,
    ) -> std::result::Result<Cow<'_, str>, Failed> {
        let variables = Value::Object(variables.clone());
        let answer = self
            .runtime
            .block_on(self.answer(text, variables))
            .map_err(|error| Failed::Source(format!("`{name}`: {error}")))?;
        serde_json::to_string(&answer)
            .map(Cow::Owned)
            .map_err(|error| Failed::Source(format!("`{name}`: {error}")))
    }

    fn file(&self, id: &str, to: &mut dyn Write) -> std::result::Result<(), Failed> {
        let mut file = self
            .runtime
            .block_on(self.open(id))
            .map_err(|error| Failed::Source(format!("file `{id}`: {error}")))?;
        pass(id, &mut *file, to)
    }

    /// On a busy morning everything changes all the time, and reading takes less than a change.
    fn tries(&self) -> u32 {
        10
    }

    fn presses(&self) -> bool {
        true
    }

    fn press(&self, tree: &Tree) -> std::result::Result<Option<Vec<u8>>, Failed> {
        let made = press::set(&self.app, tree.json()).map_err(|error| {
            let told = error.messages().en;
            Failed::Source(format!("document {}: {told}", tree.sha256()))
        })?;
        Ok(Some(made))
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.app.reports.rest();
    }
}
