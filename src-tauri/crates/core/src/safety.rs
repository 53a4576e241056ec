//! Whether a run may start, from what stands at the source's and the target's root.
//!
//! Rules: nothing is removed at the target because the source is missing, unreadable, another directory than the one that was
//! watched, empty while it was not, or lacks a file system that was mounted inside it. Nothing is written where a local
//! target is missing that was there before, or where the system's table says that a disk is to be mounted: that is an unmounted
//! disk's empty mount point.

use crate::facts::{RootFacts, RootLook};
use crate::paths::RelPath;
use crate::problem::Problem;

/// What stood at both ends when they were last found right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The source's root.
    pub source: Option<RootFacts>,
    /// The target's, where it is local and was seen.
    pub target: Option<RootFacts>,
    /// A target on a bare mount point is right: it was written to before, or somebody said so.
    pub bare: bool,
}

/// Why a run may not start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The source is not there.
    SourceMissing,
    /// It is no directory.
    SourceNotDirectory,
    /// It cannot be opened: the errno.
    SourceUnreadable(i32),
    /// It is another directory, or on another file system, than the one that was watched.
    SourceReplaced,
    /// It is empty, and was not.
    SourceEmptied,
    /// A file system that was mounted inside the source is gone.
    MountGone(RelPath),
    /// A filter file in it says what the matcher cannot follow: it and rsync would not mean the same.
    SourceRules(Box<Problem>),
    /// The local target is not there, and was.
    TargetMissing,
    /// It is no directory.
    TargetNotDirectory,
    /// It cannot be opened: the errno.
    TargetUnreadable(i32),
    /// It is another directory, or on another file system, than the one that was written to.
    TargetReplaced,
    /// It was never written to, and a disk that is to be mounted there is not.
    TargetNotMounted,
}

impl Trouble {
    /// Every code that only a guard gives; `failure-CODE` is the key of its sentences. A filter file's problem has its own.
    pub const CODES: [&'static str; 7] = [
        "source-not-directory",
        "source-replaced",
        "source-emptied",
        "source-mount-gone",
        "target-gone",
        "target-replaced",
        "target-not-mounted",
    ];

    /// What the codes begin with that a filter file's problem has.
    pub const RULES: &'static str = "filter-";

    /// The code under which it is shown.
    pub fn code(&self) -> &str {
        match self {
            Trouble::SourceMissing => "source-gone",
            Trouble::SourceNotDirectory => "source-not-directory",
            Trouble::SourceUnreadable(_) => "source-unreadable",
            Trouble::SourceReplaced => "source-replaced",
            Trouble::SourceEmptied => "source-emptied",
            Trouble::MountGone(_) => "source-mount-gone",
            Trouble::SourceRules(problem) => &problem.code,
            Trouble::TargetMissing => "target-gone",
            Trouble::TargetNotDirectory => "target-not-directory",
            Trouble::TargetUnreadable(_) => "target-not-accessible",
            Trouble::TargetReplaced => "target-replaced",
            Trouble::TargetNotMounted => "target-not-mounted",
        }
    }

    /// Held until what was there comes back or somebody says that what is there now is right.
    pub fn protects(&self) -> bool {
        use Trouble as T;
        let source = matches!(self, T::SourceReplaced | T::SourceEmptied | T::MountGone(_) | T::SourceRules(_));
        source || matches!(self, T::TargetMissing | T::TargetReplaced | T::TargetNotMounted)
    }
}

