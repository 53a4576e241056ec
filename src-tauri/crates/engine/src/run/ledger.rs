//! Which children run, written down so that those a crash leaves behind are ended at the next start.
//!
//! - Each engine has a directory, called by its own process id, start time and boot; in it is a file for each child, called by the
//!   child's process id and start time. A number alone says nothing: it may have been used again.
//! - Every child carries the directory's name in its environment, and so does what it starts (its ssh). What is ended at the next
//!   start has that name, and is a written child or stands in one's process group.
//! - An engine that still runs is left alone, and its children too.
//!
//! On Linux a child dies with its parent anyway; what it started may not.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// The variable by which a child is known.
pub(crate) const MARK: &str = "DRIFTLESS_RUN";

/// The children of this engine. Its directory goes with it.
#[derive(Debug)]
pub struct Ledger {
    dir: PathBuf,
    name: String,
}

/// A child, until it has been waited for.
#[derive(Debug)]
pub(crate) struct Written(PathBuf);

impl Ledger {
    /// Ends what engines that are gone left behind (TERM, after `grace` KILL), and begins a ledger of our own below
    /// `runtime_dir`. Waits only where something was left.
    pub fn open(runtime_dir: &Path, grace: Duration) -> io::Result<Ledger> {
        let all = runtime_dir.join("children");
        fs::create_dir_all(&all)?;
        for entry in fs::read_dir(&all)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !engine_runs(&name) {
                end_leftovers(&entry.path(), &name, grace);
                fs::remove_dir_all(entry.path())?;
            }
        }
        let pid = rustix::process::getpid();
        let name = name_of(pid, started(pid).unwrap_or_default());
        let dir = all.join(&name);
        fs::create_dir_all(&dir)?;
        Ok(Ledger { dir, name })
    }

    /// What a child carries in its environment.
    pub(crate) fn mark(&self) -> &str {
        &self.name
    }

    /// Writes a child down. Where that fails it runs all the same: it dies with us in nearly every case.
    pub(crate) fn write(&self, child: Pid) -> Option<Written> {
        let path = self.dir.join(format!("{}.{}", child.as_raw_nonzero(), started(child)?));
        fs::write(&path, b"").ok()?;
        Some(Written(path))
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        // Not empty: something of ours still runs, and the next start looks after it.
        let _ = fs::remove_dir(&self.dir);
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn name_of(pid: Pid, started: u64) -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    format!("{}.{started}.{}", pid.as_raw_nonzero(), boot.trim())
}

/// The engine of this name is still there.
fn engine_runs(name: &str) -> bool {
    let Some(pid) = name.split('.').next().and_then(number) else { return false };
    started(pid).is_some_and(|at| name_of(pid, at) == name)
}

fn number(text: &str) -> Option<Pid> {
    text.parse().ok().and_then(Pid::from_raw)
}

fn end_leftovers(dir: &Path, name: &str, grace: Duration) {
    let written: Vec<(Pid, u64)> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let (pid, at) = name.split_once('.')?;
            Some((number(pid)?, at.parse().ok()?))
        })
        .collect();
    if written.is_empty() {
        return;
    }
    let left = || leftovers(&written, name);
    let tell = |signal| {
        for pid in left() {
            tracing::info!("ending process {pid}, left behind by a run that was cut off");
            // It may have gone meanwhile.
            let _ = kill_process(pid, signal);
        }
    };
    tell(Signal::TERM);
    let end = Instant::now() + grace;
    while !left().is_empty() && Instant::now() < end {
        sleep(Duration::from_millis(20));
    }
    tell(Signal::KILL);
}

/// Processes that carry the name, and are written down or stand in the group of one that is.
fn leftovers(written: &[(Pid, u64)], name: &str) -> Vec<Pid> {
    let mark = format!("{MARK}={name}");
    let is_left = |pid: &Pid| {
        let Some((group, at, alive)) = stat(*pid) else { return false };
        let known = written.iter().any(|(child, start)| {
            // A number that was used again leads a group of its own.
            let leader = stat(*child).map(|(_, at, _)| at);
            if child == pid { *start == at } else { *child == group && leader.is_none_or(|at| at == *start) }
        });
        let environ = || fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        alive && known && environ().split(|b| *b == 0).any(|one| one == mark.as_bytes())
    };
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| number(entry.file_name().to_str()?)).filter(is_left).collect()
}

/// When a process was started, in ticks since the boot; `None` if it is not there, or the system does not tell.
fn started(pid: Pid) -> Option<u64> {
    stat(pid).filter(|(_, _, alive)| *alive).map(|(_, at, _)| at)
}

/// Process group, start time, and whether it is more than a zombie. The name stands in brackets and may hold any byte.
fn stat(pid: Pid) -> Option<(Pid, u64, bool)> {
    let stat = fs::read(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    let close = stat.iter().rposition(|b| *b == b')')?;
    let fields: Vec<&str> = std::str::from_utf8(stat.get(close + 1..)?).ok()?.split_ascii_whitespace().collect();
    Some((number(fields.get(2)?)?, fields.get(19)?.parse().ok()?, *fields.first()? != "Z"))
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command};

    /// A child as a crashed engine of this name would have left it, in a group of its own.
    fn left(name: &str, script: &str) -> Child {
        Command::new("/bin/sh").args(["-c", script]).env(MARK, name).process_group(0).spawn().unwrap()
    }

    fn gone(child: &mut Child) -> bool {
        child.try_wait().unwrap().is_some()
    }

    #[test]
    fn what_a_crash_left_is_ended_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        // Pid 1 was never started at that time: that engine is gone.
        let name = "1.99.crashed";
        let old = dir.path().join("children").join(name);
        fs::create_dir_all(&old).unwrap();
        let mut stubborn = left(name, "trap '' TERM; while :; do sleep 0.05; done");
        let mut other_start = left(name, "exec sleep 60");
        let mut stranger = left("somebody else", "exec sleep 60");
        for (child, off) in [(&stubborn, 0), (&other_start, 1), (&stranger, 0)] {
            let pid = Pid::from_child(child);
            fs::write(old.join(format!("{}.{}", child.id(), started(pid).unwrap() + off)), "").unwrap();
        }
        fs::write(old.join("not a number"), "").unwrap();
        let ledger = Ledger::open(dir.path(), Duration::from_millis(300)).unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        while !gone(&mut stubborn) && Instant::now() < end {
            sleep(Duration::from_millis(10));
        }
        assert!(gone(&mut stubborn), "it does not end");
        assert!(!gone(&mut stranger), "it carries another name");
        assert!(!gone(&mut other_start), "its number was used again");
        assert!(!old.exists() && dir.path().join("children").join(ledger.mark()).exists());
        for child in [&mut stranger, &mut other_start] {
            let _ = child.kill();
            child.wait().unwrap();
        }
    }

    #[test]
    fn an_engine_that_runs_keeps_its_children_and_its_directory() {
        let dir = tempfile::tempdir().unwrap();
        let ours = Ledger::open(dir.path(), Duration::ZERO).unwrap();
        let mut child = left(ours.mark(), "exec sleep 60");
        let written = ours.write(Pid::from_child(&child)).unwrap();
        let second = Ledger::open(dir.path(), Duration::ZERO).unwrap();
        assert!(!gone(&mut child) && written.0.exists());
        child.kill().unwrap();
        child.wait().unwrap();
        drop(written);
        drop((ours, second));
        assert_eq!(fs::read_dir(dir.path().join("children")).unwrap().count(), 0);
    }
}
