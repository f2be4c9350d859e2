//! Commands that make technical documentation from its sources: structure of tables and interfaces (一(八)).
//!
//! A snapshot is taken from a catalogue, pages and comparisons come from snapshots alone; pages of interfaces come from
//! their descriptions. Nothing here reads a row of data or the network beyond the one database it is told.

pub mod files;
pub(crate) mod html;
mod names;
mod problem;
mod run;
pub mod text;
pub mod words;

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(crate) use html::Renderer;
pub(crate) use names::Names;
pub use problem::Problem;
pub use text::{Language, Text};

use crate::dbdoc::Product;

/// Commands of the documents.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take a snapshot of the structure of a database: live from PostgreSQL or SQLite, or from exported result sets.
    DbSnapshot(SnapshotArgs),
    /// Print the read-only catalogue queries of a product (oracle, sqlserver, mysql, dameng, kingbase).
    DbQueries {
        /// Product.
        product: Product,
    },
    /// Compare two snapshots; either may be a URL of a living database. Ends with 1 if they differ.
    DbDiff(DiffArgs),
    /// Write the data dictionary: pages, diagrams, checks, JSON and xlsx, and document.json for paper.
    ///
    /// `icuops report document DIR/document.json` makes the PDF of it; en/document.json is the English one.
    DbDocs(DocsArgs),
    /// Write the pages of an interface from GraphQL SDL, OpenAPI 3.1 or a TOML description, and document.json for paper.
    ///
    /// `icuops report document DIR/document.json` makes the PDF of it; en/document.json is the English one.
    ApiDocs(ApiArgs),
}

/// Arguments of `db-snapshot`.
#[derive(Args, Debug)]
pub struct SnapshotArgs {
    /// postgres://… or sqlite:FILE, with an account that can only read.
    #[arg(
        long,
        env = "SITE_GEN_DATABASE_URL",
        hide_env_values = true,
        conflicts_with = "from",
        required_unless_present = "from"
    )]
    pub url: Option<String>,
    /// Folder with the result sets of `db-queries` as CSV or JSON.
    #[arg(long, value_name = "DIR", requires = "product")]
    pub from: Option<PathBuf>,
    /// Product that the result sets come from.
    #[arg(long)]
    pub product: Option<Product>,
    /// Schemas of PostgreSQL to read; all without it.
    #[arg(long = "schema", value_name = "NAME")]
    pub schemas: Vec<String>,
    /// File to write; standard output without it.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `db-diff`.
#[derive(Args, Debug)]
pub struct DiffArgs {
    /// Older snapshot: a file, postgres://… or sqlite:FILE.
    pub old: String,
    /// Newer snapshot.
    pub new: String,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Folder for a page of the changes.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Arguments of `db-docs`.
#[derive(Args, Debug)]
pub struct DocsArgs {
    /// Snapshot.
    pub snapshot: PathBuf,
    /// Folder to write.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Overlay with comments, relations, viewpoints, labels.
    #[arg(long, value_name = "FILE")]
    pub overlay: Option<PathBuf>,
    /// Earlier snapshot, for the page of changes.
    #[arg(long, value_name = "FILE")]
    pub previous: Option<PathBuf>,
    /// End with 1 if fewer per cent of tables and columns have a comment.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub gate: Option<u8>,
}

/// Arguments of `api-docs`.
#[derive(Args, Debug)]
pub struct ApiArgs {
    /// SDL (.graphql), OpenAPI (.json, .yaml) or description (.toml).
    pub file: PathBuf,
    /// Folder to write.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Title, address, authentication, errors and examples of an SDL, TOML.
    #[arg(long, value_name = "FILE")]
    pub about: Option<PathBuf>,
    /// Earlier version of the same interface, for the list of changes.
    #[arg(long, value_name = "FILE")]
    pub previous: Option<PathBuf>,
    /// A required type or field without a description is an error.
    #[arg(long)]
    pub require_descriptions: bool,
}

impl Command {
    /// Runs the command: what a person reads goes to `out`, problems to `err`. 0 is success, 1 a difference or a gate that
    /// is not reached, 2 a failure.
    pub fn run(&self, out: &mut dyn std::io::Write, err: &mut dyn std::io::Write) -> u8 {
        run::run(self, out, err)
    }
}
