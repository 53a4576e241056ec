//! Which runs of a sync of kind direct are made without rsync.
//!
//! - Updates, by time or by content, and removals. Whole trees and full passes are rsync's.
//! - Only where every option is one that we do as rsync does: one that is not known here, and all runs are rsync's.
//! - Per-directory filter files, and helper folders at the target that must stay, are rsync's.

use super::classify::Class;
use super::options::{Given, read_words};
use crate::config::Kind;
use crate::native::{Keep, Native, Task};
use crate::paths::RelPath;
use crate::plan::SyncPlan;

/// The run without rsync; `None`: rsync makes it. `deletes`: it may remove.
pub fn native(plan: &SyncPlan, class: Class, paths: &[RelPath], deletes: bool) -> Option<Native> {
    if plan.kind != Kind::Direct || plan.matcher.needs_dir_files() {
        return None;
    }
    let task = match class {
        Class::Update | Class::Root => Task::Update,
        Class::Suspect => Task::Checked,
        Class::Delete if deletes && plan.rsync.protect.is_empty() => Task::Remove { most: None },
        Class::Delete | Class::Flip | Class::Subtree | Class::SubtreeChecked => return None,
    };
    let keep = keep(&plan.rsync.words)?;
    Some(Native { task, paths: paths.to_vec(), moves: Vec::new(), keep })
}

/// What these words keep; `None` if one of them asks for something else.
fn keep(words: &[String]) -> Option<Keep> {
    let mut keep = Keep::default();
    for word in read_words(words) {
        if word.options.is_empty() {
            return None;
        }
        for given in &word.options {
            take(&mut keep, given)?;
        }
    }
    Some(keep)
}

fn take(keep: &mut Keep, given: &Given) -> Option<()> {
    let option = given.option.filter(|_| !given.negated)?;
    match option.name {
        "links" => keep.links = true,
        "perms" => keep.perms = true,
        "times" => keep.times = true,
        "owner" => keep.owner = true,
        "group" => keep.group = true,
        "D" => keep.devices = true,
        "xattrs" => keep.xattrs = true,
        "omit-dir-times" => keep.omit_dir_times = true,
        "omit-link-times" => keep.omit_link_times = true,
        // Holes stay holes anyway, and files are always sent whole here.
        "verbose" | "sparse" | "whole-file" | "protect-args" | "secluded-args" | "numeric-ids" => {}
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Option<Keep> {
        keep(&words.iter().map(|w| w.to_string()).collect::<Vec<_>>())
    }

    #[test]
    fn the_default_and_the_archive_words_are_known() {
        let default = Keep { links: true, times: true, ..Keep::default() };
        assert_eq!(of(&["-lts"]), Some(default));
        let archive = Keep { perms: true, owner: true, group: true, devices: true, ..default };
        assert_eq!(of(&["-lptgoDs"]), Some(archive));
        assert_eq!(
            of(&["-lptgoDXOJWSvs"]).map(|k| (k.xattrs, k.omit_dir_times, k.omit_link_times)),
            Some((true, true, true))
        );
        assert_eq!(of(&[]), Some(Keep::default()));
    }

    #[test]
    fn any_other_option_leaves_all_to_rsync() {
        for words in [
            &["-ltHs"][..],
            &["-ltAs"],
            &["-ltEs"],
            &["-ltLs"],
            &["-ltus"],
            &["-ltcs"],
            &["-ltxs"],
            &["-ltns"],
            &["-lts", "--chmod=u+w"],
            &["-lts", "--existing"],
            &["-lts", "--inplace"],
            &["-lts", "--no-times"],
            &["-lts", "--bwlimit=7"],
            &["-lts", "--backup-dir=x"],
            &["-lts", "--such"],
            &["-lts", "stray"],
        ] {
            assert_eq!(of(words), None, "{words:?}");
        }
    }
}
