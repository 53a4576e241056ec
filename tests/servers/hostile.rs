//! Servers and programs that lie, shout, hang or speak another language: nothing of it becomes a command, reaches a terminal,
//! fills memory, holds up another sync or is taken for success for ever. (Hostile names: `names`, `ssh`, and the last test here.)

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};

use driftless_core::view::Health;
use rustix::process::Signal;

use crate::common::{Rsyncd, RsyncdOptions, Sshd, SshdOptions, Tree, assert_equal, wait_for};
use crate::live::{Live, sync, sync_direct, sync_over_ssh};
use crate::support::{Home, LONG, text};

/// What would be left of a name that a shell read.
const OWNED: &str = "owned";
/// A title, a colour, a cleared screen.
const ESCAPES: &str = "\x1b]0;title\x07\x1b[31mred\x1b[2J";

/// An rsync that does what the file `mode` beside it says; without one what rsync does.
const LIAR: &str = r#"#!/bin/bash
here=${0%/*}
mode=$(cat "$here/mode" 2>/dev/null)
if [[ $1 == --version ]]; then exec rsync "$@"; fi
case $mode in
nothing) cat >/dev/null; exit 0 ;;
hang) exec sleep 1000 ;;
loud)
  { head -c 1000000 /dev/zero | tr '\0' x; printf '\n\033]0;title\007\033[31mred\033[2J\n'; } >&2
  for n in {1..20000}; do echo "*deleting   0 ../../etc/$n"; done
  printf '\033]0;title\007\033[2J\n'
  exec rsync "$@" ;;
other)
  { rsync "$@" 2>&1 >&3 | sed -e 's/Permission denied/Keine Berechtigung/' -e 's/rsync error: .*(code/rsync-Fehler: (Code/' >&2
    exit "${PIPESTATUS[0]}"; } 3>&1 ;;
*) exec rsync "$@" ;;
esac
"#;

/// A sync from a folder to a folder with such an rsync, and one beside it that is well.
struct Lies {
    source: Tree,
    target: Tree,
    good: Tree,
    good_target: Tree,
    tools: Tree,
    home: Home,
}

impl Lies {
    fn new() -> Lies {
        let tree = Tree::new;
        let lies = Lies {
            source: tree(),
            target: tree(),
            good: tree(),
            good_target: tree(),
            tools: tree(),
            home: Home::new(),
        };
        lies.tools.write("rsync", LIAR);
        lies.tools.chmod("rsync", 0o755);
        lies
    }

    fn start(&self, more: &str) -> Live<'_> {
        let binary = format!("binary = \"{}\"", self.tools.at("rsync").display());
        let config = sync("one", self.source.path(), &self.target.word(), more, &binary)
            + &sync("good", self.good.path(), &self.good_target.word(), "", "");
        let live = Live::start(&self.home, &config);
        live.up();
        live
    }

    /// From now on it does this.
    fn mode(&self, mode: &str) {
        self.tools.write("new", mode);
        self.tools.rename("new", "mode");
    }

    fn good_goes_on(&self, live: &Live<'_>) {
        live.settle("good", &self.good);
        assert_equal(self.good.path(), &self.good_target.word(), &["-lptgoD"]);
    }
}

/// Nothing that was said reaches a terminal or fills the disk.
fn quiet(live: &Live<'_>) {
    let log = live.log();
    assert_eq!(log.lines().find(|line| line.chars().any(char::is_control)), None);
    assert!(log.len() < 300_000, "{} bytes of log", log.len());
}

/// Nor by who asks how it goes.
fn quiet_status(home: &Home) {
    let said = String::from_utf8(home.driftlessd(&["status"]).stdout).unwrap();
    assert!(!said.is_empty() && !said.chars().any(|c| c.is_control() && c != '\n'), "{said}");
}

#[test]
fn an_rsync_that_did_nothing_and_said_so_is_found_by_the_next_pass() {
    let lies = Lies::new();
    let live = lies.start(r#"crontab = ["*/2 * * * * *"]"#);
    lies.source.write("before", "1");
    wait_for("the honest run", LONG, || lies.target.exists("before").then_some(()));
    lies.mode("nothing");
    lies.source.write("lost", "1");
    lies.source.remove("before");
    let at = crate::changes::last_word(lies.source.path(), "x").unwrap();
    live.rest("one", at, LONG);
    assert!(!lies.target.exists("lost") && lies.target.exists("before"), "it has done nothing");
    // Nobody changes anything any more.
    lies.mode("honest");
    wait_for("the pass that finds it", LONG, || {
        (lies.target.exists("lost") && !lies.target.exists("before")).then_some(())
    });
    lies.good_goes_on(&live);
}

