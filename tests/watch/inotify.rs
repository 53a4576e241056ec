//! What inotify's surprises must not break. Each test is a row of what was found out about inotify.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use driftless_core::change::{Change, Kind};
use driftless_core::config::InotifyMode;
use driftless_core::filter::{DirFiles, FilterInput, Matcher};
use driftless_core::mirror::Sight;
use driftless_core::paths::RelPath;
use driftless_engine::watch::{Backend, Options, Report};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags};

use crate::bench::{Bench, SYNC, excluding, mkdirs, p, quick, write};

fn bench(prepare: impl FnOnce(&Path)) -> Bench {
    Bench::new(Backend::Auto, prepare)
}

fn change(path: &str, kind: Kind, dir: bool) -> Change {
    Change { path: p(path), kind, dir }
}

fn mv(from: impl AsRef<Path>, to: impl AsRef<Path>) {
    fs::rename(from, to).unwrap();
}

#[test]
fn a_move_inside_is_one_change_and_the_folder_stays_watched() {
    let mut bench = bench(|src| {
        mkdirs(src.join("a/b/c"));
        mkdirs(src.join("x"));
        write(src.join("f"), "1");
    });
    let said = bench.after(|src| {
        mv(src.join("f"), src.join("g"));
        mv(src.join("a"), src.join("x/y"));
    });
    assert_eq!(said.changes(), vec![change("f", Kind::Move(p("g")), false), change("a", Kind::Move(p("x/y")), true)]);
    let said = bench.after(|src| write(src.join("x/y/b/c/file"), "x"));
    assert_eq!(said.kinds("x/y/b/c/file"), vec![Kind::Create, Kind::Modify]);
}

#[test]
fn what_lies_below_folders_of_every_number_of_folders_is_watched() {
    let mut bench = bench(|src| {
        mkdirs(src.join("none"));
        mkdirs(src.join("one/inner"));
        mkdirs(src.join("two/inner"));
        mkdirs(src.join("two/other/deep"));
        write(src.join("none/file"), "1");
    });
    let said = bench.after(|src| {
        for dir in ["none", "one/inner", "two/inner", "two/other", "two/other/deep"] {
            write(src.join(dir).join("new"), "x");
        }
        mkdirs(src.join("none/first/second"));
        mkdirs(src.join("one/inner/first"));
    });
    for path in ["none/new", "one/inner/new", "two/inner/new", "two/other/new", "two/other/deep/new"] {
        assert_eq!(said.kinds(path), vec![Kind::Create, Kind::Modify], "{path}");
    }
    let said = bench.after(|src| {
        write(src.join("none/first/second/later"), "x");
        write(src.join("one/inner/first/later"), "x");
    });
    for path in ["none/first/second/later", "one/inner/first/later"] {
        assert_eq!(said.kinds(path), vec![Kind::Create, Kind::Modify], "{path}");
    }
}

#[test]
fn whoever_watches_stands_in_no_watched_folder() {
    let mut bench = bench(|src| mkdirs(src.join("a/b")));
    bench.after(|src| mkdirs(src.join("a/c/d")));
    let standing = fs::read_dir("/proc/self/task").unwrap().flatten();
    let standing: Vec<_> = standing.filter_map(|task| fs::read_link(task.path().join("cwd")).ok()).collect();
    let source = fs::canonicalize(bench.src()).unwrap();
    assert!(!standing.is_empty() && standing.iter().all(|dir| !dir.starts_with(&source)), "{standing:?}");
}

#[test]
fn a_folder_that_may_be_read_but_not_entered_is_watched() {
    let mut bench = bench(|src| {
        mkdirs(src.join("a"));
        fs::set_permissions(src.join("a"), fs::Permissions::from_mode(0o600)).unwrap();
    });
    let said = bench.after(|src| {
        fs::set_permissions(src.join("a"), fs::Permissions::from_mode(0o700)).unwrap();
        write(src.join("a/file"), "x");
    });
    assert_eq!(said.sights(), vec![]);
    assert_eq!(said.kinds("a/file"), vec![Kind::Create, Kind::Modify]);
}

