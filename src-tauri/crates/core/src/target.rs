//! Where a sync brings its files: rsync's own notations, taken apart.

use std::fmt;

use crate::paths::RelPath;

/// A target as rsync would read it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// A directory on this machine, absolute.
    Local {
        /// Absolute path, no trailing slash (except `/`).
        path: String,
    },
    /// A module of an rsync daemon: `user@host::module/path` or `rsync://user@host:port/module/path`.
    Daemon {
        /// Who asks, if named.
        user: Option<String>,
        /// Host name or address; IPv6 without brackets.
        host: String,
        /// Port, if named; rsync's own is 873.
        port: Option<u16>,
        /// The module's name.
        module: String,
        /// Path inside the module, without slashes at the ends; empty for the module itself.
        path: String,
    },
    /// A directory over a remote shell: `user@host:path`.
    Shell {
        /// `user@host` or `host`, as ssh takes it.
        host: String,
        /// Path there; relative to the home if it does not begin with `/`; empty is the home.
        path: String,
    },
}

/// Why a target cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    /// Nothing at all.
    #[error("empty")]
    Empty,
    /// A local path that is not absolute.
    #[error("relative")]
    Relative,
    /// A daemon without a module.
    #[error("no module")]
    NoModule,
    /// No host in front of the colon.
    #[error("no host")]
    NoHost,
    /// The port is not a number from 1 to 65535.
    #[error("bad port")]
    BadPort,
    /// A NUL or newline in it.
    #[error("control character")]
    Control,
}

impl Target {
    /// Reads rsync's notations. A `:` counts only before the first `/`, as in rsync.
    pub fn parse(text: &str) -> Result<Target, BadTarget> {
        if text.is_empty() {
            return Err(BadTarget::Empty);
        }
        if text.chars().any(|c| c.is_control()) {
            return Err(BadTarget::Control);
        }
        if let Some(rest) = text.strip_prefix("rsync://") {
            return parse_url(rest);
        }
        let head_end = text.find('/').unwrap_or(text.len());
        // An IPv6 address stands in brackets: its colons are not the separator.
        let search_from = match (text[..head_end].find('['), text[..head_end].find(']')) {
            (Some(open), Some(close)) if open < close => close,
            _ => 0,
        };
        match text[search_from..head_end].find(':') {
            None if text.starts_with('/') => Ok(Target::Local { path: trim_end(text) }),
            None => Err(BadTarget::Relative),
            Some(at) => {
                let at = search_from + at;
                let host_part = &text[..at];
                if host_part.is_empty() || host_part.ends_with('@') {
                    return Err(BadTarget::NoHost);
                }
                match text[at + 1..].strip_prefix(':') {
                    Some(rest) => daemon(host_part, None, rest),
                    None => Ok(Target::Shell { host: host_part.to_owned(), path: trim_end(&text[at + 1..]) }),
                }
            }
        }
    }

    /// `rsync://USER@HOST:PORT/MODULE`, port always written: the account of the password in the keyring. `None` if
    /// it is no daemon or names no user.
    pub fn account(&self) -> Option<String> {
        match self {
            Target::Daemon { user: Some(user), host, port, module, .. } => {
                Some(format!("rsync://{user}@{}:{}/{module}", bracketed(host), port.unwrap_or(873)))
            }
            _ => None,
        }
    }

    /// The same place, this folder of it.
    pub fn joined(&self, folder: &RelPath) -> Target {
        let mut target = self.clone();
        let (Target::Local { path } | Target::Daemon { path, .. } | Target::Shell { path, .. }) = &mut target;
        if !folder.is_root() {
            let slash = if path.is_empty() || path.ends_with('/') { "" } else { "/" };
            path.push_str(&format!("{slash}{}", String::from_utf8_lossy(folder.bytes())));
        }
        target
    }

    /// True for a daemon module.
    pub fn is_daemon(&self) -> bool {
        matches!(self, Target::Daemon { .. })
    }

    /// The machine, for limits per host; `None` for this one.
    pub fn host(&self) -> Option<&str> {
        match self {
            Target::Local { .. } => None,
            Target::Daemon { host, .. } => Some(host),
            Target::Shell { host, .. } => Some(host.rsplit_once('@').map_or(host.as_str(), |(_, h)| h)),
        }
    }