#[test]
fn an_rsync_that_shouts_is_heard_in_bounded_memory_and_no_terminal_hears_it() {
    let lies = Lies::new();
    let live = lies.start("");
    let memory = || {
        let status = text(Path::new(&format!("/proc/{}/status", live.pid())));
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap().to_owned();
        line.trim_end_matches("kB").trim().parse::<usize>().unwrap()
    };
    let before = memory();
    lies.mode("loud");
    for n in 0..5 {
        lies.source.write(format!("file {n}"), "1");
        live.settle("one", &lies.source);
    }
    assert_equal(lies.source.path(), &lies.target.word(), &["-lptgoD"]);
    assert_eq!(live.sync("one").problem, None);
    assert!(memory() < before + 20_000, "{before} KiB, then {}", memory());
    quiet(&live);
    lies.good_goes_on(&live);
}

#[test]
fn failures_in_another_language_are_failures() {
    let lies = Lies::new();
    lies.mode("other");
    let live = lies.start("");
    lies.source.write("d/open", "1");
    lies.source.write("d/closed", "1");
    lies.source.chmod("d/closed", 0o000);
    let sync = wait_for("the failure", LONG, || Some(live.sync("one")).filter(|sync| sync.problem.is_some()));
    assert!(sync.health >= Health::Attention || sync.problem.as_ref().is_some_and(|p| p.next_try_ms.is_some()));
    wait_for("what can be read", LONG, || lies.target.exists("d/open").then_some(()));
    lies.source.chmod("d/closed", 0o644);
    live.settle("one", &lies.source);
    assert_equal(lies.source.path(), &lies.target.word(), &["-lptgoD"]);
    assert_eq!(fs::metadata(lies.target.at("d/closed")).unwrap().permissions().mode() & 0o777, 0o644);
    lies.good_goes_on(&live);
}

#[test]
fn an_rsync_that_hangs_holds_up_nobody_and_ends_with_us() {
    let lies = Lies::new();
    let live = lies.start("");
    lies.mode("hang");
    lies.source.write("waits", "1");
    wait_for("the run that hangs", LONG, || (live.status().running == 1).then_some(()));
    lies.good_goes_on(&live);
    assert!(live.sync("one").waiting > 0 && !lies.target.exists("waits"));
    // The first signal gives runs half a minute to end, the second none; nothing may be left.
    live.signal(Signal::TERM);
    wait_for("the first signal to be taken", LONG, || live.log().contains("fading").then_some(()));
    live.end();
    lies.mode("honest");
    let live = lies.start("");
    live.settle("one", &lies.source);
    assert!(lies.target.exists("waits"));
}

/// What [`Liar`] does with a connection.
const SHOUT: u8 = 0;
const SILENCE: u8 = 1;
const RUBBISH: u8 = 2;
const HONEST: u8 = 3;

/// A server on a port of its own that pretends to be an rsync daemon, or hands everything on to a real one.
fn liar(mode: &'static AtomicU8, real: u16) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || drop(answer(stream, mode.load(Ordering::Relaxed), real)));
        }
    });
    port
}

fn answer(mut stream: TcpStream, mode: u8, real: u16) -> std::io::Result<()> {
    match mode {
        SHOUT => {
            stream.write_all(b"@RSYNCD: 31.0 sha512 sha256 sha1 md5 md4\n")?;
            let mut reader = BufReader::new(stream.try_clone()?);
            let mut line = Vec::new();
            reader.read_until(b'\n', &mut line)?;
            for _ in 0..10_000 {
                stream.write_all(format!("{ESCAPES} {}\n", "welcome ".repeat(12)).as_bytes())?;
            }
            stream.write_all(format!("@ERROR: {ESCAPES}{}\n", "no ".repeat(200)).as_bytes())
        }
        SILENCE => {
            stream.read_to_end(&mut Vec::new())?;
            Ok(())
        }
        RUBBISH => {
            stream.write_all(b"@RSYNCD: 31.0 md5\n@RSYNCD: OK\n")?;
            stream.write_all(&[0xff; 100_000])
        }
        _ => {
            let there = TcpStream::connect(("127.0.0.1", real))?;
            let (mut from, mut to) = (there.try_clone()?, stream.try_clone()?);
            std::thread::spawn(move || {
                drop(std::io::copy(&mut from, &mut to).and_then(|_| to.shutdown(std::net::Shutdown::Write)))
            });
            let mut there = there;
            std::io::copy(&mut stream, &mut there)?;
            there.shutdown(std::net::Shutdown::Write)
        }
    }
}