impl Baseline {
    /// Compares. `deletes_unseen`: the run would remove what nobody saw going. What is right and new (a mount more, a target made by the first run) is remembered.
    pub fn judge(
        &mut self,
        source: &RootLook,
        target: Option<&RootLook>,
        deletes_unseen: bool,
    ) -> Result<RootFacts, Trouble> {
        let facts = match source {
            RootLook::Dir(facts) => facts,
            RootLook::Missing | RootLook::NotMounted => return Err(Trouble::SourceMissing),
            RootLook::NotADirectory => return Err(Trouble::SourceNotDirectory),
            RootLook::Error(errno) => return Err(Trouble::SourceUnreadable(*errno)),
            RootLook::Rules(problem) => return Err(Trouble::SourceRules(problem.clone())),
        };
        if let Some(known) = &self.source {
            if !same_directory(known, facts) {
                return Err(Trouble::SourceReplaced);
            }
            if let Some(gone) = known.mounts.iter().find(|m| !facts.mounts.contains(m)) {
                return Err(Trouble::MountGone(gone.clone()));
            }
            if deletes_unseen && facts.empty && !known.empty {
                return Err(Trouble::SourceEmptied);
            }
        }
        let target = self.judge_target(target)?;
        let empty_before = self.source.as_ref().is_some_and(|k| !k.empty) && facts.empty;
        // An emptied source stays "was not empty" until somebody says that it is right.
        self.source = Some(RootFacts { empty: facts.empty && !empty_before, ..facts.clone() });
        self.target = target;
        Ok(facts.clone())
    }

    /// The disk of this end was away, and was recognised when it came back.
    pub fn replugged(&mut self, end: crate::disk::End) {
        let known = match end {
            crate::disk::End::Source => &mut self.source,
            crate::disk::End::Target => &mut self.target,
        };
        if let Some(known) = known {
            known.dev = 0;
        }
    }

    fn judge_target(&self, target: Option<&RootLook>) -> Result<Option<RootFacts>, Trouble> {
        match (target, &self.target) {
            (None, known) => Ok(known.clone()),
            (Some(RootLook::Dir(now)), Some(known)) if !same_directory(known, now) => Err(Trouble::TargetReplaced),
            (Some(RootLook::Dir(now)), None) if now.bare && !self.bare => Err(Trouble::TargetNotMounted),
            (Some(RootLook::Dir(now)), _) => Ok(Some(now.clone())),
            (Some(RootLook::NotMounted), None) if !self.bare => Err(Trouble::TargetNotMounted),
            (Some(RootLook::Missing | RootLook::NotMounted), None) => Ok(None),
            (Some(RootLook::Missing | RootLook::NotMounted), Some(_)) => Err(Trouble::TargetMissing),
            // Filter files are looked for in sources only.
            (Some(RootLook::NotADirectory | RootLook::Rules(_)), _) => Err(Trouble::TargetNotDirectory),
            (Some(RootLook::Error(errno)), _) => Err(Trouble::TargetUnreadable(*errno)),
        }
    }
}

/// `a`: known; a device of 0 says that it is on a disk that was recognised by itself. A file system that was unmounted and is
/// mounted again has another mount's id, and perhaps another device's number, but keeps its own id.
fn same_directory(a: &RootFacts, b: &RootFacts) -> bool {
    let same_mount = a.dev == b.dev && (a.mount.is_none() || b.mount.is_none() || a.mount == b.mount);
    a.dev == 0 || a.ino == b.ino && (same_mount || own_id(a).is_some() && own_id(a) == own_id(b))
}