    /// The word rsync gets, ending in `/` (or in `:` for a remote home), so that the content goes into it.
    pub fn word(&self) -> String {
        match self {
            Target::Local { path } if path == "/" => "/".to_owned(),
            Target::Local { path } => format!("{path}/"),
            Target::Shell { host, path } if path.is_empty() => format!("{host}:"),
            Target::Shell { host, path } if path == "/" => format!("{host}:/"),
            Target::Shell { host, path } => format!("{host}:{path}/"),
            Target::Daemon { .. } => format!("{self}/"),
        }
    }
}

/// As a person writes it, without a slash at the end.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Local { path } => f.write_str(path),
            Target::Shell { host, path } => write!(f, "{host}:{path}"),
            Target::Daemon { user, host, port, module, path } => {
                let user = user.as_ref().map(|u| format!("{u}@")).unwrap_or_default();
                let host = bracketed(host);
                match port {
                    Some(port) => write!(f, "rsync://{user}{host}:{port}/{module}")?,
                    None => write!(f, "{user}{host}::{module}")?,
                }
                if path.is_empty() { Ok(()) } else { write!(f, "/{path}") }
            }
        }
    }
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

fn trim_end(path: &str) -> String {
    let cut = path.trim_end_matches('/');
    if cut.is_empty() && path.starts_with('/') { "/".to_owned() } else { cut.to_owned() }
}

fn parse_url(rest: &str) -> Result<Target, BadTarget> {
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host_part, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => {
            (host, Some(port.parse::<u16>().ok().filter(|p| *p > 0).ok_or(BadTarget::BadPort)?))
        }
        _ => (authority, None),
    };
    daemon(host_part, port, path)
}

fn daemon(host_part: &str, port: Option<u16>, rest: &str) -> Result<Target, BadTarget> {
    let (user, host) = match host_part.rsplit_once('@') {
        Some((user, host)) => (Some(user.to_owned()).filter(|u| !u.is_empty()), host),
        None => (None, host_part),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() {
        return Err(BadTarget::NoHost);
    }
    let rest = rest.trim_start_matches('/');
    let (module, path) = rest.split_once('/').unwrap_or((rest, ""));
    if module.is_empty() {
        return Err(BadTarget::NoModule);
    }
    let path = path.trim_matches('/').to_owned();
    Ok(Target::Daemon { user, host: host.to_owned(), port, module: module.to_owned(), path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_of_rsync_is_read_and_written_back() {
        let cases = [
            ("/backup/", "/backup", "/backup/"),
            ("/", "/", "/"),
            ("u@192.168.10.10::mod", "u@192.168.10.10::mod", "u@192.168.10.10::mod/"),
            ("nas::share/deep/er/", "nas::share/deep/er", "nas::share/deep/er/"),
            ("rsync://u@h:8730/m/x", "rsync://u@h:8730/m/x", "rsync://u@h:8730/m/x/"),
            ("rsync://h/m", "h::m", "h::m/"),
            ("u@[fe80::1]::m", "u@[fe80::1]::m", "u@[fe80::1]::m/"),
            ("rsync://[::1]:9/m", "rsync://[::1]:9/m", "rsync://[::1]:9/m/"),
            ("u@h:backup", "u@h:backup", "u@h:backup/"),
            ("h:", "h:", "h:"),
            ("h:/", "h:/", "h:/"),
            ("/with:colon", "/with:colon", "/with:colon/"),
        ];
        for (text, shown, word) in cases {
            let target = Target::parse(text).unwrap();
            assert_eq!((target.to_string().as_str(), target.word().as_str()), (shown, word), "{text}");
        }
    }

    #[test]
    fn what_rsync_would_not_take_is_refused() {
        let cases = [
            ("", BadTarget::Empty),
            ("backup", BadTarget::Relative),
            ("./a:b", BadTarget::Relative),
            ("h::", BadTarget::NoModule),
            ("rsync://h", BadTarget::NoModule),
            ("rsync://h:0/m", BadTarget::BadPort),
            ("rsync://h:x/m", BadTarget::BadPort),
            (":x", BadTarget::NoHost),
            ("u@::m", BadTarget::NoHost),
            ("/a\nb", BadTarget::Control),
        ];
        for (text, why) in cases {
            assert_eq!(Target::parse(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn the_account_names_the_port_always() {
        assert_eq!(Target::parse("u@h::m/x").unwrap().account().unwrap(), "rsync://u@h:873/m");
        assert_eq!(Target::parse("h::m").unwrap().account(), None);
    }
}
