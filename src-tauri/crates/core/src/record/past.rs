//! What notes make when they are read again, and how they are written shorter.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::{Consented, Gone, Marks, Note, Roots, Saved};
use crate::pass::SoFar;
use crate::paths::RelPath;

/// More gone or waiting paths than this are not remembered one by one.
pub const MOST: usize = 100_000;

/// What is known of a sync from before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// What it belongs to; `None` before it began.
    pub marks: Option<Marks>,
    /// The last stop was clean.
    pub clean: bool,
    /// What stood at both ends.
    pub roots: Roots,
    /// What is gone at the source and not yet at the target.
    pub gone: BTreeMap<RelPath, Gone>,
    /// Since when something is not at the target: wall clock, ms.
    pub oldest_ms: Option<i64>,
    /// The next pass may empty the target.
    pub may_empty: bool,
    /// What somebody has seen and said.
    pub consent: Consented,
    /// Files may remain at the target that were removed unseen.
    pub may_remain: bool,
    /// Why it was held, and since when.
    pub held: Option<(String, i64)>,
    /// When a full pass last ended well: wall clock, ms.
    pub last_pass_ms: Option<i64>,
    /// When a pass that it makes by itself last ended well, or these are counted from: wall clock, ms.
    pub verified_ms: Option<i64>,
    /// How far a full pass came that goes in parts.
    pub parts: Option<SoFar>,
    /// A full pass was owed at the stop, from its beginning.
    pub owed: bool,
    /// What waited at the stop.
    pub dirty: Vec<Saved>,
}

impl Past {
    /// Takes in the next note.
    pub fn take(&mut self, note: &Note) {
        match note {
            Note::Began(marks) => *self = Past { marks: Some(marks.clone()), ..Past::default() },
            Note::Roots(roots) => self.roots = roots.clone(),
            Note::Gone(all) => all.iter().for_each(|gone| self.gone(gone)),
            Note::Settled(paths) => {
                for path in paths {
                    self.gone.remove(path);
                }
            }
            Note::Oldest(at) => self.oldest_ms = *at,
            Note::MayEmpty(may) => self.may_empty = *may,
            Note::Consent(consent) => self.consent = *consent,
            Note::MayRemain(may) => self.may_remain = *may,
            Note::Held(held) => self.held = held.clone(),
            Note::PassOver(at) => self.last_pass_ms = Some(*at),
            Note::Verified(at) => self.verified_ms = Some(*at),
            Note::Parts(so_far) => self.parts = so_far.clone(),
            Note::PartDone(cut, paths) => {
                if let Some(so_far) = &mut self.parts {
                    so_far.add(*cut, paths.iter().cloned());
                }
            }
            Note::Owed => self.owed = true,
            Note::Dirty(all) => self.dirty.extend_from_slice(all),
            Note::Stopped => self.clean = true,
        }
    }

    /// A directory that is gone took along what was gone below it. Too many are not remembered: it is said that files may
    /// remain.
    fn gone(&mut self, gone: &Gone) {
        if gone.was_dir {
            let below = (Bound::Excluded(gone.path.clone()), Bound::Unbounded);
            let inside: Vec<RelPath> =
                self.gone.range(below).map(|(p, _)| p).take_while(|p| p.is_within(&gone.path)).cloned().collect();
            for path in inside {
                self.gone.remove(&path);
            }
        }
        let mut merged = gone.clone();
        if let Some(known) = self.gone.get(&gone.path) {
            merged.was_dir |= known.was_dir;
            merged.was_file |= known.was_file;
            merged.at_ms = merged.at_ms.min(known.at_ms);
        }
        self.gone.insert(gone.path.clone(), merged);
        if self.gone.len() > MOST {
            self.gone.clear();
            self.may_remain = true;
        }
    }

