//! The command lines of rsync: the full pass, and one run for each class of a batch.
//!
//! Rules, each with its reason
//! - The source is the very directory that was looked at: `.` where a list is read, since rsync enters `./` once more by the
//!   directory's name, which may lead to a bare mount point by then; `./` for the whole, which it does not. Lists are complete on stdin, NUL-terminated, every path
//!   beginning with `./` (else `#` and `;` begin a comment), none ending in `/` (that would be a shallow re-scan).
//! - The user's filters stand in every run, in the same words. `--delete` stands beside `--delete-missing-args` because only
//!   then does a remote receiver get the filters.
//! - Update runs carry `--ignore-missing-args`, never `--delete-missing-args`: a dangling link under `-L` is not missing.
//! - `--force` and `--delete` only where the policy allows.
//! - Never `--ignore-errors`: what could not be read must not be removed.

use std::time::Duration;

use super::classify::{Class, breaks_lines, subtree_deletes};
use crate::diagnose::OUT_FORMAT;
use crate::native::Task;
use crate::pass::Cut;
use crate::paths::RelPath;
use crate::plan::{Password, SyncPlan};
use crate::trash::{Moment, ageing_rules};
use crate::work::{Arg, CommandSpec, Cwd, Stdin};

/// A run that makes no progress for so long is ended.
pub const STALL: Duration = Duration::from_secs(600);
/// A list implies the root as an entry `.`, and a rule such as `- .*` would take it out of the list: its times and mode
/// would never follow. A full pass never filters it.
const KEEP_ROOT: &str = "--filter=+ /.";
/// Only the root's own attributes, of all that a list of it alone would bring.
const NOTHING_IN_IT: &str = "--filter=- /*";
/// The directory in which a run that reads a list starts.
pub(super) const HERE: &str = ".";
/// How far a full pass is, told as it goes.
const PROGRESS: &str = "--info=progress2";
/// More filter words than this go through a descriptor instead of the command line.
const MANY: usize = 64 * 1024;

/// The whole tree. `delete`: remove what is not in the source. `exact`: something was lost, so a change within the second
/// of the last one must be found too: times are compared to the nanosecond. The first pass does not, since a target that keeps
/// coarser times would be sent everything at each start.
pub fn full_pass(plan: &SyncPlan, delete: bool, exact: bool) -> CommandSpec {
    let mut line = Line::new(plan);
    line.words(&plan.rsync.words).words(&plan.rsync.pass_words);
    if delete {
        line.protects();
    }
    line.filters(false).word("-r");
    line.exact(exact).word(PROGRESS);
    if delete {
        line.word("--delete");
        if plan.rsync.delete_excluded {
            line.word("--delete-excluded");
        }
    }
    CommandSpec { low: true, ..line.finish(Stdin::Null) }
}

/// A part of a full pass, see [`crate::pass`]: the same for these directories, one level deep (the shallow re-scan of a
/// path that ends in a slash) or with all below.
pub fn part(plan: &SyncPlan, cut: Cut, paths: &[RelPath], delete: bool, exact: bool) -> CommandSpec {
    let mut line = Line::new(plan);
    line.words(&plan.rsync.words);
    if delete {
        line.protects();
    }
    line.filters(true);
    if cut == Cut::Trees {
        line.word("-r");
    }
    line.exact(exact).word(PROGRESS).word("--ignore-missing-args");
    if delete {
        line.word("--delete").word("--force");
    }
    let word = if cut == Cut::Trees { ListWord::Path } else { ListWord::OneLevel };
    CommandSpec { low: true, ..line.with_list(paths.iter().map(word)) }
}

/// The same run, made dry: it says what it would do, and how much there is.
pub fn dry_run(mut command: CommandSpec) -> CommandSpec {
    let words = ["--dry-run", "--stats"].map(|w| Arg::Word(w.to_owned()));
    command.args.splice(0..0, words);
    command.native = None;
    command
}

