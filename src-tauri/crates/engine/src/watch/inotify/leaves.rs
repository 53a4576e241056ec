//! Directories that need not be listed, since nothing is in them that is to be watched.
//!
//! On the file systems named here a directory has two links and one for each subdirectory. Asked after the watch is in place,
//! two links mean that none is there, and that one that comes is heard of. Any other number means nothing: large directories of
//! ext4 have one link, btrfs never counts. Elsewhere numbers may be made up, so every directory is listed.

use std::os::fd::BorrowedFd;

/// ext2 to ext4, XFS, tmpfs, F2FS: those of them that are known to count.
const COUNTS: [u64; 4] = [0xef53, 0x5846_5342, 0x0102_1994, 0xf2f5_2010];

/// What a walk has learned of the file systems it met.
#[derive(Default)]
pub(super) struct Leaves {
    /// Device, and whether it counts. Never kept longer than a walk: a number may be another file system's tomorrow.
    known: Vec<(u64, bool)>,
}

impl Leaves {
    /// True if this directory, which is watched, has no subdirectory.
    pub fn is_one(&mut self, dir: BorrowedFd<'_>) -> bool {
        let Ok(stat) = rustix::fs::fstat(dir) else { return false };
        stat.st_nlink == 2 && self.counts(stat.st_dev, dir)
    }

    fn counts(&mut self, device: u64, dir: BorrowedFd<'_>) -> bool {
        if let Some((_, counts)) = self.known.iter().rev().find(|(known, _)| *known == device) {
            return *counts;
        }
        // f_type is signed or unsigned, wide or narrow, depending on the architecture; the kernel's own has 32 bits.
        #[allow(clippy::unnecessary_cast, reason = "its type differs between architectures")]
        let counts = rustix::fs::fstatfs(dir).is_ok_and(|fs| COUNTS.contains(&(fs.f_type as u64 & 0xffff_ffff)));
        self.known.push((device, counts));
        counts
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn a_directory_with_another_in_it_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let open = std::fs::File::open(dir.path()).unwrap();
        let mut leaves = Leaves::default();
        let counts = leaves.is_one(open.as_fd());
        std::fs::write(dir.path().join("file"), "").unwrap();
        assert_eq!(leaves.is_one(open.as_fd()), counts, "files do not count");
        std::fs::create_dir(dir.path().join("inner")).unwrap();
        assert!(!leaves.is_one(open.as_fd()));
    }

    #[test]
    fn where_links_are_made_up_nothing_is_concluded() {
        // /proc/self/fd has two links, as any directory of processes has, and is not on a file system that counts.
        let open = std::fs::File::open("/proc/self/fd").unwrap();
        assert!(!Leaves::default().is_one(open.as_fd()));
    }
}
