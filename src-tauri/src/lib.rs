//! The window program: tray, window and notifications around the engine. Only this package names Tauri.
//!
//! One process holds all of it. A start in the background makes no window, and a closed window takes its web page with it.
//! What a page may call stands in `capabilities/`; what it is told is [`driftless_wire`].
#![warn(missing_docs)]

mod args;
mod autostart;
mod clipboard;
mod clock;
mod commands;
mod log;
mod notify;
mod outlet;
mod receiving;
mod shell;
mod start;
mod tray;
mod verbs;
#[cfg(target_os = "linux")]
mod watch_config;
mod window;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use args::Meaning;

/// Runs until the person quits.
pub fn main() -> ExitCode {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    let cwd = std::env::current_dir().unwrap_or_else(|_| Path::new("/").to_owned());
    match args::read(words, &cwd) {
        Meaning::Say(text) => {
            // Whoever closed our output does not want to know.
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Meaning::Unknown(word) => {
            complain(&format!("'{word}' is not known.\n\n{}", args::USAGE));
            ExitCode::from(2)
        }
        Meaning::Run(args) => start::run(args),
    }
}

fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "driftless: {text}");
}
