//! `cargo xtask mutants`: breaks each invariant on purpose, one at a time, and asks whether a test of its package notices.
//!
//! Works on a copy of core and engine below the target directory. A mutation counts as caught when the tests fail, panic or do not
//! come to an end; one that does not compile, or whose snippet does not stand in its file exactly once, is an error of the table.

mod copy;
mod table;

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::binaries;
use crate::exec::{Ended, say};
use copy::Copied;
use table::{MUTATIONS, Mutation};

/// Tests that need more seconds of a processor than this do not come to an end. Not by the clock: others may be at work, too.
const CPU_SECONDS: &str = "300";
/// What ends a program then.
const SIGXCPU: i32 = 24;
const SIGKILL: i32 = 9;
/// Neither do those that wait for something as long as this.
const PATIENCE: Duration = Duration::from_secs(1_200);
/// Sets the limit and becomes the program, which the shell is given as a word.
const LIMITED: &str = "ulimit -t \"$1\" && shift && exec \"$@\"";
/// Random worlds of each kind.
const WORLDS: &str = "150";
/// What is built, and which of its tests are asked.
type Question = (&'static [&'static str], &'static [&'static str]);
/// What the core is asked, one after the other until a test fails: the scenes, which are quick and find most, but for the
/// one that takes seconds; then they all and random worlds; then the unit tests.
const CORE: [Question; 3] = [
    (&["--test", "world"], &["scenarios::", "--skip", "more_than_a_hundred_thousand"]),
    (&["--test", "world"], &[]),
    (&["--lib"], &[]),
];
/// What the engine is asked: what is promised of the watcher and of passwords, against the real kernel and the real rsync; then
/// what is promised of its own copying.
const ENGINE: [Question; 3] =
    [(&["--test", "watch"], &["inotify::"]), (&["--test", "engine"], &["password::"]), (&["--lib"], &["direct::"])];

/// Which ones: all, or those whose names contain one of the words.
#[derive(Debug, Default)]
pub struct Options {
    names: Vec<String>,
}

impl Options {
    /// Reads the words.
    pub fn read(words: &[String]) -> Result<Options, String> {
        match words.iter().find(|word| word.starts_with('-')) {
            Some(word) => Err(format!("'{word}' is not known")),
            None => Ok(Options { names: words.to_vec() }),
        }
    }

    fn wants(&self, mutation: &Mutation) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| mutation.name.contains(name))
    }
}

/// Does it.
pub fn run(options: Options) -> Result<(), String> {
    let start = Instant::now();
    let copied = Copied::make()?;
    let packages: BTreeSet<&str> = MUTATIONS.iter().filter(|m| options.wants(m)).map(|m| m.package).collect();
    for package in packages {
        if let Caught::By(test) = attempt(&copied, package)? {
            return Err(format!("{package} fails its tests as it is: {test}"));
        }
    }
    let mut wrong = Vec::new();
    let mut count = 0;
    for mutation in MUTATIONS.iter().filter(|m| options.wants(m)) {
        count += 1;
        let begun = Instant::now();
        let Mutation { package, file, from, to, .. } = *mutation;
        let result = copied.change(package, file, from, to).and_then(|()| attempt(&copied, package));
        copied.restore(package, file)?;
        let verdict = match result {
            Ok(Caught::By(test)) => format!("caught by {test}"),
            Ok(Caught::Not) => {
                wrong.push(mutation.name);
                format!("SURVIVED, though it breaks: {}", mutation.breaks)
            }
            Err(why) => {
                wrong.push(mutation.name);
                format!("NOT TRIED: {why}")
            }
        };
        say(&format!("{:>6.1} s  {:<36} {verdict}", begun.elapsed().as_secs_f32(), mutation.name));
    }
    say(&format!("{count} mutations, {} not caught, {:.0} s", wrong.len(), start.elapsed().as_secs_f32()));
    if wrong.is_empty() { Ok(()) } else { Err(format!("not caught: {}", wrong.join(", "))) }
}

enum Caught {
    By(String),
    Not,
}

/// Builds the copy and runs its tests until one fails.
fn attempt(copied: &Copied, package: &str) -> Result<Caught, String> {
    let manifest = copied.manifest();
    let name = format!("driftless-{package}");
    let questions: &[Question] = if package == "engine" { &ENGINE } else { &CORE };
    for (which, tests) in questions {
        let mut words = vec!["test", "--no-run", "--quiet", "--offline", "--manifest-path", manifest.as_str()];
        // Without line tables it builds sooner.
        words.extend(["--config", "profile.dev.debug=false", "-p", &name]);
        words.extend(*which);
        let built = binaries::build(&words).map_err(|why| format!("it does not compile: {why}"))?;
        for binary in built.iter().filter(|binary| binary.is_test) {
            if let Caught::By(test) = ask(binary, tests)? {
                return Ok(Caught::By(test));
            }
        }
    }
    Ok(Caught::Not)
}

fn ask(binary: &binaries::Binary, tests: &[&str]) -> Result<Caught, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", binary.file.display());
    let log = binary.file.with_extension("log");
    let file = std::fs::File::create(&log).map_err(failed)?;
    let mut command = Command::new("sh");
    command
        .args(["-c", LIMITED, "sh", CPU_SECONDS])
        .arg(&binary.file)
        .args(tests)
        .current_dir(&binary.dir)
        .env("DRIFTLESS_WORLDS", WORLDS)
        .env("RUST_BACKTRACE", "0");
    command.stdin(Stdio::null()).stdout(file).stderr(Stdio::null());
    let mut child = Ended(command.spawn().map_err(failed)?);
    let begun = Instant::now();
    loop {
        match child.0.try_wait().map_err(failed)? {
            Some(status) if status.success() => return Ok(Caught::Not),
            Some(status) if matches!(status.signal(), Some(SIGXCPU | SIGKILL)) => {
                return Ok(Caught::By("never coming to an end".to_owned()));
            }
            Some(status) => return Ok(Caught::By(failures(&log).unwrap_or_else(|| status.to_string()))),
            None if begun.elapsed() > PATIENCE => return Ok(Caught::By("never coming to an end".to_owned())),
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// The first test that failed, and how many did.
fn failures(log: &std::path::Path) -> Option<String> {
    let text = std::fs::read_to_string(log).ok()?;
    let mut failed = text.lines().filter_map(|l| l.strip_prefix("test ")?.strip_suffix(" ... FAILED"));
    let first = failed.next()?.to_owned();
    match failed.count() {
        0 => Some(first),
        more => Some(format!("{first} and {more} more")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A change of the core moves its mutation along.
    #[test]
    fn every_snippet_stands_in_its_file_exactly_once() {
        for mutation in MUTATIONS {
            let text = std::fs::read_to_string(copy::package(mutation.package).join(mutation.file)).unwrap();
            assert_eq!(text.matches(mutation.from).count(), 1, "{}: {}", mutation.name, mutation.from);
            assert_ne!(mutation.from, mutation.to, "{}", mutation.name);
        }
    }

    #[test]
    fn every_name_stands_once() {
        let mut names: Vec<&str> = MUTATIONS.iter().map(|m| m.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|w| w[0] != w[1]));
    }
}
