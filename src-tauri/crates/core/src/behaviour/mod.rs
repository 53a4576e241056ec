//! How a plan and what is dirty become command lines.

pub mod capabilities;
pub mod classify;
pub mod direct;
pub mod options;
pub mod pull;
pub mod renames;
pub mod rsync;
pub mod ssh_moves;
pub mod words;
