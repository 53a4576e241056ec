//! What Driftless decides.
//!
//! Nothing in here opens a file, starts a process, reads a clock or waits: time and facts come in as
//! [`mirror::Input`], what is to be done goes out as [`mirror::Effect`]. That is what makes the engine
//! testable by the thousand worlds in a second.
#![warn(missing_docs)]

pub mod alert;
pub mod behaviour;
pub mod budget;
pub mod change;
pub mod combine;
pub mod conditions;
pub mod config;
pub mod diagnose;
pub mod disk;
pub mod facts;
pub mod filter;
pub mod gates;
pub mod hold;
pub mod job;
pub mod meter;
pub mod mirror;
pub mod moves;
pub mod native;
pub mod pass;
pub mod paths;
pub mod picture;
pub mod plan;
pub mod problem;
pub mod queue;
pub mod record;
pub mod retry;
pub mod safety;
pub mod said;
pub mod say;
pub mod schedule;
mod sent_times;
pub mod sentence;
pub mod slots;
pub mod ssh;
pub mod sync_state;
mod sync_view;
pub mod target;
pub mod time;
pub mod trash;
pub mod tray;
pub mod view;
pub mod work;
