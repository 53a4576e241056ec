//! `rsync = {…}` and `ssh = {…}`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! options {
    ($(#[$top:meta])* $name:ident { $( $(#[$help:meta])* $field:ident : $type:ty = $group:literal $(, $attr:literal = $value:expr)* ; )* }) => {
        $(#[$top])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $( $(#[$help])*
               #[serde(default, skip_serializing_if = "Option::is_none")]
               #[schemars(extend("x-group" = $group $(, $attr = $value)*))]
               pub $field: Option<$type>, )*
            /// More words for the command line, each one word, as they are.
            #[serde(default, rename = "_extra", skip_serializing_if = "Vec::is_empty")]
            #[schemars(extend("x-group" = "expert", "x-value" = "words"))]
            pub extra: Vec<String>,
        }

        impl $name {
            /// True if nothing is written.
            pub fn is_empty(&self) -> bool {
                *self == $name::default()
            }
        }
    };
}

options! {
    /// rsync's options under lsyncd's names; `x-flag` is what each becomes.
    RsyncOptions {
        /// The rsync program to run.
        binary: String = "program", "x-default" = "rsync", "x-value" = "path";
        /// File whose first line is the password of the daemon's module. Without one the keyring is asked.
        password_file: String = "access", "x-value" = "path", "x-flag" = "--password-file";
        /// Most that is sent in a second.
        bwlimit: u64 = "transfer", "x-unit" = "KiB/s", "x-flag" = "--bwlimit";
        /// Keep everything of a file: links, permissions, times, group, owner, devices. A `false` beside it takes one away.
        archive: bool = "keep", "x-default" = false, "x-flag" = "-lptgoD";
        /// Compress what is sent.
        compress: bool = "transfer", "x-default" = false, "x-flag" = "-z";
        /// Keep permissions.
        perms: bool = "keep", "x-default" = false, "x-flag" = "-p";
        /// Keep the owner (needs a privileged receiver).
        owner: bool = "keep", "x-default" = false, "x-flag" = "-o";
        /// Keep the group.
        group: bool = "keep", "x-default" = false, "x-flag" = "-g";
        /// Keep modification times. Without them every file looks changed.
        times: bool = "keep", "x-default" = true, "x-flag" = "-t";
        /// Copy symbolic links as links.
        links: bool = "keep", "x-default" = true, "x-flag" = "-l";
        /// Keep access control lists.
        acls: bool = "keep", "x-default" = false, "x-flag" = "-A";
        /// Keep extended attributes.
        xattrs: bool = "keep", "x-default" = false, "x-flag" = "-X";
        /// Keep hard links among the files of one transfer.
        hard_links: bool = "keep", "x-default" = false, "x-flag" = "-H";
        /// Keep whether a file may be executed.
        executability: bool = "keep", "x-default" = false, "x-flag" = "-E";
        /// Leave the times of directories alone.
        omit_dir_times: bool = "keep", "x-default" = false, "x-flag" = "-O";
        /// Leave the times of symbolic links alone.
        omit_link_times: bool = "keep", "x-default" = false, "x-flag" = "-J";
        /// Change permissions on the way, as `D755,F644`.
        chmod: String = "keep", "x-flag" = "--chmod";
        /// Set owner and group at the target, as `USER:GROUP`.
        chown: String = "keep", "x-flag" = "--chown";
        /// Map owners, as `FROM:TO,…`.
        usermap: String = "keep", "x-flag" = "--usermap";
        /// Map groups, as `FROM:TO,…`.
        groupmap: String = "keep", "x-flag" = "--groupmap";
        /// Copy what a symbolic link points to.
        copy_links: bool = "links", "x-default" = false, "x-flag" = "-L";
        /// Copy the directory that a symbolic link points to.
        copy_dirlinks: bool = "links", "x-default" = false, "x-flag" = "-k";
        /// Copy what a link points to if that lies outside the source.
        copy_unsafe_links: bool = "links", "x-default" = false, "x-flag" = "--copy-unsafe-links";
        /// Treat a link to a directory at the target as the directory.
        keep_dirlinks: bool = "links", "x-default" = false, "x-flag" = "-K";
        /// Compare by checksum rather than by size and time: reads everything on both sides.
        checksum: bool = "compare", "x-default" = false, "x-flag" = "-c";
        /// Compare every file, even where size and time agree.
        ignore_times: bool = "compare", "x-default" = false, "x-flag" = "-I";
        /// Leave files alone that are newer at the target.
        update: bool = "compare", "x-default" = false, "x-flag" = "-u";
        /// Only what exists at the target already.
        existing: bool = "compare", "x-default" = false, "x-flag" = "--existing";
        /// Leave out what CVS would.
        cvs_exclude: bool = "compare", "x-default" = false, "x-flag" = "-C";
        /// Stay on the source's file system.
        one_file_system: bool = "compare", "x-default" = false, "x-flag" = "-x";
        /// Leave out directories that are empty at the end.
        prune_empty_dirs: bool = "compare", "x-default" = false, "x-flag" = "-m";
        /// Also remove at the target what is excluded; on full passes.
        delete_excluded: bool = "compare", "x-default" = false, "x-flag" = "--delete-excluded";
        /// Write into the file itself rather than into a copy that then takes its place.
        inplace: bool = "transfer", "x-default" = false, "x-flag" = "--inplace";
        /// Add to the end of shorter files.
        append: bool = "transfer", "x-default" = false, "x-flag" = "--append";
        /// The same, with the old part checked.
        append_verify: bool = "transfer", "x-default" = false, "x-flag" = "--append-verify";
        /// Send whole files rather than differences.
        whole_file: bool = "transfer", "x-default" = false, "x-flag" = "-W";
        /// Write long runs of zeros as holes.
        sparse: bool = "transfer", "x-default" = false, "x-flag" = "-S";
        /// Give up when nothing moves for so long.
        timeout: u32 = "transfer", "x-unit" = "s", "x-flag" = "--timeout";
        /// Directory at the target for files in the making.
        temp_dir: String = "transfer", "x-flag" = "--temp-dir";
        /// Keep a copy of what is replaced or removed.
        backup: bool = "backup", "x-default" = false, "x-flag" = "-b";
        /// Directory at the target for those copies.
        backup_dir: String = "backup", "x-flag" = "--backup-dir";
        /// What their names end in.
        suffix: String = "backup", "x-flag" = "--suffix";
        /// Protect names from the far side's shell.
        protect_args: bool = "program", "x-default" = true, "x-flag" = "-s";
        /// The remote shell and its options.
        rsh: String = "program", "x-flag" = "--rsh";
        /// The rsync program at the far side.
        rsync_path: String = "program", "x-flag" = "--rsync-path";
        /// Use IPv4.
        ipv4: bool = "program", "x-default" = false, "x-flag" = "-4";
        /// Use IPv6.
        ipv6: bool = "program", "x-default" = false, "x-flag" = "-6";
        /// Say nothing but errors.
        quiet: bool = "program", "x-default" = false, "x-flag" = "-q";
        /// Say more in the log.
        verbose: bool = "program", "x-default" = false, "x-flag" = "-v";
        /// Change nothing, only say what would be done.
        dry_run: bool = "program", "x-default" = false, "x-flag" = "-n";
    }
}

/// A value of an ssh option, as lsyncd takes it.
type SshValue = String;

options! {
    /// ssh's options under lsyncd's names.
    SshOptions {
        /// The ssh program to run.
        binary: String = "program", "x-default" = "ssh", "x-value" = "path";
        /// The private key to use.
        #[serde(rename = "identityFile")]
        identity_file: String = "access", "x-value" = "path", "x-flag" = "-i";
        /// Options as in ssh's own configuration, by name.
        options: BTreeMap<String, SshValue> = "expert", "x-flag" = "-o";
        /// Port at the far side.
        port: u16 = "access", "x-flag" = "-p";
    }
}
