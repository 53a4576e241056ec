//! `sync{}`: one source and its target.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DeletePolicy, DriftlessKeys, RsyncOptions, SshOptions};

/// How changes are brought over; lsyncd's `default.rsync`, `default.rsyncssh`, `default.direct`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// rsync, to a folder here, a daemon's module, or over a remote shell.
    #[default]
    Rsync,
    /// rsync over ssh, with moves done at the far side.
    Rsyncssh,
    /// Local copies without rsync.
    Direct,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 3] = [Kind::Rsync, Kind::Rsyncssh, Kind::Direct];

    /// `rsync`, `rsyncssh`, `direct`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Rsync => "rsync",
            Kind::Rsyncssh => "rsyncssh",
            Kind::Direct => "direct",
        }
    }
}

/// What an exit code of rsync or ssh means; lsyncd's `exitcodes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExitVerdict {
    /// All is well.
    Ok,
    /// Try again later.
    Again,
    /// Hold this sync and tell the person. (lsyncd ends the whole daemon.)
    Die,
}

/// One pair of source and target. Which keys a kind takes stands in the schema (`x-kinds`; absent = all).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Sync {
    /// How changes are brought over.
    #[schemars(extend("x-group" = "what", "x-required" = true))]
    pub kind: Kind,
    /// Folder to watch; absolute.
    #[serde(default)]
    #[schemars(extend("x-group" = "what", "x-value" = "path", "x-required" = true))]
    pub source: String,
    /// Where to: a folder, `user@host::module/path`, `rsync://user@host:port/module/path` or `user@host:path`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "where", "x-kinds" = ["rsync", "direct"], "x-value" = "target", "x-required" = true))]
    pub target: Option<String>,
    /// The machine at the far side, as `user@host` or `host`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "where", "x-kinds" = ["rsyncssh"], "x-required" = true))]
    pub host: Option<String>,
    /// The folder at the far side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "where", "x-kinds" = ["rsyncssh"], "x-required" = true))]
    pub targetdir: Option<String>,
    /// Compare everything at the start. `false`: only what changes from now on is brought over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "when", "x-default" = true))]
    pub init: Option<bool>,
    /// The longest time a change waits before it leaves, together with all that wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 31_536_000), extend("x-group" = "when", "x-default" = { "rsync": 15, "rsyncssh": 15, "direct": 1 }, "x-unit" = "s"))]
    pub delay: Option<f64>,
    /// With so many changes waiting a transfer starts without waiting for `delay`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000_000), extend("x-group" = "when", "x-default" = 1_000, "x-unit" = "changes"))]
    pub max_delays: Option<u32>,
    /// How many transfers of this sync may run at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100), extend("x-group" = "limits", "x-default" = 1, "x-unit" = "processes"))]
    pub max_processes: Option<u32>,
    /// What happens at the target to files that are not in the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "deletions", "x-default" = true))]
    pub delete: Option<DeletePolicy>,
    /// Patterns, in rsync's own meaning, of what is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    #[schemars(extend("x-group" = "what", "x-value" = "pattern"))]
    pub exclude: Vec<String>,
    /// File with such patterns, one a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "what", "x-value" = "path"))]
    pub exclude_from: Option<String>,
    /// rsync filter rules in their order, as `+ /keep` or `- *.o`; read before `exclude`.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    #[schemars(extend("x-group" = "what", "x-value" = "filter"))]
    pub filter: Vec<String>,
    /// File with such rules, one a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "what", "x-value" = "path"))]
    pub filter_from: Option<String>,
    /// What exit codes of rsync mean, where it differs from the built-in table; the rest of the table stays.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("x-group" = "failures", "x-kinds" = ["rsync"]))]
    pub exitcodes: BTreeMap<u8, ExitVerdict>,
    /// The same for the rsync of this kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("x-group" = "failures", "x-kinds" = ["rsyncssh", "direct"]))]
    pub rsync_exit_codes: BTreeMap<u8, ExitVerdict>,
    /// The same for ssh.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("x-group" = "failures", "x-kinds" = ["rsyncssh"]))]
    pub ssh_exit_codes: BTreeMap<u8, ExitVerdict>,
    /// When to compare everything again, in local time: `second minute hour day month weekday`, or without the second. What was missed
    /// while the machine was off is made good.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    #[schemars(extend("x-group" = "when", "x-value" = "crontab"))]
    pub crontab: Vec<String>,
    /// Files larger than this go one to a transfer, and smaller ones do not wait for them; needs `maxProcesses` above 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1), extend("x-group" = "limits", "x-kinds" = ["rsync", "direct"], "x-unit" = "bytes"))]
    pub batch_size_limit: Option<u64>,
    /// Options of rsync.
    #[serde(default, skip_serializing_if = "RsyncOptions::is_empty")]
    pub rsync: RsyncOptions,
    /// Options of ssh.
    #[serde(default, skip_serializing_if = "SshOptions::is_empty")]
    #[schemars(extend("x-kinds" = ["rsyncssh"]))]
    pub ssh: SshOptions,
    /// What lsyncd does not know.
    #[serde(default, skip_serializing_if = "DriftlessKeys::is_empty")]
    pub driftless: DriftlessKeys,
}

/// lsyncd takes a bare string wherever it takes a list of them.
pub(super) fn one_or_many<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct OneOrMany;
    impl<'de> serde::de::Visitor<'de> for OneOrMany {
        type Value = Vec<String>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a string or a list of strings")
        }
        fn visit_str<E>(self, value: &str) -> Result<Vec<String>, E> {
            Ok(vec![value.to_owned()])
        }
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<String>, A::Error> {
            let mut all = Vec::new();
            while let Some(one) = seq.next_element()? {
                all.push(one);
            }
            Ok(all)
        }
    }
    deserializer.deserialize_any(OneOrMany)
}

impl Sync {
    /// What is removed at the target is kept there for so many days; `None`: it is not.
    pub fn keep_days(&self) -> Option<u32> {
        self.driftless.keep.filter(|_| self.kind == Kind::Rsync)
    }
}
