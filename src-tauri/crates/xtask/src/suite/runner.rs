//! Runs one test binary, shows what it says, and counts.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use super::user::Who;
use crate::binaries::Binary;
use crate::exec::{is_root, say};

/// A binary that says nothing for so long hangs.
const SILENCE: Duration = Duration::from_secs(600);

/// Lines of what failed tests said that are shown once more at the end, and how long each may be.
const SHOWN_LINES: usize = 80;
const SHOWN_CHARS: usize = 300;

/// How many tests.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Need root, and we are not.
    pub left_out: usize,
    /// What the failed ones said, cut: whoever sees only the end of the output finds the cause there.
    pub said: Vec<String>,
}

impl Counted {
    /// These as well.
    pub fn add(&mut self, other: Counted) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.left_out += other.left_out;
        self.said.extend(other.said);
    }
}

/// Runs it: all tests as the ordinary user, those named `root_…` as root.
pub fn run(binary: &Binary, who: &Who, long: bool) -> Result<Counted, String> {
    let (for_root, others) = names(binary)?;
    let mut counted = Counted::default();
    if others > 0 {
        let mut command = who.command(&binary.file);
        for name in &for_root {
            command.args(["--skip", name]);
        }
        // A name to be skipped is exact, or it would skip others that contain it.
        if !for_root.is_empty() {
            command.arg("--exact");
        }
        counted.add(count(binary, command, long)?);
    }
    if for_root.is_empty() {
        return Ok(counted);
    }
    if !is_root() {
        counted.left_out = for_root.len();
        return Ok(counted);
    }
    let mut command = Command::new(&binary.file);
    command.arg("--exact").args(&for_root);
    counted.add(count(binary, command, long)?);
    Ok(counted)
}

/// The tests for root by name, and how many others there are.
fn names(binary: &Binary) -> Result<(Vec<String>, usize), String> {
    let list = Command::new(&binary.file).args(["--list", "--format", "terse"]).current_dir(&binary.dir).output();
    let list = list.map_err(|error| format!("{}: {error}", binary.file.display()))?;
    let text = String::from_utf8_lossy(&list.stdout).into_owned();
    let all: Vec<&str> = text.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    let for_root: Vec<String> = all.iter().filter(|name| is_for_root(name)).map(|name| (*name).to_owned()).collect();
    let others = all.len() - for_root.len();
    Ok((for_root, others))
}

fn is_for_root(name: &str) -> bool {
    name.rsplit("::").next().is_some_and(|last| last.starts_with("root_"))
}

fn count(binary: &Binary, mut command: Command, long: bool) -> Result<Counted, String> {
    command.current_dir(&binary.dir).env("CARGO_MANIFEST_DIR", &binary.dir).stdin(Stdio::null()).stdout(Stdio::piped());
    if long {
        command.env("DRIFTLESS_LONG", "1");
    }
    let mut child = command.spawn().map_err(|error| format!("{}: {error}", binary.file.display()))?;
    let (mut counted, ended) = (Counted::default(), AtomicBool::new(false));
    let hung = std::thread::scope(|scope| {
        let (alive, silence) = mpsc::channel();
        let out = child.stdout.take();
        let reader = scope.spawn(|| {
            let (mut counted, mut failures) = (Counted::default(), Failures::default());
            for line in out.into_iter().flat_map(|out| BufReader::new(out).lines()).map_while(Result::ok) {
                say(&line);
                failures.take(&line);
                counted.add(result(&line));
                let _ = alive.send(());
            }
            counted.said = failures.lines;
            ended.store(true, Ordering::Relaxed);
            drop(alive);
            counted
        });
        let hung = watch(&mut child, &silence);
        counted = reader.join().unwrap_or_default();
        hung
    });
    let status = child.wait().map_err(|error| format!("{}: {error}", binary.file.display()))?;
    if hung {
        return Err(format!("nothing happened for {} minutes; ended", SILENCE.as_secs() / 60));
    }
    if !status.success() && counted.failed == 0 {
        return Err(format!("{status}"));
    }
    Ok(counted)
}

/// True if it had to be ended.
fn watch(child: &mut Child, silence: &mpsc::Receiver<()>) -> bool {
    loop {
        match silence.recv_timeout(SILENCE) {
            Ok(()) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return false,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let _ = child.kill();
                return true;
            }
        }
    }
}

/// `test result: ok. 12 passed; 0 failed; …`
fn result(line: &str) -> Counted {
    let Some(rest) = line.strip_prefix("test result: ") else { return Counted::default() };
    let number = |what: &str| {
        let before = rest.split(&format!(" {what}")).next()?;
        before.rsplit(' ').next()?.parse().ok()
    };
    Counted { passed: number("passed").unwrap_or(0), failed: number("failed").unwrap_or(0), ..Counted::default() }
}

/// The part of a test binary's output between its two lines `failures:`: what each failed test said, from its beginning.
#[derive(Default)]
struct Failures {
    headings: usize,
    lines: Vec<String>,
}

impl Failures {
    fn take(&mut self, line: &str) {
        if line == "failures:" {
            self.headings += 1;
        } else if self.headings == 1 && self.lines.len() < SHOWN_LINES && !line.trim().is_empty() {
            self.lines.push(line.chars().take(SHOWN_CHARS).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_is_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.12s";
        assert_eq!(result(line), Counted { passed: 12, failed: 3, ..Counted::default() });
        assert_eq!(result("test a::passed ... ok"), Counted::default());
    }

    #[test]
    fn what_failed_tests_said_is_kept_and_cut() {
        let mut failures = Failures::default();
        let long = "x".repeat(2 * SHOWN_CHARS);
        for line in ["test a ... FAILED", "failures:", "", "---- a stdout ----", &long, "failures:", "    a"] {
            failures.take(line);
        }
        assert_eq!(failures.lines, ["---- a stdout ----", &long[..SHOWN_CHARS]]);
        for _ in 0..2 * SHOWN_LINES {
            failures.headings = 1;
            failures.take("more");
        }
        assert_eq!(failures.lines.len(), SHOWN_LINES);
    }

    #[test]
    fn only_a_name_that_begins_so_is_for_root() {
        assert!(is_for_root("mounts::root_sees_a_mount") && is_for_root("root_x"));
        assert!(!is_for_root("source_root_gone") && !is_for_root("root_::x"));
    }
}
