//! A session of its own: home, bus, X server, and the program in it. Ended by process id, also after a panic.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::bus::Bus;
use crate::common::{Tree, wait_for};

/// Where systems have it.
const PROMPTERS: [&str; 2] = ["/usr/libexec/gcr-prompter", "/usr/lib/gcr-prompter"];

/// Longer than any machine needs.
pub const LONG: u64 = 90;

/// See the head of this file.
pub struct Desktop {
    pub home: Tree,
    pub bus: Bus,
    screen: Child,
    display: String,
    programs: Vec<Child>,
}

impl Desktop {
    pub fn new() -> Desktop {
        let home = Tree::new();
        home.mkdir("run");
        home.chmod("run", 0o700);
        let bus = Bus::start(&home);
        let mut screen = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("Xvfb (Debian: xvfb) is needed");
        let mut number = String::new();
        BufReader::new(screen.stdout.as_mut().unwrap()).read_line(&mut number).unwrap();
        let display = format!(":{}", number.trim());
        Desktop { home, bus, screen, display, programs: Vec::new() }
    }

    /// Any program in this session.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.home.path()).env("TMPDIR", self.home.path()).env("LANG", "C.UTF-8");
        command.env("DBUS_SESSION_BUS_ADDRESS", self.bus.address()).env("DISPLAY", &self.display);
        for (name, dir) in [("RUNTIME_DIR", "run"), ("CONFIG_HOME", "config"), ("STATE_HOME", "state")] {
            command.env(format!("XDG_{name}"), self.home.at(dir));
        }
        // Slow and certain: no graphics card, no accessibility bus.
        command.env("LIBGL_ALWAYS_SOFTWARE", "1").env("NO_AT_BRIDGE", "1").env("GSETTINGS_BACKEND", "memory");
        command.current_dir(self.home.path()).stdin(Stdio::null()).process_group(0);
        command
    }

    /// A real keyring, unlocked.
    pub fn start_keyring(&mut self) {
        let (home, address) = (self.home.path().to_owned(), self.bus.address());
        self.bus.start_keyring(|command| {
            command.env("HOME", &home).env("DBUS_SESSION_BUS_ADDRESS", address);
            command.env("XDG_RUNTIME_DIR", home.join("run")).env_remove("DISPLAY");
        });
    }

    /// Where the screen is, as X's programs name it.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// The program with these words; its process id.
    pub fn start(&mut self, words: &[&str]) -> u32 {
        let log = std::fs::File::options().append(true).create(true).open(self.home.at("program.log")).unwrap();
        let mut command = self.command(env!("CARGO_BIN_EXE_driftless"));
        let child = command.args(words).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let pid = child.id();
        self.programs.push(child);
        pid
    }

    /// Waits for the program of this process id to end by itself; its exit code.
    pub fn ended(&mut self, pid: u32) -> Option<i32> {
        let child = self.programs.iter_mut().find(|child| child.id() == pid).unwrap();
        wait_for("the end of the program", LONG, || child.try_wait().unwrap()).code()
    }

    /// True while it runs.
    pub fn runs(&mut self, pid: u32) -> bool {
        let child = self.programs.iter_mut().find(|child| child.id() == pid).unwrap();
        child.try_wait().unwrap().is_none()
    }

    /// What the program complained of.
    pub fn complaints(&self) -> String {
        String::from_utf8_lossy(&self.home.read("program.log").unwrap_or_default()).into_owned()
    }

    /// The configuration with one sync from `source` to this target.
    pub fn configure(&self, target: &str, more: &str) {
        self.home.mkdir("source");
        let source = self.home.at("source").display().to_string();
        let text = format!(
            "[[sync]]\nkind = \"rsync\"\nsource = {source:?}\ntarget = {target:?}\ndelay = 1\n{more}\n\
             [sync.driftless]\nid = \"docs\"\nname = \"Documents\"\n"
        );
        self.home.mkdir("config/driftless");
        self.home.write("config/driftless/config.toml", text);
    }

    /// More keys of that sync's own section.
    pub fn append_config(&self, more: &str) {
        let file = "config/driftless/config.toml";
        let text = String::from_utf8(self.home.read(file).unwrap()).unwrap();
        self.home.write(file, text + more);
    }

    /// The desktop's own prompt for the keyring's password. It ends by itself when it is not needed for a while.
    pub fn start_prompter(&mut self) {
        let program = PROMPTERS.into_iter().find(|program| std::path::Path::new(program).exists());
        let mut command = self.command(program.unwrap_or(PROMPTERS[0]));
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.programs.push(child.expect("gcr-prompter (Debian: gcr) is needed"));
        wait_for("the prompter", LONG, || self.bus.has("org.gnome.keyring.SystemPrompter").then_some(()));
    }

    /// A person types this into the prompt, once it is there.
    pub fn type_into_prompt(&self, password: &str) {
        let found = ["search", "--onlyvisible", "--class", "gcr-prompter"];
        wait_for("the prompt", LONG, || self.xdotool(&found));
        assert!(
            self.xdotool(&["type", "--delay", "40", password]).is_some() && self.xdotool(&["key", "Return"]).is_some()
        );
    }

    /// A person types this path into the toolkit's file dialog of that title, and it closes.
    pub fn answer_dialog(&self, title: &str, path: &str) {
        let find = ["search", "--onlyvisible", "--name", &format!("^{title}$")];
        let found = || self.xdotool(&find).and_then(|ids| ids.lines().next().map(str::to_owned));
        wait_for("the dialog", LONG, found);
        let mut again = std::time::Instant::now();
        wait_for("the end of the dialog", LONG, || {
            let Some(dialog) = found() else { return Some(()) };
            // What was typed before the dialog listened is lost, and it says nothing of when it does: type once more then.
            if again <= std::time::Instant::now() {
                // There is no window manager that would give it the keys. Its own key for "a place" comes first, and what
                // stands there already is chosen, to be typed over.
                let keys: [&[&str]; 4] = [
                    &["windowfocus", &dialog],
                    &["key", "--delay", "100", "ctrl+l", "ctrl+a"],
                    &["type", "--delay", "30", path],
                    &["key", "Return"],
                ];
                let _ = keys.iter().all(|words| self.xdotool(words).is_some());
                again = std::time::Instant::now() + std::time::Duration::from_secs(4);
            }
            None
        });
    }

    /// What it printed, if it went well.
    fn xdotool(&self, words: &[&str]) -> Option<String> {
        let output = self.command("xdotool").args(words).output().expect("xdotool is needed");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// A target folder on this machine.
    pub fn target(&self) -> PathBuf {
        self.home.mkdir("target");
        self.home.at("target")
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the program said:\n{}", self.complaints());
        }
        for child in &mut self.programs {
            let _ = kill_process(Pid::from_child(child), Signal::TERM);
        }
        let end = std::time::Instant::now() + std::time::Duration::from_secs(5);
        for child in &mut self.programs {
            while child.try_wait().is_ok_and(|ended| ended.is_none()) && std::time::Instant::now() < end {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
            let _ = child.wait();
        }
        let _ = self.screen.kill();
        let _ = self.screen.wait();
    }
}
