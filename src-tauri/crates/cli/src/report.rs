//! Problems to a person: on stderr, one after the other, each with its place and its remedy.

use std::io::Write;

use driftless_core::problem::{Problem, Severity};

use crate::log::clean;
use driftless_instance::NotLoaded;

/// One problem as lines of text: `FILE:LINE:COL: sentence remedy`. `file` names the configuration where the problem
/// does not say.
pub fn text(problem: &Problem, file: &str) -> String {
    let line = driftless_words::line(problem);
    if problem.place.is_some() || file.is_empty() { line } else { format!("{file}: {line}") }
}

/// All of them to stderr, after `Error: ` or `Warning: `.
pub fn problems(problems: &[Problem], file: &str) {
    for problem in problems {
        let head = match problem.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
        };
        stderr(&format!("{head}: {}\n", text(problem, file)));
    }
}

/// Why a configuration cannot be run.
pub fn not_loaded(why: &NotLoaded, file: &str) {
    match why {
        NotLoaded::Plain(lines) => lines.iter().for_each(|line| error(line)),
        NotLoaded::Problems(list) => problems(list, file),
    }
}

/// `Error: …` to stderr.
pub fn error(text: &str) {
    stderr(&format!("Error: {text}\n"));
}

/// To stderr; whoever closed it does not want to know.
pub fn stderr(text: &str) {
    let _ = std::io::stderr().lock().write_all(clean(text).as_bytes());
}

/// To stdout. Control characters are kept out of it, newlines aside.
pub fn stdout(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(clean(text).as_bytes()).and_then(|()| out.flush());
}
