//! A home of its own and a running `driftlessd` for each test, and the certain end of both.
//!
//! Nothing of the person who runs the tests is read or written: every XDG directory lies in the home. Whatever carries
//! this home in its environment is ended by process id when the home goes, also after a panic.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, set_child_subreaper, waitpid};
use serde_json::Value;

use crate::common::{Rsyncd, RsyncdOptions, Tree, differences, wait_for};

/// Longer than any machine needs, shorter than a person waits.
pub const LONG: u64 = 40;

/// Where `driftlessd` keeps its things.
pub struct Home {
    tree: Tree,
}

impl Home {
    pub fn new() -> Home {
        let tree = Tree::new();
        tree.mkdir("run");
        tree.chmod("run", 0o700);
        Home { tree }
    }

    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.tree.at(path)
    }

    /// A path in it as a word.
    pub fn word(&self, path: &str) -> String {
        self.at(path).to_str().unwrap().to_owned()
    }

    /// `driftlessd` with these words, in this home.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_driftlessd"));
        command.args(words).current_dir(self.tree.path()).stdin(Stdio::null()).env("HOME", self.tree.path());
        for (name, dir) in [("RUNTIME_DIR", "run"), ("CONFIG_HOME", "config"), ("STATE_HOME", "state")] {
            command.env(format!("XDG_{name}"), self.at(dir));
        }
        command.env("XDG_DATA_HOME", self.at("data")).env("XDG_CACHE_HOME", self.at("cache"));
        for name in ["DRIFTLESS_HOME", "RSYNC_PASSWORD", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "JOURNAL_STREAM"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs it to its end.
    pub fn driftlessd(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs it to its end, which must be this exit code; what it said on stdout.
    pub fn says(&self, words: &[&str], code: i32) -> String {
        let output = self.driftlessd(words);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{words:?}: {out}{err}");
        out.into_owned()
    }

    /// Starts it in the foreground and waits until it is up.
    pub fn start(&self, words: &[&str]) -> Daemon<'_> {
        self.start_with(self.command(words))
    }

    /// The same with a command made ready.
    pub fn start_with(&self, mut command: Command) -> Daemon<'_> {
        let out = self.at("console");
        let file = File::options().create(true).append(true).open(&out).unwrap();
        let mut child = command.arg("-nodaemon").stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
        let pid = child.id();
        wait_for("driftlessd to be up", LONG, || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!("driftlessd ended with {status}: {}", text(&out));
            }
            self.status().filter(|status| status["pid"] == pid)
        });
        Daemon { home: self, child, out }
    }

    /// Starts it in the background, which must go well; its process id. Its exit code can be waited for.
    pub fn daemonise(&self, words: &[&str]) -> Pid {
        // The process in the background becomes ours when the one that we called goes.
        set_child_subreaper(Some(rustix::process::getpid())).unwrap();
        self.says(words, 0);
        let status = self.status().expect("it is up when the call returns");
        Pid::from_raw(i32::try_from(status["pid"].as_i64().unwrap()).unwrap()).unwrap()
    }

    /// What the control socket of the one instance answers.
    pub fn status(&self) -> Option<Value> {
        let entries = fs::read_dir(self.at("run/driftless")).ok()?;
        let socket = entries.flatten().map(|e| e.path()).find(|p| p.extension().is_some_and(|e| e == "sock"))?;
        let mut stream = UnixStream::connect(socket).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(b"{\"v\":1,\"ask\":{\"do\":\"status\"}}\n").ok()?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).ok()?;
        let mut answer: Value = serde_json::from_str(&line).ok()?;
        Some(answer["answer"]["status"].take()).filter(Value::is_object)
    }

    /// What it says of its syncs, in the order of the configuration.
    pub fn syncs(&self) -> Vec<Value> {
        let status = self.status().and_then(|mut s| Some(s["status"]["syncs"].as_array_mut()?.split_off(0)));
        status.unwrap_or_default()
    }

    /// Waits until every sync has ended its first pass.
    pub fn wait_for_first_pass(&self) {
        wait_for("the first pass", LONG, || {
            let syncs = self.syncs();
            (!syncs.is_empty() && syncs.iter().all(|s| s["last_pass_ms"].is_i64())).then_some(())
        });
    }

    /// Processes that were started in this home and are still there.
    pub fn processes(&self) -> Vec<Pid> {
        let mark = [b"HOME=", self.tree.path().as_os_str().as_bytes()].concat();
        let ours = |pid: &Pid| {
            let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environ.split(|b| *b == 0).any(|one| one == mark)
        };
        processes().filter(ours).collect()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        for pid in self.processes() {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

/// All processes of this machine.
pub fn processes() -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
}

/// Waits for the end of a process from [`Home::daemonise`]; its exit code.
pub fn exit_code(pid: Pid) -> Option<i32> {
    wait_for("the end of the process", LONG, || waitpid(Some(pid), WaitOptions::NOHANG).unwrap()).1.exit_status()
}

/// A running `driftlessd` in the foreground; killed when dropped.
pub struct Daemon<'h> {
    home: &'h Home,
    child: Child,
    out: PathBuf,
}

