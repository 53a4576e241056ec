//! The configuration: read, checked, written, and in the words of others.

use std::path::PathBuf;

use driftless_conf::{lsyncd, toml};
use driftless_core::config::{Config, DeletePolicy, Sync};
use driftless_core::plan::{Password, Plan};
use driftless_core::problem::Problem;
use driftless_core::work::Arg;
use driftless_instance::{Document, Format, NotLoaded, read_config};
use driftless_wire::{ConfigSheet, Imported, Notation, Saved, Texts};
use tauri::{AppHandle, Runtime};

use super::places::{Choice, choose};
use super::{Inside, blocking};
use crate::shell::internal;

/// The configuration as it stands in its file.
#[tauri::command]
pub async fn config(shell: Inside<'_>) -> Result<ConfigSheet, Problem> {
    blocking(&shell, |shell| {
        let file = shell.document.path().display().to_string();
        Ok(match shell.document.read() {
            Ok(sheet) => {
                let problems =
                    shell.document.plan(&sheet.config, &sheet.keys).map_or_else(|wrong| wrong, |(_, told)| told);
                ConfigSheet { config: sheet.config, file, revision: sheet.revision, problems }
            }
            Err(problems) => ConfigSheet { config: Config::default(), file, revision: String::new(), problems },
        })
    })
    .await
}

/// All that is wrong with a draft, each at its key.
#[tauri::command]
pub async fn check(shell: Inside<'_>, config: Config) -> Result<Vec<Problem>, Problem> {
    blocking(&shell, move |shell| Ok(shell.document.check(&config))).await
}

/// Writes a configuration and runs it; `revision` is that of the sheet it was made from.
#[tauri::command]
pub async fn save(shell: Inside<'_>, config: Config, revision: String) -> Result<Saved, Problem> {
    blocking(&shell, move |shell| Ok(shell.save(config, &revision))).await
}

/// One sync as others write it.
#[tauri::command]
pub async fn texts(shell: Inside<'_>, sync: Sync) -> Result<Texts, Problem> {
    blocking(&shell, move |shell| Ok(texts_of(&shell.document, sync))).await
}

fn texts_of(document: &Document, sync: Sync) -> Texts {
    let config = Config { sync: vec![sync], ..Config::default() };
    // A draft with errors has no command line yet.
    let command = document.plan(&config, &Default::default()).map(|(plan, _)| command_of(&plan)).unwrap_or_default();
    Texts { command, toml: toml::write(&config), lsyncd: lsyncd::export(&config) }
}

/// The full pass, as a shell would take it. Where the keyring gives the password, rsync would ask for it.
fn command_of(plan: &Plan) -> String {
    let Some(sync) = plan.syncs.first() else { return String::new() };
    let delete = matches!(sync.delete, DeletePolicy::Always | DeletePolicy::Startup);
    let spec = driftless_core::behaviour::rsync::full_pass(sync, delete, false);
    let mut words = vec![spec.program.clone()];
    for arg in &spec.args {
        match arg {
            Arg::Word(word) => words.push(word.clone()),
            Arg::Secret { prefix, from: Password::File(file) } => words.push(format!("{prefix}{file}")),
            Arg::Secret { .. } => {}
            Arg::Inline { prefix, .. } => words.push(format!("{prefix}…")),
            Arg::SshItself { call, .. } => words.extend(call.towards(None)),
            Arg::Ssh { call, .. } => words.push(format!("--rsh={}", call.rsh(&call.program, None))),
        }
    }
    let quoted: Vec<String> = words
        .iter()
        .map(|word| shlex::try_quote(word).map_or_else(|_| word.clone(), |quoted| quoted.into_owned()))
        .collect();
    format!("cd {} && {}", shlex::try_quote(&sync.source).unwrap_or_default(), quoted.join(" "))
}

/// Asks for a file and reads it; none if the person chose none.
#[tauri::command]
pub async fn import_config<R: Runtime>(app: AppHandle<R>, shell: Inside<'_>) -> Result<Option<Imported>, Problem> {
    let Some(path) = choose(&app, Choice::File, None).await? else { return Ok(None) };
    blocking(&shell, move |shell| import(&shell.document, path).map(Some)).await
}

fn import(document: &Document, path: PathBuf) -> Result<Imported, Problem> {
    let file = path.display().to_string();
    let read = read_config(&path, &file).map_err(|why| match why {
        NotLoaded::Plain(lines) => {
            Problem::error("config-unreadable").with("file", &file).with("error", lines.join(" "))
        }
        NotLoaded::Problems(problems) => {
            problems.into_iter().next().unwrap_or_else(|| internal("nothing is said to be wrong"))
        }
    })?;
    let mut problems = read.notes;
    problems.extend(document.check(&read.config));
    let format = match read.format {
        Format::Toml => Notation::Toml,
        Format::Lsyncd => Notation::Lsyncd,
    };
    Ok(Imported { config: read.config, file, format, problems })
}

/// Asks for a place and writes there; its path, or none.
#[tauri::command]
pub async fn export_config<R: Runtime>(
    app: AppHandle<R>,
    shell: Inside<'_>,
    format: Notation,
) -> Result<Option<String>, Problem> {
    let name = match format {
        Notation::Toml => "driftless.toml",
        Notation::Lsyncd => "lsyncd.conf",
    };
    let Some(path) = choose(&app, Choice::NewFile(name), None).await? else { return Ok(None) };
    blocking(&shell, move |shell| {
        let sheet = shell.document.read().map_err(|problems| {
            problems.into_iter().next().unwrap_or_else(|| internal("nothing is said to be wrong"))
        })?;
        let text = match format {
            Notation::Toml => toml::write(&sheet.config),
            Notation::Lsyncd => lsyncd::export(&sheet.config),
        };
        let shown = path.display().to_string();
        std::fs::write(&path, text)
            .map_err(|error| Problem::error("config-unwritable").with("file", &shown).with("error", error))?;
        Ok(Some(shown))
    })
    .await
}
