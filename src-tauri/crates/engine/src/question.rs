//! Programs that are asked something: no secret, no input, an answer of bounded length in bounded time.

use std::sync::Arc;
use std::time::Duration;

use driftless_core::mirror::Why;
use driftless_core::plan::Password;
use driftless_core::work::{Arg, CommandSpec, Cwd, Stdin};
use tokio::sync::watch;

use crate::run::{Ended, Ground, Patience, Stream, run};
use crate::secrets::{SecretProblem, SecretText, Secrets};

/// More than any answer.
const MOST: usize = 64 * 1024;

/// How it ended, and the beginning of what it wrote to stdout. One that takes longer than `bound` is ended: `Stopped`.
/// Polled on a thread that lives on, see `run`.
pub async fn ask(program: &str, words: Vec<String>, ground: &Ground, bound: Duration) -> Result<(Ended, Vec<u8>), Why> {
    let command = CommandSpec {
        program: program.to_owned(),
        args: words.into_iter().map(Arg::Word).collect(),
        stdin: Stdin::Null,
        cwd: Cwd::Root,
        stall: bound,
        low: false,
        native: None,
    };
    let mut text = Vec::new();
    let (stop, stopped) = watch::channel(false);
    let asking = run(&command, None, Arc::new(NoSecrets), ground, Patience::default(), stopped, |stream, bytes| {
        if stream == Stream::Stdout && text.len() < MOST {
            text.extend_from_slice(bytes);
        }
    });
    let bound = async {
        tokio::time::sleep(bound).await;
        stop.send_replace(true);
        std::future::pending::<()>().await;
    };
    let ended = tokio::select! {
        ended = asking => ended?,
        () = bound => return Err(Why::Stopped),
    };
    Ok((ended, text))
}

/// For programs that get no secret from us.
pub struct NoSecrets;

impl Secrets for NoSecrets {
    fn resolve(&self, _from: &Password) -> Result<SecretText, SecretProblem> {
        Err(SecretProblem::new("password-not-stored", ""))
    }
}
