//! What a child finds in its environment: ours, without what would change how rsync works or speaks.
//!
//! - The language is C, so that messages are those that `diagnose` knows.
//! - Every `RSYNC_*` goes: `RSYNC_PASSWORD` could be read from the outside, and `RSYNC_RSH`, `RSYNC_PARTIAL_DIR`,
//!   `RSYNC_ICONV`… change what the configuration says. How a daemon is reached at all (`RSYNC_PROXY`,
//!   `RSYNC_CONNECT_PROG`) stays.
//! - Inside an AppImage the loader's variables point at our own bundled libraries: entries below `APPDIR` are taken
//!   out of every variable that is a path or a list of paths, or ssh and rsync would load them.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// The environment of a child, made from ours.
pub(crate) fn child_env(ours: impl IntoIterator<Item = (OsString, OsString)>) -> Vec<(OsString, OsString)> {
    let ours: Vec<_> = ours.into_iter().collect();
    let appdir = ours.iter().find(|(name, _)| name == "APPDIR").map(|(_, dir)| dir.clone());
    let appdir = appdir.filter(|dir| dir.as_bytes().starts_with(b"/") && dir.len() > 1);
    let mut env: Vec<_> = ours
        .into_iter()
        .filter(|(name, _)| stays(name))
        .filter_map(|(name, value)| match &appdir {
            Some(appdir) => outside(&value, appdir).map(|value| (name, value)),
            None => Some((name, value)),
        })
        .collect();
    env.push((OsString::from("LC_ALL"), OsString::from("C")));
    env
}

fn stays(name: &OsStr) -> bool {
    let name = name.as_bytes();
    let language = name == b"LANG" || name == b"LANGUAGE" || name.starts_with(b"LC_");
    let place = name == b"PWD" || name == b"OLDPWD";
    let bundle = name == b"APPDIR" || name == b"APPIMAGE" || name == b"ARGV0" || name == b"OWD";
    let rsync = name.starts_with(b"RSYNC_") && name != b"RSYNC_PROXY" && name != b"RSYNC_CONNECT_PROG";
    !(language || place || bundle || rsync)
}

/// `value` without the parts (between colons) that lie in `appdir`; `None` if nothing else was in it.
fn outside(value: &OsStr, appdir: &OsStr) -> Option<OsString> {
    let inside = |part: &[u8]| {
        part.strip_prefix(appdir.as_bytes()).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    };
    let parts: Vec<&[u8]> = value.as_bytes().split(|b| *b == b':').collect();
    if !parts.iter().any(|part| inside(part)) {
        return Some(value.to_owned());
    }
    let kept: Vec<&[u8]> = parts.into_iter().filter(|part| !inside(part) && !part.is_empty()).collect();
    if kept.is_empty() { None } else { Some(OsString::from_vec(kept.join(&b':'))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(ours: &[(&str, &str)]) -> Vec<(String, String)> {
        let text = |s: OsString| s.into_string().unwrap();
        child_env(ours.iter().map(|(n, v)| (n.into(), v.into()))).into_iter().map(|(n, v)| (text(n), text(v))).collect()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn rsync_is_not_led_by_what_we_inherited() {
        let ours = [
            ("HOME", "/home/u"),
            ("RSYNC_PASSWORD", "geheim"),
            ("RSYNC_RSH", "evil"),
            ("RSYNC_PARTIAL_DIR", "x"),
            ("RSYNC_ICONV", "."),
            ("RSYNC_PROXY", "proxy:3128"),
            ("LANG", "de_DE.UTF-8"),
            ("LANGUAGE", "de"),
            ("LC_MESSAGES", "de_DE"),
            ("SSH_AUTH_SOCK", "/run/agent"),
            ("PWD", "/somewhere"),
        ];
        let left =
            [("HOME", "/home/u"), ("RSYNC_PROXY", "proxy:3128"), ("SSH_AUTH_SOCK", "/run/agent"), ("LC_ALL", "C")];
        assert_eq!(made(&ours), pairs(&left));
    }

    #[test]
    fn nothing_of_an_appimage_reaches_a_child() {
        let ours = [
            ("APPDIR", "/tmp/.mount_x"),
            ("LD_LIBRARY_PATH", "/tmp/.mount_x/usr/lib:/opt/lib"),
            ("GIO_MODULE_DIR", "/tmp/.mount_x/usr/lib/gio"),
            ("PATH", "/tmp/.mount_x/usr/bin:/usr/bin:/bin"),
            ("XDG_DATA_DIRS", "/tmp/.mount_xyz:/usr/share"),
        ];
        let left = [
            ("LD_LIBRARY_PATH", "/opt/lib"),
            ("PATH", "/usr/bin:/bin"),
            ("XDG_DATA_DIRS", "/tmp/.mount_xyz:/usr/share"),
            ("LC_ALL", "C"),
        ];
        assert_eq!(made(&ours), pairs(&left));
    }
}
