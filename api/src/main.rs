//! `icuops`: the command line. It parses and prints; what is done stands in the library.

mod cli;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api::app::App;
use api::clock::Clock;
use api::config::Config;
use api::error::{Error, Result};
use clap::{Args, Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 重症系统运维服务平台：医院与服务商共同履行 ICU 系统运维合同.
///
/// Runs the maintenance contract of a hospital's ICU system: tickets, clocks, evidence. Start with
/// `icuops demo`; run a hospital with `icuops setup FILE.toml` and `icuops serve`.
#[derive(Parser)]
#[command(name = "icuops", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 演示：内嵌数据库、示范合同与工单，仅限本机. Demonstration on this machine only, with an embedded database.
    Demo(cli::serve::DemoArgs),
    /// 生产运行. Serve a hospital.
    Serve(Box<cli::serve::ServeArgs>),
    /// 建立医院、服务商、合同与首批账号，一次性口令只打印一次. Found a hospital from a TOML file; one-time passwords are printed once.
    Setup {
        /// The setup file; see README.
        file: PathBuf,
        /// Validate and write nothing.
        #[arg(long)]
        check: bool,
        #[command(flatten)]
        store: Store,
    },
    /// 升级数据库结构. Bring the schema up to date.
    Migrate {
        #[command(flatten)]
        store: Store,
    },
    /// 账号：建立、重置口令、列出. Accounts: add, reset, list.
    User {
        #[command(subcommand)]
        what: cli::user::UserCommand,
    },
    /// 工作日历：导入年份. The working-day calendar: import a year.
    Calendar {
        #[command(subcommand)]
        what: cli::calendar::CalendarCommand,
    },
    /// 报告与文档：在本机签名、核验、排版，无需服务器. Files of reports and documents: signed, verified, set on this machine, without a server.
    Report {
        #[command(subcommand)]
        what: cli::report::ReportCommand,
    },
    /// 静态门户：生成、检查、比较、退回、预览. The static portal: build, check, compare, roll back, look at it.
    Site {
        #[command(subcommand)]
        what: cli::site::SiteCommand,
    },
    /// 打印 GraphQL SDL. Print the SDL.
    Sdl,
    /// 审计链. The audit chains.
    Audit {
        #[command(subcommand)]
        what: AuditCommand,
    },
    /// 后台作业. Background jobs.
    Job {
        #[command(subcommand)]
        what: JobCommand,
    },
    /// 由服务进程启动，在子进程中排版报告. Started by the server: lays out reports in a process of its own.
    #[command(hide = true, name = "report-layout")]
    ReportLayout {
        /// 另外的报告定义目录. Folders of further definitions.
        #[arg(long, value_name = "DIR")]
        reports: Vec<PathBuf>,
        /// 另加的字体目录. Folder of further fonts.
        #[arg(long, value_name = "DIR")]
        fonts: Option<PathBuf>,
    },
    /// 检查数据库与审计链，损坏时以 3 退出. Check database and audit chains; exits with 3 on damage.
    Doctor {
        /// 另核对每个附件的内容：存在、长度、SHA-256. Also compare every file with its row: there, length, SHA-256.
        #[arg(long)]
        objects: bool,
        #[command(flatten)]
        store: Store,
    },
}

#[derive(Subcommand)]
enum JobCommand {
    /// 列出死信作业. List the dead jobs: id, kind, state, due, attempts, failure.
    List {
        /// 也列出待执行与执行中的作业. Also the waiting and the running ones.
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        store: Store,
    },
    /// 重新执行一个死信作业（留痕）. Run a dead job again; audited.
    Retry {
        /// 作业标识. Id of the job.
        id: String,
        #[command(flatten)]
        store: Store,
    },
    /// 放弃一个死信作业（留痕）. Give a dead job up; audited.
    Discard {
        /// 作业标识. Id of the job.
        id: String,
        #[command(flatten)]
        store: Store,
    },
}

#[derive(Subcommand)]
enum AuditCommand {
    /// 核验全部审计链，损坏时以 3 退出并指明首个坏行. Verify every chain; exits with 3 and names the first bad row.
    Verify {
        #[command(flatten)]
        store: Store,
    },
    /// 以 NDJSON 导出，供独立核验. Export as NDJSON for independent verifiers.
    Export {
        #[command(flatten)]
        store: Store,
    },
}

#[derive(Args)]
struct Store {
    /// 数据库地址；缺省为数据目录内的 SQLite. Database; by default SQLite in the data folder.
    #[arg(long, env = "ICUOPS_DATABASE_URL")]
    database_url: Option<String>,
    /// 数据目录. Data folder.
    #[arg(long, env = "ICUOPS_DATA", default_value = "data")]
    data: PathBuf,
}

/// Exit code of damage found.
const DAMAGED: u8 = 3;
/// Exit code where another process serves the same database.
const LOCKED: u8 = 11;

