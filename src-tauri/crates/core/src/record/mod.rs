//! What outlives the program, for each sync: as notes, which the engine writes behind one another, and as the past that they
//! make when they are read again.
//!
//! Rules
//! - [`Note::Began`] is the first note, [`Note::Stopped`] the last one of a clean stop. Without it the stop was unclean, and
//!   everything has to be compared.
//! - Noted at once is what no pass can restore: under `delete = "running"` what is gone (nobody could tell it from a stranger
//!   afterwards), what stood at both ends, what somebody allowed, since when something is not at the target.
//! - Everything else that waits is noted at a clean stop only. After any other a pass finds it.
//! - A run starts only when every note before it is on the disk, but for the time since when something waits: it decides nothing.
//! - The notes of one [`crate::mirror::Effect::Record`] are read together or not at all; a row of them cut anywhere is an
//!   earlier state, of an unclean stop.
//!
//! Nothing secret is in it: paths, times, codes.

mod past;
mod roots;

pub use past::{MOST, Past};
pub use roots::{Root, Roots};

use serde::{Deserialize, Serialize};

use crate::combine::Want;
use crate::pass::{Cut, SoFar};
use crate::paths::RelPath;
use crate::plan::SyncPlan;
use crate::queue::Dirt;
use crate::time::Now;

/// One thing to be remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// The program works on the sync from here on; what was noted before counts no more.
    Began(Marks),
    /// What stood at both ends when it was last found right.
    Roots(Roots),
    /// Removed or moved away at the source, and not yet at the target.
    Gone(Vec<Gone>),
    /// No longer: done at the target, or there again.
    Settled(Vec<RelPath>),
    /// Since when something is not at the target (wall clock, ms); nothing if `None`.
    Oldest(Option<i64>),
    /// Somebody allowed an empty source to empty the target once.
    MayEmpty(bool),
    /// What somebody has seen and said.
    Consent(Consented),
    /// Files may remain at the target that were removed unseen.
    MayRemain(bool),
    /// It is held for this reason, since this time (wall clock, ms).
    Held(Option<(String, i64)>),
    /// A full pass ended well then (wall clock, ms).
    PassOver(i64),
    /// A pass that it makes by itself ended well then, or these are counted from then on (wall clock, ms).
    Verified(i64),
    /// A full pass goes in parts, and came so far; none does if `None`.
    Parts(Option<SoFar>),
    /// These are done since.
    PartDone(Cut, Vec<RelPath>),
    /// At a clean stop: a pass is owed.
    Owed,
    /// At a clean stop: what waits.
    Dirty(Vec<Saved>),
    /// The stop was clean.
    Stopped,
}

/// What a record belongs to. Each is a fingerprint: of the two ends, and of all else that decides what runs do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Another pair of ends: the record says nothing about it.
    pub ends: String,
    /// The same pair, but other filters, options or policy: everything has to be compared.
    pub runs: String,
}

/// What somebody has seen and said about deletions, as far as it holds after a restart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consented {
    /// The first pass that may delete was confirmed, or has been made.
    pub confirmed: bool,
    /// So many deletions are allowed beyond the budget.
    pub granted: Option<u64>,
    /// What the target holds, as it was counted last.
    pub total: Option<u64>,
}

/// A path that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Which.
    pub path: RelPath,
    /// It was a directory.
    pub was_dir: bool,
    /// It was something else.
    pub was_file: bool,
    /// When it went: wall clock, ms.
    pub at_ms: i64,
}

/// A path that waited when the program stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// Which.
    pub path: RelPath,
    /// What is known of it; see [`Dirt`].
    pub want: SavedWant,
    /// See [`Dirt::dir`].
    pub dir: bool,
    /// See [`Dirt::was_dir`].
    pub was_dir: bool,
    /// See [`Dirt::was_file`].
    pub was_file: bool,
    /// See [`Dirt::subtree`].
    pub subtree: bool,
    /// See [`Dirt::replaced`].
    pub replaced: bool,
    /// See [`Dirt::content_at_ms`].
    pub content_at_ms: Option<i64>,
    /// When the first of its changes came in: wall clock, ms.
    pub first_ms: i64,
}

/// [`Want`], as it is written. What was being written is closed by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SavedWant {
    /// Mode, owner, times.
    Attrib,
    /// Content.
    Modify,
    /// It came into being.
    Create,
    /// It is gone.
    Delete,
}

/// What the engine found of a sync's past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// What was noted.
    Past(Box<Past>),
    /// There is a record, and it cannot be read, or not by this version.
    Damaged,
}

impl Saved {
    /// A waiting path, as it is kept.
    pub fn of(path: &RelPath, dirt: &Dirt) -> Saved {
        let want = match dirt.want {
            Want::Attrib => SavedWant::Attrib,
            Want::Writing | Want::Modify => SavedWant::Modify,
            Want::Create => SavedWant::Create,
            Want::Delete => SavedWant::Delete,
        };
        Saved {
            path: path.clone(),
            want,
            dir: dirt.dir,
            was_dir: dirt.was_dir,
            was_file: dirt.was_file,
            subtree: dirt.subtree,
            replaced: dirt.replaced,
            content_at_ms: dirt.content_at_ms,
            first_ms: dirt.first.wall_ms,
        }
    }

    /// It waits again. It is as old as it was for whoever looks, and goes as if it came in `now`.
    pub fn dirt(&self, now: Now) -> Dirt {
        let want = match self.want {
            SavedWant::Attrib => Want::Attrib,
            SavedWant::Modify => Want::Modify,
            SavedWant::Create => Want::Create,
            SavedWant::Delete => Want::Delete,
        };
        Dirt {
            want,
            dir: self.dir,
            was_dir: self.was_dir,
            was_file: self.was_file,
            subtree: self.subtree,
            replaced: self.replaced,
            content_at_ms: self.content_at_ms,
            single: false,
            first: Now { mono: now.mono, wall_ms: self.first_ms },
            not_before: std::time::Duration::ZERO,
            tries: 0,
            forward: 0,
        }
    }
}

impl Gone {
    /// It waits to be removed again; a look decides whether it still is gone.
    pub fn dirt(&self, now: Now) -> Dirt {
        let saved = Saved {
            path: self.path.clone(),
            want: SavedWant::Delete,
            dir: self.was_dir,
            was_dir: self.was_dir,
            was_file: self.was_file,
            subtree: false,
            replaced: false,
            content_at_ms: None,
            first_ms: self.at_ms,
        };
        saved.dirt(now)
    }
}

impl Marks {
    /// Those of a plan.
    pub fn of(plan: &SyncPlan) -> Marks {
        let ends = [plan.kind.word().to_owned(), plan.source.clone(), plan.target.to_string()];
        let mut runs = vec![plan.delete.word().to_owned(), plan.rsync.binary.clone()];
        runs.push(plan.rsync.delete_excluded.to_string());
        runs.extend(plan.rsync.words.iter().cloned());
        runs.extend(plan.rsync.pass_words.iter().cloned());
        runs.push(String::new());
        runs.extend(plan.matcher.words().iter().cloned());
        Marks { ends: fingerprint(&ends), runs: fingerprint(&runs) }
    }
}

/// 64 bits of FNV-1a over the parts, each ended by NUL; the same in every version.
fn fingerprint(parts: &[String]) -> String {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}
