//! From parameters to an answer: every check before the engine, the engine in a task of its own, errors finished.
//!
//! HTTP is not known here, so documents of the server itself take the same way.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::http::header::{HeaderName, HeaderValue};
use async_graphql::{Request, Response, ServerError};
use async_graphql_parser::{
    parse_query,
    types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};
use sha2::{Digest, Sha256};

use super::{
    Call, Door, Endpoint, Head, Params, Profile, Visitor,
    actual::actual,
    budget::{Measure, OperationKind, measure},
    coerce,
    config::Limits,
    login,
    scan::{Scan, scan},
    typename,
};
use crate::{
    error::{Code, Error, Result},
    http::{
        rate::{Bucket, Empty, Throttle, address_key},
        respond::{Answer, Cost, Entry, Reader, finish},
    },
    metrics::Observed,
};

/// A request refused before the engine; the place in the document if there is one, the cost if it is known.
struct Refusal {
    error: Error,
    locations: Vec<async_graphql::Pos>,
    cost: Option<Cost>,
}

impl From<Error> for Box<Refusal> {
    fn from(error: Error) -> Self {
        Self::new(Refusal {
            error,
            locations: Vec::new(),
            cost: None,
        })
    }
}

/// An operation that passed the checks.
struct Checked {
    request: Request,
    kept: Option<ExecutableDocument>,
    kind: OperationKind,
    measure: Measure,
    /// Whom the document wants to sign in, as a digest.
    account: Option<String>,
}

/// Most entries of `errors` for a document that fails validation.
const SHOWN: usize = 20;

impl<D: Door> Endpoint<D> {
    /// Runs a document. `get` refuses everything but queries.
    pub(super) async fn run(
        &self,
        params: Params,
        visitor: Visitor<D::Requester>,
        head: Head,
        get: bool,
    ) -> Answer {
        let started = self.now();
        let reader = Reader {
            lang: visitor.lang.unwrap_or(head.lang),
            request_id: head.request_id.clone(),
        };
        let hash = Sha256::digest(params.query.as_bytes());
        let document = hash.first().copied().unwrap_or_default();
        let hash: String = hash
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let (name, key) = (params.operation_name.clone(), self.key(&visitor, &head));
        let answer = match self
            .attempt(params, visitor, head, get, &key, &reader)
            .await
        {
            Ok(answer) => answer,
            Err(refusal) => {
                let Refusal {
                    error,
                    locations,
                    cost,
                } = *refusal;
                let entry = Entry::new(&error, &reader).at(locations, Vec::new());
                Answer {
                    errors: vec![entry],
                    refusal: Some(error),
                    cost,
                    ..Answer::default()
                }
            }
        };
        tracing::info!(
            request_id = %reader.request_id,
            principal = %key,
            operation = name.as_deref().unwrap_or_default(),
            document = %hash,
            code = answer.refusal.as_ref().map_or("", |error| error.code().word()),
            errors = answer.errors.len(),
            ms = u64::try_from(self.now().duration_since(started).as_millis()).unwrap_or(u64::MAX),
            "operation"
        );
        self.door.observe(&Observed {
            document,
            took: self.now().duration_since(started),
            cost: answer.spent,
            codes: answer.errors.iter().map(Entry::code).collect(),
        });
        answer
    }

