//! Electronic seals and signatures on a report that comes back: whose they are, whether they hold, and whether the
//! file still says what was frozen (RP-ISS-6, `domain.md` 4.2).
//!
//! It judges bytes and knows no database. Nothing is made here and no key is ever seen: `reports::sign` verifies.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use entity::rules::unit;
use entity::values::{EsignContent, EsignCoverage, EsignResult, SealWay};
use reports::sign::{
    Change, Coverage, Kind, Problem, Relation, Signature, TrustRoots, Unreadable, Verified,
    page_texts, relation, verify,
};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, UserErrorCode};

/// Stands on every seal and certificate of tests and samples (RP-SEAL-4).
const SAMPLE: &str = "样章";

/// The roots of the settings, all files together.
///
/// # Errors
/// `INVALID` naming the file that cannot be read or holds no certificate.
pub fn roots(files: &[PathBuf]) -> Result<TrustRoots> {
    let mut all = Vec::new();
    for file in files {
        let wrong = || {
            let name = file.display();
            Error::from(UserErrorCode::Invalid).detail(
                format!("信任根文件 {name} 读不到或没有 PEM 证书"),
                format!("the file of roots {name} cannot be read or holds no PEM certificate"),
            )
        };
        let bytes = std::fs::read(file).map_err(|error| wrong().caused_by(error))?;
        if !bytes.starts_with(b"-----") && !bytes.windows(11).any(|at| at == b"-----BEGIN ") {
            return Err(wrong());
        }
        TrustRoots::read(&bytes).map_err(|error| wrong().caused_by(error))?;
        all.extend(bytes);
        all.push(b'\n');
    }
    if files.is_empty() {
        return Ok(TrustRoots::none());
    }
    TrustRoots::read(&all).map_err(Error::internal)
}

/// What a sealed file is held against.
#[derive(Clone, Debug)]
pub struct Expected {
    /// How it was sealed.
    pub way: SealWay,
    /// The file that was approved.
    pub frozen: Vec<u8>,
    /// SHA-256 of its data.
    pub data_sha256: String,
    /// Names of the parties whose signatures it must bear, and of nobody else.
    pub parties: Vec<String>,
    /// Whether samples are accepted: in the demonstration only.
    pub samples: bool,
}

/// What was found out about a file that is as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How it stands to the frozen file.
    pub content: EsignContent,
    /// Instant for which the certificates were judged.
    pub at: DateTime<Utc>,
    /// Its signatures, the earliest first.
    pub signatures: Vec<Facts>,
}

/// One signature, as it is stored and shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Organisation in the certificate.
    pub organization: Option<String>,
    /// Common name in the certificate.
    pub common_name: Option<String>,
    /// Serial number of the certificate, hexadecimal.
    pub serial: Option<String>,
    /// When the signer says that he signed.
    pub claimed_at: Option<DateTime<Utc>>,
    /// When a trusted time stamp says so.
    pub attested_at: Option<DateTime<Utc>>,
    /// Which part of the file it covers.
    pub coverage: EsignCoverage,
    /// Whether it holds.
    pub result: EsignResult,
}

impl From<&Signature> for Facts {
    fn from(one: &Signature) -> Self {
        let signer = one.signer.as_ref();
        Self {
            organization: signer.and_then(|signer| signer.organization.clone()),
            common_name: signer.and_then(|signer| signer.common_name.clone()),
            serial: signer.map(|signer| signer.serial.clone()),
            claimed_at: one.claimed_at,
            attested_at: one.attested_at,
            coverage: match one.coverage {
                Coverage::Whole => EsignCoverage::Whole,
                Coverage::Earlier(_) => EsignCoverage::Earlier,
                Coverage::Partial => EsignCoverage::Partial,
            },
            result: result_of(one),
        }
    }
}

fn result_of(one: &Signature) -> EsignResult {
    if one.is_valid() {
        EsignResult::Valid
    } else if one.problems.iter().eq([&Problem::UnknownIssuer]) {
        EsignResult::UnknownChain
    } else {
        EsignResult::Invalid
    }
}

fn invalid(zh: impl Into<String>, en: impl Into<String>) -> Error {
    Error::from(UserErrorCode::Invalid).detail(zh, en)
}

fn differs(zh: impl Into<String>, en: impl Into<String>) -> Error {
    Error::from(UserErrorCode::ContentDiffers).detail(zh, en)
}