/// The same run with a net: rsync deletes up to so many, and then ends with 25.
pub fn at_most(mut command: CommandSpec, deletions: u64) -> CommandSpec {
    command.args.insert(0, Arg::Word(format!("--max-delete={}", deletions.min(i32::MAX as u64))));
    if let Some(Task::Remove { most }) = command.native.as_mut().map(|native| &mut native.task) {
        *most = Some(deletions);
    }
    command
}

/// The same run, and what it removes or replaces goes to the trash, by this moment. The folder is made when there is something
/// to be put into it.
pub fn into_trash(mut command: CommandSpec, moment: Moment) -> CommandSpec {
    let words = ["--backup".to_owned(), format!("--backup-dir={}", moment.dir())].map(Arg::Word);
    command.args.splice(0..0, words);
    command.native = None;
    command
}

/// The same run, comparing contents.
pub fn by_contents(mut command: CommandSpec) -> CommandSpec {
    command.args.insert(0, Arg::Word("--checksum".to_owned()));
    // What is compared so must be corrected also where it is shorter or as long.
    command.args.retain(|arg| !matches!(arg, Arg::Word(word) if word.starts_with("--append")));
    command
}

/// Removes what lies in the trash for more than `days` days. It takes nothing from the source, and leaves all else alone.
pub fn age_trash(plan: &SyncPlan, now_ms: i64, days: u32) -> CommandSpec {
    let mut line = Line::new(plan);
    line.words(&plan.rsync.words);
    for rule in ageing_rules(now_ms, days) {
        line.word(format!("--filter={rule}"));
    }
    line.word("-r").word("--delete");
    CommandSpec { low: true, ..line.finish(Stdin::Null) }
}

/// One listing of a batch.
pub fn listing(plan: &SyncPlan, class: Class, paths: &[RelPath]) -> CommandSpec {
    list_run(plan, class, paths, plan.delete.while_running())
}

/// The same without its deletions: they wait for an answer.
pub fn listing_that_keeps(plan: &SyncPlan, class: Class, paths: &[RelPath]) -> CommandSpec {
    list_run(plan, class, paths, false)
}

fn list_run(plan: &SyncPlan, class: Class, paths: &[RelPath], deletes: bool) -> CommandSpec {
    let mut line = Line::new(plan);
    match class {
        Class::Suspect | Class::SubtreeChecked => {
            // What is compared by checksum must be corrected also where it is shorter or as long.
            let words: Vec<String> = plan.rsync.words.iter().filter(|w| !w.starts_with("--append")).cloned().collect();
            line.words(&words);
        }
        _ => {
            line.words(&plan.rsync.words);
        }
    }
    let subtree = matches!(class, Class::Subtree | Class::SubtreeChecked);
    let removes = match class {
        Class::Root => false,
        Class::Subtree | Class::SubtreeChecked => deletes && subtree_deletes(plan, class),
        _ => deletes,
    };
    if subtree {
        line.words(&plan.rsync.pass_words);
    }
    if removes {
        line.protects();
    }
    if class == Class::Root {
        // The root in a list ends in a slash, and its level would be gone over with it.
        line.word(KEEP_ROOT).word(NOTHING_IN_IT);
    }
    line.filters(true);
    if subtree {
        line.word("-r");
    }
    match class {
        Class::Suspect | Class::SubtreeChecked => line.word("-c"),
        Class::Delete => &mut line,
        _ => line.word("--modify-window=-1"),
    };
    match class {
        Class::Delete => line.word("--delete").word("--delete-missing-args").word("--force"),
        _ if removes => line.word("--ignore-missing-args").word("--delete").word("--force"),
        _ => line.word("--ignore-missing-args"),
    };
    let command = line.with_list(paths.iter().map(ListWord::Path));
    CommandSpec { native: super::direct::native(plan, class, paths, deletes).map(Box::new), ..command }
}

