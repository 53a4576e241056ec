//! The verbs: what can be done beside running a configuration. They exit with 0, 1 (failed) and 2 (called wrongly);
//! `status` with 0, 3, 4 or 5.
//!
//! Data goes to stdout, everything else to stderr.

mod ask;
mod check;
mod convert;
mod explain;
mod password;
mod reading;
mod receive;
mod rehearse;
mod restore;
mod said;
mod sentence;
mod status;
mod verify;
mod when;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use driftless_engine::places::Places;
use driftless_instance::{Format, NotLoaded};

use crate::load::Origin;
use crate::report;

/// Done.
const OK: u8 = 0;
/// It did not work.
const FAILED: u8 = 1;
/// It was called wrongly.
const USAGE: u8 = 2;

const VERBS: [&str; 13] = [
    "restore", "verify", "check", "convert", "status", "pause", "resume", "sync", "allow", "rehearse", "explain",
    "password", "receive",
];

#[derive(Debug, Parser)]
#[command(name = "driftlessd", version, about = "Looks at a configuration, or talks to a Driftless that runs.")]
struct Line {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Say everything that is wrong with a configuration.
    Check {
        /// The file; without it the one in its usual place.
        config: Option<String>,
    },
    /// Turn a configuration from one format into the other.
    Convert {
        /// The file to read.
        file: String,
        /// The format to write; without it the other one.
        #[arg(long, value_enum)]
        to: Option<To>,
        /// Where to; without it stdout.
        #[arg(short, long, value_name = "OUT")]
        output: Option<PathBuf>,
        /// Replace a file that is there.
        #[arg(long)]
        force: bool,
    },
    /// How it goes. Exits with 0, 3 (attention), 4 (failing) or 5 (not running).
    Status {
        /// The configuration; without it whatever runs.
        config: Option<String>,
        /// As one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Begin no new transfers until resumed.
    Pause {
        /// Name or id; without it all.
        sync: Option<String>,
        /// Resume by itself after so long: `1h`, `90m`.
        #[arg(long = "for", value_name = "TIME", conflicts_with = "until")]
        duration: Option<String>,
        /// Resume by itself then: `16:00`, `2026-11-23 08:00`.
        #[arg(long, value_name = "WHEN")]
        until: Option<String>,
        #[command(flatten)]
        which: Which,
    },
    /// Go on after a pause.
    Resume {
        /// Name or id; without it all.
        sync: Option<String>,
        #[command(flatten)]
        which: Which,
    },
    /// Compare everything now, and send what waits without delay.
    Sync {
        /// Name or id; without it all.
        sync: Option<String>,
        /// Whatever its rules of power, networks and hours say, until none of them would pause any more.
        #[arg(long)]
        anyway: bool,
        #[command(flatten)]
        which: Which,
    },
    /// Let a held sync go on: what stands at its source and target now is right, what would be deleted may go.
    Allow {
        /// Name or id.
        sync: String,
        #[command(flatten)]
        which: Which,
    },
    /// Say what a full pass would send, change and delete now, and do nothing of it.
    Rehearse {
        /// Name or id.
        sync: String,
        #[command(flatten)]
        which: Which,
    },
    /// Bring a file or a folder back from the target, or from its trash.
    Restore(restore::Asked),
    /// Say whether source and target are identical by content. Changes nothing.
    Verify {
        /// Name or id.
        sync: String,
        /// Only so many files, chosen by chance.
        #[arg(long, value_name = "N")]
        sample: Option<usize>,
        /// The configuration; without it the one in its usual place.
        #[arg(long, value_name = "CONFIG")]
        config: Option<String>,
    },
    /// Say whether a path is sent, and which rule decides.
    Explain {
        /// The configuration.
        config: String,
        /// A path, absolute or below a source; with a slash at the end it is a directory.
        path: String,
    },
}

#[derive(Debug, Clone, clap::Args)]
struct Which {
    /// Only the one that runs this configuration.
    #[arg(long, value_name = "CONFIG")]
    config: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum To {
    Toml,
    Lsyncd,
}

impl From<To> for Format {
    fn from(to: To) -> Format {
        match to {
            To::Toml => Format::Toml,
            To::Lsyncd => Format::Lsyncd,
        }
    }
}

/// True if this first word is a verb. A file of that name is given as `./NAME`.
pub fn is_verb(word: &str) -> bool {
    VERBS.contains(&word)
}

/// Does what the verb says. `words` begin with it.
pub fn main(mut words: Vec<OsString>) -> ExitCode {
    // These two read their own words.
    match words.first().and_then(|w| w.to_str()) {
        Some("password") => password::run(words.split_off(1)),
        Some("receive") => receive::run(words.split_off(1)),
        _ => match said::parse::<Line>(words) {
            Ok(line) => ExitCode::from(run(line.verb)),
            Err(code) => code,
        },
    }
}

fn run(verb: Verb) -> u8 {
    let places = match Places::find() {
        Ok(places) => places,
        Err(e) => {
            report::error(&format!("There is no place for configuration and state: {e}."));
            return FAILED;
        }
    };
    match verb {
        Verb::Check { config } => check::check(config, &places),
        Verb::Convert { file, to, output, force } => convert::convert(&file, to.map(Format::from), output, force),
        Verb::Status { config, json } => status::status(config.as_deref(), json, &places),
        Verb::Pause { sync, duration, until, which } => {
            ask::pause(sync, duration.as_deref(), until.as_deref(), which.config.as_deref(), &places)
        }
        Verb::Resume { sync, which } => ask::resume(sync, which.config.as_deref(), &places),
        Verb::Sync { sync, anyway, which } => ask::sync(sync, anyway, which.config.as_deref(), &places),
        Verb::Allow { sync, which } => ask::allow(sync, which.config.as_deref(), &places),
        Verb::Rehearse { sync, which } => rehearse::rehearse(sync, which.config.as_deref(), &places),
        Verb::Restore(asked) => restore::restore(asked, &places),
        Verb::Verify { sync, sample, config } => verify::verify(&sync, sample, config, &places),
        Verb::Explain { config, path } => explain::explain(config, &path, &places),
    }
}

/// The configuration that was named, or the one in its usual place.
fn config_or_default(config: Option<String>, places: &Places) -> Result<String, NotLoaded> {
    config.map_or_else(
        || {
            let usual = places.config.join("config.toml");
            usual.to_str().map(str::to_owned).ok_or_else(|| NotLoaded::Plain(vec!["The home is not UTF-8.".to_owned()]))
        },
        Ok,
    )
}

/// A configuration file as the daemon would load it.
fn origin(config: &str, places: &Places) -> Result<Origin, NotLoaded> {
    let arguments = crate::grammar::Arguments { config: Some(config.to_owned()), ..Default::default() };
    Origin::new(arguments, crate::run::own(places))
}
