//! The trash at a target: what was removed or replaced there, by the moment at which it was.
//!
//! Rules
//! - It stands in the target's own root, so that a daemon's module can hold it: `.driftless-trash/DAY/TIME/path`, in UTC.
//! - Each run that may remove or replace has a TIME of its own: two versions of a file never meet at one place.
//! - It is no part of the sync: a source's folder of this name is left out, the target's is never removed as a stranger.
//! - A day goes as a whole, when all that it holds is older than was asked for.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::paths::RelPath;

/// The folder's name.
pub const TRASH: &str = ".driftless-trash";
/// What leaves it out of the sync, on both sides.
pub const OWN_RULE: &str = "- /.driftless-trash/";
/// As a pattern that no run may remove.
pub const PATTERN: &str = "/.driftless-trash/";
const DAY_MS: i64 = 86_400_000;

/// One moment in a trash: wall clock, ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// `2026-11-22`
    pub fn day(self) -> String {
        self.shown("%Y-%m-%d")
    }

    /// `23-59-01.123Z`
    pub fn time(self) -> String {
        self.shown("%H-%M-%S.%3fZ")
    }

    /// Below the target: `.driftless-trash/2026-11-22/23-59-01.123Z`.
    pub fn dir(self) -> String {
        format!("{TRASH}/{}/{}", self.day(), self.time())
    }

    /// From the names of its two folders. What is not written exactly as we write it is no moment.
    pub fn parse(day: &str, time: &str) -> Option<Moment> {
        let date: Date = day.parse().ok()?;
        let (clock, ms) = time.strip_suffix('Z')?.split_once('.')?;
        let numbers: Vec<i8> = clock.split('-').filter_map(|n| n.parse().ok()).collect();
        let [hour, minute, second] = numbers[..] else { return None };
        let nanos = ms.parse::<i32>().ok()?.checked_mul(1_000_000)?;
        let at = date.to_datetime(Time::new(hour, minute, second, nanos).ok()?);
        let moment = Moment(at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond());
        (moment.day() == day && moment.time() == time).then_some(moment)
    }

    fn shown(self, format: &str) -> String {
        // Whatever a clock says, there is a name for it.
        let at = Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        at.strftime(format).to_string()
    }
}

/// One state of a path that can be brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Below the target's root.
    pub path: RelPath,
    /// When the trash took it; `None`: it stands at the target.
    pub moment: Option<Moment>,
    /// A directory.
    pub dir: bool,
    /// Of a file.
    pub bytes: u64,
}

impl Version {
    /// From a path below the target's root, where it may lie in the trash. `None` for the trash's own folders and for what is in
    /// it and not ours.
    pub fn read(path: &RelPath, dir: bool, bytes: u64) -> Option<Version> {
        let mut parts = path.bytes().splitn(4, |b| *b == b'/');
        if parts.next() != Some(TRASH.as_bytes()) {
            return Some(Version { path: path.clone(), moment: None, dir, bytes });
        }
        let mut text = || std::str::from_utf8(parts.next()?).ok();
        let moment = Moment::parse(text()?, text()?)?;
        Some(Version { path: RelPath::new(parts.next()?).ok()?, moment: Some(moment), dir, bytes })
    }
}

/// Which of these versions to bring back: as it was at that time (wall clock, ms), or the last there is.
///
/// What the trash took first after that time is what stood there then; what it never took stands there still. Without a time
/// it is what stands at the target, and where `path` itself is not there any more, the newest that the trash has of everything in it.
pub fn choose(mut versions: Vec<Version>, path: &RelPath, at_ms: Option<i64>) -> Vec<Version> {
    let there = versions.iter().any(|v| v.moment.is_none() && v.path == *path);
    // The best of each path comes first.
    versions.sort_by(|a, b| {
        a.path.cmp(&b.path).then_with(|| match at_ms {
            Some(_) => a.moment.is_none().cmp(&b.moment.is_none()).then(a.moment.cmp(&b.moment)),
            None => b.moment.is_none().cmp(&a.moment.is_none()).then(b.moment.cmp(&a.moment)),
        })
    });
    versions.retain(|v| match (at_ms, v.moment) {
        (Some(at), Some(moment)) => moment.0 > at,
        (None, Some(_)) => !there,
        (_, None) => true,
    });
    versions.dedup_by(|later, first| later.path == first.path);
    // Nothing lies in what was no directory.
    let mut out: Vec<Version> = Vec::new();
    for one in versions {
        let blocked = out.iter().rev().find(|above| one.path.is_within(&above.path)).is_some_and(|above| !above.dir);
        if !blocked {
            out.push(one);
        }
    }
    out
}

/// The rules of a run from the target's root that removes what is older than `days` days, and nothing else there: what may go
/// is at risk, all else is protected, and nothing is sent.
pub fn ageing_rules(now_ms: i64, days: u32) -> Vec<String> {
    let oldest_kept = Moment(now_ms.saturating_sub(i64::from(days).saturating_mul(DAY_MS))).day();
    let mut rules: Vec<String> =
        earlier_names(&oldest_kept).into_iter().map(|name| format!("R {PATTERN}{name}/***")).collect();
    // An emptied trash goes too; one that is not stays, and rsync says so.
    rules.extend([format!("R {PATTERN}"), "P *".to_owned(), "H *".to_owned()]);
    rules
}

