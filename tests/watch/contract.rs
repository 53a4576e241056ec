//! What every backend promises.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, Instant};

use driftless_core::change::Kind;
use driftless_core::config::InotifyMode;
use driftless_core::filter::Matcher;
use driftless_core::mirror::{Sight, SyncKey};
use driftless_core::paths::RelPath;
use driftless_engine::watch::{Backend, Report};

use crate::bench::{Bench, SYNC, excluding, mkdirs, odd_name, p, quick, write};

macro_rules! contract {
    ($($name:ident)*) => {
        mod inotify { $(#[test] fn $name() { super::$name(super::Backend::Auto) })* }
        mod native { $(#[test] fn $name() { super::$name(super::Backend::Native) })* }
        mod poll { $(#[test] fn $name() { super::$name(super::Backend::Poll) })* }
    };
}

contract! {
    files_come_change_and_go
    renames_show_at_both_ends
    nothing_escapes_in_directories_made_in_a_hurry
    a_tree_moved_in_is_walked
    a_tree_moved_out_is_gone_and_silent
    a_removed_tree_is_gone
    symlinks_are_not_followed
    any_bytes_are_a_name
    what_is_excluded_is_silent
    a_source_that_is_missing_is_found_later
    a_source_moved_away_is_lost_not_deleted
    a_replaced_source_is_watched_anew
    overlapping_sources_both_hear
    unwatched_is_silent
    dropping_it_ends_it
    a_name_reused_for_another_type
}

fn files_come_change_and_go(backend: Backend) {
    let mut bench = Bench::new(backend, |src| write(src.join("old"), "1"));
    let said = bench.after(|src| write(src.join("new"), "x"));
    said.assert_covers("new");
    assert!(said.lost().is_empty());
    let said = bench.after(|src| write(src.join("old"), "changed"));
    assert!(said.kinds("old").contains(&Kind::Modify), "{said:?}");
    let said = bench.after(|src| fs::remove_file(src.join("old")).unwrap());
    assert_eq!(said.kinds("old"), vec![Kind::Delete]);
    assert!(bench.after(|_| ()).changes().is_empty(), "nothing happened");
}

fn renames_show_at_both_ends(backend: Backend) {
    let mut bench = Bench::new(backend, |src| {
        write(src.join("a"), "1");
        mkdirs(src.join("d/e"));
        write(src.join("d/e/f"), "1");
    });
    let said = bench.after(|src| fs::rename(src.join("a"), src.join("b")).unwrap());
    said.assert_covers("a");
    said.assert_covers("b");
    let said = bench.after(|src| fs::rename(src.join("d"), src.join("g")).unwrap());
    for path in ["d", "d/e/f", "g", "g/e/f"] {
        said.assert_covers(path);
    }
    bench.after(|src| write(src.join("g/e/f"), "changed")).assert_covers("g/e/f");
    bench.after(|src| write(src.join("g/e/new"), "new")).assert_covers("g/e/new");
}

fn nothing_escapes_in_directories_made_in_a_hurry(backend: Backend) {
    let mut bench = Bench::new(backend, |_| ());
    let said = bench.after(|src| {
        for n in 0..200 {
            mkdirs(src.join(format!("{n}/x/y")));
            write(src.join(format!("{n}/x/y/file")), "x");
        }
    });
    for n in 0..200 {
        said.assert_covers(&format!("{n}/x/y/file"));
    }
}

fn a_tree_moved_in_is_walked(backend: Backend) {
    let mut bench = Bench::new(backend, |_| ());
    let outside = bench.outside();
    mkdirs(outside.join("t/u/v"));
    write(outside.join("t/u/v/file"), "x");
    let said = bench.after(|src| fs::rename(outside.join("t"), src.join("t")).unwrap());
    for path in ["t", "t/u", "t/u/v", "t/u/v/file"] {
        said.assert_covers(path);
    }
    bench.after(|src| write(src.join("t/u/v/file"), "changed")).assert_covers("t/u/v/file");
}

fn a_tree_moved_out_is_gone_and_silent(backend: Backend) {
    let mut bench = Bench::new(backend, |src| {
        mkdirs(src.join("t/u"));
        write(src.join("t/u/file"), "x");
    });
    let outside = bench.outside();
    let said = bench.after(|src| fs::rename(src.join("t"), outside.join("t")).unwrap());
    assert_eq!(said.kinds("t"), vec![Kind::Delete]);
    let said = bench.after(|_| write(outside.join("t/u/file"), "changed"));
    assert!(said.changes().is_empty(), "{said:?}");
}

fn a_removed_tree_is_gone(backend: Backend) {
    let mut bench = Bench::new(backend, |src| (0..50).for_each(|n| mkdirs(src.join(format!("t/{n}/x")))));
    let said = bench.after(|src| fs::remove_dir_all(src.join("t")).unwrap());
    assert!(said.kinds("t").contains(&Kind::Delete), "{said:?}");
    let said = bench.after(|src| {
        mkdirs(src.join("t/0"));
        write(src.join("t/0/again"), "x");
    });
    said.assert_covers("t/0/again");
}

fn symlinks_are_not_followed(backend: Backend) {
    let mut bench = Bench::idle(quick(backend));
    let (outside, src) = (bench.outside(), bench.src());
    std::os::unix::fs::symlink(&outside, src.join("before")).unwrap();
    bench.watcher().watch(SYNC, &src, Matcher::none(), InotifyMode::default());
    bench.ready(SYNC);
    let said = bench.after(|src| std::os::unix::fs::symlink(&outside, src.join("link")).unwrap());
    said.assert_covers("link");
    let said = bench.after(|_| write(outside.join("file"), "x"));
    for c in said.changes() {
        assert!(c.path == p("link") || c.path == p("before"), "{said:?}");
    }
}

fn any_bytes_are_a_name(backend: Backend) {
    let mut bench = Bench::new(backend, |src| mkdirs(src.join(odd_name())));
    let said = bench.after(|src| write(src.join(odd_name()).join(odd_name()), "x"));
    let name = odd_name().as_bytes();
    assert!(said.covers(&RelPath::new(name).unwrap().join(name)), "{said:?}");
}

fn what_is_excluded_is_silent(backend: Backend) {
    let mut bench = Bench::with(quick(backend), excluding(&["*.o", "/build/"]), InotifyMode::default(), |src| {
        mkdirs(src.join("build/deep"));
    });
    let said = bench.after(|src| {
        write(src.join("a.o"), "x");
        write(src.join("build/deep/file"), "x");
        mkdirs(src.join("sub/x.o"));
        write(src.join("sub/x.o/file"), "x");
        write(src.join("sub/file"), "x");
    });
    said.assert_covers("sub/file");
    for path in ["a.o", "build", "sub/x.o"] {
        said.assert_silent(path);
    }
}

fn a_source_that_is_missing_is_found_later(backend: Backend) {
    let mut bench = Bench::idle(quick(backend));
    let src = bench.top.path().join("later");
    bench.watcher().watch(SYNC, &src, Matcher::none(), InotifyMode::default());
    let said = bench.until("NoSource", |r| matches!(r, Report::Sight { .. }));
    assert_eq!(said.sights(), vec![Sight::NoSource { errno: 2 }]);
    mkdirs(src.join("sub"));
    bench.ready(SYNC);
    let said = bench.until("Lost", |r| matches!(r, Report::Lost { .. }));
    assert_eq!(said.lost(), vec![RelPath::root()]);
    write(src.join("sub/file"), "x");
    bench.said().assert_covers("sub/file");
}

fn a_source_moved_away_is_lost_not_deleted(backend: Backend) {
    let mut bench = Bench::new(backend, |src| {
        mkdirs(src.join("sub"));
        write(src.join("sub/file"), "x");
    });
    let (src, away) = (bench.src(), bench.top.path().join("away"));
    fs::rename(&src, &away).unwrap();
    bench.watcher().vouch();
    let said = bench.until("NoSource", |r| matches!(r, Report::Sight { sight: Sight::NoSource { .. }, .. }));
    assert!(said.lost().contains(&RelPath::root()), "{said:?}");
    assert!(said.changes().iter().all(|c| c.kind != Kind::Delete), "{said:?}");
    fs::rename(&away, &src).unwrap();
    bench.ready(SYNC);
    bench.after(|src| write(src.join("sub/more"), "x")).assert_covers("sub/more");
}

fn a_replaced_source_is_watched_anew(backend: Backend) {
    let mut bench = Bench::new(backend, |src| write(src.join("file"), "x"));
    // A folder above it renamed: no event tells.
    let top = bench.top.path().to_owned();
    let inner = top.join("above/src");
    mkdirs(&inner);
    let key = SyncKey(2);
    bench.watcher().watch(key, &inner, Matcher::none(), InotifyMode::default());
    bench.ready(key);
    fs::rename(top.join("above"), top.join("gone")).unwrap();
    mkdirs(&inner);
    bench.watcher().vouch();
    bench.until("Lost", |r| matches!(r, Report::Lost { sync, .. } if *sync == key));
    bench.ready(key);
    write(inner.join("new"), "x");
    let said = bench.said_of(key);
    assert!(said.changes_of(key).iter().any(|c| c.path == p("new")), "{said:?}");
}

fn overlapping_sources_both_hear(backend: Backend) {
    let mut bench = Bench::new(backend, |src| mkdirs(src.join("a/b/c")));
    let (inner, same) = (SyncKey(2), SyncKey(3));
    let src = bench.src();
    bench.watcher().watch(inner, &src.join("a/b"), Matcher::none(), InotifyMode::default());
    bench.ready(inner);
    bench.watcher().watch(same, &src, excluding(&["no"]), InotifyMode::default());
    bench.ready(same);
    write(src.join("a/b/c/file"), "x");
    let mut heard: Vec<(SyncKey, RelPath)> = Vec::new();
    let want = [(SYNC, "a/b/c/file"), (inner, "c/file"), (same, "a/b/c/file")];
    for key in [SYNC, inner, same] {
        for report in bench.said_of(key).0 {
            if let Report::Changed { sync, batch } = report {
                heard.extend(batch.into_iter().map(|c| (sync, c.path)));
            }
        }
    }
    for (key, path) in want {
        assert!(heard.contains(&(key, p(path))), "{key:?}: {heard:?}");
    }
    bench.watcher().unwatch(inner);
    bench.after(|src| write(src.join("a/b/c/more"), "x")).assert_covers("a/b/c/more");
}

fn unwatched_is_silent(backend: Backend) {
    let mut bench = Bench::new(backend, |_| ());
    let other = bench.outside();
    let key = SyncKey(2);
    bench.watcher().watch(key, &other, Matcher::none(), InotifyMode::default());
    bench.ready(key);
    bench.watcher().unwatch(SYNC);
    write(bench.src().join("file"), "x");
    let said = bench.said_of(key);
    assert!(said.changes().is_empty(), "{said:?}");
}

fn dropping_it_ends_it(backend: Backend) {
    let mut bench = Bench::new(backend, |src| mkdirs(src.join("a")));
    assert!(bench.watcher().watched() >= 1);
    let begun = Instant::now();
    drop(bench.watcher.take());
    assert!(begun.elapsed() < Duration::from_secs(2));
    let left = bench.reports.try_iter().count();
    write(bench.src().join("file"), "x");
    // The sender goes with the watcher's threads.
    let end = Instant::now() + Duration::from_secs(5);
    while Instant::now() < end {
        match bench.reports.recv_timeout(Duration::from_millis(20)) {
            Ok(report) => panic!("said after its end: {report:?} (before: {left})"),
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
        }
    }
    panic!("its threads still run");
}

fn a_name_reused_for_another_type(backend: Backend) {
    let mut bench = Bench::new(backend, |src| mkdirs(src.join("x/sub")));
    let said = bench.after(|src| {
        fs::remove_dir_all(src.join("x")).unwrap();
        write(src.join("x"), "a file");
    });
    said.assert_covers("x");
    let said = bench.after(|src| {
        fs::remove_file(src.join("x")).unwrap();
        mkdirs(src.join("x/sub"));
        write(src.join("x/sub/file"), "x");
    });
    said.assert_covers("x/sub/file");
}