#[test]
fn a_move_over_the_line_of_an_exclude_is_half_a_move() {
    let mut bench =
        Bench::with(quick(Backend::Auto), excluding(&["/out", "/moved/secret"]), InotifyMode::default(), |src| {
            mkdirs(src.join("in/deep"));
            mkdirs(src.join("out/deep"));
            mkdirs(src.join("was/secret"));
        });
    let said = bench.after(|src| {
        mv(src.join("in"), src.join("tmp"));
        mv(src.join("out"), src.join("shown"));
        mv(src.join("tmp"), src.join("out"));
    });
    assert_eq!(said.kinds("tmp"), vec![Kind::Delete]);
    said.assert_covers("shown/deep");
    let said = bench.after(|src| {
        write(src.join("out/deep/file"), "x");
        write(src.join("shown/deep/file"), "x");
    });
    said.assert_silent("out");
    said.assert_covers("shown/deep/file");
    // A rule that names a place means something else after the move, both ways.
    bench.after(|src| mv(src.join("was"), src.join("moved")));
    bench.after(|src| write(src.join("moved/secret/file"), "x")).assert_silent("moved/secret");
    bench.after(|src| mv(src.join("moved"), src.join("was")));
    bench.after(|src| write(src.join("was/secret/file"), "y")).assert_covers("was/secret/file");
}

#[test]
fn moves_between_two_syncs_are_delete_and_create() {
    let mut bench = bench(|src| mkdirs(src.join("d/e")));
    let other = bench.outside();
    let key = driftless_core::mirror::SyncKey(2);
    bench.watcher().watch(key, &other, Matcher::none(), InotifyMode::default());
    bench.ready(key);
    mv(bench.src().join("d"), other.join("d"));
    // Both answer the same question, the first sync first.
    let said = bench.said_of(key);
    assert_eq!(said.kinds("d"), vec![Kind::Delete]);
    let there = said.changes_of(key);
    assert_eq!(there, vec![change("d", Kind::Create, true), change("d/e", Kind::Create, true)]);
    write(other.join("d/e/f"), "x");
    assert!(bench.said_of(key).changes_of(key).iter().any(|c| c.path == p("d/e/f")));
}

#[test]
fn a_rename_over_an_empty_watched_folder_keeps_the_new_owner_of_the_name() {
    let mut bench = bench(|src| {
        mkdirs(src.join("winner/sub"));
        mkdirs(src.join("loser"));
        write(src.join("x"), "x");
        write(src.join("y"), "y");
    });
    let said = bench.after(|src| {
        mv(src.join("winner"), src.join("loser"));
        mv(src.join("x"), src.join("y"));
    });
    assert_eq!(said.kinds("winner"), vec![Kind::Move(p("loser"))]);
    assert_eq!(said.kinds("x"), vec![Kind::Move(p("y"))]);
    bench.after(|src| write(src.join("loser/sub/file"), "x")).assert_covers("loser/sub/file");
}

#[test]
fn two_folders_exchanged_are_both_still_watched_under_their_names() {
    let mut bench = bench(|src| {
        mkdirs(src.join("x/in-x"));
        mkdirs(src.join("y/in-y"));
    });
    let said = bench.after(|src| {
        rustix::fs::renameat_with(CWD, src.join("x"), CWD, src.join("y"), RenameFlags::EXCHANGE).unwrap();
    });
    said.assert_covers("x");
    said.assert_covers("y");
    let said = bench.after(|src| {
        write(src.join("x/in-y/file"), "1");
        write(src.join("y/in-x/file"), "2");
    });
    assert_eq!(said.kinds("x/in-y/file"), vec![Kind::Create, Kind::Modify], "{said:?}");
    assert_eq!(said.kinds("y/in-x/file"), vec![Kind::Create, Kind::Modify], "{said:?}");
}

