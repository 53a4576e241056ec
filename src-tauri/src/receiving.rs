//! This machine as the other end: the engine's receiver, started and stopped from the window, and started again with the program.
//!
//! It lives on a thread of its own, since the daemon ends with the thread that started it. Folder, network and port are kept, so
//! that the target that another machine was told stays true.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use driftless_core::problem::Problem;
use driftless_core::target::Target;
use driftless_engine::places::write_private;
use driftless_engine::receiver::{Options, Receiver};
use driftless_engine::secrets::{SecretText, file};
use driftless_wire::ReceiverState;
use serde::{Deserialize, Serialize};

use crate::shell::internal;

/// Tried first: no other service's, and free for everybody.
const PORT: u16 = 8730;
/// How often the daemon is looked at.
const LOOK: Duration = Duration::from_secs(10);
const EVERYWHERE: std::net::IpAddr = std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

/// See the head of this file.
pub struct Receiving {
    state: PathBuf,
    /// Tried first while no other machine knows one; 0 for any that is free.
    port: u16,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    choice: Choice,
    running: Option<Running>,
    /// Why the last start failed.
    problem: Option<Problem>,
}

/// What the person chose.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Choice {
    dir: String,
    network: bool,
    port: Option<u16>,
    on: bool,
}

struct Running {
    target: String,
    password: PathBuf,
    /// Why it ended by itself.
    ended: Arc<Mutex<Option<Problem>>>,
    stop: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.stop.send(());
        if let Some(thread) = self.thread.take() {
            // It only ends the daemon.
            let _ = thread.join();
        }
    }
}

impl Receiving {
    /// Nothing is started yet. `state`: the directory of what is kept.
    pub fn new(state: &Path) -> Receiving {
        let kept = std::fs::read(state.join(FILE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let now = Now { choice: kept.unwrap_or_default(), ..Now::default() };
        Receiving { state: state.to_owned(), port: PORT, now: Mutex::new(now) }
    }

    /// Starts what ran when the program ended.
    pub fn resume(&self) {
        let choice = self.now().choice.clone();
        if choice.on {
            let _ = self.start(&choice.dir, choice.network);
        }
    }

    /// Starts; the state then. One that runs is ended first. Blocks for a few seconds at most.
    ///
    /// # Errors
    /// What the receiver has against the folder, or the port that the other machine knows is taken.
    pub fn start(&self, dir: &str, network: bool) -> Result<ReceiverState, Problem> {
        let mut now = self.now();
        now.running = None;
        let known = now.choice.port;
        let started = self.launch(dir, network, known.unwrap_or(self.port));
        let started = match started {
            // Nobody knows the port yet.
            Err(problem) if known.is_none() && problem.code == "receiver-port-taken" => self.launch(dir, network, 0),
            other => other,
        };
        match started {
            Ok((running, port)) => {
                let choice = Choice { dir: dir.to_owned(), network, port: Some(port), on: true };
                (now.running, now.problem) = (Some(running), None);
                self.keep(&mut now, choice)?;
                Ok(state(&now))
            }
            Err(problem) => {
                now.problem = Some(problem.clone());
                Err(problem)
            }
        }
    }

    /// Ends it; the state then.
    ///
    /// # Errors
    /// That it is not to start again could not be kept.
    pub fn stop(&self) -> Result<ReceiverState, Problem> {
        let mut now = self.now();
        (now.running, now.problem) = (None, None);
        let choice = Choice { on: false, ..now.choice.clone() };
        self.keep(&mut now, choice)?;
        Ok(state(&now))
    }

    /// How it stands.
    pub fn state(&self) -> ReceiverState {
        state(&self.now())
    }

    /// The password that the other machine needs.
    ///
    /// # Errors
    /// Nothing runs, or its file cannot be read.
    pub fn password(&self) -> Result<SecretText, Problem> {
        let path = self.now().running.as_ref().map(|running| running.password.clone());
        let path = path.ok_or_else(|| Problem::error("receiver-not-running"))?;
        file::read(&path).map_err(|problem| Problem::error(problem.code).with("what", path.display()))
    }

    fn launch(&self, dir: &str, network: bool, port: u16) -> Result<(Running, u16), Problem> {
        let mut options = Options::new(dir, &self.state);
        options.port = (port != 0).then_some(port);
        if network {
            options.listen = EVERYWHERE;
        }
        let (stop, stopped) = channel();
        let (told, started) = channel();
        let ended = Arc::new(Mutex::new(None));
        let end = Arc::clone(&ended);
        let thread = std::thread::Builder::new().name("receiver".to_owned()).spawn(move || {
            let mut receiver = match Receiver::start(&options) {
                Ok(receiver) => receiver,
                Err(problem) => return drop(told.send(Err(problem))),
            };
            let _ = told.send(Ok((receiver.target.clone(), receiver.password_file.clone())));
            while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                if let Ok(Some(status)) = receiver.ended() {
                    let problem = Problem::error("receiver-ended").with("status", status);
                    let problem = problem.with("log", receiver.log.display());
                    *end.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem);
                    return;
                }
            }
        });
        let thread = thread.map_err(internal)?;
        let (target, password) = started.recv().map_err(internal)??;
        let port = match Target::parse(&target) {
            Ok(Target::Daemon { port: Some(port), .. }) => port,
            _ => return Err(internal("the receiver names no port")),
        };
        Ok((Running { target, password, ended, stop, thread: Some(thread) }, port))
    }

    fn keep(&self, now: &mut Now, choice: Choice) -> Result<(), Problem> {
        let text = serde_json::to_vec(&choice).map_err(internal)?;
        now.choice = choice;
        let file = self.state.join(FILE);
        write_private(&file, &text)
            .map_err(|error| Problem::error("receiver-state").with("what", file.display()).with("error", error))
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the choice is kept.
const FILE: &str = "receiver.json";

fn state(now: &Now) -> ReceiverState {
    let ended = |running: &Running| running.ended.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let ended = now.running.as_ref().and_then(ended);
    let running = now.running.as_ref().filter(|_| ended.is_none());
    ReceiverState {
        running: running.is_some(),
        dir: now.choice.dir.clone(),
        target: running.map(|running| running.target.clone()),
        network: now.choice.network,
        problem: ended.or_else(|| now.problem.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_again_with_the_same_target_and_password() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("received").display().to_string();
        let state = home.path().join("state");
        // Other tests take the usual port while this one starts again.
        let first = Receiving { port: 0, ..Receiving::new(&state) };
        assert!(!first.state().running);
        let running = first.start(&dir, false).unwrap();
        let password = first.password().unwrap().expose().to_vec();
        drop(first);
        let second = Receiving::new(&state);
        second.resume();
        assert_eq!(second.state(), running);
        assert_eq!(second.password().unwrap().expose(), password);
        assert!(!second.stop().unwrap().running);
        assert_eq!(second.password().unwrap_err().code, "receiver-not-running");
        let third = Receiving::new(&state);
        third.resume();
        assert!(!third.state().running, "it was stopped");
        assert_eq!(third.state().dir, dir);
    }

    #[test]
    fn a_folder_that_cannot_be_received_into_is_said() {
        let home = tempfile::tempdir().unwrap();
        let receiving = Receiving::new(&home.path().join("state"));
        assert_eq!(receiving.start("/", false).unwrap_err().code, "receiver-dir-root");
        assert_eq!(receiving.state().problem.map(|problem| problem.code).as_deref(), Some("receiver-dir-root"));
    }
}
