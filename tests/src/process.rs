//! The real binary as a process of its own: built, started, ended or killed.
//!
//! It knows nothing of what the server is asked; the crash loop and the benchmark do.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A free port of this machine; it may be taken again before it is used.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The binary `icuops`.
#[derive(Clone, Debug)]
pub struct Binary(PathBuf);

/// A program of the same build: test programs lie one folder below the others.
#[must_use]
pub fn beside(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let mut folder = own.parent().unwrap();
    if folder.ends_with("deps") {
        folder = folder.parent().unwrap();
    }
    folder.join(name)
}

impl Binary {
    /// Builds it with the profile of the running program and finds it beside that; `ICUOPS_BIN` names another one.
    #[must_use]
    pub fn build() -> Self {
        if let Some(path) = std::env::var_os("ICUOPS_BIN") {
            return Self(path.into());
        }
        let path = beside("icuops-e2e");
        let folder = path.parent().unwrap();
        let profile = match folder.file_name().unwrap().to_str().unwrap() {
            "debug" => "dev",
            other => other,
        };
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            // From this package, so that nothing is compiled again for another set of features.
            .args(["build", "--quiet", "-p", "e2e", "--bin", "icuops-e2e"])
            .args(["--profile", profile])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .unwrap();
        assert!(built.success(), "icuops was not built");
        Self(path)
    }

    /// The binary at a place that Cargo names.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// A command line with the store of a database and a data folder.
    #[must_use]
    pub fn command(&self, words: &[&str], store: &Store) -> Command {
        let mut command = Command::new(&self.0);
        command
            .args(words)
            .arg("--data")
            .arg(&store.data)
            .arg("--database-url")
            .arg(&store.url)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    #[must_use]
    pub fn run(&self, words: &[&str], store: &Store) -> Output {
        self.command(words, store).output().unwrap()
    }

    /// Starts `serve` without cost buckets and waits until it is ready.
    #[must_use]
    pub fn serve(&self, store: &Store, port: u16) -> Server {
        let begun = Instant::now();
        let listen = format!("127.0.0.1:{port}");
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(store.log())
            .unwrap();
        let child = self
            .command(
                // The people of the demonstration have had their passwords for months.
                &[
                    "serve",
                    // Pages are the subject of other tests; here they would only take the processor.
                    "--no-portal",
                    "--unmetered",
                    "--password-preset",
                    "nist",
                    "--listen",
                    &listen,
                ],
                store,
            )
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Server {
            child,
            base: format!("http://{listen}"),
            started_in: Duration::ZERO,
        };
        while !is_ready(port) {
            if let Some(status) = server.child.try_wait().unwrap() {
                let log = std::fs::read_to_string(store.log()).unwrap_or_default();
                panic!("the server ended with {status}:\n{log}");
            }
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "the server was not ready within a minute"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        server.started_in = begun.elapsed();
        server
    }
}

/// Where a server keeps its rows and files.
#[derive(Clone, Debug)]
pub struct Store {
    /// `sqlite://…` or `postgres://…`.
    pub url: String,
    /// Data folder.
    pub data: PathBuf,
}

impl Store {
    /// A SQLite file in the folder.
    #[must_use]
    pub fn sqlite(data: &Path) -> Self {
        Self {
            url: format!("sqlite://{}?mode=rwc", data.join("icuops.db").display()),
            data: data.to_owned(),
        }
    }

    fn log(&self) -> PathBuf {
        self.data.join("server.log")
    }
}

/// A server that runs; killed when it is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Its address.
    pub base: String,
    /// From the call of the command to the first answer of `/readyz`.
    pub started_in: Duration,
}

impl Server {
    /// SIGKILL: the process has no time for anything.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and the end of the process; `None` if it takes longer than `patience`.
    #[must_use]
    pub fn terminate(&mut self, patience: Duration) -> Option<std::process::ExitStatus> {
        let sent = Command::new("kill")
            .args(["-TERM", &self.pid().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        let asked = Instant::now();
        while asked.elapsed() < patience {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    /// Id of the process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Memory in use, in KiB; `VmRSS` or another line of `/proc/…/status`.
    #[must_use]
    pub fn memory_kib(&self, line: &str) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let found = text
            .lines()
            .find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
        let number = found.and_then(|text| text.trim().strip_suffix(" kB"));
        number.unwrap().trim().parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        if self.child.kill().is_ok() {
            self.child.wait().unwrap();
        }
    }
}

fn is_ready(port: u16) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    let mut answer = String::new();
    let request = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

/// Small, fast, seeded random numbers (SplitMix64); the same seed gives the same run.
#[derive(Clone, Debug)]
pub struct Seeded(pub u64);

impl Seeded {
    /// The next number.
    #[must_use]
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    #[must_use]
    pub fn below(&mut self, bound: u64) -> u64 {
        self.number() % bound
    }
}
