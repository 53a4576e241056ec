//! The matcher: what a path's fate is, and why.

use std::fmt;
use std::sync::Arc;

use super::inside::{self, BadLine, DirFiles};
use super::rules::{Entry, Origin, Rule, Rules, Side};
use super::{Explanation, FilterInput, RuleShown, Verdict, gather, written};
use crate::paths::{RelPath, show_bytes};
use crate::problem::Problem;

/// All words together, in bytes: what a command line takes everywhere beside the environment.
const MOST: usize = 900_000;

/// The rules of one sync. Cloning costs nothing.
#[derive(Clone)]
pub struct Matcher {
    shared: Arc<Shared>,
    files: Option<Arc<dyn DirFiles + Send + Sync>>,
}

#[derive(Default)]
struct Shared {
    list: Vec<Rule>,
    sender: Rules,
    receiver: Rules,
    delete_excluded: bool,
    words: Vec<String>,
    dir_file_names: Vec<Vec<u8>>,
}

impl Matcher {
    /// Nothing is left out.
    pub fn none() -> Matcher {
        Matcher { shared: Arc::new(Shared::default()), files: None }
    }

    /// Reads all rules. `read` gives the content of a file that `excludeFrom`, `filterFrom` or a merge rule names, just as it
    /// is named there. All problems are collected; their codes begin with `filter-`.
    pub fn build(
        input: &FilterInput,
        read: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
    ) -> Result<Matcher, Vec<Problem>> {
        let list = gather::rules(input, read)?;
        let words: Vec<String> =
            list.iter().map(|rule| format!("--filter={}", String::from_utf8_lossy(&written::text(rule)))).collect();
        let size: usize = words.iter().map(|word| word.len() + 9).sum();
        if size > MOST {
            let problem = Problem::error("filter-too-many").with("rules", list.len());
            return Err(vec![problem.with("bytes", size).with("most", MOST)]);
        }
        let dir_file_names = list.iter().filter(|rule| rule.flags.per_dir).map(|rule| rule.pattern.clone()).collect();
        let shared = Shared {
            sender: Rules::new(&list, false, input.delete_excluded, None),
            receiver: Rules::new(&list, true, input.delete_excluded, None),
            delete_excluded: input.delete_excluded,
            list,
            words,
            dir_file_names,
        };
        Ok(Matcher { shared: Arc::new(shared), files: None })
    }

    /// The same with the source's per-directory filter files; without them these are taken to be absent.
    #[must_use]
    pub fn with_dir_files(self, files: Arc<dyn DirFiles + Send + Sync>) -> Matcher {
        Matcher { files: Some(files), ..self }
    }

    /// True if there is a per-directory merge. Such a sync cannot be served by listed paths: see the module.
    pub fn needs_dir_files(&self) -> bool {
        !self.shared.dir_file_names.is_empty()
    }

    /// The names of the per-directory files. A change of one changes verdicts below its directory.
    pub fn dir_file_names(&self) -> &[Vec<u8>] {
        &self.shared.dir_file_names
    }

    /// True if there is no rule at all.
    pub fn is_empty(&self) -> bool {
        self.shared.list.is_empty()
    }

    /// Whether the path is sent: every directory above it is asked, from the top, then the path. The root is always sent.
    pub fn verdict(&self, path: &RelPath, dir: bool) -> Verdict {
        if self.is_empty() {
            return Verdict::Sent;
        }
        let bytes = path.bytes();
        let hidden = steps(bytes, dir).any(|(step, dir)| self.asks(step, dir, Side::Sender) == Verdict::Excluded);
        if hidden { Verdict::Excluded } else { Verdict::Sent }
    }

    /// The path alone, for a walker that comes from above and does not enter what is excluded.
    pub fn entry(&self, path: &RelPath, dir: bool) -> Verdict {
        self.asks(path.bytes(), dir, Side::Sender)
    }

    /// Whether a full pass that deletes keeps this path of the target, which the source does not have or does not send: because
    /// the path is protected, or a directory above it that is not sent either. Every directory above it is taken to exist
    /// in the source. With per-directory merges ask [`Matcher::protected_in_removed`].
    pub fn protected(&self, path: &RelPath, dir: bool) -> bool {
        let hidden = path.ancestors().find(|above| self.entry(above, true) == Verdict::Excluded);
        self.protected_in_removed(hidden.as_ref().unwrap_or(path), path, dir)
    }

    /// The same for a path within `gone`: the topmost directory above it, or itself, that is not in the transfer. Such a
    /// directory is removed with all in it that is not protected, and there perishable rules don't count; one that is in the
    /// transfer protects nothing below it. For per-directory merges give [`Matcher::with_dir_files`] the files of the
    /// *target*: that is where the receiving rsync looks.
    pub fn protected_in_removed(&self, gone: &RelPath, path: &RelPath, dir: bool) -> bool {
        let top = gone.bytes().len();
        !self.is_empty()
            && steps(path.bytes(), dir).filter(|(step, _)| step.len() >= top).any(|(step, dir)| {
                let removing = step.len() > top;
                self.asks(step, dir, Side::Receiver { removing }) == Verdict::Excluded
            })
    }