fn unreadable(why: Unreadable) -> Error {
    let (zh, en) = match why {
        Unreadable::NotPdf => ("不是 PDF", "it is no PDF"),
        Unreadable::TooLarge => (
            "文件过大或签名过多",
            "it is too large or has too many signatures",
        ),
        Unreadable::Encrypted => ("PDF 已加密", "the PDF is encrypted"),
        Unreadable::Damaged => (
            "PDF 结构损坏或不完整",
            "the structure of the PDF is damaged or cut off",
        ),
    };
    invalid(zh, en).caused_by(why)
}

/// Judges a sealed file at an instant: content first, then signatures, then signers.
///
/// # Errors
/// `CONTENT_DIFFERS` if it does not say what was frozen, `INVALID` for its signatures; each with its reason.
pub fn check(
    bytes: &[u8],
    expected: &Expected,
    roots: &TrustRoots,
    at: DateTime<Utc>,
) -> Result<Checked> {
    let content = content(bytes, expected)?;
    let verified = verify(bytes, roots, at).map_err(unreadable)?;
    holds(&verified)?;
    let signatures: Vec<Facts> = verified
        .signatures
        .iter()
        .filter(|one| one.kind == Kind::Signature)
        .map(Facts::from)
        .collect();
    signers(&signatures, expected)?;
    Ok(Checked {
        content,
        at,
        signatures,
    })
}

fn content(bytes: &[u8], expected: &Expected) -> Result<EsignContent> {
    match relation(&expected.frozen, bytes).map_err(unreadable)? {
        Relation::Same => Err(invalid(
            "文件没有签名，仍是批准时的原件",
            "it bears no signature and is the approved file itself",
        )),
        Relation::Extends(changes) if changes.contains(&Change::Content) => Err(differs(
            "批准的文件之后追加了改动内容的部分",
            "what was appended to the approved file changes its content",
        )),
        Relation::Extends(_) => Ok(EsignContent::Bytes),
        Relation::Rewritten if expected.way == SealWay::Eseal => {
            rewritten(bytes, expected).map(|()| EsignContent::Text)
        }
        Relation::Rewritten => Err(differs(
            "文件不以批准的文件为开头；请对下载的 PDF 原样签名",
            "it does not begin with the approved file: sign the downloaded PDF as it is",
        )),
    }
}

/// A platform wrote the file anew: every page must say the same, and the last one must name the data.
fn rewritten(bytes: &[u8], expected: &Expected) -> Result<()> {
    let ours = page_texts(&expected.frozen).map_err(Error::internal)?;
    let ours =
        ours.ok_or_else(|| Error::internal("the text of an approved file cannot be read"))?;
    let theirs = page_texts(bytes).map_err(unreadable)?.ok_or_else(|| {
        differs(
            "平台重写了文件，且无法取得其文字以供比对；请使用保留原件的签章方式",
            "the platform wrote the file anew and its text cannot be read: seal in a way that keeps the file",
        )
    })?;
    if ours.len() != theirs.len() {
        return Err(differs(
            format!(
                "批准的文件为 {} 页，该文件为 {} 页",
                ours.len(),
                theirs.len()
            ),
            format!(
                "the approved file has {} pages, this one {}",
                ours.len(),
                theirs.len()
            ),
        ));
    }
    if let Some(page) = ours
        .iter()
        .zip(&theirs)
        .position(|(our, their)| our != their)
    {
        let page = page + 1;
        return Err(differs(
            format!("第 {page} 页的文字与批准的文件不同"),
            format!("the text of page {page} is not that of the approved file"),
        ));
    }
    let names = theirs
        .last()
        .is_some_and(|page| page.contains(&expected.data_sha256));
    if names {
        Ok(())
    } else {
        Err(differs(
            "末页没有该报告的数据校验值",
            "the last page does not carry the data hash of the report",
        ))
    }
}

fn holds(verified: &Verified) -> Result<()> {
    if verified.is_valid() {
        return Ok(());
    }
    let problems: Vec<(&str, &str)> = verified
        .signatures
        .iter()
        .flat_map(|one| &one.problems)
        .map(|problem| problem_words(*problem))
        .collect();
    if !problems.is_empty() {
        let (zh, en): (Vec<&str>, Vec<&str>) = problems.into_iter().unzip();
        return Err(invalid(zh.join("；"), en.join("; ")));
    }
    if verified
        .signatures
        .iter()
        .any(|one| one.kind == Kind::Signature)
    {
        return Err(invalid(
            "最后一个签名未覆盖整个文件：签名之后另有追加",
            "the last signature does not cover the whole file: something was added after it",
        ));
    }
    Err(invalid("文件没有签名", "it bears no signature"))
}

