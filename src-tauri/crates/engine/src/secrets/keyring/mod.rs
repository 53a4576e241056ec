//! The keyring of the operating system, under the service `driftless` and the account `rsync://USER@HOST:PORT/MODULE`.
//!
//! Rules: every call is made on one thread of its own, one at a time, never on the async runtime (a keyring's client
//! may run a runtime itself, and a locked keyring may wait for a person). The caller waits for a bounded time and gets
//! `keyring-slow` then. A question whose asker no longer waits is not asked at all, so a keyring that hangs never gathers
//! a queue. A locked keyring is reported as locked; only [`Keyring::unlock`] opens the desktop's prompt. It does so beside
//! that thread, which goes on to answer "locked" while a person types.

#[cfg(any(target_os = "macos", windows))]
mod native;
#[cfg(all(unix, not(target_os = "macos")))]
mod prompt;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;

use std::fmt;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{SecretProblem, SecretText};

/// Under this name all passwords stand in the keyring.
pub const SERVICE: &str = "driftless";

/// How long a caller waits.
pub const BOUND: Duration = Duration::from_secs(5);
/// How long a person has to type what unlocks it.
const UNLOCK_BOUND: Duration = Duration::from_secs(120);

/// Why the keyring gave nothing. `code` is one of the `keyring-…` codes, or `password-not-stored`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// See [`SecretProblem::code`].
    pub code: &'static str,
}

/// A place that keeps passwords; calls block, for ever if they must.
pub trait Vault: Send {
    /// The password of the account.
    fn get(&mut self, account: &str) -> Result<SecretText, Fault>;
    /// Stores it, over what was there.
    fn set(&mut self, account: &str, password: &SecretText) -> Result<(), Fault>;
    /// Removes it; `password-not-stored` if there was none.
    fn delete(&mut self, account: &str) -> Result<(), Fault>;
}

enum Ask {
    Get,
    Set(SecretText),
    Delete,
}

struct Question {
    ask: Ask,
    account: String,
    until: Instant,
    answer: SyncSender<Result<SecretText, Fault>>,
}

type MakeVault = Box<dyn FnOnce() -> Box<dyn Vault> + Send>;

enum Worker {
    Unborn(MakeVault),
    Listening(Sender<Question>),
    Gone,
}

/// The keyring; cheap to make, started by the first question.
pub struct Keyring {
    worker: Mutex<Worker>,
    bound: Duration,
    unlock: Unlock,
}

/// Has a person unlock it, who has so long.
type Unlock = fn(Duration) -> Result<(), Fault>;

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring")
    }
}

impl Keyring {
    /// The platform's own.
    pub fn system() -> Keyring {
        #[cfg(any(target_os = "macos", windows))]
        let (make, unlock): (MakeVault, Unlock) = (Box::new(|| Box::new(native::Native)), native::unlock);
        #[cfg(all(unix, not(target_os = "macos")))]
        let (make, unlock): (MakeVault, Unlock) =
            (Box::new(|| Box::new(secret_service::SecretService::new(BOUND))), prompt::unlock);
        Keyring { worker: Mutex::new(Worker::Unborn(make)), bound: BOUND, unlock }
    }

    /// Another vault with another bound, made on the thread that uses it.
    pub fn with_vault(make: impl FnOnce() -> Box<dyn Vault> + Send + 'static, bound: Duration) -> Keyring {
        let unlock: Unlock = |_| Err(Fault { code: "keyring-absent" });
        Keyring { worker: Mutex::new(Worker::Unborn(Box::new(make))), bound, unlock }
    }

    /// The password of this account.
    pub fn get(&self, account: &str) -> Result<SecretText, SecretProblem> {
        self.ask(Ask::Get, account)
    }

    /// Stores the password of this account, over what was there.
    pub fn set(&self, account: &str, password: SecretText) -> Result<(), SecretProblem> {
        self.ask(Ask::Set(password), account).map(|_| ())
    }

    /// Removes the password of this account; `password-not-stored` if there is none.
    pub fn delete(&self, account: &str) -> Result<(), SecretProblem> {
        self.ask(Ask::Delete, account).map(|_| ())
    }

    /// Has the desktop ask the person to unlock it. Blocks until that is done, refused, or has taken too long.
    pub fn unlock(&self) -> Result<(), SecretProblem> {
        (self.unlock)(UNLOCK_BOUND).map_err(|fault| SecretProblem::new(fault.code, ""))
    }