#[test]
fn a_folder_exchanged_with_one_that_nobody_watches_is_watched_under_its_new_name() {
    let exchange = |a: &Path, b: &Path| rustix::fs::renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).unwrap();
    for turned in [false, true] {
        let mut bench = Bench::with(quick(Backend::Auto), excluding(&["/out"]), InotifyMode::default(), |src| {
            mkdirs(src.join("in/deep"));
            mkdirs(src.join("out/deep"));
        });
        let (first, second) = if turned { ("out", "in") } else { ("in", "out") };
        bench.after(|src| exchange(&src.join(first), &src.join(second))).assert_covers("in/deep");
        let said = bench.after(|src| {
            write(src.join("in/deep/file"), "x");
            write(src.join("out/deep/file"), "x");
        });
        said.assert_covers("in/deep/file");
        said.assert_silent("out");
        // The same with a place outside of the source.
        let elsewhere = tempfile::tempdir().unwrap();
        mkdirs(elsewhere.path().join("deep"));
        bench.after(|src| exchange(&src.join("in"), elsewhere.path())).assert_covers("in/deep");
        bench.after(|src| write(src.join("in/deep/other"), "x")).assert_covers("in/deep/other");
    }
}

#[test]
fn folders_renamed_while_they_are_walked_are_all_found() {
    let mut bench = bench(|_| ());
    let outside = bench.outside();
    for a in 0..12 {
        for b in 0..12 {
            mkdirs(outside.join(format!("t/{a}/{b}/c")));
        }
    }
    let said = bench.after(|src| {
        mv(outside.join("t"), src.join("t"));
        for n in 0..40 {
            mv(src.join("t"), src.join("u"));
            mv(src.join("u/3"), src.join(format!("u/x{n}")));
            mv(src.join(format!("u/x{n}")), src.join("u/3"));
            mv(src.join("u"), src.join("t"));
        }
    });
    said.assert_covers("t");
    let said = bench.after(|src| {
        for a in 0..12 {
            for b in 0..12 {
                write(src.join(format!("t/{a}/{b}/c/file")), "x");
            }
        }
    });
    for a in 0..12 {
        for b in 0..12 {
            assert!(said.kinds(&format!("t/{a}/{b}/c/file")).contains(&Kind::Modify), "{a}/{b}");
        }
    }
}

#[test]
fn what_goes_from_a_new_folder_that_was_said_but_is_not_yet_watched_is_not_missed() {
    let gate = Arc::new(Gate::default());
    let hook = Arc::clone(&gate);
    let options =
        Options { before_read: Some(Arc::new(move || hook.pass())), batch_age: Duration::ZERO, ..quick(Backend::Auto) };
    // Whoever hears of `new` lists it at once, and then a file goes from it.
    let mut bench = Bench::hearing(options, |src, report| {
        let Report::Changed { batch, .. } = report else { return };
        if batch.iter().any(|c| c.path == p("new")) {
            let _ = fs::remove_file(src.join("new/file"));
        }
    });
    let (src, outside) = (bench.src(), bench.outside());
    bench.watcher().watch(SYNC, &src, Matcher::none(), InotifyMode::default());
    bench.ready(SYNC);
    // So much to walk that `new` has to wait.
    (0..4_000).for_each(|n| mkdirs(outside.join(format!("many/{n}"))));
    mkdirs(outside.join("new"));
    write(outside.join("new/file"), "x");
    gate.set(true);
    mv(outside.join("many"), src.join("many"));
    mv(outside.join("new"), src.join("new"));
    gate.set(false);
    let said = bench.said();
    let heard =
        said.changes().into_iter().filter(|c| c.path == p("new/file") || c.path == p("new")).collect::<Vec<_>>();
    assert!(!src.join("new/file").exists());
    assert!(heard.len() > 1, "nobody says that the file is gone: {heard:?}");
}

