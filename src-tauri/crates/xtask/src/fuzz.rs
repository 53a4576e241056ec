//! `cargo xtask fuzz`: each reader of bytes from outside is given changed inputs for a while.
//!
//! The targets are tests (`tests/fuzz`), so that they run a few seconds each with all other tests too. They need no compiler but the
//! stable one, and no instrumentation.

use std::process::Command;

use crate::binaries;
use crate::exec::{run as perform, say};

/// What was asked for.
#[derive(Debug)]
pub struct Options {
    /// For each target.
    seconds: u64,
    /// Parts of the targets' names; all where there is none.
    names: Vec<String>,
}

impl Options {
    /// Reads the words.
    pub fn read(words: &[String]) -> Result<Options, String> {
        let mut options = Options { seconds: 60, names: Vec::new() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--for" => {
                    let time = words.next().map(|t| t.trim_end_matches('s')).unwrap_or_default();
                    let seconds = time.parse().ok().filter(|n| *n > 0);
                    options.seconds = seconds.ok_or("--for wants seconds, as 60s")?;
                }
                other if other.starts_with('-') => return Err(format!("'{other}' is not known")),
                name => options.names.push(name.to_owned()),
            }
        }
        Ok(options)
    }
}

/// Does it, one target after the other.
pub fn run(options: Options) -> Result<(), String> {
    let built = binaries::build(&["test", "--package", "driftlessd", "--test", "fuzz", "--no-run"])?;
    let fuzz =
        built.iter().find(|binary| binary.is_test && binary.name == "fuzz").ok_or("the targets were not built")?;
    say(&format!("{} s for each target", options.seconds));
    let mut command = Command::new(&fuzz.file);
    command.args(["--test-threads", "1"]).args(&options.names).current_dir(&fuzz.dir);
    perform(command.env("DRIFTLESS_FUZZ_SECONDS", options.seconds.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_each_unless_something_else_is_said() {
        let read = |words: &[&str]| Options::read(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        let options = read(&[]).unwrap();
        assert_eq!((options.seconds, options.names.len()), (60, 0));
        let options = read(&["--for", "5s", "matcher"]).unwrap();
        assert_eq!((options.seconds, options.names), (5, vec!["matcher".to_owned()]));
        for bad in [&["--for"][..], &["--for", "0s"], &["--for", "x"], &["--x"]] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
