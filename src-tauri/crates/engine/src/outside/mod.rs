//! What happens outside and may end what stands in a sync's way: the network comes, the keyring opens, a disk is mounted, the
//! machine wakes. Each source sleeps until the system tells it; where a system has none, what waits is tried again by itself.

#[cfg(all(unix, not(target_os = "macos")))]
pub mod around;
mod burst;
#[cfg(all(unix, not(target_os = "macos")))]
mod bus;
#[cfg_attr(not(target_os = "linux"), path = "no_disks.rs")]
pub(crate) mod disks;
#[cfg(all(unix, not(target_os = "macos")))]
pub mod keyring;
#[cfg(target_os = "linux")]
mod listener;
#[cfg(target_os = "linux")]
pub(crate) mod mounts;
#[cfg(target_os = "linux")]
pub mod network;
#[cfg(target_os = "linux")]
mod wake;

use driftless_core::conditions::Rules;
use driftless_core::mirror::Input;
use driftless_core::plan::{Password, Plan};
use tokio::sync::mpsc::UnboundedSender;

use crate::driver::Message;

/// The sources that a plan needs; they end with this.
pub(crate) struct Outside {
    sender: UnboundedSender<Message>,
    #[cfg(target_os = "linux")]
    _mounts: Option<crate::watch::mounts::MountWatch>,
    #[cfg(target_os = "linux")]
    _wake: Option<wake::WakeWatch>,
    #[cfg(target_os = "linux")]
    network: Option<network::NetworkWatch>,
    #[cfg(all(unix, not(target_os = "macos")))]
    keyring: Option<keyring::KeyringWatch>,
    #[cfg(all(unix, not(target_os = "macos")))]
    around: Option<around::AroundWatch>,
}

impl Outside {
    /// Mounts and sleep are always watched for.
    pub(crate) fn new(sender: UnboundedSender<Message>) -> Outside {
        #[cfg(target_os = "linux")]
        let (mounts, wake) = {
            let (mounts, wake) = (sender.clone(), sender.clone());
            let changed = move || drop(mounts.send(Message::Mounts));
            let woke = move || drop(wake.send(Message::Woke));
            let mounts = said("mounts", crate::watch::mounts::MountWatch::start(changed));
            (mounts, said("sleep", wake::WakeWatch::start(woke)))
        };
        Outside {
            sender,
            #[cfg(target_os = "linux")]
            _mounts: mounts,
            #[cfg(target_os = "linux")]
            _wake: wake,
            #[cfg(target_os = "linux")]
            network: None,
            #[cfg(all(unix, not(target_os = "macos")))]
            keyring: None,
            #[cfg(all(unix, not(target_os = "macos")))]
            around: None,
        }
    }

    /// Another plan: the network matters where a target is elsewhere, the keyring where a password is in it, power and the
    /// names of networks where a rule asks for them.
    pub(crate) fn serve(&mut self, plan: &Plan) {
        let happened = |input: Input| {
            let sender = self.sender.clone();
            move || drop(sender.send(Message::Happened(input.clone())))
        };
        #[cfg(target_os = "linux")]
        {
            let wanted = plan.syncs.iter().any(|s| s.target.host().is_some());
            keep(&mut self.network, wanted, || {
                said("the network", network::NetworkWatch::start(happened(Input::NetworkUp)))
            });
        }
        #[cfg(all(unix, not(target_os = "macos")))]
        {
            let wanted = plan.syncs.iter().any(|s| matches!(s.rsync.password, Password::Keyring(_)));
            keep(&mut self.keyring, wanted, || {
                said("the keyring", keyring::KeyringWatch::start(None, happened(Input::KeyringReady)))
            });
            let wanted = plan.syncs.iter().any(|s| s.own.rules != Rules::default());
            let sender = self.sender.clone();
            keep(&mut self.around, wanted, || {
                let told = move |now| drop(sender.send(Message::Happened(Input::Surroundings(Box::new(now)))));
                said("power and networks", around::AroundWatch::start(None, told))
            });
        }
        #[cfg(not(all(unix, not(target_os = "macos"))))]
        let _ = (plan, happened);
    }
}

#[cfg(unix)]
fn keep<T>(kept: &mut Option<T>, wanted: bool, start: impl FnOnce() -> Option<T>) {
    match (wanted, kept.is_some()) {
        (true, false) => *kept = start(),
        (false, true) => *kept = None,
        _ => {}
    }
}

#[cfg(unix)]
fn said<T>(what: &str, started: std::io::Result<T>) -> Option<T> {
    started.inspect_err(|error| tracing::warn!("{what}: changes are not noticed: {error}")).ok()
}
