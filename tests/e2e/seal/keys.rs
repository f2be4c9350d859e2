//! Authorities, certificates and keys of a test, made while it runs.

use chrono::{DateTime, Utc};
use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use reports::sign::{Field, Pkcs12Signer, sign};

pub const PASSWORD: &str = "Sample-Key-4711";
/// The vendor of the test world.
pub const VENDOR: &str = "嘉和示范科技有限公司";

/// An authority.
pub struct Root {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
    der: Vec<u8>,
}

impl Root {
    pub fn new() -> Self {
        Self::named("Test Root")
    }

    pub fn named(name: &str) -> Self {
        let mut params = params(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            der: certificate.der().to_vec(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A unit with a key and a certificate of this authority.
    pub fn unit(&self, organization: &str, change: impl FnOnce(&mut CertificateParams)) -> Unit {
        let mut params = params("Seal 1");
        params
            .distinguished_name
            .push(DnType::OrganizationName, organization);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let chain = PrivateKeyChain::new(
            vec![1],
            PrivateKey::from_der(&key.serialize_der()).unwrap(),
            [certificate.der().as_ref(), &self.der].map(|der| Certificate::from_der(der).unwrap()),
        );
        let mut store = KeyStore::new();
        store.add_entry("seal", KeyStoreEntry::PrivateKeyChain(chain));
        Unit {
            p12: store.writer(PASSWORD).write().unwrap(),
            key,
        }
    }

    /// The vendor.
    pub fn vendor(&self) -> Unit {
        self.unit(VENDOR, |_| ())
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.use_authority_key_identifier_extension = true;
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    params
}

/// A certificate whose time is over.
pub fn expired(params: &mut CertificateParams) {
    params.not_after = date_time_ymd(2026, 1, 1);
}

/// A certificate that says that it is a sample.
pub fn sample(params: &mut CertificateParams) {
    params.distinguished_name.push(DnType::CommonName, "样章");
}

/// A unit that can sign.
pub struct Unit {
    pub p12: Vec<u8>,
    pub key: KeyPair,
}

impl Unit {
    pub fn sign(&self, pdf: &[u8]) -> Vec<u8> {
        self.sign_as("Seal1", pdf)
    }

    /// A further signature.
    pub fn sign_again(&self, pdf: &[u8]) -> Vec<u8> {
        self.sign_as("Seal2", pdf)
    }

    fn sign_as(&self, field: &str, pdf: &[u8]) -> Vec<u8> {
        let at: DateTime<Utc> = "2026-03-02T01:00:00Z".parse().unwrap();
        let signer = Pkcs12Signer::open(&self.p12, PASSWORD).unwrap();
        sign(pdf, &Field::new(field, "Seal", at), &signer).unwrap()
    }
}

/// The same document as a platform writes it anew: every object moves.
pub fn rewritten(pdf: &[u8]) -> Vec<u8> {
    let note = b"%rewritten by a platform\n";
    let find = |what: &[u8]| {
        pdf.windows(what.len())
            .rposition(|window| window == what)
            .unwrap()
    };
    let table = find(b"\nxref\n") + 1;
    let head = pdf.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let moved = |text: &str| format!("{:010}", text.parse::<usize>().unwrap() + note.len());
    let mut out = [&pdf[..head], note, &pdf[head..table]].concat();
    let text = String::from_utf8(pdf[table..].to_vec()).unwrap();
    let mut last_was_start = false;
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| {
            let changed = if last_was_start {
                (line.trim().parse::<usize>().unwrap() + note.len()).to_string()
            } else if line.len() >= 18 && line.as_bytes()[10] == b' ' && line.contains(" 00000 n") {
                format!("{}{}", moved(&line[..10]), &line[10..])
            } else {
                line.to_owned()
            };
            last_was_start = line.trim() == "startxref";
            changed
        })
        .collect();
    out.extend(lines.join("\n").into_bytes());
    out
}
