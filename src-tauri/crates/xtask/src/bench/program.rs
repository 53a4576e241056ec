//! A contestant that runs, and what the kernel says of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::exec::Ended;

/// The kernel counts CPU in such ticks towards a person (USER_HZ, a constant of the interface).
const TICKS: f64 = 100.0;
/// Who uses no CPU for so long has done what there was to do.
const QUIET: Duration = Duration::from_millis(300);
/// The same where changes may still wait for their delay.
const REST: Duration = Duration::from_millis(2_500);
/// Nanoseconds of CPU with which a program only looks at its clock: that is rest, too.
const A_WAKE_UP: u64 = 400_000;

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Ours.
    Driftlessd,
    /// Debian's.
    Lsyncd,
    /// The bare work without any daemon: what the machine allows.
    Bare,
}

impl Who {
    /// In the order of a round.
    pub const ALL: [Who; 3] = [Who::Lsyncd, Who::Driftlessd, Who::Bare];

    /// For the table.
    pub fn name(self) -> &'static str {
        match self {
            Who::Driftlessd => "driftlessd",
            Who::Lsyncd => "lsyncd",
            Who::Bare => "bare",
        }
    }
}

/// One of the two daemons.
pub struct Program {
    child: Ended,
    log: PathBuf,
    /// When it was started.
    pub since: Instant,
}

impl Program {
    /// Starts it in the foreground with this configuration.
    pub fn start(program: &Path, config: &Path, home: &Path) -> Result<Program, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", program.display());
        let log = home.join("said");
        fs::create_dir_all(home).map_err(failed)?;
        let said = fs::File::create(&log).map_err(failed)?;
        let mut command = Command::new(program);
        command.arg("-nodaemon").arg(config).env("DRIFTLESS_HOME", home.join("home")).stdin(Stdio::null());
        command.stdout(said.try_clone().map_err(failed)?).stderr(said);
        let since = Instant::now();
        Ok(Program { child: Ended(command.spawn().map_err(failed)?), log, since })
    }

    /// Waits until it is at rest after its start; how long it took.
    pub fn quiet(&mut self, patience: Duration) -> Result<Duration, String> {
        self.still(QUIET, patience)
    }

    /// Waits until all that it knows of is done: longer than any delay of the works.
    pub fn rest(&mut self, patience: Duration) -> Result<(), String> {
        self.still(REST, patience).map(|_| ())
    }

    /// Waits until it has had no child and used no CPU to speak of for so long; when that began.
    fn still(&mut self, quiet: Duration, patience: Duration) -> Result<Duration, String> {
        let until = Instant::now() + patience;
        let (mut last, mut at) = (0, self.since);
        loop {
            self.alive()?;
            let now = self.ran();
            if now > last + A_WAKE_UP || self.children() > 0 {
                (last, at) = (now, Instant::now());
            } else if at.elapsed() > quiet && last > 0 {
                return Ok(at - self.since);
            }
            if Instant::now() > until {
                return Err(format!("not at rest after {} s:\n{}", patience.as_secs(), self.said()));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// An error if it has ended.
    pub fn alive(&mut self) -> Result<(), String> {
        match self.child.0.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(format!("it ended: {status}\n{}", self.said())),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Seconds of CPU so far: of itself, and with all children that it waited for.
    pub fn cpu(&self) -> (f64, f64) {
        cpu(&fs::read_to_string(self.proc("stat")).unwrap_or_default())
    }

    /// Seconds of CPU of all that this program waited for.
    pub fn cpu_of_children() -> f64 {
        let (own, all) = cpu(&fs::read_to_string("/proc/self/stat").unwrap_or_default());
        all - own
    }

    /// Resident memory in bytes.
    pub fn memory(&self) -> f64 {
        self.status("VmRSS:") * 1024.0
    }

    /// Watches of all its inotify instances.
    pub fn watches(&self) -> f64 {
        let infos = fs::read_dir(self.proc("fdinfo")).into_iter().flatten().flatten();
        let texts = infos.filter_map(|info| fs::read_to_string(info.path()).ok());
        texts.map(|text| text.lines().filter(|line| line.starts_with("inotify ")).count()).sum::<usize>() as f64
    }

    /// Context switches so far, over all threads.
    pub fn switches(&self) -> f64 {
        let tasks = fs::read_dir(self.proc("task")).into_iter().flatten().flatten();
        tasks.map(|task| switches(&fs::read_to_string(task.path().join("status")).unwrap_or_default())).sum()
    }

    /// The end of what it said.
    pub fn said(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    /// Nanoseconds that its threads ran.
    fn ran(&self) -> u64 {
        let tasks = fs::read_dir(self.proc("task")).into_iter().flatten().flatten();
        let first = |text: String| text.split(' ').next().and_then(|ns| ns.parse::<u64>().ok());
        tasks.filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok().and_then(first)).sum()
    }

    /// Those that work. A connection that is kept for the next change is rest.
    fn children(&self) -> usize {
        let tasks = fs::read_dir(self.proc("task")).into_iter().flatten().flatten();
        let texts = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        texts.map(|text| text.split_whitespace().filter(|child| !is_kept_connection(child)).count()).sum()
    }

    fn status(&self, key: &str) -> f64 {
        let text = fs::read_to_string(self.proc("status")).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
        line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0.0)
    }

    fn proc(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.child.0.id()))
    }
}

/// See [`Program::cpu`].
fn cpu(stat: &str) -> (f64, f64) {
    // Behind the name, which may hold anything: state is field 3, utime 14, stime 15, cutime 16, cstime 17.
    let fields: Vec<&str> =
        stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect()).unwrap_or_default();
    let ticks = |field: usize| fields.get(field - 3).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0) / TICKS;
    let own = ticks(14) + ticks(15);
    (own, own + ticks(16) + ticks(17))
}

/// True for the ssh that holds a connection for others: it runs no command, as its words say.
fn is_kept_connection(pid: &str) -> bool {
    let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    holds_a_connection(&words)
}

fn holds_a_connection(words: &[u8]) -> bool {
    let mut words = words.split(|byte| *byte == 0);
    words.next().is_some_and(|program| program.ends_with(b"ssh")) && words.any(|word| word == b"-N")
}

fn switches(status: &str) -> f64 {
    let counts = status.lines().filter(|line| line.contains("_ctxt_switches:"));
    counts.filter_map(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_ssh_without_a_command_is_a_kept_connection() {
        assert!(holds_a_connection(b"/usr/bin/ssh\0-M\0-N\0host\0"));
        assert!(!holds_a_connection(b"ssh\0host\0mv\0a\0b\0"));
        assert!(!holds_a_connection(b"rsync\0-N\0"));
    }

    #[test]
    fn both_kinds_of_switches_count() {
        let status = "Name:\tx\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t3\n";
        assert_eq!(switches(status), 15.0);
    }
}
