//! `cargo xtask test`: everything that must hold, in stages, with the time of each.
//!
//! Format, clippy and cargo-deny first, then all test binaries: built once, run one after the other. As root the tests run
//! as an ordinary user (root reads everything: "unreadable" would test nothing), and those named `root_…` as root.

mod deny;
mod place;
mod runner;
pub mod user;

use std::time::{Duration, Instant};

use crate::binaries::{self, Binary};
use crate::exec::{cargo, run as perform, say};
use crate::{needs, pages};

/// What was asked for.
#[derive(Debug, Default)]
pub struct Options {
    long: bool,
    groups: Vec<String>,
}

impl Options {
    /// Reads the words.
    pub fn read(words: &[String]) -> Result<Options, String> {
        let mut options = Options::default();
        for word in words {
            match word.as_str() {
                "--long" => options.long = true,
                other if other.starts_with('-') => return Err(format!("'{other}' is not known")),
                group => options.groups.push(group.to_owned()),
            }
        }
        Ok(options)
    }

    fn wants(&self, group: &str) -> bool {
        self.groups.is_empty() || self.groups.iter().any(|wanted| wanted == group)
    }

    fn wants_binary(&self, binary: &Binary) -> bool {
        let whole = format!("{}/{}", binary.package, binary.name);
        self.wants(&binary.package) || self.wants(&whole) || (binary.is_group && self.wants(&binary.name))
    }
}

/// Does it.
pub fn run(options: Options) -> Result<(), String> {
    if place::moved(&options)? {
        return Ok(());
    }
    if cfg!(target_os = "linux") {
        needs::install(&needs::FOR_TESTS)?;
        needs::install(&needs::FOR_WINDOW)?;
        needs::install(&needs::FOR_DESKTOP)?;
    } else {
        needs::install(&[needs::RSYNC])?;
    }
    let mut summary = Summary::default();
    if options.wants("pages") {
        summary.stage("pages", || pages::build().and_then(|()| pages::check()));
    } else if options.wants("desktop") {
        summary.stage("pages: build", pages::build);
    }
    for (group, words) in [
        ("fmt", &["fmt", "--all", "--check"][..]),
        ("clippy", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"][..]),
    ] {
        if options.wants(group) {
            summary.stage(group, || perform(&mut cargo(words)));
        }
    }
    if options.wants("deny") {
        summary.stage("deny", deny::check);
    }
    // Minutes: only when asked for.
    if options.wants("mutants") && (options.long || !options.groups.is_empty()) {
        summary.stage("mutants", || crate::mutants::run(crate::mutants::Options::default()));
    }
    let known = ["fmt", "clippy", "deny", "mutants", "pages"];
    if options.groups.is_empty() || options.groups.iter().any(|group| !known.contains(&group.as_str())) {
        tests(&options, &mut summary);
    }
    summary.close()
}

fn tests(options: &Options, summary: &mut Summary) {
    let mut built = Vec::new();
    summary.stage("build", || {
        built = binaries::build(&["test", "--workspace", "--no-run"])?;
        built.retain(|binary| binary.is_test && options.wants_binary(binary));
        // What is quick comes first: the tests inside libraries and programs, then the groups.
        built.sort_by_key(|binary| (binary.is_group, binary.package.clone(), binary.name.clone()));
        if built.is_empty() { Err(format!("no tests of {}", options.groups.join(", "))) } else { Ok(()) }
    });
    let who = match user::ordinary() {
        Ok(who) => who,
        Err(why) => return summary.stage("user", || Err(why)),
    };
    for binary in &built {
        let name = format!("{}/{}", binary.package, binary.name);
        let mut counted = runner::Counted::default();
        summary.stage(&name, || {
            counted = runner::run(binary, &who, options.long)?;
            if counted.failed > 0 { Err(format!("{} failed", counted.failed)) } else { Ok(()) }
        });
        summary.counted.add(counted);
    }
}

/// What was done, and how long it took.
#[derive(Default)]
struct Summary {
    stages: Vec<(String, Duration, Result<(), String>)>,
    counted: runner::Counted,
}

impl Summary {
    fn stage(&mut self, name: &str, act: impl FnOnce() -> Result<(), String>) {
        say(&format!("── {name}"));
        let start = Instant::now();
        let result = act();
        if let Err(why) = &result {
            say(&format!("   {name} failed: {why}"));
        }
        self.stages.push((name.to_owned(), start.elapsed(), result));
    }

    fn close(self) -> Result<(), String> {
        if !self.counted.said.is_empty() {
            say("── what failed");
            self.counted.said.iter().for_each(|line| say(line));
        }
        say("── summary");
        for (name, time, result) in &self.stages {
            let verdict =
                result.as_ref().map_or_else(|why| format!("FAILED: {}", first_line(why)), |()| "ok".to_owned());
            say(&format!("{:>7.1} s  {name:<32} {verdict}", time.as_secs_f32()));
        }
        if self.counted.left_out > 0 {
            say(&format!("{} tests need root and were left out: sudo cargo xtask test", self.counted.left_out));
        }
        say(&format!("tests: {} passed, {} failed", self.counted.passed, self.counted.failed));
        let failed: Vec<&str> =
            self.stages.iter().filter(|(.., result)| result.is_err()).map(|(name, ..)| name.as_str()).collect();
        if failed.is_empty() { Ok(()) } else { Err(failed.join(", ")) }
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
