//! Keys and certificates of a test, made while it runs.

use chrono::{DateTime, Utc};
use p12_keystore::{
    Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, PrivateKey,
    PrivateKeyChain,
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SerialNumber, date_time_ymd,
};
use reports::sign::{Field, Pkcs12Signer, TrustRoots};

pub const PASSWORD: &str = "Test-1234!";

/// The day on which everything is signed and judged, unless a test says otherwise.
pub fn day() -> DateTime<Utc> {
    "2026-10-13T02:30:00Z".parse().unwrap()
}

pub fn field(name: &str) -> Field {
    Field::new(name, "单位数字签名（样章）", day())
}

/// An authority.
pub struct Root {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
    pub der: Vec<u8>,
}

impl Root {
    pub fn new(name: &str) -> Self {
        let mut params = params(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            der: certificate.der().to_vec(),
            issuer: Issuer::new(params, key),
        }
    }

    pub fn roots(&self) -> TrustRoots {
        TrustRoots::read(self.pem.as_bytes()).unwrap()
    }

    /// A party with a key on P-256.
    pub fn party(&self) -> Party {
        self.party_with(KeyPair::generate().unwrap(), |_| {})
    }

    pub fn party_with(&self, key: KeyPair, change: impl FnOnce(&mut CertificateParams)) -> Party {
        let mut params = params("某科技有限公司（样章）");
        params
            .distinguished_name
            .push(DnType::OrganizationName, "某科技有限公司");
        params.serial_number = Some(SerialNumber::from_slice(&[0x4E, 0x1A, 0x07]));
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::ContentCommitment,
        ];
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Party {
            key,
            pem: certificate.pem(),
            der: certificate.der().to_vec(),
            root: self.der.clone(),
        }
    }

    /// One that stamps times.
    pub fn stamper(&self, key: KeyPair) -> Party {
        self.party_with(key, |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::TimeStamping];
        })
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.use_authority_key_identifier_extension = true;
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    params
}

/// A key with its certificate.
pub struct Party {
    pub key: KeyPair,
    pub pem: String,
    pub der: Vec<u8>,
    root: Vec<u8>,
}

impl Party {
    pub fn p12(&self) -> Vec<u8> {
        self.p12_with(
            &self.key.serialize_der(),
            EncryptionAlgorithm::PbeWithHmacSha256AndAes256,
            MacAlgorithm::HmacSha256,
        )
    }

    pub fn p12_with(&self, pkcs8: &[u8], kind: EncryptionAlgorithm, mac: MacAlgorithm) -> Vec<u8> {
        let chain = PrivateKeyChain::new(
            vec![1],
            PrivateKey::from_der(pkcs8).unwrap(),
            [&self.der, &self.root].map(|der| Certificate::from_der(der).unwrap()),
        );
        let mut store = KeyStore::new();
        store.add_entry("seal", KeyStoreEntry::PrivateKeyChain(chain));
        store
            .writer(PASSWORD)
            .encryption_algorithm(kind)
            .mac_algorithm(mac)
            .write()
            .unwrap()
    }

    pub fn signer(&self) -> Pkcs12Signer {
        Pkcs12Signer::open(&self.p12(), PASSWORD).unwrap()
    }
}