/// Removes without `--delete-missing-args`: the directories that held the paths are listed one level deep, and rules say
/// that only these paths may go. For receivers that refuse missing arguments, and for what is excluded now but was not.
pub fn delete_by_filters(plan: &SyncPlan, paths: &[RelPath]) -> CommandSpec {
    let mut line = Line::new(plan);
    line.words(&plan.rsync.words).protects().word(KEEP_ROOT);
    let all_strangers_may_go = plan.delete == crate::config::DeletePolicy::Always;
    // An include rule also says "may be removed"; here it must only say "is sent".
    let user = plan.matcher.words().iter().filter_map(|w| match w.strip_prefix("--filter=+") {
        Some(rest) if !all_strangers_may_go => {
            let modifiers = rest.split(' ').next().unwrap_or_default();
            match (modifiers.contains('s'), modifiers.contains('r')) {
                // It says that already, and `S` takes no side.
                (true, false) => Some(w.clone()),
                // Only "may be removed".
                (false, true) => None,
                _ => Some(format!("--filter=S{}", rest.replacen(modifiers, &modifiers.replace(['s', 'r'], ""), 1))),
            }
        }
        _ => Some(w.clone()),
    });
    let mut rules: Vec<String> = user.collect();
    if !all_strangers_may_go {
        for path in paths {
            let Ok(text) = std::str::from_utf8(path.bytes()) else { continue };
            rules.push(format!("--filter=R /{}", literal(text)));
            rules.push(format!("--filter=R /{}/**", escaped(text)));
        }
        rules.push("--filter=P *".to_owned());
    }
    line.filter_words(&rules, true);
    line.word("--delete").word("--force");
    let mut parents: Vec<RelPath> = paths.iter().map(|p| p.parent().unwrap_or_else(RelPath::root)).collect();
    parents.sort();
    parents.dedup();
    line.with_list(parents.iter().map(ListWord::OneLevel))
}

/// Paths whose names the rules of [`delete_by_filters`] cannot carry.
pub fn unfit_for_filters(plan: &SyncPlan, path: &RelPath) -> bool {
    plan.delete != crate::config::DeletePolicy::Always
        && (std::str::from_utf8(path.bytes()).is_err() || breaks_lines(path) || plan.matcher.needs_dir_files())
}

/// A pattern without wildcards is taken as it is, backslashes included.
fn literal(name: &str) -> String {
    if name.contains(['*', '?', '[']) { escaped(name) } else { name.to_owned() }
}

fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '\\' | '*' | '?' | '[') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

enum ListWord<'a> {
    Path(&'a RelPath),
    OneLevel(&'a RelPath),
}

pub(super) struct Line<'a> {
    plan: &'a SyncPlan,
    args: Vec<Arg>,
}

