//! `icuops report`: files of reports and documents on the machine of whoever signs, checks or prints them, without server and
//! database.

use std::fmt::Display;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api::clock::Clock;
use api::error::{Error, Result, UserErrorCode};
use api::report::esign::{coverage_words, problem_words};
use clap::{Args, Subcommand};
use entity::rules::chain;
use reports::sign::{
    Field, KeyError, MAX_FILE, Pkcs12Signer, Printed, SignError, Signature, TrustRoots, page_texts,
    sign, verify,
};
use sha2::{Digest, Sha256};

use super::secret;
use crate::say;

/// What to do with a report file.
#[derive(Subcommand)]
pub enum ReportCommand {
    /// 用本单位的证书签名报告 PDF. Sign the PDF of a report with the certificate of your unit.
    ///
    /// 在持有私钥的机器上运行，不联网，不连服务器；私钥不离开本机. It runs where the key lies, without
    /// network or server; the key never leaves this machine. Before it signs it shows number, revision
    /// and data hash that the PDF prints; give them as arguments to have them compared:
    ///
    ///   icuops report sign --p12 unit.p12 --number XJBG-2026-0007 --revision 1 \
    ///       --data-sha256 b1ff8863…5d77 XJBG-2026-0007-1.pdf
    ///
    /// 口令在终端输入，不显示；由程序给出时用 --password-stdin. The password is asked for on the
    /// terminal and not shown; programs give it on standard input:
    ///
    ///   secret-tool lookup unit seal |
    ///       icuops report sign --p12 unit.p12 --password-stdin XJBG-2026-0007-1.pdf
    ///
    /// 签名以增量方式附加，原有字节不变；已有的文件不会被覆盖. The signature is appended and leaves
    /// every byte before it as it was; no file is overwritten. Then upload it as VENDOR_SIGNED.
    #[command(verbatim_doc_comment)]
    Sign(SignArgs),
    /// 把技术文档与手册排版为 PDF. Set a technical document or a manual as PDF.
    ///
    /// 输入为 site-gen 写出的文档树；不联网，不连服务器，同一输入得到相同字节（PDF/A-2a、PDF/UA-1）. The input
    /// is a tree that site-gen writes; no network, no server, and the same input gives the same bytes:
    ///
    ///   site-gen db-docs snapshot.json --out dictionary
    ///   icuops report document dictionary/document.json --out 数据字典.pdf
    ///   site-gen api-docs schema.graphql --out interface
    ///   icuops report document interface/en/document.json --out interface.pdf
    ///
    /// 字体中没有的字会指明位置，不产生文件；--fonts 另加字体. A character that no font has is told with its
    /// place and no file is made; --fonts adds fonts. No file is overwritten.
    #[command(verbatim_doc_comment)]
    Document(DocumentArgs),
    /// 核验 PDF 的签名. Verify the signatures of a PDF.
    ///
    /// 显示签名单位、覆盖范围、时间、是否有效与文件的 SHA-256. Prints signer, coverage, times, validity
    /// and the SHA-256 of the file. Without --trust-roots no chain is trusted, so nothing is valid:
    ///
    ///   icuops report verify --trust-roots roots.pem XJBG-2026-0007-1-signed.pdf
    ///
    /// 退出码：0 有效，1 无效，2 不能读取. Exit code: 0 valid, 1 not valid, 2 unreadable. Revocation
    /// is not asked for, because nothing is sent anywhere. What became of the report is told by
    /// /verify of the server.
    #[command(verbatim_doc_comment)]
    Verify {
        /// 要核验的 PDF. The PDF.
        file: PathBuf,
        /// 信任根证书，PEM. Root certificates, PEM.
        #[arg(long, value_name = "PEM")]
        trust_roots: Option<PathBuf>,
    },
}

