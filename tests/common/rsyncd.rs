//! An rsync daemon of our own on 127.0.0.1, ended by its process id.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::{Tree, wait_for};

/// Set in tests that run in namespaces of their own.
pub const NAMESPACE: &str = "DRIFTLESS_TEST_NAMESPACE";

/// How the daemon is set up. The default: one writable module `mod`, no password, no chroot.
#[derive(Default)]
pub struct RsyncdOptions<'a> {
    /// User and password that the module asks for.
    pub user: Option<(&'a str, &'a str)>,
    /// More lines of the configuration, above the module (`max connections = 1`).
    pub global: &'a [&'a str],
    /// More lines of the module (`munge symlinks = no`).
    pub module: &'a [&'a str],
}

/// A running daemon.
pub struct Rsyncd {
    child: Child,
    /// The port it listens on.
    pub port: u16,
    home: Tree,
    user: Option<String>,
    name: String,
}

impl Rsyncd {
    /// Starts it and waits until it answers.
    pub fn start(options: &RsyncdOptions<'_>) -> Rsyncd {
        Rsyncd::with_conf("mod", options.user, |home| usual_conf(home, options))
    }

    /// The same with a whole rsyncd.conf of its own, whose module is called `name` and serves `module` in the directory
    /// that `conf` is given; there are `secrets` and `password`, if there is a user with a password.
    pub fn with_conf(name: &str, user: Option<(&str, &str)>, conf: impl Fn(&Tree) -> String) -> Rsyncd {
        let home = Tree::new();
        home.mkdir("module");
        if let Some((user, password)) = user {
            home.write("secrets", format!("{user}:{password}\n"));
            home.write("password", format!("{password}\n"));
            home.chmod("secrets", 0o600);
            home.chmod("password", 0o600);
        }
        home.write("rsyncd.conf", conf(&home));
        let mut tries = 0;
        loop {
            tries += 1;
            let port = free_port();
            let mut child = launch(&home, port);
            let answers = wait_for("the daemon's answer", 20, || match child.try_wait().unwrap() {
                Some(_) => Some(false),
                None => greets(port).then_some(true),
            });
            if answers {
                let user = user.map(|(user, _)| user.to_owned());
                return Rsyncd { child, port, home, user, name: name.to_owned() };
            }
            // Somebody else took the port meanwhile.
            assert!(tries < 5, "the daemon does not start: {}", String::from_utf8_lossy(&log_of(&home)));
        }
    }

    /// What the module holds, as it is on the disk.
    pub fn module(&self) -> PathBuf {
        self.home.at("module")
    }

    /// `rsync://USER@127.0.0.1:PORT/MODULE`.
    pub fn url(&self) -> String {
        let user = self.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
        format!("rsync://{user}127.0.0.1:{}/{}", self.port, self.name)
    }

    /// A file with the password, for commands of the tests.
    pub fn password_file(&self) -> PathBuf {
        self.home.at("password")
    }

    /// What the daemon has written to its log so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&log_of(&self.home)).into_owned()
    }

    /// Its rsyncd.conf, which is read anew for each connection.
    pub fn conf(&self) -> PathBuf {
        self.home.at("rsyncd.conf")
    }

    /// Ends it; its port is free.
    pub fn stop(&mut self) {
        let _ = kill_process_group(self.pid(), Signal::KILL);
        self.child.wait().unwrap();
    }

    /// Starts it again after [`Rsyncd::stop`], at the same port.
    pub fn again(&mut self) {
        self.child = launch(&self.home, self.port);
        wait_for("the daemon's answer", 20, || greets(self.port).then_some(()));
    }

    /// Stops the daemon and its connections without a word, as a dead machine would.
    pub fn freeze(&self) {
        kill_process_group(self.pid(), Signal::STOP).unwrap();
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        kill_process_group(self.pid(), Signal::CONT).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Rsyncd {
    fn drop(&mut self) {
        let _ = kill_process_group(self.pid(), Signal::KILL);
        let _ = self.child.wait();
    }
}

fn usual_conf(home: &Tree, options: &RsyncdOptions<'_>) -> String {
    let mut lines = vec![
        "use chroot = no".to_owned(),
        format!("log file = {}", home.at("log").display()),
        format!("lock file = {}", home.at("lock").display()),
    ];
    lines.extend(options.global.iter().map(|line| (*line).to_owned()));
    lines.push("[mod]".to_owned());
    lines.push(format!("path = {}", home.at("module").display()));
    lines.push("read only = no".to_owned());
    if rustix::process::geteuid().is_root() && std::env::var_os(NAMESPACE).is_none() {
        // Else it would become nobody and could not write what we made.
        lines.extend(["uid = 0".to_owned(), "gid = 0".to_owned()]);
    }
    if let Some((user, _)) = options.user {
        lines.push(format!("auth users = {user}"));
        lines.push(format!("secrets file = {}", home.at("secrets").display()));
    }
    lines.extend(options.module.iter().map(|line| (*line).to_owned()));
    lines.join("\n") + "\n"
}

fn launch(home: &Tree, port: u16) -> Child {
    // In a namespace of a test's own we are called root, which may not become anybody there: the daemon would try to.
    let mut command = if std::env::var_os(NAMESPACE).is_some() {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-user=1", "--map-group=1", "--", "rsync"]);
        command
    } else {
        Command::new("rsync")
    };
    command
        .args(["--daemon", "--no-detach", "--address=127.0.0.1"])
        .arg(format!("--port={port}"))
        .arg(format!("--config={}", home.at("rsyncd.conf").display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap()
}

fn log_of(home: &Tree) -> Vec<u8> {
    home.read("log").unwrap_or_default()
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn greets(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    let mut greeting = [0; 8];
    stream.read_exact(&mut greeting).is_ok() && &greeting == b"@RSYNCD:"
}
