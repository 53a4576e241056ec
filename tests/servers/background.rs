//! A daemon over its life: into the background, read again, paused, ended.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use rustix::process::{Signal, kill_process};

use crate::common::{Tree, wait_for};
use crate::support::{LONG, World, exit_code, text};

#[test]
fn in_the_background_with_log_status_and_pid_file() {
    let world = World::new();
    world.source.write("file", "x");
    let (log, status, pid_file) = (world.home.word("the.log"), world.home.word("status"), world.home.word("pid"));
    let settings = format!("logfile = '{log}', statusFile = '{status}', nodaemon = false,");
    let config = world.configure(&settings, "", "");
    let pid = world.home.daemonise(&["-pidfile", &pid_file, &config]);
    assert_eq!(text(pid_file.as_ref()), format!("{pid}\n"));
    world.home.wait_for_first_pass();
    world.settle();
    // A second one with the same work is refused, and says who has it.
    let second = world.home.driftlessd(&["-pidfile", &pid_file, &config]);
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(255), "{said}");
    assert!(said.contains(&pid.to_string()), "{said}");

    world.source.write("file", "changed");
    world.settle();
    let head = format!("Sync1 source={}/\nThere are 0 delays\nFiltering:\n", world.source.word());
    wait_for("the status file", LONG, || text(status.as_ref()).contains(&head).then_some(()));
    let written = text(status.as_ref());
    assert!(written.starts_with("Lsyncd status report at ") && written.ends_with("directories\n"), "{written}");
    assert_eq!(fs::metadata(&status).unwrap().permissions().mode() & 0o777, 0o644);

    kill_process(pid, Signal::TERM).unwrap();
    assert_eq!(exit_code(pid), Some(143));
    assert!(!world.home.at("pid").exists(), "the pid file stays");
    assert!(world.home.processes().is_empty());
    assert!(world.home.status().is_none(), "the socket still answers");
    assert!(text(status.as_ref()).contains("Stopped."));
    let lines = text(log.as_ref());
    for line in [
        "Normal: --- Startup, daemonizing ---",
        "Normal: Finished a list after exitcode: 0",
        "Normal: --- TERM signal, fading ---",
    ] {
        assert!(lines.contains(line), "{line} is not in the log:\n{lines}");
    }
    // And it starts again where it was.
    let again = world.home.daemonise(&["-pidfile", &pid_file, &config]);
    world.home.wait_for_first_pass();
    kill_process(again, Signal::INT).unwrap();
    assert_eq!(exit_code(again), Some(130));
}