#[test]
fn a_server_that_shouts_says_nothing_or_talks_rubbish_is_a_failure_that_heals() {
    static MODE: AtomicU8 = AtomicU8::new(SHOUT);
    let real = Rsyncd::start(&RsyncdOptions::default());
    let port = liar(&MODE, real.port);
    let (source, good, good_target, home) = (Tree::new(), Tree::new(), Tree::new(), Home::new());
    source.write("file", "1");
    let target = format!("rsync://127.0.0.1:{port}/mod");
    // Short, or each silence would last minutes.
    let config = sync("one", source.path(), &target, "", "timeout = 2\n_extra = [\"--contimeout=2\"]")
        + &sync("good", good.path(), &good_target.word(), "", "");
    let live = Live::start(&home, &config);
    for mode in [SHOUT, SILENCE, RUBBISH] {
        MODE.store(mode, Ordering::Relaxed);
        let times = || live.sync("one").problem.map_or(0, |problem| problem.times);
        let before = times();
        home.says(&["sync", "one"], 0);
        wait_for("two more failures", 3 * LONG, || (times() >= before + 2).then_some(()));
        assert!(live.sync("one").last_pass_ms.is_none());
        assert_eq!(fs::read_dir(real.module()).unwrap().count(), 0);
        good.write(format!("{mode}"), "x");
        live.settle("good", &good);
    }
    quiet(&live);
    quiet_status(&home);
    MODE.store(HONEST, Ordering::Relaxed);
    home.says(&["sync", "one"], 0);
    live.settle("one", &source);
    assert_equal(source.path(), &target, &["-lptgoD"]);
}

#[test]
fn a_greeting_with_escape_codes_is_shown_nowhere() {
    let motd = Tree::new();
    motd.write("motd", format!("{ESCAPES}\n").repeat(20_000));
    let line = format!("motd file = {}", motd.at("motd").display());
    let server = Rsyncd::start(&RsyncdOptions { global: &[&line], ..RsyncdOptions::default() });
    let before = "head -c 1000000 /dev/zero | tr '\\0' x >&2; printf '\\n\\033[31mred\\033[2J\\n' >&2";
    let sshd = Sshd::start(&SshdOptions { before, ..SshdOptions::default() });
    let (source, home) = (Tree::new(), Home::new());
    source.write("d/file", "1");
    let config = sync("one", source.path(), &server.url(), "", "")
        + &sync("none", source.path(), &server.url().replace("/mod", "/none"), "", "")
        + &sync_over_ssh("ssh", source.path(), &sshd, "copy", "");
    let live = Live::start(&home, &config);
    live.problem("none", "unknown-module");
    source.write("d/file", "changed");
    ["one", "ssh"].iter().for_each(|name| live.settle(name, &source));
    let last = "--exclude=/last word";
    assert_equal(source.path(), &server.url(), &["-lptgoD", last]);
    assert_equal(source.path(), sshd.there().join("copy").to_str().unwrap(), &["-lptgoD", last]);
    quiet(&live);
    quiet_status(&home);
}

#[test]
fn no_name_is_ever_a_command_or_an_option() {
    let (source, folder, direct, home) = (Tree::new(), Tree::new(), Tree::new(), Home::new());
    let (server, sshd) = (Rsyncd::start(&RsyncdOptions::default()), Sshd::start(&SshdOptions::default()));
    let targets = [folder.word(), server.url(), direct.word(), sshd.there().join("copy").to_str().unwrap().to_owned()];
    let keep = "keep = 3\n";
    let config = sync("folder", source.path(), &targets[0], "", "")
        + keep
        + &sync("module", source.path(), &targets[1], "", "")
        + keep
        + &sync_direct("direct", source.path(), &targets[2], "", "")
        + &sync_over_ssh("ssh", source.path(), &sshd, "copy", "");
    let live = Live::start(&home, &config);
    live.up();
    let names = [
        format!("$(touch {OWNED})"),
        format!("`touch {OWNED}`"),
        format!("; touch {OWNED};"),
        format!("|touch {OWNED}"),
        format!("\ntouch {OWNED}\n"),
        format!("'; touch {OWNED}; '"),
        format!("\"; touch {OWNED}; \""),
        format!("&& touch {OWNED} #"),
        format!("--log-file={OWNED}"),
        format!("-e touch {OWNED}"),
        format!("--rsync-path=touch {OWNED}"),
        "--delete-before".to_owned(),
        "--files-from=-".to_owned(),
        "--remove-source-files".to_owned(),
        "%s%n%x".to_owned(),
        ESCAPES.to_owned(),
    ];
    let settle = || {
        for (name, target) in ["folder", "module", "direct", "ssh"].iter().zip(&targets) {
            live.settle(name, &source);
            assert_equal(source.path(), target, &["-lptgoD", "--exclude=.driftless-trash", "--exclude=/last word"]);
        }
    };
    for name in &names {
        source.write(name, "1");
        source.write(format!("dirs/{name}/{name}"), "1");
    }
    settle();
    for name in &names {
        source.write(name, "other, and longer");
        source.rename(format!("dirs/{name}"), format!("moved {name}"));
    }
    settle();
    names.iter().for_each(|name| source.remove(format!("moved {name}")));
    settle();
    let mut dirs = vec![home.at(""), server.module(), folder.at(""), direct.at(""), sshd.there(), source.at("")];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap().flatten() {
            assert_ne!(entry.file_name(), OWNED, "{:?}", entry.path());
            if entry.file_type().unwrap().is_dir() {
                dirs.push(entry.path());
            }
        }
    }
    assert!(names.iter().all(|name| source.exists(name)), "nothing of the source was removed");
    quiet(&live);
}
