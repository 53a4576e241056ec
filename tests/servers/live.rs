//! A running `driftlessd` with any number of syncs, and when one of them is at rest.

use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use driftless_core::view::{Health, ProblemStatus, Status, SyncStatus};

use rustix::process::Signal;

use crate::common::{Sshd, Tree, wait_for};
use crate::support::{Daemon, Home, LONG};

/// A status is asked for no more often than this.
const FRESH: Duration = Duration::from_millis(50);

/// See the module's head.
pub struct Live<'h> {
    daemon: Daemon<'h>,
    home: &'h Home,
    last: Mutex<Option<(Instant, Status)>>,
}

impl<'h> Live<'h> {
    /// Starts it with this configuration (TOML) and says every command that it runs.
    pub fn start(home: &'h Home, config: &str) -> Live<'h> {
        home.tree().write("config.toml", config);
        Live::start_with(home, home.command(&["-log", "Exec", &home.word("config.toml")]))
    }

    /// The same with a command made ready.
    pub fn start_with(home: &'h Home, command: std::process::Command) -> Live<'h> {
        Live { daemon: home.start_with(command), home, last: Mutex::new(None) }
    }

    /// What it says of itself.
    pub fn status(&self) -> Status {
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match &*last {
            Some((at, status)) if at.elapsed() < FRESH => status.clone(),
            _ => {
                let mut answer = self.home.status().expect("driftlessd answers");
                let status: Status = serde_json::from_value(answer["status"].take()).unwrap();
                *last = Some((Instant::now(), status.clone()));
                status
            }
        }
    }

    /// What it says of this sync.
    pub fn sync(&self, name: &str) -> SyncStatus {
        let found = self.status().syncs.into_iter().find(|s| s.name == name);
        found.unwrap_or_else(|| panic!("no sync {name}"))
    }

    /// Its process id.
    pub fn pid(&self) -> rustix::process::Pid {
        self.daemon.pid()
    }

    /// Everything that it wrote to its log.
    pub fn log(&self) -> String {
        self.daemon.log()
    }

    /// Tells it something.
    pub fn signal(&self, signal: Signal) {
        self.daemon.signal(signal);
    }

    /// Ends it in good order.
    pub fn end(self) {
        self.daemon.end();
    }

    /// How many runs of this sync began.
    pub fn runs(&self, name: &str) -> u64 {
        self.sync(name).totals.runs
    }

    /// True if everything that changed before `changed_ms` has been seen and is at the target.
    pub fn is_at_rest(&self, name: &str, changed_ms: i64) -> bool {
        let sync = self.sync(name);
        sync.health == Health::Synced && sync.waiting == 0 && sync.protected_up_to_ms.is_some_and(|at| at > changed_ms)
    }

    /// Waits for that; panics with the status and the log of the sync.
    pub fn rest(&self, name: &str, changed_ms: i64, seconds: u64) {
        let end = Instant::now() + Duration::from_secs(seconds);
        while !self.is_at_rest(name, changed_ms) {
            assert!(Instant::now() < end, "{name} does not come to rest:\n{:#?}\n{}", self.sync(name), self.said(name));
            std::thread::sleep(FRESH);
        }
    }

    /// Writes a last file to the source and waits until all that was done before is at the target.
    pub fn settle(&self, name: &str, source: &Tree) {
        let word = format!("{:?}", Instant::now());
        let at = crate::changes::last_word(source.path(), &word).unwrap();
        self.rest(name, at, LONG);
    }

    /// Waits until the first pass of every sync has ended.
    pub fn up(&self) {
        wait_for("the first passes", LONG, || {
            self.status().syncs.iter().all(|s| s.last_pass_ms.is_some()).then_some(())
        });
    }

    /// Waits until this problem stands; it.
    pub fn problem(&self, name: &str, code: &str) -> ProblemStatus {
        let end = Instant::now() + Duration::from_secs(LONG);
        loop {
            let sync = self.sync(name);
            match sync.problem {
                Some(problem) if problem.code == code => return problem,
                _ => assert!(Instant::now() < end, "no {code}:\n{sync:#?}\n{}", self.said(name)),
            }
            std::thread::sleep(FRESH);
        }
    }

    /// The end of what the log says of this sync: lsyncd's lines name it by its target, if at all.
    pub fn said(&self, name: &str) -> String {
        let (log, target) = (self.log(), self.sync(name).target);
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(name) || line.contains(&target)).collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }
}

/// A sync of kind `rsyncssh`; `dir` as the far side sees it.
pub fn sync_over_ssh(name: &str, source: &Path, sshd: &Sshd, dir: &str, more: &str) -> String {
    format!(
        "[[sync]]\nkind = \"rsyncssh\"\nsource = \"{}\"\nhost = \"127.0.0.1\"\ntargetdir = \"{dir}\"\ndelay = 0\n{more}\n\
         [sync.rsync]\narchive = true\n{}\n[sync.driftless]\nname = \"{name}\"\n\n",
        source.display(),
        sshd.toml(),
    )
}

/// A sync of a configuration: more lines of its own and of `[sync.rsync]`.
pub fn sync(name: &str, source: &Path, target: &str, more: &str, rsync: &str) -> String {
    format!(
        "[[sync]]\nkind = \"rsync\"\nsource = \"{}\"\ntarget = \"{target}/\"\ndelay = 0\n{more}\n\
         [sync.rsync]\narchive = true\n{rsync}\n[sync.driftless]\nname = \"{name}\"\n\n",
        source.display()
    )
}

/// The same of kind `direct`.
pub fn sync_direct(name: &str, source: &Path, target: &str, more: &str, rsync: &str) -> String {
    sync(name, source, target, more, rsync).replacen("\"rsync\"", "\"direct\"", 1)
}
