//! Where the faults happen: a source on a mount of its own with another mount inside, a small file system with two targets
//! (`ends`), and driftlessd as an ordinary user.
//!
//! All mounts are made in the namespace of the test. The source is bound to where it is watched, and is changed where it
//! really lies, so that changes go on also while it is not mounted; the targets' file system is bound likewise.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::ends::{Ends, place};
use crate::changes::{Changes, FILTERS, last_word};
use crate::common::{Tree, differences, plain_user, wait_for};
use crate::live::Live;
use crate::namespace::unmount;
use crate::support::{Home, LONG};

/// Files that nobody touches, at the source's root and in the mount inside it.
const STAY: usize = 12;
/// All of a person's words for rsync, to compare.
const WORDS: &str = "-lptgoD";

/// See the module's head.
pub struct Stage<'h> {
    pub home: &'h Home,
    pub server: Ends,
    /// Every rsync that runs gets this in each turn.
    pub each_turn: Option<Signal>,
    /// What was done, to be shown when something is wrong.
    pub story: Vec<String>,
    seed: u64,
    tree: Tree,
    changes: Changes,
    live: Option<Live<'h>>,
    turns: usize,
}

impl<'h> Stage<'h> {
    pub fn new(home: &'h Home, seed: u64, ends: fn(&Path) -> Ends) -> Stage<'h> {
        let tree = Tree::new();
        for (at, size) in [("lies", "64m"), ("inner", "4m"), ("disk", "16m")] {
            tree.mkdir(at);
            mount(&["-t", "tmpfs", "-o", &format!("size={size}"), "none"], &tree.at(at));
        }
        for dir in ["lies/source/inner", "lies/source/stays", "lies/outside", "source", "there"] {
            tree.mkdir(dir);
        }
        let server = ends(&tree.at("there"));
        for name in server.names() {
            tree.mkdir(format!("disk/{}", place(name)));
        }
        for n in 0..STAY {
            tree.write(format!("lies/source/stays/{n}"), "stays");
            tree.write(format!("inner/{n}"), "stays");
        }
        tree.write("rsync", WRAPPER);
        tree.chmod("rsync", 0o755);
        let changes =
            Changes::new(seed, &tree.at("lies/source"), &tree.at("lies/outside")).without(&["inner", "stays"]);
        let (each_turn, story, live, turns) = (None, Vec::new(), None, 0);
        let mut stage = Stage { home, server, each_turn, story, seed, tree, changes, live, turns };
        stage.mount_source();
        stage.plug();
        stage.start();
        stage.live().up();
        stage
    }

    fn at(&self, path: &str) -> PathBuf {
        self.tree.at(path)
    }

    /// One of `below`, for the caller's own decisions.
    pub fn below(&mut self, below: usize) -> usize {
        self.changes.below(below)
    }

    pub fn made(&self) -> usize {
        self.changes.done.len()
    }

    /// driftlessd, while it runs.
    pub fn live(&self) -> &Live<'h> {
        self.live.as_ref().expect("it runs")
    }

    pub fn start(&mut self) {
        let at = |name: &str| self.at(name);
        let config = |name: &str| self.server.config(name, &at("source"), &at("there"), &at("rsync"));
        let config: String = self.server.names().into_iter().map(config).collect();
        self.home.tree().write("config.toml", config);
        let daemon = self.home.command(&["-log", "Exec", &self.home.word("config.toml")]);
        // Called root here, it would read everything, and rsync would count on that.
        let mut command = plain_user();
        command.arg(daemon.get_program()).args(daemon.get_args());
        for (name, value) in daemon.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.current_dir(self.home.tree().path());
        self.live = Some(Live::start_with(self.home, command));
    }

    /// As the kernel does when memory is short; what it had started goes with it.
    pub fn kill(&mut self) {
        self.live().signal(Signal::KILL);
        self.live = None;
    }

    /// Changes the source, up to so often, and does to rsync what is to be done in each turn.
    pub fn change(&mut self, most: usize) {
        for _ in 0..self.below(most) {
            self.changes.one();
        }
        self.turns += 1;
        // In the inner file system nothing comes or goes.
        fs::write(self.at(&format!("inner/{}", self.turns % STAY)), "stays".repeat(self.turns)).unwrap();
        if let Some(signal) = self.each_turn {
            let _ = self.children(signal);
        }
    }

