//! The directories of a run, and the one configuration that both daemons read.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::program::{Program, Who};

/// Removed at the end, and not before: ext4 does not give out an inode again soon after it was freed, and steps over each such one
/// for every new file. What is removed between turns would so be paid for by the turns after it, minutes of it.
pub struct Stage {
    dir: PathBuf,
    /// What is not needed any more.
    over: PathBuf,
    driftlessd: PathBuf,
    lsyncd: PathBuf,
    scale: f64,
}

/// What a sync of a work is.
pub struct Setup<'a> {
    /// Seconds.
    pub delay: u32,
    /// A full pass at the start.
    pub init: bool,
    /// The target; the directory of the stage if there is none.
    pub target: Option<&'a str>,
    /// What stands in place of the target, in Lua.
    pub far: Option<&'a str>,
    /// `rsync`, `direct` or `rsyncssh`.
    pub kind: &'a str,
    /// More of `sync{…}`, in Lua.
    pub sync: &'a str,
    /// More of `rsync = {…}`, in Lua.
    pub rsync: &'a str,
}

impl Stage {
    /// In a new directory.
    pub fn new(driftlessd: PathBuf, lsyncd: PathBuf, scale: f64) -> Result<Stage, String> {
        let temp = fs::canonicalize(std::env::temp_dir()).map_err(|error| error.to_string())?;
        let dir = temp.join(format!("driftless-bench-{}", std::process::id()));
        let over = temp.join(format!("driftless-bench-{}-over", std::process::id()));
        for dir in [&dir, &over] {
            fs::create_dir(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        }
        let stage = Stage { dir, over, driftlessd, lsyncd, scale };
        stage.clear().map(|()| stage)
    }

    /// This many, or fewer where all is made smaller.
    pub fn of(&self, count: usize) -> usize {
        ((count as f64 * self.scale) as usize).max(1)
    }

    /// So long, or shorter where all is made smaller.
    pub fn time(&self, seconds: f64) -> Duration {
        Duration::from_secs_f64((seconds * self.scale).max(2.0))
    }

    /// A place that is neither source nor target.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// What is watched.
    pub fn source(&self) -> PathBuf {
        self.dir.join("source")
    }

    /// Where it goes, if it is a local directory.
    pub fn target(&self) -> PathBuf {
        self.dir.join("target")
    }

    /// Begins anew with everything empty.
    pub fn clear(&self) -> Result<(), String> {
        let number = fs::read_dir(&self.over).map_err(|error| error.to_string())?.count();
        fs::rename(&self.dir, self.over.join(number.to_string()))
            .and_then(|()| fs::create_dir(&self.dir))
            .map_err(|error| format!("{}: {error}", self.dir.display()))?;
        for dir in [self.source(), self.target()] {
            fs::create_dir(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        }
        Ok(())
    }

    /// Makes the target what the source is, without a daemon, and the cache warm.
    pub fn copy(&self) -> Result<(), String> {
        self.rsync(&["-a", "--delete"]).map(|_| ())
    }

    /// Entries in which source and target differ, by content.
    pub fn wrong(&self) -> Result<f64, String> {
        let said = self.rsync(&["-a", "-n", "-c", "-i", "--delete"])?;
        Ok(said.lines().filter(|line| !line.is_empty()).count() as f64)
    }

    fn rsync(&self, words: &[&str]) -> Result<String, String> {
        let mut command = Command::new("rsync");
        command.args(words).arg(slashed(&self.source())).arg(slashed(&self.target()));
        let output = command.output().map_err(|error| format!("rsync: {error}"))?;
        if !output.status.success() {
            return Err(format!("rsync: {}", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts this one of the daemons.
    pub fn start(&self, who: Who, setup: &Setup<'_>) -> Result<Program, String> {
        self.start_with(who, &self.config(setup))
    }

    /// The same with this lsyncd.conf.
    pub fn start_with(&self, who: Who, text: &str) -> Result<Program, String> {
        let (program, home) = match who {
            Who::Lsyncd => (&self.lsyncd, self.beside("home-of-lsyncd")),
            Who::Driftlessd | Who::Bare => (&self.driftlessd, self.beside("home-of-driftlessd")),
        };
        // Nothing that the turn before it left may help or hinder.
        let _ = fs::remove_dir_all(&home);
        let config = self.beside("lsyncd.conf");
        fs::write(&config, text).map_err(|error| format!("{}: {error}", config.display()))?;
        Program::start(program, &config, &home)
    }

    fn config(&self, setup: &Setup<'_>) -> String {
        let target = setup.target.map_or_else(|| slashed(&self.target()), str::to_owned);
        let target = setup.far.map_or_else(|| format!("target = \"{target}\""), str::to_owned);
        format!(
            "settings {{ nodaemon = true, insist = true }}\n\
             sync {{ default.{}, source = \"{}\", {target}, delay = {}, {}{}\n\
             rsync = {{ archive = true, {} }} }}\n",
            setup.kind,
            self.source().display(),
            setup.delay,
            // lsyncd takes `init = false` and nothing else there.
            if setup.init { "" } else { "init = false, " },
            setup.sync,
            setup.rsync
        )
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for dir in [&self.dir, &self.over] {
            let _ = fs::remove_dir_all(dir);
        }
    }
}

/// With the slash that means "what is in it".
fn slashed(dir: &Path) -> String {
    format!("{}/", dir.display())
}

/// Waits until `check` holds; how long it took, or nothing if it took too long.
pub fn until(patience: Duration, pause: Duration, mut check: impl FnMut() -> bool) -> Option<Duration> {
    let start = Instant::now();
    while !check() {
        if start.elapsed() > patience {
            return None;
        }
        std::thread::sleep(pause);
    }
    Some(start.elapsed())
}
