//! The native file: TOML under lsyncd's names, with `[settings]`, `[app]`, `[[sync]]`, `[sync.rsync]`,
//! `[sync.ssh]` and `[sync.driftless]`.
//!
//! Laws: `parse(write(c)) == c`; `parse(update(t, c)) == c`; `update(t, parse(t))` is `t` byte for byte, and the
//! comments of what an update did not touch survive it. (A TOML number ends at 2^63 - 1; larger ones are written
//! as that.)

mod read;
mod update;
mod write;

pub(crate) use read::{entries_of, syntax};
pub use read::{keys, parse, parse_bytes};
pub use update::update;
pub use write::write;
