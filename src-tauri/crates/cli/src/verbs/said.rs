//! How verbs with words of their own read them and speak: sentences of the catalogue, to stderr.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use driftless_core::problem::Problem;

/// The words behind a verb. Help goes to stdout and ends with 0; a slip goes to stderr and ends with 2.
pub fn parse<T: Parser>(args: Vec<OsString>) -> Result<T, ExitCode> {
    T::try_parse_from(std::iter::once(OsString::from("driftlessd")).chain(args)).map_err(|error| {
        // Whoever closed our output does not want to know.
        let _ = error.print();
        ExitCode::from(if error.use_stderr() { 2 } else { 0 })
    })
}

/// The sentence of this code.
pub fn sentence(code: &str, args: &[(&str, &str)]) -> String {
    let said = args.iter().fold(Problem::warning(code), |said, (name, value)| said.with(name, value));
    driftless_words::render(&said).sentence
}

/// The sentence of this code, as a line of its own.
pub fn say(code: &str, args: &[(&str, &str)]) {
    line(&sentence(code, args));
}

/// A problem, with what to do about it.
pub fn complain(problem: &Problem) {
    line(&format!("Error: {}", driftless_words::line(problem)));
}

fn line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
