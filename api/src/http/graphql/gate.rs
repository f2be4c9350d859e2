//! Turns: how many operations run at once, for a principal and in the process (G37).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Code, Error, Result};

/// Permits of one operation; they are given back when it ends, not when its answer is given up.
#[derive(Debug)]
pub struct Turn {
    _principal: OwnedSemaphorePermit,
    _process: OwnedSemaphorePermit,
}

/// All turns of the process.
#[derive(Debug)]
pub struct Gate {
    process: Arc<Semaphore>,
    principals: Mutex<HashMap<String, Arc<Semaphore>>>,
    per_principal: usize,
    wait: Duration,
}

/// Principals beyond which idle ones are forgotten.
const KEPT: usize = 1_000;

impl Gate {
    /// A gate of these widths.
    pub fn new(process: usize, per_principal: usize, wait: Duration) -> Self {
        Self {
            process: Arc::new(Semaphore::new(process)),
            principals: Mutex::default(),
            per_principal,
            wait,
        }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// `OVERLOADED` if none comes in time.
    pub async fn turn(&self, key: &str) -> Result<Turn> {
        let principal = self.principal(key);
        let turn = async {
            let principal = principal.acquire_owned().await.map_err(Error::internal)?;
            let process = Arc::clone(&self.process)
                .acquire_owned()
                .await
                .map_err(Error::internal)?;
            Ok(Turn {
                _principal: principal,
                _process: process,
            })
        };
        let overloaded = |_elapsed| Err(Error::new(Code::Overloaded));
        tokio::time::timeout(self.wait, turn)
            .await
            .unwrap_or_else(overloaded)
    }

    fn principal(&self, key: &str) -> Arc<Semaphore> {
        let mut all = self
            .principals
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KEPT {
            // Whoever has or awaits a permit holds a second reference.
            all.retain(|_, semaphore| Arc::strong_count(semaphore) > 1);
        }
        let new = || Arc::new(Semaphore::new(self.per_principal));
        Arc::clone(all.entry(key.to_owned()).or_insert_with(new))
    }

    /// Free turns of the process.
    pub fn free(&self) -> usize {
        self.process.available_permits()
    }
}
