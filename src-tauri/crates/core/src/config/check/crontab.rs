//! `crontab`: `second minute hour day month weekday`, or without the second as cron has it; each `*`, a number, a name, a range or
//! a list, with `/step`.

use super::Looked;
use crate::paths::show_bytes;
use crate::problem::Problem;
use crate::schedule;

struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    /// The first stands for `first`.
    names: &'static [&'static str],
    first: u32,
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: [Field; 6] = [
    Field { name: "second", least: 0, most: 59, names: &[], first: 0 },
    Field { name: "minute", least: 0, most: 59, names: &[], first: 0 },
    Field { name: "hour", least: 0, most: 23, names: &[], first: 0 },
    Field { name: "day", least: 1, most: 31, names: &[], first: 0 },
    Field { name: "month", least: 1, most: 12, names: MONTHS, first: 1 },
    Field { name: "weekday", least: 0, most: 7, names: WEEKDAYS, first: 0 },
];

/// Problems of its lines.
pub(super) fn check(it: &Looked<'_>, problems: &mut Vec<Problem>) {
    for line in &it.sync.crontab {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let fields = if parts.len() == FIELDS.len() - 1 { &FIELDS[1..] } else { &FIELDS };
        let problem = if parts.len() != fields.len() {
            Some(Problem::error("check-crontab-fields").with("fields", parts.len()))
        } else {
            let bad = fields.iter().zip(&parts).find(|(field, text)| !field.takes(text));
            let bad = bad.map(|(field, text)| {
                let problem = Problem::error("check-crontab-field").with("value", show_bytes(text.as_bytes()));
                problem.with("field", field.name).with("least", field.least).with("most", field.most)
            });
            // The thirtieth of February.
            let comes = || schedule::parse(line).is_some_and(|cron| schedule::comes(&cron));
            bad.or_else(|| (!comes()).then(|| Problem::error("check-crontab-never")))
        };
        problems.extend(problem.map(|p| p.with("line", show_bytes(line.as_bytes())).at(it.key("crontab"))));
    }
}

impl Field {
    fn takes(&self, text: &str) -> bool {
        text.split(',').all(|part| {
            let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
            let step_fits = step.is_none_or(|s| s.parse::<u32>().is_ok_and(|n| n > 0 && n <= self.most));
            let range_fits = match range.split_once('-') {
                _ if range == "*" => true,
                Some((from, to)) => matches!((self.number(from), self.number(to)), (Some(a), Some(b)) if a <= b),
                None => self.number(range).is_some(),
            };
            step_fits && range_fits
        })
    }

    fn number(&self, text: &str) -> Option<u32> {
        let by_name = self.names.iter().zip(self.first..).find(|(name, _)| text.eq_ignore_ascii_case(name));
        let number = by_name.map(|(_, n)| n).or_else(|| text.parse().ok())?;
        (self.least..=self.most).contains(&number).then_some(number)
    }
}
