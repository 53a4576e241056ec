//! What Driftless does: it watches, runs rsync, asks the keyring, and runs one loop around `driftless-core`.
#![warn(missing_docs)]

pub mod look;
pub mod places;
pub mod receiver;
pub mod run;
pub mod secrets;
pub mod watch;
