//! Limits of the profiles, with the defaults of the requirements (2.7, G36, G37).

use std::{net::IpAddr, time::Duration};

use super::{coerce::Bounds, types::Marks};
use crate::http::{origin::Origins, rate::Bucket};

/// Who is asking, as far as limits go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Without a session.
    Anonymous,
    /// With a session.
    User,
    /// With a machine token.
    Machine,
    /// Documents of the server itself.
    Internal,
}

/// Limits of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Length of the document, in bytes.
    pub document_bytes: usize,
    /// Tokens of the document.
    pub tokens: usize,
    /// Fields, fragments expanded.
    pub fields: u64,
    /// Levels of fields.
    pub depth: u64,
    /// Cost of an operation.
    pub cost: u64,
    /// Rows of a page.
    pub page: u64,
    /// The bucket; `None` for no rate limit.
    pub bucket: Option<Bucket>,
    /// How long the answer is waited for.
    pub wait: Duration,
    /// Longest answer, in bytes.
    pub answer_bytes: usize,
}

/// Settings of the endpoint.
#[derive(Debug, Clone)]
pub struct Config {
    /// Limits without a session.
    pub anonymous: Limits,
    /// Limits with a session.
    pub user: Limits,
    /// Limits with a machine token.
    pub machine: Limits,
    /// Limits of the server's own documents.
    pub internal: Limits,
    /// Limits of documents that ask for nothing but `__schema` and `__type`; the bucket is the caller's.
    pub introspection: Limits,
    /// Aliases, fragments expanded.
    pub aliases: u64,
    /// Directives on one place.
    pub directives_at_once: usize,
    /// Directives of a document.
    pub directives: usize,
    /// Root fields of a mutation.
    pub root_mutations: u64,
    /// Elements of an input list (G74).
    pub list: usize,
    /// Characters of an input text.
    pub text: usize,
    /// Body after decompression, in bytes.
    pub body_bytes: usize,
    /// Time for the body to arrive.
    pub body_wait: Duration,
    /// Operations at once for one principal.
    pub concurrent_per_principal: usize,
    /// Operations at once in the process.
    pub concurrent: usize,
    /// How long an operation waits for its turn.
    pub turn_wait: Duration,
    /// Bucket that all people of a hospital share; `None` for none.
    pub hospital: Option<Bucket>,
    /// Bucket of the sign-ins from one address, in place of the caller's own; `None` for none.
    ///
    /// A ward lies behind one address: sixty people sign in at once, then one each second. What a
    /// stranger can do with it is bounded by the throttle of failures, which are rows.
    pub login_address: Option<Bucket>,
    /// Bucket of the sign-ins to one account from one address; `None` for none.
    pub login_account: Option<Bucket>,
    /// Answer partial data with 294, as the draft of 2026 wants it.
    pub partial_294: bool,
    /// Whether GraphiQL is served to people who are signed in.
    pub graphiql: bool,
    /// Origins that may use the API from a browser.
    pub origins: Origins,
    /// Addresses of proxies whose `X-Forwarded-For` and `-Proto` count.
    pub proxies: Vec<IpAddr>,
    /// Names that the cost model treats in their own way.
    pub marks: Marks,
}

const KIB: usize = 1024;

impl Default for Config {
    fn default() -> Self {
        let user = Limits {
            document_bytes: 64 * KIB,
            tokens: 2_000,
            fields: 1_000,
            depth: 12,
            cost: 5_000,
            page: 100,
            bucket: Some(Bucket {
                capacity: 5_000,
                refill_per_s: 500,
            }),
            wait: Duration::from_secs(5),
            answer_bytes: 5 * KIB * KIB,
        };
        let small = Limits {
            document_bytes: 16 * KIB,
            tokens: 1_000,
            ..user
        };
        Self {
            anonymous: Limits {
                fields: 200,
                cost: 200,
                bucket: Some(Bucket {
                    capacity: 200,
                    refill_per_s: 10,
                }),
                ..small
            },
            user,
            machine: Limits {
                cost: 10_000,
                bucket: Some(Bucket {
                    capacity: 10_000,
                    refill_per_s: 500,
                }),
                ..user
            },
            internal: Limits {
                cost: 100_000,
                page: 5_000,
                bucket: None,
                wait: Duration::from_secs(30),
                answer_bytes: 8 * KIB * KIB,
                ..user
            },
            introspection: Limits {
                fields: 400,
                depth: 16,
                cost: 100,
                ..small
            },
            aliases: 30,
            directives_at_once: 5,
            directives: 50,
            root_mutations: 5,
            list: 250,
            text: 100_000,
            body_bytes: 256 * KIB,
            body_wait: Duration::from_secs(15),
            concurrent_per_principal: 16,
            concurrent: 64,
            turn_wait: Duration::from_secs(1),
            hospital: None,
            login_address: Some(Bucket {
                capacity: 3_600,
                refill_per_s: 60,
            }),
            login_account: Some(Bucket {
                capacity: 600,
                refill_per_s: 6,
            }),
            partial_294: false,
            graphiql: false,
            origins: Origins::default(),
            proxies: Vec::new(),
            marks: Marks::default(),
        }
    }
}

impl Config {
    /// Limits of a profile.
    pub fn limits(&self, profile: Profile) -> &Limits {
        match profile {
            Profile::Anonymous => &self.anonymous,
            Profile::User => &self.user,
            Profile::Machine => &self.machine,
            Profile::Internal => &self.internal,
        }
    }

    /// Bounds of inputs for a profile.
    pub fn bounds(&self, profile: Profile) -> Bounds {
        Bounds {
            page: self.limits(profile).page,
            list: self.list,
            text: self.text,
        }
    }
}
