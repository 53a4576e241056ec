//! What a sync is known by: its written id, else one made of kind, source and target.

use super::{Kind, Sync};
use crate::target::Target;

/// The target as the kind names it; `None` if it is missing or cannot be read.
pub fn target_of(sync: &Sync) -> Option<Target> {
    match sync.kind {
        Kind::Rsync | Kind::Direct => Target::parse(sync.target.as_deref()?).ok(),
        Kind::Rsyncssh => {
            let path = below_home(sync.targetdir.as_deref()?);
            let path = if path == "/" { path } else { path.trim_end_matches('/') };
            let host = sync.host.as_deref()?;
            Some(Target::Shell { host: bracketed(host), path: path.to_owned() })
        }
    }
}

/// A path over ssh begins in the home folder there, so that `~/` says nothing more; behind `-s` no shell would expand it.
fn below_home(path: &str) -> &str {
    match path.strip_prefix('~') {
        Some("") => "",
        Some(rest) if rest.starts_with('/') => rest.trim_start_matches('/'),
        _ => path,
    }
}

/// rsync tells an IPv6 address from a name by its brackets.
fn bracketed(host: &str) -> String {
    match host.rsplit_once('@') {
        Some((user, address)) if is_bare_ipv6(address) => format!("{user}@[{address}]"),
        None if is_bare_ipv6(host) => format!("[{host}]"),
        _ => host.to_owned(),
    }
}

fn is_bare_ipv6(host: &str) -> bool {
    host.contains(':') && !host.starts_with('[')
}

/// A local path in its one form: no `.`, no doubled slash, none at the end (except `/`). `..` stays: it is refused.
pub fn clean_path(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    format!("/{}", parts.join("/"))
}

/// The written id, else 16 hex digits: FNV-1a of kind, source and target in their one form, divided by NUL.
///
/// FNV-1a since it is ten lines that can never change under us; nobody gains by a collision, which the check would show as
/// a duplicate. **Never change it**: history, consent and notices hang on it.
pub fn identity(sync: &Sync) -> String {
    if let Some(id) = &sync.driftless.id {
        return id.clone();
    }
    let target = target_of(sync).map(|t| t.to_string()).or_else(|| sync.target.clone()).unwrap_or_default();
    let text = format!("{}\0{}\0{target}", sync.kind.word(), clean_path(&sync.source));
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

/// The written name, else `Sync1`, `Sync2`… by its position among all syncs, which counts from 0.
pub fn display_name(sync: &Sync, position: usize) -> String {
    sync.driftless.name.clone().unwrap_or_else(|| format!("Sync{}", position + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sync(source: &str, target: &str) -> Sync {
        Sync { source: source.to_owned(), target: Some(target.to_owned()), ..Sync::default() }
    }

    #[test]
    fn the_identity_is_that_of_the_first_release() {
        assert_eq!(identity(&sync("/tmp/src", "rsync_user@192.168.10.10::rsync_mod")), "b438c6abaddffd47");
    }

    #[test]
    fn spelling_does_not_change_it_but_each_part_does() {
        let first = identity(&sync("/a", "/b"));
        assert_eq!(identity(&sync("//a/./", "/b/")), first);
        let direct = Sync { kind: Kind::Direct, ..sync("/a", "/b") };
        for other in [sync("/ab", "/b"), sync("/a", "/b/c"), direct] {
            assert_ne!(identity(&other), first);
        }
    }

    #[test]
    fn a_target_over_ssh_begins_in_the_home_there() {
        let target = |host: &str, dir: &str| {
            let sync = Sync {
                kind: Kind::Rsyncssh,
                host: Some(host.to_owned()),
                targetdir: Some(dir.to_owned()),
                ..Sync::default()
            };
            target_of(&sync).unwrap().word()
        };
        for (host, dir, word) in [
            ("u@h", "~/a b/", "u@h:a b/"),
            ("h", "~", "h:"),
            ("h", "~/", "h:"),
            ("h", "a", "h:a/"),
            ("h", "/", "h:/"),
            ("h", "/~/x", "h:/~/x/"),
            ("u@fe80::1", "/x", "u@[fe80::1]:/x/"),
            ("[::1]", "x", "[::1]:x/"),
        ] {
            assert_eq!(target(host, dir), word);
        }
    }

    #[test]
    fn a_written_id_holds_over_all() {
        let mut named = sync("/a", "/b");
        named.driftless.id = Some("mine".to_owned());
        assert_eq!(identity(&named), "mine");
        assert_eq!(display_name(&named, 2), "Sync3");
    }
}
