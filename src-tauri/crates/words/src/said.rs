//! Sentences that come as data ([`Said`]), with moments and lengths of time written as a person reads them.
//!
//! A moment of today is its time alone; one of another day has its date in front. Nothing is relative ("4 minutes ago"):
//! what stands in a tray or a notification is not written again every minute.

use std::collections::BTreeMap;

use driftless_core::said::{Said, Value};
use jiff::{Timestamp, Zoned};

use crate::{Catalogue, Text};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Catalogue {
    /// The sentences, one after the other.
    pub fn say(&self, said: &[Said], now: &Zoned) -> String {
        let all: Vec<String> = said.iter().map(|said| self.said(said, now).sentence).collect();
        all.join(" ")
    }

    /// One sentence with its remedy.
    pub fn said(&self, said: &Said, now: &Zoned) -> Text {
        let args = said.args.iter().map(|(name, value)| (name.clone(), self.value(value, now)));
        let args: BTreeMap<String, String> = args.collect();
        match said.key.strip_prefix("failure-") {
            Some(code) => self.failure(code, &args),
            None => self.text(&said.key, &args),
        }
    }

    fn value(&self, value: &Value, now: &Zoned) -> String {
        match value {
            Value::Text(text) => text.clone(),
            Value::Count(count) => count.to_string(),
            Value::At(ms) => moment(*ms, now),
            Value::Span(ms) => self.span(*ms),
        }
    }

    /// `40 s`, `5 min`, `3 h`, `2 days`: rounded down, since more than that helps no decision.
    pub fn span(&self, ms: i64) -> String {
        let (key, count) = match ms {
            ..MINUTE => ("span-seconds", ms / SECOND),
            MINUTE..HOUR => ("span-minutes", ms / MINUTE),
            HOUR..DAY => ("span-hours", ms / HOUR),
            _ => ("span-days", ms / DAY),
        };
        self.text(key, &[("count".to_owned(), count.to_string())].into()).sentence
    }
}

/// A moment in the time zone of `now`.
pub fn moment(ms: i64, now: &Zoned) -> String {
    let Ok(at) = Timestamp::from_millisecond(ms) else { return "?".to_owned() };
    let at = at.to_zoned(now.time_zone().clone());
    let format = if at.date() == now.date() {
        "%H:%M"
    } else if at.year() == now.year() {
        "%m-%d %H:%M"
    } else {
        "%Y-%m-%d"
    };
    at.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    fn now() -> Zoned {
        "2026-11-22T14:40:00+01:00[Europe/Berlin]".parse().unwrap()
    }

    fn ms(text: &str) -> i64 {
        text.parse::<Zoned>().unwrap().timestamp().as_millisecond()
    }

    #[test]
    fn a_moment_has_its_date_only_where_it_needs_one() {
        assert_eq!(moment(ms("2026-11-22T14:32:59+01:00[Europe/Berlin]"), &now()), "14:32");
        assert_eq!(moment(ms("2026-11-21T23:59:00+01:00[Europe/Berlin]"), &now()), "11-21 23:59");
        assert_eq!(moment(ms("2025-12-31T12:00:00+01:00[Europe/Berlin]"), &now()), "2025-12-31");
        assert_eq!(moment(i64::MAX, &now()), "?");
    }

    #[test]
    fn sentences_are_filled_in_and_joined() {
        let catalogue = Catalogue::new(Language::English);
        let at = ms("2026-11-22T14:10:00+01:00[Europe/Berlin]");
        let said = [
            Said::failure("auth-failed", &[("user", "me"), ("module", "home"), ("host", "nas")].map(own).into()),
            Said::new("state-wait-since").count("count", 3).at("time", at),
        ];
        let text = catalogue.say(&said, &now());
        assert!(text.ends_with(" 3 changes wait since 14:10."), "{text}");
        assert!(!text.contains("failure-"), "{text}");
        let after = Said::new("notice-recovered-body").with("span", Value::Span(3 * HOUR + 5)).count("count", 1);
        assert_eq!(catalogue.say(&[after], &now()), "After 3 h; 1 file sent.");
    }

    #[test]
    fn titles_have_room_for_a_name() {
        let catalogue = Catalogue::new(Language::English);
        for key in ["notice-failing", "notice-held", "notice-recovered"] {
            let title = Said::new(key).text("name", "x".repeat(18)).at("time", 0);
            let title = catalogue.say(&[title], &now());
            assert!(title.chars().count() <= 44, "{title}");
        }
    }

    fn own((name, value): (&str, &str)) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }
}
