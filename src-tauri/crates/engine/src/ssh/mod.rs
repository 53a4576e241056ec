//! One connection to each far machine, kept and shared by the runs that go there (OpenSSH's ControlMaster).
//!
//! - Connections are told apart by what ssh makes of all its configuration (`ssh -G`): user, machine, port, keys, proxy. Nobody
//!   comes in as somebody else because two syncs name one machine.
//! - It is made with the first run and stays; one that has ended is made anew. Connecting may fail as each run's own connecting
//!   would: that is the run's failure. Where ssh cannot share (another program, another configuration) or the connection
//!   cannot be had, runs connect by themselves, and the log says so.
//! - After sleep, with another network, and when the configuration no longer names it, no run goes through it any more, and it
//!   ends with its last session. Until then its keep-alives tell whether the machine is there.
//! - A configuration that shares connections in a way of its own is left alone.

mod key;
mod master;
mod place;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use driftless_core::diagnose::{self, Context, FailureCode, OutputParser, diagnose};
use driftless_core::mirror::End;
use driftless_core::paths::show_bytes;
use driftless_core::plan::Plan;
use driftless_core::ssh::SshCall;
use driftless_core::work::{Arg, CommandSpec};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

pub(crate) use self::key::explain;
pub use self::master::Lane;
use self::master::{Gone, Master, State};
use self::place::Place;
use crate::run::{Ground, Patience};

/// A machine to which no connection could be kept is not asked again for so long.
const PAUSE: Duration = Duration::from_secs(600);
/// For the end of all of them, when the engine ends.
const ENDING: Duration = Duration::from_secs(2);

/// All connections that are kept. Copies share them.
#[derive(Debug, Clone)]
pub struct Masters {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    ground: Ground,
    patience: Patience,
    place: Option<Place>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// What ssh makes of a call; `None`: it does not say, and nothing is shared.
    resolved: HashMap<SshCall, Option<String>>,
    masters: HashMap<String, Arc<Master>>,
    /// Where none can be had, until when.
    without: HashMap<String, Instant>,
}

/// What a run is to do about its connection.
pub enum Way {
    /// Through a kept one; it stays as long as this is held.
    Shared(Lane, String),
    /// It connects by itself.
    Own,
    /// Nobody can connect: how ssh ended, and what it said.
    Refused(Box<Refused>),
}

/// A connection that was refused.
#[derive(Debug, Clone)]
pub struct Refused {
    exit: diagnose::Exit,
    said: Vec<u8>,
}

impl Masters {
    /// `ground` is that of all children.
    pub fn new(ground: Ground, patience: Patience) -> Masters {
        let place = Place::find(&ground.runtime_dir);
        Masters { shared: Arc::new(Shared { ground, patience, place, known: Mutex::default() }) }
    }

    /// How this call is to be made. Waits while a connection is being made; polled on the thread that lives as long as the
    /// children (see `run`).
    pub async fn way(&self, call: &SshCall, stop: &mut watch::Receiver<bool>) -> Way {
        let Some(place) = self.shared.place.as_ref().filter(|_| call.may_share()) else { return Way::Own };
        let Some(key) = self.key(call).await else { return Way::Own };
        let master = {
            let mut known = self.known();
            if known.without.get(&key).is_some_and(|until| Instant::now() < *until) {
                return Way::Own;
            }
            match known.masters.get(&key).filter(|master| master.lives()) {
                Some(master) => master.clone(),
                None => {
                    let (ground, patience) = (self.shared.ground.clone(), self.shared.patience);
                    let master = Master::start(call, place.socket(), ground, patience);
                    known.masters.insert(key.clone(), master.clone());
                    master
                }
            }
        };
        let mut state = master.state.clone();
        let settled = async {
            let settled = state.wait_for(|state| !matches!(state, State::Connecting)).await;
            settled.map_or(State::Connecting, |state| state.clone())
        };
        let settled = tokio::select! {
            settled = settled => settled,
            // The run itself will notice.
            _ = stop.wait_for(|stop| *stop) => return Way::Own,
        };
        match settled {
            State::Ready => match master.lane() {
                Some(lane) => Way::Shared(lane, master.socket.clone()),
                None => Way::Own,
            },
            // It was there a moment ago; the next run makes another one.
            State::Gone(Gone { was_ready: true, .. }) | State::Connecting => Way::Own,
            State::Gone(gone) => match refusal(&gone) {
                Some(refused) => Way::Refused(Box::new(refused)),
                None => {
                    let why = String::from_utf8_lossy(&gone.said).trim().to_owned();
                    let (host, why) = (show_bytes(call.host.as_bytes()), show_bytes(why.as_bytes()));
                    tracing::warn!("no connection to {host} can be kept and shared, each run makes its own: {why}");
                    self.known().without.insert(key, Instant::now() + PAUSE);
                    Way::Own
                }
            },
        }
    }