    /// Which rule decides over a path, and at which of the directories above it.
    pub fn explain(&self, path: &RelPath, dir: bool) -> Explanation {
        let mut last = Explanation { verdict: Verdict::Sent, at: path.clone(), rule: None };
        for (step, dir) in steps(path.bytes(), dir) {
            let shown = self.decide(step, dir, Side::Sender, &mut |rule, inside| RuleShown::new(rule, inside));
            let excluded = shown.as_ref().is_some_and(|shown| !shown.include);
            let verdict = if excluded { Verdict::Excluded } else { Verdict::Sent };
            last = Explanation { verdict, at: RelPath::new(step).unwrap_or_else(|_| path.clone()), rule: shown };
            if excluded {
                break;
            }
        }
        last
    }

    /// What rsync gets, in every run: one word per rule (`--filter=- *.o`). The rules of all files are in it, so that a run does
    /// not depend on them. `--delete-excluded` is not in it: that is an option of a pass.
    pub fn words(&self) -> &[String] {
        &self.shared.words
    }

    /// One line per rule (`- *.o`), as the status file shows them.
    pub fn rules_text(&self) -> Vec<String> {
        self.shared.list.iter().map(|rule| show_bytes(&written::text(rule))).collect()
    }

    /// What is wrong with the content of a per-directory file. rsync itself ends with code 1 over most of it; merges
    /// inside such a file it would read, but this matcher does not, so the sync is held until they are gone.
    pub fn check_dir_file(&self, dir: &RelPath, name: &[u8], content: &[u8]) -> Vec<Problem> {
        let mut problems = Vec::new();
        let file = shown_file(dir, name);
        for merge in self.shared.list.iter().filter(|rule| rule.flags.per_dir && rule.pattern == name) {
            inside::read(content, merge, |number, line, why| {
                let origin = Origin { source: merge.origin.source.clone(), line: Some((file.clone(), number)) };
                problems.push(match why {
                    BadLine::Rule(bad) => gather::refusal(bad, line, &origin),
                    BadLine::Merge => {
                        gather::at(Problem::error("filter-dir-file-merge").with("rule", show_bytes(line)), &origin)
                    }
                });
            });
        }
        problems
    }

    /// A per-directory file that is there and cannot be read as one: a fifo or device (`special`), where rsync would hang,
    /// or more than is read of any.
    pub fn unread_dir_file(dir: &RelPath, name: &[u8], special: bool) -> Problem {
        let code = if special { "filter-dir-file-special" } else { "filter-dir-file-large" };
        Problem::error(code).with("source", shown_file(dir, name))
    }

    /// Rules that are sound but most likely not what was meant, as warnings. `source` is the source's absolute path.
    pub fn suspicious(&self, source: &str) -> Vec<Problem> {
        super::suspicious::warnings(&self.shared.list, source)
    }

    fn asks(&self, path: &[u8], dir: bool, side: Side) -> Verdict {
        match self.decide(path, dir, side, &mut |rule, _| rule.flags.include) {
            Some(false) => Verdict::Excluded,
            _ => Verdict::Sent,
        }
    }

    fn decide<R>(
        &self,
        path: &[u8],
        dir: bool,
        side: Side,
        found: &mut dyn FnMut(&Rule, Option<&RelPath>) -> R,
    ) -> Option<R> {
        if path.is_empty() {
            return None;
        }
        let name = path.rsplit(|b| *b == b'/').next().unwrap_or(path);
        let entry = Entry { path, name, dir, side };
        let rules = if side == Side::Sender { &self.shared.sender } else { &self.shared.receiver };
        let found = std::cell::RefCell::new(found);
        rules.decide(entry, &mut |rule| (found.borrow_mut())(rule, None), &mut |merge| {
            let files = self.files.as_deref()?;
            inside::decide(files, merge, self.shared.delete_excluded, entry, &mut |rule, dir| {
                (found.borrow_mut())(rule, Some(dir))
            })
        })
    }
}

fn shown_file(dir: &RelPath, name: &[u8]) -> String {
    if dir.is_root() { show_bytes(name) } else { format!("{}/{}", dir.shown(), show_bytes(name)) }
}

/// Every directory above a path from the top, then the path.
fn steps(path: &[u8], dir: bool) -> impl Iterator<Item = (&[u8], bool)> {
    let above = path.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| (&path[..at], true));
    above.chain(std::iter::once((path, dir)))
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher").field("rules", &self.rules_text()).field("dir_files", &self.files.is_some()).finish()
    }
}

impl Default for Matcher {
    fn default() -> Matcher {
        Matcher::none()
    }
}
