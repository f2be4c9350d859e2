//! A password from the person at the terminal, or from another program; never from the command line, where every
//! user of the machine could read it.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};

use api::error::{Error, Result, UserErrorCode};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// Longest password, in bytes.
const LONGEST: u64 = 1_024;

/// Reads one line: from standard input, else from the terminal without showing it.
///
/// # Errors
/// `REQUIRED` for an empty one or where there is no terminal.
pub fn read(from_stdin: bool, prompt: &str) -> Result<Zeroizing<String>> {
    let line = if from_stdin {
        line(std::io::stdin().lock())
    } else {
        let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty");
        let terminal = terminal.map_err(|error| {
            Error::from(UserErrorCode::Required)
                .detail(
                    "没有终端可输入口令，请用 --password-stdin",
                    "there is no terminal to ask for the password, use --password-stdin",
                )
                .caused_by(error)
        })?;
        asked(&terminal, prompt)
    };
    let line = line.map_err(Error::internal)?;
    if line.is_empty() {
        return Err(
            Error::from(UserErrorCode::Required).detail("口令为空", "the password is empty")
        );
    }
    Ok(line)
}

fn line(from: impl Read) -> std::io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    BufReader::new(from.take(LONGEST)).read_line(&mut text)?;
    let length = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(length);
    Ok(text)
}

fn asked(mut terminal: &File, prompt: &str) -> std::io::Result<Zeroizing<String>> {
    write!(terminal, "{prompt}")?;
    terminal.flush()?;
    let quiet = Quiet::on(terminal)?;
    let text = line(terminal);
    drop(quiet);
    writeln!(terminal)?;
    text
}

/// A terminal that does not show what is typed, until this goes.
struct Quiet<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Quiet<'a> {
    fn on(terminal: &'a File) -> std::io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(terminal, OptionalActions::Flush, &quiet)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        if let Err(error) = tcsetattr(self.terminal, OptionalActions::Flush, &self.before) {
            tracing::warn!(%error, "the terminal keeps hiding what is typed; run `stty echo`");
        }
    }
}
