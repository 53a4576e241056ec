//! What a run did, in the words of rsync's itemised lines, which the history and the pictures read.

use driftless_core::diagnose::{FailureCode, Item, PathWhy, Report, Side};
use driftless_core::paths::RelPath;
use rustix::io::Errno;

use super::Trouble;

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) report: Report,
    /// The target is full: nothing more is tried.
    pub(super) full: bool,
}

/// What was done with one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// It was not there.
    Made,
    /// Its content is another one.
    Replaced,
    /// Only its attributes are.
    Touched,
    /// Nothing was to be done.
    Equal,
}

impl Tally {
    /// `kind` as rsync writes it: `f`, `d`, `L`.
    pub(super) fn done(&mut self, path: &RelPath, kind: char, size: u64, deed: Deed) {
        let file = kind == 'f';
        let what = match (deed, kind) {
            (Deed::Equal, _) => return,
            (Deed::Made, 'f') => ">f+++++++++".to_owned(),
            (Deed::Made, _) => format!("c{kind}+++++++++"),
            (Deed::Replaced, 'f') => ">f.st......".to_owned(),
            (Deed::Replaced, _) => format!("c{kind}.......ct"),
            (Deed::Touched, _) => format!(".{kind}..tp....."),
        };
        let sent = file && deed != Deed::Touched;
        self.report.note_item(Item { path: path.clone(), deleted: false, sent, dir: kind == 'd', size, what });
    }

    pub(super) fn removed(&mut self, path: &RelPath, dir: bool) {
        let what = "*deleting  ".to_owned();
        self.report.note_item(Item { path: path.clone(), deleted: true, sent: false, dir, size: 0, what });
    }

    /// What ends only this path; an error where it ends the run.
    pub(super) fn trouble(&mut self, path: &RelPath, trouble: Trouble) -> Result<(), Trouble> {
        match trouble {
            Trouble::Vanished => self.report.vanished.push(path.clone()),
            Trouble::Source(errno) => {
                let why = if errno == Errno::IO { PathWhy::ReadError } else { PathWhy::Permission };
                self.report.note_failed(path, Side::Sender, why, &errno.to_string());
            }
            Trouble::Target(errno) => {
                self.report.note_failed(path, Side::Receiver, PathWhy::ReadOnly, &errno.to_string());
            }
            Trouble::Full(errno) => {
                self.full = true;
                self.report.note_cause(FailureCode::TargetFull, &errno.to_string());
                return Err(trouble);
            }
            Trouble::Unfit(_) | Trouble::Stopped => return Err(trouble),
        }
        Ok(())
    }

    /// Its rename was not made.
    pub(super) fn not_moved(&mut self, path: &RelPath) {
        self.report.note_failed(path, Side::Receiver, PathWhy::Other, "not renamed at the target");
    }

    /// It went on changing.
    pub(super) fn changed(&mut self, path: &RelPath) {
        self.report.note_failed(path, Side::Sender, PathWhy::Changed, "changed while it was read");
    }
}
