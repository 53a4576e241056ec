//! A rename without a transfer, on any target that rsync reaches: the files are taken over from their old place there.
//!
//! Two runs before the ordinary ones of the batch:
//! 1. [`prepare`]: the folders that the files go to, with those above them. What stood there as a file or link gives way.
//! 2. [`adopt`]: from the new folder to the new folder, with the old one as `--link-dest` (or `--copy-dest`). It only adds:
//!    what stands at the target under a name is left to the ordinary runs. Its list is complete and explicit, since the
//!    filters are written for the root. Times are compared to the nanosecond. Files that only changed their names have no old
//!    folder: there `--fuzzy` finds the old one beside the new one, by size and time, and only sums of blocks pass.
//!
//! Rules
//! - A daemon is given the old folder from its module's root: relative ones are refused or ignored by some versions.
//! - `--copy-dest` where a hard link could tie what stays: no deletions, a trash, a budget, `inplace`, `hard_links`.
//! - Not where an option says that files are compared, found, or put in another way, and not by words that a shell,
//!   a module or rsync could take for a pattern.

use super::classify::Class;
use super::rsync::{HERE, Line, listing};
use crate::moves::Rename;
use crate::paths::RelPath;
use crate::plan::SyncPlan;
use crate::target::Target;
use crate::work::{CommandSpec, Cwd, Stdin};

/// Long words (by their beginning) beside which nothing is taken over.
const STRANGE: [&str; 22] = [
    "--append",
    "--backup",
    "--suffix",
    "--existing",
    "--ignore",
    "--size-only",
    "--update",
    "--max-",
    "--min-",
    "--dry-run",
    "--compare-dest",
    "--copy-",
    "--link-dest",
    "--keep-dirlinks",
    "--modify-window",
    "--temp-dir",
    "--partial",
    "--delay",
    "--fuzzy",
    "--relative",
    "--write-",
    "--only-",
];
/// Letters beside which nothing is.
const STRANGE_LETTERS: [char; 9] = ['b', 'I', 'K', 'L', 'k', 'u', 'n', 'y', 'P'];

/// The plan lets files be taken over.
pub fn fits(plan: &SyncPlan) -> bool {
    let letters = |word: &str| word.starts_with('-') && !word.starts_with("--");
    let strange = |word: &str| {
        STRANGE.iter().any(|one| word.starts_with(one)) || (letters(word) && word.contains(STRANGE_LETTERS))
    };
    plan.rsync.times
        && !plan.rsync.append
        && plan.ssh.is_none()
        && !plan.matcher.needs_dir_files()
        && !plan.rsync.words.iter().any(|word| strange(word))
}

/// A file that got another name in its folder is found there by the receiver. On one machine whole files are copied all the same.
pub fn finds_beside(plan: &SyncPlan, one: &Rename) -> bool {
    let whole = |word: &String| word == "--whole-file" || (!word.starts_with("--") && word.contains('W'));
    !matches!(plan.target, Target::Local { .. }) && beside(one) && !plan.rsync.words.iter().any(whole)
}

/// Both names are in one folder.
fn beside(one: &Rename) -> bool {
    one.from.parent() == one.to.parent()
}

/// Both names can stand in a command line as they are.
pub fn speakable(plan: &SyncPlan, one: &Rename) -> bool {
    plain(&one.from).is_some() && plain(&one.to).is_some() && place(plan, &one.from, &one.to).is_some()
}

/// A name without anything that could be read as more than a name.
fn plain(path: &RelPath) -> Option<&str> {
    let text = std::str::from_utf8(path.bytes()).ok()?;
    (!text.chars().any(|c| c.is_control() || matches!(c, '*' | '?' | '[' | '\\'))).then_some(text)
}

/// The folders that the files go to. An empty list prepares nothing, and goes well.
pub fn prepare(plan: &SyncPlan, folders: &[RelPath]) -> CommandSpec {
    listing(plan, Class::Update, folders)
}