impl<'a> Line<'a> {
    pub(super) fn new(plan: &'a SyncPlan) -> Line<'a> {
        Line { plan, args: Vec::new() }
    }

    pub(super) fn word(&mut self, word: impl Into<String>) -> &mut Self {
        self.args.push(Arg::Word(word.into()));
        self
    }

    pub(super) fn words(&mut self, words: &[String]) -> &mut Self {
        self.args.extend(words.iter().cloned().map(Arg::Word));
        self
    }

    fn exact(&mut self, exact: bool) -> &mut Self {
        if exact && !self.plan.rsync.words.iter().any(|w| w.starts_with("--modify-window")) {
            self.word("--modify-window=-1");
        }
        self
    }

    /// Helper directories of rsync at the target, which a run that removes would take for strangers.
    fn protects(&mut self) -> &mut Self {
        for pattern in &self.plan.rsync.protect {
            self.args.push(Arg::Word(format!("--filter=P {pattern}")));
        }
        self
    }

    fn filters(&mut self, from0: bool) -> &mut Self {
        let words = self.plan.matcher.words().to_vec();
        if from0 && !words.is_empty() {
            self.word(KEEP_ROOT);
        }
        self.filter_words(&words, from0)
    }

    fn filter_words(&mut self, words: &[String], from0: bool) -> &mut Self {
        let size: usize = words.iter().map(|w| w.len() + 1).sum();
        let rules: Option<Vec<&str>> = words.iter().map(|w| w.strip_prefix("--filter=")).collect();
        match rules {
            Some(rules) if size > MANY && (from0 || !rules.iter().any(|r| r.contains('\n'))) => {
                let separator = if from0 { "\0" } else { "\n" };
                let content = rules.into_iter().flat_map(|r| [r, separator]).collect::<String>().into_bytes();
                self.args.push(Arg::Inline { prefix: "--filter=. ".to_owned(), content });
                self
            }
            _ => self.words(words),
        }
    }

    fn with_list<'p>(mut self, paths: impl Iterator<Item = ListWord<'p>>) -> CommandSpec {
        let mut list: Vec<Vec<u8>> = Vec::new();
        for path in paths {
            let mut item = b"./".to_vec();
            match path {
                ListWord::Path(path) => item.extend_from_slice(path.bytes()),
                ListWord::OneLevel(path) if path.is_root() => {}
                ListWord::OneLevel(path) => {
                    item.extend_from_slice(path.bytes());
                    item.push(b'/');
                }
            }
            list.push(item);
        }
        // With --from0 rsync takes per-directory filter files for NUL-separated too.
        let lines = self.plan.matcher.needs_dir_files() && !list.iter().flatten().any(|b| matches!(b, b'\n' | b'\r'));
        if !lines {
            self.word("--from0");
        }
        self.word("--files-from=-");
        let mut bytes = Vec::new();
        for item in list {
            bytes.extend_from_slice(&item);
            bytes.push(if lines { b'\n' } else { 0 });
        }
        self.finish(Stdin::Bytes(bytes))
    }

    /// The other way round: a list is read at a place of the target, into the directory where it starts.
    pub(super) fn reading(&mut self, list: Vec<Vec<u8>>, place: &str) -> CommandSpec {
        let mut line = Line { plan: self.plan, args: std::mem::take(&mut self.args) };
        line.word("--from0").word("--files-from=-");
        let bytes = list.into_iter().flat_map(|item| item.into_iter().chain([0])).collect();
        line.finish_between(Stdin::Bytes(bytes), place, "./")
    }

    fn finish(self, stdin: Stdin) -> CommandSpec {
        let target = self.plan.target.word();
        let from = if matches!(stdin, Stdin::Null) { "./" } else { HERE };
        self.finish_between(stdin, from, &target)
    }

    /// The end of every command line: how it speaks, the password, from where, and to where.
    pub(super) fn finish_between(mut self, stdin: Stdin, from: &str, to: &str) -> CommandSpec {
        let plan = self.plan;
        self.word(format!("--out-format={OUT_FORMAT}"));
        if plan.target.is_daemon() {
            self.word("--no-motd");
            let set = |name: &str| plan.rsync.words.iter().any(|w| w.starts_with(name));
            if !set("--contimeout") {
                self.word("--contimeout=30");
            }
            if !set("--timeout") {
                self.word("--timeout=300");
            }
        }
        if let Some(call) = &plan.ssh {
            // Behind the words of the configuration: it beats an `rsh` among them.
            self.args.push(Arg::Ssh { call: call.clone(), socket: None });
        }
        if plan.rsync.password != Password::None {
            self.args.push(Arg::Secret { prefix: "--password-file=".to_owned(), from: plan.rsync.password.clone() });
        }
        // Nothing behind it is taken for an option.
        self.word("--").word(from).word(to);
        CommandSpec {
            program: plan.rsync.binary.clone(),
            args: self.args,
            stdin,
            cwd: Cwd::Source,
            stall: STALL,
            low: false,
            native: None,
        }
    }
}
