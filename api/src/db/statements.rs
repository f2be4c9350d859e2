//! What the process sends to its database: how many statements, and their text while somebody listens.
//!
//! Tests ask it that a page costs the same number of statements whatever its size (G71). Values are never kept.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::DatabaseConnection;

/// Statements of one database.
#[derive(Debug, Default)]
pub struct Statements {
    count: AtomicU64,
    kept: Mutex<Option<Vec<String>>>,
}

impl Statements {
    /// Counts what is sent over a connection and what is begun on it.
    pub(super) fn watch(self: &Arc<Self>, connection: &mut DatabaseConnection) {
        let own = Arc::clone(self);
        connection.set_metric_callback(move |info| {
            own.count.fetch_add(1, Ordering::Relaxed);
            let mut kept = own.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(kept) = kept.as_mut() {
                kept.push(info.statement.sql.clone());
            }
        });
    }

    /// Statements since the start.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Keeps the texts from now on.
    pub fn listen(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }

    /// The texts since [`Statements::listen`]; stops keeping them.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take().unwrap_or_default()
    }
}