/// Takes over what stands at the target under the old names: a whole folder, or files of one folder in another.
pub fn adopt(plan: &SyncPlan, these: &[Rename], whole: bool) -> CommandSpec {
    let above = |path: &RelPath| if whole { path.clone() } else { path.parent().unwrap_or_else(RelPath::root) };
    let ends = these.first().map(|one| (above(&one.from), above(&one.to)));
    let (from, to) = ends.unwrap_or_else(|| (RelPath::root(), RelPath::root()));
    let mut line = Line::new(plan);
    let words: Vec<String> = plan.rsync.words.iter().filter(|word| *word != "--inplace").cloned().collect();
    line.words(&words).word("--modify-window=-1").word("--ignore-existing");
    if !whole && these.iter().all(beside) {
        line.word("--fuzzy");
    } else {
        let how = if ties(plan) { "--copy-dest" } else { "--link-dest" };
        line.word(format!("{how}={}", place(plan, &from, &to).unwrap_or_default()));
    }
    line.word("--from0").word("--files-from=-");
    let stdin = if whole {
        Stdin::Files
    } else {
        let names = these.iter().flat_map(|one| [b"./", one.to.name(), b"\0"].concat());
        Stdin::Bytes(names.collect())
    };
    let word = plan.target.word();
    let into = if to.is_root() { word } else { format!("{word}{}/", plain(&to).unwrap_or_default()) };
    let command = line.finish_between(stdin, HERE, &into);
    CommandSpec { cwd: Cwd::Below(to), ..command }
}

/// A hard link would outlive the rename, and tie two files that are two at the source.
fn ties(plan: &SyncPlan) -> bool {
    let inplace_or_linked = |word: &String| {
        matches!(word.as_str(), "--inplace" | "--hard-links") || (!word.starts_with("--") && word.contains('H'))
    };
    !plan.delete.while_running()
        || plan.own.keep_days.is_some()
        || plan.own.budget.limits()
        || plan.rsync.words.iter().any(inplace_or_linked)
}

