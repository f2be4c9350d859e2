//! Layout in a child process: a report or document that hangs or eats memory takes nobody with it.
//!
//! The parent starts an executable with given arguments (the server: itself, with a hidden
//! subcommand that calls [`serve`]) and sends views or documents; the child answers with files. A child lays out
//! up to fifty reports and ends; it is killed when one takes too long or too much memory.
//!
//! On the pipes each message is a tag (one byte), a length (four bytes, big end first) and as many
//! bytes. To the child go views as JSON (`V`) and trees of documents (`T`). It answers with two messages, the description
//! ([`Pdf`] as JSON, `D`) and the file (`F`), or with one, the problems (`P`).

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::definition::{Reports, sha256};
use crate::document::document;
use crate::pdf::{self, Pdf};
use crate::problem::Problem;
use crate::view::View;

/// Largest message: a view is at most 8 MiB of JSON with its texts beside it, a file far less.
const MAX_MESSAGE: usize = 256 << 20;

/// How often the memory of a child at work is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// How long a child whose pipe has closed may take to end.
const GRACE: Duration = Duration::from_millis(200);

/// How a child is started and held.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Time of one report.
    pub time: Duration,
    /// Memory in bytes: resident, looked at while it works; twice as much of data may be mapped.
    pub memory: u64,
    /// Reports before a child ends.
    pub reports: u32,
}

impl Default for Limits {
    /// 60 s, 1 GiB, 50 reports.
    fn default() -> Self {
        Self {
            time: Duration::from_secs(60),
            memory: 1 << 30,
            reports: 50,
        }
    }
}

/// Why a child gave no file.
#[derive(Debug)]
pub enum Failure {
    /// The layout refused the report; a new try gives the same.
    Refused(Vec<Problem>),
    /// It took too long and was killed.
    TimedOut(Duration),
    /// It took more memory than it may and was killed; the bytes it had.
    TooLarge(u64),
    /// The child could not be started, ended, or answered what is no answer.
    Broken(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(problems) => {
                for (place, problem) in problems.iter().enumerate() {
                    write!(out, "{}{problem}", if place == 0 { "" } else { "\n" })?;
                }
                Ok(())
            }
            Self::TimedOut(time) => write!(out, "no answer within {} s", time.as_secs()),
            Self::TooLarge(bytes) => write!(out, "{bytes} bytes of memory"),
            Self::Broken(message) => out.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}

/// Lays out reports in a child, one after the other.
#[derive(Debug)]
pub struct Renderer {
    program: PathBuf,
    arguments: Vec<OsString>,
    limits: Limits,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    input: Option<ChildStdin>,
    answers: Receiver<io::Result<Answer>>,
    done: u32,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nobody to kill, and nothing is left to wait for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Debug)]
enum Answer {
    File(Pdf),
    Problems(Vec<Problem>),
}

impl Renderer {
    /// A renderer; the child is started with the first report.
    #[must_use]
    pub fn new(program: PathBuf, arguments: Vec<OsString>, limits: Limits) -> Self {
        Self {
            program,
            arguments,
            limits,
            running: None,
        }
    }

    /// The process id of the child, while there is one.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.child.id())
    }

    /// Lays out one report. Blocks until it is done: to be called on a thread that may wait.
    ///
    /// # Errors
    /// See [`Failure`]. After every one but `Refused` the child is gone and the next report gets a
    /// new one.
    pub fn pdf(&mut self, view: &View) -> Result<Pdf, Failure> {
        let message = serde_json::to_vec(view)
            .map_err(|error| Failure::Broken(format!("the view is no JSON: {error}")))?;
        self.made(b'V', message)
    }

    /// Sets one document, a tree as JSON. Blocks as [`Renderer::pdf`] does.
    ///
    /// # Errors
    /// Those of [`Renderer::pdf`].
    pub fn document(&mut self, tree: Vec<u8>) -> Result<Pdf, Failure> {
        self.made(b'T', tree)
    }

    /// Ends the child, if there is one; the next report gets a new one.
    pub fn rest(&mut self) {
        self.running = None;
    }

    fn made(&mut self, tag: u8, message: Vec<u8>) -> Result<Pdf, Failure> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        let answer = running.ask(tag, message, &self.limits)?;
        running.done += 1;
        if running.done < self.limits.reports {
            self.running = Some(running);
        }
        match answer {
            Answer::File(pdf) => Ok(pdf),
            Answer::Problems(problems) => Err(Failure::Refused(problems)),
        }
    }

    fn start(&self) -> Result<Running, Failure> {
        let broken = |what: &str, error: &dyn std::fmt::Display| {
            Failure::Broken(format!("{what} {}: {error}", self.program.display()))
        };
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            // The child needs no secret and no setting of the server.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| broken("cannot start", &error))?;
        let (Some(input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(broken("no pipes of", &"stdin and stdout were asked for"));
        };
        let (send, answers) = sync_channel(1);
        thread::spawn(move || {
            loop {
                let answer = read_answer(&mut output);
                let last = answer.is_err();
                if send.send(answer).is_err() || last {
                    break;
                }
            }
        });
        let running = Running {
            child,
            input: Some(input),
            answers,
            done: 0,
        };
        running
            .bound(self.limits.memory)
            .map_err(|error| broken("cannot bound", &error))?;
        Ok(running)
    }
}

