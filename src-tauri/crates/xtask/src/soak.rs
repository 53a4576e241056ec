//! `cargo xtask soak`: steady change for long, with figures of what driftlessd takes (`tests/servers/soak.rs`).

use crate::churn::{one_test, servers};
use crate::exec::{run as perform, say};
use crate::suite::user;

/// For so many minutes; 30 unless something else is said.
pub fn minutes(words: &[String]) -> Result<u64, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => Ok(30),
        ["--minutes", number] => {
            number.parse().ok().filter(|n| *n > 0).ok_or_else(|| "--minutes wants a number".into())
        }
        _ => Err(format!("'{}' is not known", words.join(" "))),
    }
}

/// Does it.
pub fn run(minutes: u64) -> Result<(), String> {
    let (servers, who) = (servers()?, user::ordinary()?);
    say(&format!("{minutes} minutes of steady change"));
    let mut command = one_test(&servers, &who, "soak::steady_change_for_long_takes_no_more_of_the_machine");
    perform(command.env("DRIFTLESS_SOAK", minutes.saturating_mul(60).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_an_hour_unless_something_else_is_said() {
        let read = |words: &[&str]| minutes(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert_eq!((read(&[]), read(&["--minutes", "2"])), (Ok(30), Ok(2)));
        for bad in [&["--minutes"][..], &["--minutes", "0"], &["5"]] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
