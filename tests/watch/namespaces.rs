//! Mounts and limits, in a user and mount namespace of the test's own: nothing of the machine is changed.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::channel;
use std::time::Duration;

use driftless_core::change::Kind;
use driftless_core::config::InotifyMode;
use driftless_core::filter::Matcher;
use driftless_core::mirror::Sight;
use driftless_engine::watch::mounts::MountWatch;
use driftless_engine::watch::{Backend, Report};

use crate::bench::{Bench, SYNC, mkdirs, p, quick, write};

const INSIDE: &str = "DRIFTLESS_TEST_NAMESPACE";

/// Runs the test of this name again in new namespaces; true inside them.
pub fn inside(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let test = std::env::current_exe().unwrap();
    let status = Command::new("unshare")
        .args(["-Urm", "--"])
        .arg(test)
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .status()
        .unwrap();
    assert!(status.success());
    false
}

pub fn mount(args: &[&str], from: &Path, at: &Path) {
    assert!(Command::new("mount").args(args).arg(from).arg(at).status().unwrap().success());
}

pub fn unmount(args: &[&str], at: &Path) {
    assert!(Command::new("umount").args(args).arg(at).status().unwrap().success());
}

#[test]
fn a_bind_mount_hears_at_every_place() {
    if !inside("namespaces::a_bind_mount_hears_at_every_place") {
        return;
    }
    let mut bench = Bench::idle(quick(Backend::Auto));
    let src = bench.src();
    mkdirs(src.join("real/sub"));
    mkdirs(src.join("again"));
    mount(&["--bind"], &src.join("real"), &src.join("again"));
    bench.watcher().watch(SYNC, &src, Matcher::none(), InotifyMode::default());
    bench.ready(SYNC);
    let said = bench.after(|src| write(src.join("real/sub/file"), "x"));
    for path in ["real/sub/file", "again/sub/file"] {
        assert!(said.kinds(path).contains(&Kind::Modify), "{said:?}");
    }
    let said = bench.after(|src| fs::rename(src.join("again/sub"), src.join("again/new")).unwrap());
    for path in ["real/sub", "again/sub", "real/new", "again/new"] {
        said.assert_covers(path);
    }
    let said = bench.after(|src| write(src.join("real/new/file"), "y"));
    for path in ["real/new/file", "again/new/file"] {
        assert!(said.kinds(path).contains(&Kind::Modify), "{said:?}");
    }
}

#[test]
fn what_is_mounted_over_a_watched_folder_is_watched() {
    if !inside("namespaces::what_is_mounted_over_a_watched_folder_is_watched") {
        return;
    }
    let mut bench = Bench::new(Backend::Auto, |src| mkdirs(src.join("point/below")));
    let (sender, changed) = channel();
    let _watch = MountWatch::start(move || sender.send(()).unwrap_or(())).unwrap();
    mount(&["-t", "tmpfs"], Path::new("none"), &bench.src().join("point"));
    changed.recv_timeout(Duration::from_secs(10)).unwrap();
    bench.watcher().mounts_changed();
    let said = bench.said();
    assert_eq!(said.lost(), vec![p("point")]);
    bench.after(|src| mkdirs(src.join("point/new"))).assert_covers("point/new");
    bench.after(|src| write(src.join("point/new/file"), "x")).assert_covers("point/new/file");
    // Unmounted: nothing is said to be deleted, and what was hidden is watched again.
    unmount(&[], &bench.src().join("point"));
    let said = bench.until("Lost", |r| matches!(r, Report::Lost { under, .. } if *under == p("point")));
    assert!(said.changes().iter().all(|c| c.kind != Kind::Delete), "{said:?}");
    bench.said();
    bench.after(|src| write(src.join("point/below/file"), "x")).assert_covers("point/below/file");
}

#[test]
fn an_unmounted_source_is_lost_not_deleted() {
    if !inside("namespaces::an_unmounted_source_is_lost_not_deleted") {
        return;
    }
    let mut bench = Bench::idle(quick(Backend::Auto));
    let src = bench.src();
    mount(&["-t", "tmpfs"], Path::new("none"), &src);
    mkdirs(src.join("sub"));
    bench.watcher().watch(SYNC, &src, Matcher::none(), InotifyMode::default());
    bench.ready(SYNC);
    unmount(&["--lazy"], &src);
    let said = bench.until("Lost", |r| matches!(r, Report::Lost { .. }));
    assert!(said.changes().is_empty(), "{said:?}");
    bench.ready(SYNC);
    bench.after(|src| write(src.join("file"), "x")).assert_covers("file");
}

#[test]
fn the_system_s_limit_of_watches_leads_to_polling() {
    if !inside("namespaces::the_system_s_limit_of_watches_leads_to_polling") {
        return;
    }
    fs::write("/proc/sys/user/max_inotify_watches", "20").unwrap();
    let mut bench = Bench::idle(quick(Backend::Auto));
    let src = bench.src();
    (0..30).for_each(|n| mkdirs(src.join(format!("{n}/sub"))));
    bench.watcher().watch(SYNC, &src, Matcher::none(), InotifyMode::default());
    let said = bench.ready(SYNC);
    assert!(said.sights().iter().all(|s| matches!(s, Sight::LimitReached { limit: 20, .. })), "{said:?}");
    assert!(!said.sights().is_empty());
    let said = bench.after(|src| (0..30).for_each(|n| write(src.join(format!("{n}/sub/file")), "x")));
    (0..30).for_each(|n| said.assert_covers(&format!("{n}/sub/file")));
}

#[test]
fn no_instance_left_is_said_clearly() {
    if !inside("namespaces::no_instance_left_is_said_clearly") {
        return;
    }
    fs::write("/proc/sys/user/max_inotify_instances", "0").unwrap();
    let error = driftless_engine::watch::start(|_: Report| (), quick(Backend::Auto)).err().expect("refused");
    assert!(error.to_string().contains("max_user_instances"), "{error}");
}
