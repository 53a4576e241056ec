//! Rules under which a sync runs: on mains only, not on metered networks, only on named networks, only in given hours.
//!
//! A fact that nobody knows pauses nothing. Which rule pauses is always said, and `sync anyway` overrules it until no rule
//! would pause any more.

use serde::{Deserialize, Serialize};

use crate::time::Now;

mod hours;

pub use hours::Hours;

/// What is known of the machine's surroundings. `None`: nobody can tell here, and a form hides the rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Surroundings {
    /// On mains power.
    pub on_mains: Option<bool>,
    /// The way to the internet is paid for by volume.
    pub metered: Option<bool>,
    /// The names of the networks that it is in.
    pub networks: Option<Vec<String>>,
    /// Local time is so far ahead of UTC.
    pub utc_offset_s: i32,
}

/// Which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum RuleKind {
    /// `onlyOnMains`
    Mains,
    /// `notOnMetered`
    Metered,
    /// `onlyNetworks`
    Networks,
    /// `onlyHours`
    Hours,
}

impl RuleKind {
    /// The code of its sentence: `rule-…`.
    pub fn code(self) -> &'static str {
        match self {
            RuleKind::Mains => "rule-mains",
            RuleKind::Metered => "rule-metered",
            RuleKind::Networks => "rule-networks",
            RuleKind::Hours => "rule-hours",
        }
    }
}

/// A rule that pauses now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct RulePause {
    /// Which.
    pub rule: RuleKind,
    /// What it asks for: the names of the networks, the hours; empty for the others.
    pub wants: String,
    /// When it ends by itself, where that is known: wall clock, milliseconds.
    pub until_ms: Option<i64>,
}

/// The rules of one sync.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// On mains only.
    pub mains: bool,
    /// Not on metered networks.
    pub unmetered: bool,
    /// Only on these networks; everywhere if empty.
    pub networks: Vec<String>,
    /// Only in these hours; always if empty.
    pub hours: Vec<Hours>,
}

impl Rules {
    /// The first rule that pauses.
    pub fn pausing(&self, now: Now, around: &Surroundings) -> Option<RulePause> {
        let because = |rule, wants: String, until_ms| Some(RulePause { rule, wants, until_ms });
        if self.mains && around.on_mains == Some(false) {
            return because(RuleKind::Mains, String::new(), None);
        }
        if self.unmetered && around.metered == Some(true) {
            return because(RuleKind::Metered, String::new(), None);
        }
        if let Some(here) = around.networks.as_ref().filter(|_| !self.networks.is_empty())
            && !here.iter().any(|name| self.networks.contains(name))
        {
            return because(RuleKind::Networks, self.networks.join(", "), None);
        }
        let offset_ms = i64::from(around.utc_offset_s) * 1000;
        let local_ms = now.wall_ms + offset_ms;
        if !self.hours.is_empty() && !self.hours.iter().any(|h| h.holds(local_ms)) {
            let next = self.hours.iter().filter_map(|h| h.next_start(local_ms)).min();
            let wants = self.hours.iter().map(Hours::text).collect::<Vec<_>>().join(", ");
            return because(RuleKind::Hours, wants, next.map(|ms| ms - offset_ms));
        }
        None
    }

    /// When the hours next begin or end: wall clock, milliseconds. Other rules change with their facts.
    pub fn next_change_ms(&self, now: Now, around: &Surroundings) -> Option<i64> {
        let offset_ms = i64::from(around.utc_offset_s) * 1000;
        let local_ms = now.wall_ms + offset_ms;
        self.hours.iter().filter_map(|h| h.next_change(local_ms)).min().map(|ms| ms - offset_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(wall_ms: i64) -> Now {
        Now { wall_ms, ..Now::default() }
    }

    #[test]
    fn a_rule_pauses_only_on_a_fact_that_is_known() {
        let rules = Rules { mains: true, unmetered: true, networks: vec!["home".into()], hours: Vec::new() };
        let unknown = Surroundings::default();
        assert_eq!(rules.pausing(at(0), &unknown), None);
        let pausing = |around: Surroundings| rules.pausing(at(0), &around).map(|p| p.rule);
        let known = |mains, metered, network: &str| Surroundings {
            on_mains: Some(mains),
            metered: Some(metered),
            networks: Some(vec![network.to_owned()]),
            utc_offset_s: 0,
        };
        assert_eq!(pausing(known(true, false, "home")), None);
        assert_eq!(pausing(known(false, false, "home")), Some(RuleKind::Mains));
        assert_eq!(pausing(known(true, true, "home")), Some(RuleKind::Metered));
        assert_eq!(pausing(known(true, false, "train")), Some(RuleKind::Networks));
        assert_eq!(pausing(Surroundings { networks: Some(Vec::new()), ..unknown }), Some(RuleKind::Networks));
    }

    #[test]
    fn hours_are_local_and_say_when_they_begin() {
        let rules = Rules { hours: vec![Hours::parse("22:00-06:00").unwrap()], ..Rules::default() };
        let hour = 3_600_000;
        let east = Surroundings { utc_offset_s: 3_600, ..Surroundings::default() };
        assert_eq!(rules.pausing(at(21 * hour), &east), None, "22:00 there");
        let pause = rules.pausing(at(20 * hour), &east).unwrap();
        assert_eq!((pause.rule, pause.until_ms), (RuleKind::Hours, Some(21 * hour)));
        assert_eq!(pause.wants, "22:00-06:00");
        assert_eq!(rules.next_change_ms(at(23 * hour), &east), Some(29 * hour));
    }
}
