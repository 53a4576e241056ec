//! `driftlessd` itself against real rsync daemons: what a person who starts it would see.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "these are tests, helpers included"
)]

#[path = "../common/bus.rs"]
mod bus;
#[path = "../common/mod.rs"]
mod common;
#[path = "../secrets/session.rs"]
#[allow(dead_code, reason = "the tests of secrets use the rest")]
mod session;

mod background;
mod calls;
#[path = "../laws/chance.rs"]
#[allow(dead_code, reason = "the laws use the rest")]
mod chance;
mod changes;
mod churn;
mod delete;
mod direct;
mod disks;
mod events;
mod failures;
mod faults;
mod guards;
mod hostile;
mod large;
mod live;
mod moves;
mod names;
#[path = "../common/namespace.rs"]
mod namespace;
mod parts;
mod renames;
mod restarts;
mod restore;
mod rows;
mod secrecy;
mod seed;
mod soak;
mod ssh;
mod ssh_rows;
mod ssh_shared;
mod support;
mod trash;
mod worlds;