/// The old folder, as the receiver of a run into the new one is to be told of it.
fn place(plan: &SyncPlan, from: &RelPath, to: &RelPath) -> Option<String> {
    let from = plain(from)?;
    let joined = |path: &str| format!("{}/{from}", path.trim_end_matches('/'));
    match &plan.target {
        Target::Local { path } => Some(joined(path)),
        Target::Daemon { path, .. } if path.is_empty() => Some(format!("/{from}")),
        Target::Daemon { path, .. } => Some(joined(&format!("/{path}"))),
        Target::Shell { path, .. } if path.starts_with('/') => Some(joined(path)),
        Target::Shell { .. } => Some(format!("{}{from}", "../".repeat(to.components().count()))),
    }
    .filter(|place| !place.contains(['*', '?', '[', '\\']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Read};
    use crate::plan::{PlanEnv, plan_of};
    use serde_json::{Value, json};

    fn plan(target: &str, rsync: Value) -> SyncPlan {
        let sync = json!({ "kind": "rsync", "source": "/a", "target": target, "rsync": rsync });
        let config: Config = serde_json::from_value(json!({ "sync": [sync] })).unwrap();
        let read: &mut Read<'_> = &mut |_| Err("no files".to_owned());
        plan_of(&config, &PlanEnv { own_paths: Vec::new(), cwd: "/".to_owned() }, read).unwrap().syncs.remove(0)
    }

    fn rename(from: &str, to: &str) -> Rename {
        let path = |text: &str| RelPath::new(text.as_bytes()).unwrap();
        Rename { from: path(from), to: path(to) }
    }

    #[test]
    fn the_old_place_is_named_as_each_receiver_takes_it() {
        for (target, place, into) in [
            ("/t", "--link-dest=/t/x/old", "/t/y/new/"),
            ("u@h::m", "--link-dest=/x/old", "u@h::m/y/new/"),
            ("u@h::m/deep/er", "--link-dest=/deep/er/x/old", "u@h::m/deep/er/y/new/"),
            ("rsync://h:8730/m", "--link-dest=/x/old", "rsync://h:8730/m/y/new/"),
            ("h:/srv/b", "--link-dest=/srv/b/x/old", "h:/srv/b/y/new/"),
            ("h:b", "--link-dest=../../x/old", "h:b/y/new/"),
        ] {
            let command = adopt(&plan(target, json!({})), &[rename("x/old", "y/new")], true);
            let shown = command.shown();
            assert!(shown.contains(&format!("[{place}]")) && shown.ends_with(&format!("[.] [{into}]")), "{shown}");
            assert_eq!(command.cwd, Cwd::Below(rename("x", "y/new").to));
        }
    }

    #[test]
    fn files_of_one_folder_go_in_one_run() {
        let these = [rename("a/f", "g"), rename("a/h", "h")];
        let command = adopt(&plan("h::m", json!({})), &these, false);
        assert_eq!(command.stdin, Stdin::Bytes(b"./g\0./h\0".to_vec()));
        assert!(command.shown().contains("[--link-dest=/a]") && command.shown().ends_with("[h::m/]"));
    }

    #[test]
    fn a_file_that_got_another_name_in_its_folder_is_found_by_the_receiver() {
        let one = rename("a/f", "a/g");
        let shown = |plan: &SyncPlan| adopt(plan, std::slice::from_ref(&one), false).shown();
        let module = plan("h::m", json!({}));
        assert!(shown(&module).contains("[--fuzzy]") && !shown(&module).contains("-dest="));
        assert!(shown(&module).ends_with("[h::m/a/]"));
        assert!(finds_beside(&module, &one) && finds_beside(&plan("h:b", json!({})), &one));
        assert!(!finds_beside(&module, &rename("a/f", "b/g")));
        assert!(!finds_beside(&plan("/t", json!({})), &one));
        for rsync in [json!({ "whole_file": true }), json!({ "_extra": ["-W"] })] {
            assert!(!finds_beside(&plan("h::m", rsync), &one));
        }
    }

    #[test]
    fn a_copy_is_made_where_a_link_could_stay() {
        let copied = |plan: &SyncPlan| adopt(plan, &[rename("a", "b")], true).shown().contains("[--copy-dest=");
        assert!(!copied(&plan("h::m", json!({}))));
        for rsync in [json!({ "inplace": true }), json!({ "hard_links": true })] {
            assert!(copied(&plan("h::m", rsync.clone())), "{rsync}");
        }
        let inplace = adopt(&plan("h::m", json!({ "inplace": true })), &[rename("a", "b")], true);
        assert!(!inplace.shown().contains("[--inplace]"));
        let mut kept = plan("h::m", json!({}));
        kept.own.keep_days = Some(3);
        assert!(copied(&kept));
        let mut kept = plan("h::m", json!({}));
        kept.own.budget.count = Some(3);
        assert!(copied(&kept));
        let mut kept = plan("h::m", json!({}));
        kept.delete = crate::config::DeletePolicy::Never;
        assert!(copied(&kept));
    }

    #[test]
    fn options_that_compare_or_put_in_another_way_forbid_it() {
        for (rsync, fit) in [
            (json!({ "archive": true, "compress": true, "bwlimit": 9, "hard_links": true }), true),
            (json!({ "times": false }), false),
            (json!({ "append": true }), false),
            (json!({ "keep_dirlinks": true }), false),
            (json!({ "copy_links": true }), false),
            (json!({ "ignore_times": true }), false),
            (json!({ "backup": true }), false),
            (json!({ "temp_dir": "t" }), false),
            (json!({ "_extra": ["--size-only"] }), false),
        ] {
            assert_eq!(fits(&plan("h::m", rsync.clone())), fit, "{rsync}");
        }
    }

    #[test]
    fn names_that_could_be_patterns_are_not_spoken() {
        let plan = plan("h::m", json!({}));
        for (name, plain) in [("a b'$(c)", true), ("-a", true), ("a*", false), ("a\\", false), ("a\nb", false)] {
            assert_eq!(speakable(&plan, &rename("old", name)), plain, "{name}");
            assert_eq!(speakable(&plan, &rename(name, "new")), plain, "{name}");
        }
        let odd = Rename { from: RelPath::new(b"a\xff").unwrap(), to: RelPath::new(b"b").unwrap() };
        assert!(!speakable(&plan, &odd));
    }
}
