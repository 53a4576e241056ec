//! Disks that come and go: a real file system on a loop device, mounted here and there, in a mount namespace of the test's own.
//!
//! That needs root. The links from a UUID to its device, which udev makes, are made by the test in a `/dev` of its own, so that it
//! also runs where there is no udev.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use driftless_core::view::{Health, Phase};

use crate::common::{NAMESPACE, Tree, assert_equal, wait_for};
use crate::live::{Live, sync};
use crate::support::{Home, LONG};

const UUID: &str = "8a1f63f2-7c1e-4a57-9d0c-0d5c2b1e7a11";
const OTHER: &str = "8a1f63f2-7c1e-4a57-9d0c-0d5c2b1e7a22";

/// Runs the test of this name again in a mount namespace with a `/dev` of its own; true inside it.
fn inside(name: &str) -> bool {
    if std::env::var_os(NAMESPACE).is_some() {
        return true;
    }
    let status = Command::new("unshare")
        .args(["--mount", "--propagation=private", "--"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("disks::{name}"), "--nocapture"])
        .env(NAMESPACE, "1")
        .status()
        .unwrap();
    assert!(status.success());
    false
}

fn run(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output().unwrap();
    assert!(output.status.success(), "{program} {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A `/dev` that hides the machine's, in this namespace only: the few devices that programs want, these disks, and
/// `disk/by-uuid`, which is empty. Nothing of the machine's own is bound below a folder that a test removes.
fn own_dev(tree: &Tree, disks: &[&Disk]) {
    tree.mkdir("dev");
    let dev = tree.at("dev");
    let node = |path: &str, kind: &str, major: u32, minor: u32| {
        let at = dev.join(path.trim_start_matches("/dev/"));
        run("mknod", &["-m", "666", at.to_str().unwrap(), kind, &major.to_string(), &minor.to_string()]);
    };
    run("mount", &["-t", "tmpfs", "none", dev.to_str().unwrap()]);
    for (name, minor) in [("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)] {
        node(name, "c", 1, minor);
    }
    for disk in disks {
        node(&disk.device, "b", rustix::fs::major(disk.number), rustix::fs::minor(disk.number));
    }
    symlink("/proc/self/fd", dev.join("fd")).unwrap();
    fs::create_dir_all(dev.join("disk/by-uuid")).unwrap();
    run("mount", &["--bind", dev.to_str().unwrap(), "/dev"]);
}

/// A disk in a file, with a file system of this UUID.
struct Disk {
    device: String,
    number: u64,
    uuid: &'static str,
    at: Option<PathBuf>,
}

impl Disk {
    fn new(tree: &Tree, uuid: &'static str) -> Disk {
        let image = tree.at(uuid);
        fs::File::create(&image).unwrap().set_len(16 << 20).unwrap();
        let image = image.to_str().unwrap();
        run("mkfs.ext4", &["-q", "-F", "-U", uuid, image]);
        let device = run("losetup", &["--find", "--show", image]);
        let number = fs::metadata(&device).unwrap().rdev();
        Disk { device, number, uuid, at: None }
    }

    /// As when it is plugged in and mounted.
    fn mount(&mut self, at: PathBuf) {
        let link = Path::new("/dev/disk/by-uuid").join(self.uuid);
        symlink(&self.device, link).unwrap();
        fs::create_dir_all(&at).unwrap();
        run("mount", &["-t", "ext4", &self.device, at.to_str().unwrap()]);
        self.at = Some(at);
    }

    /// As when it is unmounted and unplugged. A run that begins just now is waited for.
    fn unmount(&mut self) {
        let Some(at) = self.at.take() else { return };
        wait_for("nobody to use the disk", LONG, || {
            Command::new("umount").arg(&at).output().unwrap().status.success().then_some(())
        });
        fs::remove_file(Path::new("/dev/disk/by-uuid").join(self.uuid)).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Some(at) = &self.at {
            let _ = Command::new("umount").arg("--lazy").arg(at).status();
        }
        let _ = Command::new("losetup").args(["--detach", &self.device]).status();
    }
}

/// Waits until each of these is away; none may say that anything is wrong.
fn all_away(live: &Live<'_>, names: &[&str]) {
    for name in names {
        wait_for("the disk to be away", LONG, || (live.sync(name).phase == Phase::Away).then_some(()));
        let sync = live.sync(name);
        assert!(sync.problem.is_none() && sync.health < Health::Attention, "{sync:#?}");
        assert_eq!(sync.away.unwrap().uuid.as_deref(), Some(UUID));
    }
}

#[test]
fn root_a_disk_is_waited_for_and_recognised_by_its_file_system_wherever_it_is_mounted() {
    if !inside("root_a_disk_is_waited_for_and_recognised_by_its_file_system_wherever_it_is_mounted") {
        return;
    }
    let (tree, photos, notes) = (Tree::new(), Tree::new(), Tree::new());
    let mut disk = Disk::new(&tree, UUID);
    own_dev(&tree, &[&disk]);
    // What is on it before the start, put there as if on another machine.
    disk.mount(tree.at("elsewhere"));
    for dir in ["photos", "copy"] {
        tree.mkdir(format!("elsewhere/{dir}"));
    }
    tree.write("elsewhere/photos/one", "1");
    disk.unmount();
    photos.write("from last time", "kept while the disk is away");
    notes.write("first", "1");

    // The configuration names a place where it never is.
    let stick = tree.at("media/stick");
    fs::create_dir_all(&stick).unwrap();
    let (from, to) = (stick.join("photos"), stick.join("copy"));
    let config = sync("out", &from, &photos.word(), "", "")
        + &format!("sourceDisk = \"UUID={UUID}/photos\"\n")
        + &sync("in", notes.path(), to.to_str().unwrap(), "", "")
        + &format!("targetDisk = \"UUID={UUID}/copy\"\n");
    let home = Home::new();
    let live = Live::start(&home, &config);
    all_away(&live, &["out", "in"]);
    assert!(photos.exists("from last time"));
    home.says(&["status"], 0);

    disk.mount(tree.at("media/other name"));
    let at = |path: &str| tree.at("media/other name").join(path);
    wait_for("the first passes", LONG, || (photos.exists("one") && at("copy/first").exists()).then_some(()));
    wait_for("what is not on the disk to go", LONG, || (!photos.exists("from last time")).then_some(()));
    fs::write(at("photos/two"), "2").unwrap();
    notes.write("second", "2");
    wait_for("live changes", LONG, || (photos.exists("two") && at("copy/second").exists()).then_some(()));

    disk.unmount();
    notes.write("third", "while it was away");
    all_away(&live, &["out", "in"]);
    assert!(photos.exists("one") && photos.exists("two"), "nothing goes because the disk is away");
    assert_eq!(fs::read_dir(&stick).unwrap().count(), 0, "no bare mount point is filled");
    assert_eq!(fs::read_dir(tree.at("media/other name")).unwrap().count(), 0);

    // At a third place, and another file system number than before is no other disk.
    disk.mount(tree.at("run/again"));
    let again = tree.at("run/again");
    wait_for("what waited", LONG, || again.join("copy/third").exists().then_some(()));
    fs::remove_file(again.join("photos/one")).unwrap();
    fs::write(again.join("photos/three"), "3").unwrap();
    wait_for("live changes again", LONG, || (photos.exists("three") && !photos.exists("one")).then_some(()));
    live.settle("in", &notes);
    assert_equal(notes.path(), again.join("copy").to_str().unwrap(), &["-lptgoD"]);
    assert_equal(&again.join("photos"), &photos.word(), &["-lptgoD"]);
    assert!(live.sync("out").problem.is_none() && live.sync("in").problem.is_none());
    live.end();
}

#[test]
fn root_what_was_mounted_is_the_same_when_it_is_mounted_again_and_another_disk_is_not() {
    if !inside("root_what_was_mounted_is_the_same_when_it_is_mounted_again_and_another_disk_is_not") {
        return;
    }
    let (tree, copy, notes) = (Tree::new(), Tree::new(), Tree::new());
    let (mut disk, mut other) = (Disk::new(&tree, UUID), Disk::new(&tree, OTHER));
    own_dev(&tree, &[&disk, &other]);
    let point = || tree.at("point");
    disk.mount(point());
    for dir in ["source", "target"] {
        tree.mkdir(format!("point/{dir}"));
    }
    tree.write("point/source/file", "1");
    notes.write("note", "1");
    // Neither names its disk.
    let (from, to) = (point().join("source"), point().join("target"));
    let config = sync("out", &from, &copy.word(), "", "") + &sync("in", notes.path(), to.to_str().unwrap(), "", "");
    let home = Home::new();
    let live = Live::start(&home, &config);
    live.up();
    disk.unmount();
    notes.write("later", "2");
    live.problem("out", "source-gone");
    live.problem("in", "target-gone");
    // Another disk with folders of the same names, made in the same order: the same inode numbers.
    other.mount(point());
    for dir in ["source", "target"] {
        tree.mkdir(format!("point/{dir}"));
    }
    tree.write("point/source/stranger", "x");
    live.problem("out", "source-replaced");
    live.problem("in", "target-replaced");
    assert!(copy.exists("file") && !copy.exists("stranger") && !tree.exists("point/target/note"));
    other.unmount();
    // Somebody else has the number of its mount now.
    tree.mkdir("taken");
    run("mount", &["-t", "tmpfs", "none", tree.at("taken").to_str().unwrap()]);
    // Mounted again, each goes on by itself.
    disk.mount(point());
    tree.write("point/source/more", "2");
    wait_for("the source to go on", LONG, || copy.exists("more").then_some(()));
    wait_for("the target to go on", LONG, || tree.exists("point/target/later").then_some(()));
    for name in ["out", "in"] {
        wait_for("the end of the problem", LONG, || live.sync(name).problem.is_none().then_some(()));
    }
    assert!(copy.exists("file") && tree.exists("point/target/note"));
    live.end();
}

#[test]
fn root_a_disk_that_was_found_by_its_place_is_known_after_a_restart_and_no_other_is_taken_for_it() {
    if !inside("root_a_disk_that_was_found_by_its_place_is_known_after_a_restart_and_no_other_is_taken_for_it") {
        return;
    }
    let (tree, notes) = (Tree::new(), Tree::new());
    let (mut disk, mut other) = (Disk::new(&tree, UUID), Disk::new(&tree, OTHER));
    own_dev(&tree, &[&disk, &other]);
    let point = || tree.at("point");
    notes.write("note", "1");
    let to = point().join("copy");
    let config = sync("in", notes.path(), to.to_str().unwrap(), "", "") + "targetDisk = \"auto\"\n";
    let home = Home::new();
    let live = Live::start(&home, &config);
    // Never seen: nobody knows which disk it will be, and the bare place is not taken for it.
    wait_for("the disk to be away", LONG, || (live.sync("in").phase == Phase::Away).then_some(()));
    assert!(!to.exists());
    disk.mount(point());
    fs::create_dir(&to).unwrap();
    wait_for("the first pass", LONG, || to.join("note").exists().then_some(()));
    live.settle("in", &notes);
    live.end();
    disk.unmount();

    other.mount(point());
    tree.write("point/copy/precious", "somebody else's");
    notes.write("later", "2");
    let live = Live::start(&home, &config);
    wait_for("the disk to be away", LONG, || (live.sync("in").phase == Phase::Away).then_some(()));
    assert!(to.join("precious").exists() && !to.join("later").exists() && !to.join("note").exists());
    other.unmount();
    assert_eq!(fs::read_dir(point()).unwrap().count(), 0);
    disk.mount(point());
    live.settle("in", &notes);
    assert!(to.join("later").exists() && live.sync("in").problem.is_none());
    live.end();
}
