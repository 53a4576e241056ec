//! The window program on a desktop of its own: a session bus, an X server without a screen, and the two services that a
//! desktop has for it (a tray, notifications) played by the test. Everything else is real.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "these are tests, helpers included"
)]

mod accidents;
mod answers;
mod at_rest;
mod axe;
#[path = "../common/bus.rs"]
mod bus;
#[path = "../common/mod.rs"]
mod common;
mod desktop;
mod dialogs;
mod driver;
mod first_disk;
mod first_run;
mod hostile;
mod menu;
#[path = "../common/namespace.rs"]
mod namespace;
mod notices;
mod person;
mod policy;
mod processes;
mod restart;
mod screen;
mod tray;
mod window;