impl Daemon<'_> {
    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Everything that it wrote to the console so far.
    pub fn log(&self) -> String {
        text(&self.out)
    }

    /// So many lines of the log have this in them.
    pub fn count(&self, what: &str) -> usize {
        self.log().lines().filter(|line| line.contains(what)).count()
    }

    /// How many full passes were begun.
    pub fn passes(&self) -> usize {
        self.count(": recursive startup rsync: ") + self.count(": recursive full rsync: ")
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Ends it as a service manager does; it must go in good order and leave nothing behind.
    pub fn end(mut self) {
        self.signal(Signal::TERM);
        let status = wait_for("the end after TERM", LONG, || self.child.try_wait().unwrap());
        assert_eq!(status.code(), Some(143), "{}", self.log());
        let left = self.home.processes();
        assert!(left.is_empty(), "still there: {left:?}");
    }
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- driftlessd said:\n{}---", self.log());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A file as text; empty if it is not there.
pub fn text(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}

/// One sync from a folder to a module without a password, with hardly any delay.
pub struct World {
    pub home: Home,
    pub source: Tree,
    pub server: Rsyncd,
}

impl World {
    pub fn new() -> World {
        World::with(&RsyncdOptions::default())
    }

    pub fn with(server: &RsyncdOptions<'_>) -> World {
        World { home: Home::new(), source: Tree::new(), server: Rsyncd::start(server) }
    }

    /// Writes a configuration: more words in `settings`, `sync` and `rsync`. Its path.
    pub fn configure(&self, settings: &str, sync: &str, rsync: &str) -> String {
        let text = format!(
            "settings {{ statusInterval = 1, {settings} }}\n\
             sync {{ default.rsync, source = \"{}\", target = \"{}\", delay = 0.1,\n  {sync}\n  \
             rsync = {{ archive = true, {rsync} }} }}\n",
            self.source.word(),
            self.server.url(),
        );
        self.home.tree().write("lsyncd.conf", text);
        self.home.word("lsyncd.conf")
    }

    /// Starts with such a configuration and waits for the end of the first pass.
    pub fn start(&self, settings: &str, sync: &str, rsync: &str) -> Daemon<'_> {
        let daemon = self.home.start(&["-log", "Exec", &self.configure(settings, sync, rsync)]);
        self.home.wait_for_first_pass();
        daemon
    }

    /// True if the module has this, whatever it is.
    pub fn arrived(&self, path: impl AsRef<Path>) -> bool {
        fs::symlink_metadata(self.server.module().join(path)).is_ok()
    }

    /// Waits until the module is equal to the source; panics with what is different.
    pub fn settle(&self) {
        settle(&self.source, &self.server.url(), &["-a"], || ());
    }
}

/// Waits until a target is equal to the source by these words; does `meanwhile` now and then.
pub fn settle(source: &Tree, target: &str, words: &[&str], mut meanwhile: impl FnMut()) {
    let end = Instant::now() + Duration::from_secs(LONG);
    for turn in 1.. {
        let found = differences(source.path(), target, words);
        if found.is_empty() {
            return;
        }
        assert!(Instant::now() < end, "{target} does not become equal:\n{}", found.join("\n"));
        if turn % 4 == 0 {
            meanwhile();
        }
        std::thread::sleep(Duration::from_millis(150));
    }
}