    async fn attempt(
        &self,
        params: Params,
        visitor: Visitor<D::Requester>,
        head: Head,
        get: bool,
        key: &str,
        reader: &Reader,
    ) -> Result<Answer, Box<Refusal>> {
        let wants_cost = params.wants_cost();
        let limits = *self.config.limits(visitor.profile);
        let checked = self.check(params, &visitor, &limits, get)?;
        let Checked {
            request,
            kept,
            kind,
            measure,
            account,
        } = checked;
        let requested = measure.cost;
        if visitor.stale && measure.auth == 0 {
            return Err(Error::new(Code::Unauthenticated).into());
        }

        let charges = match account {
            Some(account) => self.login_charges(&visitor, &head, &account),
            None => self.charges(&visitor, key, &limits),
        };
        let mut throttle = None;
        for (at, (key, bucket)) in charges.iter().enumerate() {
            match self.buckets.charge(key, *bucket, requested, self.now()) {
                Ok(left) => throttle = throttle.or(Some(left)),
                Err(empty) => {
                    self.give_back(charges.iter().take(at), requested, 0);
                    return Err(rate_limited(requested, empty));
                }
            }
        }
        let turn = match self.gate.turn(key).await {
            Ok(turn) => turn,
            Err(error) => {
                self.give_back(charges.iter(), requested, 0);
                return Err(error.into());
            }
        };

        let call = Call {
            visitor,
            head,
            lang: reader.lang,
        };
        let execution = Arc::clone(&self.door).execute(request, call);
        let task = async move {
            let response = execution.await;
            drop(turn);
            response
        };
        let response = self.outcome(task, limits.wait).await?;
        let mut answer = answer_of(response, reader);
        answer.secret = measure.auth > 0 || !answer.headers.is_empty();

        let spent = match (&kept, &answer.data) {
            (Some(document), Some(data)) => operation_of(document, None)
                .map_or(requested, |operation| {
                    actual(document, operation, self.root(kind), data, &self.types)
                })
                .min(requested),
            (None, Some(_)) => requested,
            (_, None) => 0,
        };
        if let Some(left) = self.give_back(charges.iter(), requested, spent) {
            throttle = Some(left);
        }
        answer.spent = spent;
        if wants_cost {
            answer.cost = Some(Cost {
                requested_query_cost: requested,
                actual_query_cost: Some(spent),
                throttle_status: throttle,
            });
        }
        Ok(answer)
    }

    /// Everything that can be said without the engine.
    fn check(
        &self,
        params: Params,
        visitor: &Visitor<D::Requester>,
        limits: &Limits,
        get: bool,
    ) -> Result<Checked, Box<Refusal>> {
        let scanned = scan(&params.query, limits.document_bytes, limits.tokens)?;
        let document = parse_query(&params.query).map_err(|error| syntax_error(&error))?;
        typename::check(&document)?;
        let budget = measure(&document, &self.types, &params.variables, limits.page)?;
        let pure = budget.is_pure_introspection();
        let limits = if pure {
            &self.config.introspection
        } else {
            limits
        };
        self.within(&budget.total(), scanned, limits)?;
        if budget.directives_at_once > self.config.directives_at_once
            || budget.directives > self.config.directives
            || budget.total().auth > 1
        {
            return Err(Error::new(Code::ComplexityExceeded).into());
        }
        if budget.total().introspection > 0 && !visitor.introspection {
            return Err(Error::new(Code::Forbidden)
                .detail("不允许内省查询", "introspection is not permitted")
                .into());
        }

        let unresolved = || Box::<Refusal>::from(Error::new(Code::OperationResolutionFailure));
        let name = params.operation_name.as_deref();
        let operation = operation_of(&document, name).ok_or_else(unresolved)?;
        let selected = match (&document.operations, name) {
            (DocumentOperations::Single(_), _) => budget.operations.get(""),
            (DocumentOperations::Multiple(_), Some(name)) => budget.operations.get(name),
            (DocumentOperations::Multiple(_), None) => budget.operations.values().next(),
        };
        let (kind, measure) = *selected.ok_or_else(unresolved)?;
        if measure.cost > limits.cost
            || (kind == OperationKind::Mutation && measure.top > self.config.root_mutations)
        {
            return Err(Error::new(Code::ComplexityExceeded).into());
        }
        match operation.ty {
            OperationType::Query => {}
            _ if get => return Err(Error::new(Code::MethodNotAllowed).into()),
            OperationType::Mutation => {}
            OperationType::Subscription => return Err(Error::new(Code::TransportNotAllowed).into()),
        }

        let bounds = self.config.bounds(visitor.profile);
        let variables = coerce::variables(operation, &params.variables, &self.types, &bounds)?;
        coerce::arguments(
            &document,
            operation,
            self.root(kind),
            &variables,
            &self.types,
            &bounds,
        )?;

        let kept = (measure.cost > 0 && !pure && (visitor.metered || params.wants_cost()))
            .then(|| only(&document, operation));
        let account = (measure.auth > 0)
            .then(|| login::account(&document, operation, &self.types, &params.variables));
        let mut request = Request::new(params.query).variables(variables);
        request.operation_name = params.operation_name;
        request.set_parsed_query(document);
        Ok(Checked {
            request,
            kept,
            kind,
            measure,
            account,
        })
    }

