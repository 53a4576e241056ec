//! Reads and writes configurations: the native TOML file and lsyncd.conf, both to and from
//! [`driftless_core::config::Config`].
//!
//! String in, value out: nothing in here opens a file. What another file would have to give (`dofile`) and the
//! environment come in as closures. Both readers turn their text into the same tree of [`node::Node`]s, and one
//! checker, [`shape`], holds that tree against the schema of the model and finds all that is wrong with it at once.
//!
//! No input may crash or hang a reader: sizes, depths, counts and Lua's own time and memory are bounded, and what
//! goes over a bound is refused by name.
#![warn(missing_docs)]

mod keys;
pub mod lsyncd;
mod node;
mod shape;
pub mod toml;

pub use keys::Keys;

/// The longest configuration that is read, in bytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
