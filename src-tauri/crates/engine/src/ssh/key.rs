//! What ssh makes of its configuration, and why a key was refused where ssh does not say.
//!
//! In batch mode ssh says "Permission denied" also where a key is locked by a passphrase. Then the files that it would have
//! used are looked at: one that is locked, and that the agent does not hold, is the reason.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use driftless_core::diagnose::{Exit, FailureCode, Report};
use driftless_core::paths::show_bytes;
use driftless_core::ssh::{SshCall, is_locked};

use crate::question::ask;
use crate::run::{Ended, Ground};

/// It reads files, and asks a resolver at most.
const BOUND: Duration = Duration::from_secs(10);
/// More than a key's file holds.
const MOST: u64 = 64 * 1024;

/// What `ssh -G` says of this call; `None` if it does not understand, or takes too long.
pub(super) async fn resolve(call: &SshCall, ground: &Ground) -> Option<String> {
    answer(&call.program, call.resolving(), ground).await.filter(|told| told.contains("hostname "))
}

/// Where the report says that the key was refused: the reason that ssh does not tell.
pub(crate) async fn explain(report: &mut Report, call: &SshCall, ground: &Ground) {
    if !report.causes.contains_key(&FailureCode::SshKeyRefused) {
        return;
    }
    let Some(told) = resolve(call, ground).await else { return };
    let agent = match values(&told, "identityagent ").next() {
        Some("none") => String::new(),
        _ if std::env::var_os("SSH_AUTH_SOCK").is_none() => String::new(),
        _ => answer("ssh-add", vec!["-L".to_owned()], ground).await.unwrap_or_default(),
    };
    let files: Vec<PathBuf> = values(&told, "identityfile ").map(below_home).collect();
    let looking = tokio::task::spawn_blocking(move || {
        files.into_iter().find(|file| read(file).is_some_and(|text| is_locked(&text)) && !held(file, &agent))
    });
    if let Ok(Some(file)) = looking.await {
        let path = show_bytes(file.as_os_str().as_encoded_bytes());
        let args = [("path", path), ("reason", String::new())];
        let args = args.map(|(name, value)| (name.to_owned(), value)).into();
        report.causes.insert(FailureCode::SshKeyLocked, args);
    }
}

fn values<'a>(told: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    told.lines().filter_map(move |line| line.strip_prefix(name))
}

/// ssh's tilde is the home of the account; ours is nearly always the same.
fn below_home(file: &str) -> PathBuf {
    match (file.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(file),
    }
}

/// The agent's list has the key's public half.
fn held(file: &std::path::Path, agent: &str) -> bool {
    let mut public = file.as_os_str().to_owned();
    public.push(".pub");
    let text = read(public.as_ref()).unwrap_or_default();
    text.split_ascii_whitespace().nth(1).is_some_and(|key| agent.contains(key))
}

fn read(file: &std::path::Path) -> Option<String> {
    let mut text = String::new();
    File::open(file).ok()?.take(MOST).read_to_string(&mut text).ok()?;
    Some(text)
}

/// What a program says on standard output, if it ends well and soon.
async fn answer(program: &str, words: Vec<String>, ground: &Ground) -> Option<String> {
    match ask(program, words, ground, BOUND).await {
        Ok((Ended { exit: Exit::Code(0), .. }, text)) => String::from_utf8(text).ok(),
        _ => None,
    }
}
