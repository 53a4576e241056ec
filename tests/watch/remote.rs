//! File systems that other machines hold, as a source and inside one: polled, and never waited for when they do not answer.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use driftless_core::config::InotifyMode;
use driftless_core::filter::Matcher;
use driftless_core::mirror::{Sight, SyncKey};
use driftless_engine::watch::{Backend, Options, Report};

use crate::bench::{Bench, SYNC, mkdirs, p, quick, write};
use crate::namespaces::{inside, unmount};

const TIMED_OUT: i32 = rustix::io::Errno::TIMEDOUT.raw_os_error();

/// A FUSE file system that nobody serves: whoever asks it anything waits until it is cut off.
fn dead(at: &Path) -> fs::File {
    use std::os::fd::AsRawFd;
    let device = fs::File::options().read(true).write(true).open("/dev/fuse").unwrap();
    let words = format!("fd={},rootmode=40000,user_id=0,group_id=0", device.as_raw_fd());
    let words = std::ffi::CString::new(words).unwrap();
    rustix::mount::mount("dead", at, "fuse", rustix::mount::MountFlags::empty(), words.as_c_str()).unwrap();
    device
}

#[test]
fn root_a_source_that_does_not_answer_is_said_and_holds_up_nobody() {
    if !inside("remote::root_a_source_that_does_not_answer_is_said_and_holds_up_nobody") {
        return;
    }
    let options = Options { root_patience: Duration::from_millis(300), ..quick(Backend::Auto) };
    let mut bench = Bench::idle(options);
    let (gone, src) = (bench.top.path().join("gone"), bench.src());
    mkdirs(&gone);
    let server = dead(&gone);
    let other = SyncKey(2);
    bench.watcher().watch(other, &gone, Matcher::none(), InotifyMode::default());
    bench.watcher().watch(SYNC, &src, Matcher::none(), InotifyMode::default());
    bench.ready(SYNC);
    bench.after(|src| write(src.join("file"), "x")).assert_covers("file");
    let timed_out = Sight::NoSource { errno: TIMED_OUT };
    bench.watcher().vouch();
    bench.until(
        "the word that it does not answer",
        |r| matches!(r, Report::Sight { sync, sight } if *sync == other && *sight == timed_out),
    );
    bench.after(|src| write(src.join("again"), "x")).assert_covers("again");
    // Cut off, and then gone: what stands there is watched by itself.
    drop(server);
    bench.until(
        "another answer",
        |r| matches!(r, Report::Sight { sync, sight: Sight::NoSource { errno } } if *sync == other && *errno == 107),
    );
    unmount(&["--lazy"], &gone);
    bench.ready(other);
}

#[test]
fn root_what_does_not_answer_inside_a_source_is_said_and_holds_up_nobody() {
    if !inside("remote::root_what_does_not_answer_inside_a_source_is_said_and_holds_up_nobody") {
        return;
    }
    let options = Options { root_patience: Duration::from_millis(300), ..quick(Backend::Auto) };
    let mut bench = Bench::idle(options);
    let src = bench.src();
    mkdirs(src.join("a/gone"));
    mkdirs(src.join("a/later/sub"));
    let server = dead(&src.join("a/gone"));
    bench.watcher().watch(SYNC, &src, Matcher::none(), InotifyMode::default());
    bench.ready(SYNC);
    let unreadable = |path: &str| {
        let sight = Sight::Unreadable { path: p(path), errno: TIMED_OUT };
        move |r: &Report| matches!(r, Report::Sight { sight: said, .. } if *said == sight)
    };
    bench.until("the word that it does not answer", unreadable("a/gone"));
    bench.after(|src| write(src.join("a/file"), "x")).assert_covers("a/file");
    // Mounted over a folder that is watched.
    let other = dead(&src.join("a/later"));
    bench.watcher().mounts_changed();
    bench.until("the word that the other does not answer", unreadable("a/later"));
    bench.after(|src| write(src.join("b"), "x")).assert_covers("b");
    // Gone: what stands there is watched by itself.
    drop((server, other));
    ["a/gone", "a/later"].iter().for_each(|point| unmount(&["--lazy"], &src.join(point)));
    bench.watcher().mounts_changed();
    let said = bench.after(|src| write(src.join("a/gone/file"), "x"));
    said.assert_covers("a/gone/file");
    for point in ["a/gone", "a/later"] {
        assert!(said.sights().contains(&Sight::ReadableAgain { path: p(point) }), "{said:?}");
    }
    bench.after(|src| write(src.join("a/later/sub/file"), "x")).assert_covers("a/later/sub/file");
}

