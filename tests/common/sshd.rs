//! An OpenSSH server of our own on 127.0.0.1, run by the user who runs the tests, ended by process id.
//!
//! Who comes in lands in a home of the server's own (not in the account's), by the one key that it knows. The account's
//! `~/.ssh` is neither read nor written: ssh is told so in its words.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{NAMESPACE, Tree, wait_for};

/// How the server is set up.
#[derive(Default)]
pub struct SshdOptions<'a> {
    /// More lines of its configuration (`MaxSessions 1`).
    pub lines: &'a [&'a str],
    /// What runs in a session before the command does, as a shell reads it (`PATH=/nothing`).
    pub before: &'a str,
    /// The program that reads the command; `sh` if empty.
    pub shell: &'a str,
}

/// A running server.
pub struct Sshd {
    child: Child,
    /// The port it listens on.
    pub port: u16,
    home: Tree,
}

impl Sshd {
    /// Starts it and waits until it answers.
    pub fn start(options: &SshdOptions<'_>) -> Sshd {
        let home = Tree::new();
        for dir in ["there", "keys"] {
            home.mkdir(dir);
        }
        for key in ["host", "user"] {
            keygen(&home.at(format!("keys/{key}")), "");
        }
        fs::copy(home.at("keys/user.pub"), home.at("authorized_keys")).unwrap();
        let shell = if options.shell.is_empty() { "sh" } else { options.shell };
        let there = home.at("there");
        let session = format!(
            "#!/bin/sh\ncd '{0}' || exit 1\nexport HOME='{0}'\n{1}\nexec {shell} -c \"$SSH_ORIGINAL_COMMAND\"\n",
            there.display(),
            options.before
        );
        home.write("session", session);
        home.chmod("session", 0o755);
        let mut tries = 0;
        loop {
            tries += 1;
            let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
            let mut lines = vec![
                format!("Port {port}"),
                "ListenAddress 127.0.0.1".to_owned(),
                format!("HostKey {}", home.at("keys/host").display()),
                format!("AuthorizedKeysFile {}", home.at("authorized_keys").display()),
                format!("ForceCommand {}", home.at("session").display()),
            ];
            let fixed = ["PidFile none", "UsePAM no", "StrictModes no", "PasswordAuthentication no", "PrintMotd no"];
            let more = ["KbdInteractiveAuthentication no", "LogLevel VERBOSE", "PermitRootLogin prohibit-password"];
            lines.extend(fixed.iter().chain(&more).chain(options.lines).map(|line| (*line).to_owned()));
            home.write("sshd_config", lines.join("\n") + "\n");
            // Newer servers shut out who fails too often; here that is the point.
            home.write("lenient", lines.join("\n") + "\nPerSourcePenalties no\n");
            if program().arg("-t").arg("-f").arg(home.at("lenient")).stderr(Stdio::null()).status().unwrap().success() {
                home.rename("lenient", "sshd_config");
            }
            let mut child = launch(&home);
            let answers = wait_for("the ssh server's answer", 40, || match child.try_wait().unwrap() {
                Some(_) => Some(false),
                None => greets(port).then_some(true),
            });
            if answers {
                let sshd = Sshd { child, port, home };
                sshd.know("keys/host.pub");
                return sshd;
            }
            // Somebody else took the port meanwhile.
            assert!(tries < 5, "sshd does not start: {}", log_of(&home));
        }
    }

    /// The home of who comes in, as it is on the disk.
    pub fn there(&self) -> PathBuf {
        self.home.at("there")
    }

    /// A file of the fixture: `keys/user`, `keys/host`, `authorized_keys`, `known_hosts`, `sshd_config`.
    pub fn at(&self, path: &str) -> PathBuf {
        self.home.at(path)
    }

    /// The known hosts are this public key, under the server's address.
    pub fn know(&self, public: &str) {
        let key = fs::read_to_string(self.at(public)).unwrap();
        self.home.write("known_hosts", format!("[127.0.0.1]:{} {key}", self.port));
    }

    /// Nobody is known.
    pub fn know_nobody(&self) {
        self.home.write("known_hosts", "");
    }

    /// Options of ssh (`-o`) that keep it away from the account's own files.
    pub fn options(&self) -> Vec<(&'static str, String)> {
        let known = self.at("known_hosts").display().to_string();
        [("UserKnownHostsFile", known), ("GlobalKnownHostsFile", "/dev/null".into()), ("IdentitiesOnly", "yes".into())]
            .into_iter()
            .chain([("IdentityAgent", "none".to_owned())])
            .collect()
    }

    /// The `[sync.ssh]` that reaches it with this key.
    pub fn toml_with(&self, key: &Path) -> String {
        let options: String = self.options().iter().map(|(name, value)| format!("{name} = \"{value}\"\n")).collect();
        format!(
            "[sync.ssh]\nport = {}\nidentityFile = \"{}\"\n_extra = [\"-F\", \"none\"]\n[sync.ssh.options]\n{options}",
            self.port,
            key.display()
        )
    }

    /// The same with the key that it knows.
    pub fn toml(&self) -> String {
        self.toml_with(&self.at("keys/user"))
    }

    /// Ends it and all connections; its port is free.
    pub fn stop(&mut self) {
        self.drop_connections();
        let _ = self.child.kill();
        self.child.wait().unwrap();
        self.drop_connections();
    }

