//! Source and target of one sync: are they written, whole, and apart from each other.

use super::Looked;
use crate::config::{Kind, clean_path};
use crate::filter::Verdict;
use crate::paths::{RelPath, show_bytes};
use crate::problem::Problem;
use crate::target::{BadTarget, Target};

/// Problems of `source`, `target`, `host` and `targetdir`.
pub(super) fn check(it: &Looked<'_>, problems: &mut Vec<Problem>) {
    problems.extend(source(it));
    match it.sync.kind {
        Kind::Rsync | Kind::Direct => problems.extend(target(it)),
        Kind::Rsyncssh => rsyncssh(it, problems),
    }
    if let Some(Target::Local { path }) = &it.target
        && source(it).is_none()
        && !has_dots(path)
    {
        problems.extend(apart(it, &clean_path(&it.sync.source), &clean_path(path)));
    }
}

fn source(it: &Looked<'_>) -> Option<Problem> {
    let source = it.sync.source.as_str();
    let code = if source.is_empty() {
        "check-source-missing"
    } else if !source.starts_with('/') {
        "check-source-relative"
    } else if has_dots(source) {
        "check-source-dots"
    } else {
        return None;
    };
    Some(Problem::error(code).at(it.key("source")).with("source", show_bytes(source.as_bytes())))
}

fn target(it: &Looked<'_>) -> Option<Problem> {
    let text = it.sync.target.as_deref().unwrap_or_default();
    let code = match Target::parse(text) {
        Err(BadTarget::Empty) => "check-target-missing",
        Err(BadTarget::Relative) => "check-target-relative",
        Err(BadTarget::NoModule) => "check-target-no-module",
        Err(BadTarget::NoHost) => "check-target-no-host",
        Err(BadTarget::BadPort) => "check-target-bad-port",
        Err(BadTarget::Control) => "check-target-control",
        Ok(Target::Local { path }) if path == "/" => "check-target-is-root",
        Ok(Target::Local { path }) if has_dots(&path) => "check-target-dots",
        Ok(Target::Local { .. }) => return None,
        Ok(_) if it.sync.kind == Kind::Direct => "check-direct-not-local",
        // A word that begins with a dash would be read by ssh as one of its options.
        Ok(Target::Shell { host, .. }) if dashed(&host) => "check-host-dash",
        Ok(Target::Daemon { host, .. }) if dashed(&host) => "check-host-dash",
        Ok(Target::Daemon { path, .. }) if has_dots(&path) => "check-target-dots",
        Ok(Target::Shell { path, .. }) if path.starts_with('~') && it.sync.rsync.protect_args != Some(false) => {
            "check-target-tilde"
        }
        Ok(_) => return None,
    };
    Some(Problem::error(code).at(it.key("target")).with("target", show_bytes(text.as_bytes())))
}

fn rsyncssh(it: &Looked<'_>, problems: &mut Vec<Problem>) {
    let host = it.sync.host.as_deref().unwrap_or_default();
    let code = match host {
        "" => Some("check-host-missing"),
        host if dashed(host) => Some("check-host-dash"),
        host if host.contains(['/', ' ']) || host.contains(char::is_control) || host.ends_with(':') => {
            Some("check-host-unreadable")
        }
        _ => None,
    };
    problems
        .extend(code.map(|code| Problem::error(code).at(it.key("host")).with("target", show_bytes(host.as_bytes()))));
    let dir = it.sync.targetdir.as_deref().unwrap_or_default();
    let code = match dir {
        "" => Some("check-targetdir-missing"),
        dir if dir.contains(char::is_control) => Some("check-target-control"),
        dir if dir != "~"
            && dir.starts_with('~')
            && !dir.starts_with("~/")
            && it.sync.rsync.protect_args != Some(false) =>
        {
            Some("check-target-tilde")
        }
        _ => None,
    };
    problems.extend(
        code.map(|code| Problem::error(code).at(it.key("targetdir")).with("target", show_bytes(dir.as_bytes()))),
    );
    if it.sync.max_processes.is_some_and(|n| n > 1) {
        problems.push(Problem::error("check-rsyncssh-processes").at(it.key("maxProcesses")));
    }
}

/// A target inside its source grows for ever, a source inside its target is removed as a stranger; both are refused unless
/// the inner one is left out by the filters and the excluded stays at the target.
fn apart(it: &Looked<'_>, source: &str, target: &str) -> Option<Problem> {
    let (code, inner) = if source == target {
        ("check-target-is-source", None)
    } else if let Some(inner) = below(target, source) {
        ("check-target-inside-source", Some(inner))
    } else {
        ("check-source-inside-target", Some(below(source, target)?))
    };
    if inner.is_some_and(|inner| leaves_out(it, inner)) {
        return None;
    }
    let problem = Problem::error(code).at(it.key("target"));
    let inner = inner.unwrap_or_default();
    let pattern = format!("/{}/", show_bytes(inner.as_bytes()));
    Some(
        problem
            .with("source", show_bytes(source.as_bytes()))
            .with("target", show_bytes(target.as_bytes()))
            .with("pattern", pattern),
    )
}

/// The filters of this sync leave this directory below the root out, also when the excluded is removed at the target.
/// True also when the filters cannot be read: that is a problem of its own.
pub(super) fn leaves_out(it: &Looked<'_>, inner: &str) -> bool {
    let Some(filters) = &it.filters else { return true };
    let Ok(path) = RelPath::new(inner.as_bytes()) else { return false };
    it.sync.rsync.delete_excluded != Some(true) && filters.matcher.verdict(&path, true) == Verdict::Excluded
}

/// What is left of `path` strictly below `above`; both clean.
pub(super) fn below<'a>(path: &'a str, above: &str) -> Option<&'a str> {
    let above = if above == "/" { "" } else { above };
    path.strip_prefix(above)?.strip_prefix('/').filter(|rest| !rest.is_empty())
}

fn has_dots(path: &str) -> bool {
    path.split('/').any(|part| part == "..")
}

fn dashed(host: &str) -> bool {
    host.starts_with('-') || host.rsplit_once('@').is_some_and(|(_, host)| host.starts_with('-'))
}
