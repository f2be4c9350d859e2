//! The load generator: a closed loop of connections that each send the next request when the last one is answered.
//!
//! It speaks HTTP/1.1 over plain sockets on one thread, so that it takes little of the processors that the server
//! under test needs. A closed loop tells throughput; its latencies are those under full load.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One measurement.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Requests per second.
    pub per_second: f64,
    /// Median, in milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 are faster, in milliseconds.
    pub p99_ms: f64,
    /// Time of the server's processors for one request, in milliseconds; the database's own is not in it.
    pub cpu_ms: f64,
    /// Requests.
    pub count: usize,
    /// Length of an answer, in bytes.
    pub bytes: usize,
}

impl Figures {
    /// For the file.
    #[must_use]
    pub fn json(&self) -> Value {
        let round = |value: f64, places: f64| (value * places).round() / places;
        json!({
            "requests_per_s": round(self.per_second, 10.0), "p50_ms": round(self.p50_ms, 1000.0),
            "p99_ms": round(self.p99_ms, 1000.0), "server_cpu_ms": round(self.cpu_ms, 1000.0),
            "requests": self.count, "answer_bytes": self.bytes,
        })
    }
}

/// What one connection sends next, given its number and how many it has sent.
pub type Next<'a> = &'a dyn Fn(usize, usize) -> Vec<u8>;

/// How an answer is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Every answer has the same bytes.
    Same,
    /// The answer holds these bytes.
    Holds(&'static str),
}

/// A POST of a GraphQL document.
#[must_use]
pub fn graphql(token: Option<&str>, query: &str, variables: &Value) -> Vec<u8> {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let token = token.map_or_else(String::new, |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Accept: application/json\r\n{token}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A GET.
#[must_use]
pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes()
}

/// A connection that is kept.
pub struct Wire {
    port: u16,
    stream: TcpStream,
    buffer: Vec<u8>,
    /// When the last answer came.
    last: Instant,
}

/// The server closes a connection that has been idle for 5 s; one that is nearly as old is opened anew.
const IDLE: Duration = Duration::from_secs(3);

async fn connected(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

impl Wire {
    /// Connects.
    pub async fn open(port: u16) -> Self {
        Self {
            port,
            stream: connected(port).await,
            buffer: Vec::with_capacity(64 * 1024),
            last: Instant::now(),
        }
    }

    /// Sends a request; status and body of the answer.
    pub async fn ask(&mut self, request: &[u8]) -> (u16, &[u8]) {
        if self.last.elapsed() > IDLE {
            self.stream = connected(self.port).await;
        }
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        let mut whole = None;
        loop {
            if whole.is_none()
                && let Some(end) = find(&self.buffer, b"\r\n\r\n")
            {
                let head = std::str::from_utf8(&self.buffer[..end]).unwrap();
                whole = Some((end + 4, end + 4 + length(head)));
            }
            if let Some((body, end)) = whole
                && self.buffer.len() >= end
            {
                let status = std::str::from_utf8(&self.buffer[9..12]).unwrap();
                self.last = Instant::now();
                return (status.parse().unwrap(), &self.buffer[body..end]);
            }
            let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
            assert!(read > 0, "the server closed the connection");
        }
    }

    /// The data of a GraphQL answer.
    pub async fn data(&mut self, request: &[u8]) -> Value {
        let (status, body) = self.ask(request).await;
        let answer: Value = serde_json::from_slice(body).unwrap();
        assert!(status == 200 && answer["errors"].is_null(), "{answer}");
        answer["data"].clone()
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn length(head: &str) -> usize {
    let line = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    line.expect("an answer of known length")
        .trim()
        .parse()
        .unwrap()
}

/// Time that a process has spent on the processors.
fn cpu(pid: u32) -> Duration {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // Behind the name, which may hold anything: state is field 3, utime 14, stime 15, in hundredths of a second.
    let (_, rest) = text.rsplit_once(") ").unwrap();
    let ticks: u64 = rest
        .split(' ')
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// Who is measured, and how.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Port of the server on this machine.
    pub port: u16,
    /// Process of the server.
    pub pid: u32,
    /// Connections.
    pub connections: usize,
    /// How long.
    pub time: Duration,
}

/// Measures; each answer is judged.
pub async fn closed_loop(target: Target, next: Next<'_>, expect: Expect) -> Figures {
    let mut wires = Vec::new();
    for number in 0..target.connections {
        wires.push((number, Wire::open(target.port).await));
    }
    let before = cpu(target.pid);
    let begun = Instant::now();
    let runs = wires.into_iter().map(|(number, mut wire)| async move {
        let mut took: Vec<Duration> = Vec::new();
        let mut first: Option<Vec<u8>> = None;
        while begun.elapsed() < target.time {
            let request = next(number, took.len());
            let sent = Instant::now();
            let (status, body) = wire.ask(&request).await;
            took.push(sent.elapsed());
            let good = match expect {
                Expect::Same => first.as_ref().is_none_or(|first| first == body),
                Expect::Holds(part) => find(body, part.as_bytes()).is_some(),
            };
            assert!(
                status == 200 && good && !body.starts_with(b"{\"errors\""),
                "{status}: {}",
                String::from_utf8_lossy(body)
            );
            if first.is_none() {
                first = Some(body.to_vec());
            }
        }
        (took, first.map_or(0, |first| first.len()))
    });
    let runs = futures_util::future::join_all(runs).await;
    let elapsed = begun.elapsed();
    let spent = cpu(target.pid).saturating_sub(before);
    let bytes = runs.iter().map(|(_, bytes)| *bytes).max().unwrap();
    let mut took: Vec<Duration> = runs.into_iter().flat_map(|(took, _)| took).collect();
    took.sort_unstable();
    let at = |part: usize| took[took.len() * part / 100].as_secs_f64() * 1e3;
    Figures {
        per_second: took.len() as f64 / elapsed.as_secs_f64(),
        p50_ms: at(50),
        p99_ms: at(99),
        cpu_ms: spent.as_secs_f64() * 1e3 / took.len() as f64,
        count: took.len(),
        bytes,
    }
}
