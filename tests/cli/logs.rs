//! The formats of the log, which programs read.

use std::os::fd::AsFd;

use rustix::process::Signal;

use crate::home::{Home, exit_code, signal, until};

/// `HH:MM:SS`
fn is_clock(text: &str) -> bool {
    text.len() == 8 && text.split(':').count() == 3 && text.bytes().all(|b| b.is_ascii_digit() || b == b':')
}

#[test]
fn console_and_file_have_lsyncds_formats() {
    let home = Home::new();
    let config = home.config("");
    let mut child = home.start(&["-nodaemon", "-logfile", "log", &config]);
    until(|| home.run(&["status"]).code == Some(0), "the start");
    signal(child.id(), Signal::TERM);
    exit_code(&mut child);
    let out = home.read("work/out");
    let first = out.lines().next().unwrap();
    assert!(is_clock(&first[..8]) && &first[8..] == " Normal: --- Startup ---", "{first}");
    let log = home.read("work/log");
    let words: Vec<&str> = log.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(words.len(), 9, "{log}");
    assert!(is_clock(words[3]) && words[4].len() == 4, "{log}");
    assert_eq!(words[5..], ["Normal:", "---", "Startup", "---"]);
    let lines = |text: &str| text.lines().filter(|l| l.contains(" Normal: ")).count();
    assert_eq!(lines(&out), lines(&log), "the file gets what the console gets");
}

#[test]
fn scarce_leaves_out_what_is_normal() {
    let home = Home::new();
    let config = home.config("");
    let mut child = home.start(&["-nodaemon", "-log", "scarce", &config]);
    until(|| home.run(&["status"]).code == Some(0), "the start");
    signal(child.id(), Signal::TERM);
    exit_code(&mut child);
    assert!(!home.read("work/out").contains("Normal:"));
}

#[test]
fn under_the_journal_lines_carry_its_prefix() {
    let home = Home::new();
    let config = home.config("");
    let out = std::fs::File::create(home.path("work/out")).unwrap();
    let stat = rustix::fs::fstat(out.as_fd()).unwrap();
    let mut command = home.command(&["-nodaemon", &config]);
    command.env("JOURNAL_STREAM", format!("{}:{}", stat.st_dev, stat.st_ino));
    let mut child = command.stdout(out).spawn().unwrap();
    home.end_later(child.id());
    until(|| home.run(&["status"]).code == Some(0), "the start");
    signal(child.id(), Signal::TERM);
    exit_code(&mut child);
    assert!(home.read("work/out").starts_with("<5>Normal: --- Startup ---\n"), "{}", home.read("work/out"));
}

#[test]
fn a_rotated_log_is_opened_anew() {
    let home = Home::new();
    let config = home.config("logfile = \"log\"\npidfile = \"pid\"");
    assert_eq!(home.run(&[&config]).code, Some(0));
    let pid = home.pid("work/pid");
    std::fs::rename(home.path("work/log"), home.path("work/log.1")).unwrap();
    signal(pid, Signal::USR1);
    until(|| home.read("work/log").contains("Sync1 is "), "the new file");
    assert!(home.read("work/log.1").contains("--- Startup, daemonizing ---"));
}
