//! The one check of a configuration: the form, the importers, the command line and saving all ask it.
//!
//! All problems are told at once, each with the key it is about (`sync[0].target`) and what its sentence needs. An error
//! means that the configuration is not run; a warning that it most likely does not do what was meant. What needs a look at
//! the machine (is the source there, does the daemon answer) is not asked here.

mod across;
mod crontab;
mod extra;
mod generic;
mod own;
mod places;
mod rsync;
#[cfg(test)]
mod tests;

use super::filters::{Filters, Read, filters_of};
use super::{Config, Sync, target_of};
use crate::paths::show_bytes;
use crate::problem::Problem;
use crate::target::Target;

/// Everything wrong with this configuration. `read` gives the content of a file that `excludeFrom`, `filterFrom` or a
/// merge rule names, as it is named there.
pub fn check(config: &Config, read: &mut Read<'_>) -> Vec<Problem> {
    let mut problems = generic::check(config);
    if config.sync.is_empty() {
        problems.push(Problem::error("check-nothing-to-watch"));
    }
    if let Some(facility) = &config.settings.logfacility
        && !known_facility(facility)
    {
        problems.push(
            Problem::error("check-facility-unknown")
                .at("settings.logfacility")
                .with("value", show_bytes(facility.as_bytes())),
        );
    }
    let looked: Vec<Looked<'_>> =
        config.sync.iter().enumerate().map(|(at, sync)| look(at, sync, read, &mut problems)).collect();
    across::check(&looked, &mut problems);
    problems
}

/// One sync with what was found out about it on the way.
struct Looked<'a> {
    at: usize,
    sync: &'a Sync,
    target: Option<Target>,
    filters: Option<Filters>,
}

impl Looked<'_> {
    /// `sync[2].key`
    fn key(&self, key: &str) -> String {
        format!("sync[{}].{key}", self.at)
    }
}

fn look<'a>(at: usize, sync: &'a Sync, read: &mut Read<'_>, problems: &mut Vec<Problem>) -> Looked<'a> {
    let filters = match filters_of(sync, &[], read) {
        Ok(filters) => {
            let doubtful = filters.matcher.suspicious(&sync.source);
            problems.extend(doubtful.into_iter().map(|p| below_sync(at, p)));
            Some(filters)
        }
        Err(wrong) => {
            problems.extend(wrong.into_iter().map(|p| below_sync(at, p)));
            None
        }
    };
    let looked = Looked { at, sync, target: target_of(sync), filters };
    places::check(&looked, problems);
    rsync::check(&looked, problems);
    extra::check(&looked, problems);
    crontab::check(&looked, problems);
    own::check(&looked, problems);
    if sync.batch_size_limit.is_some() && sync.max_processes.unwrap_or(1) < 2 {
        problems.push(Problem::error("check-batch-size-limit-alone").at(looked.key("batchSizeLimit")));
    }
    looked
}

/// The filters name keys from the sync on.
fn below_sync(at: usize, problem: Problem) -> Problem {
    let path = if problem.path.is_empty() { format!("sync[{at}]") } else { format!("sync[{at}].{}", problem.path) };
    problem.at(path)
}

/// What syslog(3) knows, by name in any case or by number.
fn known_facility(text: &str) -> bool {
    const NAMES: [&str; 13] = [
        "auth", "authpriv", "cron", "daemon", "ftp", "kern", "lpr", "mail", "news", "security", "syslog", "user",
        "uucp",
    ];
    let lower = text.to_ascii_lowercase();
    let local = lower.strip_prefix("local").is_some_and(|n| matches!(n.as_bytes(), [b'0'..=b'7']));
    local || NAMES.contains(&lower.as_str()) || lower.parse::<u8>().is_ok_and(|n| n < 192)
}
