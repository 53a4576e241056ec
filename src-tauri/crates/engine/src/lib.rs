//! What Driftless does: it watches, runs rsync, asks the keyring, and runs one loop around `driftless-core`.
#![warn(missing_docs)]

pub mod brought_back;
pub mod control;
mod dir_files;
mod direct;
mod driver;
mod handle;
pub mod history;
pub mod locks;
pub mod look;
pub mod modules;
pub mod outside;
pub mod places;
pub mod probe;
mod question;
pub mod receiver;
pub mod record;
pub mod run;
mod run_once;
pub mod sample;
pub mod secrets;
pub mod spare;
pub mod ssh;
pub mod status_file;
pub mod survey;
pub mod target_reader;
pub mod trial;
pub mod watch;

pub use driver::{Kind, Ran};
pub use handle::{EngineOptions, Event, Gone, Handle, MakeWatcher, StartError, start};
