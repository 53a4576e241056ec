//! What an rsync can do, from the text of `rsync --version`, and which of our words it lacks.

use super::options::{RsyncOption, read_words};
use crate::problem::Problem;

/// Who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// rsync itself.
    Rsync,
    /// openrsync, a rewrite with fewer options (OpenBSD, macOS since 15.4).
    Openrsync,
}

/// What one rsync can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// Its version; of openrsync the one it says to be compatible with.
    pub version: (u32, u32, u32),
    /// Who wrote it.
    pub flavour: Flavour,
    /// What it was built with, as it says itself: `ACLs`, `xattrs`, `iconv`… in small letters, without what it says it has not.
    pub has: Vec<String>,
}

/// The oldest rsync that runs are made for: `--modify-window=-1` came with it.
pub const OLDEST: (u32, u32, u32) = (3, 1, 3);

/// Something that an rsync would need to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// As written.
    pub option: String,
    /// From this version on.
    pub min_version: (u32, u32, u32),
    /// Built with this, as [`Capabilities::has`] names it.
    pub capability: Option<&'static str>,
}

/// Reads what `rsync --version` printed; `None` if that was no rsync.
pub fn parse_version(text: &str) -> Option<Capabilities> {
    let flavour = if text.contains("openrsync") { Flavour::Openrsync } else { Flavour::Rsync };
    let line = text.lines().find(|l| l.contains("rsync") && l.contains(" version "))?;
    let version = line.split(" version ").nth(1)?.split_whitespace().next()?;
    let mut numbers = version.trim_start_matches('v').split(['.', '-', 'p', 'd']).map_while(|n| n.parse().ok());
    let version = (numbers.next()?, numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let listed =
        text.lines().skip_while(|l| !l.starts_with("Capabilities:")).skip(1).take_while(|l| l.starts_with(' '));
    let words = listed.flat_map(|l| l.split(',')).map(|w| w.trim().to_lowercase());
    let has =
        words.filter(|w| !w.is_empty() && !w.starts_with("no ")).map(|w| w.trim_start_matches("optional ").to_owned());
    Some(Capabilities { version, flavour, has: has.collect() })
}

/// What these words need beyond [`OLDEST`] or beyond what every build has.
pub fn needs(words: &[String]) -> Vec<Need> {
    let given = read_words(words).into_iter().flat_map(|w| w.options);
    let need = |written: String, option: &RsyncOption| Need {
        option: written,
        min_version: option.since,
        capability: option.capability,
    };
    given
        .filter(|g| !g.negated)
        .filter_map(|g| g.option.map(|option| need(g.written.clone(), option)))
        .filter(|n| n.min_version > OLDEST || n.capability.is_some())
        .collect()
}

/// What this rsync lacks of what these words need; also if it is too old, or another program, altogether.
pub fn lacking(words: &[String], rsync: &Capabilities) -> Vec<Problem> {
    let has = |v: (u32, u32, u32)| format!("{}.{}.{}", v.0, v.1, v.2);
    if rsync.flavour == Flavour::Openrsync {
        return vec![Problem::error("rsync-is-openrsync").with("needs", has(OLDEST))];
    }
    if rsync.version < OLDEST {
        let problem = Problem::error("rsync-too-old").with("needs", has(OLDEST));
        return vec![problem.with("has", has(rsync.version))];
    }
    let lacked = |need: &Need| {
        if need.min_version > rsync.version {
            let problem = Problem::error("rsync-lacks-option").with("needs", has(need.min_version));
            return Some(problem.with("has", has(rsync.version)));
        }
        let capability = need.capability?;
        let built_in = rsync.has.iter().any(|h| h.eq_ignore_ascii_case(capability));
        (!built_in).then(|| Problem::error("rsync-built-without").with("capability", capability))
    };
    needs(words).iter().filter_map(|need| lacked(need).map(|p| p.with("option", &need.option))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const V350: &str = include_str!("../../tests/versions/rsync-3.5.0.txt");

    fn lacks(words: &[&str], rsync: &Capabilities) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|w| w.to_string()).collect();
        lacking(&words, rsync).into_iter().map(|p| format!("{} {}", p.code, p.args["option"])).collect()
    }

    #[test]
    fn the_version_and_what_it_was_built_with_are_read() {
        let read = parse_version(V350).unwrap();
        assert_eq!((read.version, read.flavour), ((3, 5, 0), Flavour::Rsync));
        for capability in ["acls", "xattrs", "iconv", "prealloc", "secluded-args"] {
            assert!(read.has.iter().any(|h| h == capability), "{capability}");
        }
        assert!(!read.has.iter().any(|h| h.contains("crtimes")));
        assert_eq!(parse_version("bash: rsync: command not found"), None);
    }

    #[test]
    fn only_what_it_lacks_is_told() {
        let new = parse_version(V350).unwrap();
        assert_eq!(lacks(&["-lptgoDAXs", "--fsync", "--usermap=a:b"], &new), Vec::<String>::new());
        assert_eq!(lacks(&["-lN"], &new), ["rsync-built-without -N"]);
        let older = Capabilities { version: (3, 1, 3), flavour: Flavour::Rsync, has: vec!["xattrs".to_owned()] };
        let words = ["-ltAXs", "--mkpath", "--chown=a:b", "--zc=zstd"];
        assert_eq!(
            lacks(&words, &older),
            ["rsync-built-without -A", "rsync-lacks-option --mkpath", "rsync-lacks-option --zc"]
        );
    }

    #[test]
    fn an_rsync_that_no_run_is_made_for_is_told_at_once() {
        let old = Capabilities { version: (2, 6, 9), flavour: Flavour::Rsync, has: Vec::new() };
        assert_eq!(lacking(&[], &old)[0].code, "rsync-too-old");
        let other = Capabilities { flavour: Flavour::Openrsync, ..old };
        assert_eq!(lacking(&[], &other)[0].code, "rsync-is-openrsync");
    }
}
