//! `driftlessd` from outside: its words, its exit codes, its files, its life as a process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod broken;
mod control;
mod grammar;
mod home;
mod logs;
mod process;
mod status_file;
mod verbs;
