//! Our own keys: disks, networks and hours.

use super::Looked;
use crate::behaviour::options::read_words;
use crate::conditions::Hours;
use crate::config::clean_path;
use crate::disk::Disk;
use crate::paths::show_bytes;
use crate::problem::Problem;
use crate::target::Target;

/// Problems of `[sync.driftless]`, beside the name and the id.
pub(super) fn check(it: &Looked<'_>, problems: &mut Vec<Problem>) {
    let own = &it.sync.driftless;
    let source = clean_path(&it.sync.source);
    problems.extend(disk(it, "sourceDisk", own.source_disk.as_deref(), Some(&source)));
    let target = match &it.target {
        Some(Target::Local { path }) => Some(clean_path(path)),
        _ => None,
    };
    problems.extend(disk(it, "targetDisk", own.target_disk.as_deref(), target.as_deref()));
    if own.keep.is_some() {
        problems.extend(backups(it).map(|option| {
            Problem::error("check-keep-with-backup").with("option", option).at(it.key("driftless.keep"))
        }));
    }
    for text in own.only_hours.iter().filter(|text| Hours::parse(text).is_none()) {
        let problem = Problem::error("check-hours").with("value", show_bytes(text.as_bytes()));
        problems.push(problem.at(it.key("driftless.onlyHours")));
    }
    if own.only_networks.iter().any(|name| name.trim().is_empty()) {
        problems.push(Problem::error("check-network-empty").at(it.key("driftless.onlyNetworks")));
    }
}

/// An option that puts what is replaced elsewhere than the trash does.
fn backups(it: &Looked<'_>) -> Option<&'static str> {
    let options = &it.sync.rsync;
    let extra = it.filters.as_ref().map(|f| read_words(&f.extra)).unwrap_or_default();
    let mut given = extra.iter().flat_map(|w| &w.options).filter(|g| !g.negated).filter_map(|g| g.option);
    let written = [
        ("backup", options.backup == Some(true)),
        ("backup_dir", options.backup_dir.is_some()),
        ("suffix", options.suffix.is_some()),
    ];
    let written = written.into_iter().find(|(_, on)| *on).map(|(name, _)| name);
    written.or_else(|| given.find(|o| matches!(o.name, "backup" | "backup-dir" | "suffix")).map(|o| o.name))
}

/// `place`: the folder of that end, where it is one on this machine.
fn disk(it: &Looked<'_>, key: &str, written: Option<&str>, place: Option<&str>) -> Option<Problem> {
    // An empty one is told of as every empty text is.
    let written = written.filter(|text| !text.is_empty())?;
    let at = |problem: Problem| Some(problem.at(it.key(&format!("driftless.{key}"))));
    let Some(disk) = Disk::parse(written) else {
        return at(Problem::error("check-disk").with("value", show_bytes(written.as_bytes())));
    };
    let Some(place) = place else {
        return at(Problem::error("check-disk-not-local"));
    };
    match disk {
        // Else another folder than the one that is written would be taken.
        Disk::Known { folder: Some(folder), .. } if !folder.is_empty() && !ends_with(place, &folder) => {
            at(Problem::error("check-disk-folder")
                .with("folder", show_bytes(folder.as_bytes()))
                .with("place", show_bytes(place.as_bytes())))
        }
        _ => None,
    }
}

fn ends_with(place: &str, folder: &str) -> bool {
    place.strip_suffix(folder).is_some_and(|rest| rest.ends_with('/'))
}
