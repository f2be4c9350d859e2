//! icuops
fn main() {}
