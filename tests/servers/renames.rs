//! Renames of large folders pass next to nothing on the wire, and end equal whatever else happens to them.
//!
//! What passes is read in the daemon's own log: what each connection received; over ssh it is counted on its way.

use std::fs;
use std::path::Path;

use crate::common::{Rsyncd, RsyncdOptions, Sshd, SshdOptions, Tree, Wire, assert_equal, wait_for};
use crate::live::{Live, sync, sync_direct, sync_over_ssh};
use crate::support::{Home, LONG};

const FILES: usize = 200;
const SIZE: usize = 500_000;

fn fill(source: &Tree, dir: &str, files: usize) {
    for n in 0..files {
        let content: Vec<u8> = (0..SIZE).map(|at| ((at * 31 + n * 7) >> (at % 5)) as u8).collect();
        source.write(format!("{dir}/file {n}"), content);
    }
}

/// What the daemon received over all connections.
fn received(server: &Rsyncd) -> u64 {
    let log = server.log();
    let of_line = |line: &str| line.split_once("received ")?.1.split_once(' ')?.0.replace(',', "").parse::<u64>().ok();
    log.lines().filter_map(of_line).sum()
}

/// At most this may pass when all of it is renamed.
const HUNDREDTH: u64 = (FILES * SIZE / 100) as u64;

/// A large folder renamed on this server: at most a hundredth of its bytes.
fn cheap(options: &RsyncdOptions<'_>) {
    let (home, source, server) = (Home::new(), Tree::new(), Rsyncd::start(options));
    fill(&source, "before", FILES);
    let password = options.user.map(|_| format!("password_file = \"{}\"", server.password_file().display()));
    let more = password.as_deref().unwrap_or_default();
    let live = Live::start(&home, &sync("one", source.path(), &server.url(), "delete = true", more));
    live.up();
    live.settle("one", &source);
    // The server writes its line after the connection has ended.
    wait_for("the log of the first pass", LONG, || (received(&server) > (FILES * SIZE) as u64).then_some(()));
    let before = received(&server);
    source.rename("before", "after");
    live.settle("one", &source);
    assert_equal(source.path(), server.module().to_str().unwrap(), &["-a"]);
    let lines = |text: &str| server.log().lines().filter(|line| line.contains(text)).count();
    wait_for("the last line of the log", LONG, || (lines("rsync to ") <= lines("total size ")).then_some(()));
    let passed = received(&server) - before;
    assert!(passed > 0 && passed <= HUNDREDTH, "{passed} bytes");
    assert!(!server.module().join("before").exists() && server.module().join("after/file 7").exists());
}

#[test]
fn a_renamed_folder_passes_a_hundredth_of_its_bytes_at_most_to_a_module_with_a_password() {
    cheap(&RsyncdOptions { user: Some(("someone", "geheim")), ..RsyncdOptions::default() });
}

#[test]
fn root_a_renamed_folder_passes_a_hundredth_of_its_bytes_at_most_to_a_module_in_a_chroot() {
    let module = ["use chroot = yes"];
    cheap(&RsyncdOptions { user: Some(("someone", "geheim")), module: &module, ..RsyncdOptions::default() });
}

#[test]
fn a_large_file_passes_a_hundredth_of_its_bytes_at_most_when_it_is_renamed_or_moved() {
    const LARGE: usize = 20_000_000;
    let (home, source, server) = (Home::new(), Tree::new(), Rsyncd::start(&RsyncdOptions::default()));
    source.write("dir/before.iso", (0..LARGE).map(|at| ((at * 31) >> (at % 7)) as u8).collect::<Vec<u8>>());
    source.mkdir("other");
    let live = Live::start(&home, &sync("one", source.path(), &server.url(), "delete = true", ""));
    live.up();
    live.settle("one", &source);
    wait_for("the log of the first pass", LONG, || (received(&server) > LARGE as u64).then_some(()));
    for (from, to) in [("dir/before.iso", "dir/after.iso"), ("dir/after.iso", "other/after.iso")] {
        let before = received(&server);
        source.rename(from, to);
        live.settle("one", &source);
        assert_equal(source.path(), server.module().to_str().unwrap(), &["-a"]);
        let lines = |text: &str| server.log().lines().filter(|line| line.contains(text)).count();
        wait_for("the last line of the log", LONG, || (lines("rsync to ") <= lines("total size ")).then_some(()));
        let passed = received(&server) - before;
        assert!(passed > 0 && passed <= (LARGE / 100) as u64, "{from} to {to}: {passed} bytes");
        assert!(!server.module().join(from).exists());
    }
}

