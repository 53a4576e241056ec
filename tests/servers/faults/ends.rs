//! The two targets of a stage, and the server by which one of them is reached: a folder and a module, or the other two kinds, a
//! folder that is written without a child and one behind ssh.

use std::path::Path;

use super::fault::Fault;
use crate::changes::EXCLUDE;
use crate::common::{Rsyncd, Sshd, SshdOptions};
use crate::live::{sync, sync_direct, sync_over_ssh};

/// See the head of this file.
pub enum Ends {
    Plain(Rsyncd),
    Kinds(Sshd),
}

impl Ends {
    /// A folder and a module below `there`.
    pub fn plain(there: &Path) -> Ends {
        let there = there.join("module");
        Ends::Plain(Rsyncd::with_conf("mod", None, |home| {
            let at = |name: &str| home.at(name).display().to_string();
            let (log, lock, there) = (at("log"), at("lock"), there.display());
            format!("use chroot = no\nlog file = {log}\nlock file = {lock}\n[mod]\npath = {there}\nread only = no\n")
        }))
    }

    /// The other two kinds.
    pub fn kinds() -> Ends {
        Ends::Kinds(Sshd::start(&SshdOptions::default()))
    }

    /// The names of the syncs.
    pub fn names(&self) -> [&'static str; 2] {
        match self {
            Ends::Plain(_) => ["folder", "module"],
            Ends::Kinds(_) => ["direct", "ssh"],
        }
    }

    /// What can go wrong with them.
    pub fn faults(&self) -> Vec<Fault> {
        let own: &[Fault] = if matches!(self, Ends::Kinds(_)) { &Fault::OF_KINDS } else { &[] };
        Fault::ALL.iter().chain(own).copied().collect()
    }

    /// Those of them that a person has to be told of while they last.
    pub fn told(&self) -> Vec<Fault> {
        let own: &[Fault] =
            if matches!(self, Ends::Kinds(_)) { &[Fault::TargetReadOnly, Fault::TargetUnplugged] } else { &[] };
        Fault::TOLD.iter().chain(own).copied().collect()
    }

    /// A sync of this name, with this rsync; `there`: where the targets' file system is mounted.
    pub fn config(&self, name: &str, source: &Path, there: &Path, rsync: &Path) -> String {
        let binary = format!("binary = \"{}\"", rsync.display());
        let at = there.join(place(name)).display().to_string();
        match (self, name) {
            (Ends::Plain(module), "module") => sync(name, source, &module.url(), EXCLUDE, &binary),
            (Ends::Plain(_), _) => sync(name, source, &at, EXCLUDE, &binary),
            (Ends::Kinds(sshd), "ssh") => {
                let config = sync_over_ssh(name, source, sshd, &at, EXCLUDE);
                config.replace("archive = true\n", &format!("archive = true\n{binary}\n"))
            }
            (Ends::Kinds(_), _) => sync_direct(name, source, &at, EXCLUDE, &binary),
        }
    }

    /// Where it is compared: in a module, through the server.
    pub fn compared(&self, name: &str, there: &Path) -> String {
        match self {
            Ends::Plain(module) if name == "module" => module.url(),
            _ => there.join(place(name)).display().to_string(),
        }
    }

    pub fn stop(&mut self) {
        match self {
            Ends::Plain(server) => server.stop(),
            Ends::Kinds(server) => server.stop(),
        }
    }

    pub fn again(&mut self) {
        match self {
            Ends::Plain(server) => server.again(),
            Ends::Kinds(server) => server.again(),
        }
    }

    pub fn freeze(&self) {
        match self {
            Ends::Plain(server) => server.freeze(),
            Ends::Kinds(server) => server.freeze(),
        }
    }

    pub fn thaw(&self) {
        match self {
            Ends::Plain(server) => server.thaw(),
            Ends::Kinds(server) => server.thaw(),
        }
    }

    /// Cuts what is connected just now.
    pub fn cut(&self) {
        if let Ends::Kinds(server) = self {
            server.drop_connections();
        }
    }
}

/// Where a target lies on their file system. What is reached by ssh lies deeper, so that nobody makes it anew where the disk is not.
pub fn place(name: &str) -> &str {
    if name == "ssh" { "far/ssh" } else { name }
}