/// Patterns of all names of days before this one.
fn earlier_names(day: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, digit) in day.char_indices().filter(|(_, c)| c.is_ascii_digit() && *c > '0') {
        let most = char::from_u32(u32::from(digit) - 1).unwrap_or('0');
        // The rest is spelled out, so that a name of another shape is not meant.
        let rest: String = day[at + 1..].chars().map(|c| if c == '-' { "-" } else { "[0-9]" }).collect();
        out.push(format!("{}[0-{most}]{rest}", &day[..at]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{FilterInput, Matcher, Verdict};

    const NOW: i64 = 1_700_000_000_123; // 2023-11-14 22:13:20 UTC

    #[test]
    fn a_moment_is_read_back_from_its_folder() {
        let moment = Moment(NOW);
        assert_eq!(moment.dir(), ".driftless-trash/2023-11-14/22-13-20.123Z");
        assert_eq!(Moment::parse(&moment.day(), &moment.time()), Some(moment));
        for (day, time) in [
            ("2023-11-14", "22-13-20.123"),
            ("2023-11-14", "22-13-20.12Z"),
            ("2023-11-14", "22-13.123Z"),
            ("2023-11-14", "+22-13-20.123Z"),
            ("2023-02-30", "22-13-20.123Z"),
            ("20231114", "22-13-20.123Z"),
            ("..", ".."),
            ("", ""),
        ] {
            assert_eq!(Moment::parse(day, time), None, "{day} {time}");
        }
    }

    fn version(path: &str, moment: Option<i64>, dir: bool) -> Version {
        Version { path: RelPath::new(path.as_bytes()).unwrap(), moment: moment.map(Moment), dir, bytes: 1 }
    }

    #[test]
    fn what_is_listed_is_a_version_or_nothing_of_ours() {
        let read = |path: &str| Version::read(&RelPath::new(path.as_bytes()).unwrap(), false, 1);
        assert_eq!(read("a/b"), Some(version("a/b", None, false)));
        assert_eq!(read(&format!("{}/a/b", Moment(NOW).dir())), Some(version("a/b", Some(NOW), false)));
        for none in [TRASH.to_owned(), format!("{TRASH}/2023-11-14"), Moment(NOW).dir(), format!("{TRASH}/x/y/z")] {
            assert_eq!(read(&none), None, "{none}");
        }
    }

    #[test]
    fn a_time_finds_what_stood_there_then() {
        let all = || {
            vec![
                version("d", None, true),
                version("d/a", None, false),
                version("d/a", Some(10), false),
                version("d/a", Some(20), false),
                version("d/gone", Some(15), false),
                version("d/was", Some(12), false),
                version("d/was", None, true),
                version("d/was/new", None, false),
            ]
        };
        let dir = RelPath::new(b"d").unwrap();
        let chosen = |at| -> Vec<(String, Option<i64>)> {
            let chosen = choose(all(), &dir, at);
            chosen.into_iter().map(|v| (v.path.shown(), v.moment.map(|m| m.0))).collect()
        };
        let of = |items: &[(&str, Option<i64>)]| items.iter().map(|(p, m)| ((*p).to_owned(), *m)).collect::<Vec<_>>();
        assert_eq!(chosen(Some(5)), of(&[("d", None), ("d/a", Some(10)), ("d/gone", Some(15)), ("d/was", Some(12))]));
        let later = [("d", None), ("d/a", Some(20)), ("d/gone", Some(15)), ("d/was", None), ("d/was/new", None)];
        assert_eq!(chosen(Some(13)), of(&later));
        assert_eq!(chosen(None), of(&[("d", None), ("d/a", None), ("d/was", None), ("d/was/new", None)]));
        let gone = choose(all().into_iter().filter(|v| v.moment.is_some()).collect(), &dir, None);
        assert_eq!(gone.iter().map(|v| v.moment.map_or(0, |m| m.0)).collect::<Vec<_>>(), [20, 15, 12]);
    }

    /// The rules as a matcher for the receiver's side: "excluded" is protected.
    fn at_risk(rules: &[String], path: &str) -> bool {
        let filter = rules.iter().filter(|r| !r.starts_with('H')).map(|r| match r.split_once(' ') {
            Some(("R", pattern)) => format!("+ {pattern}"),
            _ => "- *".to_owned(),
        });
        let input = FilterInput { filter: filter.collect(), ..FilterInput::default() };
        let matcher = Matcher::build(&input, &mut |_| Err(String::new())).unwrap();
        matcher.verdict(&RelPath::new(path.as_bytes()).unwrap(), true) == Verdict::Sent
    }

    #[test]
    fn exactly_the_days_before_the_oldest_kept_one_go() {
        for days in [0_u32, 1, 13, 14, 30, 319, 400, 3_650] {
            let rules = ageing_rules(NOW, days);
            let oldest = NOW - i64::from(days) * DAY_MS;
            for off in [-4_000, -400, -366, -60, -31, -13, -2, -1, 0, 1, 2, 15, 31, 400] {
                let moment = Moment(oldest + off * DAY_MS);
                assert_eq!(at_risk(&rules, &format!("{}/x/y", moment.dir())), off < 0, "{days} days, {moment:?}");
            }
            for other in ["notes", ".driftless-trash/mine/x", ".driftless-trash/20", "a/.driftless-trash/2001-01-01/x"]
            {
                assert!(!at_risk(&rules, other), "{other}");
            }
        }
    }
}
