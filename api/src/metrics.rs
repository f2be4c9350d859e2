//! Counters of the process in the form of Prometheus (G90, L35).
//!
//! Labels are words of the program or numbers of a small range; what a client sends never becomes one.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// The metrics of a process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    tx_retries: Family<[(&'static str, &'static str); 1], Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("icuops");
        let tx_retries = Family::default();
        registry.register(
            "db_tx_retries",
            "Operations run again after a passing failure of the database",
            tx_retries.clone(),
        );
        Self {
            registry,
            tx_retries,
        }
    }
}

impl Metrics {
    /// Counts one more run of an operation after the failure `code`.
    pub fn tx_retried(&self, code: &'static str) {
        self.tx_retries.get_or_create(&[("code", code)]).inc();
    }

    /// How many runs were repeated after the failure `code`.
    #[must_use]
    pub fn tx_retries(&self, code: &'static str) -> u64 {
        self.tx_retries.get_or_create(&[("code", code)]).get()
    }

    /// The page of the scraper.
    ///
    /// # Errors
    /// Never in practice: writing to a string.
    pub fn encode(&self) -> Result<String, std::fmt::Error> {
        let mut page = String::new();
        prometheus_client::encoding::text::encode(&mut page, &self.registry)?;
        Ok(page)
    }
}