/// What is set, and where it goes.
#[derive(Args)]
pub struct DocumentArgs {
    /// 文档树，site-gen db-docs 与 api-docs 写出的 document.json. The tree, document.json of db-docs and api-docs.
    tree: PathBuf,
    /// 写出的 PDF；缺省为同名 .pdf. The PDF; by default the same name with .pdf.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// 另加的字体目录，用于生僻字. Folder of further fonts, for rare characters.
    #[arg(long, value_name = "DIR", env = "ICUOPS_FONTS")]
    fonts: Option<PathBuf>,
}

/// What is signed, and with what.
#[derive(Args)]
pub struct SignArgs {
    /// 已批准报告的 PDF. The PDF of the approved report.
    pdf: PathBuf,
    /// 私钥与证书，PKCS#12. Key and certificate, PKCS#12.
    #[arg(long, value_name = "FILE")]
    p12: PathBuf,
    /// 应有的数据 SHA-256. The data hash that it must have.
    #[arg(long, value_name = "HEX")]
    data_sha256: Option<String>,
    /// 应有的编号. The number that it must have.
    #[arg(long, requires = "revision")]
    number: Option<String>,
    /// 应有的版次. The revision that it must have.
    #[arg(long, requires = "number")]
    revision: Option<u32>,
    /// 从标准输入读取口令. Read the password from standard input.
    #[arg(long)]
    password_stdin: bool,
    /// 签名后的文件；缺省在原名后加 -signed. The signed file; by default the name with -signed.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Exit code of a file that cannot be read.
const UNREADABLE: u8 = 2;
/// Signatures that one file gets from here.
const MOST_SIGNATURES: usize = 16;

/// Runs a subcommand.
///
/// # Errors
/// Those that name a file, an argument or the password.
pub fn run(command: ReportCommand) -> Result<ExitCode> {
    match command {
        ReportCommand::Sign(args) => signed(&args),
        ReportCommand::Document(args) => set(&args),
        ReportCommand::Verify { file, trust_roots } => verified(&file, trust_roots.as_deref()),
    }
}

fn set(args: &DocumentArgs) -> Result<ExitCode> {
    let out = match &args.out {
        Some(out) => out.clone(),
        None => args.tree.with_extension("pdf"),
    };
    if out.exists() {
        return Err(taken(&out));
    }
    let tree = bytes_of(&args.tree)?;
    if let Some(fonts) = &args.fonts {
        let problem = |problem| {
            wrong(
                format!("字体有误：{problem}"),
                format!("a font is not right: {problem}"),
            )
        };
        reports::fonts::append(fonts).map_err(problem)?;
    }
    // Nobody else waits here: no child takes the layout.
    let made = reports::document(&tree).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let lines = lines.join("\n");
        wrong(
            format!("文档不能排版：\n{lines}"),
            format!("the document cannot be set:\n{lines}"),
        )
    })?;
    write_new(&out, &made.bytes)?;
    say(&format!(
        "已排版 set: {}\n页数 pages {}  SHA-256 {}",
        out.display(),
        made.pages,
        made.sha256
    ));
    Ok(ExitCode::SUCCESS)
}

fn wrong(zh: impl Into<String>, en: impl Into<String>) -> Error {
    Error::from(UserErrorCode::Invalid).detail(zh, en)
}

/// All bytes of a file of a sensible length.
fn bytes_of(path: &Path) -> Result<Vec<u8>> {
    let read = || {
        let most = u64::try_from(MAX_FILE).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path)?;
        file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error: std::io::Error| {
        let name = path.display();
        Error::from(UserErrorCode::NotFound)
            .detail(format!("读不到 {name}"), format!("{name} cannot be read"))
            .caused_by(error)
    })
}

/// What the last page says about the report.
fn printed(pdf: &[u8]) -> Option<Printed> {
    let pages = page_texts(pdf).ok()??;
    Printed::read(pages.last()?)
}