    /// Something that does not fit into a full target, and makes every sync move.
    pub fn large_change(&self) {
        self.tree.write("lies/source/stays/large", vec![b'x'; 300_000]);
    }

    /// To every rsync that driftlessd has started; so many there were.
    pub fn children(&self, signal: Signal) -> usize {
        let is_rsync = |pid: &Pid| fs::read(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm == b"rsync\n");
        // It may have ended meanwhile.
        let told = self.home.processes().into_iter().filter(is_rsync).map(|pid| kill_process(pid, signal));
        told.filter(Result::is_ok).count()
    }

    pub fn lose_lines(&self, yes: bool) {
        if yes { self.tree.write("lose", "") } else { self.tree.remove("lose") }
    }

    /// Fills what is left of the targets' file system, to the last byte, or makes room again.
    pub fn fill_up(&self, yes: bool) {
        if !yes {
            return self.tree.remove("disk/ballast");
        }
        let mut file = File::create(self.at("disk/ballast")).unwrap();
        for size in [65_536, 4_096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// The targets' file system takes nothing more, or does again. A run that writes just now is waited for.
    pub fn read_only(&self, yes: bool) {
        let (at, how) = (self.at("there"), if yes { "remount,bind,ro" } else { "remount,bind,rw" });
        wait_for("nobody to write", LONG, || {
            let mount = Command::new("mount").args(["-o", how]).arg(&at).stderr(Stdio::null()).status();
            mount.unwrap().success().then_some(())
        });
    }

    /// The targets' file system is bound to where they are looked for.
    pub fn plug(&self) {
        bind(&self.at("disk"), &self.at("there"));
    }

    pub fn unplug(&self) {
        unmount(&self.at("there"));
    }

    /// The connection that is kept, if there is one.
    pub fn kill_master(&self) {
        for pid in self.home.processes() {
            let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            if words.split(|byte| *byte == 0).any(|word| word == b"-M") {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    }

    /// What stands where the sockets were is none.
    pub fn spoil_sockets(&self) {
        for entry in fs::read_dir(self.home.at("run/driftless/ssh")).into_iter().flatten().flatten() {
            // It may go by itself meanwhile.
            let _ = fs::remove_file(entry.path());
            let _ = fs::write(entry.path(), "");
        }
    }

    /// Takes away the permission to read some of what is there. Of folders only one that stays where it is: one that cannot be read
    /// is so at the target too, and rsync cannot remove it there when it gets another name.
    pub fn forbid(&mut self) {
        self.tree.chmod("lies/source/stays", 0o000);
        // Never through a link: it may lead anywhere on the machine.
        let is_file = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file());
        let files: Vec<PathBuf> = everything(&self.at("lies/source")).into_iter().filter(is_file).collect();
        for _ in 0..5 {
            let path = &files[self.below(files.len())];
            if !path.to_string_lossy().contains("/stays") {
                self.changes.done.push(format!("forbid {path:?}"));
                let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o000));
            }
        }
    }

    /// Gives it back, wherever that is now.
    pub fn allow(&self) {
        for path in everything(&self.at("lies")) {
            let meta = fs::symlink_metadata(&path).unwrap();
            if meta.permissions().mode() & 0o777 == 0 && !meta.is_symlink() {
                fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
    }

    /// With the mount inside it.
    pub fn unmount_source(&self) {
        self.between_runs(|| unmount(&self.at("source")));
    }

    /// Not in the middle of a run: what is mounted inside the source can be taken for empty by a pass that looks just then, and nobody can
    /// tell rsync. (That the source itself can go in that moment is shown in `tests/engine/command.rs`.)
    fn between_runs(&self, act: impl FnOnce()) {
        let tell = |signal| self.live.iter().for_each(|live| live.signal(signal));
        tell(Signal::STOP);
        wait_for("every run to be gone", LONG, || (self.children(Signal::KILL) == 0).then_some(()));
        act();
        tell(Signal::CONT);
    }

    pub fn mount_source(&self) {
        bind(&self.at("lies/source"), &self.at("source"));
        self.mount_inner();
    }

    pub fn unmount_inner(&self) {
        self.between_runs(|| unmount(&self.at("source/inner")));
    }

    pub fn mount_inner(&self) {
        bind(&self.at("inner"), &self.at("source/inner"));
    }

    /// More events than the kernel keeps for one reader, then changes that it cannot keep.
    pub fn flood(&mut self) {
        let limit = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
        let limit: usize = limit.trim().parse().unwrap();
        // Equal ones in a row are taken together.
        let files = [0, 1].map(|n| File::open(self.at(&format!("lies/source/stays/{n}"))).unwrap());
        for turn in 0..limit + 100 {
            rustix::fs::fchmod(&files[turn % 2], 0o644.into()).unwrap();
        }
        self.change(60);
    }

    /// What nobody touched at the source is at both targets, whatever goes wrong.
    pub fn nothing_is_lost(&self) {
        for target in self.server.names() {
            for dir in ["stays", "inner"] {
                let there = self.at(&format!("disk/{}/{dir}", place(target)));
                let left = (0..STAY).filter(|n| there.join(n.to_string()).exists()).count();
                if left != STAY {
                    self.wrong(&format!("{} of {STAY} files are left in {there:?}", left));
                }
            }
        }
    }

    /// Waits until all that was done before is at both targets.
    pub fn rest(&self, seconds: u64) {
        let at = last_word(&self.at("lies/source"), "end").unwrap();
        let end = Instant::now() + Duration::from_secs(seconds);
        for name in self.server.names() {
            while !self.live().is_at_rest(name, at) {
                if Instant::now() > end {
                    self.wrong(&format!("{name} does not come to rest: {:#?}", self.live().sync(name)));
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }

    /// Both targets are what the source is.
    pub fn equal(&self) {
        let urls = self.server.names().map(|name| self.server.compared(name, &self.at("there")));
        let words: Vec<&str> = [WORDS].into_iter().chain(FILTERS).collect();
        for url in urls {
            let found = differences(&self.at("source"), &url, &words);
            if !found.is_empty() {
                self.wrong(&format!("{url} is not equal:\n{}", found.join("\n")));
            }
        }
        self.nothing_is_lost();
    }

    /// Ends the test with all that is known.
    pub fn wrong(&self, what: &str) -> ! {
        let log = self.live.as_ref().map(|live| live.log()).unwrap_or_default();
        let (story, done) = (self.story.join("\n"), self.changes.done.join("\n"));
        let last: Vec<&str> = log.lines().collect();
        panic!(
            "seed {seed}: {what}\nfaults:\n{story}\nchanges:\n{done}\nlog:\n{}\nagain: cargo xtask churn --seed {seed}",
            last[last.len().saturating_sub(400)..].join("\n"),
            seed = self.seed,
        );
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        // It would look at what goes now.
        self.live = None;
        for pid in self.home.processes() {
            let _ = kill_process(pid, Signal::KILL);
        }
        for at in ["source", "there", "disk", "inner", "lies"] {
            let _ = Command::new("umount").arg("--lazy").arg(self.at(at)).stderr(Stdio::null()).status();
        }
    }
}

/// Everything below a directory.
fn everything(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|t| t.is_dir()) {
                dirs.push(entry.path());
            }
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

fn bind(what: &Path, at: &Path) {
    mount(&["--bind", what.to_str().unwrap()], at);
}

fn mount(words: &[&str], at: &Path) {
    assert!(Command::new("mount").args(words).arg(at).status().unwrap().success());
}

/// An rsync that loses lines of its output while there is a file `lose` beside it. It ends as rsync does, also by a signal.
const WRAPPER: &str = r#"#!/bin/bash
if [[ ! -e ${0%/*}/lose || $1 == --version ]]; then exec rsync "$@"; fi
lose() { awk 'BEGIN { srand('$RANDOM') } rand() < 0.6 { print; fflush() }'; }
{ rsync "$@" 2>&1 >&3 3>&- | lose >&2 3>&-; exit "${PIPESTATUS[0]}"; } 3>&1 | lose
code=${PIPESTATUS[0]}
(( code > 128 )) && kill -$((code - 128)) $$
exit "$code"
"#;