    fn within(&self, total: &Measure, scanned: Scan, limits: &Limits) -> Result<()> {
        if scanned.bytes > limits.document_bytes || scanned.tokens > limits.tokens {
            return Err(Error::new(Code::DocumentRejected));
        }
        // A spread that leads to no field of its own is still walked.
        let fits = total.fields <= limits.fields
            && total.spreads <= limits.fields
            && total.depth <= limits.depth
            && total.aliases <= self.config.aliases;
        if fits {
            Ok(())
        } else {
            Err(Error::new(Code::ComplexityExceeded))
        }
    }

    /// Takes the cost of a request beside GraphQL out of the same buckets.
    ///
    /// # Errors
    /// `RATE_LIMITED`.
    pub fn spend(&self, visitor: &Visitor<D::Requester>, head: &Head, cost: u64) -> Result<()> {
        let key = self.key(visitor, head);
        let limits = self.config.limits(visitor.profile);
        let charges = self.charges(visitor, &key, limits);
        for (at, (key, bucket)) in charges.iter().enumerate() {
            if let Err(empty) = self.buckets.charge(key, *bucket, cost, self.now()) {
                self.give_back(charges.iter().take(at), cost, 0);
                return Err(rate_limited(cost, empty).error);
            }
        }
        Ok(())
    }

    /// Runs work beside GraphQL to its end, whatever becomes of the client.
    ///
    /// # Errors
    /// Those of the work; `INTERNAL` if it panicked.
    pub async fn to_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let task = match &self.runtime {
            Some(runtime) => runtime.spawn(work),
            None => tokio::spawn(work),
        };
        task.await.map_err(Error::internal)?
    }

    /// Spawns the operation and waits for it; giving up the wait never drops it.
    async fn outcome(
        &self,
        task: impl Future<Output = Response> + Send + 'static,
        wait: Duration,
    ) -> Result<Response> {
        let task = match &self.runtime {
            Some(runtime) => runtime.spawn(task),
            None => tokio::spawn(task),
        };
        match tokio::time::timeout(wait, task).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(failed)) => Err(Error::internal(failed)),
            Err(_elapsed) => Err(Error::new(Code::Timeout)),
        }
    }

    fn key(&self, visitor: &Visitor<D::Requester>, head: &Head) -> String {
        match (visitor.profile, head.address) {
            (Profile::Anonymous, Some(address)) => address_key(address),
            _ => visitor.key.clone(),
        }
    }

    fn charges(
        &self,
        visitor: &Visitor<D::Requester>,
        key: &str,
        limits: &Limits,
    ) -> Vec<(String, Bucket)> {
        if !visitor.metered {
            return Vec::new();
        }
        let own = limits.bucket.map(|bucket| (key.to_owned(), bucket));
        let shared = self.config.hospital.zip(visitor.hospital.as_ref());
        own.into_iter()
            .chain(shared.map(|(bucket, id)| (format!("hospital:{id}"), bucket)))
            .collect()
    }

    /// A sign-in is paid by account and address and by the address, not by what else the caller does.
    fn login_charges(
        &self,
        visitor: &Visitor<D::Requester>,
        head: &Head,
        account: &str,
    ) -> Vec<(String, Bucket)> {
        if !visitor.metered {
            return Vec::new();
        }
        let from = head.address.map(address_key).unwrap_or_default();
        let one = self.config.login_account;
        let all = self.config.login_address;
        one.map(|bucket| (format!("login:{from}:{account}"), bucket))
            .into_iter()
            .chain(all.map(|bucket| (format!("login:{from}"), bucket)))
            .collect()
    }

    /// Gives the difference back to each bucket; the state of the first one.
    fn give_back<'a>(
        &self,
        charges: impl Iterator<Item = &'a (String, Bucket)>,
        charged: u64,
        spent: u64,
    ) -> Option<Throttle> {
        let settled: Vec<_> = charges
            .map(|(key, _)| self.buckets.settle(key, charged, spent, self.now()))
            .collect();
        settled.into_iter().next().flatten()
    }

    fn root(&self, kind: OperationKind) -> Option<&str> {
        match kind {
            OperationKind::Query => Some(self.types.query()),
            OperationKind::Mutation => self.types.mutation(),
            OperationKind::Subscription => None,
        }
    }

    /// The clock of buckets; stands still where the runtime's clock is paused.
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}

