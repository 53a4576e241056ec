//! The works, and what each is held to.

mod changes;
mod refused;
mod renames;
mod ssh;
mod watching;

use super::figures::{Bar, Figure};
use super::program::Who;
use super::stage::Stage;

/// What a turn measured.
pub type Figures = Vec<(Figure, f64)>;

/// Something that both daemons do.
pub struct Work {
    /// As it is asked for.
    pub name: &'static str,
    /// For a person.
    pub says: &'static str,
    /// Directories that are watched in it.
    pub watches: usize,
    /// Takes so long that it is done once, and only when asked for.
    pub once: bool,
    /// What is done before the first round.
    pub prepare: fn(&Stage) -> Result<(), String>,
    /// One turn; nothing if this contestant does not take part.
    pub run: fn(&Stage, Who) -> Result<Option<Figures>, String>,
    /// What driftlessd is held to.
    pub bars: &'static [(Figure, Bar)],
}

/// All of them.
pub const WORKS: [&Work; 14] = [
    &watching::START,
    &watching::EXCLUDED,
    &watching::IDLE,
    &changes::ONE_FILE,
    &changes::ONE_FILE_DIRECT,
    &ssh::ONE_FILE,
    &changes::REWRITES,
    &changes::NEW_FILES,
    &changes::SPREAD,
    &changes::REMOVED,
    &changes::REMOVED_WITHOUT_INIT,
    &renames::MODULE,
    &refused::REFUSED,
    &watching::MILLION,
];
