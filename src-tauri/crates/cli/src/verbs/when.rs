//! Until when a pause lasts: `--for 1h`, `--until 16:00`.

use jiff::civil::{DateTime, Time};
use jiff::{SignedDuration, ToSpan, Zoned};

/// `--for`: a duration such as `1h`, `90m`, `1h 30m`, from `now`.
pub fn after(text: &str, now: &Zoned) -> Option<Zoned> {
    let duration: SignedDuration = text.trim().parse().ok()?;
    duration.is_positive().then(|| now.checked_add(duration).ok()).flatten()
}

/// `--until`: a time of day (the next one there is) or a date with a time, in the local zone, later than `now`.
pub fn until(text: &str, now: &Zoned) -> Option<Zoned> {
    let text = text.trim();
    // The date first: a time of day is also read out of a date with a time.
    let then = match text.parse::<DateTime>() {
        Ok(then) => then.to_zoned(now.time_zone().clone()).ok()?,
        Err(_) => {
            let time: Time = text.parse().ok()?;
            let today = now.date().to_datetime(time).to_zoned(now.time_zone().clone()).ok()?;
            if today > *now { today } else { today.checked_add(1.day()).ok()? }
        }
    };
    (then > *now).then_some(then)
}

/// `--at`: a time of day (the last one there was) or a date with or without a time, in the local zone, not later than `now`.
pub fn before(text: &str, now: &Zoned) -> Option<Zoned> {
    let text = text.trim();
    let zone = || now.time_zone().clone();
    let then = match (text.parse::<DateTime>(), text.parse::<Time>()) {
        (Ok(then), _) => then.to_zoned(zone()).ok()?,
        (_, Ok(time)) => {
            let today = now.date().to_datetime(time).to_zoned(zone()).ok()?;
            if today <= *now { today } else { today.checked_sub(1.day()).ok()? }
        }
        _ => return None,
    };
    (then <= *now).then_some(then)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Zoned {
        "2026-11-22T14:32:00+01:00[Europe/Vienna]".parse().unwrap()
    }

    fn shown(when: Option<Zoned>) -> String {
        when.map_or("-".to_owned(), |z| z.strftime("%Y-%m-%d %H:%M").to_string())
    }

    #[test]
    fn what_was_is_before_now() {
        assert_eq!(shown(before("14:00", &now())), "2026-11-22 14:00");
        assert_eq!(shown(before("16:00", &now())), "2026-11-21 16:00");
        assert_eq!(shown(before(" 2026-11-20 08:30 ", &now())), "2026-11-20 08:30");
        assert_eq!(shown(before("2026-11-20", &now())), "2026-11-20 00:00");
        for bad in ["2026-11-22 15:00", "soon", "", "25:00"] {
            assert_eq!(shown(before(bad, &now())), "-", "{bad}");
        }
    }

    #[test]
    fn durations_begin_now() {
        let cases = [("1h", "2026-11-22 15:32"), ("90m", "2026-11-22 16:02"), ("1h 30m", "2026-11-22 16:02")];
        for (text, wanted) in cases {
            assert_eq!(shown(after(text, &now())), wanted, "{text}");
        }
        for bad in ["", "x", "0s", "-1h", "1 fortnight"] {
            assert_eq!(after(bad, &now()), None, "{bad}");
        }
    }

    #[test]
    fn a_time_of_day_is_the_next_one() {
        let cases = [
            ("16:00", "2026-11-22 16:00"),
            ("08:00", "2026-11-23 08:00"),
            ("2026-11-23 08:00", "2026-11-23 08:00"),
            ("2026-11-22T15:00", "2026-11-22 15:00"),
        ];
        for (text, wanted) in cases {
            assert_eq!(shown(until(text, &now())), wanted, "{text}");
        }
        for bad in ["", "soon", "25:00", "2026-11-22 14:00"] {
            assert_eq!(until(bad, &now()), None, "{bad}");
        }
    }
}