/// The operation to run; without a name there must be only one.
fn operation_of<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(&operation.node),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(all), Some(name)) => {
            all.get(name).map(|operation| &operation.node)
        }
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => {
            all.values().next().map(|operation| &operation.node)
        }
        (DocumentOperations::Multiple(_), None) => None,
    }
}

/// A document of this one operation.
fn only(document: &ExecutableDocument, operation: &OperationDefinition) -> ExecutableDocument {
    let operation = async_graphql_parser::Positioned::new(operation.clone(), Default::default());
    ExecutableDocument {
        operations: DocumentOperations::Single(operation),
        fragments: document.fragments.clone(),
    }
}

/// The place, and nothing of the parser's own words (G57).
fn syntax_error(error: &async_graphql_parser::Error) -> Box<Refusal> {
    let locations: Vec<_> = error.positions().collect();
    let code = Error::new(Code::GraphqlParseFailed);
    let error = match locations.first() {
        Some(at) => code.detail(
            format!("第 {} 行第 {} 列", at.line, at.column),
            format!("line {}, column {}", at.line, at.column),
        ),
        None => code,
    };
    Box::new(Refusal {
        error,
        locations,
        cost: None,
    })
}

fn rate_limited(requested: u64, empty: Empty) -> Box<Refusal> {
    let seconds = empty.retry_after_s;
    let error = Error::new(Code::RateLimited).retry_after(seconds).detail(
        format!("请在 {seconds} 秒后重试"),
        format!("try again in {seconds} seconds"),
    );
    let cost = Cost {
        requested_query_cost: requested,
        actual_query_cost: None,
        throttle_status: Some(empty.throttle),
    };
    Box::new(Refusal {
        error,
        locations: Vec::new(),
        cost: Some(cost),
    })
}

/// The engine's response with codes on its errors. Errors without a path and without data come from before execution.
fn answer_of(response: Response, reader: &Reader) -> Answer {
    let executed = response.data != async_graphql::Value::Null
        || response.errors.is_empty()
        || response.errors.iter().any(|error| !error.path.is_empty());
    let mut refusal = None;
    let shown = if executed { usize::MAX } else { SHOWN };
    let mut errors = Vec::new();
    for error in response.errors.into_iter().take(shown) {
        let own = finish(&error);
        let ServerError {
            locations, path, ..
        } = error;
        errors.push(Entry::new(&own, reader).at(locations, path));
        if !executed {
            refusal.get_or_insert(own);
        }
    }
    let headers = response.http_headers.iter().filter_map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        Some((name, HeaderValue::from_bytes(value.as_bytes()).ok()?))
    });
    let headers: Vec<_> = headers.collect();
    Answer {
        errors,
        data: executed.then_some(response.data),
        refusal,
        headers,
        ..Answer::default()
    }
}
