//! The engine against real programs: rsync, its daemon, and children that do not want to end.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "these are tests, helpers included")]

#[path = "../common/mod.rs"]
mod common;

mod command;
mod driver;
mod outside;
mod password;
mod probe;
mod ssh;
mod support;
mod trial;
