//! The lsyncd.conf that this program is measured by imports without loss.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests stop a test")]

use driftless_conf::{lsyncd, toml};
use driftless_core::config::{Config, DeletePolicy, InotifyMode, Kind, RsyncOptions, Settings, Sync};

const SEED: &[u8] = include_bytes!("fixtures/seed.lsyncd.conf");

fn expected() -> Config {
    Config {
        settings: Settings {
            logfile: Some("/var/log/lsyncd.log".to_owned()),
            status_file: Some("/var/run/lsyncd.status".to_owned()),
            nodaemon: Some(false),
            status_interval: Some(10.0),
            inotify_mode: Some(InotifyMode::CloseWrite),
            max_processes: Some(4),
            max_delays: Some(4),
            ..Settings::default()
        },
        sync: vec![Sync {
            kind: Kind::Rsync,
            source: "/tmp/src".to_owned(),
            target: Some("rsync_user@192.168.10.10::rsync_mod".to_owned()),
            delay: Some(30.0),
            exclude: ["lost+found", ".tmp", ".*"].map(str::to_owned).to_vec(),
            delete: Some(DeletePolicy::Running),
            rsync: RsyncOptions {
                binary: Some("/usr/bin/rsync".to_owned()),
                password_file: Some("/etc/lsyncd/rsyncd.pass".to_owned()),
                extra: vec!["--temp-dir=/tmp/".to_owned()],
                bwlimit: Some(4096),
                archive: Some(true),
                compress: Some(true),
                verbose: Some(true),
                ..RsyncOptions::default()
            },
            ..Sync::default()
        }],
        ..Config::default()
    }
}

fn import(text: &[u8]) -> lsyncd::Imported {
    lsyncd::import(text, "lsyncd.conf", &mut |name| Err(name.to_owned()), &mut |_| None).unwrap()
}

#[test]
fn the_seed_imports_without_loss() {
    let imported = import(SEED);
    assert_eq!(imported.config, expected());
    assert!(imported.notes.is_empty() && !imported.has_functions);
}

#[test]
fn the_seed_goes_through_both_files_and_back() {
    let config = expected();
    assert_eq!(toml::parse(&toml::write(&config), "x").unwrap(), config);
    assert_eq!(import(lsyncd::export(&config).as_bytes()).config, config);
}
