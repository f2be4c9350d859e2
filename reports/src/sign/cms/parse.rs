//! `SignedData` of one signer, and what a time-stamp token says.

use chrono::{DateTime, Utc};

use super::super::algorithm::Identifier;
use super::super::certificate::{Certificate, instant};
use super::super::oid;
use super::super::tlv::{
    GENERALIZED_TIME, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, SET, Tlv, context, write,
};

/// Certificates of one signature.
const MAX_CERTIFICATES: usize = 32;

/// Signed data of one signer.
pub(in crate::sign) struct SignedData<'a> {
    pub(in crate::sign) content_type: &'a [u8],
    /// None in a detached signature.
    pub(in crate::sign) content: Option<Vec<u8>>,
    /// Those that can be read.
    pub(in crate::sign) certificates: Vec<Certificate<'a>>,
    pub(in crate::sign) signer: SignerInfo<'a>,
}

/// What the signer adds.
pub(in crate::sign) struct SignerInfo<'a> {
    id: SignerId<'a>,
    pub(in crate::sign) digest: &'a [u8],
    signed: Option<Tlv<'a>>,
    pub(in crate::sign) algorithm: Identifier<'a>,
    pub(in crate::sign) signature: Vec<u8>,
    unsigned: Option<Tlv<'a>>,
}

enum SignerId<'a> {
    Serial { issuer: &'a [u8], serial: &'a [u8] },
    Key(&'a [u8]),
}

impl<'a> SignedData<'a> {
    /// Reads the first element of `bytes`; padding behind it is not looked at.
    pub(in crate::sign) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut info = Tlv::first(bytes)
            .filter(|info| info.tag == SEQUENCE)?
            .inside();
        (info.expect(OID)?.value == oid::SIGNED_DATA).then_some(())?;
        let mut data = info.expect(context(0))?.inside().expect(SEQUENCE)?.inside();
        data.expect(INTEGER)?;
        data.expect(SET)?;
        let mut content = data.expect(SEQUENCE)?.inside();
        let content_type = content.expect(OID)?.value;
        let content = match content.optional(context(0)) {
            Some(content) => Some(content.inside().next()?.octets()?),
            None => None,
        };
        let certificates: Vec<_> = data
            .optional(context(0))
            .map_or(Reader(&[]), Tlv::inside)
            .take(MAX_CERTIFICATES)
            .filter_map(|one| Certificate::read(one.raw))
            .collect();
        data.optional(context(1));
        let mut signers = data.expect(SET)?.inside();
        let signer = SignerInfo::read(signers.expect(SEQUENCE)?)?;
        signers.is_empty().then_some(Self {
            content_type,
            content,
            certificates,
            signer,
        })
    }

    /// The certificate that the signer names.
    pub(in crate::sign) fn signer_certificate(&self) -> Option<&Certificate<'a>> {
        self.certificates.iter().find(|one| match self.signer.id {
            SignerId::Serial { issuer, serial } => one.issuer == issuer && one.serial == serial,
            SignerId::Key(id) => one.key_id == Some(id),
        })
    }
}

impl<'a> SignerInfo<'a> {
    fn read(info: Tlv<'a>) -> Option<Self> {
        let mut parts = info.inside();
        parts.expect(INTEGER)?;
        let id = match parts.next()? {
            Tlv {
                tag: SEQUENCE,
                value,
                ..
            } => {
                let mut pair = Reader(value);
                SignerId::Serial {
                    issuer: pair.expect(SEQUENCE)?.raw,
                    serial: pair.expect(INTEGER)?.value,
                }
            }
            Tlv {
                tag: 0x80, value, ..
            } => SignerId::Key(value),
            _ => return None,
        };
        let digest = Identifier::read(parts.expect(SEQUENCE)?)?.name;
        let signed = parts.optional(context(0));
        // What is hashed is the DER of the attributes; of anything else it cannot be known.
        if signed.is_some_and(|signed| !signed.definite) {
            return None;
        }
        Some(Self {
            id,
            digest,
            signed,
            algorithm: Identifier::read(parts.expect(SEQUENCE)?)?,
            signature: parts.next()?.octets()?,
            unsigned: parts.optional(context(1)),
        })
    }

    /// The attributes as they are signed, if there are any.
    pub(in crate::sign) fn signed_bytes(&self) -> Option<Vec<u8>> {
        self.signed.map(|signed| write(SET, signed.value))
    }

    /// The only value of a signed attribute. `Err` if it is there in another way.
    pub(in crate::sign) fn signed(&self, name: &[u8]) -> Result<Option<Tlv<'a>>, ()> {
        attribute(self.signed, name)
    }

    /// The same of an unsigned one.
    pub(in crate::sign) fn unsigned(&self, name: &[u8]) -> Result<Option<Tlv<'a>>, ()> {
        attribute(self.unsigned, name)
    }

    /// The instant that the signer claims in an attribute.
    pub(in crate::sign) fn claimed_at(&self) -> Option<DateTime<Utc>> {
        self.signed(oid::SIGNING_TIME)
            .ok()
            .flatten()
            .and_then(instant)
    }
}

fn attribute<'a>(set: Option<Tlv<'a>>, name: &[u8]) -> Result<Option<Tlv<'a>>, ()> {
    let mut found = None;
    let mut set = set.map_or(Reader(&[]), Tlv::inside);
    while !set.is_empty() {
        let mut attribute = set.expect(SEQUENCE).ok_or(())?.inside();
        if attribute.expect(OID).ok_or(())?.value == name {
            let mut values = attribute.expect(SET).ok_or(())?.inside();
            let value = values.next().ok_or(())?;
            if !values.is_empty() || found.replace(value).is_some() {
                return Err(());
            }
        }
    }
    Ok(found)
}

/// What a time-stamp token (RFC 3161) says.
pub(in crate::sign) struct Token<'a> {
    /// The digest algorithm of the imprint.
    pub(in crate::sign) digest: &'a [u8],
    pub(in crate::sign) imprint: &'a [u8],
    pub(in crate::sign) at: DateTime<Utc>,
}

impl<'a> Token<'a> {
    /// Reads the content of the token's signed data.
    pub(in crate::sign) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut info = Reader(bytes).expect(SEQUENCE)?.inside();
        info.expect(INTEGER)?;
        info.expect(OID)?;
        let mut imprint = info.expect(SEQUENCE)?.inside();
        let digest = Identifier::read(imprint.expect(SEQUENCE)?)?.name;
        let imprint = imprint.expect(OCTET_STRING)?.value;
        info.expect(INTEGER)?;
        Some(Self {
            digest,
            imprint,
            at: instant(info.expect(GENERALIZED_TIME)?)?,
        })
    }
}
