//! What every running Driftless is made of, with a window or without: its configuration read and checked, the locks that
//! it holds, and what it answers over its control socket.
#![warn(missing_docs)]

mod desk;
mod document;
mod files;
mod held;
mod load;
mod pidfile;
mod source;

pub use desk::Desk;
pub use document::{Document, Saved, Sheet};
pub use files::{Unreadable, read_bounded};
pub use held::{Held, Refusal};
pub use load::{Ground, Loaded, NotLoaded, identity_of_file, pattern_file};
pub use source::{Format, Read, read_config};
