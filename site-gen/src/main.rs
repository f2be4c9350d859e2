//! `site-gen`: builds the portal without the server.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    mem,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand, ValueEnum};
use serde::Serialize;
use site_gen::{
    Options,
    audience::{Audience, Instance},
    bundle::bundle,
    content::Disaster,
    docs,
    error::Error,
    markdown::Lang,
    source::{FixtureSource, Source, http::HttpSource},
    write,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Makes the static portal of one audience from a server or a file of answers, and documents of tables and interfaces.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build a root and swap it in. Ends with 0, with 1 if something was held back, with 2 if nothing was swapped.
    Build {
        #[command(flatten)]
        input: Input,
        /// Folder that holds the roots.
        #[arg(long)]
        out: PathBuf,
        /// Folder in which the input of a good build is kept, outside of the roots.
        #[arg(long, value_name = "DIR")]
        keep_input: Option<PathBuf>,
        #[command(flatten)]
        late: Late,
    },
    /// Report everything that a build would, and write nothing. Ends with 1 if there is a problem.
    Check {
        #[command(flatten)]
        input: Input,
    },
    /// Put out a banner or take records back without any server: from the kept input, or in a copy of the last root.
    Urgent {
        /// Name of the root.
        instance: String,
        /// Folder that holds the roots.
        #[arg(long)]
        out: PathBuf,
        /// Folder in which inputs are kept.
        #[arg(long, value_name = "DIR")]
        keep_input: Option<PathBuf>,
        #[command(flatten)]
        late: Late,
    },
    /// Pack a served root as a folder and a zip that open from a disk.
    Bundle {
        /// Folder that holds the roots.
        #[arg(long)]
        out: PathBuf,
        /// Name of the root.
        instance: String,
        /// Folder that the package is written to.
        #[arg(long)]
        to: PathBuf,
    },
    /// Compare a served root with its record. Ends with 1 if a file is missing or has other bytes.
    Verify {
        /// Folder that holds the roots.
        #[arg(long)]
        out: PathBuf,
        /// Name of the root.
        instance: String,
    },
    #[command(flatten)]
    Docs(docs::Command),
}

/// Where the answers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A file, also a kept input.
    Fixture,
    /// A running server.
    Http,
}

#[derive(clap::Args)]
struct Input {
    /// Kind of source.
    #[arg(long, value_enum, default_value_t = Kind::Fixture)]
    source: Kind,
    /// File of answers, of a fixture.
    #[arg(required_if_eq("source", "fixture"))]
    file: Option<PathBuf>,
    /// Address of the server, `https://…`.
    #[arg(long, required_if_eq("source", "http"))]
    url: Option<String>,
    /// File that holds the machine token.
    #[arg(long, value_name = "FILE", required_if_eq("source", "http"))]
    token_file: Option<PathBuf>,
    /// Certificates (PEM) that are trusted instead of the public ones.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Name of the root, of a server.
    #[arg(long, required_if_eq("source", "http"))]
    instance: Option<String>,
    /// Address that absolute links of feeds begin with.
    #[arg(long)]
    base_url: Option<String>,
    /// Leave the English mirror out.
    #[arg(long)]
    no_mirror: bool,
}

/// What the answers do not know yet.
#[derive(clap::Args)]
struct Late {
    /// Disaster banner as JSON: `{"title": …, "body": …, "validFrom": …}`, `id` if it has a notice.
    #[arg(long, value_name = "FILE")]
    banner: Option<PathBuf>,
    /// Id or number of a record that was withdrawn.
    #[arg(long, value_name = "ID")]
    withdraw: Vec<String>,
}

impl Late {
    fn put(&self, options: &mut Options) -> Result<(), Error> {
        if let Some(path) = &self.banner {
            let wrong = |error: &dyn std::fmt::Display| {
                Error::Source(format!("banner {}: {error}", path.display()))
            };
            let text = fs::read_to_string(path).map_err(|error| wrong(&error))?;
            let banner: Disaster = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
            options.banner = Some(banner);
        }
        options.withdrawn.extend(self.withdraw.iter().cloned());
        Ok(())
    }
}

/// The instance of a name. Its audience stands in it.
fn named(name: &str) -> Result<Instance, Error> {
    let fits = |audience: &Audience| Instance::new(name, *audience).ok();
    let mut found = Audience::ALL.iter().filter_map(fits);
    match (found.next(), found.next()) {
        (Some(instance), None) => Ok(instance),
        (Some(_), Some(_)) => Err(Error::Source(format!("`{name}` names two audiences"))),
        (None, _) => Err(Error::Source(format!("`{name}` is no name of a root"))),
    }
}

