//! A session of its own: home, bus, X server, and the program in it. Ended by process id, also after a panic.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::common::{Tree, wait_for};

/// Longer than any machine needs.
pub const LONG: u64 = 90;

/// No activation: what is not started by the test is not there.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=BUS_SOCKET</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"#;

/// See the head of this file.
pub struct Desktop {
    pub home: Tree,
    bus: Child,
    screen: Child,
    display: String,
    programs: Vec<Child>,
}

impl Desktop {
    pub fn new() -> Desktop {
        let home = Tree::new();
        home.mkdir("run");
        home.chmod("run", 0o700);
        home.write("bus.conf", BUS.replace("BUS_SOCKET", &home.at("bus").display().to_string()));
        let bus = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", home.at("bus.conf").display()))
            .arg("--nofork")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("dbus-daemon (Debian: dbus) is needed");
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
        let desktop = Desktop { home, bus, screen, display, programs: Vec::new() };
        wait_for("the bus", LONG, || std::os::unix::net::UnixStream::connect(desktop.home.at("bus")).ok());
        desktop
    }

    /// Where the bus listens.
    pub fn address(&self) -> String {
        format!("unix:path={}", self.home.at("bus").display())
    }

    /// Any program in this session.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.home.path()).env("TMPDIR", self.home.path()).env("LANG", "C.UTF-8");
        command.env("DBUS_SESSION_BUS_ADDRESS", self.address()).env("DISPLAY", &self.display);
        for (name, dir) in [("RUNTIME_DIR", "run"), ("CONFIG_HOME", "config"), ("STATE_HOME", "state")] {
            command.env(format!("XDG_{name}"), self.home.at(dir));
        }
        // Slow and certain: no graphics card, no accessibility bus.
        command.env("LIBGL_ALWAYS_SOFTWARE", "1").env("NO_AT_BRIDGE", "1").env("GSETTINGS_BACKEND", "memory");
        command.current_dir(self.home.path()).stdin(Stdio::null()).process_group(0);
        command
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
        for child in [&mut self.screen, &mut self.bus] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
