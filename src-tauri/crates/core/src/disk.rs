//! A source or a target on a disk that comes and goes: how it is named, and that its absence is no failure.

use serde::{Deserialize, Serialize};

/// Which file system an end of a sync is on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Disk {
    /// The one it was first seen on.
    Auto,
    /// This one.
    Known {
        /// Its UUID, as the system writes it.
        uuid: String,
        /// The folder on it, without slashes at its ends (empty: its root). Then it is found wherever the disk is mounted; without
        /// one only where the configuration says.
        folder: Option<String>,
    },
}

impl Disk {
    /// `auto`, `UUID=1234-ABCD`, `UUID=1234-ABCD/folder`.
    pub fn parse(text: &str) -> Option<Disk> {
        if text == "auto" {
            return Some(Disk::Auto);
        }
        let rest = text.strip_prefix("UUID=")?;
        let (uuid, folder) = match rest.split_once('/') {
            Some((uuid, folder)) => (uuid, Some(folder.trim_matches('/').to_owned())),
            None => (rest, None),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let fits = !uuid.is_empty() && uuid.len() <= 64 && uuid.chars().all(plain);
        let climbs = |f: &String| f.split('/').any(|part| matches!(part, "." | ".."));
        (fits && !folder.as_ref().is_some_and(climbs)).then(|| Disk::Known { uuid: uuid.to_owned(), folder })
    }
}

/// An end of a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// Where changes come from.
    Source,
    /// Where they go to.
    Target,
}

/// A disk is not there, and nobody need do anything: the sync starts when it is plugged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Away {
    /// Which end is on it.
    pub end: End,
    /// Its UUID, where it is known.
    pub uuid: Option<String>,
    /// Since when: wall clock, milliseconds.
    pub since_ms: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_are_named_by_their_file_system() {
        let known = |uuid: &str, folder: Option<&str>| {
            Some(Disk::Known { uuid: uuid.to_owned(), folder: folder.map(str::to_owned) })
        };
        let cases = [
            ("auto", Some(Disk::Auto)),
            ("UUID=1234-ABCD", known("1234-ABCD", None)),
            ("UUID=1234-ABCD/", known("1234-ABCD", Some(""))),
            ("UUID=1234-ABCD/a/b/", known("1234-ABCD", Some("a/b"))),
            ("UUID=", None),
            ("UUID=/x", None),
            ("UUID=a/../b", None),
            ("UUID=a b", None),
            ("/dev/sdb1", None),
            ("Auto", None),
        ];
        for (text, disk) in cases {
            assert_eq!(Disk::parse(text), disk, "{text}");
        }
    }
}
