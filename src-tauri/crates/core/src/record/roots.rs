//! What stood at the two ends before the program was started again, and whether that is what stands there now.
//!
//! Not compared are device, inode and mount: they are others after a restart of the machine. The file system has an id of its
//! own, which stays; where it has none nothing is said about it.

use serde::{Deserialize, Serialize};

use crate::facts::{RootFacts, RootLook};
use crate::paths::RelPath;
use crate::safety::{Baseline, Trouble};

/// Of one end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// The id of its file system, where it has one.
    pub fs: Option<u64>,
    /// What was mounted below it.
    pub mounts: Vec<RelPath>,
    /// It had no entry at all.
    pub empty: bool,
}

/// Of both ends; `None` where nothing is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roots {
    /// The source.
    pub source: Option<Root>,
    /// The target, where it is local.
    pub target: Option<Root>,
}

impl From<&RootFacts> for Root {
    fn from(facts: &RootFacts) -> Root {
        Root { fs: facts.fs, mounts: facts.mounts.clone(), empty: facts.empty }
    }
}

impl Roots {
    /// What is known now: what this process saw, else what an earlier one did.
    pub fn of(baseline: &Baseline, before: &Roots) -> Roots {
        let known = |now: &Option<RootFacts>, before: &Option<Root>| now.as_ref().map(Root::from).or(before.clone());
        Roots { source: known(&baseline.source, &before.source), target: known(&baseline.target, &before.target) }
    }

    /// Whether a run may start over what stands there now. `deletes_unseen`: it would remove what nobody saw going. What
    /// cannot be opened is judged elsewhere.
    pub fn judge(&self, source: &RootLook, target: Option<&RootLook>, deletes_unseen: bool) -> Result<(), Trouble> {
        if let (Some(known), RootLook::Dir(now)) = (&self.source, source) {
            if other_file_system(known, now) {
                return Err(Trouble::SourceReplaced);
            }
            if let Some(gone) = known.mounts.iter().find(|m| !now.mounts.contains(m)) {
                return Err(Trouble::MountGone(gone.clone()));
            }
            if deletes_unseen && now.empty && !known.empty {
                return Err(Trouble::SourceEmptied);
            }
        }
        match (&self.target, target) {
            (Some(_), Some(RootLook::Missing | RootLook::NotMounted)) => Err(Trouble::TargetMissing),
            (Some(known), Some(RootLook::Dir(now))) if other_file_system(known, now) => Err(Trouble::TargetReplaced),
            _ => Ok(()),
        }
    }
}

fn other_file_system(known: &Root, now: &RootFacts) -> bool {
    matches!((known.fs, now.fs), (Some(a), Some(b)) if a != b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(fs: u64) -> RootFacts {
        RootFacts { dev: 1, ino: 2, mount: Some(3), fs: Some(fs), empty: false, mounts: Vec::new(), bare: false }
    }

    fn known(fs: u64) -> Roots {
        Roots { source: Some(Root::from(&facts(fs))), target: Some(Root::from(&facts(fs))) }
    }

    #[test]
    fn another_file_system_a_missing_mount_and_an_emptied_source_are_noticed() {
        let there = RootLook::Dir(facts(7));
        assert_eq!(known(7).judge(&there, Some(&there), true), Ok(()));
        assert_eq!(known(8).judge(&there, None, false), Err(Trouble::SourceReplaced));
        let mut with_mount = known(7);
        let inner = RelPath::root().join(b"inner");
        with_mount.source.as_mut().unwrap().mounts.push(inner.clone());
        assert_eq!(with_mount.judge(&there, None, false), Err(Trouble::MountGone(inner)));
        let emptied = RootLook::Dir(RootFacts { empty: true, ..facts(7) });
        assert_eq!(known(7).judge(&emptied, None, true), Err(Trouble::SourceEmptied));
        assert_eq!(known(7).judge(&emptied, None, false), Ok(()));
    }

    #[test]
    fn a_local_target_that_was_there_must_be_there_on_its_file_system() {
        let there = RootLook::Dir(facts(7));
        assert_eq!(known(7).judge(&there, Some(&RootLook::Missing), false), Err(Trouble::TargetMissing));
        let other = RootLook::Dir(facts(9));
        assert_eq!(known(7).judge(&there, Some(&other), false), Err(Trouble::TargetReplaced));
        assert_eq!(Roots::default().judge(&there, Some(&RootLook::Missing), true), Ok(()));
    }

    #[test]
    fn the_machine_may_have_restarted_and_ids_may_be_missing() {
        let restarted = RootLook::Dir(RootFacts { dev: 50, ino: 2, mount: Some(90), ..facts(7) });
        assert_eq!(known(7).judge(&restarted, Some(&restarted), true), Ok(()));
        let nameless = RootLook::Dir(RootFacts { fs: None, ..facts(7) });
        assert_eq!(known(7).judge(&nameless, Some(&nameless), true), Ok(()));
    }
}
