//! Signatures of PDFs (PAdES): made, verified, and compared with what was frozen.
//!
//! Bytes in, bytes out: no clock, no network, no file. A private key is used only where a
//! [`ReportSigner`] lives, on the machine of the person who signs.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (pdf, p12, root): (Vec<u8>, Vec<u8>, Vec<u8>) = Default::default();
//! # let now: chrono::DateTime<chrono::Utc> = Default::default();
//! use reports::sign::{Field, Pkcs12Signer, TrustRoots, sign, verify};
//!
//! let signer = Pkcs12Signer::open(&p12, "password")?;
//! let signed = sign(&pdf, &Field::new("Seal", "单位数字签名", now), &signer)?;
//! let verified = verify(&signed, &TrustRoots::read(&root)?, now)?;
//! assert!(verified.is_valid());
//! # Ok(())
//! # }
//! ```
//!
//! What a verdict says and what not: revocation is not asked for, since there is no network; a
//! trusted time stamp (B-T) counts as the instant of signing, its own chain being judged at that
//! instant.

mod algorithm;
mod certificate;
mod chain;
mod change;
mod cms;
mod detect;
mod field;
mod key;
mod oid;
mod pdf;
mod prepare;
mod printed;
mod relation;
mod text;
mod tlv;
mod verified;
mod verify;

pub use chain::{RootsError, TrustRoots};
pub use change::Change;
pub use detect::is_private_key;
pub use key::{KeyError, Pkcs12Signer};
pub use prepare::{Field, Prepared, sign};
pub use printed::Printed;
pub use relation::{Relation, relation};
pub use text::page_texts;
pub use verified::{Coverage, Kind, Problem, Signature, Signer, Verified};
pub use verify::verify;

/// The longest file that is signed or verified, in bytes.
pub const MAX_FILE: usize = 64 * 1024 * 1024;

/// SHA-256 of the bytes of a prepared file that a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestToSign(pub [u8; 32]);

/// Who signs a prepared file: a PKCS#12 file ([`Pkcs12Signer`]), a token, a remote service.
pub trait ReportSigner {
    /// A detached CMS `SignedData` (DER) over content with this digest: signed attributes
    /// `content-type`, `message-digest`, `signing-certificate-v2` and no `signing-time`, with the
    /// certificate of the signer.
    ///
    /// # Errors
    /// [`SignError::Signer`] if it cannot be made.
    fn cms(&self, digest: &DigestToSign) -> Result<Vec<u8>, SignError>;
}

/// The algorithm of a key that signs; both with SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256.
    EcdsaP256,
    /// RSA with PKCS#1 v1.5 padding, 2,048 bits or more.
    Rsa,
}

/// Why a PDF cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It does not begin as a PDF.
    NotPdf,
    /// It is longer than [`MAX_FILE`], or has too many signatures.
    TooLarge,
    /// It is encrypted.
    Encrypted,
    /// Its structure is broken, cut off, or one that is not understood.
    Damaged,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotPdf => "not a PDF",
            Self::TooLarge => "too large",
            Self::Encrypted => "encrypted",
            Self::Damaged => "damaged structure",
        })
    }
}

impl std::error::Error for Unreadable {}

impl From<pdf::Fault> for Unreadable {
    fn from(fault: pdf::Fault) -> Self {
        match fault {
            pdf::Fault::NotPdf => Self::NotPdf,
            pdf::Fault::TooLong => Self::TooLarge,
            pdf::Fault::Encrypted => Self::Encrypted,
            pdf::Fault::Damaged => Self::Damaged,
        }
    }
}

/// Why a PDF was not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignError {
    /// The PDF cannot be read.
    Unreadable(Unreadable),
    /// There is a field of this name already.
    FieldExists,
    /// A signature in the file forbids further ones.
    Locked,
    /// The signature is longer than the place kept for it.
    TooLong,
    /// The signer could not sign.
    Signer,
}

impl std::fmt::Display for SignError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "the PDF cannot be read: {why}"),
            Self::FieldExists => f.write_str("there is a field of this name already"),
            Self::Locked => f.write_str("a signature in the file forbids further ones"),
            Self::TooLong => f.write_str("the signature is longer than its place"),
            Self::Signer => f.write_str("the signer could not sign"),
        }
    }
}

impl std::error::Error for SignError {}

impl From<Unreadable> for SignError {
    fn from(why: Unreadable) -> Self {
        Self::Unreadable(why)
    }
}

impl From<pdf::Fault> for SignError {
    fn from(fault: pdf::Fault) -> Self {
        Self::Unreadable(fault.into())
    }
}
