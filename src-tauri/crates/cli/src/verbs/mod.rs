//! The verbs: what can be done beside running a configuration.

pub mod password;
pub mod receive;
mod said;
