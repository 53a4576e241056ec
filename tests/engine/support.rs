//! Short words for running one command.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use driftless_core::mirror::Why;
use driftless_core::plan::Password;
use driftless_core::work::{Arg, CommandSpec, Cwd, Stdin};
use driftless_engine::run::{Ended, Ground, Patience, Stream, run};
use driftless_engine::secrets::{SecretProblem, SecretText, Secrets};
use tokio::sync::watch;

/// A keyring with one password, whatever is asked for.
pub struct OnePassword(pub &'static str);

impl Secrets for OnePassword {
    fn resolve(&self, _from: &Password) -> Result<SecretText, SecretProblem> {
        Ok(SecretText::new(self.0.as_bytes().to_vec()))
    }
}

/// A command in `/` with nothing to read.
pub fn command(program: &str, words: &[&str]) -> CommandSpec {
    CommandSpec {
        program: program.to_owned(),
        args: words.iter().map(|word| Arg::Word((*word).to_owned())).collect(),
        stdin: Stdin::Null,
        cwd: Cwd::Root,
        stall: Duration::from_secs(60),
        low: false,
        native: None,
    }
}

/// A shell script: children that behave as we need them.
pub fn script(text: &str) -> CommandSpec {
    command("/bin/sh", &["-c", text])
}

/// A runtime like the driver's: everything on this thread.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Short waits, so that tests are.
pub fn impatient() -> Patience {
    Patience { grace: Duration::from_millis(300), cleanup: Duration::from_millis(500), ..Patience::default() }
}

/// What a run did.
#[derive(Debug)]
pub struct Done {
    pub ended: Result<Ended, Why>,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
}

impl Done {
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.err).into_owned()
    }
}

/// Runs it to its end; `stop_after` asks for the end earlier.
pub fn run_it(
    command: &CommandSpec,
    source: Option<Arc<OwnedFd>>,
    secrets: Arc<dyn Secrets>,
    stop_after: Option<Duration>,
) -> Done {
    let dir = tempfile::tempdir().unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let ended = runtime().block_on(async {
        let (stop, stopped) = watch::channel(false);
        let stopper = async {
            match stop_after {
                Some(after) => tokio::time::sleep(after).await,
                None => std::future::pending().await,
            }
            stop.send(true).unwrap();
            std::future::pending::<()>().await;
        };
        let ground = Ground::new(dir.path());
        let running = run(command, source, secrets, &ground, impatient(), stopped, |stream, bytes| match stream {
            Stream::Stdout => out.extend_from_slice(bytes),
            Stream::Stderr => err.extend_from_slice(bytes),
        });
        tokio::select! {
            ended = running => ended,
            () = stopper => unreachable!("it waits for ever"),
        }
    });
    Done { ended, out, err }
}

/// Runs it without a source, secret or stop.
pub fn run_alone(command: &CommandSpec) -> Done {
    run_it(command, None, Arc::new(OnePassword("")), None)
}