fn signers(signatures: &[Facts], expected: &Expected) -> Result<()> {
    for one in signatures {
        let name = one.organization.as_deref().unwrap_or_default();
        if !expected
            .parties
            .iter()
            .any(|party| unit::is_same(party, name))
        {
            let parties = expected.parties.join("、");
            return Err(invalid(
                format!("证书的单位“{name}”不是应签章的单位：{parties}"),
                format!(
                    "the organisation of the certificate, {name:?}, is not one that seals: {parties}"
                ),
            ));
        }
        let is_sample = [&one.organization, &one.common_name]
            .into_iter()
            .flatten()
            .any(|name| name.contains(SAMPLE));
        if is_sample && !expected.samples {
            return Err(invalid(
                "样章证书不可用于正式报告",
                "a sample certificate seals no real report",
            ));
        }
    }
    let lacking = expected.parties.iter().find(|party| {
        !signatures
            .iter()
            .any(|one| unit::is_same(party, one.organization.as_deref().unwrap_or_default()))
    });
    match lacking {
        None => Ok(()),
        Some(party) => Err(invalid(
            format!("缺少 {party} 的签章"),
            format!("the seal of {party} is missing"),
        )),
    }
}

/// A problem in both languages.
#[must_use]
pub const fn problem_words(problem: Problem) -> (&'static str, &'static str) {
    match problem {
        Problem::NationalAlgorithm => (
            "签名使用国密算法（SM2/SM3），本系统不能核验，请走纸质盖章",
            "the signature uses SM2 or SM3, which is not verified here: take the way of paper",
        ),
        Problem::UnsupportedFormat => (
            "签名格式不受支持",
            "the format of the signature is not supported",
        ),
        Problem::UnsupportedAlgorithm => (
            "签名算法不受支持",
            "the algorithm of the signature is not supported",
        ),
        Problem::WeakKey => (
            "RSA 密钥不足 2048 位",
            "the RSA key is shorter than 2048 bits",
        ),
        Problem::Malformed => ("签名结构有误", "the signature is malformed"),
        Problem::NoCertificate => ("签名缺少证书", "the certificate of the signer is missing"),
        Problem::PartialCoverage => (
            "签名未覆盖整个文件",
            "the signature does not cover the whole file",
        ),
        Problem::DigestMismatch => (
            "签名之后文件被改动",
            "the file was changed after it was signed",
        ),
        Problem::SignatureInvalid => (
            "签名与证书的密钥不符",
            "the signature does not fit the key of its certificate",
        ),
        Problem::CertificateSubstituted => (
            "签名所指的是另一证书",
            "the signature was made for another certificate",
        ),
        Problem::ChangedSince => (
            "签名之后内容被改动",
            "the content was changed after it was signed",
        ),
        Problem::UnknownIssuer => (
            "证书链不通向已配置的信任根",
            "the certificate does not lead to a configured root",
        ),
        Problem::Expired => ("证书已过期", "the certificate has expired"),
        Problem::NotYetValid => ("证书尚未生效", "the certificate is not valid yet"),
        Problem::KeyUsage => ("证书不可用于签名", "the certificate is not for signing"),
        Problem::BadChain => ("证书链有误", "the chain of certificates is wrong"),
        Problem::BadTimeStamp => (
            "签名中的时间戳无效",
            "the time stamp in the signature is not valid",
        ),
    }
}

/// What a signature covers, in both languages.
#[must_use]
pub fn coverage_words(coverage: &Coverage) -> (&'static str, &'static str) {
    match coverage {
        Coverage::Whole => ("全文", "the whole file"),
        Coverage::Earlier(changes) if changes.contains(&Change::Content) => (
            "较早的版本，之后内容被改动",
            "an earlier revision, and the content was changed since",
        ),
        Coverage::Earlier(_) => (
            "较早的版本，之后只追加了签名等",
            "an earlier revision, and only signatures and the like were added since",
        ),
        Coverage::Partial => ("部分内容", "only parts of it"),
    }
}
