//! `restore`: brings a file or a folder back from the target, or from its trash.
//!
//! Nothing that is here is replaced without a word: a question on a terminal, `--yes` elsewhere. Where the window keeps a history,
//! it stands there afterwards.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use driftless_core::paths::{RelPath, show_bytes};
use driftless_core::problem::Problem;
use driftless_core::trash::Version;
use driftless_engine::brought_back::Begun;
use driftless_engine::history;
use driftless_engine::places::Places;
use driftless_engine::target_reader::TargetReader;
use jiff::{Timestamp, Zoned};

use super::reading::{block_on, named, reader};
use super::{FAILED, OK, USAGE, explain, when};
use crate::report;

/// So many names are shown before a question.
const NAMES: usize = 10;

/// What is asked for.
#[derive(Debug, clap::Args)]
pub struct Asked {
    /// Name or id.
    sync: String,
    /// A file or a folder, absolute or below the source; `.` for everything.
    path: PathBuf,
    /// As it was then: `16:00`, `2026-11-22 08:00`.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Into this folder, under the same path; without it to where it was.
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Only say which versions there are.
    #[arg(long)]
    list: bool,
    /// Replace what is there without asking.
    #[arg(long)]
    yes: bool,
    /// The configuration; without it the one in its usual place.
    #[arg(long, value_name = "CONFIG")]
    config: Option<String>,
}

/// The verb.
pub fn restore(asked: Asked, places: &Places) -> u8 {
    let at_ms = match asked.at.as_deref().map(|text| when::before(text, &Zoned::now()).ok_or(text)) {
        None => None,
        Some(Ok(then)) => Some(then.timestamp().as_millisecond()),
        Some(Err(text)) => {
            report::error(&format!(
                "'{text}' is not a time that can be read, or it is to come. Write --at '2026-11-22 08:00'."
            ));
            return USAGE;
        }
    };
    let Some(plan) = named(&asked.sync, asked.config.clone(), places) else { return FAILED };
    let Some(path) = explain::below(&plan.source, &asked.path) else {
        report::error(&format!("'{}' does not lie in {}.", shown(&asked.path), plan.source));
        return USAGE;
    };
    let to = asked.to.clone().unwrap_or_else(|| PathBuf::from(&plan.source));
    let (_stop, reader) = reader(plan, places);
    let done = block_on(async {
        if asked.list {
            return list(&reader, &path).await;
        }
        let chosen = reader.chosen(&path, at_ms).await?;
        if chosen.is_empty() {
            report::error(&format!("neither {} nor its trash holds '{}'.", reader.plan.target, path.shown()));
            return Ok(FAILED);
        }
        if asked.to.is_some() {
            std::fs::create_dir_all(&to)
                .map_err(|e| Problem::error("restore-no-folder").with("dir", shown(&to)).with("why", e))?;
        }
        let replaced = reader.replaced(&chosen, &to).await?;
        if !replaced.is_empty() && !asked.yes && !agreed(&replaced, &to) {
            return Ok(FAILED);
        }
        let begun = Begun::now();
        let brought = reader.bring(&chosen, &to, !replaced.is_empty()).await;
        let ran = begun.ran(&reader.plan, &chosen, &brought);
        if let Err(error) = history::add(&places.state.join(history::FILE), ran) {
            report::error(&format!("the history cannot be written: {error}"));
        }
        let brought = brought?;
        let s = if brought.files == 1 { "" } else { "s" };
        report::stdout(&format!(
            "brought back {} file{s}, {} bytes, to {}\n",
            brought.files,
            brought.bytes,
            shown(&to)
        ));
        Ok(OK)
    });
    done.unwrap_or_else(|problem| {
        super::said::complain(&problem);
        FAILED
    })
}

async fn list(reader: &TargetReader, path: &RelPath) -> Result<u8, Problem> {
    let moments = reader.moments().await?;
    let mut versions = reader.versions(path, &moments).await?;
    versions.retain(|v| !v.dir);
    versions.sort_by(|a, b| {
        a.path.cmp(&b.path).then(b.moment.is_none().cmp(&a.moment.is_none())).then(b.moment.cmp(&a.moment))
    });
    for version in &versions {
        report::stdout(&line(version));
    }
    if versions.is_empty() {
        report::error(&format!("neither {} nor its trash holds '{}'.", reader.plan.target, path.shown()));
        return Ok(FAILED);
    }
    Ok(OK)
}

fn line(version: &Version) -> String {
    let until = version
        .moment
        .and_then(|m| Timestamp::from_millisecond(m.0).ok())
        .map(|at| at.to_zoned(jiff::tz::TimeZone::system()).strftime("until %Y-%m-%d %H:%M:%S").to_string());
    format!("{:<25} {:>12} bytes  {}\n", until.as_deref().unwrap_or("now"), version.bytes, version.path.shown())
}

/// Asks; where nobody can answer, says how to say so beforehand.
fn agreed(replaced: &[RelPath], to: &Path) -> bool {
    let names: Vec<String> = replaced.iter().take(NAMES).map(RelPath::shown).collect();
    let more = if replaced.len() > NAMES { ", …" } else { "" };
    let (count, s) = (replaced.len(), if replaced.len() == 1 { "" } else { "s" });
    report::stderr(&format!("This replaces {count} file{s} in {}: {}{more}\n", shown(to), names.join(", ")));
    if !std::io::stdin().is_terminal() {
        report::error("nothing was done: say --yes to replace them, or --to DIR to put them elsewhere.");
        return false;
    }
    report::stderr("Replace? [y/N] ");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

fn shown(path: &Path) -> String {
    show_bytes(path.as_os_str().as_encoded_bytes())
}
