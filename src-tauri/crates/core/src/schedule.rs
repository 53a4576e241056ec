//! When everything is to be compared again, nobody having asked: after so many days, or by the clock.
//!
//! Rules
//! - What is lost or changed at the target by others makes no event here: only comparing finds it.
//! - Every so many days (`verify`) a pass is due, counted from the last one; it waits until the sync has been quiet for a while,
//!   yet not for ever.
//! - `crontab` is local wall time, in lsyncd's six fields or cron's five. Its pass waits for no quiet; what was missed (the machine
//!   was off, or asleep) is made good once.

use std::time::Duration;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const DAY_MS: i64 = 86_400_000;
/// Nothing was sent for so long: the sync is idle.
pub const QUIET: Duration = Duration::from_secs(300);
/// A pass that has been due for so long waits for no more quiet.
const PATIENCE_MS: i64 = DAY_MS;

/// When a sync verifies by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// After so many days; `None`: never by count of days.
    pub days: Option<u32>,
    /// Contents are compared too, not only sizes and times.
    pub contents: bool,
    /// By the clock.
    pub crontab: Vec<Cron>,
}

/// When a pass is due: wall clock, ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// From then on, if it is quiet.
    pub at_ms: i64,
    /// From then on in any case.
    pub latest_ms: i64,
}

impl Schedule {
    /// True if nothing is ever due.
    pub fn is_empty(&self) -> bool {
        self.days.is_none() && self.crontab.is_empty()
    }

    /// What is due next. `verified_ms`: when it was last made, or counting began; `passed_ms`: when the last full pass of any
    /// kind ended well. `offset_s`: local time is so far ahead of UTC.
    pub fn due(&self, verified_ms: i64, passed_ms: Option<i64>, offset_s: i32) -> Option<Due> {
        // A pass that somebody asked for compares sizes and times just as well.
        let compared_ms =
            if self.contents { verified_ms } else { passed_ms.map_or(verified_ms, |at| at.max(verified_ms)) };
        let by_days = self.days.map(|days| {
            let at_ms = compared_ms.saturating_add(i64::from(days).saturating_mul(DAY_MS));
            Due { at_ms, latest_ms: at_ms.saturating_add(PATIENCE_MS) }
        });
        let by_clock = self.crontab.iter().filter_map(|cron| next_ms(cron, verified_ms, offset_s)).min();
        let by_clock = by_clock.map(|at_ms| Due { at_ms, latest_ms: at_ms });
        by_days.into_iter().chain(by_clock).min_by_key(|due| due.at_ms)
    }
}

/// A line of `crontab`: six fields from seconds on, or five from minutes on.
pub fn parse(line: &str) -> Option<Cron> {
    let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).sloppy_ranges(true).build();
    parser.parse(line).ok()
}

/// The next time after this one.
fn next_ms(cron: &Cron, after_ms: i64, offset_s: i32) -> Option<i64> {
    let shift = i64::from(offset_s) * 1_000;
    let local = Timestamp::from_millisecond(after_ms.checked_add(shift)?).ok()?.to_zoned(TimeZone::UTC).datetime();
    let next: DateTime = cron.find_next_occurrence(&local, false).ok()?;
    Some(next.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond() - shift)
}

/// A line that comes at some time.
pub fn comes(cron: &Cron) -> bool {
    // Half a century of leap years before and behind.
    next_ms(cron, 946_684_800_000, 0).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2023-11-14 22:13:20 UTC, a Tuesday.
    const NOW: i64 = 1_700_000_000_000;

    fn at(text: &str) -> i64 {
        let at: DateTime = text.parse().unwrap();
        at.to_zoned(TimeZone::UTC).unwrap().timestamp().as_millisecond()
    }

    #[test]
    fn a_line_of_five_fields_or_six_is_local_wall_time() {
        for (line, offset_h, expected) in [
            ("0 3 * * *", 0, "2023-11-15T03:00:00"),
            ("0 3 * * *", 2, "2023-11-15T01:00:00"),
            ("0 3 * * *", -5, "2023-11-15T08:00:00"),
            ("30 0 3 * * *", 0, "2023-11-15T03:00:30"),
            ("*/15 * * * *", 0, "2023-11-14T22:15:00"),
            ("0 4 * * sun", 0, "2023-11-19T04:00:00"),
            ("0 4 * * 7", 0, "2023-11-19T04:00:00"),
            ("0 0 29 feb *", 0, "2024-02-29T00:00:00"),
            ("0 22 1-14/13 * *", 0, "2023-12-01T22:00:00"),
        ] {
            assert_eq!(next_ms(&parse(line).unwrap(), NOW, offset_h * 3_600), Some(at(expected)), "{line} {offset_h}");
        }
        for bad in ["", "3 * * *", "60 * * * *", "0 3 * * * * 2030", "x * * * *"] {
            assert!(parse(bad).is_none(), "{bad}");
        }
        assert!(!comes(&parse("0 0 30 2 *").unwrap()) && comes(&parse("0 0 29 2 *").unwrap()));
    }

    #[test]
    fn days_count_from_the_last_pass_and_contents_from_the_last_that_compared_them() {
        let week = |contents| Schedule { days: Some(7), contents, crontab: Vec::new() };
        let (verified, passed) = (NOW, NOW + 3 * DAY_MS);
        let of = |schedule: &Schedule| schedule.due(verified, Some(passed), 0).unwrap().at_ms;
        assert_eq!(of(&week(false)), passed + 7 * DAY_MS);
        assert_eq!(of(&week(true)), verified + 7 * DAY_MS);
        let both = Schedule { crontab: vec![parse("0 3 * * *").unwrap()], ..week(false) };
        assert_eq!(both.due(verified, Some(passed), 0).unwrap().at_ms, at("2023-11-15T03:00:00"));
        assert_eq!(Schedule::default().due(verified, None, 0), None);
    }
}
