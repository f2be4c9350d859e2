//! From a certificate to a root.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{
    ALL_VERIFICATION_ALGS, EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter,
    KeyUsage, anchor_from_trusted_cert,
};

use super::certificate::Certificate;
use super::oid;
use super::verified::Problem;

/// The roots that a party's certificates must lead to. Whoever configures a root trusts its key, so its
/// own dates are not judged; those of every other certificate of a chain are.
#[derive(Clone, Debug)]
pub struct TrustRoots {
    roots: Vec<CertificateDer<'static>>,
    time_stamps: Vec<CertificateDer<'static>>,
}

/// The file of roots holds something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootsError;

impl std::fmt::Display for RootsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no certificate, or one that cannot be read")
    }
}

impl std::error::Error for RootsError {}

impl TrustRoots {
    /// No root: every signature has [`Problem::UnknownIssuer`].
    #[must_use]
    pub const fn none() -> Self {
        Self {
            roots: Vec::new(),
            time_stamps: Vec::new(),
        }
    }

    /// The certificates of a file, PEM (one or several) or DER (one).
    ///
    /// # Errors
    /// [`RootsError`] if there is none, or one that cannot be read.
    pub fn read(bytes: &[u8]) -> Result<Self, RootsError> {
        Ok(Self {
            roots: read(bytes)?,
            time_stamps: Vec::new(),
        })
    }

    /// The same with roots for time stamps, from a second file; without it none is trusted.
    ///
    /// # Errors
    /// As of [`read`](Self::read).
    pub fn with_time_stamps(mut self, bytes: &[u8]) -> Result<Self, RootsError> {
        self.time_stamps = read(bytes)?;
        Ok(self)
    }
}

fn read(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, RootsError> {
    let all = if bytes.starts_with(&[0x30]) {
        vec![CertificateDer::from(bytes.to_vec())]
    } else {
        CertificateDer::pem_slice_iter(bytes)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_pem| RootsError)?
    };
    if all.is_empty() || all.iter().any(|one| anchor_from_trusted_cert(one).is_err()) {
        return Err(RootsError);
    }
    Ok(all)
}

/// What a certificate is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Signature,
    TimeStamp,
}

/// Purposes of certificates for documents differ from authority to authority, so those of a signer
/// are not asked for.
struct Purposes(Use);

impl ExtendedKeyUsageValidator for Purposes {
    fn validate(&self, iter: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        match self.0 {
            Use::Signature => Ok(()),
            Use::TimeStamp => KeyUsage::required_if_present(oid::TIME_STAMPING).validate(iter),
        }
    }
}

/// SHA-256 of the root that the certificate leads to at `at`.
///
/// # Errors
/// The first of [`Problem::KeyUsage`], [`Problem::Expired`], [`Problem::NotYetValid`],
/// [`Problem::UnknownIssuer`], [`Problem::UnsupportedAlgorithm`], [`Problem::BadChain`].
pub(super) fn root_of(
    certificate: &Certificate<'_>,
    others: &[Certificate<'_>],
    roots: &TrustRoots,
    at: DateTime<Utc>,
    usage: Use,
) -> Result<[u8; 32], Problem> {
    if certificate
        .key
        .curve
        .is_some_and(|curve| curve.starts_with(oid::NATIONAL))
    {
        return Err(Problem::NationalAlgorithm);
    }
    if !certificate.may_sign() || (usage == Use::TimeStamp && !certificate.may_stamp()) {
        return Err(Problem::KeyUsage);
    }
    let roots = match usage {
        Use::Signature => &roots.roots,
        Use::TimeStamp => &roots.time_stamps,
    };
    let anchors: Vec<TrustAnchor<'_>> = roots
        .iter()
        .map(anchor_from_trusted_cert)
        .collect::<Result<_, _>>()
        .map_err(problem)?;
    let leaf = CertificateDer::from(certificate.raw);
    let leaf = EndEntityCert::try_from(&leaf).map_err(problem)?;
    let others: Vec<_> = others
        .iter()
        .map(|one| CertificateDer::from(one.raw))
        .collect();
    let seconds = u64::try_from(at.timestamp()).unwrap_or(0);
    let path = leaf
        .verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &anchors,
            &others,
            UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
            Purposes(usage),
            None,
            None,
        )
        .map_err(problem)?;
    let index = anchors
        .iter()
        .position(|anchor| anchor == path.anchor())
        .ok_or(Problem::BadChain)?;
    roots
        .get(index)
        .map(|root| fingerprint(root))
        .ok_or(Problem::BadChain)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else is wrong with a chain is one word to the reader"
)]
fn problem(error: Error) -> Problem {
    match error {
        Error::CertExpired { .. } => Problem::Expired,
        Error::CertNotValidYet { .. } => Problem::NotYetValid,
        Error::UnknownIssuer => Problem::UnknownIssuer,
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => Problem::KeyUsage,
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            Problem::UnsupportedAlgorithm
        }
        _ => Problem::BadChain,
    }
}

/// SHA-256 of a certificate.
pub(super) fn fingerprint(certificate: &[u8]) -> [u8; 32] {
    sha256(&[certificate])
}

/// SHA-256 of bytes in parts.
pub(super) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}