fn signed(args: &SignArgs) -> Result<ExitCode> {
    let pdf = bytes_of(&args.pdf)?;
    let out = args.out.clone().unwrap_or_else(|| beside(&args.pdf));
    if out.exists() {
        return Err(taken(&out));
    }
    let found = printed(&pdf).ok_or_else(|| {
        wrong(
            "这不是本系统出具的报告 PDF：末页读不到编号、版次与数据校验值",
            "this is no report of icuops: its last page shows no number, revision and data hash",
        )
    })?;
    say(&format!(
        "编号 number {}  版次 revision {}\n数据 data SHA-256 {}",
        found.number, found.revision, found.data_sha256
    ));
    compare(args, &found)?;
    let p12 = bytes_of(&args.p12)?;
    let password = secret::read(args.password_stdin, "口令 password: ")?;
    let signer = Pkcs12Signer::open(&p12, &password).map_err(key_error)?;
    let signed = append(&pdf, &signer)?;
    write_new(&out, &signed)?;
    say(&format!(
        "已签名 signed: {}\nSHA-256 {}\n请以 VENDOR_SIGNED 方式上传. Upload it as VENDOR_SIGNED.",
        out.display(),
        sha256(&signed)
    ));
    Ok(ExitCode::SUCCESS)
}

/// `name-signed.pdf` in the same folder.
fn beside(pdf: &Path) -> PathBuf {
    let mut name = pdf.file_stem().unwrap_or_default().to_owned();
    name.push("-signed.pdf");
    pdf.with_file_name(name)
}

fn taken(out: &Path) -> Error {
    let name = out.display();
    wrong(
        format!("{name} 已存在，不会被覆盖；用 --out 另指定"),
        format!("{name} exists and is not overwritten; name another with --out"),
    )
}

/// What was asked for must stand in the file.
fn compare(args: &SignArgs, found: &Printed) -> Result<()> {
    let differs = |zh: &str, en: &str, asked: &dyn Display, found: &dyn Display| {
        Error::from(UserErrorCode::ContentDiffers).detail(
            format!("{zh}应为 {asked}，文件中为 {found}；未签名"),
            format!("the {en} must be {asked}, the file says {found}; nothing was signed"),
        )
    };
    if let Some(asked) = &args.number
        && *asked != found.number
    {
        return Err(differs("编号", "number", asked, &found.number));
    }
    if let Some(asked) = args.revision
        && asked != found.revision
    {
        return Err(differs("版次", "revision", &asked, &found.revision));
    }
    if let Some(asked) = &args.data_sha256
        && !asked.trim().eq_ignore_ascii_case(&found.data_sha256)
    {
        let asked = asked.trim();
        return Err(differs(
            "数据校验值",
            "data hash",
            &asked,
            &found.data_sha256,
        ));
    }
    Ok(())
}

fn key_error(error: KeyError) -> Error {
    let (zh, en) = match error {
        KeyError::Password => ("口令不正确", "the password is wrong"),
        KeyError::Unreadable => (
            "不是可读取的 PKCS#12 文件",
            "not a PKCS#12 file that can be read",
        ),
        KeyError::NoSingleKey => (
            "文件中须恰有一个私钥",
            "the file must hold exactly one private key",
        ),
        KeyError::NoCertificate => (
            "文件中没有该私钥的证书",
            "the file holds no certificate of the key",
        ),
        KeyError::UnsupportedKey => (
            "私钥须为 ECDSA P-256 或 RSA 2048 至 4096 位；国密证书请走纸质盖章",
            "the key must be ECDSA P-256 or RSA of 2048 to 4096 bits",
        ),
        KeyError::KeyUsage => ("该证书不可用于签名", "the certificate is not for signing"),
    };
    wrong(zh, en).caused_by(error)
}

/// Signs in the first field that is free, so that a second party may sign what the first one did.
fn append(pdf: &[u8], signer: &Pkcs12Signer) -> Result<Vec<u8>> {
    let now = Clock::real().now();
    for index in 1..=MOST_SIGNATURES {
        let field = Field::new(
            &format!("Seal{index}"),
            "单位数字签名 Digital signature of the unit",
            now,
        );
        match sign(pdf, &field, signer) {
            Err(SignError::FieldExists) => {}
            Err(SignError::Locked) => {
                return Err(wrong(
                    "文件中已有的签名不允许再签名",
                    "a signature in the file forbids further ones",
                ));
            }
            Err(error) => {
                return Err(wrong("不能签名该文件", "the file cannot be signed").caused_by(error));
            }
            Ok(signed) => return Ok(signed),
        }
    }
    Err(wrong("签名过多", "there are too many signatures"))
}

