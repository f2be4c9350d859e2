//! Bytes of an answer that several parts of a build look at without a copy of each.

use std::{fmt, ops::Range, sync::Arc};

use super::scan::{self, Nodes};

/// A part of an answer, which stays in memory as long as one of its parts does.
#[derive(Clone)]
pub struct Piece {
    whole: Arc<Vec<u8>>,
    range: Range<usize>,
    /// Of an answer whose nodes were seen on the way.
    nodes: Option<Arc<Nodes>>,
}

impl Piece {
    /// An answer with the nodes that were found in it.
    pub(super) fn with(mut self, nodes: Option<Arc<Nodes>>) -> Piece {
        self.nodes = nodes;
        self
    }

    /// The nodes of an answer that is a page of a list.
    pub(crate) fn nodes(&self) -> Option<Arc<Nodes>> {
        if let Some(nodes) = &self.nodes {
            return Some(Arc::clone(nodes));
        }
        let bytes = self.bytes();
        let text = bytes.trim_ascii_start();
        let skipped = bytes.len() - text.len();
        let (_, nodes) = scan::answer(text, 0)?;
        let mut nodes = nodes?;
        for one in nodes.each.iter_mut().chain([&mut nodes.place]) {
            *one = one.start + skipped..one.end + skipped;
        }
        Some(Arc::new(nodes))
    }

    /// A part of this part; nothing if it does not lie inside.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Option<Piece> {
        self.bytes().get(range.clone())?;
        let at = self.range.start;
        Some(Piece {
            whole: Arc::clone(&self.whole),
            range: at + range.start..at + range.end,
            nodes: None,
        })
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.whole.get(self.range.clone()).unwrap_or_default()
    }
}

impl From<Vec<u8>> for Piece {
    fn from(whole: Vec<u8>) -> Piece {
        let range = 0..whole.len();
        Piece {
            whole: Arc::new(whole),
            range,
            nodes: None,
        }
    }
}

impl From<String> for Piece {
    fn from(whole: String) -> Piece {
        Piece::from(whole.into_bytes())
    }
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.range.len())
    }
}
