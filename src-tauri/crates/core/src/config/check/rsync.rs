//! Options of rsync that break or weaken a sync: alone, together, or with this target.

use super::Looked;
use crate::behaviour::options::{Given, read_words};
use crate::config::{Kind, RsyncOptions};
use crate::problem::Problem;
use crate::target::Target;

/// Problems of `rsync = {…}`, with what `_extra` adds to it.
pub(super) fn check(it: &Looked<'_>, problems: &mut Vec<Problem>) {
    let options = &it.sync.rsync;
    let extra = it.filters.as_ref().map(|f| read_words(&f.extra)).unwrap_or_default();
    let given: Vec<&Given> = extra.iter().flat_map(|w| &w.options).filter(|g| !g.negated).collect();
    let gives = |name: &str| given.iter().any(|g| g.option.is_some_and(|o| o.name == name));
    let on = |value: Option<bool>| value == Some(true);
    let mut say = |problem: Problem, key: &str| problems.push(problem.at(it.key(&format!("rsync.{key}"))));

    let in_place = [("inplace", options.inplace), ("append", options.append), ("append_verify", options.append_verify)];
    let in_place = in_place.into_iter().find(|(_, value)| on(*value)).map(|(name, _)| name);
    if let Some(name) = in_place {
        if on(options.hard_links) || gives("hard-links") {
            say(Problem::error("check-inplace-hard-links").with("option", name), name);
        }
        for other in ["partial-dir", "delay-updates"].into_iter().filter(|other| gives(other)) {
            say(Problem::error("check-inplace-partial-dir").with("option", name).with("other", other), name);
        }
    }
    for (name, value) in [("append", options.append), ("append_verify", options.append_verify)] {
        if on(value) {
            say(Problem::warning("check-append").with("option", name), name);
            if on(options.whole_file) || gives("whole-file") {
                say(Problem::error("check-append-whole-file").with("option", name), name);
            }
        }
    }
    let backup_dir = options.backup_dir.is_some() || gives("backup-dir");
    let backup = on(options.backup) || gives("backup") || backup_dir;
    if backup && !backup_dir {
        say(Problem::warning("check-backup-without-dir"), "backup");
    }
    if let Some(suffix) = &options.suffix {
        if suffix.is_empty() && !backup_dir {
            say(Problem::error("check-suffix-empty"), "suffix");
        } else if suffix.contains('/') {
            say(Problem::error("check-suffix-slash"), "suffix");
        } else if !backup {
            say(Problem::warning("check-suffix-without-backup"), "suffix");
        }
    }
    if options.times == Some(false) && !gives("times") {
        say(Problem::warning("check-times-off"), "times");
    }
    if on(options.dry_run) {
        say(Problem::warning("check-dry-run"), "dry_run");
    }
    if on(options.delete_excluded) && it.sync.delete.is_some_and(|policy| !policy.at_startup()) {
        say(Problem::warning("check-delete-excluded-alone"), "delete_excluded");
    }
    if options.chown.is_some() && (options.usermap.is_some() || options.groupmap.is_some()) {
        say(Problem::error("check-chown-with-map"), "chown");
    }
    if it.target.is_some() {
        with_target(it, options, &gives, &mut say);
    }
    if let Some(Target::Daemon { .. }) = it.target {
        let of_extra = given.iter().filter(|g| g.option.is_some_and(|o| o.name == "temp-dir"));
        let dirs = options.temp_dir.iter().map(|d| ("temp_dir", d));
        for (key, dir) in dirs.chain(of_extra.filter_map(|g| g.value.as_ref().map(|d| ("_extra", d)))) {
            if dir.starts_with('/') {
                say(Problem::warning("check-temp-dir-in-module").with("dir", dir), key);
            }
        }
    }
}

/// What depends on where the files go.
fn with_target(
    it: &Looked<'_>,
    options: &RsyncOptions,
    gives: &dyn Fn(&str) -> bool,
    say: &mut dyn FnMut(Problem, &str),
) {
    let daemon = it.target.as_ref().is_some_and(Target::is_daemon);
    let local = it.target.as_ref().is_some_and(|t| t.host().is_none());
    if let Some(file) = &options.password_file {
        if !daemon {
            say(Problem::error("check-password-file-not-daemon"), "password_file");
        } else if !file.starts_with('/') {
            say(Problem::error("check-password-file-relative").with("file", file), "password_file");
        }
    }
    if options.rsh.is_some() && it.sync.kind != Kind::Rsyncssh {
        if daemon {
            say(Problem::warning("check-rsh-with-daemon"), "rsh");
        } else if local {
            say(Problem::warning("check-rsh-local").with("option", "rsh"), "rsh");
        }
    }
    if options.rsync_path.is_some() && local {
        say(Problem::warning("check-rsh-local").with("option", "rsync_path"), "rsync_path");
    }
    if gives("contimeout") && (!daemon || options.rsh.is_some()) {
        say(Problem::error("check-contimeout-not-daemon"), "_extra");
    }
}