    fn ask(&self, ask: Ask, account: &str) -> Result<SecretText, SecretProblem> {
        let (answer, wait) = mpsc::sync_channel(1);
        let question = Question { ask, account: account.to_owned(), until: Instant::now() + self.bound, answer };
        let answered = match self.sender() {
            Some(sender) if sender.send(question).is_ok() => {
                wait.recv_timeout(self.bound).unwrap_or(Err(Fault { code: "keyring-slow" }))
            }
            _ => Err(Fault { code: "keyring-absent" }),
        };
        answered.map_err(|fault| SecretProblem::new(fault.code, account))
    }

    fn sender(&self) -> Option<Sender<Question>> {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *worker, Worker::Gone) {
            Worker::Unborn(make) => {
                let (sender, questions) = mpsc::channel();
                let started =
                    std::thread::Builder::new().name("keyring".into()).spawn(move || serve(make(), questions));
                if started.is_ok() {
                    *worker = Worker::Listening(sender);
                }
            }
            other => *worker = other,
        }
        match &*worker {
            Worker::Listening(sender) => Some(sender.clone()),
            Worker::Unborn(_) | Worker::Gone => None,
        }
    }
}

fn serve(mut vault: Box<dyn Vault>, questions: Receiver<Question>) {
    while let Ok(Question { ask, account, until, answer }) = questions.recv() {
        if Instant::now() >= until {
            continue;
        }
        let nothing = || SecretText::new(Vec::new());
        let result = match ask {
            Ask::Get => vault.get(&account),
            Ask::Set(password) => vault.set(&account, &password).map(|()| nothing()),
            Ask::Delete => vault.delete(&account).map(|()| nothing()),
        };
        // The asker may have stopped waiting; then nobody wants it, and it is wiped here.
        let _ = answer.try_send(result);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[derive(Default)]
    struct Fake {
        stored: HashMap<String, SecretText>,
    }

    impl Vault for Fake {
        fn get(&mut self, account: &str) -> Result<SecretText, Fault> {
            self.stored.get(account).cloned().ok_or(Fault { code: "password-not-stored" })
        }
        fn set(&mut self, account: &str, password: &SecretText) -> Result<(), Fault> {
            self.stored.insert(account.to_owned(), password.clone());
            Ok(())
        }
        fn delete(&mut self, account: &str) -> Result<(), Fault> {
            self.stored.remove(account).map(|_| ()).ok_or(Fault { code: "password-not-stored" })
        }
    }

    /// Answers no question before the gate is opened; counts what it was asked.
    struct Hanging {
        gate: Receiver<()>,
        asked: Arc<AtomicUsize>,
    }

    impl Vault for Hanging {
        fn get(&mut self, _: &str) -> Result<SecretText, Fault> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let _ = self.gate.recv();
            Ok(SecretText::new(b"late".to_vec()))
        }
        fn set(&mut self, _: &str, _: &SecretText) -> Result<(), Fault> {
            Ok(())
        }
        fn delete(&mut self, _: &str) -> Result<(), Fault> {
            Ok(())
        }
    }

    #[test]
    fn what_is_set_is_got_until_it_is_deleted() {
        let keyring = Keyring::with_vault(|| Box::new(Fake::default()), BOUND);
        let account = "rsync://u@h:873/m";
        assert_eq!(keyring.get(account).unwrap_err().code, "password-not-stored");
        keyring.set(account, SecretText::new(b"one".to_vec())).unwrap();
        keyring.set(account, SecretText::new(b"two".to_vec())).unwrap();
        assert_eq!(keyring.get(account).unwrap().expose(), b"two");
        keyring.delete(account).unwrap();
        let problem = keyring.delete(account).unwrap_err();
        assert_eq!((problem.code, problem.what.as_str()), ("password-not-stored", account));
    }

    #[test]
    fn a_keyring_that_hangs_is_slow_and_gathers_no_queue() {
        let (open, gate) = mpsc::channel();
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let keyring =
            Keyring::with_vault(move || Box::new(Hanging { gate, asked: counter }), Duration::from_millis(20));
        for _ in 0..4 {
            assert_eq!(keyring.get("a").unwrap_err().code, "keyring-slow");
        }
        drop(open);
        // It answers again once it no longer hangs. The three questions given up were never put to it.
        keyring.set("a", SecretText::new(Vec::new())).unwrap_or(());
        while keyring.delete("a").is_err() {}
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn nothing_of_a_password_is_printed() {
        assert_eq!(format!("{:?}", SecretText::new(b"hush".to_vec())), "SecretText(…)");
    }
}
