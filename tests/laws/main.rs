//! Laws: what must hold for every input, tried on random worlds against the real programs.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends at the first surprise and says what it tried"
)]

mod chance;
mod filter;
