//! A TCP proxy before PostgreSQL that delays, cuts around `COMMIT`, or swallows everything (L6, L7, L24).
//!
//! It reads no more of the protocol than the word it looks for: the driver sends `COMMIT` in one piece.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What the proxy does wrong from now on.
#[derive(Debug, Default)]
pub struct Faults {
    delay_ms: AtomicU64,
    cut_before: AtomicU32,
    cut_after: AtomicU32,
    swallowing: AtomicU32,
}

impl Faults {
    /// Holds back what the server says.
    pub fn delay(&self, by: Duration) {
        let ms = u64::try_from(by.as_millis()).unwrap();
        self.delay_ms.store(ms, Ordering::SeqCst);
    }

    /// Cuts the connection of the next `COMMIT` instead of forwarding it.
    pub fn cut_before_commit(&self) {
        self.cut_before.fetch_add(1, Ordering::SeqCst);
    }

    /// Forwards the next `COMMIT`, lets the server carry it out, and cuts before its answer arrives.
    pub fn cut_after_commit(&self) {
        self.cut_after.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether a cut is still to come.
    #[must_use]
    pub fn is_armed(&self) -> bool {
        self.cut_before.load(Ordering::SeqCst) + self.cut_after.load(Ordering::SeqCst) > 0
    }

    /// From now on nothing passes in either direction, until [`Faults::heal`].
    pub fn swallow(&self) {
        self.swallowing.store(1, Ordering::SeqCst);
    }

    /// Ends every fault; what was held back passes.
    pub fn heal(&self) {
        self.swallowing.store(0, Ordering::SeqCst);
        self.delay_ms.store(0, Ordering::SeqCst);
    }

    async fn hold(&self) {
        while self.swallowing.load(Ordering::SeqCst) == 1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn take(counter: &AtomicU32) -> bool {
    counter
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            left.checked_sub(1)
        })
        .is_ok()
}

/// A proxy that runs as long as the runtime.
#[derive(Debug)]
pub struct Proxy {
    /// Its faults.
    pub faults: Arc<Faults>,
    address: SocketAddr,
}

impl Proxy {
    /// Stands before the server of `url`; the proxy and the address of the same database through it.
    pub async fn before(url: &str) -> (Self, String) {
        let (scheme, rest) = url.split_once("://").unwrap();
        let (credentials, rest) = rest.split_once('@').unwrap();
        let (server, database) = rest.split_once('/').unwrap();
        let server = server.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let faults = Arc::new(Faults::default());
        let shared = Arc::clone(&faults);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(upstream) = TcpStream::connect(&server).await else {
                    continue;
                };
                tokio::spawn(pass(client, upstream, Arc::clone(&shared)));
            }
        });
        let url = format!("{scheme}://{credentials}@{address}/{database}");
        (Self { faults, address }, url)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn pass(client: TcpStream, server: TcpStream, faults: Arc<Faults>) {
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let cut = Arc::new(tokio::sync::Notify::new());
    // Whatever ends first ends both: a dropped half closes the connection.
    tokio::select! {
        () = answers(from_server, to_client, &faults, &cut) => {}
        () = questions(from_client, to_server, &faults, &cut) => {}
    }
}

async fn questions(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    faults: &Faults,
    cut: &tokio::sync::Notify,
) {
    let mut buffer = vec![0_u8; 64 << 10];
    while let Ok(count) = from.read(&mut buffer).await {
        if count == 0 {
            return;
        }
        faults.hold().await;
        let bytes = &buffer[..count];
        if bytes.windows(6).any(|word| word == b"COMMIT") {
            if take(&faults.cut_before) {
                return;
            }
            if take(&faults.cut_after) {
                cut.notify_one();
                let _ = to.write_all(bytes).await;
                // The server answers, so it has carried it out; nobody hears of it.
                tokio::time::sleep(Duration::from_secs(5)).await;
                return;
            }
        }
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}

async fn answers(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    faults: &Faults,
    cut: &tokio::sync::Notify,
) {
    let mut buffer = vec![0_u8; 64 << 10];
    loop {
        let count = match from.read(&mut buffer).await {
            Ok(count) if count > 0 => count,
            _ => return,
        };
        let is_cut = tokio::time::timeout(Duration::ZERO, cut.notified())
            .await
            .is_ok();
        if is_cut {
            return;
        }
        faults.hold().await;
        let delay = faults.delay_ms.load(Ordering::SeqCst);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
