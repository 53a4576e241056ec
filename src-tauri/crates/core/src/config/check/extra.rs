//! `_extra`: words that would lose data, mislead the engine, or are no options at all.

use super::Looked;
use crate::behaviour::options::{Given, InExtra, OPTIONS, RsyncOption, Why, read_words};
use crate::paths::show_bytes;
use crate::problem::Problem;

/// Problems of the words, also of letters joined in one word.
pub(super) fn check(it: &Looked<'_>, problems: &mut Vec<Problem>) {
    let Some(filters) = &it.filters else { return };
    for word in read_words(&filters.extra) {
        let shown = show_bytes(word.raw[0].as_bytes());
        if word.options.is_empty() {
            problems.push(Problem::error("check-extra-not-an-option").with("word", &shown).at(it.key("rsync._extra")));
        }
        for given in &word.options {
            let problem = judge(given).map(|p| p.with("option", show_bytes(given.written.as_bytes())));
            problems.extend(problem.map(|p| p.with("word", &shown).at(it.key("rsync._extra"))));
        }
    }
}

fn judge(given: &Given) -> Option<Problem> {
    let Some(option) = given.option else {
        return Some(match abbreviated(&given.written) {
            Some(option) => refused(option).unwrap_or_else(|| Problem::warning("check-extra-unknown")),
            None => Problem::warning("check-extra-unknown"),
        });
    };
    if given.negated {
        // `--no-r` flattens the tree as `--dirs` does; to turn anything else off harms nothing.
        return (option.in_extra == InExtra::Refuse(Why::Tree)).then(|| refused(option)).flatten();
    }
    if option.value && given.value.is_none() {
        return Some(Problem::error("check-extra-without-value"));
    }
    if option.name == "size-only" {
        return Some(Problem::warning("check-extra-size-only"));
    }
    match option.in_extra {
        InExtra::Pass => None,
        InExtra::Drop => Some(Problem::warning("check-extra-dropped")),
        InExtra::Refuse(_) => refused(option),
    }
}

fn refused(option: &RsyncOption) -> Option<Problem> {
    let InExtra::Refuse(why) = option.in_extra else { return None };
    let code = match why {
        Why::Tree => "check-extra-tree",
        Why::List => "check-extra-list",
        Why::Deletes => "check-extra-deletes",
        Why::Source => "check-extra-source",
        Why::Nothing => "check-extra-nothing",
        Why::Partial => "check-extra-partial",
        Why::Basis => "check-extra-basis",
        Why::Early => "check-extra-early",
        Why::Mode => "check-extra-mode",
        Why::Fuzzy => "check-extra-fuzzy",
        Why::Key(key) => return Some(Problem::error("check-extra-has-key").with("key", key)),
    };
    Some(Problem::error(code))
}

/// rsync knows no abbreviations, yet who writes `--remove-source` means the option that is refused, and is told so.
fn abbreviated(written: &str) -> Option<&'static RsyncOption> {
    let short = written.strip_prefix("--").filter(|s| s.len() > 3)?;
    OPTIONS.iter().find(|o| o.name.starts_with(short) && matches!(o.in_extra, InExtra::Refuse(_)))
}
