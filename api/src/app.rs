//! What every part of the server shares: settings, clock, database, password hashing.

use std::sync::Arc;

use reports::sign::TrustRoots;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::account::password::Passwords;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::error::Result;
use crate::health::Health;
use crate::jobs::Held;
use crate::metrics::Metrics;
use crate::report::{Engine, esign};

/// The shared state; one for the process.
#[derive(Clone, Debug)]
pub struct App {
    /// Settings.
    pub config: Arc<Config>,
    /// Time and ids.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// Password hashing.
    pub passwords: Passwords,
    /// Key of the cursors of this process.
    pub cursor_key: [u8; 32],
    /// What the process knows of itself.
    pub health: Arc<Health>,
    /// Counters of this process.
    pub metrics: Arc<Metrics>,
    /// This start of the process, in leases and runs.
    pub node: Uuid,
    /// Jobs that this process holds.
    pub held: Arc<Held>,
    /// Report definitions and the child that lays them out.
    pub reports: Arc<Engine>,
    /// Roots that the certificates of electronic seals must lead to.
    pub trust: Arc<TrustRoots>,
    /// Wakes the worker when a job was committed.
    pub wake: Arc<Notify>,
}

impl App {
    /// Connects, migrates and checks.
    ///
    /// # Errors
    /// Those of the database, and of the random source of the machine; `INVALID` for settings of reports and seals.
    pub async fn start(config: Config, clock: Clock) -> Result<Self> {
        let metrics = Arc::new(Metrics::default());
        let db = Db::connect(&config.database_url)
            .await?
            .measured(Arc::clone(&metrics));
        db.migrate(&clock).await?;
        let reports = Arc::new(Engine::open(&config).await?);
        let trust = Arc::new(esign::roots(&config.trust_roots)?);
        let passwords = Passwords::new(config.hash_permits)?;
        let mut cursor_key = [0_u8; 32];
        getrandom::fill(&mut cursor_key)
            .map_err(|error| crate::error::Error::internal(error.to_string()))?;
        Ok(Self {
            config: Arc::new(config),
            clock,
            db,
            passwords,
            cursor_key,
            health: Arc::default(),
            metrics,
            node: Uuid::new_v4(),
            held: Arc::default(),
            reports,
            trust,
            wake: Arc::new(Notify::new()),
        })
    }
}
