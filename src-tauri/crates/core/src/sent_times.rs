//! With which modification times paths were sent: a later change of content that does not show a newer one is suspect.
//!
//! A file may be written, or come into being, between the look and the run that reads it: then it is sent with a time that
//! nobody has seen, at most that of the run's end. So whatever is not newer than the end of the run that listed it is suspect,
//! whatever stood there when it was looked at, and also where the run broke off: nobody knows how far it came.
//!
//! Only listed files and directories that went whole are remembered one by one, and only so many. What else was sent, by a
//! pass or under a name that it has no more, was sent no later than `floor`: a time that is not newer than that may have
//! been sent. A directory that no run has been in is not among it: a program unpacked is not compared by checksum because
//! another directory went whole a moment ago.

use std::collections::BTreeMap;

use crate::behaviour::classify::LastSent;
use crate::paths::RelPath;

/// So many are remembered.
const MOST: usize = 20_000;

/// What is known.
#[derive(Debug, Default)]
pub struct SentTimes {
    each: BTreeMap<RelPath, i128>,
    /// Directories that went whole: all below them.
    whole: BTreeMap<RelPath, i128>,
    floor_ns: i128,
}

impl SentTimes {
    /// These paths were listed, seen with these times, by a run that ended at `wall_ms`.
    pub fn sent(&mut self, times: impl Iterator<Item = (RelPath, i128)>, wall_ms: i64) {
        for (path, seen_ns) in times {
            let mtime_ns = seen_ns.max(end_of(wall_ms));
            if self.each.len() >= MOST {
                self.floor_ns = self.each.values().copied().max().unwrap_or_default().max(self.floor_ns);
                self.each.clear();
            }
            self.each.insert(path, mtime_ns);
        }
    }

    /// A run that walked all ended: whatever is older than `wall_ms` may have been sent.
    pub fn walked(&mut self, wall_ms: i64) {
        self.floor_ns = self.floor_ns.max(end_of(wall_ms));
        self.each.clear();
        self.whole.clear();
    }

    /// A run that walked these directories ended: whatever is below them and older than `wall_ms` may have been sent.
    pub fn walked_below(&mut self, dirs: Vec<RelPath>, wall_ms: i64) {
        if dirs.iter().any(RelPath::is_root) || self.whole.len() + dirs.len() > MOST {
            return self.walked(wall_ms);
        }
        self.whole.extend(dirs.into_iter().map(|dir| (dir, end_of(wall_ms))));
    }
}

/// The last nanosecond of this millisecond.
fn end_of(wall_ms: i64) -> i128 {
    i128::from(wall_ms) * 1_000_000 + 999_999
}

impl LastSent for SentTimes {
    fn mtime_ns(&self, path: &RelPath) -> i128 {
        let mut latest = self.each.get(path).copied().unwrap_or(i128::MIN).max(self.floor_ns);
        let mut at = Some(path.clone()).filter(|_| !self.whole.is_empty());
        while let Some(dir) = at {
            latest = latest.max(self.whole.get(&dir).copied().unwrap_or(i128::MIN));
            at = dir.parent();
        }
        latest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_or_may_have_been_is_known() {
        let (a, b) = (RelPath::new(b"a").unwrap(), RelPath::new(b"b").unwrap());
        let mut times = SentTimes::default();
        times.sent([(a.clone(), 50_000_000)].into_iter(), 5);
        assert_eq!((times.mtime_ns(&a), times.mtime_ns(&b)), (50_000_000, 0));
        times.walked(7);
        assert_eq!((times.mtime_ns(&a), times.mtime_ns(&b)), (7_999_999, 7_999_999));
    }

    #[test]
    fn a_directory_that_went_whole_says_nothing_of_others() {
        let path = |text: &[u8]| RelPath::new(text).unwrap();
        let mut times = SentTimes::default();
        times.walked_below(vec![path(b"a/b")], 5);
        let of = |times: &SentTimes, text: &[u8]| times.mtime_ns(&path(text));
        assert_eq!((of(&times, b"a/b"), of(&times, b"a/b/c/d")), (5_999_999, 5_999_999));
        assert_eq!((of(&times, b"a/bc"), of(&times, b"a"), of(&times, b"c")), (0, 0, 0));
        times.walked_below((0..MOST).map(|n| path(n.to_string().as_bytes())).collect(), 7);
        assert_eq!(of(&times, b"c"), 7_999_999);
        times.walked_below(vec![RelPath::root()], 9);
        assert_eq!(of(&times, b"c"), 9_999_999);
    }

    #[test]
    fn what_was_written_after_the_look_may_have_been_sent_too() {
        let a = RelPath::new(b"a").unwrap();
        let mut times = SentTimes::default();
        times.sent([(a.clone(), 3_000_000)].into_iter(), 5);
        assert_eq!(times.mtime_ns(&a), 5_999_999);
    }

    #[test]
    fn too_many_become_one_bound() {
        let mut times = SentTimes::default();
        times.sent((0..=MOST).map(|n| (RelPath::new(n.to_string().as_bytes()).unwrap(), n as i128)), 0);
        assert_eq!(times.mtime_ns(&RelPath::new(b"3").unwrap()), 999_999);
    }
}
