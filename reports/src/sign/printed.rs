//! What a report prints about itself on its last page.

/// Digits of the data's hash in the address of verification.
const PREFIX: usize = 16;

/// Number, revision and hash of the data, as a person reads them on the last page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// Number of the report.
    pub number: String,
    /// Revision, from 1.
    pub revision: u32,
    /// SHA-256 of its data, 64 lower-case hexadecimal digits.
    pub data_sha256: String,
}

impl Printed {
    /// Reads the text of a last page ([`page_texts`](super::page_texts)): the address of verification,
    /// and the hash that it abbreviates. `None` if this is no report of ours.
    #[must_use]
    pub fn read(page: &str) -> Option<Self> {
        let (_, rest) = page.split_once("/verify?number=")?;
        let (number, rest) = rest.split_once("&revision=")?;
        let (revision, rest) = rest.split_once("&data=")?;
        let prefix = rest.get(..PREFIX)?;
        let data_sha256 = page
            .match_indices(prefix)
            .filter_map(|(at, _)| page.get(at..at + 64))
            .find(|text| {
                text.bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            })?;
        let is_number = !number.is_empty()
            && number
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_number.then_some(())?;
        Some(Self {
            number: number.to_owned(),
            revision: revision.parse().ok()?,
            data_sha256: data_sha256.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_revision_and_hash_are_read_from_the_last_page() {
        let hash = "b1ff88633b2f84d797b7ef94f708b3fa67b4b14d3049cabfd1c47819f9fd5d77";
        let page = |hash: &str, address: &str| {
            format!(
                "模板指纹{0}数据校验值{hash}核验地址{address}第15页",
                "8".repeat(64)
            )
        };
        let address =
            "https://a.example/verify?number=XJBG-2026-0007&revision=2&data=b1ff88633b2f84d7";
        let printed = Printed::read(&page(hash, address)).unwrap();
        assert_eq!(
            (
                printed.number.as_str(),
                printed.revision,
                printed.data_sha256.as_str()
            ),
            ("XJBG-2026-0007", 2, hash)
        );
        for (hash, address) in [
            (&hash[..60], address),
            (
                hash,
                "https://a.example/verify?number=&revision=2&data=b1ff88633b2f84d7",
            ),
            (
                hash,
                "https://a.example/verify?number=A&revision=x&data=b1ff88633b2f84d7",
            ),
            (
                hash,
                "https://a.example/verify?number=A&revision=1&data=b1ff",
            ),
            (
                hash,
                "https://a.example/verify?number=A&revision=1&data=0000000000000000",
            ),
            (hash, ""),
        ] {
            assert_eq!(Printed::read(&page(hash, address)), None, "{address}");
        }
    }
}
