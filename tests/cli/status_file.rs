//! The status file of a daemon: lsyncd's grammar, never half, never stale.

use rustix::process::Signal;

use crate::home::{Home, exit_code, signal, until};

#[test]
fn it_is_written_at_the_start_and_says_at_the_end_that_it_is_the_end() {
    let home = Home::new();
    let config = home.config("statusFile = \"status\"\nstatusInterval = 0");
    let mut child = home.start(&["-nodaemon", &config]);
    until(|| home.path("work/status").exists(), "the status file");
    let text = home.read("work/status");
    assert!(text.starts_with("Lsyncd status report at "), "{text}");
    let section = format!("\n\nSync1 source={}/\nThere are ", home.text("src"));
    assert!(text.contains(&section), "{text}");
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("Inotify watching ") && last.ends_with(" directories"), "{text}");
    signal(child.id(), Signal::TERM);
    exit_code(&mut child);
    assert!(home.read("work/status").contains("\n\nStopped.\n\n"), "{}", home.read("work/status"));
    assert_eq!(std::fs::read_dir(home.path("work")).unwrap().count(), 4, "no half-written file is left");
}

#[test]
fn one_that_cannot_be_written_is_said_once_and_the_daemon_goes_on() {
    let home = Home::new();
    let config = home.config("statusFile = \"no/such/status\"\nstatusInterval = 0");
    let mut child = home.start(&["-nodaemon", &config]);
    until(|| home.read("work/err").contains("Cannot write the status file"), "the error");
    std::fs::create_dir_all(home.path("work/no/such")).unwrap();
    signal(child.id(), Signal::TERM);
    assert_eq!(exit_code(&mut child), Some(143));
    assert_eq!(home.read("work/err").matches("Cannot write the status file").count(), 1);
    assert!(home.read("work/no/such/status").contains("Stopped."));
}
