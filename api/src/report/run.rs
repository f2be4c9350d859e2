//! The query of a definition, run through the schema under the rights of one person (RP-DATA-1, RP-DATA-2).
//!
//! The text is reviewed code with limits of its own. It is run until two answers in a row agree, so that what is
//! frozen is one state of the records although the resolvers read them one after the other.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Request, Variables};
use entity::ids::PersonId;
use entity::person;
use entity::values::Language;
use reports::{Definition, Problem, Reports};
use sea_orm::EntityTrait;
use serde_json::Value;

use crate::app::App;
use crate::error::{Code, Error, Result, UserErrorCode};
use crate::graphql::{fits, report_schema};
use crate::loaders;
use crate::requester::Requester;

/// Time for one run.
const PATIENCE: Duration = Duration::from_secs(30);
/// Runs before the records are said to move too fast.
const TRIES: usize = 4;

/// What the records say now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// `data` of the answer.
    pub data: Value,
    /// SHA-256 of its canonical text, hexadecimal.
    pub sha256: String,
}

/// The definitions whose query does not fit the schema of this server.
pub(super) async fn misfits(reports: &Reports) -> Vec<(String, Problem)> {
    let schema = report_schema(None);
    let mut problems = Vec::new();
    for definition in reports.iter() {
        if let Err(message) = fits(&schema, &definition.query).await {
            let place = format!("{}/query.graphql", definition.spec.code);
            let code = definition.spec.code.clone();
            problems.push((code, Problem::new(place, message)));
        }
    }
    problems
}

/// Runs the query of a definition as a person.
///
/// # Errors
/// `FORBIDDEN` if the schema refuses the person anything of it, `NOT_FOUND` if the subject is out of the person's
/// sight, `CONFLICT` if the records move while they are read, `TIMEOUT`, `INTERNAL`.
pub async fn fresh(
    app: &App,
    definition: &Definition,
    params: &Value,
    reader: PersonId,
) -> Result<Fresh> {
    let person = person::Entity::find_by_id(reader)
        .one(app.db.read())
        .await?
        .ok_or_else(|| Error::internal("the author of a report is gone"))?;
    let who = Requester::load(app.db.read(), person, None, app.clock.now()).await?;
    let who = Arc::new(who);
    let mut last: Option<Fresh> = None;
    for _ in 0..TRIES {
        let data = once(app, definition, params, &who).await?;
        let sha256 = reports::data_sha256(&data);
        let now = Fresh { data, sha256 };
        if last.as_ref() == Some(&now) {
            return Ok(now);
        }
        last = Some(now);
    }
    Err(Error::from(UserErrorCode::Conflict).detail(
        "数据正在变化，请稍后再试",
        "the records are changing, try again in a moment",
    ))
}

async fn once(
    app: &App,
    definition: &Definition,
    params: &Value,
    who: &Arc<Requester>,
) -> Result<Value> {
    let (loaders, batches) = loaders::fresh(&app.db, Arc::clone(who));
    let request = Request::new(definition.query.clone())
        .variables(Variables::from_json(params.clone()))
        .data(Arc::clone(who))
        .data(Language::Zh)
        .data(loaders);
    let schema = report_schema(Some(app.clone()));
    let answer = loaders::drive(schema.execute(request), &batches);
    let answer = tokio::time::timeout(PATIENCE, answer)
        .await
        .map_err(|_elapsed| Error::new(Code::Timeout))?;
    if let Some(error) = answer.errors.first() {
        let code = error.source::<Error>().map_or(Code::Internal, Error::code);
        return Err(match code {
            Code::Internal => Error::internal(error.message.clone()),
            code => Error::new(code),
        });
    }
    let data = answer.data.into_json().map_err(Error::internal)?;
    // The one root of a query is the subject; what the person may not see is null.
    let gone = data
        .as_object()
        .is_some_and(|roots| roots.values().any(Value::is_null));
    if gone {
        return Err(Error::from(UserErrorCode::NotFound).at(["subjectId"]));
    }
    Ok(data)
}