#[test]
fn a_path_longer_than_path_max_is_watched() {
    let name = "a-name-of-sixty-bytes-for-a-path-that-no-system-call-accepts-";
    let mut bench = bench(|src| {
        let mut dir = rustix::fs::open(src, OFlags::DIRECTORY | OFlags::PATH, Mode::empty()).unwrap();
        for _ in 0..100 {
            rustix::fs::mkdirat(&dir, name, Mode::RWXU).unwrap();
            dir = rustix::fs::openat(&dir, name, OFlags::DIRECTORY | OFlags::PATH, Mode::empty()).unwrap();
        }
    });
    let mut dir = rustix::fs::open(bench.src(), OFlags::DIRECTORY | OFlags::PATH, Mode::empty()).unwrap();
    for _ in 0..100 {
        dir = rustix::fs::openat(&dir, name, OFlags::DIRECTORY | OFlags::PATH, Mode::empty()).unwrap();
    }
    rustix::fs::mkdirat(&dir, "new", Mode::RWXU).unwrap();
    let new = rustix::fs::openat(&dir, "new", OFlags::DIRECTORY | OFlags::PATH, Mode::empty()).unwrap();
    bench.said();
    drop(rustix::fs::openat(&new, "file", OFlags::CREATE | OFlags::WRONLY, Mode::RWXU).unwrap());
    let said = bench.said();
    let deep = said.changes().into_iter().map(|c| c.path).find(|p| p.name() == b"file").expect("the deep file");
    assert_eq!(deep.components().count(), 102);
}

#[test]
fn deleting_ten_thousand_folders_loses_nothing() {
    let mut bench = bench(|src| {
        for n in 0..10_000 {
            mkdirs(src.join(format!("t/{}/{n}", n % 100)));
        }
    });
    assert!(bench.watcher().watched() > 10_000);
    let said = bench.after(|src| fs::remove_dir_all(src.join("t")).unwrap());
    assert!(said.kinds("t").contains(&Kind::Delete));
    assert!(said.lost().is_empty());
    assert_eq!(bench.watcher().watched(), 1);
}

#[test]
fn modes_choose_what_counts_as_written() {
    for (mode, while_open, closed) in [
        (InotifyMode::CloseWrite, vec![Kind::Writing], vec![Kind::Modify]),
        (InotifyMode::Modify, vec![Kind::Modify], vec![]),
        (InotifyMode::CloseWriteOrModify, vec![Kind::Modify], vec![Kind::Modify]),
    ] {
        let mut bench = Bench::with(quick(Backend::Auto), Matcher::none(), mode, |src| write(src.join("f"), ""));
        let mut file = OpenOptions::new().append(true).open(bench.src().join("f")).unwrap();
        file.write_all(b"x").unwrap();
        assert_eq!(bench.said().kinds("f"), while_open, "{mode:?}");
        drop(file);
        assert_eq!(bench.said().kinds("f"), closed, "{mode:?}");
        let said = bench.after(|src| drop(OpenOptions::new().append(true).open(src.join("f")).unwrap()));
        assert_eq!(said.kinds("f"), closed, "opened and closed, {mode:?}");
    }
}

#[test]
fn a_file_kept_open_is_reported_now_and_then_and_after_the_last_write() {
    let options = Options { writing_every: Duration::from_millis(300), ..quick(Backend::Auto) };
    let mut bench = Bench::with(options, Matcher::none(), InotifyMode::default(), |src| write(src.join("db"), ""));
    let mut file = OpenOptions::new().append(true).open(bench.src().join("db")).unwrap();
    file.write_all(b"1").unwrap();
    let writing =
        |r: &Report| matches!(r, Report::Changed { batch, .. } if batch.iter().any(|c| c.kind == Kind::Writing));
    bench.until("the first write", writing);
    for _ in 0..1000 {
        file.write_all(b"2").unwrap();
    }
    // Nobody asks, nobody closes: the last write is said all the same.
    let said = bench.until("the last write", writing);
    assert_eq!(said.kinds("db"), vec![Kind::Writing]);
    file.write_all(b"3").unwrap();
    assert_eq!(bench.said().kinds("db"), vec![Kind::Writing], "asked, it does not hold back");
}

#[test]
fn truncate_by_path_is_writing() {
    let mut bench = bench(|src| write(src.join("f"), "12345"));
    let path = bench.src().join("f");
    let status = std::process::Command::new("truncate").arg("-s2").arg(&path).status().unwrap();
    assert!(status.success());
    bench.said().assert_covers("f");
    // truncate(1) opens the file; what truncate(2) does is a MODIFY without a close.
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    rustix::fs::ftruncate(&file, 1).unwrap();
    assert_eq!(bench.said().kinds("f"), vec![Kind::Writing]);
}

