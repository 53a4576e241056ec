//! The copier on real folders. What it leaves to rsync gives no end; what it does is compared entry by entry.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use driftless_core::diagnose::{Exit, PathWhy, Report, Side};
use driftless_core::filter::{FilterInput, Matcher};
use driftless_core::mirror::{End, Why};
use driftless_core::moves::Rename;
use driftless_core::native::{Keep, Native, Task};
use driftless_core::paths::RelPath;
use rustix::fs::{Mode, OFlags, open};
use tempfile::TempDir;
use tokio::sync::watch;

use super::job::Job;
use super::pool::Beat;
use super::*;

/// As `archive = true`, without devices.
const ARCHIVE: Keep = Keep {
    links: true,
    perms: true,
    times: true,
    owner: true,
    group: true,
    devices: false,
    xattrs: false,
    omit_dir_times: false,
    omit_link_times: false,
};
/// As lsyncd's default.
const PLAIN: Keep = Keep { perms: false, owner: false, group: false, ..ARCHIVE };
const REMOVE: Task = Task::Remove { most: None };

fn p(path: impl AsRef<[u8]>) -> RelPath {
    RelPath::new(path.as_ref()).unwrap()
}

struct Ends {
    dir: TempDir,
    rules: Vec<String>,
}

impl Ends {
    fn new() -> Ends {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("s")).unwrap();
        fs::create_dir(dir.path().join("t")).unwrap();
        Ends { dir, rules: Vec::new() }
    }

    fn s(&self, path: impl AsRef<[u8]>) -> PathBuf {
        self.dir.path().join("s").join(OsStr::from_bytes(path.as_ref()))
    }

    fn t(&self, path: impl AsRef<[u8]>) -> PathBuf {
        self.dir.path().join("t").join(OsStr::from_bytes(path.as_ref()))
    }

    fn ground(&self) -> Ground {
        let root = |name: &str| {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Arc::new(open(self.dir.path().join(name), flags, Mode::empty()).unwrap())
        };
        let input = FilterInput { filter: self.rules.clone(), ..FilterInput::default() };
        let matcher = Matcher::build(&input, &mut |_| Err(String::new())).unwrap();
        Ground { source: root("s"), target: root("t"), matcher }
    }

    fn run(&self, task: Task, keep: Keep, paths: &[&str]) -> Option<End> {
        self.run_with(task, keep, paths.iter().map(p).collect(), &Beat::default())
    }

    fn run_with(&self, task: Task, keep: Keep, mut paths: Vec<RelPath>, beat: &Beat) -> Option<End> {
        paths.sort();
        let (native, ground) = (Native { task, paths, moves: Vec::new(), keep }, self.ground());
        Job::new(&native, &ground, beat).run()
    }

    /// It ends well; what it says.
    fn done(&self, task: Task, keep: Keep, paths: &[&str]) -> Box<Report> {
        ended(self.run(task, keep, paths), 0)
    }

    /// Nothing of ours is left behind.
    fn names(&self, dir: &str) -> Vec<String> {
        let entries = fs::read_dir(self.t(dir)).unwrap().flatten();
        let mut names: Vec<_> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

fn ended(end: Option<End>, code: i32) -> Box<Report> {
    match end {
        Some(End::Exited { exit, report, stalled: false }) if exit == Exit::Code(code) => report,
        other => panic!("{other:?}"),
    }
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn times(path: &Path) -> (i64, i64) {
    let meta = fs::symlink_metadata(path).unwrap();
    (meta.mtime(), meta.mtime_nsec())
}

/// A time that no clock gives by itself.
fn date(path: &Path) {
    File::open(path).unwrap().set_modified(UNIX_EPOCH + Duration::new(1_000_000_000, 123_456_789)).unwrap();
}

#[test]
fn a_file_arrives_with_its_mode_and_time_and_so_do_the_folders_above_it() {
    let ends = Ends::new();
    fs::create_dir_all(ends.s("a/b")).unwrap();
    fs::write(ends.s("a/b/f"), "four").unwrap();
    chmod(&ends.s("a/b/f"), 0o4751);
    chmod(&ends.s("a"), 0o700);
    for path in ["a/b/f", "a/b", "a", ""] {
        date(&ends.s(path));
    }
    let report = ends.done(Task::Update, ARCHIVE, &["a/b/f"]);
    assert_eq!(fs::read(ends.t("a/b/f")).unwrap(), b"four");
    for path in ["a/b/f", "a/b", "a"] {
        assert_eq!(mode(&ends.t(path)), mode(&ends.s(path)), "{path}");
        assert_eq!(times(&ends.t(path)), (1_000_000_000, 123_456_789), "{path}");
    }
    assert_eq!(times(&ends.t("")), times(&ends.s("")));
    assert_eq!((report.counts.sent, report.counts.sent_bytes), (1, 4));
    assert_eq!(ends.names("a/b"), ["f"]);
    // Once more there is nothing to do.
    let again = ends.done(Task::Update, ARCHIVE, &["a/b/f"]);
    assert_eq!((again.counts.sent, again.counts.changed), (0, 0));
}

#[test]
fn a_change_of_the_mode_alone_follows_and_sends_nothing() {
    let ends = Ends::new();
    fs::write(ends.s("f"), "x").unwrap();
    ends.done(Task::Update, ARCHIVE, &["f"]);
    let before = fs::metadata(ends.t("f")).unwrap().ino();
    chmod(&ends.s("f"), 0o600);
    let report = ends.done(Task::Update, ARCHIVE, &["f"]);
    assert_eq!((mode(&ends.t("f")), report.counts.sent, report.counts.changed), (0o600, 0, 1));
    assert_eq!(fs::metadata(ends.t("f")).unwrap().ino(), before);
}

#[test]
fn without_perms_what_is_there_keeps_its_mode_and_what_is_new_has_no_special_bits() {
    let ends = Ends::new();
    fs::write(ends.s("old"), "new content").unwrap();
    fs::write(ends.t("old"), "x").unwrap();
    chmod(&ends.s("old"), 0o755);
    chmod(&ends.t("old"), 0o640);
    fs::write(ends.s("new"), "x").unwrap();
    chmod(&ends.s("new"), 0o6700);
    ends.done(Task::Update, PLAIN, &["old", "new"]);
    assert_eq!((mode(&ends.t("old")), mode(&ends.t("new"))), (0o640, 0o700));
    assert_eq!(fs::read(ends.t("old")).unwrap(), b"new content");
}

#[test]
fn equal_size_and_time_is_equal_unless_the_content_is_asked_for() {
    let ends = Ends::new();
    for (path, text) in [(ends.s("f"), "new"), (ends.t("f"), "old")] {
        fs::write(&path, text).unwrap();
        date(&path);
    }
    ends.done(Task::Update, ARCHIVE, &["f"]);
    assert_eq!(fs::read(ends.t("f")).unwrap(), b"old");
    ends.done(Task::Checked, ARCHIVE, &["f"]);
    assert_eq!(fs::read(ends.t("f")).unwrap(), b"new");
    let ino = fs::metadata(ends.t("f")).unwrap().ino();
    // A later nanosecond of the same second is another time.
    fs::write(ends.s("f"), "NEW").unwrap();
    File::open(ends.s("f")).unwrap().set_modified(UNIX_EPOCH + Duration::new(1_000_000_000, 123_456_790)).unwrap();
    ends.done(Task::Update, ARCHIVE, &["f"]);
    assert_eq!(fs::read(ends.t("f")).unwrap(), b"NEW");
    assert_ne!(fs::metadata(ends.t("f")).unwrap().ino(), ino);
    // What is equal by content gets only its time.
    let ino = fs::metadata(ends.t("f")).unwrap().ino();
    date(&ends.s("f"));
    ends.done(Task::Checked, ARCHIVE, &["f"]);
    assert_eq!((fs::metadata(ends.t("f")).unwrap().ino(), times(&ends.t("f"))), (ino, times(&ends.s("f"))));
}

#[test]
fn holes_stay_holes_and_long_files_arrive_whole() {
    let ends = Ends::new();
    let sparse = File::create(ends.s("sparse")).unwrap();
    sparse.set_len(64 << 20).unwrap();
    sparse.write_at(b"middle", 32 << 20).unwrap();
    drop(sparse);
    let long: Vec<u8> = (0..3_500_000_u32).map(|n| (n ^ (n >> 8)) as u8).collect();
    fs::write(ends.s("long"), &long).unwrap();
    ends.done(Task::Update, ARCHIVE, &["long", "sparse"]);
    assert_eq!(fs::read(ends.t("long")).unwrap(), long);
    let (there, here) = (fs::metadata(ends.t("sparse")).unwrap(), fs::metadata(ends.s("sparse")).unwrap());
    assert_eq!(there.len(), 64 << 20);
    assert!(there.blocks() <= here.blocks() + 2_048, "{} {}", there.blocks(), here.blocks());
    let mut middle = [0; 8];
    File::open(ends.t("sparse")).unwrap().read_exact_at(&mut middle, (32 << 20) - 1).unwrap();
    assert_eq!(&middle, b"\0middle\0");
}

#[test]
fn links_are_copied_as_links_wherever_they_lead() {
    let ends = Ends::new();
    symlink("/etc/passwd", ends.s("out")).unwrap();
    symlink(OsStr::from_bytes(b"no\xff\nwhere"), ends.s("dangling")).unwrap();
    fs::write(ends.s("was-link"), "file").unwrap();
    symlink("x", ends.t("was-link")).unwrap();
    fs::write(ends.t("out"), "a file").unwrap();
    let report = ends.done(Task::Update, ARCHIVE, &["out", "dangling", "was-link"]);
    for name in ["out", "dangling"] {
        assert_eq!(fs::read_link(ends.t(name)).unwrap(), fs::read_link(ends.s(name)).unwrap());
        assert_eq!(times(&ends.t(name)), times(&ends.s(name)));
    }
    assert!(fs::symlink_metadata(ends.t("was-link")).unwrap().is_file());
    assert_eq!(report.counts.sent, 1);
    let left_out = ends.done(Task::Update, Keep { links: false, ..ARCHIVE }, &["out"]);
    assert_eq!(left_out.skipped_special, [p("out")]);
}

#[test]
fn a_link_in_the_target_never_leads_out_of_it() {
    let ends = Ends::new();
    let outside = ends.dir.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("gone"), "mine").unwrap();
    symlink(&outside, ends.t("dir")).unwrap();
    fs::create_dir(ends.s("dir")).unwrap();
    fs::write(ends.s("dir/f"), "x").unwrap();
    // It is rsync's to put a folder in its place.
    assert!(ends.run(Task::Update, ARCHIVE, &["dir/f"]).is_none());
    assert!(ends.run(Task::Update, ARCHIVE, &["dir"]).is_none());
    assert!(ends.run(REMOVE, ARCHIVE, &["dir/gone"]).is_none());
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    // A link in the place of a file is replaced, not written through.
    symlink(outside.join("gone"), ends.t("f")).unwrap();
    fs::write(ends.s("f"), "theirs").unwrap();
    ends.done(Task::Checked, ARCHIVE, &["f"]);
    assert_eq!(
        (fs::read(outside.join("gone")).unwrap(), fs::read(ends.t("f")).unwrap()),
        (b"mine".to_vec(), b"theirs".to_vec())
    );
    fs::remove_dir_all(ends.s("dir")).unwrap();
    ends.done(REMOVE, ARCHIVE, &["dir"]);
    assert!(outside.join("gone").exists() && !ends.t("dir").exists());
}

#[test]
fn what_stands_in_the_way_is_left_to_rsync_and_stays() {
    let ends = Ends::new();
    fs::create_dir_all(ends.t("now-file/deep")).unwrap();
    fs::create_dir(ends.t("now-link")).unwrap();
    fs::write(ends.t("now-dir"), "x").unwrap();
    fs::write(ends.s("now-file"), "x").unwrap();
    symlink("x", ends.s("now-link")).unwrap();
    fs::create_dir(ends.s("now-dir")).unwrap();
    for name in ["now-file", "now-link", "now-dir"] {
        assert!(ends.run(Task::Update, ARCHIVE, &[name]).is_none(), "{name}");
    }
    assert!(ends.t("now-file/deep").is_dir() && ends.t("now-link").is_dir() && ends.t("now-dir").is_file());
}

#[test]
fn pipes_are_never_opened() {
    let ends = Ends::new();
    rustix::fs::mknodat(rustix::fs::CWD, ends.s("pipe"), rustix::fs::FileType::Fifo, Mode::RWXU, 0).unwrap();
    // Opening it for reading would wait for ever.
    let report = ends.done(Task::Update, ARCHIVE, &["pipe"]);
    assert_eq!(report.skipped_special, [p("pipe")]);
    assert!(ends.run(Task::Update, Keep { devices: true, ..ARCHIVE }, &["pipe"]).is_none());
}

#[test]
fn names_are_bytes() {
    let ends = Ends::new();
    let name = [b"\xff\n -".to_vec(), vec![b'x'; 251]].concat();
    fs::write(ends.s(&name), "x").unwrap();
    ended(ends.run_with(Task::Update, ARCHIVE, vec![p(&name)], &Beat::default()), 0);
    assert_eq!(fs::read(ends.t(&name)).unwrap(), b"x");
}

#[test]
fn what_has_vanished_is_said_and_is_no_failure() {
    let ends = Ends::new();
    fs::write(ends.t("f"), "x").unwrap();
    let report = ends.done(Task::Update, ARCHIVE, &["f", "dir/f"]);
    assert_eq!(report.vanished, [p("dir/f"), p("f")]);
    assert!(ends.t("f").exists() && !ends.t("dir").exists());
}

#[test]
fn a_file_that_cannot_be_read_fails_alone() {
    if rustix::process::geteuid().is_root() {
        // Root reads everything.
        return;
    }
    let ends = Ends::new();
    for name in ["closed", "open"] {
        fs::write(ends.s(name), name).unwrap();
    }
    chmod(&ends.s("closed"), 0);
    let report = ended(ends.run(Task::Update, ARCHIVE, &["closed", "open"]), 23);
    let failed: Vec<_> = report.failed.iter().map(|f| (f.path.clone(), f.why, f.side)).collect();
    assert_eq!(failed, [(p("closed"), PathWhy::Permission, Side::Sender)]);
    assert!(ends.t("open").exists());
    // A folder that may not be written: rsync makes it writable for a moment, or says why not.
    fs::create_dir(ends.s("dir")).unwrap();
    fs::write(ends.s("dir/f"), "x").unwrap();
    fs::create_dir(ends.t("dir")).unwrap();
    chmod(&ends.t("dir"), 0o555);
    assert!(ends.run(Task::Update, ARCHIVE, &["dir/f"]).is_none());
    chmod(&ends.t("dir"), 0o755);
}

#[test]
fn a_file_that_goes_on_growing_is_put_in_place_and_stays_dirty() {
    let ends = Ends::new();
    fs::write(ends.s("log"), "start").unwrap();
    let path = ends.s("log");
    let (end, stop) = std::sync::mpsc::channel::<()>();
    let writer = std::thread::spawn(move || {
        let mut log = fs::OpenOptions::new().append(true).open(path).unwrap();
        while stop.try_recv().is_err() {
            log.write_all(&[b'x'; 64]).unwrap();
        }
    });
    // Sooner or later one write falls into the copying; most do.
    let mut report = None;
    for _ in 0..10_000 {
        if let Some(End::Exited { exit: Exit::Code(23), report: told, .. }) = ends.run(Task::Update, ARCHIVE, &["log"])
        {
            report = Some(told);
            break;
        }
    }
    end.send(()).unwrap();
    writer.join().unwrap();
    let report = report.expect("it changed while it was read");
    assert_eq!((report.failed[0].path.clone(), report.failed[0].why), (p("log"), PathWhy::Changed));
    assert!(fs::read(ends.t("log")).unwrap().starts_with(b"start"));
    ends.done(Task::Update, ARCHIVE, &["log"]);
    assert_eq!(fs::read(ends.t("log")).unwrap(), fs::read(ends.s("log")).unwrap());
}

#[test]
fn removal_takes_the_whole_tree_and_the_parents_time_follows() {
    let ends = Ends::new();
    fs::create_dir_all(ends.t("a/b/c")).unwrap();
    fs::write(ends.t("a/b/c/f"), "x").unwrap();
    fs::write(ends.t("a/stays"), "x").unwrap();
    fs::create_dir(ends.s("a")).unwrap();
    date(&ends.s("a"));
    let report = ends.done(REMOVE, ARCHIVE, &["a/b", "never"]);
    assert_eq!((report.counts.deleted, ends.names("a")), (3, vec!["stays".to_owned()]));
    assert_eq!(times(&ends.t("a")), times(&ends.s("a")));
}

#[test]
fn nothing_is_removed_where_a_rule_protects_or_it_is_back_or_it_is_too_much() {
    let mut ends = Ends::new();
    fs::create_dir(ends.t("d")).unwrap();
    for name in ["d/1", "d/2", "d/x.keep"] {
        fs::write(ends.t(name), "x").unwrap();
    }
    assert!(ends.run(Task::Remove { most: Some(3) }, ARCHIVE, &["d"]).is_none());
    ends.rules = vec!["- *.keep".to_owned()];
    assert!(ends.run(REMOVE, ARCHIVE, &["d"]).is_none());
    fs::write(ends.s("back"), "x").unwrap();
    fs::write(ends.t("back"), "x").unwrap();
    assert!(ends.run(REMOVE, ARCHIVE, &["back", "d/1"]).is_none());
    assert_eq!((ends.names("d").len(), ends.t("back").exists()), (3, true));
    ends.rules.clear();
    ends.done(Task::Remove { most: Some(4) }, ARCHIVE, &["d"]);
    assert!(!ends.t("d").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn extended_attributes_follow_where_they_are_asked_for() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    let ends = Ends::new();
    fs::write(ends.s("f"), "x").unwrap();
    if setxattr(ends.s("f"), "user.kept", b"1", XattrFlags::empty()).is_err() {
        // This file system has none.
        return;
    }
    let keep = Keep { xattrs: true, ..ARCHIVE };
    let read = |name: &str| {
        let mut value = [0; 16];
        getxattr(ends.t("f"), name, &mut value[..]).map(|n| value[..n].to_vec())
    };
    ends.done(Task::Update, keep, &["f"]);
    assert_eq!(read("user.kept"), Ok(b"1".to_vec()));
    setxattr(ends.s("f"), "user.kept", b"2", XattrFlags::empty()).unwrap();
    setxattr(ends.t("f"), "user.stranger", b"3", XattrFlags::empty()).unwrap();
    ends.done(Task::Update, keep, &["f"]);
    assert_eq!(read("user.kept"), Ok(b"2".to_vec()));
    assert!(read("user.stranger").is_err());
}

#[test]
fn a_run_that_is_stopped_leaves_nothing_half_done() {
    let ends = Ends::new();
    fs::write(ends.s("f"), vec![1; 8 << 20]).unwrap();
    fs::write(ends.t("f"), "old").unwrap();
    let beat = Beat::default();
    beat.stop();
    let end = ends.run_with(Task::Update, ARCHIVE, vec![p("f")], &beat);
    assert!(matches!(end, Some(End::NotStarted(Why::Stopped))));
    // In the middle of the file: a chunk at a time.
    let (from, to) = (File::open(ends.s("f")).unwrap(), File::create(ends.t("g")).unwrap());
    use std::os::fd::AsFd;
    let stat = rustix::fs::fstat(&from).unwrap();
    let mut ways = content::Ways::default();
    let copied = content::copy(&mut ways, from.as_fd(), to.as_fd(), &stat, &beat);
    // Where the file system shares content there are no chunks.
    assert!(copied == Err(Trouble::Stopped) || fs::metadata(ends.t("g")).unwrap().len() == 8 << 20);
    assert_eq!(fs::read(ends.t("f")).unwrap(), b"old");
    assert_eq!(ends.names(""), ["f", "g"]);
}

#[tokio::test]
async fn the_pool_makes_a_run_and_heeds_a_stop() {
    let ends = Ends::new();
    fs::write(ends.s("f"), "x").unwrap();
    let native = Native { task: Task::Update, paths: vec![p("f")], moves: Vec::new(), keep: ARCHIVE };
    let bounds = (Duration::from_secs(600), Duration::from_secs(60));
    let (sender, stop) = watch::channel(false);
    let pool = Pool::default();
    let end = run(&native, ends.ground(), &pool, bounds, stop.clone()).await;
    ended(end, 0);
    assert!(ends.t("f").exists());
    sender.send_replace(true);
    let end = run(&native, ends.ground(), &pool, bounds, stop).await;
    assert!(matches!(end, Some(End::NotStarted(Why::Stopped))));
}

/// Renames at the target.
fn moved(ends: &Ends, pairs: &[(&str, &str)]) -> Option<End> {
    let moves = pairs.iter().map(|(from, to)| Rename { from: p(from), to: p(to) }).collect();
    let native = Native { task: Task::Move, paths: Vec::new(), moves, keep: Keep::default() };
    Job::new(&native, &ends.ground(), &Beat::default()).run()
}

#[test]
fn what_was_renamed_is_the_very_same_file_and_folder() {
    let ends = Ends::new();
    for file in ["new/sub/f", "deep/er/g"] {
        fs::create_dir_all(ends.s(file).parent().unwrap()).unwrap();
        fs::write(ends.s(file), "1").unwrap();
    }
    fs::create_dir_all(ends.t("old/sub")).unwrap();
    fs::write(ends.t("old/sub/f"), "1").unwrap();
    fs::write(ends.t("g"), "1").unwrap();
    let inode = |path: &str| fs::symlink_metadata(ends.t(path)).unwrap().ino();
    let before = [inode("old"), inode("old/sub/f"), inode("g")];
    ended(moved(&ends, &[("g", "deep/er/g"), ("old", "new")]), 0);
    assert_eq!([inode("new"), inode("new/sub/f"), inode("deep/er/g")], before);
    assert_eq!(ends.names(""), ["deep", "new"]);
}

#[test]
fn nothing_is_merged_replaced_or_moved_out_and_what_was_not_moved_is_named() {
    let outside = tempfile::tempdir().unwrap();
    type Make<'m> = &'m dyn Fn(&Ends);
    let cases: [(&str, Make<'_>); 8] = [
        ("an empty folder has the new name", &|e| fs::create_dir(e.t("into/new")).unwrap()),
        ("a file has the new name", &|e| fs::write(e.t("into/new"), "2").unwrap()),
        ("a link to nowhere has the new name", &|e| symlink("nowhere", e.t("into/new")).unwrap()),
        ("the old name is back", &|e| fs::write(e.s("old"), "2").unwrap()),
        ("the new name is gone again", &|e| fs::remove_dir_all(e.s("into/new")).unwrap()),
        ("nothing has the old name", &|e| fs::rename(e.t("old"), e.t("other")).unwrap()),
        ("a file has the old name", &|e| {
            fs::rename(e.t("old"), e.t("other")).unwrap();
            fs::write(e.t("old"), "2").unwrap();
        }),
        ("a link out of the target stands above the new name", &|e| {
            fs::remove_dir(e.t("into")).unwrap();
            symlink(outside.path(), e.t("into")).unwrap();
        }),
    ];
    for (what, make) in cases {
        let ends = Ends::new();
        fs::create_dir_all(ends.s("into/new")).unwrap();
        fs::create_dir_all(ends.t("into")).unwrap();
        fs::create_dir_all(ends.t("old")).unwrap();
        fs::write(ends.t("old/f"), "1").unwrap();
        make(&ends);
        let report = ended(moved(&ends, &[("old", "into/new")]), 23);
        assert_eq!(report.failed.iter().map(|one| one.path.clone()).collect::<Vec<_>>(), [p("into/new")], "{what}");
        assert!(ends.t("old/f").exists() || ends.t("other/f").exists(), "{what}");
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0, "{what}");
    }
}
