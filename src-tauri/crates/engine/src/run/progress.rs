//! Whether a run still moves, seen from outside.
//!
//! Progress is: a byte read by an rsync of the group, or more than a few KiB written. Writing alone does not count:
//! against a frozen server rsync's own keep-alives go on for ever (that is why its `--timeout` is not enough). For the
//! same reason its ssh does not count where an rsync is there to be asked: it reads those keep-alives.
//! Where `/proc` is missing nothing is known, and nothing is called stalled.

use rustix::process::Pid;

/// What the processes of one group have read and written so far, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counters {
    read: u64,
    written: u64,
}

/// More than keep-alives write in any time we wait for.
const KEEP_ALIVES: u64 = 4096;

impl Counters {
    /// True if something moved since `before`. A group that has lost a process counts as moving.
    pub(crate) fn moved_since(&self, before: &Counters) -> bool {
        self.read != before.read || self.written < before.written || self.written - before.written > KEEP_ALIVES
    }
}

/// The counters of this process group; `None` if the system does not tell.
#[cfg(target_os = "linux")]
pub(crate) fn counters(group: Pid) -> Option<Counters> {
    let mut rsync = None::<Counters>;
    let mut all = None::<Counters>;
    for entry in std::fs::read_dir("/proc").ok()?.flatten() {
        let name = entry.file_name();
        if !name.as_encoded_bytes().first().is_some_and(u8::is_ascii_digit) {
            continue;
        }
        let dir = entry.path();
        let Some((comm, pgrp)) = std::fs::read(dir.join("stat")).ok().as_deref().and_then(of_stat) else { continue };
        if pgrp != group.as_raw_nonzero().get() {
            continue;
        }
        let Some(io) = std::fs::read_to_string(dir.join("io")).ok().as_deref().and_then(of_io) else { continue };
        add(&mut all, io);
        if comm {
            add(&mut rsync, io);
        }
    }
    rsync.or(all)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn counters(_group: Pid) -> Option<Counters> {
    None
}

fn add(sum: &mut Option<Counters>, io: Counters) {
    let sum = sum.get_or_insert_default();
    sum.read += io.read;
    sum.written += io.written;
}

/// Of `/proc/PID/stat`: whether it is an rsync, and its process group. The name stands in brackets and may hold any byte.
fn of_stat(stat: &[u8]) -> Option<(bool, i32)> {
    let open = stat.iter().position(|b| *b == b'(')?;
    let close = stat.iter().rposition(|b| *b == b')')?;
    let name = stat.get(open + 1..close)?;
    let rest = std::str::from_utf8(stat.get(close + 1..)?).ok()?;
    let group = rest.split_ascii_whitespace().nth(2)?.parse().ok()?;
    Some((name.windows(5).any(|w| w == b"rsync"), group))
}

fn of_io(io: &str) -> Option<Counters> {
    let value = |key: &str| io.lines().find_map(|line| line.strip_prefix(key)?.trim().parse().ok());
    Some(Counters { read: value("rchar:")?, written: value("wchar:")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_files_are_read() {
        assert_eq!(of_stat(b"12 (rsync) S 1 77 12 0 -1"), Some((true, 77)));
        assert_eq!(of_stat(b"12 (a) b) (c) R 1 78 12"), Some((false, 78)));
        assert_eq!(of_stat(b"12 (openrsync) S 1 77 12 0 -1"), Some((true, 77)));
        assert_eq!(of_stat(b""), None);
        let io = "rchar: 10\nwchar: 20\nsyscr: 1\nsyscw: 1\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n";
        assert_eq!(of_io(io), Some(Counters { read: 10, written: 20 }));
        assert_eq!(of_io("rchar: 10\n"), None);
    }

    #[test]
    fn keep_alives_are_no_progress() {
        let before = Counters { read: 1000, written: 1000 };
        assert!(!before.moved_since(&before));
        assert!(!Counters { read: 1000, written: 1400 }.moved_since(&before));
        assert!(Counters { read: 1004, written: 1000 }.moved_since(&before));
        assert!(Counters { read: 1000, written: 9000 }.moved_since(&before));
        assert!(Counters { read: 1000, written: 10 }.moved_since(&before));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn our_own_group_can_be_counted() {
        let first = counters(rustix::process::getpgrp()).unwrap();
        std::fs::read("/proc/self/status").unwrap();
        assert!(counters(rustix::process::getpgrp()).unwrap().moved_since(&first));
    }
}
