//! The watcher against real file systems: the contract on every backend, then what only inotify promises.
//!
//! A test changes files, asks the watcher to vouch, and looks at everything said until it did: no test waits for time
//! to pass. Each row of the table of inotify's surprises (renames, removals, overflow, mounts, limits) has a test.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod bench;
mod contract;
mod inotify;
mod namespaces;
mod remote;
