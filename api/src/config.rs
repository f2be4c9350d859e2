//! Settings of the server: flags of `icuops serve` with environment variables behind them.

use std::net::SocketAddr;
use std::path::PathBuf;

use entity::rules::password::Preset;

use crate::jobs::Leases;

/// What `lib::run` is given.
#[derive(Clone, Debug)]
pub struct Config {
    /// `sqlite://…` or `postgres://…`.
    pub database_url: String,
    /// Folder of files and mail.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Address under which browsers reach the server, e.g. `https://icu.example`.
    pub public_origin: Option<String>,
    /// Further origins that may use the API from a browser.
    pub allowed_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-*` headers count.
    pub proxies: Vec<std::net::IpAddr>,
    /// Whether this is the demonstration: GraphiQL, introspection, mail into a folder.
    pub demo: bool,
    /// SMTP server; none writes mail into the data folder.
    pub smtp_url: Option<String>,
    /// Sender of mail.
    pub mail_from: String,
    /// Token with which `/metrics` may be read; none: only on the listener of its own.
    pub metrics_token: Option<String>,
    /// Listener of `/metrics` on this machine, without a token.
    pub metrics_listen: Option<SocketAddr>,
    /// How long claims of jobs hold.
    pub leases: Leases,
    /// Folders of an operator's own report definitions.
    pub reports: Vec<PathBuf>,
    /// Folder of further fonts of reports, for rare names.
    pub fonts: Option<PathBuf>,
    /// Files (PEM) with the roots that the certificates of electronic seals must lead to; none accepts no such seal.
    pub trust_roots: Vec<PathBuf>,
    /// Program that lays out reports; none is this one.
    pub layout_program: Option<PathBuf>,
    /// Folder of PDFs that pages lead to, by what they were set from; derived, and never served.
    pub pressed: PathBuf,
    /// Whether this process makes the pages and keeps them fresh.
    pub portal: bool,
    /// Whether the cost buckets count; off only in tests and benchmarks, which say so.
    pub metered: bool,
    /// Password hashes computed at once.
    pub hash_permits: usize,
    /// Which rules new passwords obey.
    pub password_preset: Preset,
    /// Days after which a password must be changed; none for no rotation.
    pub password_days: Option<u32>,
}

impl Config {
    /// Settings of a server on this machine, with everything below `data`.
    #[must_use]
    pub fn local(database_url: String, data: PathBuf, listen: SocketAddr) -> Self {
        Self {
            database_url,
            pressed: data.join("portal-pdf"),
            data,
            listen,
            public_origin: None,
            allowed_origins: Vec::new(),
            proxies: Vec::new(),
            demo: false,
            smtp_url: None,
            mail_from: "icuops@localhost".to_owned(),
            metrics_token: None,
            metrics_listen: None,
            leases: Leases::default(),
            reports: Vec::new(),
            fonts: None,
            trust_roots: Vec::new(),
            layout_program: None,
            portal: false,
            metered: true,
            hash_permits: std::thread::available_parallelism().map_or(2, usize::from),
            password_preset: Preset::Mlps3,
            password_days: Preset::Mlps3.max_days(),
        }
    }
}
