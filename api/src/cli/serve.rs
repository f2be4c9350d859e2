//! `icuops serve` and `icuops demo`: the server, until it is asked to end.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;

use api::app::App;
use api::clock::Clock;
use api::error::{Error, Result};
use clap::Args;
use entity::rules::password::Preset;

use crate::{LOOPBACK, Store, config, say};

/// How the demonstration runs.
#[derive(Args)]
pub struct DemoArgs {
    /// 端口，仅 127.0.0.1. Port on 127.0.0.1.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// 数据目录. Data folder.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// 清空演示数据重建. Make the demonstration anew.
    #[arg(long)]
    reset: bool,
    /// 以此日为“今天”生成数据. Make the data as of this day.
    #[arg(long, value_name = "DATE")]
    as_of: Option<chrono::NaiveDate>,
}

/// How a hospital is served.
#[derive(Args)]
pub struct ServeArgs {
    #[command(flatten)]
    store: Store,
    /// 监听地址. Where to listen.
    #[arg(long, env = "ICUOPS_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// 浏览器所见地址，如 https://icu.example. Address that browsers see.
    #[arg(long, env = "ICUOPS_PUBLIC_ORIGIN")]
    public_origin: Option<String>,
    /// 另外允许的浏览器来源，可多次给出. Further origins of browsers.
    #[arg(long, env = "ICUOPS_ALLOWED_ORIGINS", value_delimiter = ',')]
    allow_origin: Vec<String>,
    /// 可信代理的地址，可多次给出. Addresses of trusted proxies.
    #[arg(long, env = "ICUOPS_PROXIES", value_delimiter = ',')]
    proxy: Vec<IpAddr>,
    /// 邮件服务器，如 smtps://user:pass@mail.example；缺省写入数据目录. Mail server; by default mail is written to the data folder.
    #[arg(long, env = "ICUOPS_SMTP_URL", hide_env_values = true)]
    smtp_url: Option<String>,
    /// 读取 /metrics 的令牌. Token with which /metrics may be read.
    #[arg(long, env = "ICUOPS_METRICS_TOKEN", hide_env_values = true)]
    metrics_token: Option<String>,
    /// 另在本机此地址提供 /metrics，无需令牌. Serves /metrics on this address of this machine too, without a token.
    #[arg(long, env = "ICUOPS_METRICS_LISTEN", value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
    /// 发件人. Sender of mail.
    #[arg(long, env = "ICUOPS_SMTP_FROM", default_value = "icuops@localhost")]
    smtp_from: String,
    /// 口令规则：mlps3 为等保三级（三类字符或 15 个字符，90 天更换），nist 为 15 个字符、不更换. Password rules: mlps3, changed every 90 days, or nist, fifteen characters and no rotation.
    #[arg(long, env = "ICUOPS_PASSWORD_PRESET", default_value = "mlps3", value_parser = preset)]
    password_preset: Preset,
    /// 本院自备并经审阅的报告定义目录，可多次给出. Folder of reviewed report definitions of your own; may be given several times.
    #[arg(
        long,
        env = "ICUOPS_REPORTS",
        value_name = "DIR",
        value_delimiter = ','
    )]
    reports: Vec<PathBuf>,
    /// 另加的报告字体目录（ttf、otf），用于生僻字姓名. Folder of further fonts of reports (ttf, otf), for rare names.
    #[arg(long, env = "ICUOPS_FONTS", value_name = "DIR")]
    fonts: Option<PathBuf>,
    /// 电子签章证书的信任根，PEM 文件，可多次给出；缺省不接受电子签章. Roots that the certificates of electronic seals must lead to, PEM; without one none is accepted.
    #[arg(
        long,
        env = "ICUOPS_TRUST_ROOTS",
        value_name = "FILE",
        value_delimiter = ','
    )]
    trust_roots: Vec<PathBuf>,
    /// 不生成静态门户页面（由别处生成时）. Do not make the static pages, where they are made elsewhere.
    #[arg(long, env = "ICUOPS_NO_PORTAL")]
    no_portal: bool,
    /// 仅供基准测试：不计查询成本. For benchmarks only: the cost buckets do not count.
    #[arg(long, hide = true)]
    unmetered: bool,
}

