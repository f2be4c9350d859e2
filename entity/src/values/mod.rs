//! Enums of the contract: the stored word is the wire word.
//!
//! The doc comment of each variant is its description in the GraphQL schema: Chinese first, then
//! English. Terms and identifiers follow `entity/data/glossary.json`.

macro_rules! first {
    ($first:ident $(, $other:ident)*) => {
        Self::$first
    };
}

/// Declares an enum whose variants are stored and shown as the given words.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            sea_orm::EnumIter, sea_orm::DeriveActiveEnum, async_graphql::Enum,
            serde::Serialize, serde::Deserialize,
        )]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $($(#[$vmeta])* #[sea_orm(string_value = $word)] #[graphql(name = $word)] #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every value, in the order of the source.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the stored word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl crate::partial::Blank for $name {
            fn blank() -> Self {
                first!($($variant),+)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

mod account;
mod contract;
mod inspection;
mod knowledge;
mod report;
mod sla;
mod system;
mod ticket;

pub use account::*;
pub use contract::*;
pub use inspection::*;
pub use knowledge::*;
pub use report::*;
pub use sla::*;
pub use system::*;
pub use ticket::*;