/// Writes the file whole or not at all, and never over another one.
fn write_new(out: &Path, bytes: &[u8]) -> Result<()> {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let made = || {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    let file = made().map_err(|error: std::io::Error| {
        let name = folder.display();
        wrong(
            format!("不能写入 {name}"),
            format!("{name} cannot be written to"),
        )
        .caused_by(error)
    })?;
    match file.persist_noclobber(out) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Err(taken(out)),
        Err(error) => Err(Error::internal(error.error)),
    }
}

fn sha256(bytes: &[u8]) -> String {
    chain::to_hex(&Sha256::digest(bytes).into())
}

fn verified(file: &Path, roots: Option<&Path>) -> Result<ExitCode> {
    let unreadable = |zh: &str, en: &str| {
        say(&format!("不能读取 unreadable: {zh} {en}"));
        Ok(ExitCode::from(UNREADABLE))
    };
    let trust = roots.map_or(Some(TrustRoots::none()), |path| {
        TrustRoots::read(&bytes_of(path).ok()?).ok()
    });
    let Some(trust) = trust else {
        return unreadable(
            "信任根文件读不到，或其中没有证书",
            "the file of roots cannot be opened or holds no certificate",
        );
    };
    let Ok(bytes) = bytes_of(file) else {
        return unreadable("读不到文件", "the file cannot be opened");
    };
    say(&format!("SHA-256 {}", sha256(&bytes)));
    let verified = match verify(&bytes, &trust, Clock::real().now()) {
        Ok(verified) => verified,
        Err(error) => return unreadable("不是完好的 PDF", &error.to_string()),
    };
    if let Some(printed) = printed(&bytes) {
        say(&format!(
            "编号 number {}  版次 revision {}\n数据 data SHA-256 {}",
            printed.number, printed.revision, printed.data_sha256
        ));
    }
    for (index, one) in verified.signatures.iter().enumerate() {
        tell(index + 1, one);
    }
    if verified.signatures.is_empty() {
        say("没有签名 There is no signature.");
    }
    if verified.is_valid() {
        say("有效 VALID: 自签名后未被改动 unchanged since it was signed");
        return Ok(ExitCode::SUCCESS);
    }
    say("无效 NOT VALID");
    if roots.is_none() && !verified.signatures.is_empty() {
        say(
            "提示：未给出信任根，用 --trust-roots 指定. Hint: no roots were given, name them with --trust-roots PEM.",
        );
    }
    Ok(ExitCode::FAILURE)
}

fn tell(index: usize, one: &Signature) {
    let signer = one.signer.as_ref();
    // Whoever made the certificate must not steer the terminal.
    let name = |text: Option<&String>| -> String {
        let text = text.map_or("—", String::as_str);
        text.chars().filter(|one| !one.is_control()).collect()
    };
    let at = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map_or_else(
            || "—".to_owned(),
            |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        )
    };
    let (zh, en) = coverage_words(&one.coverage);
    say(&format!(
        "{index}. 签名者 signer {} · {}\n   证书 certificate {}\n   覆盖 coverage: {zh} {en}\n   自称时间 claimed {}  时间戳 attested {}",
        name(signer.and_then(|signer| signer.organization.as_ref())),
        name(signer.and_then(|signer| signer.common_name.as_ref())),
        name(signer.map(|signer| &signer.serial)),
        at(one.claimed_at),
        at(one.attested_at),
    ));
    for problem in &one.problems {
        let (zh, en) = problem_words(*problem);
        say(&format!("   问题 problem: {zh} {en}"));
    }
}
