//! A fresh home for each test, and the daemons that were started in it: ended with it, by process id.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Everything a test needs lies below it.
pub struct Home {
    dir: TempDir,
    pids: std::cell::RefCell<Vec<i32>>,
}

impl Home {
    pub fn new() -> Home {
        let dir = tempfile::tempdir().unwrap();
        for name in ["src", "dst", "work"] {
            std::fs::create_dir(dir.path().join(name)).unwrap();
        }
        Home { dir, pids: std::cell::RefCell::default() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        std::fs::canonicalize(self.dir.path()).unwrap().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.text(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// A configuration of one sync, with more lines of `[settings]`.
    pub fn config(&self, settings: &str) -> String {
        let (source, target) = (self.text("src"), self.text("dst"));
        self.write(
            "work/c.toml",
            format!("[settings]\n{settings}\n[[sync]]\nkind = \"rsync\"\nsource = \"{source}\"\ntarget = \"{target}/\"\ndelay = 1\n"),
        )
    }

    /// The program, started in `work`.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_driftlessd"));
        command.args(words).current_dir(self.path("work")).stdin(Stdio::null());
        command.env("DRIFTLESS_HOME", self.path("home")).env("TZ", "UTC").env_remove("JOURNAL_STREAM");
        command
    }

    /// Runs it to its end, which must come soon.
    pub fn run(&self, words: &[&str]) -> Ran {
        let mut child = self.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let end = Instant::now() + Duration::from_secs(30);
        // What is printed fits into a pipe; a run that fills one and waits is a run that does not end.
        while child.try_wait().unwrap().is_none() {
            if Instant::now() > end {
                child.kill().unwrap();
                panic!("{words:?} does not end: {:?}", Ran::from(child.wait_with_output().unwrap()));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ran::from(child.wait_with_output().unwrap())
    }

    /// Starts it in the foreground, its console in two files of `work`.
    pub fn start(&self, words: &[&str]) -> Started {
        let open = |name: &str| std::fs::File::options().create(true).append(true).open(self.path(name)).unwrap();
        let child = self.command(words).stdout(open("work/out")).stderr(open("work/err")).spawn().unwrap();
        Started(child)
    }

    /// To be ended with the test.
    pub fn end_later(&self, pid: u32) {
        self.pids.borrow_mut().push(i32::try_from(pid).unwrap());
    }

    /// The process whose number stands in this file.
    pub fn pid(&self, name: &str) -> u32 {
        until(|| self.read(name).ends_with('\n'), name);
        let pid = self.read(name).trim().parse().unwrap();
        self.end_later(pid);
        pid
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        for pid in self.pids.borrow().iter() {
            // Only if it is still ours: the number may have been used again.
            let exe = std::fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
            if exe == Path::new(env!("CARGO_BIN_EXE_driftlessd")) {
                let pid = rustix::process::Pid::from_raw(*pid).unwrap();
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
    }
}

/// A program in the foreground; ended with this.
pub struct Started(Child);

impl std::ops::Deref for Started {
    type Target = Child;
    fn deref(&self) -> &Child {
        &self.0
    }
}

impl std::ops::DerefMut for Started {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Waits for it, at most 20 seconds.
pub fn until(mut holds: impl FnMut() -> bool, what: &str) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Sends a signal.
pub fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

/// True while the process runs (a zombie does not).
pub fn alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// Waits for its end.
pub fn exit_code(child: &mut Child) -> Option<i32> {
    let mut code = None;
    until(
        || {
            code = child.try_wait().unwrap();
            code.is_some()
        },
        "the process to end",
    );
    code.and_then(|c| c.code())
}