#[test]
fn root_what_is_mounted_over_a_source_and_does_not_answer_holds_up_nobody() {
    if !inside("remote::root_what_is_mounted_over_a_source_and_does_not_answer_holds_up_nobody") {
        return;
    }
    let options = Options { root_patience: Duration::from_millis(300), ..quick(Backend::Auto) };
    let mut bench = Bench::idle(options);
    let (covered, src) = (bench.top.path().join("covered"), bench.src());
    mkdirs(covered.join("sub"));
    let other = SyncKey(2);
    for (sync, source) in [(other, &covered), (SYNC, &src)] {
        bench.watcher().watch(sync, source, Matcher::none(), InotifyMode::default());
        bench.ready(sync);
    }
    let server = dead(&covered);
    bench.watcher().vouch();
    bench.watcher().mounts_changed();
    bench.until(
        "the word that it does not answer",
        |r| matches!(r, Report::Sight { sync, sight: Sight::NoSource { errno: TIMED_OUT } } if *sync == other),
    );
    bench.after(|src| write(src.join("file"), "x")).assert_covers("file");
    drop(server);
    unmount(&["--lazy"], &covered);
    bench.ready(other);
}

/// The folder `there` as a computer far away gives it, over a real sshfs without the network between.
fn sshfs(there: &Path, at: &Path, top: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let ssh = top.join("ssh");
    fs::write(&ssh, "#!/bin/sh\nexec /usr/lib/openssh/sftp-server\n").unwrap();
    fs::set_permissions(&ssh, fs::Permissions::from_mode(0o755)).unwrap();
    let from = format!("far:{}", there.display());
    let words = format!("ssh_command={},dcache_timeout=1,cache=no", ssh.display());
    assert!(Command::new("sshfs").arg(from).arg(at).args(["-o", &words]).status().unwrap().success());
}

#[test]
fn root_a_network_file_system_is_polled_as_a_source_and_inside_one() {
    if !inside("remote::root_a_network_file_system_is_polled_as_a_source_and_inside_one") {
        return;
    }
    let mut bench = Bench::idle(quick(Backend::Auto));
    let (far, whole, src) = (bench.top.path().join("far"), bench.top.path().join("whole"), bench.src());
    for dir in [far.join("sub"), whole.clone(), src.join("inside")] {
        mkdirs(dir);
    }
    let polling = |path: &str| Sight::Polling { path: p(path), filesystem: "fuse.sshfs".to_owned() };
    let other = SyncKey(2);
    for (sync, source, at, path) in [(SYNC, &src, src.join("inside"), "inside"), (other, &whole, whole.clone(), "")] {
        sshfs(&far, &at, bench.top.path());
        bench.watcher().watch(sync, source, Matcher::none(), InotifyMode::default());
        bench.until(
            "the word that it is polled",
            |r| matches!(r, Report::Sight { sync: of, sight } if *of == sync && *sight == polling(path)),
        );
    }
    bench.ready(other);
    // Far away, where this kernel's watches do not reach. The first may have been there before the first look, which is said.
    let seen = |of: SyncKey, path: &str| {
        let path = p(path);
        move |r: &Report| matches!(r, Report::Changed { sync, batch } if *sync == of && batch.iter().any(|c| c.path == path))
    };
    write(far.join("sub/one"), "x");
    let lost = |r: &Report| matches!(r, Report::Lost { sync: SYNC, under } if *under == p("inside"));
    let change = seen(SYNC, "inside/sub/one");
    bench.until("the first to be seen inside", |r| change(r) || lost(r));
    for (sync, path, name) in [(SYNC, "inside/sub/two", "sub/two"), (other, "sub/three", "sub/three")] {
        write(far.join(name), "x");
        bench.until("it to be seen", seen(sync, path));
    }
    drop(bench.watcher.take());
    [src.join("inside"), whole].iter().for_each(|at| unmount(&[], at));
}
