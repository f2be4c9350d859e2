//! `icuops site`: makes, checks and compares the static pages of the portal on this machine. It reads the database and
//! writes nothing into it; who opens which folder here is the operating system's business.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use api::app::App;
use api::error::{Error, Result, UserErrorCode};
use api::portal::instance::{self, Instance};
use api::portal::{audience_words, build};
use clap::{Args, Subcommand};
use entity::rules::audience::code;
use entity::values::Audience;

use crate::{Store, open, say};

/// Which roots.
#[derive(Args)]
pub struct Which {
    /// 受众 P0–P5，可多次给出；缺省为全部. Audiences, P0 to P5; all of them without it.
    #[arg(long, value_name = "P0", value_parser = audience)]
    audience: Vec<Audience>,
    /// 页面集名称，如 demo-p1-icu，可多次给出. Names of roots; `icuops site list` shows them.
    #[arg(long, value_name = "NAME")]
    instance: Vec<String>,
    #[command(flatten)]
    store: Store,
}

/// What to do.
#[derive(Subcommand)]
pub enum SiteCommand {
    /// 列出各受众的页面集. List the roots: name, audience, part of the hospital.
    List(Which),
    /// 生成页面；0 全部完好，1 有页面待核，2 有页面集未能生成（原有页面不变）. Make pages; ends with 1 if something is held back, with 2 if a root could not be made and the old one stays.
    Build(Which),
    /// 只检查、不写入，有问题时以 1 退出. Report what a build would, and write nothing; ends with 1 if there is a problem.
    Check(Which),
    /// 比较最近两次生成的页面. Compare the last two builds of each root: added, removed and changed files.
    Diff(Which),
    /// 打包为文件夹与 ZIP，拷入 U 盘即可离线打开. Pack each root as a folder and a ZIP that open from a USB stick, with a list of SHA-256.
    Bundle {
        #[command(flatten)]
        which: Which,
        /// 目标目录. Folder that is written to.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    /// 退回上一次生成的页面. Serve the build before the last again, until the next build.
    Rollback(Which),
    /// 在本机预览已生成的页面，无需数据库服务. Serve the roots as they lie on the disk, on 127.0.0.1 only and without a sign-in.
    Serve {
        /// 端口. Port.
        #[arg(long, default_value_t = 8090)]
        port: u16,
        /// 数据目录. Data folder.
        #[arg(long, env = "ICUOPS_DATA", default_value = "data")]
        data: PathBuf,
    },
}

fn audience(word: &str) -> std::result::Result<Audience, String> {
    Audience::ALL
        .iter()
        .copied()
        .find(|one| {
            [code(*one), one.word()]
                .iter()
                .any(|text| text.eq_ignore_ascii_case(word))
        })
        .ok_or_else(|| "P0, P1, P2, P3, P4, P5".to_owned())
}

async fn chosen(app: &App, which: &Which) -> Result<Vec<Instance>> {
    let all = instance::all(app.db.read(), None).await?;
    if all.is_empty() {
        return Err(Error::from(UserErrorCode::NotFound).detail(
            "此数据库中没有医院：请核对 --data 与 --database-url",
            "there is no hospital in this database: look at --data and --database-url",
        ));
    }
    if let Some(unknown) = which
        .instance
        .iter()
        .find(|name| !all.iter().any(|one| one.name == **name))
    {
        return Err(Error::from(UserErrorCode::NotFound).detail(
            format!("没有页面集 {unknown}，见 icuops site list"),
            format!("there is no root {unknown}, see icuops site list"),
        ));
    }
    let wanted = |one: &Instance| {
        (which.audience.is_empty() || which.audience.contains(&one.reader.audience))
            && (which.instance.is_empty() || which.instance.contains(&one.name))
    };
    Ok(all.into_iter().filter(wanted).collect())
}

/// Runs a command.
///
/// # Errors
/// Those of database and disk; `NOT_FOUND` for an unknown root.
pub async fn run(what: SiteCommand) -> Result<ExitCode> {
    match what {
        SiteCommand::List(which) => {
            for one in chosen(&open(&which.store).await?, &which).await? {
                let (zh, en) = audience_words(one.reader.audience);
                let part = one
                    .part
                    .map(|part| format!(" · {part}"))
                    .unwrap_or_default();
                say(&format!(
                    "{}  {} · {zh}{part}  {en}",
                    one.name, one.hospital
                ));
            }
            Ok(ExitCode::SUCCESS)
        }
        SiteCommand::Build(which) => made(&which, false).await,
        SiteCommand::Check(which) => made(&which, true).await,
        SiteCommand::Diff(which) => {
            let app = open(&which.store).await?;
            for one in chosen(&app, &which).await? {
                let lines = build::diff(&app, &one.name)?;
                say(&format!(
                    "{}: {} 个文件不同 files differ",
                    one.name,
                    lines.len()
                ));
                for line in lines {
                    say(&format!("  {line}"));
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        SiteCommand::Bundle { which, to } => {
            let app = open(&which.store).await?;
            for one in chosen(&app, &which).await? {
                let made = build::bundle(&app, &one.name, &to)?;
                say(&format!(
                    "{}: {} 个文件 files  {}  SHA-256 {}",
                    one.name,
                    made.files,
                    made.archive.display(),
                    made.sha256
                ));
            }
            Ok(ExitCode::SUCCESS)
        }
        SiteCommand::Rollback(which) => {
            let app = open(&which.store).await?;
            for one in chosen(&app, &which).await? {
                let number = build::roll_back(&app, &one).await?;
                say(&format!(
                    "{}: 现为第 {number} 次生成 now build {number}",
                    one.name
                ));
            }
            Ok(ExitCode::SUCCESS)
        }
        SiteCommand::Serve { port, data } => {
            let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
            let folder = data.join("portal");
            say(&format!(
                "页面位于 pages at http://{address}/ （仅限本机 this machine only）"
            ));
            api::http::portal::preview(address, folder).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Builds or checks; the worst result decides the exit code.
async fn made(which: &Which, dry: bool) -> Result<ExitCode> {
    let app = open(&which.store).await?;
    let mut worst = 0;
    for one in chosen(&app, which).await? {
        match build::one(&app, &one, dry).await {
            Ok(report) => {
                say(&format!("{}: {} 页 pages", one.name, report.pages));
                for problem in &report.problems {
                    say(&format!(
                        "  {} {} {}:{} {}",
                        problem.kind, problem.record, problem.path, problem.line, problem.reason
                    ));
                }
                worst = worst.max(u8::from(report.held_back()));
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                say(&format!(
                    "{}: 未能生成 could not be made: {}",
                    one.name,
                    cause.unwrap_or_else(|| error.to_string())
                ));
                worst = 2;
            }
        }
    }
    Ok(ExitCode::from(if dry { worst.min(1) } else { worst }))
}