/// The id that tells the file system from all others. Some file systems give their device's number, which another disk has when
/// it is plugged in at the same place.
fn own_id(facts: &RootFacts) -> Option<u64> {
    facts.fs.filter(|id| *id != facts.dev)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dir(ino: u64) -> RootFacts {
        RootFacts { dev: 1, ino, mount: Some(7), fs: Some(1), empty: false, mounts: Vec::new(), bare: false }
    }

    fn judge(base: &mut Baseline, source: RootLook, target: Option<RootLook>) -> Result<(), Trouble> {
        base.judge(&source, target.as_ref(), true).map(|_| ())
    }

    #[test]
    fn a_source_that_is_not_the_one_that_was_watched_is_held() {
        let mut base = Baseline::default();
        assert_eq!(judge(&mut base, RootLook::Dir(dir(1)), None), Ok(()));
        assert_eq!(judge(&mut base, RootLook::Missing, None), Err(Trouble::SourceMissing));
        assert_eq!(judge(&mut base, RootLook::Dir(dir(2)), None), Err(Trouble::SourceReplaced));
        let other_mount = RootFacts { mount: Some(8), ..dir(1) };
        assert_eq!(judge(&mut base, RootLook::Dir(other_mount), None), Err(Trouble::SourceReplaced));
        assert_eq!(judge(&mut base, RootLook::Dir(dir(1)), None), Ok(()));
    }

    #[test]
    fn a_file_system_mounted_again_is_the_same_one_and_another_at_its_place_is_not() {
        let first = RootFacts { fs: Some(99), ..dir(1) };
        let mut base = Baseline::default();
        assert_eq!(judge(&mut base, RootLook::Dir(first.clone()), Some(RootLook::Dir(first.clone()))), Ok(()));
        let again = RootFacts { mount: Some(8), dev: 5, ..first.clone() };
        assert_eq!(judge(&mut base, RootLook::Dir(again.clone()), Some(RootLook::Dir(again.clone()))), Ok(()));
        let other_folder = RootFacts { ino: 2, ..again.clone() };
        let other_disk = RootFacts { fs: Some(98), mount: Some(9), ..again.clone() };
        let unknown = RootFacts { fs: None, mount: Some(9), ..again };
        for other in [other_folder, other_disk, unknown] {
            assert_eq!(judge(&mut base, RootLook::Dir(other), None), Err(Trouble::SourceReplaced));
        }
        // The id is only the number of the device.
        let mut base = Baseline::default();
        let numbered = |mount| RootLook::Dir(RootFacts { fs: Some(1), mount: Some(mount), ..dir(1) });
        assert_eq!(judge(&mut base, numbered(1), None), Ok(()));
        assert_eq!(judge(&mut base, numbered(2), None), Err(Trouble::SourceReplaced));
    }

    #[test]
    fn an_emptied_source_is_held_every_time_and_an_empty_one_is_not() {
        let mut base = Baseline::default();
        let empty = RootFacts { empty: true, ..dir(1) };
        assert_eq!(judge(&mut base, RootLook::Dir(empty.clone()), None), Ok(()));
        assert_eq!(judge(&mut base, RootLook::Dir(dir(1)), None), Ok(()));
        for _ in 0..2 {
            assert_eq!(judge(&mut base, RootLook::Dir(empty.clone()), None), Err(Trouble::SourceEmptied));
            assert!(
                base.judge(&RootLook::Dir(empty.clone()), None, false).is_ok(),
                "a run that cannot delete may start"
            );
        }
    }

    #[test]
    fn a_mount_inside_that_is_gone_is_held_and_a_new_one_is_learnt() {
        let mut base = Baseline::default();
        let inner = RelPath::new(b"a/b").unwrap();
        assert_eq!(judge(&mut base, RootLook::Dir(dir(1)), None), Ok(()));
        let with = RootFacts { mounts: vec![inner.clone()], ..dir(1) };
        assert_eq!(judge(&mut base, RootLook::Dir(with), None), Ok(()));
        assert_eq!(judge(&mut base, RootLook::Dir(dir(1)), None), Err(Trouble::MountGone(inner)));
    }

    #[test]
    fn a_local_target_that_was_there_is_never_made_anew() {
        let mut base = Baseline::default();
        let at = |look| Some(look);
        assert_eq!(judge(&mut base, RootLook::Dir(dir(1)), at(RootLook::Missing)), Ok(()));
        assert_eq!(judge(&mut base, RootLook::Dir(dir(1)), at(RootLook::Dir(dir(9)))), Ok(()));
        assert_eq!(judge(&mut base, RootLook::Dir(dir(1)), at(RootLook::Missing)), Err(Trouble::TargetMissing));
        assert_eq!(judge(&mut base, RootLook::Dir(dir(1)), at(RootLook::Dir(dir(8)))), Err(Trouble::TargetReplaced));
    }

    #[test]
    fn a_bare_mount_point_is_written_to_only_if_somebody_said_so() {
        for bare in [RootLook::NotMounted, RootLook::Dir(RootFacts { bare: true, ..dir(9) })] {
            let mut base = Baseline::default();
            assert_eq!(judge(&mut base, RootLook::Dir(dir(1)), Some(bare.clone())), Err(Trouble::TargetNotMounted));
            assert_eq!(judge(&mut base, RootLook::Dir(dir(1)), Some(RootLook::Dir(dir(8)))), Ok(()), "it is mounted");
            let mut base = Baseline { bare: true, ..Baseline::default() };
            assert_eq!(judge(&mut base, RootLook::Dir(dir(1)), Some(bare)), Ok(()));
        }
    }
}