impl Running {
    /// A hard bound of the data mapped, in case memory grows faster than it is looked at.
    fn bound(&self, memory: u64) -> io::Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let most = Some(memory.saturating_mul(2));
        for (resource, most) in [(Resource::Data, most), (Resource::Core, Some(0))] {
            let limit = Rlimit {
                current: most,
                maximum: most,
            };
            // Without an id it would be ours that is bound.
            let pid = pid.ok_or_else(|| io::Error::other("the child has no id"))?;
            prlimit(Some(pid), resource, limit)?;
        }
        Ok(())
    }

    /// Sends a view or a tree and waits for the answer.
    fn ask(&mut self, tag: u8, message: Vec<u8>, limits: &Limits) -> Result<Answer, Failure> {
        let start = Instant::now();
        // A child that does not read must not hold us: the pipe takes 64 KiB only.
        let mut input = self
            .input
            .take()
            .ok_or_else(|| Failure::Broken("the pipe to the child is gone".to_owned()))?;
        let written =
            thread::spawn(move || write_message(&mut input, tag, &message).map(|()| input));
        loop {
            match self.answers.recv_timeout(LOOK) {
                Ok(Ok(answer)) => {
                    let Ok(Ok(input)) = written.join() else {
                        let message = "the child answered before it was asked".to_owned();
                        return Err(Failure::Broken(message));
                    };
                    self.input = Some(input);
                    return Ok(answer);
                }
                Ok(Err(error)) => return Err(self.ended(&error)),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.ended(&io::Error::from(io::ErrorKind::BrokenPipe)));
                }
                Err(RecvTimeoutError::Timeout) => (),
            }
            if start.elapsed() >= limits.time {
                return Err(Failure::TimedOut(limits.time));
            }
            match resident(self.child.id()) {
                Some(bytes) if bytes > limits.memory => return Err(Failure::TooLarge(bytes)),
                _ => (),
            }
        }
    }

    /// What became of a child that gave no answer. One that still runs is killed.
    fn ended(&mut self, error: &io::Error) -> Failure {
        let start = Instant::now();
        let mut status = self.child.try_wait();
        // The pipe closes a moment before the process is gone.
        while matches!(status, Ok(None)) && start.elapsed() < GRACE {
            thread::sleep(Duration::from_millis(1));
            status = self.child.try_wait();
        }
        Failure::Broken(match status {
            Ok(Some(status)) => format!("the child ended with {status}: {error}"),
            Ok(None) => format!("the child did not answer properly: {error}"),
            Err(other) => format!("the child is lost: {other}; {error}"),
        })
    }
}

/// Bytes of a process in memory; `None` where the system does not say.
fn resident(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    let page = u64::try_from(rustix::param::page_size()).ok()?;
    Some(pages.saturating_mul(page))
}

fn write_message(out: &mut impl Write, tag: u8, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len())
        .ok()
        .filter(|_| bytes.len() <= MAX_MESSAGE)
        .ok_or_else(|| io::Error::other("the message is too long"))?;
    out.write_all(&[tag])?;
    out.write_all(&length.to_be_bytes())?;
    out.write_all(bytes)?;
    out.flush()
}

/// The next message; `None` at the end of the input.
fn read_message(input: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut tag = [0_u8];
    if input.read(&mut tag)? == 0 {
        return Ok(None);
    }
    let mut length = [0_u8; 4];
    input.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).map_err(io::Error::other)?;
    if length > MAX_MESSAGE {
        return Err(io::Error::other("the message is too long"));
    }
    let mut bytes = Vec::new();
    let read = input.by_ref().take(length as u64).read_to_end(&mut bytes)?;
    if read < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some((tag[0], bytes)))
}

fn read_answer(output: &mut impl Read) -> io::Result<Answer> {
    let next = |output: &mut dyn Read| {
        read_message(&mut { output })?.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
    };
    match next(output)? {
        (b'P', text) => Ok(Answer::Problems(serde_json::from_slice(&text)?)),
        (b'D', text) => {
            let mut pdf: Pdf = serde_json::from_slice(&text)?;
            let (tag, bytes) = next(output)?;
            if tag != b'F' || sha256(&bytes) != pdf.sha256 {
                return Err(io::Error::other("the file is not the one described"));
            }
            pdf.bytes = bytes;
            Ok(Answer::File(pdf))
        }
        (tag, _) => Err(io::Error::other(format!("a message of kind {tag}"))),
    }
}

/// The child's side: reads views and trees from `input` until it ends, and answers each on `output`.
///
/// # Errors
/// The pipe broke, or what came is no message.
pub fn serve(reports: &Reports, mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    while let Some((tag, text)) = read_message(&mut input)? {
        let made = match tag {
            b'T' => document(&text),
            _ => reports
                .revive(&text)
                .map_err(|problem| vec![problem])
                .and_then(|view| pdf::render(&view)),
        };
        match made {
            Ok(pdf) => {
                write_message(&mut output, b'D', &serde_json::to_vec(&pdf)?)?;
                write_message(&mut output, b'F', &pdf.bytes)?;
            }
            Err(problems) => write_message(&mut output, b'P', &serde_json::to_vec(&problems)?)?,
        }
    }
    Ok(())
}
