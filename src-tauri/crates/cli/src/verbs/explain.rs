//! `explain`: is this path sent, and which rule decides.

use std::path::{Component, Path, PathBuf};

use driftless_core::filter::Verdict;
use driftless_core::paths::{RelPath, show_bytes};
use driftless_core::plan::SyncPlan;
use driftless_engine::places::Places;

use super::{FAILED, OK, origin};
use crate::report;

/// Explains for each sync that the path lies in.
pub fn explain(config: String, path: &str, places: &Places) -> u8 {
    let loaded = match origin(&config, places).and_then(|o| o.load()) {
        Ok(loaded) => loaded,
        Err(why) => {
            report::not_loaded(&why, &config);
            return FAILED;
        }
    };
    let mut found = false;
    for sync in &loaded.plan.syncs {
        if let Some(below) = below(&sync.source, path) {
            found = true;
            report::stdout(&lines(sync, &below, path));
        }
    }
    if !found {
        let sources: Vec<&str> = loaded.plan.syncs.iter().map(|s| s.source.as_str()).collect();
        report::error(&format!("'{path}' lies in no source of {config}. Its sources are: {}.", sources.join(", ")));
        return FAILED;
    }
    OK
}

/// The path below the source, if it lies there; a relative one is taken as below each source.
pub fn below(source: &str, path: impl AsRef<Path>) -> Option<RelPath> {
    let clean = clean(path.as_ref())?;
    let inside = if clean.is_absolute() { clean.strip_prefix(source).ok()?.to_owned() } else { clean };
    RelPath::new(std::os::unix::ffi::OsStrExt::as_bytes(inside.as_os_str())).ok()
}

/// Without `.` and doubled slashes; `..` is taken away with what stands before it.
fn clean(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    return None;
                }
            }
            other => out.push(other),
        }
    }
    Some(out)
}

fn lines(sync: &SyncPlan, below: &RelPath, typed: &str) -> String {
    let real =
        Path::new(&sync.source).join(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(below.bytes()));
    let dir = typed.ends_with('/') || below.is_root() || std::fs::symlink_metadata(real).is_ok_and(|m| m.is_dir());
    let why = sync.matcher.explain(below, dir);
    let verdict = match why.verdict {
        Verdict::Sent => "sent",
        Verdict::Excluded => "left out",
    };
    let slash = if dir && !below.is_root() { "/" } else { "" };
    let mut out = format!("{}: /{}{slash}: {verdict}", show_bytes(sync.name.as_bytes()), below.shown());
    match &why.rule {
        Some(rule) => out.push_str(&format!(" by '{}' ({})", rule.rule, rule.source)),
        None => out.push_str(": no rule matches it"),
    }
    if why.at != *below {
        out.push_str(&format!(", which decides at /{}/", why.at.shown()));
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_looked_for_below_the_source() {
        let shown = |source: &str, path: &str| below(source, path).map(|p| p.shown());
        assert_eq!(shown("/a/b", "/a/b/c/./d/").as_deref(), Some("c/d"));
        assert_eq!(shown("/a/b", "/a/b").as_deref(), Some(""));
        assert_eq!(shown("/a/b", "/a/bc"), None);
        assert_eq!(shown("/a/b", "/a/b/../x"), None);
        assert_eq!(shown("/a/b", "x/y").as_deref(), Some("x/y"));
        assert_eq!(shown("/", "/etc/x").as_deref(), Some("etc/x"));
    }
}