#[test]
fn stores_through_mmap_show_when_it_is_unmapped() {
    use rustix::mm::{MapFlags, MsyncFlags, ProtFlags, mmap, msync, munmap};
    let mut bench = bench(|src| write(src.join("f"), "12345678"));
    let file = OpenOptions::new().read(true).write(true).open(bench.src().join("f")).unwrap();
    // SAFETY: a fresh mapping of eight bytes of a file of eight bytes, unmapped once.
    unsafe {
        let map =
            mmap(std::ptr::null_mut(), 8, ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED, &file, 0).unwrap();
        drop(file);
        map.cast::<u8>().write(b'x');
        msync(map, 8, MsyncFlags::SYNC).unwrap();
        assert!(bench.said().changes().is_empty(), "no event for a store");
        munmap(map, 8).unwrap();
    }
    assert_eq!(bench.said().kinds("f"), vec![Kind::Modify]);
}

#[test]
fn a_file_made_without_a_name_is_found_by_its_inode() {
    let mut bench = bench(|_| ());
    let src = bench.src();
    let Ok(fd) = rustix::fs::open(&src, OFlags::TMPFILE | OFlags::WRONLY, Mode::RUSR | Mode::WUSR) else {
        panic!("this file system has no O_TMPFILE")
    };
    let mut file = File::from(fd);
    file.write_all(b"first").unwrap();
    let by_fd = format!("/proc/self/fd/{}", file.as_raw_fd());
    rustix::fs::linkat(CWD, by_fd, CWD, src.join("named"), AtFlags::SYMLINK_FOLLOW).unwrap();
    bench.said().assert_covers("named");
    file.write_all(b"second").unwrap();
    let said = bench.said();
    said.assert_covers("named");
    drop(file);
    assert_eq!(bench.said().kinds("named"), vec![Kind::Modify]);
}

#[test]
fn an_event_under_a_name_that_is_gone_is_harmless() {
    let mut bench = bench(|src| write(src.join("k"), ""));
    let src = bench.src();
    let mut file = OpenOptions::new().append(true).open(src.join("k")).unwrap();
    fs::hard_link(src.join("k"), src.join("k2")).unwrap();
    fs::remove_file(src.join("k")).unwrap();
    file.write_all(b"x").unwrap();
    let said = bench.said();
    said.assert_covers("k2");
    drop(file);
    bench.said();
    bench.after(|src| write(src.join("k2"), "y")).assert_covers("k2");
}

#[test]
fn the_mode_of_the_root_is_said_and_of_a_folder_once() {
    let mut bench = bench(|src| mkdirs(src.join("d")));
    let said = bench.after(|src| {
        fs::set_permissions(src, fs::Permissions::from_mode(0o750)).unwrap();
        fs::set_permissions(src.join("d"), fs::Permissions::from_mode(0o750)).unwrap();
    });
    let root = Change { path: RelPath::root(), kind: Kind::Attrib, dir: true };
    assert_eq!(said.changes(), vec![root, change("d", Kind::Attrib, true)]);
}

#[test]
fn a_thousand_writes_are_few_changes() {
    let mut bench = bench(|_| ());
    let said = bench.after(|src| {
        for n in 0..1000 {
            write(src.join("a"), &n.to_string());
            write(src.join("b"), &n.to_string());
        }
    });
    assert!(said.changes().len() < 200, "{}", said.changes().len());
    said.assert_covers("a");
    said.assert_covers("b");
}

#[test]
fn many_files_moved_out_do_not_wait_one_by_one() {
    let mut bench = bench(|src| (0..500).for_each(|n| write(src.join(n.to_string()), "")));
    let outside = bench.outside();
    let begun = std::time::Instant::now();
    let said = bench.after(|src| (0..500).for_each(|n| mv(src.join(n.to_string()), outside.join(n.to_string()))));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!((0..500).all(|n| said.kinds(&n.to_string()) == vec![Kind::Delete]));
}

