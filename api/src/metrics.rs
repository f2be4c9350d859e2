//! Counters and histograms of the process in the form of Prometheus (G90, L35).
//!
//! Labels are words of the program or numbers of a small range; what a client sends never becomes
//! one: an operation goes by the hash of its document, in 64 buckets. Gauges that stand in the
//! database are read when the page is asked for ([`crate::health::measure`]).

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::error::Code;

/// Buckets of operations.
pub const OPERATIONS: u8 = 64;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfOperation {
    operation: u8,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfError {
    operation: u8,
    code: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfCode {
    code: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfKind {
    kind: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfJobs {
    state: &'static str,
    kind: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfPool {
    pool: &'static str,
    state: &'static str,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// Seconds of operations and jobs.
fn seconds() -> Histogram {
    Histogram::new([
        0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 30.0,
    ])
}

/// What is counted of one operation of the API.
#[derive(Debug)]
pub struct Observed {
    /// First byte of the hash of the document.
    pub document: u8,
    /// From the parsed request to the answer.
    pub took: Duration,
    /// Cost of what was executed.
    pub cost: u64,
    /// Codes of `errors`.
    pub codes: Vec<&'static str>,
}

/// The metrics of a process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    operation_seconds: Histograms<OfOperation>,
    operation_cost: Family<OfOperation, Counter>,
    operation_errors: Family<OfError, Counter>,
    user_errors: Family<OfCode, Counter>,
    write_wait: Histogram,
    tx_retries: Family<OfCode, Counter>,
    pools: Family<OfPool, Gauge>,
    wal: Gauge,
    findings: Gauge,
    jobs: Family<OfJobs, Gauge>,
    oldest_job: Gauge,
    job_start: Histograms<OfKind>,
    job_seconds: Histograms<OfKind>,
    job_retried: Family<OfKind, Counter>,
    job_fenced: Family<OfKind, Counter>,
    job_dead: Family<OfKind, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let new = Self {
            registry: Registry::default(),
            operation_seconds: Histograms::new_with_constructor(seconds),
            operation_cost: Family::default(),
            operation_errors: Family::default(),
            user_errors: Family::default(),
            write_wait: seconds(),
            tx_retries: Family::default(),
            pools: Family::default(),
            wal: Gauge::default(),
            findings: Gauge::default(),
            jobs: Family::default(),
            oldest_job: Gauge::default(),
            job_start: Histograms::new_with_constructor(seconds),
            job_seconds: Histograms::new_with_constructor(seconds),
            job_retried: Family::default(),
            job_fenced: Family::default(),
            job_dead: Family::default(),
        };
        Self {
            registry: new.registered(),
            ..new
        }
    }
}

impl Metrics {
    fn registered(&self) -> Registry {
        let mut to = Registry::with_prefix("icuops");
        macro_rules! register {
            ($($field:ident $name:literal $help:literal;)+) => {
                $(to.register($name, $help, self.$field.clone());)+
            };
        }
        // Counters get `_total` from the encoder.
        register! {
            operation_seconds "operation_duration_seconds" "From the parsed request to the answer, by bucket of the document's hash";
            operation_cost "operation_cost" "Cost of what was executed";
            operation_errors "operation_errors" "Entries of errors, by code";
            user_errors "user_errors" "Expected failures in payloads, by code";
            write_wait "db_write_wait_seconds" "Wait for a connection that may write, including its BEGIN";
            tx_retries "db_tx_retries" "Operations run again after a passing failure of the database";
            pools "db_pool_connections" "Connections of the pools";
            wal "sqlite_wal_bytes" "Length of the write-ahead log; 0 on PostgreSQL";
            findings "integrity_findings" "What the last check of the database found";
            jobs "jobs" "Jobs that are not finished";
            oldest_job "job_oldest_available_seconds" "How long the oldest due job has been waiting";
            job_start "job_start_latency_seconds" "From the due instant to the start";
            job_seconds "job_duration_seconds" "Run time of jobs";
            job_retried "job_retried" "Jobs put back after a failure";
            job_fenced "job_fenced" "Results thrown away because the lease was lost";
            job_dead "job_dead" "Jobs given up";
        }
        to
    }

    /// Counts an operation of the API.
    pub fn operation(&self, seen: &Observed) {
        let operation = seen.document % OPERATIONS;
        let of = OfOperation { operation };
        self.operation_seconds
            .get_or_create(&of)
            .observe(seen.took.as_secs_f64());
        self.operation_cost.get_or_create(&of).inc_by(seen.cost);
        for code in &seen.codes {
            let of = OfError { operation, code };
            self.operation_errors.get_or_create(&of).inc();
        }
    }

    /// Counts an expected failure in a payload.
    pub fn user_error(&self, code: Code) {
        let code = code.word();
        self.user_errors.get_or_create(&OfCode { code }).inc();
    }

    /// Notes how long a write transaction waited for its connection.
    pub fn write_waited(&self, wait: Duration) {
        self.write_wait.observe(wait.as_secs_f64());
    }

    /// Counts one more run of an operation after the failure `code`.
    pub fn tx_retried(&self, code: &'static str) {
        self.tx_retries.get_or_create(&OfCode { code }).inc();
    }

    /// How many runs were repeated after the failure `code`.
    #[must_use]
    pub fn tx_retries(&self, code: &'static str) -> u64 {
        self.tx_retries.get_or_create(&OfCode { code }).get()
    }

    /// Connections of a pool.
    pub fn pool(&self, pool: &'static str, size: u32, idle: usize) {
        let all = i64::from(size);
        let idle = i64::try_from(idle).unwrap_or(i64::MAX).min(all);
        for (state, count) in [("idle", idle), ("used", all - idle)] {
            self.pools.get_or_create(&OfPool { pool, state }).set(count);
        }
    }

    /// Length of the write-ahead log, in bytes.
    pub fn wal(&self, bytes: u64) {
        self.wal.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// What the last integrity check found.
    pub fn findings(&self, count: usize) {
        self.findings.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// How many jobs of a kind are in a state.
    pub fn jobs(&self, state: &'static str, kind: &'static str, count: i64) {
        self.jobs.get_or_create(&OfJobs { state, kind }).set(count);
    }

    /// Age of the oldest due job, in seconds.
    pub fn oldest_job(&self, seconds: i64) {
        self.oldest_job.set(seconds);
    }

    /// Notes the start of a job that was due `late` ago.
    pub fn job_started(&self, kind: &'static str, late: Duration) {
        self.job_start
            .get_or_create(&OfKind { kind })
            .observe(late.as_secs_f64());
    }

    /// Notes how long a job ran.
    pub fn job_ran(&self, kind: &'static str, took: Duration) {
        self.job_seconds
            .get_or_create(&OfKind { kind })
            .observe(took.as_secs_f64());
    }

    /// Counts a job that was put back.
    pub fn job_retried(&self, kind: &'static str) {
        self.job_retried.get_or_create(&OfKind { kind }).inc();
    }

    /// Counts a result that was thrown away.
    pub fn job_fenced(&self, kind: &'static str) {
        self.job_fenced.get_or_create(&OfKind { kind }).inc();
    }

    /// Results of a kind that were thrown away.
    #[must_use]
    pub fn jobs_fenced(&self, kind: &'static str) -> u64 {
        self.job_fenced.get_or_create(&OfKind { kind }).get()
    }

    /// Counts a job that was given up.
    pub fn job_dead(&self, kind: &'static str) {
        self.job_dead.get_or_create(&OfKind { kind }).inc();
    }

    /// The page of the scraper, in the text form of OpenMetrics.
    ///
    /// # Errors
    /// Never in practice: writing to a string.
    pub fn encode(&self) -> Result<String, std::fmt::Error> {
        let mut page = String::new();
        prometheus_client::encoding::text::encode(&mut page, &self.registry)?;
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test may panic")]
    use super::*;

    /// G90
    #[test]
    fn labels_stay_few_whatever_is_asked() {
        let metrics = Metrics::default();
        for document in 0..=u8::MAX {
            metrics.operation(&Observed {
                document,
                took: Duration::from_millis(7),
                cost: 3,
                codes: vec![Code::Internal.word()],
            });
        }
        let page = metrics.encode().expect("a string");
        let lines = |start: &str| page.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!(lines("icuops_operation_cost_total{"), 64);
        assert_eq!(lines("icuops_operation_errors_total{"), 64);
        assert_eq!(lines("icuops_operation_duration_seconds_count{"), 64);
        assert!(page.ends_with("# EOF\n"));
    }
}
