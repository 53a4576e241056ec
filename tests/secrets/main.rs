//! Passwords and the receiver, end to end: a real Secret Service on a bus of its own, a real rsync on both sides.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests, helpers included")]

mod around;
#[path = "../common/bus.rs"]
mod bus;
#[path = "../common/mod.rs"]
mod common;
mod keyring;
mod receiver;
mod session;
