//! The life of the process: background and foreground, pid file and locks, signals.

use std::os::unix::fs::PermissionsExt;

use rustix::process::Signal;

use crate::home::{Home, alive, exit_code, signal, until};

#[test]
fn term_is_143_and_int_is_130_and_nothing_is_left_behind() {
    for (sent, code, name) in [(Signal::TERM, 143, "TERM"), (Signal::INT, 130, "INT")] {
        let home = Home::new();
        let config = home.config("");
        let mut child = home.start(&["-nodaemon", "-pidfile", "pid", &config]);
        assert_eq!(home.pid("work/pid"), child.id());
        until(|| home.read("work/out").contains("Normal: --- Startup ---"), "the start");
        until(|| home.run(&["status"]).code == Some(0), "the socket");
        signal(child.id(), sent);
        assert_eq!(exit_code(&mut child), Some(code));
        assert!(home.read("work/out").contains(&format!("Normal: --- {name} signal, fading ---")));
        assert!(!home.path("work/pid").exists());
        let sockets = std::fs::read_dir(home.path("home/run")).unwrap();
        assert_eq!(sockets.filter(|e| e.as_ref().unwrap().path().extension().is_some()).count(), 0);
    }
}

#[test]
fn the_caller_returns_only_when_the_daemon_is_up() {
    let home = Home::new();
    let config = home.config("logfile = \"log\"\npidfile = \"pid\"");
    let ran = home.run(&[&config]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    // No waiting here: all of it is there when the caller returns.
    assert!(home.read("work/log").contains("--- Startup, daemonizing ---"));
    let pid = home.pid("work/pid");
    assert!(alive(pid));
    assert_eq!(home.run(&["status"]).code, Some(0));
    assert_eq!(std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap().to_str(), Some("/"));
    for stream in 0..3 {
        assert_eq!(std::fs::read_link(format!("/proc/{pid}/fd/{stream}")).unwrap().to_str(), Some("/dev/null"));
    }
    signal(pid, Signal::TERM);
    until(|| !alive(pid), "the end");
    until(|| !home.path("work/pid").exists(), "the pid file to go");
    assert!(home.read("work/log").contains("--- TERM signal, fading ---"));
}

#[test]
fn the_caller_hears_why_the_daemon_did_not_come_up() {
    let home = Home::new();
    let config = home.config("");
    home.write("work/letter", "Dear Ada,\n");
    std::fs::create_dir(home.path("work/dir")).unwrap();
    let cases: [(&[&str], &str); 4] = [
        (&["-logfile", "no/such/log"], "Error: Cannot open logfile"),
        (&["-logfile", "dir"], "Error: Cannot open logfile"),
        (&["-pidfile", "no/such/pid"], "Error: Cannot write pidfile"),
        (&["-pidfile", "letter"], "is not a pid file"),
    ];
    for (words, text) in cases {
        for more in [&[][..], &["-nodaemon"]] {
            let ran = home.run(&[words, more, &[&config]].concat());
            assert_eq!(ran.code, Some(255), "{words:?}: {ran:?}");
            assert!(ran.err.contains(text), "{words:?}: {ran:?}");
        }
    }
    assert_eq!(home.read("work/letter"), "Dear Ada,\n");
    assert_eq!(home.run(&["status"]).code, Some(5), "nothing was left running");
}

#[test]
fn a_second_instance_is_refused() {
    let home = Home::new();
    let config = home.config("pidfile = \"pid\"\nlogfile = \"log\"");
    assert_eq!(home.run(&[&config]).code, Some(0));
    let pid = home.pid("work/pid");

    let same = home.run(&[&config]);
    assert_eq!(same.code, Some(255));
    assert!(same.err.contains("is running already") && same.err.contains(&pid.to_string()), "{same:?}");

    std::fs::create_dir_all(home.path("other/a")).unwrap();
    let pidfile = home.run(&["-nodaemon", "-pidfile", "pid", "-rsync", "../other", "../dst/x"]);
    assert_eq!(pidfile.code, Some(255));
    assert!(pidfile.err.contains("Cannot lock pidfile; '") && pidfile.err.contains(&pid.to_string()), "{pidfile:?}");

    let pair = home.run(&["-nodaemon", "-rsync", "../src", "../dst"]);
    assert_eq!(pair.code, Some(255));
    assert!(pair.err.contains("is being brought to"), "{pair:?}");
    assert_eq!(home.read("work/pid"), format!("{pid}\n"), "the first one's pid file is untouched");
    assert!(alive(pid));
}

#[test]
fn a_leftover_pid_file_is_taken_over() {
    let home = Home::new();
    let config = home.config("");
    home.write("work/pid", "4194000\n");
    let child = home.start(&["-nodaemon", "-pidfile", "pid", &config]);
    until(|| home.read("work/pid") == format!("{}\n", child.id()), "the new number");
    assert_eq!(std::fs::metadata(home.path("work/pid")).unwrap().permissions().mode() & 0o777, 0o644);
}

#[test]
fn a_reload_of_a_broken_configuration_changes_nothing() {
    let home = Home::new();
    let config = home.config("logfile = \"log\"\npidfile = \"pid\"");
    let good = home.read("work/c.toml");
    // Started with a relative name: a daemon stands in `/`, the name still means the same file.
    assert_eq!(home.run(&["c.toml"]).code, Some(0));
    let pid = home.pid("work/pid");
    for broken in ["[settings]\nlogfiel = \"x\"\n", "[[sync", ""] {
        std::fs::write(&config, broken).unwrap();
        let before = home.read("work/log").matches("was not read again").count();
        signal(pid, Signal::HUP);
        until(|| home.read("work/log").matches("was not read again").count() > before, "the refusal");
    }
    assert!(home.read("work/log").contains("Error: c.toml:2:1:"), "{}", home.read("work/log"));
    std::fs::remove_file(&config).unwrap();
    signal(pid, Signal::HUP);
    until(|| home.read("work/log").contains("Cannot find config file at 'c.toml'"), "the missing file");
    std::fs::create_dir(home.path("src2")).unwrap();
    std::fs::create_dir(home.path("dst2")).unwrap();
    let second = format!(
        "\n[[sync]]\nkind = \"rsync\"\nsource = \"{}\"\ntarget = \"{}\"\n",
        home.text("src2"),
        home.text("dst2")
    );
    std::fs::write(&config, good + &second).unwrap();
    signal(pid, Signal::HUP);
    until(|| home.read("work/log").contains("The configuration was read again."), "the reload");
    until(|| home.run(&["status"]).out.lines().count() == 2, "the second sync");
    assert!(alive(pid));
    assert!(home.read("work/log").contains("--- HUP signal, resetting ---"));
}

#[test]
fn signals_that_mean_nothing_do_nothing() {
    let home = Home::new();
    let config = home.config("");
    let mut child = home.start(&["-nodaemon", &config]);
    until(|| home.run(&["status"]).code == Some(0), "the start");
    for harmless in [Signal::USR1, Signal::USR2, Signal::PIPE] {
        signal(child.id(), harmless);
    }
    until(|| home.read("work/out").contains("Sync1 is "), "the status in the log");
    assert!(alive(child.id()));
    signal(child.id(), Signal::TERM);
    assert_eq!(exit_code(&mut child), Some(143));
}

#[test]
fn a_reload_takes_over_pid_file_and_log_and_says_what_it_cannot() {
    let home = Home::new();
    home.config("logfile = \"log\"\npidfile = \"pid\"");
    assert_eq!(home.run(&["c.toml"]).code, Some(0));
    let pid = home.pid("work/pid");
    home.config("logfile = \"log2\"\npidfile = \"pid2\"\nlogident = \"other\"\nnodaemon = true");
    signal(pid, Signal::HUP);
    until(|| home.read("work/log2").contains("The configuration was read again."), "the reload");
    assert_eq!(home.read("work/pid2"), format!("{pid}\n"));
    assert!(!home.path("work/pid").exists());
    assert!(home.read("work/log2").contains("nodaemon is read at the start only"), "{}", home.read("work/log2"));
    // One that cannot be had leaves the old one in its place, and locked.
    home.write("work/letter", "Dear Ada,\n");
    home.config("logfile = \"log2\"\npidfile = \"letter\"");
    signal(pid, Signal::HUP);
    until(|| home.read("work/log2").contains("The old pid file stays in use."), "the refusal");
    assert_eq!(home.read("work/pid2"), format!("{pid}\n"));
    assert!(alive(pid));
    signal(pid, Signal::TERM);
    until(|| !home.path("work/pid2").exists(), "the pid file to go");
}

#[test]
fn a_direct_sync_of_the_command_line_mirrors() {
    let home = Home::new();
    std::fs::create_dir(home.path("dst2")).unwrap();
    home.write("src/early", "1");
    let mut child = home.start(&["-nodaemon", "-delay", "0", "-direct", "../src", "../dst2"]);
    until(|| home.path("dst2/early").exists(), "the first pass");
    home.write("src/late", "two");
    until(|| std::fs::read(home.path("dst2/late")).is_ok_and(|got| got == b"two"), "the change");
    std::fs::remove_file(home.path("src/early")).unwrap();
    until(|| !home.path("dst2/early").exists(), "the removal");
    signal(child.id(), Signal::TERM);
    assert_eq!(exit_code(&mut child), Some(143));
}
