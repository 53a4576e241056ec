//! Syncs beside each other: the same twice, into the same target, or in a ring.

use std::collections::HashMap;

use super::Looked;
use super::places::{below, leaves_out};
use crate::config::{clean_path, display_name, identity};
use crate::paths::show_bytes;
use crate::problem::Problem;
use crate::target::Target;

/// Problems of more than one sync; each is told at the later one.
pub(super) fn check(all: &[Looked<'_>], problems: &mut Vec<Problem>) {
    let mut ids: HashMap<String, usize> = HashMap::new();
    let mut names: HashMap<String, usize> = HashMap::new();
    let mut pairs: HashMap<(&str, String, String), usize> = HashMap::new();
    for it in all {
        if let Some(id) = it.sync.driftless.id.as_deref().filter(|id| !fits_a_file_name(id)) {
            let shown = show_bytes(id.as_bytes());
            problems.push(Problem::error("check-id-unfit").with("id", shown).at(it.key("driftless.id")));
        }
        let target = it.target.as_ref().map(Target::to_string).unwrap_or_default();
        let pair = (it.sync.kind.word(), clean_path(&it.sync.source), target);
        if let Some(first) = it.target.as_ref().and_then(|_| pairs.insert(pair, it.at)) {
            problems
                .push(Problem::error("check-duplicate-sync").with("first", first + 1).at(format!("sync[{}]", it.at)));
            continue;
        }
        let id = identity(it.sync);
        if let Some(first) = ids.insert(id.clone(), it.at) {
            let problem = Problem::error("check-duplicate-id").with("id", show_bytes(id.as_bytes()));
            problems.push(problem.with("first", first + 1).at(it.key("driftless.id")));
        }
        let name = display_name(it.sync, it.at);
        if let Some(first) = names.insert(name.clone(), it.at) {
            let problem = Problem::error("check-duplicate-name").with("name", show_bytes(name.as_bytes()));
            problems.push(problem.with("first", first + 1).at(it.key("driftless.name")));
        }
    }
    shared_targets(all, problems);
    rings(all, problems);
}

/// Ids become file names of the record.
fn fits_a_file_name(id: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !id.starts_with('.') && id.len() <= 64 && id.chars().all(plain)
}

/// Two sources into one target: whichever pass removes takes the other's files for strangers.
fn shared_targets(all: &[Looked<'_>], problems: &mut Vec<Problem>) {
    let removes = |it: &Looked<'_>| it.sync.delete.unwrap_or_default().at_startup();
    for (position, it) in all.iter().enumerate() {
        for first in &all[..position] {
            let (Some(a), Some(b)) = (&first.target, &it.target) else { continue };
            if clean_path(&first.sync.source) == clean_path(&it.sync.source)
                && a == b
                && first.sync.kind == it.sync.kind
            {
                continue; // told as a duplicate
            }
            let problem = if a == b {
                let code = "check-same-target";
                if removes(first) || removes(it) { Problem::error(code) } else { Problem::warning(code) }
            } else if (removes(first) && exposed(first, b)) || (removes(it) && exposed(it, a)) {
                Problem::warning("check-nested-target")
            } else {
                continue;
            };
            let other = show_bytes(a.to_string().as_bytes());
            problems.push(problem.with("first", first.at + 1).with("other", other).at(it.key("target")));
        }
    }
}

/// True if this target lies inside that of `outer` and its filters do not leave it out.
fn exposed(outer: &Looked<'_>, inner: &Target) -> bool {
    let (Some(Target::Local { path: outer_path }), Target::Local { path }) = (&outer.target, inner) else {
        return false;
    };
    below(&clean_path(path), &clean_path(outer_path)).is_some_and(|rest| !leaves_out(outer, rest))
}

/// Local targets that feed local sources in a ring: a change would go round for ever. Told once for each ring.
fn rings(all: &[Looked<'_>], problems: &mut Vec<Problem>) {
    let feeds: Vec<Vec<usize>> = all
        .iter()
        .map(|from| (0..all.len()).filter(|to| *to != from.at && reaches(from, &all[*to])).collect())
        .collect();
    for start in 0..all.len() {
        // Only through later ones, so that each ring is found from its first sync.
        let mut seen = vec![false; all.len()];
        let mut open: Vec<usize> = feeds[start].iter().copied().filter(|n| *n > start).collect();
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            if feeds[at].contains(&start) {
                let problem = Problem::error("check-ring").with("first", start + 1).with("last", at + 1);
                problems.push(problem.at(all[at].key("target")));
                break;
            }
            open.extend(feeds[at].iter().copied().filter(|n| *n > start));
        }
    }
}

/// What `from` writes is watched by `to`.
fn reaches(from: &Looked<'_>, to: &Looked<'_>) -> bool {
    let Some(Target::Local { path }) = &from.target else { return false };
    let (target, source) = (clean_path(path), clean_path(&to.sync.source));
    target == source
        || below(&target, &source).is_some_and(|rest| !leaves_out(to, rest))
        || below(&source, &target).is_some_and(|rest| !leaves_out(from, rest))
}