/// The resolvers of one operation nest deeply in an unoptimised build; the memory is only reserved.
const STACK: usize = 8 << 20;

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| "warn,api=info".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .json()
        .init();
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&format!("no runtime: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let local = tokio::task::LocalSet::new();
    match local.block_on(&runtime, dispatch(cli.command)) {
        Ok(code) => code,
        Err(error) => {
            let messages = error.messages();
            tracing::error!(%error, "failed");
            say(&format!("{}\n{}", messages.zh, messages.en));
            if api::lock::is_taken(&error) {
                ExitCode::from(LOCKED)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the command line speaks on standard output"
)]
fn say(text: &str) {
    println!("{text}");
}

async fn dispatch(command: Command) -> Result<ExitCode> {
    match command {
        Command::Demo(args) => cli::serve::demo(args).await,
        Command::Serve(args) => cli::serve::serve(*args).await,
        Command::Setup { file, check, store } => setup(&file, check, &store).await,
        Command::Migrate { store } => {
            open(&store).await?;
            say("数据库结构已是最新. The schema is up to date.");
            Ok(ExitCode::SUCCESS)
        }
        Command::User { what } => cli::user::run(what).await,
        Command::Calendar { what } => cli::calendar::run(what).await,
        Command::Report { what } => cli::report::run(what),
        Command::ReportLayout { reports, fonts } => {
            api::report::lay_out(&reports, fonts.as_deref())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Site { what } => cli::site::run(what).await,
        Command::Sdl => {
            say(api::graphql::sdl().trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Command::Audit {
            what: AuditCommand::Verify { store },
        } => verify(&open(&store).await?).await,
        Command::Audit {
            what: AuditCommand::Export { store },
        } => {
            let app = open(&store).await?;
            api::audit::export(&app.db, &mut std::io::stdout().lock()).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Doctor { objects, store } => doctor(&store, objects).await,
        Command::Job { what } => job(what).await,
    }
}

fn config(store: &Store, listen: SocketAddr) -> Result<Config> {
    std::fs::create_dir_all(&store.data).map_err(Error::internal)?;
    let url = store
        .database_url
        .clone()
        .unwrap_or_else(|| sqlite_url(&store.data));
    Ok(Config::local(url, store.data.clone(), listen))
}

fn sqlite_url(data: &Path) -> String {
    format!("sqlite://{}?mode=rwc", data.join("icuops.db").display())
}

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

async fn open(store: &Store) -> Result<App> {
    App::start(config(store, SocketAddr::new(LOOPBACK, 0))?, Clock::real()).await
}

async fn setup(file: &Path, check: bool, store: &Store) -> Result<ExitCode> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Error::from(api::error::UserErrorCode::NotFound)
            .detail("读不到设置文件", "the setup file cannot be read")
            .caused_by(error)
    })?;
    let parsed: api::setup::SetupFile = toml::from_str(&text).map_err(|error| {
        Error::from(api::error::UserErrorCode::Invalid).detail(
            format!("设置文件有误：{}", error.message()),
            format!("the setup file is wrong: {}", error.message()),
        )
    })?;
    if check {
        api::setup::check(&parsed)?;
        say("设置文件无误，未写入任何内容. The file is good; nothing was written.");
        return Ok(ExitCode::SUCCESS);
    }
    let made = api::setup::run(&open(store).await?, &parsed).await?;
    say(
        "以下一次性口令只显示一次，72 小时内有效，首次登录须修改. One-time passwords, shown once, valid for 72 h:",
    );
    for account in made {
        say(&format!("  {}  {}", account.account, account.password));
    }
    Ok(ExitCode::SUCCESS)
}

async fn verify(app: &App) -> Result<ExitCode> {
    let mut good = true;
    for verdict in api::audit::verify(&app.db).await? {
        match verdict.damage {
            None => say(&format!("{}: {} rows, good", verdict.chain, verdict.rows)),
            Some((seq, what)) => {
                good = false;
                say(&format!("{}: damaged at seq {seq}: {what}", verdict.chain));
            }
        }
    }
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DAMAGED)
    })
}

async fn doctor(store: &Store, objects: bool) -> Result<ExitCode> {
    let url = config(store, SocketAddr::new(LOOPBACK, 0))?.database_url;
    let found = api::doctor::examine(&url, &mut |line| say(&line)).await?;
    for line in &found {
        say(line);
    }
    if !found.is_empty() {
        return Ok(ExitCode::from(DAMAGED));
    }
    say("数据库完好. The database is good.");
    if !objects {
        return Ok(ExitCode::SUCCESS);
    }
    let app = open(store).await?;
    let not_scanned = api::attachment::not_scanned(&app).await?;
    if not_scanned > 0 {
        say(&format!(
            "提醒：{not_scanned} 个附件未做恶意软件扫描 warning: {not_scanned} files without a malware scan"
        ));
    }
    if check_objects(&app).await? {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::from(DAMAGED))
    }
}

async fn job(what: JobCommand) -> Result<ExitCode> {
    match what {
        JobCommand::List { all, store } => {
            for line in api::jobs::list(&open(&store).await?, all).await? {
                say(&line);
            }
        }
        JobCommand::Retry { id, store } => {
            api::jobs::retry(&open(&store).await?, &id).await?;
            say("已重新排入. Put back.");
        }
        JobCommand::Discard { id, store } => {
            api::jobs::discard(&open(&store).await?, &id).await?;
            say("已放弃. Discarded.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Names every file whose object is not what its row says; whether there was none.
async fn check_objects(app: &App) -> Result<bool> {
    use api::files::Damage;
    let checked = api::attachment::check_objects(app).await?;
    for (id, damage) in &checked.damaged {
        say(&match damage {
            Damage::Missing => format!("{id}: 文件缺失 the object is missing"),
            Damage::Size => format!("{id}: 长度不符 the object has another length"),
            Damage::Content => format!("{id}: 内容不符 the object has other bytes"),
        });
    }
    let damaged = checked.damaged.len();
    say(&format!("files: {} rows, {damaged} damaged", checked.rows));
    Ok(damaged == 0)
}