impl Input {
    fn open(&self, out: &Path) -> Result<(Box<dyn Source>, Options), Error> {
        let missing = || Error::Source("an argument of the source is missing".to_owned());
        let (source, instance): (Box<dyn Source>, Instance) = match self.source {
            Kind::Fixture => {
                let file = self.file.as_deref().ok_or_else(missing)?;
                let source = FixtureSource::open(file)?;
                let audience = Audience::from_code(source.audience())
                    .ok_or_else(|| Error::Source("unknown audience of the build".to_owned()))?;
                let instance = Instance::new(source.instance(), audience).map_err(Error::Source)?;
                (Box::new(source), instance)
            }
            Kind::Http => {
                let url = self.url.as_deref().ok_or_else(missing)?;
                let token = self.token_file.as_deref().ok_or_else(missing)?;
                let name = self.instance.as_deref().ok_or_else(missing)?;
                let source = HttpSource::new(url, token, self.ca.as_deref())?;
                (Box::new(source), named(name)?)
            }
        };
        let mut options = Options {
            base_url: self.base_url.clone(),
            ..Options::new(instance, out)
        };
        if self.no_mirror {
            options.langs = vec![Lang::Zh];
        }
        Ok((source, options))
    }
}

fn tell<T: Serialize>(report: &T) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(report)
        .map_err(|error| Error::Write(format!("cannot write the report: {error}")))?;
    writeln!(io::stdout(), "{text}")
        .map_err(|error| Error::Write(format!("cannot write the report: {error}")))
}

fn run(command: &Command) -> Result<ExitCode, Error> {
    match command {
        Command::Build {
            input,
            out,
            keep_input,
            late,
        } => {
            let (source, mut options) = input.open(out)?;
            options.kept.clone_from(keep_input);
            late.put(&mut options)?;
            let report = site_gen::build(&options, source.as_ref())?;
            // The process ends: nothing needs to be given back piece by piece.
            mem::forget(source);
            tell(&report)?;
            Ok(ExitCode::from(u8::from(report.held_back())))
        }
        Command::Check { input } => {
            let (source, options) = input.open(Path::new(""))?;
            let report = site_gen::check(&options, source.as_ref())?;
            tell(&report)?;
            Ok(ExitCode::from(u8::from(report.held_back())))
        }
        Command::Urgent {
            instance,
            out,
            keep_input,
            late,
        } => {
            let mut options = Options::new(named(instance)?, out);
            options.kept.clone_from(keep_input);
            late.put(&mut options)?;
            let unknown = site_gen::unknown(&options)?;
            let mut report = site_gen::urgent(&options)?;
            report.problems.extend(unknown);
            tell(&report)?;
            Ok(ExitCode::from(u8::from(report.held_back())))
        }
        Command::Bundle { out, instance, to } => {
            let made = bundle(out, instance, to)?;
            tell(&BTreeMap::from([(instance.as_str(), made)]))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Verify { out, instance } => {
            let wrong = write::verify(out, instance)?;
            for path in &wrong {
                writeln!(io::stdout(), "{path}")
                    .map_err(|error| Error::Write(format!("cannot write the list: {error}")))?;
            }
            Ok(ExitCode::from(u8::from(!wrong.is_empty())))
        }
        Command::Docs(command) => Ok(ExitCode::from(
            command.run(&mut io::stdout(), &mut io::stderr()),
        )),
    }
}

fn main() -> ExitCode {
    let command = Cli::parse().command;
    match run(&command) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            // A check ends with 1 for everything that a build would report.
            ExitCode::from(if matches!(command, Command::Check { .. }) {
                1
            } else {
                2
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sg_aud_1_a_name_tells_its_audience() {
        for (name, code) in [
            ("demo-p0", "P0"),
            ("demo-p1-icu", "P1"),
            ("demo-p4-2026a", "P4"),
        ] {
            let found = named(name).map(|instance| instance.audience().code());
            assert_eq!(found, Ok(code), "{name}");
        }
        for name in ["demo", "demo-p1", "demo-p1-p2", "p0"] {
            assert!(named(name).is_err(), "{name}");
        }
    }
}
