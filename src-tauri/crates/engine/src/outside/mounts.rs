//! Which syncs a change of the mount table concerns: those whose source or local target lies below a mount point that came
//! or went, or above one.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::watch::mounts::Mount;

/// The mount points that differ between two looks at the table.
pub(crate) fn differences(before: &[Mount], now: &[Mount]) -> Vec<PathBuf> {
    let only = |a: &[Mount], b: &[Mount]| -> Vec<PathBuf> {
        a.iter().filter(|m| !b.contains(m)).map(|m| PathBuf::from(OsStr::from_bytes(&m.point))).collect()
    };
    let mut points = only(now, before);
    points.extend(only(before, now));
    points
}

/// True if one of the points lies on the way to this path or below it, as it is called or as its links lead. May wait for a
/// file system that does not answer.
pub(crate) fn concern(points: &[PathBuf], path: &Path) -> bool {
    let names = [Some(path.to_owned()), resolved(path)];
    let touches = |name: &PathBuf, point: &PathBuf| name.starts_with(point) || point.starts_with(name);
    names.iter().flatten().any(|name| points.iter().any(|point| touches(name, point)))
}

/// The path with its links followed, as far as it is there.
fn resolved(path: &Path) -> Option<PathBuf> {
    path.ancestors().find_map(|above| {
        let real = above.canonicalize().ok()?;
        Some(real.join(path.strip_prefix(above).ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mount(id: u64, point: &str) -> Mount {
        Mount { id, point: point.into(), fstype: "ext4".into() }
    }

    #[test]
    fn what_came_went_or_was_mounted_anew_differs() {
        let before = [mount(1, "/"), mount(2, "/a"), mount(3, "/b")];
        let now = [mount(1, "/"), mount(4, "/b"), mount(5, "/c")];
        let mut points = differences(&before, &now);
        points.sort();
        points.dedup();
        assert_eq!(points, ["/a", "/b", "/c"].map(PathBuf::from));
    }

    #[test]
    fn a_sync_is_concerned_by_what_lies_on_its_way_or_below_it() {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().canonicalize().unwrap();
        std::fs::create_dir(real.join("disk")).unwrap();
        std::os::unix::fs::symlink(real.join("disk"), real.join("link")).unwrap();
        let concerned = |point: PathBuf, path: PathBuf| concern(&[point], &path);
        for (point, path) in [("disk", "disk"), ("disk", "disk/not/yet"), ("disk/inner", "disk"), ("disk", "link/x")] {
            assert!(concerned(real.join(point), real.join(path)), "{point} {path}");
        }
        assert!(
            !concerned(real.join("disk"), real.join("diskette")) && !concerned(real.join("other"), real.join("disk"))
        );
    }
}