    /// Starts it again after [`Sshd::stop`], at the same port.
    pub fn again(&mut self) {
        self.child = launch(&self.home);
        let (child, port) = (&mut self.child, self.port);
        wait_for("the ssh server's answer", 40, || {
            assert!(child.try_wait().unwrap().is_none(), "sshd does not start again");
            greets(port).then_some(())
        });
    }

    /// Cuts every connection; the server goes on.
    pub fn drop_connections(&self) {
        for pid in self.sessions() {
            // It may have ended meanwhile.
            let _ = kill_process(pid, Signal::KILL);
        }
    }

    /// Stops the server and its connections without a word, as a dead machine would.
    pub fn freeze(&self) {
        kill_process(Pid::from_child(&self.child), Signal::STOP).unwrap();
        self.freeze_connections();
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        for pid in self.sessions() {
            let _ = kill_process(pid, Signal::CONT);
        }
        kill_process(Pid::from_child(&self.child), Signal::CONT).unwrap();
    }

    /// From now on every connection of now says nothing more, as after a sleep in which the far side forgot it. The server goes on.
    pub fn freeze_connections(&self) {
        for pid in self.sessions() {
            // It may have ended meanwhile.
            let _ = kill_process(pid, Signal::STOP);
        }
    }

    /// How many connections were let in so far.
    pub fn accepted(&self) -> usize {
        self.log().matches("Accepted publickey").count()
    }

    /// What it has written to its log so far.
    pub fn log(&self) -> String {
        log_of(&self.home)
    }

    /// The processes of its connections, with what runs in them.
    fn sessions(&self) -> Vec<Pid> {
        let mut found = vec![Pid::from_child(&self.child)];
        let all = parents();
        let mut at = 0;
        while let Some(above) = found.get(at).copied() {
            found.extend(all.iter().filter(|(_, parent)| *parent == above).map(|(pid, _)| *pid));
            at += 1;
        }
        found.split_off(1)
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.drop_connections();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A key pair at `file` and `file.pub`; without a passphrase if that is empty.
pub fn keygen(file: &Path, passphrase: &str) {
    let mut make = Command::new("ssh-keygen");
    make.args(["-q", "-t", "ed25519", "-C", "test", "-N", passphrase, "-f"]).arg(file).stdin(Stdio::null());
    assert!(make.status().unwrap().success(), "ssh-keygen");
}

fn launch(home: &Tree) -> Child {
    if rustix::process::geteuid().is_root() && std::env::var_os(NAMESPACE).is_none() {
        fs::create_dir_all("/run/sshd").unwrap();
    }
    let mut command = program();
    command.args(["-D", "-E"]).arg(home.at("log")).arg("-f").arg(home.at("sshd_config"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).spawn().unwrap()
}

/// A call by an ordinary user with a shell, where a test's own namespace calls us root: the one who we are, if that is one.
pub fn plain_user() -> Command {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap();
    let us = map.split_ascii_whitespace().nth(1).unwrap().to_owned();
    let accounts = fs::read_to_string("/etc/passwd").unwrap();
    let users = accounts.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let with_a_shell = users.filter(|user| user.len() == 7 && user[6].ends_with("sh") && user[2] != "0");
    let found = with_a_shell.min_by_key(|user| user[2] != us).unwrap_or_else(|| panic!("no ordinary user"));
    let mut command = Command::new("unshare");
    command.args(["--user", &format!("--map-user={}", found[2]), &format!("--map-group={}", found[3]), "--"]);
    command
}

/// It starts itself anew for each connection, and wants its whole path for that.
fn program() -> Command {
    let dirs = std::env::var("PATH").unwrap_or_default();
    let found = dirs.split(':').chain(["/usr/sbin", "/usr/local/sbin"]).map(|dir| Path::new(dir).join("sshd"));
    let found = found.into_iter().find(|file| file.exists());
    let found = found.unwrap_or_else(|| panic!("openssh-server is not installed"));
    if std::env::var_os(NAMESPACE).is_none() {
        return Command::new(found);
    }
    // Called root there, it would want to become somebody, and may not.
    let mut command = plain_user();
    command.arg(found);
    command
}

fn greets(port: u16) -> bool {
    use std::io::Read;
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    stream.set_read_timeout(Some(std::time::Duration::from_secs(2))).unwrap();
    let mut greeting = [0; 4];
    stream.read_exact(&mut greeting).is_ok() && &greeting == b"SSH-"
}

fn log_of(home: &Tree) -> String {
    String::from_utf8_lossy(&home.read("log").unwrap_or_default()).into_owned()
}

/// Every process of this machine with its parent.
fn parents() -> Vec<(Pid, Pid)> {
    let number = |text: &str| text.parse().ok().and_then(Pid::from_raw);
    let of = |entry: fs::DirEntry| {
        let pid = number(entry.file_name().to_str()?)?;
        let stat = fs::read(entry.path().join("stat")).ok()?;
        let close = stat.iter().rposition(|byte| *byte == b')')?;
        let rest = std::str::from_utf8(stat.get(close + 1..)?).ok()?;
        Some((pid, number(rest.split_ascii_whitespace().nth(1)?)?))
    };
    fs::read_dir("/proc").unwrap().flatten().filter_map(of).collect()
}
