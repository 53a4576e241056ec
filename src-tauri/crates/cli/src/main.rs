//! `driftlessd`: Driftless without a window. Without a verb it takes lsyncd's command line and gives lsyncd's exit
//! codes; with one it looks at a configuration or talks to a Driftless that runs.

mod daemon;
mod grammar;
mod load;
mod log;
mod overlay;
mod report;
mod run;
mod usage;
mod verbs;

use std::ffi::OsString;
use std::process::ExitCode;

use grammar::{Invocation, Refused};

/// lsyncd's `exit(-1)`.
const FAILED: u8 = 255;

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    if words.first().and_then(|w| w.to_str()).is_some_and(verbs::is_verb) {
        return verbs::main(words);
    }
    let words: Result<Vec<String>, Refused> = words
        .into_iter()
        .map(|w| w.into_string().map_err(|w| Refused::NotUtf8(w.to_string_lossy().into_owned())))
        .collect();
    ExitCode::from(match words {
        Ok(words) => as_lsyncd(&words),
        Err(refused) => refuse(&refused),
    })
}

fn as_lsyncd(words: &[String]) -> u8 {
    match grammar::parse(words) {
        Ok(Invocation::Usage) => {
            report::stdout(usage::USAGE);
            FAILED
        }
        Ok(Invocation::Monitors) => {
            report::stdout(usage::MONITORS);
            FAILED
        }
        Ok(Invocation::Version) => {
            report::stdout(&format!("Version: {}\n", env!("CARGO_PKG_VERSION")));
            0
        }
        Ok(Invocation::Run(arguments)) => run::run(arguments),
        Err(refused) => refuse(&refused),
    }
}

fn refuse(refused: &Refused) -> u8 {
    report::error(&refused.to_string());
    FAILED
}
