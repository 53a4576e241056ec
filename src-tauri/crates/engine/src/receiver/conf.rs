//! The text of rsyncd.conf for one module, and what may stand in it.
//!
//! Rules of that file (rsync's params.c): a value ends at the line's end, blanks around it are cut, a backslash at the
//! end of a line joins the next one. So a path ends in `/` here: nothing is cut, nothing joined. `%NAME%` is expanded
//! where the environment has NAME; the daemon gets an empty one, and what it sets itself (`RSYNC_…`) is refused in a path.
//! So are `%%`, which versions of rsync read differently, and control characters. Module and user may hold letters,
//! digits, `.`, `_` and `-` only: everything else means something somewhere (`]`, `:`, `@`, `,`, `#`, blanks).

use std::net::SocketAddr;
use std::path::Path;

use driftless_core::paths::show_bytes;
use driftless_core::problem::Problem;

use super::Options;
use super::keep::Kept;

/// Who may connect when the daemon listens on more than loopback: private networks, whose addresses no router of the
/// internet carries.
pub const NETWORKS_NEAR: &str =
    "127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 ::1 fe80::/10 fc00::/7";
const NETWORKS_HERE: &str = "127.0.0.0/8 ::1";

/// Files that gain nothing from compression.
const PACKED: &str = "*.gz *.tgz *.zip *.z *.rpm *.deb *.iso *.bz2 *.tbz *.png *.jpg *.jpeg *.gif \
                      *.7z *.xz *.zst *.webp *.avif *.heic *.mp3 *.mp4 *.mkv *.mov *.webm *.ogg *.opus";

/// Refuses what cannot stand in the file.
pub(super) fn check(options: &Options) -> Result<(), Problem> {
    for (what, name) in [("module", &options.module), ("user", &options.user)] {
        // [global] opens rsync's own section.
        if !is_plain(name) || (what == "module" && name.eq_ignore_ascii_case("global")) {
            return Err(Problem::error("receiver-name").with("what", what).with("name", show_bytes(name.as_bytes())));
        }
    }
    for net in &options.allow {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '/' | '*' | '-' | '_');
        if net.is_empty() || !net.chars().all(fits) {
            return Err(Problem::error("receiver-allow").with("name", show_bytes(net.as_bytes())));
        }
    }
    for path in [&options.dir, &options.state] {
        let bytes = path.as_os_str().as_encoded_bytes();
        if bytes.iter().any(u8::is_ascii_control) {
            return Err(Problem::error("receiver-dir-control").with("dir", show_bytes(bytes)));
        }
        let has = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        if has(b"%%") || has(b"%RSYNC_") {
            return Err(Problem::error("receiver-dir-percent").with("dir", show_bytes(bytes)));
        }
    }
    Ok(())
}

fn is_plain(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    name.len() <= 64 && name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(fits)
}

/// The whole file, as bytes: a path need not be UTF-8.
pub(super) fn text(options: &Options, dir: &Path, address: SocketAddr, kept: &Kept) -> Vec<u8> {
    let mut out = Conf(Vec::new());
    out.word("address", &address.ip().to_string());
    out.word("port", &address.port().to_string());
    out.path("log file", &kept.log(), false);
    // No name look-ups: they stall where a network has no name server.
    out.word("reverse lookup", "no");
    out.0.extend_from_slice(format!("\n[{}]\n", options.module).as_bytes());
    out.word("comment", "received by driftless");
    out.path("path", dir, true);
    out.word("read only", "no");
    out.word("use chroot", "no");
    out.word("munge symlinks", "yes");
    out.word("max connections", "8");
    out.path("lock file", &kept.connections(), false);
    out.word("hosts allow", &allowed(options));
    out.word("auth users", &options.user);
    out.path("secrets file", &kept.secrets(), false);
    out.word("strict modes", "yes");
    out.word("timeout", "600");
    out.word("dont compress", PACKED);
    #[cfg(unix)]
    if rustix::process::geteuid().is_root() {
        // Else it would write as nobody.
        out.word("uid", "root");
        out.word("gid", "root");
    }
    out.0
}

fn allowed(options: &Options) -> String {
    if !options.allow.is_empty() {
        options.allow.join(" ")
    } else if options.listen.is_loopback() {
        NETWORKS_HERE.to_owned()
    } else {
        NETWORKS_NEAR.to_owned()
    }
}

struct Conf(Vec<u8>);

impl Conf {
    fn word(&mut self, name: &str, value: &str) {
        self.0.extend_from_slice(format!("{name} = {value}\n").as_bytes());
    }

    fn path(&mut self, name: &str, path: &Path, is_dir: bool) {
        self.0.extend_from_slice(format!("{name} = ").as_bytes());
        self.0.extend_from_slice(path.as_os_str().as_encoded_bytes());
        self.0.extend_from_slice(if is_dir { b"/\n" } else { b"\n" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(change: impl FnOnce(&mut Options)) -> String {
        let mut options = Options::new("/srv/in", "/var/lib/x");
        change(&mut options);
        check(&options).map(|()| "fine".to_owned()).unwrap_or_else(|problem| problem.code)
    }

    #[test]
    fn what_would_mean_something_to_rsyncd_is_refused() {
        for bad in ["", "a b", "a]", "a\n[b]", "a:rw", "@all", "a,b", "%USER%", "-x", "#x", ".x", "é", "a/b", "a*"] {
            assert_eq!(code(|o| o.module = bad.into()), "receiver-name", "module {bad:?}");
            assert_eq!(code(|o| o.user = bad.into()), "receiver-name", "user {bad:?}");
        }
        assert_eq!(code(|o| o.module = "Global".into()), "receiver-name");
        assert_eq!(code(|o| o.user = "x".repeat(65)), "receiver-name");
        assert_eq!(code(|o| o.dir = "/srv/in\nuid = root".into()), "receiver-dir-control");
        assert_eq!(code(|o| o.dir = "/srv/%RSYNC_USER_NAME%".into()), "receiver-dir-percent");
        assert_eq!(code(|o| o.dir = "/srv/100%%".into()), "receiver-dir-percent");
        assert_eq!(code(|o| o.dir = "/srv/100% %USER%".into()), "fine");
        assert_eq!(code(|o| o.allow = vec!["10.0.0.0/8\nread only".into()]), "receiver-allow");
        assert_eq!(code(|o| o.allow = vec!["10.0.0.0/8".into(), "fe80::/10".into()]), "fine");
        assert_eq!(code(|o| o.user = "rsync_user-1.x".into()), "fine");
    }

    #[test]
    fn a_path_reaches_rsync_as_it_is() {
        let mut conf = Conf(Vec::new());
        conf.path("path", Path::new("/srv/100%USER% \\"), true);
        assert_eq!(conf.0, b"path = /srv/100%USER% \\/\n");
    }

    #[test]
    fn only_near_networks_may_connect() {
        let mut options = Options::new("/srv/in", "/var/lib/x");
        assert_eq!(allowed(&options), NETWORKS_HERE);
        options.listen = [0, 0, 0, 0].into();
        assert_eq!(allowed(&options), NETWORKS_NEAR);
        options.allow = vec!["10.1.2.3".into()];
        assert_eq!(allowed(&options), "10.1.2.3");
    }
}
