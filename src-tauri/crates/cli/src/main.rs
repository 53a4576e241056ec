//! `driftlessd`: the command line.

mod verbs;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    let verb = words.next();
    match verb.as_deref().and_then(|verb| verb.to_str()) {
        Some("password") => verbs::password::run(words.collect()),
        Some("receive") => verbs::receive::run(words.collect()),
        _ => ExitCode::from(2),
    }
}
