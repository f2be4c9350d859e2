//! Digests and signatures that are verified: SHA-256, -384, -512 with RSA from 2,048 bits and with
//! ECDSA on P-256 and P-384.

use ring::digest::{self, SHA256, SHA384, SHA512};
use ring::signature::{self as algorithms, UnparsedPublicKey, VerificationAlgorithm};

use super::certificate::PublicKey;
use super::oid;
use super::tlv::{INTEGER, OID, Reader, SEQUENCE, Tlv, context};
use super::verified::Problem;

/// A digest algorithm by its identifier.
pub(super) fn digest_of(name: &[u8]) -> Result<&'static digest::Algorithm, Problem> {
    match name {
        oid::SHA256 => Ok(&SHA256),
        oid::SHA384 => Ok(&SHA384),
        oid::SHA512 => Ok(&SHA512),
        _ if name.starts_with(oid::NATIONAL) => Err(Problem::NationalAlgorithm),
        _ => Err(Problem::UnsupportedAlgorithm),
    }
}

/// An algorithm identifier with its parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identifier<'a> {
    pub(super) name: &'a [u8],
    parameters: Option<Tlv<'a>>,
}

impl<'a> Identifier<'a> {
    /// Reads one.
    pub(super) fn read(value: Tlv<'a>) -> Option<Self> {
        let mut parts = value.inside();
        Some(Self {
            name: parts.expect(OID)?.value,
            parameters: parts.next(),
        })
    }

    /// Of the padding with a salt: the digest, which must also be that of the mask and as long as the
    /// salt.
    fn salted(self) -> Option<&'a [u8]> {
        let mut parts = self.parameters?.inside();
        let hash = Self::read(parts.optional(context(0))?.inside().expect(SEQUENCE)?)?.name;
        let mask = Self::read(parts.optional(context(1))?.inside().expect(SEQUENCE)?)?;
        let inner = Self::read(mask.parameters?)?.name;
        let salt = match parts.optional(context(2)) {
            Some(salt) => salt.inside().expect(INTEGER)?.number()?,
            None => 20,
        };
        let length = digest_of(hash).ok()?.output_len();
        (inner == hash && usize::try_from(salt).ok()? == length).then_some(hash)
    }
}

/// Is this a signature over `message` with the key?
///
/// # Errors
/// [`Problem::SignatureInvalid`], or why it cannot be said.
pub(super) fn check(
    key: PublicKey<'_>,
    digest: &[u8],
    algorithm: Identifier<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Problem> {
    for name in [digest, algorithm.name, key.algorithm]
        .into_iter()
        .chain(key.curve)
    {
        if name.starts_with(oid::NATIONAL) {
            return Err(Problem::NationalAlgorithm);
        }
    }
    let verifier: &dyn VerificationAlgorithm = match key.algorithm {
        oid::RSA => {
            if bits_of(key.bits).ok_or(Problem::Malformed)? < 2_048 {
                return Err(Problem::WeakKey);
            }
            rsa(digest, algorithm)?
        }
        oid::EC => {
            let digest = match algorithm.name {
                oid::ECDSA_SHA256 => oid::SHA256,
                oid::ECDSA_SHA384 => oid::SHA384,
                oid::EC => digest,
                _ => return Err(Problem::UnsupportedAlgorithm),
            };
            match (key.curve, digest) {
                (Some(oid::P256), oid::SHA256) => &algorithms::ECDSA_P256_SHA256_ASN1,
                (Some(oid::P256), oid::SHA384) => &algorithms::ECDSA_P256_SHA384_ASN1,
                (Some(oid::P384), oid::SHA256) => &algorithms::ECDSA_P384_SHA256_ASN1,
                (Some(oid::P384), oid::SHA384) => &algorithms::ECDSA_P384_SHA384_ASN1,
                _ => return Err(Problem::UnsupportedAlgorithm),
            }
        }
        _ => return Err(Problem::UnsupportedAlgorithm),
    };
    UnparsedPublicKey::new(verifier, key.bits)
        .verify(message, signature)
        .map_err(|ring::error::Unspecified| Problem::SignatureInvalid)
}

fn rsa(
    digest: &[u8],
    algorithm: Identifier<'_>,
) -> Result<&'static dyn VerificationAlgorithm, Problem> {
    let unsupported = Problem::UnsupportedAlgorithm;
    if algorithm.name == oid::RSA_PSS {
        return match algorithm.salted().ok_or(unsupported)? {
            oid::SHA256 => Ok(&algorithms::RSA_PSS_2048_8192_SHA256),
            oid::SHA384 => Ok(&algorithms::RSA_PSS_2048_8192_SHA384),
            oid::SHA512 => Ok(&algorithms::RSA_PSS_2048_8192_SHA512),
            _ => Err(unsupported),
        };
    }
    let digest = match algorithm.name {
        oid::RSA => digest,
        oid::RSA_SHA256 => oid::SHA256,
        oid::RSA_SHA384 => oid::SHA384,
        oid::RSA_SHA512 => oid::SHA512,
        _ => return Err(unsupported),
    };
    match digest {
        oid::SHA256 => Ok(&algorithms::RSA_PKCS1_2048_8192_SHA256),
        oid::SHA384 => Ok(&algorithms::RSA_PKCS1_2048_8192_SHA384),
        oid::SHA512 => Ok(&algorithms::RSA_PKCS1_2048_8192_SHA512),
        _ => Err(unsupported),
    }
}

/// Length of the modulus of an RSA key in bits.
pub(super) fn bits_of(key: &[u8]) -> Option<usize> {
    let modulus = Reader(key)
        .expect(SEQUENCE)?
        .inside()
        .expect(INTEGER)?
        .value;
    let from = modulus.iter().position(|byte| *byte != 0)?;
    let digits = modulus.get(from..)?;
    let zeros = usize::try_from(digits.first()?.leading_zeros()).ok()?;
    Some(digits.len() * 8 - zeros)
}
