//! `cargo xtask churn`: random churn with faults (`tests/servers/faults`), one seed after the other.
//!
//! A seed that ends badly does not end the others; all are named at the end, with the words that repeat them.

use std::process::Command;

use crate::binaries::{self, Binary};
use crate::exec::{run as perform, say};
use crate::suite::user::{self, Who};

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    first: u64,
    seeds: u64,
}

impl Options {
    /// Reads the words.
    pub fn read(words: &[String]) -> Result<Options, String> {
        let mut options = Options { first: 1, seeds: 20 };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let number = words.next().and_then(|n| n.parse().ok()).ok_or_else(|| format!("{word} wants a number"));
            match word.as_str() {
                "--seeds" => options.seeds = number?,
                "--from" => options.first = number?,
                "--seed" => options = Options { first: number?, seeds: 1 },
                other => return Err(format!("'{other}' is not known")),
            }
        }
        if options.seeds == 0 { Err("--seeds wants one at least".to_owned()) } else { Ok(options) }
    }
}

/// A folder and a module as targets, then the other two kinds.
const TESTS: [&str; 2] = ["faults::churn_with_faults_1", "faults::churn_over_ssh_and_without_a_child_1"];

/// Does it.
pub fn run(options: Options) -> Result<(), String> {
    let (servers, who) = (servers()?, user::ordinary()?);
    let mut wrong = Vec::new();
    for seed in options.first..options.first.saturating_add(options.seeds) {
        say(&format!("── seed {seed}"));
        let well = |name: &&str| {
            let mut command = one_test(&servers, &who, name);
            perform(command.env("DRIFTLESS_SEED", seed.to_string())).is_ok()
        };
        // The second one also where the first one went wrong.
        if TESTS.iter().filter(|name| well(name)).count() < TESTS.len() {
            wrong.push(seed);
        }
    }
    if wrong.is_empty() {
        say(&format!("{} seeds, all equal in the end", options.seeds));
        return Ok(());
    }
    wrong.iter().for_each(|seed| say(&format!("again: cargo xtask churn --seed {seed}")));
    Err(format!("{} of {} seeds", wrong.len(), options.seeds))
}

/// The tests with real servers.
pub fn servers() -> Result<Binary, String> {
    let built = binaries::build(&["test", "--package", "driftlessd", "--test", "servers", "--no-run"])?;
    built.into_iter().find(|b| b.is_test && b.name == "servers").ok_or_else(|| "the tests were not built".to_owned())
}

/// One of them, with all that it says. As root it is run by the ordinary user who runs all tests, unless the repository is closed to
/// that one.
pub fn one_test(servers: &Binary, who: &Who, name: &str) -> Command {
    let mut command =
        if who.can_enter(&servers.dir) { who.command(&servers.file) } else { Command::new(&servers.file) };
    command.args(["--exact", name, "--nocapture"]).current_dir(&servers.dir);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_seeds_unless_something_else_is_said() {
        let read = |words: &[&str]| Options::read(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert_eq!(read(&[]).unwrap(), Options { first: 1, seeds: 20 });
        assert_eq!(read(&["--from", "5", "--seeds", "2"]).unwrap(), Options { first: 5, seeds: 2 });
        assert_eq!(read(&["--seed", "7"]).unwrap(), Options { first: 7, seeds: 1 });
        for bad in [&["--seeds"][..], &["--seeds", "0"], &["--seeds", "x"], &["3"]] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
