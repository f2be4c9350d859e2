//! A private key in a PKCS#12 file. Only `ring` computes with it.

use p12_keystore::{Pkcs12Archive, error::Error as ArchiveError};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use zeroize::Zeroizing;

use super::algorithm::bits_of;
use super::certificate::Certificate;
use super::cms::Attributes;
use super::tlv::{INTEGER, OCTET_STRING, OID, Reader, SEQUENCE};
use super::{Algorithm, DigestToSign, ReportSigner, SignError, oid};

/// Certificates of one file.
const MAX_CHAIN: usize = 8;

/// Why a PKCS#12 file cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// It is no PKCS#12 file, or one with another protection.
    Unreadable,
    /// The password is wrong.
    Password,
    /// It has no private key, or several.
    NoSingleKey,
    /// No certificate in it belongs to the key.
    NoCertificate,
    /// Another key than ECDSA on P-256 or RSA from 2,048 to 4,096 bits.
    UnsupportedKey,
    /// The certificate is not for signing.
    KeyUsage,
}

impl std::fmt::Display for KeyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "not a PKCS#12 file that can be read",
            Self::Password => "wrong password",
            Self::NoSingleKey => "not exactly one private key",
            Self::NoCertificate => "no certificate of the key",
            Self::UnsupportedKey => "not a key of ECDSA P-256 or RSA 2048 to 4096",
            Self::KeyUsage => "the certificate is not for signing",
        })
    }
}

impl std::error::Error for KeyError {}

enum Pair {
    Ecdsa(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

/// Signs with the key of a PKCS#12 file.
pub struct Pkcs12Signer {
    pair: Pair,
    /// Certificates in DER, that of the signer first.
    chain: Vec<Vec<u8>>,
    random: SystemRandom,
}

impl std::fmt::Debug for Pkcs12Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pkcs12Signer").finish_non_exhaustive()
    }
}

impl Pkcs12Signer {
    /// Opens a file: PBES2 with AES, and the older 3DES and RC2 of Java and Windows. It must hold one
    /// private key and its certificate; further certificates go into the signature.
    ///
    /// # Errors
    /// Any [`KeyError`].
    pub fn open(p12: &[u8], password: &str) -> Result<Self, KeyError> {
        let archive = Pkcs12Archive::from_pkcs12(p12, password).map_err(|error| match error {
            // Without a check sum the padding tells a wrong password.
            ArchiveError::MacError(_) | ArchiveError::UnpadError => KeyError::Password,
            _ => KeyError::Unreadable,
        })?;
        let [bag] = archive.keys.as_slice() else {
            return Err(KeyError::NoSingleKey);
        };
        let pkcs8 = Zeroizing::new(bag.key.as_der().to_vec());
        let random = SystemRandom::new();
        let certificates: Vec<Certificate<'_>> = archive
            .certs
            .iter()
            .filter_map(|bag| Certificate::read(bag.cert.as_der()))
            .collect();
        let (pair, leaf) = pair_of(&pkcs8, &certificates, &random)?;
        if !leaf.may_sign() {
            return Err(KeyError::KeyUsage);
        }
        let mut chain = vec![leaf.raw.to_vec()];
        let mut issuer = leaf.issuer;
        while chain.len() < MAX_CHAIN
            && let Some(next) = certificates
                .iter()
                .find(|one| one.subject.raw == issuer && chain.iter().all(|c| c != one.raw))
        {
            chain.push(next.raw.to_vec());
            issuer = next.issuer;
        }
        Ok(Self {
            pair,
            chain,
            random,
        })
    }

    /// The certificate of the signer, DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        self.chain.first().map_or(&[], Vec::as_slice)
    }

    /// The algorithm of its key.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Ecdsa(_) => Algorithm::EcdsaP256,
            Pair::Rsa(_) => Algorithm::Rsa,
        }
    }
}

/// The key and the certificate that belongs to it.
fn pair_of<'a, 'c>(
    pkcs8: &[u8],
    certificates: &'c [Certificate<'a>],
    random: &dyn SecureRandom,
) -> Result<(Pair, &'c Certificate<'a>), KeyError> {
    let parts = || {
        let mut info = Reader(pkcs8).expect(SEQUENCE)?.inside();
        info.expect(INTEGER)?;
        let mut algorithm = info.expect(SEQUENCE)?.inside();
        let name = algorithm.expect(OID)?.value;
        let curve = algorithm.optional(OID).map(|curve| curve.value);
        Some((name, curve, info.expect(OCTET_STRING)?.value))
    };
    let (algorithm, curve, inner) = parts().ok_or(KeyError::Unreadable)?;
    match algorithm {
        oid::RSA => {
            let pair =
                RsaKeyPair::from_pkcs8(pkcs8).map_err(|_rejected| KeyError::UnsupportedKey)?;
            let public = pair.public();
            if bits_of(public.as_ref()).is_none_or(|bits| bits < 2_048) {
                return Err(KeyError::UnsupportedKey);
            }
            let leaf = certificates
                .iter()
                .find(|one| one.key.algorithm == oid::RSA && one.key.bits == public.as_ref())
                .ok_or(KeyError::NoCertificate)?;
            Ok((Pair::Rsa(pair), leaf))
        }
        oid::EC if curve == Some(oid::P256) => {
            let secret = || {
                let mut key = Reader(inner).expect(SEQUENCE)?.inside();
                key.expect(INTEGER)?;
                Some(key.expect(OCTET_STRING)?.value)
            };
            let secret = secret().ok_or(KeyError::Unreadable)?;
            // Java leaves the public key out, so it is taken from the certificate; `ring` compares.
            certificates
                .iter()
                .filter(|one| one.key.curve == Some(oid::P256))
                .find_map(|one| {
                    EcdsaKeyPair::from_private_key_and_public_key(
                        &ECDSA_P256_SHA256_ASN1_SIGNING,
                        secret,
                        one.key.bits,
                        random,
                    )
                    .ok()
                    .map(|pair| (Pair::Ecdsa(pair), one))
                })
                .ok_or(KeyError::NoCertificate)
        }
        _ => Err(KeyError::UnsupportedKey),
    }
}

impl ReportSigner for Pkcs12Signer {
    fn cms(&self, digest: &DigestToSign) -> Result<Vec<u8>, SignError> {
        let attributes = Attributes::new(&digest.0, self.certificate());
        let message = attributes.message();
        let signature = match &self.pair {
            Pair::Ecdsa(pair) => pair
                .sign(&self.random, &message)
                .map(|signature| signature.as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &self.random, &message, &mut signature)
                    .map(|()| signature)
            }
        }
        .map_err(|ring::error::Unspecified| SignError::Signer)?;
        attributes
            .finish(self.algorithm(), &self.chain, &signature)
            .ok_or(SignError::Signer)
    }
}