fn preset(word: &str) -> std::result::Result<Preset, String> {
    Preset::parse(word).ok_or_else(|| "mlps3 or nist".to_owned())
}
/// Serves until SIGTERM or Ctrl-C; a second one does not wait for the end of the first.
async fn serve_until_end(app: App, listener: TcpListener) -> Result<ExitCode> {
    let mut signals = Signals::listen()?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = api::run(app, listener, async {
        // A sender that is gone means the same.
        let _ = stopped.await;
    });
    tokio::pin!(serving);
    tokio::select! {
        done = &mut serving => return done.map(|()| ExitCode::SUCCESS),
        () = signals.next() => {}
    }
    drop(stop);
    tokio::select! {
        done = &mut serving => done.map(|()| ExitCode::SUCCESS),
        () = signals.next() => Ok(ExitCode::FAILURE),
    }
}

/// The two ways to ask the process to end.
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(Error::internal)?,
            interrupt: signal(SignalKind::interrupt()).map_err(Error::internal)?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Serves a hospital.
///
/// # Errors
/// Those of settings, database and network.
pub async fn serve(args: ServeArgs) -> Result<ExitCode> {
    let mut config = config(&args.store, args.listen)?;
    config.public_origin = args.public_origin;
    config.allowed_origins = args.allow_origin;
    config.proxies = args.proxy;
    config.reports = args.reports;
    config.fonts = args.fonts;
    config.trust_roots = args.trust_roots;
    config.smtp_url = args.smtp_url;
    config.mail_from = args.smtp_from;
    config.password_preset = args.password_preset;
    config.password_days = args.password_preset.max_days();
    config.metrics_token = args.metrics_token.filter(|token| !token.is_empty());
    config.metrics_listen = args.metrics_listen;
    config.portal = !args.no_portal;
    if args.unmetered {
        tracing::warn!("the cost buckets are off: this server is not protected from overuse");
        config.metered = false;
    }
    let _lock = api::lock::take(&config.database_url)?;
    let app = App::start(config, Clock::real()).await?;
    let listener = TcpListener::bind(args.listen).map_err(Error::internal)?;
    say(&format!("icuops 已启动 listening on {}", args.listen));
    serve_until_end(app, listener).await
}

/// Makes the demonstration and serves it.
///
/// # Errors
/// Those of settings, database and network.
pub async fn demo(args: DemoArgs) -> Result<ExitCode> {
    let store = Store {
        database_url: None,
        data: args.data.clone(),
    };
    let address = SocketAddr::new(LOOPBACK, args.port);
    // Bound first, so that a port in use is told before minutes of work.
    let listener = TcpListener::bind(address).map_err(|error| {
        Error::from(api::error::UserErrorCode::Invalid)
            .detail(
                format!("端口 {} 不可用，换 --port", args.port),
                format!("port {} is not free, choose another --port", args.port),
            )
            .caused_by(error)
    })?;
    let mut config = config(&store, address)?;
    let _lock = api::lock::take(&config.database_url)?;
    if args.reset {
        for name in ["icuops.db", "icuops.db-wal", "icuops.db-shm"] {
            let path = args.data.join(name);
            if path.exists() {
                std::fs::remove_file(path).map_err(Error::internal)?;
            }
        }
    }
    config.demo = true;
    config.portal = true;
    // The shared password stays what the command prints.
    config.password_days = None;
    let app = App::start(config, Clock::real()).await?;
    api::demo::prepare(&app, args.as_of, &mut |line| say(line)).await?;
    say("正在生成门户页面…… Making the pages of the portal …");
    api::portal::build::all(&app, None).await?;
    say(&format!(
        "\n演示已就绪 ready at http://{address}/   GraphiQL: http://{address}/graphiql"
    ));
    say(&format!("门户 portal: http://{address}/portal/"));
    say(&format!("账号 accounts: {}", api::demo::ACCOUNTS.join(" ")));
    say(&format!("口令 password: {}", api::demo::PASSWORD));
    serve_until_end(app, listener).await
}
