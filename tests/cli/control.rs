//! The verbs that talk to a running Driftless.

use std::os::unix::fs::PermissionsExt;

use crate::home::{Home, exit_code, until};

#[test]
fn nothing_running_is_5_and_said() {
    let home = Home::new();
    let config = home.config("");
    for words in [&["status"][..], &["status", &config], &["status", "--json"]] {
        let ran = home.run(words);
        assert_eq!(ran.code, Some(5), "{ran:?}");
        assert!(ran.err.contains("is running"), "{ran:?}");
    }
    for verb in ["pause", "resume", "sync"] {
        assert_eq!(home.run(&[verb]).code, Some(1));
    }
}

#[test]
fn several_instances_are_found_together_and_apart() {
    let home = Home::new();
    let config = home.config("");
    std::fs::create_dir(home.path("src2")).unwrap();
    std::fs::create_dir(home.path("dst2")).unwrap();
    let mut first = home.start(&["-nodaemon", &config]);
    let _second = home.start(&["-nodaemon", "-rsync", "../src2", "../dst2"]);
    until(|| home.run(&["status"]).out.matches("(process ").count() == 2, "both");
    let one = home.run(&["status", "c.toml"]);
    assert_eq!((one.code, one.out.lines().count()), (Some(0), 1), "{one:?}");
    assert!(one.out.starts_with("Sync1: "), "{one:?}");
    let json: serde_json::Value = serde_json::from_str(&home.run(&["status", "--json"]).out).unwrap();
    let mut sources: Vec<&str> = json["instances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["status"]["syncs"][0]["source"].as_str().unwrap())
        .collect();
    sources.sort_unstable();
    assert_eq!(sources, [home.text("src"), home.text("src2")]);
    let socket = std::fs::read_dir(home.path("home/run")).unwrap().flatten().find(|e| e.path().extension().is_some());
    assert_eq!(socket.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(home.path("home/run")).unwrap().permissions().mode() & 0o777, 0o700);
    crate::home::signal(first.id(), rustix::process::Signal::TERM);
    exit_code(&mut first);
    assert_eq!(home.run(&["status", "c.toml"]).code, Some(5));
    assert_eq!(home.run(&["status"]).code, Some(0));
}
