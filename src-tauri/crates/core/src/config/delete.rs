//! `delete`: what happens at the target to what is not in the source.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// lsyncd's four policies; in a file `true`, `false`, `"startup"`, `"running"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DeletePolicy {
    /// `true`: whatever is not in the source is removed, by the full pass and while running.
    #[default]
    Always,
    /// `false`: nothing is ever removed.
    Never,
    /// `"startup"`: the full pass at the start removes, later removals are not carried over.
    Startup,
    /// `"running"`: what is removed at the source while running is removed; strangers at the target stay.
    Running,
}

impl DeletePolicy {
    /// All of them, in the order a form shows them.
    pub const ALL: [DeletePolicy; 4] =
        [DeletePolicy::Always, DeletePolicy::Never, DeletePolicy::Startup, DeletePolicy::Running];

    /// Whether the full pass at the start may remove.
    pub fn at_startup(self) -> bool {
        matches!(self, DeletePolicy::Always | DeletePolicy::Startup)
    }

    /// Whether removals at the source are carried over while running.
    pub fn while_running(self) -> bool {
        matches!(self, DeletePolicy::Always | DeletePolicy::Running)
    }

    /// Whether a recovery pass may remove all that is not in the source: only `true`, since after a loss nobody knows
    /// what was removed while running and what was a stranger all along.
    pub fn at_recovery(self) -> bool {
        self == DeletePolicy::Always
    }

    /// The word for it in a file: `true`, `false`, `startup`, `running`.
    pub fn word(self) -> &'static str {
        match self {
            DeletePolicy::Always => "true",
            DeletePolicy::Never => "false",
            DeletePolicy::Startup => "startup",
            DeletePolicy::Running => "running",
        }
    }

    /// Reads such a word.
    pub fn from_word(word: &str) -> Option<DeletePolicy> {
        DeletePolicy::ALL.into_iter().find(|p| p.word() == word)
    }
}

impl Serialize for DeletePolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            DeletePolicy::Always => serializer.serialize_bool(true),
            DeletePolicy::Never => serializer.serialize_bool(false),
            DeletePolicy::Startup | DeletePolicy::Running => serializer.serialize_str(self.word()),
        }
    }
}

impl<'de> Deserialize<'de> for DeletePolicy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl Visitor<'_> for Words {
            type Value = DeletePolicy;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, \"startup\" or \"running\"")
            }
            fn visit_bool<E: de::Error>(self, value: bool) -> Result<DeletePolicy, E> {
                Ok(if value { DeletePolicy::Always } else { DeletePolicy::Never })
            }
            fn visit_str<E: de::Error>(self, value: &str) -> Result<DeletePolicy, E> {
                match value {
                    "startup" => Ok(DeletePolicy::Startup),
                    "running" => Ok(DeletePolicy::Running),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
        }
        deserializer.deserialize_any(Words)
    }
}

impl JsonSchema for DeletePolicy {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DeletePolicy".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": [true, false, "startup", "running"] })
    }
    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_is_read_as_it_is_written() {
        for policy in DeletePolicy::ALL {
            let json = serde_json::to_value(policy).unwrap();
            assert_eq!(serde_json::from_value::<DeletePolicy>(json).unwrap(), policy);
            assert_eq!(DeletePolicy::from_word(policy.word()), Some(policy));
        }
    }

    #[test]
    fn any_other_value_is_refused_not_taken_for_false() {
        for bad in [serde_json::json!("always"), serde_json::json!(1), serde_json::json!("true")] {
            assert!(serde_json::from_value::<DeletePolicy>(bad).is_err());
        }
    }
}
