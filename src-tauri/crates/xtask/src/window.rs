//! `cargo xtask run` on a desktop: builds the application and opens it, as the person who asks.

use std::process::Command;

use crate::exec::{run as perform, say};
use crate::{binaries, needs, pages};

/// Whether there is a desktop to open a window on.
pub fn has_display() -> bool {
    !cfg!(target_os = "linux") || names_display(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// X's and Wayland's own variables.
fn names_display(named: impl Fn(&str) -> bool) -> bool {
    named("DISPLAY") || named("WAYLAND_DISPLAY")
}

/// Whether `run` with these words opens the application: on a desktop, and not where any word asks for the demonstration.
pub fn opens(words: &[String], display: bool) -> bool {
    display && words.is_empty()
}

/// Installs what is missing, builds, opens.
pub fn run() -> Result<(), String> {
    needs::install(&[needs::RSYNC])?;
    if cfg!(target_os = "linux") {
        needs::install(&needs::FOR_WINDOW)?;
    }
    pages::build()?;
    say("Building Driftless; the first time takes some minutes…");
    let built = binaries::build(&["build", "--package", "driftless", "--bin", "driftless"])?;
    let program = built.into_iter().find(|binary| binary.name == "driftless").ok_or("cargo built no driftless")?;
    say("Driftless is open. Closing its window leaves it in the tray; quit it there, or with Ctrl-C here.");
    perform(&mut Command::new(program.file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desktop_opens_the_application_and_any_word_or_no_desktop_the_demonstration() {
        let opens =
            |words: &[&str], display| opens(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>(), display);
        assert!(opens(&[], true));
        assert!(!opens(&[], false));
        for word in ["--for", "--headless", "--source", "--keep"] {
            assert!(!opens(&[word], true), "{word}");
        }
    }

    #[test]
    fn x_and_wayland_are_desktops() {
        assert!(names_display(|name| name == "DISPLAY") && names_display(|name| name == "WAYLAND_DISPLAY"));
        assert!(!names_display(|_| false));
    }
}