    /// No run goes through those of now any more: the machine slept, the network is another one.
    pub fn retire(&self) {
        let mut known = self.known();
        *known = Known::default();
    }

    /// Only what this plan names is kept.
    pub fn keep_for(&self, plan: &Plan) {
        let mut known = self.known();
        known.resolved.retain(|call, _| plan.syncs.iter().any(|sync| sync.ssh.as_ref() == Some(call)));
        let Known { resolved, masters, without } = &mut *known;
        let wanted = |key: &String| resolved.values().flatten().any(|known| known == key);
        masters.retain(|key, _| wanted(key));
        without.clear();
    }

    /// Ends all of them and waits for that, for a moment.
    pub async fn end(&self) {
        let masters = std::mem::take(&mut self.known().masters);
        let states: Vec<_> = masters.into_values().map(|master| master.state.clone()).collect();
        for mut state in states {
            // Its task may be gone with it.
            let _ = timeout(ENDING, state.wait_for(|state| matches!(state, State::Gone(_)))).await;
        }
    }

    /// What tells this call from others.
    async fn key(&self, call: &SshCall) -> Option<String> {
        if let Some(known) = self.known().resolved.get(call) {
            return known.clone();
        }
        let told = key::resolve(call, &self.shared.ground).await.map(|told| format!("{}\n{told}", call.program));
        self.known().resolved.insert(call.clone(), told.clone());
        told
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.shared.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The failure that a run of its own would have too; `None` if only the sharing failed.
fn refusal(gone: &Gone) -> Option<Refused> {
    use FailureCode::*;
    let refused = Refused { exit: gone.ended.as_ref().ok().copied()?, said: gone.said.clone() };
    let nowhere = driftless_core::target::Target::Local { path: "/".to_owned() };
    let end = refused.end(OutputParser::new(diagnose::PathMapper::new(b"/", &nowhere)));
    let context = Context { target: &nowhere, source: "", binary: "", stopped_by_us: false, ran_just_before: false };
    let code = diagnose(&end, &context).failure?.code;
    let of_connecting = matches!(
        code,
        HostKeyChanged
            | HostKeyUnknown
            | SshKeyMissing
            | SshKeyMode
            | SshKeyRefused
            | SshNoCommon
            | ConnectionRefused
            | NoRoute
            | NetworkDown
            | ConnectForbidden
            | HostNotFound
            | ResolverDown
            | ConnectTimeout
    );
    of_connecting.then_some(refused)
}

impl Refused {
    /// As the end of a run that got no further.
    pub fn end(&self, mut parser: OutputParser) -> End {
        parser.feed(diagnose::Stream::Stderr, &self.said);
        End::Exited { exit: self.exit, report: Box::new(parser.finish()), stalled: false }
    }
}

/// The call of ssh in a command, if it has one.
pub fn call_of(command: &CommandSpec) -> Option<&SshCall> {
    command.args.iter().find_map(|arg| match arg {
        Arg::Ssh { call, .. } | Arg::SshItself { call, .. } => Some(call),
        _ => None,
    })
}

/// The same command through a kept connection.
pub fn through(mut command: CommandSpec, path: &str) -> CommandSpec {
    for arg in &mut command.args {
        if let Arg::Ssh { socket, .. } | Arg::SshItself { socket, .. } = arg {
            *socket = Some(path.to_owned());
        }
    }
    command
}
