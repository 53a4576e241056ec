//! Hours of the week in local time: `22:00-06:00`, `sat-sun`, `mon-fri 18:00-23:30`. Those that pass midnight belong to the
//! day on which they begin.

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// One span of hours, on some days of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// From Monday on.
    days: [bool; 7],
    /// Minutes since midnight.
    from: i64,
    /// Minutes since the midnight before `from`; above a day where it passes midnight.
    to: i64,
    text: String,
}

impl Hours {
    /// Reads them; `None` if they cannot be read, or are none.
    pub fn parse(text: &str) -> Option<Hours> {
        let mut parts = text.split_whitespace();
        let (first, second) = (parts.next()?, parts.next());
        if parts.next().is_some() {
            return None;
        }
        let by_day = first.starts_with(|c: char| c.is_ascii_alphabetic());
        let days = if by_day { days(first)? } else { [true; 7] };
        let span = match (by_day, second) {
            (false, None) => Some(first),
            (false, Some(_)) => return None,
            (true, span) => span,
        };
        let (from, to) = span.map_or(Some((0, 1440)), |span| {
            let (from, to) = span.split_once('-')?;
            Some((minutes(from)?, minutes(to)?))
        })?;
        let to = if to > from { to } else { to + 1440 };
        (from < 1440).then(|| Hours { days, from, to, text: text.trim().to_owned() })
    }

    /// As written.
    pub fn text(&self) -> String {
        self.text.clone()
    }

    /// True at this time: milliseconds since 1970 on the local clock.
    pub fn holds(&self, local_ms: i64) -> bool {
        self.spans(local_ms).any(|(from, to)| (from..to).contains(&local_ms))
    }

    /// When they begin next.
    pub fn next_start(&self, local_ms: i64) -> Option<i64> {
        self.spans(local_ms).map(|(from, _)| from).filter(|at| *at > local_ms).min()
    }

    /// When they begin or end next.
    pub fn next_change(&self, local_ms: i64) -> Option<i64> {
        self.spans(local_ms).flat_map(|(from, to)| [from, to]).filter(|at| *at > local_ms).min()
    }

    /// The spans from yesterday to this day in a week.
    fn spans(&self, local_ms: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let today = local_ms.div_euclid(DAY_MS);
        // 1970 began on a Thursday.
        let on = |day: i64| self.days[usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0)];
        (today - 1..=today + 7).filter(move |day| on(*day)).map(|day| {
            let midnight = day * DAY_MS;
            (midnight + self.from * MINUTE_MS, midnight + self.to * MINUTE_MS)
        })
    }
}

fn days(text: &str) -> Option<[bool; 7]> {
    let day = |name: &str| DAYS.iter().position(|d| name.eq_ignore_ascii_case(d));
    let mut on = [false; 7];
    for part in text.split(',') {
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (day(first)?, day(last)?),
            None => (day(part)?, day(part)?),
        };
        let length = (last + 7 - first) % 7;
        (0..=length).for_each(|n| on[(first + n) % 7] = true);
    }
    Some(on)
}

/// `HH:MM`; `24:00` ends a day.
fn minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |t: &str| (t.len() <= 2 && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse::<i64>().ok())?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (minutes < 60 && hours * 60 + minutes <= 1440).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds of day 0 (a Thursday) and on.
    fn at(day: i64, hour: i64, minute: i64) -> i64 {
        day * DAY_MS + (hour * 60 + minute) * MINUTE_MS
    }

    #[test]
    fn hours_hold_on_their_days_and_past_midnight() {
        let night = Hours::parse("22:00-06:00").unwrap();
        assert!(night.holds(at(0, 22, 0)) && night.holds(at(1, 5, 59)));
        assert!(!night.holds(at(1, 6, 0)) && !night.holds(at(0, 21, 59)));
        let friday = Hours::parse("fri 22:00-06:00").unwrap();
        assert!(friday.holds(at(1, 23, 0)) && friday.holds(at(2, 3, 0)), "Friday's night lasts into Saturday");
        assert!(!friday.holds(at(2, 23, 0)) && !friday.holds(at(1, 3, 0)));
        let weekend = Hours::parse("Sat-Sun").unwrap();
        assert!(weekend.holds(at(2, 0, 0)) && weekend.holds(at(3, 23, 59)) && !weekend.holds(at(4, 0, 0)));
        let around = Hours::parse("sun-mon,thu").unwrap();
        assert!(around.holds(at(3, 1, 0)) && around.holds(at(4, 1, 0)) && around.holds(at(0, 1, 0)));
        assert!(!around.holds(at(1, 1, 0)));
    }

    #[test]
    fn the_next_change_is_told() {
        let work = Hours::parse("mon-fri 08:00-17:00").unwrap();
        assert_eq!(work.next_start(at(1, 18, 0)), Some(at(4, 8, 0)), "from Friday evening to Monday");
        assert_eq!(work.next_change(at(1, 9, 0)), Some(at(1, 17, 0)));
        assert_eq!(Hours::parse("mon").unwrap().next_start(at(4, 1, 0)), Some(at(11, 0, 0)));
    }

    #[test]
    fn what_is_no_span_of_hours_is_refused() {
        for bad in
            ["", "22", "22:00", "25:00-26:00", "22:60-23:00", "mon-", "xyz", "mon 22:00", "8:00-9:00 mon", "-1:00-2:00"]
        {
            assert_eq!(Hours::parse(bad), None, "{bad}");
        }
        assert!(Hours::parse("00:00-24:00").unwrap().holds(at(5, 23, 59)));
        assert!(Hours::parse("8:00-8:00").unwrap().holds(at(5, 7, 0)), "a whole day");
    }
}