#[test]
fn a_renamed_folder_passes_a_hundredth_of_its_bytes_at_most_over_ssh() {
    let (home, source, sshd) = (Home::new(), Tree::new(), Sshd::start(&SshdOptions::default()));
    fill(&source, "before", FILES);
    let wire = Wire::to(sshd.port);
    let key = fs::read_to_string(sshd.at("keys/host.pub")).unwrap();
    fs::write(sshd.at("known_hosts"), format!("[127.0.0.1]:{} {key}", wire.port)).unwrap();
    let config = sync_over_ssh("one", source.path(), &sshd, "copy", "");
    let through = config.replace(&format!("port = {}\n", sshd.port), &format!("port = {}\n", wire.port));
    assert_ne!(config, through);
    let live = Live::start(&home, &through);
    live.up();
    live.settle("one", &source);
    let before = wire.passed();
    assert!(before > (FILES * SIZE) as u64, "{before} bytes");
    source.rename("before", "after");
    live.settle("one", &source);
    let passed = wire.passed() - before;
    assert!(passed > 0 && passed <= HUNDREDTH, "{passed} bytes");
    let copy = sshd.there().join("copy");
    assert_equal(source.path(), copy.to_str().unwrap(), &["-a"]);
    assert!(!copy.join("before").exists() && copy.join("after/file 7").exists());
}

/// The files of a folder, as the file system knows them.
fn inodes(dir: &Path) -> Vec<u64> {
    use std::os::unix::fs::MetadataExt;
    let mut all: Vec<u64> = fs::read_dir(dir).unwrap().flatten().map(|e| e.metadata().unwrap().ino()).collect();
    all.sort_unstable();
    all
}

#[test]
fn in_a_folder_the_very_same_files_stand_under_the_new_name() {
    let (home, source, target) = (Home::new(), Tree::new(), Tree::new());
    fill(&source, "before", 5);
    let live = Live::start(&home, &sync("one", source.path(), &target.word(), "delete = true", ""));
    live.up();
    live.settle("one", &source);
    let before = inodes(&target.at("before"));
    source.mkdir("deeper");
    live.settle("one", &source);
    source.rename("before", "deeper/after");
    live.settle("one", &source);
    assert_equal(source.path(), &target.word(), &["-a"]);
    assert_eq!(inodes(&target.at("deeper/after")), before);
    assert!(!target.exists("before"));
}

#[test]
fn a_folder_copied_without_a_child_is_renamed_with_all_that_lies_in_it() {
    let (home, source, target) = (Home::new(), Tree::new(), Tree::new());
    fill(&source, "before", 5);
    source.write("before/x.keep", "left out");
    let config = sync_direct("one", source.path(), &target.word(), "exclude = [\"*.keep\"]", "");
    let live = Live::start(&home, &config);
    live.up();
    live.settle("one", &source);
    // What is left out stands at the target all the same, and goes along.
    target.write("before/y.keep", "the target's own");
    let before = inodes(&target.at("before"));
    source.rename("before", "after");
    live.settle("one", &source);
    assert_eq!(inodes(&target.at("after")), before);
    assert!(!target.exists("before") && target.exists("after/y.keep") && !target.exists("after/x.keep"));
    // Into another folder, and onto a name that something of the target's own has.
    source.mkdir("deeper");
    live.settle("one", &source);
    source.rename("after", "deeper/after");
    live.settle("one", &source);
    assert_eq!(inodes(&target.at("deeper/after")), before);
    // Excluded, it would keep its folder.
    fs::remove_file(target.at("deeper/after/y.keep")).unwrap();
    target.write("taken/stranger", "s");
    source.rename("deeper/after", "taken");
    live.settle("one", &source);
    assert_equal(source.path(), &target.word(), &["-a", "--exclude=*.keep"]);
    assert!(!live.log().contains("it is sent"), "{}", live.log());
}
