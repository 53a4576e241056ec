//! A report that is written by our own code instead of being read from rsync's output.

use super::FailedPath;
use super::codes::FailureCode;
use super::line::Side;
use super::of_path;
use super::output::Report;
use super::signs::Args;
use super::stdout::Item;
use super::stems::PathWhy;
use crate::paths::RelPath;

/// Names kept for the log and "recent changes", and lines for a person: as many as of rsync's own.
const RECENT: usize = 100;
const TAIL: usize = 20;

impl Report {
    /// This was done.
    pub fn note_item(&mut self, item: Item) {
        match &item {
            Item { deleted: true, .. } => self.counts.deleted += 1,
            Item { sent: true, dir: false, size, .. } => {
                self.counts.sent += 1;
                self.counts.sent_bytes = self.counts.sent_bytes.saturating_add(*size);
            }
            _ => self.counts.changed += 1,
        }
        self.parts.take(&item);
        if self.recent.len() == RECENT {
            self.recent.remove(0);
        }
        self.recent.push(item);
    }

    /// This path was not brought over; `reason`: the system's own words.
    pub fn note_failed(&mut self, path: &RelPath, side: Side, why: PathWhy, reason: &str) {
        let args = Args::from([("path".to_owned(), path.shown())]);
        self.causes.entry(of_path(side, why, false)).or_insert(args);
        self.note_line(format!("{}: {reason}", path.shown()));
        self.failed.push(FailedPath { path: path.clone(), why, side, deep: false, guess: false });
    }

    /// The run as a whole came to an end for this.
    pub fn note_cause(&mut self, code: FailureCode, reason: &str) {
        self.causes.entry(code).or_default();
        self.note_line(reason.to_owned());
    }

    fn note_line(&mut self, line: String) {
        if self.tail.len() == TAIL {
            self.tail.remove(0);
        }
        self.tail.push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::{Context, Exit, Outcome, RetryClass, diagnose};
    use crate::mirror::End;
    use crate::target::Target;

    fn verdict(exit: i32, report: Report) -> (Outcome, RetryClass, &'static str, bool) {
        let target = Target::parse("/t").unwrap();
        let context =
            Context { target: &target, source: "/s", binary: "rsync", stopped_by_us: false, ran_just_before: false };
        let end = End::Exited { exit: Exit::Code(exit), report: Box::new(report), stalled: false };
        let told = diagnose(&end, &context);
        (told.outcome, told.retry, told.failure.map_or("", |f| f.code.as_str()), told.all_dirty)
    }

    #[test]
    fn each_failure_has_the_row_that_rsyncs_own_words_would_give_it() {
        let path = RelPath::new(b"a/b").unwrap();
        for (side, why, outcome, retry, code) in [
            (Side::Receiver, PathWhy::ReadOnly, Outcome::Partial, RetryClass::Slow, "target-read-only"),
            (Side::Sender, PathWhy::Permission, Outcome::Partial, RetryClass::Slow, "source-unreadable"),
            (Side::Sender, PathWhy::ReadError, Outcome::Partial, RetryClass::Slow, "source-read-error"),
            (Side::Sender, PathWhy::Changed, Outcome::Partial, RetryClass::QuietSecond, "changed-while-read"),
        ] {
            let mut report = Report::default();
            report.note_failed(&path, side, why, "why");
            assert_eq!(report.tail, ["a/b: why"]);
            assert_eq!(verdict(23, report), (outcome, retry, code, false));
        }
        let mut full = Report::default();
        full.note_cause(FailureCode::TargetFull, "No space left on device");
        assert_eq!(verdict(11, full), (Outcome::Held, RetryClass::Slow, "target-full", false));
    }
}