#[test]
fn a_root_removed_while_somebody_has_it_open_is_noticed_when_asked() {
    let mut bench = bench(|_| ());
    let held = File::open(bench.src()).unwrap();
    fs::remove_dir(bench.src()).unwrap();
    bench.watcher().vouch();
    let said = bench.until("NoSource", |r| matches!(r, Report::Sight { .. }));
    assert_eq!(said.lost(), vec![RelPath::root()]);
    drop(held);
    mkdirs(bench.src());
    bench.ready(crate::bench::SYNC);
    bench.after(|src| write(src.join("f"), "x")).assert_covers("f");
}

#[test]
fn a_folder_removed_while_somebody_has_it_open_may_come_again() {
    let mut bench = bench(|src| mkdirs(src.join("d")));
    let held = File::open(bench.src().join("d")).unwrap();
    let said = bench.after(|src| {
        fs::remove_dir(src.join("d")).unwrap();
        mkdirs(src.join("d"));
    });
    assert_eq!(said.kinds("d"), vec![Kind::Delete, Kind::Create]);
    drop(held);
    bench.said();
    bench.after(|src| write(src.join("d/f"), "x")).assert_covers("d/f");
}

/// A gate in the reader's thread.
#[derive(Default)]
struct Gate {
    shut: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn pass(&self) {
        let mut shut = self.shut.lock().unwrap();
        while *shut {
            shut = self.opened.wait(shut).unwrap();
        }
    }

    fn set(&self, shut: bool) {
        *self.shut.lock().unwrap() = shut;
        self.opened.notify_all();
    }
}

#[test]
fn an_overflow_is_survived() {
    let gate = Arc::new(Gate::default());
    let hook = Arc::clone(&gate);
    let options = Options { before_read: Some(Arc::new(move || hook.pass())), ..quick(Backend::Auto) };
    let mut bench = Bench::with(options, Matcher::none(), InotifyMode::default(), |src| {
        mkdirs(src.join("old/deep"));
        mkdirs(src.join("gone/deep"));
    });
    bench.said();
    let limit: usize = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap().trim().parse().unwrap();
    gate.set(true);
    let outside = bench.outside();
    let src = bench.src();
    let (a, b) = (src.join("flood-a"), src.join("flood-b"));
    write(&a, "");
    write(&b, "");
    for _ in 0..limit / 2 + 100 {
        fs::set_permissions(&a, fs::Permissions::from_mode(0o600)).unwrap();
        fs::set_permissions(&b, fs::Permissions::from_mode(0o600)).unwrap();
    }
    // Of these nothing is heard.
    mkdirs(src.join("unseen/deep"));
    mv(src.join("old"), src.join("new"));
    mv(src.join("gone"), outside.join("gone"));
    gate.set(false);
    bench.ready(crate::bench::SYNC);
    let said = bench.until("Lost", |r| matches!(r, Report::Lost { .. }));
    assert_eq!(said.lost(), vec![RelPath::root()]);
    bench.said();
    let said = bench.after(|src| {
        write(src.join("unseen/deep/file"), "x");
        write(src.join("new/deep/file"), "x");
        write(outside.join("gone/deep/file"), "x");
    });
    assert_eq!(said.kinds("unseen/deep/file"), vec![Kind::Create, Kind::Modify]);
    assert_eq!(said.kinds("new/deep/file"), vec![Kind::Create, Kind::Modify]);
    said.assert_silent("gone");
    said.assert_silent("old");
    assert_eq!(bench.watcher().watched(), 5, "src, unseen, unseen/deep, new, new/deep");
}

