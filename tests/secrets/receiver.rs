//! `driftlessd receive`: a real rsync pushes into it; whoever has no password does not; it ends with its parent.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{Tree, assert_equal, wait_for};
use crate::session::first_line;

struct Receiving {
    child: Child,
    target: String,
}

impl Receiving {
    /// `driftlessd receive` with these words, below this home.
    fn start(home: &Tree, words: &[&str]) -> Receiving {
        let mut child = command(home, words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let target = first_line(&mut child);
        assert!(target.starts_with("rsync://"), "{target}");
        Receiving { child, target }
    }

    fn port(&self) -> u16 {
        self.target.rsplit_once(':').unwrap().1.split_once('/').unwrap().0.parse().unwrap()
    }

    fn signal(&mut self, signal: Signal) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.signal(Signal::TERM);
        }
    }
}

fn command(home: &Tree, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_driftlessd"));
    command.arg("receive").args(words).env("DRIFTLESS_HOME", home.at("home")).stdin(Stdio::null());
    command
}

fn refused(home: &Tree, words: &[&str]) -> String {
    let output = command(home, words).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
    assert!(output.stdout.is_empty(), "no target is named");
    said
}

/// The one directory that the receiver keeps.
fn kept(home: &Tree) -> PathBuf {
    fs::read_dir(home.at("home/state/receiver")).unwrap().next().unwrap().unwrap().path()
}

fn push(source: &Path, target: &str, password: &Path) -> Output {
    Command::new("rsync")
        .arg("-a")
        .arg(format!("--password-file={}", password.display()))
        .arg(format!("{}/", source.display()))
        .arg(format!("{target}/"))
        .env_remove("RSYNC_PASSWORD")
        .output()
        .unwrap()
}

fn source() -> Tree {
    let source = Tree::new();
    source.write("a file", "one");
    source.mkdir("below");
    source.write("below/-x", "two");
    source
}

#[test]
fn who_has_the_password_writes_and_who_has_not_does_not() {
    let (home, source) = (Tree::new(), source());
    // Percent signs, blanks and backslashes all mean something in rsyncd.conf.
    let dir = home.at("100%USER% [x] # \\ ");
    let receiving = Receiving::start(&home, &[dir.to_str().unwrap()]);
    let kept = kept(&home);
    let sent = push(source.path(), &receiving.target, &kept.join("password"));
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    assert_equal(source.path(), dir.to_str().unwrap(), &["-a"]);

    let wrong = home.at("wrong");
    fs::write(&wrong, "not the password\n").unwrap();
    fs::set_permissions(&wrong, fs::Permissions::from_mode(0o600)).unwrap();
    source.write("secretly", "three");
    let refused = push(source.path(), &receiving.target, &wrong);
    assert_eq!(refused.status.code(), Some(5));
    assert!(!dir.join("secretly").exists());

    for name in ["password", "secrets", "rsyncd.conf"] {
        assert_eq!(fs::metadata(kept.join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_link_out_of_the_folder_leads_nowhere() {
    let (home, source) = (Tree::new(), Tree::new());
    let outside = home.at("outside");
    fs::create_dir(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, source.at("way")).unwrap();
    let dir = home.at("in");
    let receiving = Receiving::start(&home, &[dir.to_str().unwrap()]);
    let password = kept(&home).join("password");
    assert!(push(source.path(), &receiving.target, &password).status.success());
    let sub = Tree::new();
    sub.write("escaped", "x");
    push(sub.path(), &format!("{}/way", receiving.target), &password);
    assert!(!outside.join("escaped").exists());
}

#[test]
fn the_password_stays_and_the_daemon_ends_with_a_signal() {
    let home = Tree::new();
    let dir = home.at("in");
    let words = [dir.to_str().unwrap(), "--user", "anna", "--module", "photos"];
    let mut first = Receiving::start(&home, &words);
    assert!(first.target.starts_with("rsync://anna@127.0.0.1:") && first.target.ends_with("/photos"));
    let password = fs::read(kept(&home).join("password")).unwrap();
    let port = first.port();
    assert!(refused(&home, &words).contains("Another receiver"));
    assert_eq!(first.signal(Signal::INT), Some(0));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    let mut second = Receiving::start(&home, &words);
    assert_eq!(fs::read(kept(&home).join("password")).unwrap(), password);
    assert_eq!(second.signal(Signal::TERM), Some(0));
}

#[test]
fn the_daemon_goes_when_its_parent_is_killed() {
    let home = Tree::new();
    let mut receiving = Receiving::start(&home, &[home.at("in").to_str().unwrap()]);
    let port = receiving.port();
    receiving.signal(Signal::KILL);
    wait_for("the daemon's end", 10, || TcpStream::connect(("127.0.0.1", port)).is_err().then_some(()));
}

#[test]
fn what_cannot_be_received_into_is_refused_with_a_reason() {
    let home = Tree::new();
    assert!(refused(&home, &["/"]).contains("whole file system"));
    home.write("file", "");
    assert!(refused(&home, &[home.at("file").to_str().unwrap()]).contains("cannot be received into"));
    assert!(refused(&home, &[home.at("a\nb").to_str().unwrap()]).contains("control character"));
    assert!(!home.at("a\nb").exists());
    assert!(
        refused(&home, &[home.at("in").to_str().unwrap(), "--module", "a]\nuid = root"]).contains("cannot be the name")
    );
    assert!(refused(&home, &[home.at("home").to_str().unwrap()]).contains("own files"));
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert!(refused(&home, &[home.at("in").to_str().unwrap(), "--port", &port]).contains("taken"));
    assert!(refused(&home, &[home.at("in").to_str().unwrap(), "--rsync", "/no/rsync"]).contains("Install rsync"));
    if !rustix::process::geteuid().is_root() {
        home.mkdir("closed");
        home.chmod("closed", 0o500);
        assert!(refused(&home, &[home.at("closed").to_str().unwrap()]).contains("cannot write"));
    }
}
