//! From the options of a sync to command lines.

pub mod options;
pub mod words;
