//! `icuops calendar`: the working-day calendar.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api::calendar::{Outcome, import};
use api::error::{Error, Result, UserErrorCode};
use api::requester::Requester;
use clap::Subcommand;

use super::hospital_of;
use crate::{Store, open, say};

/// What to do with the calendar.
#[derive(Subcommand)]
pub enum CalendarCommand {
    /// 导入工作日历年份，可重复导入. Import years of working days; the same file may be imported again.
    ///
    /// 每年国务院办公厅发布放假通知后导入下一年；暂定到期随之重算. Import the next year when its official
    /// notice is published; due dates that were provisional are counted again. The file is JSON:
    ///
    ///   { "_meta": { "version": "2027.1",
    ///                "notices": { "2027": { "title": "…", "doc": "国办发明电〔2026〕1号", "date": "2026-11-05" } } },
    ///     "2027": { "holidays": ["2027-01-01"], "workdays": ["2027-02-14"] } }
    ///
    /// Every day off is listed, weekend days of a holiday included; workdays are make-up days (调休).
    /// Either the whole file is stored or nothing.
    #[command(verbatim_doc_comment)]
    Import {
        /// 日历文件. The calendar file.
        file: PathBuf,
        /// 医院代码；只有一家医院时可省略. Code of the hospital; may be left out where there is one.
        #[arg(long)]
        hospital: Option<String>,
        /// 原因，记入审计. Why; recorded in the audit.
        #[arg(long, default_value = "calendar import on the command line")]
        reason: String,
        #[command(flatten)]
        store: Store,
    },
}

/// Runs a subcommand.
///
/// # Errors
/// `NOT_FOUND`, `INVALID` naming the place in the file; those of the database.
pub async fn run(command: CalendarCommand) -> Result<ExitCode> {
    let CalendarCommand::Import {
        file,
        hospital,
        reason,
        store,
    } = command;
    let text = read(&file)?;
    let app = open(&store).await?;
    let hospital = hospital_of(&app, hospital.as_deref()).await?;
    let who = Requester::command_line(hospital.id, &reason);
    let outcomes = import(&app, &who, &text).await?;
    // No server may be running on this database: what follows from the import is done here.
    api::jobs::drain(&app).await?;
    for (year, outcome) in outcomes {
        let line = match outcome {
            Outcome::Stored(revision) => {
                format!("{year}: 已导入为修订 {revision}. Stored as revision {revision}.")
            }
            Outcome::Unchanged(revision) => format!(
                "{year}: 与修订 {revision} 相同，未改动. The same as revision {revision}, unchanged."
            ),
            Outcome::OfficialStays => format!(
                "{year}: 已有官方年份，暂定数据未采用. The official year stays, the provisional one was not taken."
            ),
        };
        say(&line);
    }
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).map_err(|error| {
        Error::from(UserErrorCode::NotFound)
            .detail(
                format!("读不到 {}", file.display()),
                format!("{} cannot be read", file.display()),
            )
            .caused_by(error)
    })
}