#[test]
fn a_second_signal_does_not_wait_for_a_long_run() {
    let world = World::new();
    world.source.write("big", vec![7; 4_000_000]);
    let config = world.configure("", "", "bwlimit = 100, whole_file = true,");
    let daemon = world.home.start(&[&config]);
    wait_for("the run", LONG, || (world.home.status()?["status"]["running"] == 1).then_some(()));
    daemon.signal(Signal::TERM);
    wait_for("the first signal to be taken", LONG, || (daemon.count("fading") == 1).then_some(()));
    // 40 s would be left of it.
    let started = std::time::Instant::now();
    daemon.end();
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn read_again_without_a_needless_pass() {
    let world = World::new();
    world.source.write("file", "x");
    let config = world.configure("", "", "");
    let daemon = world.home.start(&[&config]);
    world.home.wait_for_first_pass();
    let read_again = |times: usize| {
        daemon.signal(Signal::HUP);
        wait_for("the reload", LONG, || (daemon.count("configuration was read again") == times).then_some(()));
    };
    // Nothing changed; then only the delay.
    read_again(1);
    world.configure("", "delay = 0.2, maxDelays = 7,", "");
    read_again(2);
    world.source.write("file", "after the reload");
    world.settle();
    assert_eq!(daemon.passes(), 1);

    // One more sync: one pass for it and none for the other.
    let (other, copy) = (Tree::new(), Tree::new());
    other.write("of the other", "x");
    let both = format!(
        "{}sync {{ default.rsync, source = '{}', target = '{}', delay = 0 }}\n",
        text(config.as_ref()),
        other.word(),
        copy.word()
    );
    fs::write(&config, &both).unwrap();
    read_again(3);
    wait_for("the new sync", LONG, || copy.exists("of the other").then_some(()));
    assert_eq!(daemon.passes(), 2);

    // A broken file changes nothing, and is complained of.
    fs::write(&config, "sync { default.rsync, sauce = '/x' }").unwrap();
    daemon.signal(Signal::HUP);
    wait_for("the complaint", LONG, || (daemon.count("was not read again") == 1).then_some(()));
    world.source.write("file", "after the broken file");
    other.write("of the other", "y");
    world.settle();
    wait_for("the other", LONG, || (copy.read("of the other").as_deref() == Some(b"y")).then_some(()));

    // Without the second again: its changes stay where they are.
    world.configure("", "delay = 0.2, maxDelays = 7,", "");
    read_again(4);
    other.write("of the other", "z");
    world.source.write("file", "the last");
    world.settle();
    assert_eq!(copy.read("of the other").unwrap(), b"y");
    assert_eq!(daemon.passes(), 2);
    daemon.end();
}

#[test]
fn other_filters_hold_after_a_reload() {
    let world = World::new();
    world.source.write("a.log", "x");
    world.source.write("b.txt", "x");
    let daemon = world.home.start(&[&world.configure("", "exclude = '*.log',", "")]);
    world.home.wait_for_first_pass();
    assert!(!world.arrived("a.log") && world.arrived("b.txt"));
    world.configure("", "exclude = '*.txt',", "");
    daemon.signal(Signal::HUP);
    // What was left out and is not any more comes without a change.
    wait_for("a.log", LONG, || world.arrived("a.log").then_some(()));
    world.source.write("c.txt", "x");
    world.source.write("c.log", "x");
    wait_for("c.log", LONG, || world.arrived("c.log").then_some(()));
    assert!(!world.arrived("c.txt"));
    daemon.end();
}

#[test]
fn paused_resumed_and_asked_to_sync() {
    let world = World::new();
    let daemon = world.start("", "", "");
    let home = &world.home;
    let said = home.says(&["status"], 0);
    assert!(said.starts_with("Sync1: synced: Everything changed before "), "{said}");

    assert!(home.says(&["pause"], 0).contains("paused"));
    world.source.write("file", "x");
    wait_for("the change to wait", LONG, || (home.syncs()[0]["waiting"] == 1).then_some(()));
    std::thread::sleep(Duration::from_millis(500));
    assert!(!world.arrived("file"));
    let said = home.says(&["status"], 0);
    assert!(said.contains("paused") && said.contains('1'), "{said}");
    assert!(home.says(&["resume", "Sync1"], 0).contains("1 sync resumed"));
    world.settle();

    // A pause that ends by itself.
    home.says(&["pause", "Sync1", "--for", "1s"], 0);
    world.source.write("file", "y");
    world.settle();

    // What somebody did at the target is found by a pass, which is what `sync` makes.
    fs::write(world.server.module().join("file"), "z, from elsewhere").unwrap();
    fs::write(world.server.module().join("stranger"), "z").unwrap();
    let config = home.word("lsyncd.conf");
    home.says(&["sync", "--config", &config], 0);
    world.settle();
    assert_eq!(daemon.passes(), 2);

    let json: serde_json::Value = serde_json::from_str(&home.says(&["status", "--json"], 0)).unwrap();
    assert_eq!(json["instances"][0]["status"]["syncs"][0]["name"], "Sync1");
    home.says(&["pause", "nobody"], 1);
    daemon.end();
    home.says(&["status"], 5);
    home.says(&["pause"], 1);
}

#[test]
fn a_reload_in_the_middle_of_a_run() {
    let world = World::new();
    let limit = "bwlimit = 1000, whole_file = true,";
    let daemon = world.start("", "", limit);
    world.source.write("big", vec![7; 3_000_000]);
    wait_for("the transfer", LONG, || (world.home.syncs()[0]["phase"] == "sending").then_some(()));
    // Other options while it runs; what changes meanwhile is not forgotten.
    world.configure("", "delay = 0.3,", "bwlimit = 2000, whole_file = true,");
    daemon.signal(Signal::HUP);
    wait_for("the reload", LONG, || (daemon.count("configuration was read again") == 1).then_some(()));
    world.source.write("big", vec![8; 3_000_000]);
    world.source.write("small", "x");
    world.settle();
    assert!(daemon.count("[--bwlimit=2000]") > 0, "the other options hold");

    // Another target: a pass there, and nothing more at the old one.
    let copy = Tree::new();
    let text = text(world.home.at("lsyncd.conf").as_ref()).replace(&world.server.url(), &copy.word());
    fs::write(world.home.at("lsyncd.conf"), text).unwrap();
    daemon.signal(Signal::HUP);
    wait_for("the other target", LONG, || (copy.exists("big") && copy.exists("small")).then_some(()));
    world.source.write("later", "y");
    wait_for("a change there", LONG, || copy.exists("later").then_some(()));
    crate::support::settle(&world.source, &copy.word(), &["-a"], || ());
    assert!(!world.arrived("later"));
    daemon.end();
}
