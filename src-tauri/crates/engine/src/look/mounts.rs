//! Mount points below a directory. A mount that went away reads as deleted files: the heart compares the lists.
//!
//! Linux tells in `/proc/self/mountinfo`. Elsewhere the list is empty; there a changed device of the root is all we see.

#[cfg(target_os = "linux")]
use std::fs::File;
#[cfg(target_os = "linux")]
use std::io::Read;
use std::sync::Arc;
#[cfg(target_os = "linux")]
use std::sync::{Mutex, PoisonError};

use driftless_core::paths::RelPath;
#[cfg(target_os = "linux")]
use rustix::event::{PollFd, PollFlags, Timespec, poll};

#[cfg(target_os = "linux")]
const MOUNTED: &str = "/proc/self/mountinfo";
#[cfg(target_os = "linux")]
const WANTED: &str = "/etc/fstab";
/// More than most tables have.
#[cfg(target_os = "linux")]
const PIECE: usize = 32 * 1024;

/// What is mounted, and what is to be, as it was at one moment.
#[derive(Debug, Default)]
pub(super) struct Table {
    mounted: Option<Vec<u8>>,
    wanted: Option<Vec<u8>>,
}

impl Table {
    /// As it is now.
    #[cfg(target_os = "linux")]
    fn of(mounted: impl Read) -> Table {
        let wanted = File::open(WANTED).ok().and_then(read);
        Table { mounted: read(mounted), wanted }
    }

    /// Mount points below this directory, called by its real name, sorted, each once.
    pub(super) fn below(&self, root: &[u8]) -> Vec<RelPath> {
        self.mounted.as_deref().map(|table| below(table, root)).unwrap_or_default()
    }

    /// Those of them that this machine holds itself: to open one asks no server, which may not answer.
    pub(super) fn disks_below(&self, root: &[u8]) -> Vec<RelPath> {
        let own = self.mounted.as_deref().unwrap_or_default().split(|b| *b == b'\n').filter(|line| is_own(line));
        below(&own.collect::<Vec<_>>().join(&b'\n'), root)
    }

    /// True for a directory, called by its real name, that is or lies below a mount point of `/etc/fstab` where nothing is
    /// mounted. Without both tables nothing is known to be missing.
    pub(super) fn is_bare(&self, name: &[u8]) -> bool {
        self.wanted.as_ref().zip(self.mounted.as_ref()).is_some_and(|(wanted, table)| awaited(wanted, table, name))
    }
}

