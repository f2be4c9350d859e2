//! Signatures: made, judged by ourselves and by two other programs, and kept honest by broken files.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test may panic, print and write files of its own"
)]

mod hostile;
mod key;
mod others;
mod outside;
mod own;
mod paper;
mod party;
mod peer;