#[test]
fn what_cannot_be_watched_is_polled() {
    let options = Options { limit: Some(3), ..quick(Backend::Auto) };
    let mut bench = Bench::idle(options);
    mkdirs(bench.src().join("a/b/c"));
    let src = bench.src();
    bench.watcher().watch(crate::bench::SYNC, &src, Matcher::none(), InotifyMode::default());
    let said = bench.ready(crate::bench::SYNC);
    let sights = said.sights();
    assert!(
        matches!(&sights[..], [Sight::LimitReached { path, limit, wanted }] if *path == p("a/b/c") && wanted > limit),
        "{sights:?}"
    );
    bench.after(|src| write(src.join("a/b/c/file"), "x")).assert_covers("a/b/c/file");
    bench.after(|src| write(src.join("a/b/file"), "x")).assert_covers("a/b/file");
    let said = bench.after(|src| {
        mkdirs(src.join("a/new/deep"));
        write(src.join("a/new/deep/file"), "x");
    });
    said.assert_covers("a/new");
    bench.after(|src| write(src.join("a/new/deep/more"), "x")).assert_covers("a/new/deep/more");
    bench.after(|src| mv(src.join("a/b"), src.join("a/moved"))).assert_covers("a/moved");
    bench.after(|src| write(src.join("a/moved/c/file"), "changed")).assert_covers("a/moved/c/file");
}

#[test]
fn an_unreadable_folder_is_said_and_tried_again() {
    // Root reads everything: this thread, and the watcher's that it starts, give that up.
    if rustix::process::geteuid().is_root() {
        let mut caps = rustix::thread::capabilities(None).unwrap();
        caps.effective -= rustix::thread::CapabilitySet::DAC_OVERRIDE | rustix::thread::CapabilitySet::DAC_READ_SEARCH;
        rustix::thread::set_capabilities(None, caps).unwrap();
    }
    let mut bench = Bench::idle(quick(Backend::Auto));
    let src = bench.src();
    mkdirs(src.join("locked/deep"));
    mkdirs(src.join("other"));
    fs::set_permissions(src.join("locked"), fs::Permissions::from_mode(0o000)).unwrap();
    bench.watcher().watch(crate::bench::SYNC, &src, Matcher::none(), InotifyMode::default());
    let said = bench.ready(crate::bench::SYNC);
    assert_eq!(said.sights(), vec![Sight::Unreadable { path: p("locked"), errno: 13 }]);
    bench.after(|src| write(src.join("other/file"), "x")).assert_covers("other/file");
    fs::set_permissions(src.join("locked"), fs::Permissions::from_mode(0o700)).unwrap();
    let said = bench.until("Lost", |r| matches!(r, Report::Lost { .. }));
    assert_eq!(said.sights(), vec![Sight::ReadableAgain { path: p("locked") }]);
    assert_eq!(said.lost(), vec![p("locked")]);
    bench.after(|src| write(src.join("locked/deep/file"), "x")).assert_covers("locked/deep/file");
}

/// Filter files, read anew at each question.
struct Files(std::path::PathBuf);

impl DirFiles for Files {
    fn read(&self, dir: &RelPath, name: &[u8]) -> Option<Arc<[u8]>> {
        let path = self.0.join(OsStr::from_bytes(dir.bytes())).join(OsStr::from_bytes(name));
        fs::read(path).ok().map(Arc::from)
    }

    fn root(&self) -> Vec<u8> {
        self.0.as_os_str().as_bytes().to_vec()
    }
}

#[test]
fn a_folder_that_a_changed_filter_file_lets_in_is_watched() {
    for by_rename in [false, true] {
        let mut bench = Bench::idle(quick(Backend::Auto));
        let src = bench.src();
        mkdirs(src.join("d/sub/deep"));
        write(src.join("d/.rules"), "- sub/\n");
        let input = FilterInput { filter: vec![": .rules".to_owned()], ..FilterInput::default() };
        let matcher = Matcher::build(&input, &mut |_| Err("none".to_owned())).unwrap();
        let matcher = matcher.with_dir_files(Arc::new(Files(src.clone())));
        bench.watcher().watch(SYNC, &src, matcher, InotifyMode::default());
        bench.ready(SYNC);
        bench.after(|src| write(src.join("d/sub/deep/unseen"), "x")).assert_silent("d/sub");
        let said = bench.after(|src| {
            if by_rename {
                write(src.join("d/new"), "- other/\n");
                fs::rename(src.join("d/new"), src.join("d/.rules")).unwrap();
            } else {
                write(src.join("d/.rules"), "");
            }
        });
        said.assert_covers("d/sub/deep/unseen");
        bench.after(|src| write(src.join("d/sub/deep/seen"), "x")).assert_covers("d/sub/deep/seen");
    }
}
