//! Which file systems report changes, and which are polled because other machines (or a user-space server) change them
//! without this kernel seeing it.

use std::path::Path;

/// What a path stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filesystem {
    /// This kernel sees every change.
    Local,
    /// It does not: the name of the type, as in `/proc/mounts`.
    Remote(String),
}

/// The magic numbers of `statfs(2)` for network file systems, with the name that is shown.
const REMOTE: &[(u64, &str)] = &[
    (0x6969, "nfs"),
    (0xff53_4d42, "cifs"),
    (0xfe53_4d42, "smb3"),
    (0x517b, "smbfs"),
    (0x6573_5546, "fuse"),
    (0x0102_1997, "9p"),
    (0x5346_414f, "afs"),
    (0x6b41_4653, "afs"),
    (0x00c3_6400, "ceph"),
    (0x7375_7245, "coda"),
    (0x564c, "ncpfs"),
    (0x0bd0_0bd0, "lustre"),
    (0x0116_1970, "gfs2"),
    (0x7461_636f, "ocfs2"),
    (0x786f_4256, "vboxsf"),
    (0xbacb_acbc, "vmhgfs"),
    (0x2030_4d49, "beegfs"),
    (0x4750_4653, "gpfs"),
    (0x013111a8, "ibrix"),
    (0xaad7_aaea, "panfs"),
];

/// The name of the type if a file system with this magic number is polled. `fstype` is what the mount table calls it, if
/// known: it tells the kinds of FUSE apart (`fuse.sshfs`), and that a FUSE over a local disk (`fuseblk`) is not polled.
pub fn polled_type(magic: u64, fstype: Option<&str>) -> Option<String> {
    // The kernel's own 32 bits; some architectures extend the sign.
    let magic = magic & 0xffff_ffff;
    let (_, name) = REMOTE.iter().find(|(number, _)| *number == magic)?;
    match fstype {
        Some("fuseblk") if *name == "fuse" => None,
        Some(fstype) => Some(fstype.to_owned()),
        None => Some((*name).to_owned()),
    }
}

/// True if a file system that the mount table calls so is polled. Unlike [`filesystem_of`] this asks the file system nothing.
pub fn polled_fstype(fstype: &str) -> bool {
    let known = |name: &str| REMOTE.iter().any(|(_, known)| *known == name);
    // Asked for anything, `autofs` mounts what stands behind it, which may not answer.
    known(fstype) || fstype.starts_with("fuse.") || matches!(fstype, "nfs4" | "autofs")
}

/// Looks at what a path stands on. An unknown answer counts as local: the watch itself then tells.
#[cfg(target_os = "linux")]
pub fn filesystem_of(path: &Path) -> Filesystem {
    let Ok(stat) = rustix::fs::statfs(path) else { return Filesystem::Local };
    // f_type is signed or unsigned, wide or narrow, depending on the architecture.
    #[allow(clippy::unnecessary_cast, reason = "its type differs between architectures")]
    let magic = stat.f_type as u64;
    if polled_type(magic, None).is_none() {
        return Filesystem::Local;
    }
    let fstype = std::fs::canonicalize(path)
        .ok()
        .and_then(|path| Some(super::mounts::covering(&super::mounts::now(), &path)?.fstype.clone()));
    polled_type(magic, fstype.as_deref()).map_or(Filesystem::Local, Filesystem::Remote)
}

/// Other systems' own watchers say themselves what they cannot watch.
#[cfg(not(target_os = "linux"))]
pub fn filesystem_of(_path: &Path) -> Filesystem {
    Filesystem::Local
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_polled_and_disks_are_not() {
        let name = |magic, fstype| polled_type(magic, fstype);
        assert_eq!(name(0x6969, Some("nfs4")).as_deref(), Some("nfs4"));
        assert_eq!(name(0xffff_ffff_fe53_4d42, Some("cifs")).as_deref(), Some("cifs"));
        assert_eq!(name(0x6573_5546, Some("fuse.sshfs")).as_deref(), Some("fuse.sshfs"));
        assert_eq!(name(0x6573_5546, None).as_deref(), Some("fuse"));
        assert_eq!(name(0x6573_5546, Some("fuseblk")), None, "ntfs-3g over a local disk");
        for local in [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x2fc1_2fc1, 0x794c_7630] {
            assert_eq!(name(local, None), None, "{local:x}");
        }
    }

    #[test]
    fn the_mount_table_s_names_tell_it_too() {
        for remote in ["nfs", "nfs4", "cifs", "fuse", "fuse.sshfs", "autofs"] {
            assert!(polled_fstype(remote), "{remote}");
        }
        for local in ["ext4", "btrfs", "fuseblk", "tmpfs", "overlay"] {
            assert!(!polled_fstype(local), "{local}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_s_own_directories_are_local() {
        assert_eq!(filesystem_of(Path::new("/proc")), Filesystem::Local);
        assert_eq!(filesystem_of(Path::new("/nowhere/at/all")), Filesystem::Local);
    }
}