/// The tables are read again only when they changed: the kernel tells, and for many mounts it writes long.
#[derive(Debug, Default)]
pub(crate) struct Tables(#[cfg(target_os = "linux")] Mutex<Option<Kept>>);

#[cfg(target_os = "linux")]
#[derive(Debug)]
struct Kept {
    /// Told of every change since it was opened, which was before it was read.
    mounted: File,
    /// When the other table was changed last, and which file it is.
    wanted: Option<(i64, i64, u64)>,
    table: Arc<Table>,
}

impl Tables {
    /// As they are now.
    #[cfg(target_os = "linux")]
    pub(super) fn now(&self) -> Arc<Table> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.as_ref().filter(|kept| kept.holds()) {
            return Arc::clone(&kept.table);
        }
        let wanted = stamp();
        let Ok(mounted) = File::open(MOUNTED) else { return Arc::default() };
        let table = Arc::new(Table::of(&mounted));
        // What could not be read is tried again the next time.
        *kept = table.mounted.is_some().then(|| Kept { mounted, wanted, table: Arc::clone(&table) });
        table
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn now(&self) -> Arc<Table> {
        Arc::default()
    }
}

#[cfg(target_os = "linux")]
impl Kept {
    fn holds(&self) -> bool {
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let mut fds = [PollFd::new(&self.mounted, PollFlags::PRI)];
        matches!(poll(&mut fds, Some(&now)), Ok(0)) && self.wanted == stamp()
    }
}

#[cfg(target_os = "linux")]
fn stamp() -> Option<(i64, i64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(WANTED).ok().map(|meta| (meta.ctime(), meta.ctime_nsec(), meta.ino()))
}

/// In large pieces: for each the kernel goes over all mounts again.
#[cfg(target_os = "linux")]
fn read(mut file: impl Read) -> Option<Vec<u8>> {
    let mut text = vec![0; PIECE];
    let mut full = 0;
    loop {
        match file.read(&mut text[full..]) {
            Ok(0) => break,
            Ok(more) => full += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
        if full == text.len() {
            text.resize(2 * full, 0);
        }
    }
    text.truncate(full);
    Some(text)
}

/// What is mounted by hand only (`noauto`) is missing most of the time, and is no news.
fn awaited(fstab: &[u8], mountinfo: &[u8], name: &[u8]) -> bool {
    let mounted = |point: &[u8]| {
        let mut points = mountinfo.split(|b| *b == b'\n').filter_map(|line| line.split(|b| *b == b' ').nth(4));
        points.any(|field| unescaped(field) == point)
    };
    fstab.split(|b| *b == b'\n').any(|line| {
        let mut fields = line.split(|b| matches!(b, b' ' | b'\t')).filter(|field| !field.is_empty());
        let (what, point) = (fields.next(), fields.next().map(unescaped));
        let (Some(what), Some(point)) = (what, point) else { return false };
        let by_hand = fields.nth(1).is_some_and(|options| options.split(|b| *b == b',').any(|one| one == b"noauto"));
        let point = point.strip_suffix(b"/").unwrap_or(&point);
        let within = name.strip_prefix(point).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"));
        !what.starts_with(b"#") && point.starts_with(b"/") && within && !by_hand && !mounted(point)
    })
}

#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux has the table"))]
fn below(mountinfo: &[u8], root: &[u8]) -> Vec<RelPath> {
    let prefix = root.strip_suffix(b"/").unwrap_or(root);
    let mut found: Vec<RelPath> = mountinfo
        .split(|b| *b == b'\n')
        .filter_map(|line| line.split(|b| *b == b' ').nth(4))
        .filter_map(|point| {
            let point = unescaped(point);
            let rest = point.strip_prefix(prefix)?.strip_prefix(b"/")?;
            RelPath::new(rest).ok().filter(|path| !path.is_root())
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// A line of a file system on a device, or of one that needs none and is no server's either.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux has the table"))]
fn is_own(line: &[u8]) -> bool {
    const WITHOUT_DEVICE: [&[u8]; 5] = [b"btrfs", b"tmpfs", b"overlay", b"zfs", b"bcachefs"];
    let mut fields = line.split(|b| *b == b' ');
    let device = fields.nth(2).is_some_and(|number| !number.starts_with(b"0:"));
    // Between them stand any number of optional fields.
    let kind = fields.skip_while(|field| *field != b"-").nth(1);
    device || kind.is_some_and(|kind| WITHOUT_DEVICE.contains(&kind))
}

/// Space, tab, newline and backslash stand there as `\040` and so on.
pub(crate) fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let code = match (first, after) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..]) => {
                Some((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'))
            }
            _ => None,
        };
        out.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[3..] } else { after };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"22 1 8:1 / / rw - ext4 /dev/sda rw\n\
        30 22 0:20 / /home/u/src/in\\040ner rw shared:1 - tmpfs t rw\n\
        31 30 0:21 / /home/u/src/in\\040ner/deep rw - tmpfs t rw\n\
        32 22 0:22 / /home/u/srcs rw - tmpfs t rw\n\
        33 22 0:23 / /home/u/src rw - tmpfs t rw\n\
        34 30 0:24 / /home/u/src/in\\040ner/deep rw - tmpfs t rw\n";

    fn shown(root: &[u8]) -> Vec<String> {
        below(TABLE, root).iter().map(RelPath::shown).collect()
    }

    #[test]
    fn only_what_is_mounted_below_counts_each_once() {
        assert_eq!(shown(b"/home/u/src"), ["in ner", "in ner/deep"]);
        assert_eq!(shown(b"/home/u/src/in ner"), ["deep"]);
        assert_eq!(shown(b"/nowhere"), [""; 0]);
        assert_eq!(shown(b"/").len(), 4);
    }

    #[test]
    fn what_a_server_holds_is_not_this_machines_own() {
        let own = |line: &str| is_own(line.as_bytes());
        assert!(own("30 22 8:17 / /s/disk rw shared:1 master:2 - fuseblk /dev/sdb1 rw"));
        assert!(own("30 22 0:44 / /s/sub rw - btrfs /dev/sdb rw"));
        assert!(!own("30 22 0:52 / /s/far rw shared:9 - nfs4 nas:/x rw"));
        assert!(!own("30 22 0:53 / /s/far rw - fuse.sshfs me@nas: rw"));
        assert!(!own(""));
    }

    #[test]
    fn a_mount_point_of_the_table_where_nothing_is_mounted_is_bare_with_all_below() {
        let fstab: &[u8] = b"# /dev/no /home/u/comment ext4 defaults 0 2\n/dev/sda / ext4 defaults 0 1\n\
            UUID=1 /home/u/src/in\\040ner/ ext4 nofail 0 2\nUUID=2\t/mnt/back\\040up\text4\tdefaults,nofail 0 2\n\
            UUID=3 /mnt/hand auto noauto,user 0 0\nUUID=4 none swap sw 0 0\nbroken\n";
        let bare = |name: &str| awaited(fstab, TABLE, name.as_bytes());
        assert!(bare("/mnt/back up") && bare("/mnt/back up/home/u"));
        for right in
            ["/home/u", "/home/u/src/in ner/x", "/mnt/back up 2", "/mnt", "/mnt/hand/x", "/home/u/comment/x", "/none"]
        {
            assert!(!bare(right), "{right}");
        }
        assert!(!awaited(b"", TABLE, b"/mnt/x"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_kept_is_what_is_there() {
        let tables = Tables::default();
        let root = |table: &Table| table.mounted.clone().is_some_and(|text| text.windows(3).any(|w| w == b" / "));
        assert!(root(&tables.now()) && root(&tables.now()));
        let kept = tables.0.lock().unwrap().take().unwrap();
        // Whoever tells of changes told of none, or the table is read anew.
        assert!(!kept.holds() || kept.table.mounted == read(File::open(MOUNTED).unwrap()));
        assert!(!Kept { wanted: Some((0, 0, 0)), ..kept }.holds(), "another fstab");
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescaped(b"a\\040b\\134\\011\\9"), b"a b\\\t\\9");
    }
}
