//! Runs an operation and its loaders in one task, level by level (G71).
//!
//! A batch is read when the resolvers can go no further without it, so it holds every key of its level: spawned as a
//! task of its own it would start on another thread while resolvers still add keys, and a page would cost more
//! statements the larger it is. The resolvers go on when all batches of the level are there.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use futures_util::task::{FutureObj, Spawn, SpawnError};

/// Batches that wait to be read.
#[derive(Clone, Default)]
pub struct Batches(Arc<Mutex<Vec<FutureObj<'static, ()>>>>);

impl Batches {
    fn take(&self) -> Vec<FutureObj<'static, ()>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Spawn for Batches {
    fn spawn_obj(&self, batch: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(batch);
        Ok(())
    }
}

/// Notes that a future asked to be polled again.
struct Noted {
    woken: AtomicBool,
    outer: Waker,
}

impl Wake for Noted {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        self.outer.wake_by_ref();
    }
}

/// Runs the operation; its batches are read whenever it stands still.
pub async fn drive<F: Future>(operation: F, batches: &Batches) -> F::Output {
    let mut operation = pin!(operation);
    let mut level = FuturesUnordered::new();
    poll_fn(|ctx| {
        loop {
            while let Poll::Ready(Some(())) = level.poll_next_unpin(ctx) {}
            if !level.is_empty() {
                return Poll::Pending;
            }
            let noted = Arc::new(Noted {
                woken: AtomicBool::new(false),
                outer: ctx.waker().clone(),
            });
            let waker = Waker::from(Arc::clone(&noted));
            let polled = operation.as_mut().poll(&mut Context::from_waker(&waker));
            if polled.is_ready() {
                return polled;
            }
            // It was interrupted, and may have more keys.
            if noted.woken.load(Ordering::SeqCst) {
                return Poll::Pending;
            }
            level.extend(batches.take());
            if level.is_empty() {
                return Poll::Pending;
            }
        }
    })
    .await
}
