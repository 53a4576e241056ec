//! Where the disks are that come and go: found by the UUID of their file system, wherever it is mounted.
//!
//! Only the mount table and udev's links are read: a disk that does not answer keeps nobody waiting.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use driftless_core::disk::{Disk, End};
use driftless_core::mirror::{DiskIs, SyncKey};
use driftless_core::record::Roots;

use crate::look::unescaped;

/// Finds disks, and remembers which one an end that says `auto` was first seen on.
#[derive(Debug)]
pub(crate) struct Disks {
    table: PathBuf,
    by_uuid: PathBuf,
    seen: HashMap<(SyncKey, End), String>,
    /// By the sync's id: the file systems on which earlier processes found what says `auto`, as the record has them.
    before: HashMap<(String, End), u64>,
}

/// One line of the mount table.
#[derive(Debug)]
struct Mounted {
    device: u64,
    /// Which part of the file system stands there.
    root: PathBuf,
    point: PathBuf,
    source: PathBuf,
}

impl Disks {
    /// By the system's own table and links.
    pub(crate) fn new() -> Disks {
        Disks::of("/proc/self/mountinfo", "/dev/disk/by-uuid")
    }

    fn of(table: impl Into<PathBuf>, by_uuid: impl Into<PathBuf>) -> Disks {
        Disks { table: table.into(), by_uuid: by_uuid.into(), seen: HashMap::new(), before: HashMap::new() }
    }

    /// An earlier process found these at the ends of this sync. Some file systems have no other id than their device's number, which is
    /// short and another one the next time: they are not known again.
    pub(crate) fn were(&mut self, id: &str, roots: &Roots) {
        for (end, root) in [(End::Source, &roots.source), (End::Target, &roots.target)] {
            if let Some(fs) = root.as_ref().and_then(|root| root.fs).filter(|fs| *fs > u64::from(u32::MAX)) {
                self.before.insert((id.to_owned(), end), fs);
            }
        }
    }

    /// Another disk stands there than the one that an earlier process knew.
    fn is_other(&self, id: &str, end: End, place: &str, point: &Path) -> bool {
        let Some(known) = self.before.get(&(id.to_owned(), end)) else { return false };
        let now = rustix::fs::statvfs(place).or_else(|_| rustix::fs::statvfs(point));
        now.is_ok_and(|now| now.f_fsid != 0 && now.f_fsid != *known)
    }

    /// Whether the disk of this end of the sync of this `id` is there; `place` is the folder as it is configured.
    pub(crate) fn find(&mut self, (sync, id): (SyncKey, &str), end: End, disk: &Disk, place: &str) -> DiskIs {
        let mounts = self.mounts();
        // Of several at one point the last one is seen, and the last of equals is the greatest.
        let on = mounts.iter().filter(|m| Path::new(place).starts_with(&m.point));
        let here = on.max_by_key(|m| m.point.components().count());
        let uuid_here = here.and_then(|m| self.uuid_of(m));
        match disk {
            Disk::Auto => {
                let seen = self.seen.get(&(sync, end)).cloned();
                // What lies on the system's own disk is a bare mount point.
                let fits = |m: &Mounted| {
                    m.point != Path::new("/") && (seen.is_some() || !self.is_other(id, end, place, &m.point))
                };
                let found = uuid_here.filter(|_| here.is_some_and(fits));
                match found.filter(|uuid| seen.as_ref().is_none_or(|seen| seen == uuid)) {
                    Some(uuid) => {
                        self.seen.insert((sync, end), uuid);
                        DiskIs::At(place.to_owned())
                    }
                    None => DiskIs::Away { uuid: seen },
                }
            }
            Disk::Known { uuid, folder: None } if uuid_here.as_ref() == Some(uuid) => DiskIs::At(place.to_owned()),
            Disk::Known { uuid, folder: None } => DiskIs::Away { uuid: Some(uuid.clone()) },
            Disk::Known { uuid, folder: Some(folder) } => {
                let whole = Path::new("/").join(folder);
                let mut places: Vec<PathBuf> = mounts
                    .iter()
                    .filter(|m| self.uuid_of(m).as_ref() == Some(uuid))
                    .filter_map(|m| Some(m.point.join(whole.strip_prefix(&m.root).ok()?)))
                    .collect();
                // Where it is configured, if it is there.
                places.sort_by_key(|found| found != Path::new(place));
                match places.first().and_then(|found| found.to_str()) {
                    Some(found) => DiskIs::At(trimmed(found)),
                    None => DiskIs::Away { uuid: Some(uuid.clone()) },
                }
            }
        }
    }

    fn mounts(&self) -> Vec<Mounted> {
        let table = std::fs::read(&self.table).unwrap_or_default();
        table.split(|b| *b == b'\n').filter_map(parse).collect()
    }

    fn uuid_of(&self, mount: &Mounted) -> Option<String> {
        let number = |path: &Path| std::fs::metadata(path).ok().map(|m| m.rdev()).filter(|n| *n != 0);
        // Some file systems have device numbers of their own making: then the device that they were mounted from counts.
        let source = mount.source.starts_with("/dev").then(|| number(&mount.source)).flatten();
        let links = std::fs::read_dir(&self.by_uuid).ok()?;
        let same = |path: &Path| number(path).is_some_and(|n| n == mount.device || Some(n) == source);
        links.flatten().find(|link| same(&link.path())).and_then(|link| link.file_name().into_string().ok())
    }
}

