//! What is found out about the signatures of a file: words, no texts.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::change::Change;

/// The signatures of a file, the earliest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// One for each signed field; empty if nobody has signed.
    pub signatures: Vec<Signature>,
}

impl Verified {
    /// Is there a signature, are all without a problem, and does the last one cover the whole file?
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.signatures
            .iter()
            .any(|one| one.kind == Kind::Signature)
            && self.signatures.iter().all(Signature::is_valid)
            && self
                .signatures
                .last()
                .is_some_and(|one| one.coverage == Coverage::Whole)
    }
}

/// One signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Full name of its field.
    pub field: String,
    /// A signature or a time stamp.
    pub kind: Kind,
    /// The name of its format, such as `ETSI.CAdES.detached`.
    pub format: String,
    /// The signer; `None` if the signature cannot be read or has no certificate.
    pub signer: Option<Signer>,
    /// Which part of the file is signed, and what was added since.
    pub coverage: Coverage,
    /// The instant that the signer claims, from the attribute or from the PDF. Proves nothing.
    pub claimed_at: Option<DateTime<Utc>>,
    /// The instant that a trusted time stamp attests; of a time stamp its own.
    pub attested_at: Option<DateTime<Utc>>,
    /// The instant for which the certificates were judged: the attested one, else the one asked for.
    pub judged_at: DateTime<Utc>,
    /// SHA-256 of the root certificate at the end of the chain; `None` without a trusted chain.
    pub root: Option<[u8; 32]>,
    /// Everything that speaks against it, in the order of [`Problem`]; empty if it is valid.
    pub problems: BTreeSet<Problem>,
}

impl Signature {
    /// Nothing speaks against it: what it covers is as it was signed, nothing but signatures was
    /// added since, and its certificate leads to a root, for the instant that it was judged for.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.problems.is_empty()
    }
}

/// What a signed field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A signature of a person or unit.
    Signature,
    /// A time stamp of the whole document (`DocTimeStamp`).
    DocumentTimeStamp,
}

/// Who signed, as the certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// Common name.
    pub common_name: Option<String>,
    /// Organisation.
    pub organization: Option<String>,
    /// Serial number in hexadecimal, upper case, as it stands in the certificate.
    pub serial: String,
    /// SHA-256 of the certificate.
    pub fingerprint: [u8; 32],
}

/// Which part of a file a signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Every byte but its own place.
    Whole,
    /// An earlier revision, and these changes followed. Empty: bytes that change nothing.
    Earlier(BTreeSet<Change>),
    /// Not a whole revision: the ranges leave out more than the signature, or what they cover is no
    /// document that holds this signature.
    Partial,
}

/// What speaks against a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Problem {
    /// SM2, SM3 or a seal of GB/T 38540: nothing that is verified here; it goes the paper way.
    NationalAlgorithm,
    /// Another format than CMS in a PDF.
    UnsupportedFormat,
    /// Another digest, key or signature algorithm.
    UnsupportedAlgorithm,
    /// An RSA key below 2,048 bits.
    WeakKey,
    /// The signature is not built as it must be.
    Malformed,
    /// The certificate of the signer is missing.
    NoCertificate,
    /// [`Coverage::Partial`].
    PartialCoverage,
    /// The signed bytes were changed.
    DigestMismatch,
    /// The signature does not fit the key of its certificate.
    SignatureInvalid,
    /// The signature was made for another certificate.
    CertificateSubstituted,
    /// [`Change::Content`] after signing.
    ChangedSince,
    /// No chain leads to a configured root.
    UnknownIssuer,
    /// A certificate of the chain had ended at the instant.
    Expired,
    /// A certificate of the chain was not valid yet.
    NotYetValid,
    /// The certificate is not for signing, or of a time stamp not for time stamps.
    KeyUsage,
    /// The chain breaks another rule: a signature in it, an authority as signer, a path too long.
    BadChain,
    /// The time stamp in the signature is not valid, so it attests nothing.
    BadTimeStamp,
}
