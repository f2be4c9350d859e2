//! The signed data of a PAdES baseline signature.

use super::super::oid;
use super::super::tlv::{
    INTEGER, NULL, OCTET_STRING, OID, SEQUENCE, SET, context, write, write_all,
};
use super::super::{Algorithm, certificate::Certificate};

/// The attributes that are signed: content type, digest of the file, digest of the certificate. The
/// baseline forbids the signing time here; it stands in the PDF.
pub(in crate::sign) struct Attributes(Vec<u8>);

impl Attributes {
    /// For a file of this SHA-256, signed with this certificate.
    pub(in crate::sign) fn new(digest: &[u8; 32], certificate: &[u8]) -> Self {
        let fingerprint = ring::digest::digest(&ring::digest::SHA256, certificate);
        // SHA-256 is the default of the attribute, so DER leaves it out.
        let reference = write(
            SEQUENCE,
            &write(
                SEQUENCE,
                &write(SEQUENCE, &write(OCTET_STRING, fingerprint.as_ref())),
            ),
        );
        let mut all = [
            attribute(oid::CONTENT_TYPE, &write(OID, oid::DATA)),
            attribute(oid::MESSAGE_DIGEST, &write(OCTET_STRING, digest)),
            attribute(oid::SIGNING_CERTIFICATE_V2, &reference),
        ];
        // The order of a set in DER.
        all.sort();
        Self(all.concat())
    }

    /// What is signed.
    pub(in crate::sign) fn message(&self) -> Vec<u8> {
        write(SET, &self.0)
    }

    /// The whole, with the signature over [`message`](Self::message). `chain` begins with the
    /// certificate of the signer. Version 1: X.509 certificates only, content of type data, signer by
    /// issuer and serial number.
    pub(in crate::sign) fn finish(
        &self,
        algorithm: Algorithm,
        chain: &[Vec<u8>],
        signature: &[u8],
    ) -> Option<Vec<u8>> {
        let signer = Certificate::read(chain.first()?)?;
        let version = write(INTEGER, &[1]);
        let sha256 = write(SEQUENCE, &write(OID, oid::SHA256));
        let algorithm = match algorithm {
            Algorithm::EcdsaP256 => write(SEQUENCE, &write(OID, oid::ECDSA_SHA256)),
            Algorithm::Rsa => {
                write_all(SEQUENCE, &[&write(OID, oid::RSA_SHA256), &write(NULL, &[])])
            }
        };
        let info = write_all(
            SEQUENCE,
            &[
                &version,
                &write_all(SEQUENCE, &[signer.issuer, &write(INTEGER, signer.serial)]),
                &sha256,
                &write(context(0), &self.0),
                &algorithm,
                &write(OCTET_STRING, signature),
            ],
        );
        let mut certificates = chain.to_vec();
        certificates.sort();
        certificates.dedup();
        let data = write_all(
            SEQUENCE,
            &[
                &version,
                &write(SET, &sha256),
                &write(SEQUENCE, &write(OID, oid::DATA)),
                &write(context(0), &certificates.concat()),
                &write(SET, &info),
            ],
        );
        Some(write_all(
            SEQUENCE,
            &[&write(OID, oid::SIGNED_DATA), &write(context(0), &data)],
        ))
    }
}

fn attribute(name: &[u8], value: &[u8]) -> Vec<u8> {
    write_all(SEQUENCE, &[&write(OID, name), &write(SET, value)])
}