/// `ID PARENT MAJOR:MINOR ROOT POINT OPTIONS… - TYPE SOURCE OPTIONS`
fn parse(line: &[u8]) -> Option<Mounted> {
    let path = |field: &[u8]| PathBuf::from(OsStr::from_bytes(&unescaped(field)));
    let mut fields = line.split(|b| *b == b' ');
    let (major, minor) = std::str::from_utf8(fields.nth(2)?).ok()?.split_once(':')?;
    let device = rustix::fs::makedev(major.parse().ok()?, minor.parse().ok()?);
    let (root, point) = (path(fields.next()?), path(fields.next()?));
    let source = path(fields.skip_while(|f| *f != b"-").nth(2)?);
    Some(Mounted { device, root, point, source })
}

fn trimmed(path: &str) -> String {
    let short = path.trim_end_matches('/');
    if short.is_empty() { "/".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of a test: `NULL` and `ZERO` are mounted from these devices, which every machine has.
    fn disks(dir: &Path, table: &str) -> Disks {
        let links = dir.join("by-uuid");
        std::fs::create_dir_all(&links).unwrap();
        for (uuid, device) in [("NULL-1", "/dev/null"), ("ZERO-2", "/dev/zero")] {
            let _ = std::os::unix::fs::symlink(device, links.join(uuid));
        }
        std::fs::write(dir.join("table"), table).unwrap();
        Disks::of(dir.join("table"), links)
    }

    fn number(device: &str) -> String {
        let n = std::fs::metadata(device).unwrap().rdev();
        format!("{}:{}", rustix::fs::major(n), rustix::fs::minor(n))
    }

    fn at(place: &str) -> DiskIs {
        DiskIs::At(place.to_owned())
    }

    fn away(uuid: Option<&str>) -> DiskIs {
        DiskIs::Away { uuid: uuid.map(str::to_owned) }
    }

    #[test]
    fn a_folder_on_a_disk_is_found_wherever_it_is_mounted() {
        let dir = tempfile::tempdir().unwrap();
        let root = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n";
        let known = Disk::parse("UUID=NULL-1/photos/new").unwrap();
        let find =
            |table: String| disks(dir.path(), &table).find((SyncKey(1), "id"), End::Source, &known, "/m/a/photos/new");
        let null = number("/dev/null");
        assert_eq!(find(root.to_owned()), away(Some("NULL-1")));
        assert_eq!(find(format!("{root}30 22 {null} / /m/b\\040c rw - vfat /dev/sdb1 rw\n")), at("/m/b c/photos/new"));
        // A part of it is mounted; another part is not it.
        assert_eq!(find(format!("{root}30 22 {null} /photos /p rw - ext4 /dev/sdb1 rw\n")), at("/p/new"));
        assert_eq!(find(format!("{root}30 22 {null} /other /p rw - ext4 /dev/sdb1 rw\n")), away(Some("NULL-1")));
        // The configured place counts first.
        let both = format!("30 22 {null} / /x rw - ext4 d rw\n31 22 {null} / /m/a rw - ext4 d rw\n");
        assert_eq!(find(both), at("/m/a/photos/new"));
        // A file system whose device number is its own, mounted from the device.
        assert_eq!(find(format!("{root}30 22 0:55 / /b rw shared:1 - btrfs /dev/null rw\n")), at("/b/photos/new"));
    }

    #[test]
    fn without_a_folder_only_the_configured_place_counts() {
        let dir = tempfile::tempdir().unwrap();
        let known = Disk::parse("UUID=NULL-1").unwrap();
        let (null, zero) = (number("/dev/null"), number("/dev/zero"));
        let find = |table: String| disks(dir.path(), &table).find((SyncKey(1), "id"), End::Target, &known, "/m/a/copy");
        assert_eq!(find(format!("30 22 {null} / /m/a rw - ext4 d rw\n")), at("/m/a/copy"));
        assert_eq!(find(format!("30 22 {null} / /m/b rw - ext4 d rw\n")), away(Some("NULL-1")));
        let over = format!("30 22 {null} / /m/a rw - ext4 d rw\n31 30 {zero} / /m/a rw - ext4 d rw\n");
        assert_eq!(find(over), away(Some("NULL-1")), "another one is mounted over it");
    }

    #[test]
    fn auto_is_the_disk_it_was_first_seen_on_and_never_the_systems_own() {
        let dir = tempfile::tempdir().unwrap();
        let (null, zero) = (number("/dev/null"), number("/dev/zero"));
        let system = format!("22 1 {zero} / / rw - ext4 /dev/sda1 rw\n");
        let mut disks = disks(dir.path(), &system);
        let mut find = |table: String| {
            std::fs::write(dir.path().join("table"), table).unwrap();
            disks.find((SyncKey(1), "id"), End::Target, &Disk::Auto, "/m/copy")
        };
        assert_eq!(find(system.clone()), away(None), "its mount point is bare");
        assert_eq!(find(format!("{system}30 22 {null} / /m rw - ext4 d rw\n")), at("/m/copy"));
        assert_eq!(find(format!("{system}30 22 {zero} / /m rw - ext4 d rw\n")), away(Some("NULL-1")), "another disk");
        assert_eq!(find(format!("{system}30 22 {null} / /m rw - ext4 d rw\n")), at("/m/copy"));
    }
}
