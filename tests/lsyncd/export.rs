//! The installed lsyncd runs what we export for it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests stop a test")]

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use driftless_conf::lsyncd::export;
use driftless_core::config::{Config, Kind, RsyncOptions, Settings, Sync};

/// Ends the process it holds, by its id, whatever happens.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn lsyncd_runs_an_exported_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    for name in ["source", "rsync", "direct"] {
        std::fs::create_dir(path(name)).unwrap();
    }
    std::fs::write(path("source/file"), "content").unwrap();
    std::fs::write(path("source/left.tmp"), "content").unwrap();
    let sync = |kind: Kind, target: &str| {
        let mut sync = Sync {
            kind,
            source: path("source"),
            target: Some(path(target)),
            delay: Some(0.5),
            init: Some(true),
            exclude: vec!["*.tmp".to_owned(), "quote\"d\\".to_owned()],
            rsync: RsyncOptions { archive: Some(true), bwlimit: Some(9_000), ..RsyncOptions::default() },
            ..Sync::default()
        };
        sync.driftless.name = Some("A name that lsyncd does not take".to_owned());
        sync
    };
    let config = Config {
        settings: Settings { status_interval: Some(2.0), insist: Some(true), ..Settings::default() },
        sync: vec![sync(Kind::Rsync, "rsync"), sync(Kind::Direct, "direct")],
        ..Config::default()
    };
    std::fs::write(path("lsyncd.conf"), export(&config)).unwrap();
    let log = File::create(path("log")).unwrap();
    let child = Command::new("lsyncd")
        .args(["-nodaemon", &path("lsyncd.conf")])
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let _running = Running(child);
    let deadline = Instant::now() + Duration::from_secs(30);
    let arrived = |target: &str| std::fs::read_to_string(path(target)).is_ok_and(|text| text == "content");
    while !(arrived("rsync/file") && arrived("direct/file")) {
        assert!(Instant::now() < deadline, "lsyncd says: {}", std::fs::read_to_string(path("log")).unwrap());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(!std::path::Path::new(&path("rsync/left.tmp")).exists());
}
