//! `driftlessd password set|delete|check TARGET`: the password of a module, in the OS keyring.
//!
//! Rules: a password comes from the terminal without being shown, or as the first line of standard input; never from
//! the command line or the environment, where others see it. It is never printed, not even its length. Exits with 0,
//! 1 (it did not work; `check`: none is stored) or 2 (called wrongly).

use std::ffi::OsString;
use std::io::{IsTerminal, Read};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use driftless_core::problem::Problem;
use driftless_core::target::Target;
use driftless_engine::secrets::keyring::Keyring;
use driftless_engine::secrets::{SecretProblem, SecretText};

use super::said::{complain, parse, say};

/// What rsync reads of a password at most.
const MOST: usize = 511;

#[derive(Debug, Parser)]
#[command(
    name = "driftlessd password",
    bin_name = "driftlessd password",
    about = "Stores the password of an rsync server's module in the keyring."
)]
struct Line {
    /// What to do.
    #[arg(value_enum)]
    what: What,
    /// The target as the sync has it: rsync://USER@HOST/MODULE or USER@HOST::MODULE.
    target: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// Ask for it, and store it.
    Set,
    /// Remove it.
    Delete,
    /// Say whether one is stored.
    Check,
}

/// The verb with the words behind it.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let line = match parse::<Line>(args) {
        Ok(line) => line,
        Err(code) => return code,
    };
    let account = match account(&line.target) {
        Ok(account) => account,
        Err(problem) => {
            complain(&problem);
            return ExitCode::from(2);
        }
    };
    let keyring = Keyring::system();
    let done = match line.what {
        What::Set => typed(&account).and_then(|password| {
            keyring.set(&account, password).map_err(problem)?;
            Ok("password-stored")
        }),
        What::Delete => keyring.delete(&account).map(|()| "password-deleted").map_err(problem),
        What::Check => keyring.get(&account).map(|_| "password-is-stored").map_err(problem),
    };
    match done {
        Ok(code) => {
            say(code, &[("what", &account)]);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            complain(&problem);
            ExitCode::FAILURE
        }
    }
}

fn account(target: &str) -> Result<String, Problem> {
    match Target::parse(target) {
        Ok(found) if !found.is_daemon() => Err(Problem::error("password-target").with("target", &found)),
        Ok(found) => found.account().ok_or_else(|| Problem::error("password-target-user").with("target", &found)),
        Err(_) => {
            let shown = driftless_core::paths::show_bytes(target.as_bytes());
            Err(Problem::error("password-target").with("target", shown))
        }
    }
}

fn problem(problem: SecretProblem) -> Problem {
    Problem::error(problem.code).with("what", problem.what)
}

fn typed(account: &str) -> Result<SecretText, Problem> {
    let unread = |error: std::io::Error| Problem::error("password-unread").with("error", error);
    let bytes = if std::io::stdin().is_terminal() {
        let prompt = super::said::sentence("password-prompt", &[("what", account)]);
        rpassword::prompt_password(format!("{prompt} ")).map_err(unread)?.into_bytes()
    } else {
        let mut bytes = Vec::with_capacity(MOST + 2);
        std::io::stdin().lock().take(MOST as u64 + 2).read_to_end(&mut bytes).map_err(unread)?;
        bytes
    };
    first_line(&SecretText::new(bytes))
}

/// The first line, without its end. rsync takes the first line that is not empty; here an empty one is a slip.
fn first_line(given: &SecretText) -> Result<SecretText, Problem> {
    let line = given.expose().split(|byte| matches!(byte, b'\n' | b'\r' | 0)).next().unwrap_or_default();
    match line.len() {
        0 => Err(Problem::error("password-empty")),
        1..=MOST => Ok(SecretText::new(line.to_vec())),
        _ => Err(Problem::error("password-long")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_module_with_a_user_has_a_password() {
        let code = |target| account(target).map_err(|problem| problem.code);
        assert_eq!(code("u@nas::home/x"), Ok("rsync://u@nas:873/home".to_owned()));
        assert_eq!(code("rsync://u@nas:8730/home"), Ok("rsync://u@nas:8730/home".to_owned()));
        assert_eq!(code("nas::home"), Err("password-target-user".to_owned()));
        for bad in ["/backup", "u@nas:backup", "", "a\nb::c"] {
            assert_eq!(code(bad), Err("password-target".to_owned()), "{bad:?}");
        }
    }

    #[test]
    fn the_first_line_is_stored_or_nothing() {
        let read = |bytes: &[u8]| first_line(&SecretText::new(bytes.to_vec()));
        assert_eq!(read(b"secret\nmore").unwrap().expose(), b"secret");
        assert_eq!(read(b" a b \r\n").unwrap().expose(), b" a b ");
        assert_eq!(read(b"").unwrap_err().code, "password-empty");
        assert_eq!(read(b"\nsecret").unwrap_err().code, "password-empty");
        assert_eq!(read(&[b'x'; 512]).unwrap_err().code, "password-long");
        assert_eq!(read(&[b'x'; 511]).unwrap().expose().len(), 511);
    }
}
