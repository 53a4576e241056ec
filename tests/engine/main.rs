//! The engine against real programs: rsync, its daemon, and children that do not want to end.

#[path = "../common/mod.rs"]
mod common;

mod command;
mod password;
mod support;