    /// The fewest notes that make this past; none before it began.
    pub fn notes(&self) -> Vec<Note> {
        let Some(marks) = &self.marks else { return Vec::new() };
        let mut notes = vec![Note::Began(marks.clone()), Note::Roots(self.roots.clone())];
        if !self.gone.is_empty() {
            notes.push(Note::Gone(self.gone.values().cloned().collect()));
        }
        notes.extend(self.oldest_ms.map(|at| Note::Oldest(Some(at))));
        notes.extend(self.may_empty.then_some(Note::MayEmpty(true)));
        notes.extend((self.consent != Consented::default()).then_some(Note::Consent(self.consent)));
        notes.extend(self.may_remain.then_some(Note::MayRemain(true)));
        notes.extend(self.held.clone().map(|held| Note::Held(Some(held))));
        notes.extend(self.last_pass_ms.map(Note::PassOver));
        notes.extend(self.verified_ms.map(Note::Verified));
        notes.extend(self.parts.clone().map(|so_far| Note::Parts(Some(so_far))));
        notes.extend(self.owed.then_some(Note::Owed));
        if !self.dirty.is_empty() {
            notes.push(Note::Dirty(self.dirty.clone()));
        }
        notes.extend(self.clean.then_some(Note::Stopped));
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pass::Cut;
    use crate::record::SavedWant;

    fn path(text: &str) -> RelPath {
        RelPath::new(text.as_bytes()).unwrap()
    }

    fn gone(text: &str, dir: bool) -> Gone {
        Gone { path: path(text), was_dir: dir, was_file: !dir, at_ms: 5 }
    }

    fn past(notes: &[Note]) -> Past {
        let mut past = Past::default();
        notes.iter().for_each(|note| past.take(note));
        past
    }

    #[test]
    fn notes_written_shorter_make_the_same_past() {
        let marks = Marks { ends: "a".into(), runs: "b".into() };
        let saved = Saved {
            path: path("x"),
            want: SavedWant::Modify,
            dir: false,
            was_dir: false,
            was_file: true,
            subtree: false,
            replaced: true,
            content_at_ms: Some(3),
            first_ms: 2,
        };
        let all = [
            Note::Began(marks),
            Note::Gone(vec![gone("a", false), gone("b", false)]),
            Note::Settled(vec![path("a")]),
            Note::Oldest(Some(9)),
            Note::MayEmpty(true),
            Note::Consent(Consented { confirmed: true, granted: Some(4), total: Some(9) }),
            Note::MayRemain(true),
            Note::Held(Some(("source-emptied".into(), 4))),
            Note::PassOver(8),
            Note::Verified(7),
            Note::Parts(Some(SoFar { exact: true, ..SoFar::default() })),
            Note::PartDone(Cut::Levels, vec![RelPath::root()]),
            Note::PartDone(Cut::Trees, vec![path("p"), path("q")]),
            Note::Owed,
            Note::Dirty(vec![saved]),
            Note::Stopped,
        ];
        for some in 1..=all.len() {
            let whole = past(&all[..some]);
            assert_eq!(past(&whole.notes()), whole);
            assert_eq!(whole.clean, some == all.len());
        }
        assert_eq!(past(&all).gone.keys().cloned().collect::<Vec<_>>(), [path("b")]);
    }

    #[test]
    fn a_directory_takes_along_what_was_gone_below_it_and_flags_add_up() {
        let past = past(&[Note::Gone(vec![gone("d/x", false), gone("d", false), gone("e/x", false), gone("d", true)])]);
        assert_eq!(past.gone.keys().map(RelPath::shown).collect::<Vec<_>>(), ["d", "e/x"]);
        assert!(past.gone[&path("d")].was_dir && past.gone[&path("d")].was_file);
    }

    #[test]
    fn too_many_are_not_remembered_and_that_is_known() {
        let all = (0..=MOST).map(|n| gone(&n.to_string(), false)).collect();
        let past = past(&[Note::Gone(all)]);
        assert!(past.gone.is_empty() && past.may_remain);
    }
}
