//! Starting, feeding and ending one child.

use std::os::fd::OwnedFd;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use driftless_core::diagnose::Exit;
use driftless_core::facts::RootLook;
use driftless_core::mirror::Why;
use driftless_core::work::{Arg, CommandSpec, Cwd, Stdin};
use driftless_engine::look::look;
use driftless_engine::run::Ended;
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use crate::common::{NAMESPACE, Rsyncd, RsyncdOptions, Tree, assert_equal, wait_for};
use crate::support::{OnePassword, command, run_alone, run_it, runtime, script};

const WELL: Ended = Ended { exit: Exit::Code(0), stalled: false };

/// An rsync in the source's directory that reads a list.
fn batch(words: &[&str], list: &[u8]) -> CommandSpec {
    CommandSpec { stdin: Stdin::Bytes(list.to_vec()), cwd: Cwd::Source, ..command("rsync", words) }
}

fn opened(tree: &Tree) -> Arc<OwnedFd> {
    let looked = look(&tree.word(), None, Vec::new());
    assert!(matches!(looked.source, RootLook::Dir(_)));
    looked.dir.unwrap()
}

fn in_source(command: &CommandSpec, dir: Arc<OwnedFd>) -> Result<Ended, Why> {
    let done = run_it(command, Some(dir), Arc::new(OnePassword("")), None);
    println!("{}{}", done.out(), done.err());
    done.ended
}

fn is_gone(pid: &str) -> Option<()> {
    let pid = Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
    test_kill_process(pid).is_err().then_some(())
}

#[test]
fn a_list_of_many_names_is_read_to_its_end() {
    let (source, target) = (Tree::new(), Tree::new());
    let mut list = Vec::new();
    for n in 0..3_000 {
        let name = format!("d{}/a rather long name, so that no pipe would hold all of them {n}", n % 7);
        source.write(&name, n.to_string());
        list.extend_from_slice(format!("./{name}\0").as_bytes());
    }
    let words = ["-lptgoD", "--from0", "--files-from=-", ".", &format!("{}/", target.word())];
    assert_eq!(in_source(&batch(&words, &list), opened(&source)), Ok(WELL));
    assert_equal(source.path(), &target.word(), &["-lptgoD"]);
}

#[test]
fn a_folder_swapped_in_after_the_look_deletes_nothing() {
    let (home, target) = (Tree::new(), Tree::new());
    home.write("source/a", "a");
    home.write("source/b", "b");
    for name in ["a", "b"] {
        target.write(name, name);
    }
    let source = look(home.at("source").to_str().unwrap(), None, Vec::new()).dir.unwrap();
    home.rename("source", "moved away");
    home.mkdir("source");
    let words =
        ["-lptgoD", "--delete", "--delete-missing-args", "--force", "--from0", "--files-from=-", ".", &target.word()];
    assert_eq!(in_source(&batch(&words, b"./a\0./b\0"), source), Ok(WELL));
    assert!(target.exists("a") && target.exists("b"));
}

/// A disk that is unmounted lazily, or another that is mounted over it, in the moment in which rsync starts: its name leads elsewhere
/// then. rsync enters `./` by that name, `.` not.
#[test]
fn a_mount_in_the_way_after_the_look_deletes_nothing() {
    if std::env::var_os(NAMESPACE).is_none() {
        let name = "command::a_mount_in_the_way_after_the_look_deletes_nothing";
        let mut again = Command::new("unshare");
        again.args(["-Urm", "--"]).arg(std::env::current_exe().unwrap()).args(["--exact", name, "--nocapture"]);
        assert!(again.env(NAMESPACE, "1").status().unwrap().success());
        return;
    }
    let (source, target) = (Tree::new(), Tree::new());
    for tree in [&source, &target] {
        tree.write("a", "a");
        tree.write("d/b", "b");
    }
    let dir = opened(&source);
    assert!(Command::new("mount").args(["-t", "tmpfs", "none"]).arg(source.path()).status().unwrap().success());
    let words = ["-lptgoD", "--delete", "--force", "--from0", "--files-from=-", ".", &target.word()];
    assert_eq!(in_source(&batch(&words, b"./\0./d/\0"), dir), Ok(WELL));
    assert!(target.exists("a") && target.exists("d/b"));
    assert!(Command::new("umount").arg("--lazy").arg(source.path()).status().unwrap().success());
}

#[test]
fn the_exit_status_is_that_of_rsync_itself() {
    let (source, target) = (Tree::new(), Tree::new());
    let words = ["-r", "--from0", "--files-from=-", "./none/", &format!("{}/", target.word())];
    let done = run_it(&batch(&words, b"./a\0"), Some(opened(&source)), Arc::new(OnePassword("")), None);
    assert_eq!(done.ended, Ok(Ended { exit: Exit::Code(3), stalled: false }));
    // Its receiver speaks too, before or after it, and of another code.
    assert!(done.err().contains("code 19"), "{}", done.err());
    let words = ["-r", "/no/such/folder/", &target.word()];
    assert_eq!(run_alone(&command("rsync", &words)).ended, Ok(Ended { exit: Exit::Code(23), stalled: false }));
}

#[test]
fn long_filters_go_through_pipes() {
    let (source, target) = (Tree::new(), Tree::new());
    let rules: Vec<u8> = (0..20_000).flat_map(|n| format!("- /name {n}\n").into_bytes()).collect();
    for name in ["name 0", "name 10000", "name 19999", "name 20000"] {
        source.write(name, "x");
    }
    let mut pass = command("rsync", &["-r"]);
    pass.cwd = Cwd::Source;
    pass.args.push(Arg::Inline { prefix: "--filter=. ".to_owned(), content: rules });
    pass.args.extend(["./".to_owned(), target.word()].map(Arg::Word));
    assert_eq!(in_source(&pass, opened(&source)), Ok(WELL));
    assert!(target.exists("name 20000"));
    for name in ["name 0", "name 10000", "name 19999"] {
        assert!(!target.exists(name), "{name}");
    }
}

#[test]
fn words_reach_the_program_byte_by_byte() {
    let words = ["%s|", "a b", "$(id)", "*", "", "\"'\\", "--x=\n"];
    let done = run_alone(&command("/usr/bin/printf", &words));
    assert_eq!((done.ended, done.out.as_slice()), (Ok(WELL), &b"a b|$(id)|*||\"'\\|--x=\n|"[..]));
}

#[test]
fn a_child_has_a_clean_environment_and_no_descriptor_of_ours() {
    let shows = "cd /proc/self/fd && echo *";
    let done = run_alone(&script(&format!("{shows}; env; read x || echo nothing to read")));
    let out = done.out();
    assert!(out.lines().any(|line| line == "LC_ALL=C") && !out.contains("RSYNC_"), "{out}");
    assert!(out.ends_with("nothing to read\n"), "{out}");
    // What a plain child has; whoever started the tests may have left something open.
    let plain = std::process::Command::new("/bin/sh").args(["-c", shows]).output().unwrap().stdout;
    assert_eq!(out.lines().next(), String::from_utf8(plain).unwrap().lines().next());
}

#[test]
fn what_cannot_be_started_says_why() {
    let dir = Tree::new();
    dir.write("text", "no program");
    let text = dir.at("text").to_str().unwrap().to_owned();
    for (program, errno) in [("/no/such/rsync", Errno::NOENT), ("no-such-rsync", Errno::NOENT), (&text, Errno::ACCESS)]
    {
        let why = Why::Program { program: program.to_owned(), errno: errno.raw_os_error() };
        assert_eq!(run_alone(&command(program, &[])).ended, Err(why));
    }
    dir.write("script", "#!/no/such/interpreter\n");
    dir.chmod("script", 0o755);
    let script = dir.at("script").to_str().unwrap().to_owned();
    let why = Why::Program { program: script.clone(), errno: Errno::NOENT.raw_os_error() };
    assert_eq!(run_alone(&command(&script, &[])).ended, Err(why));
}

#[test]
fn death_by_a_signal_is_told_as_such() {
    assert_eq!(run_alone(&script("kill -9 $$")).ended, Ok(Ended { exit: Exit::Signal(9), stalled: false }));
}

#[test]
fn a_child_that_ignores_term_is_killed_with_all_it_started() {
    let begun = Instant::now();
    let stubborn = script("trap '' TERM; sleep 300 & echo $!; while :; do sleep 0.05; done");
    let done = run_it(&stubborn, None, Arc::new(OnePassword("")), Some(Duration::from_millis(200)));
    assert_eq!(done.ended, Ok(Ended { exit: Exit::Signal(9), stalled: false }));
    assert!(begun.elapsed() < Duration::from_secs(20));
    wait_for("the end of the grandchild", 5, || is_gone(&done.out()));
}

#[test]
fn a_child_that_obeys_term_ends_at_once() {
    let done = run_it(&script("exec sleep 300"), None, Arc::new(OnePassword("")), Some(Duration::from_millis(100)));
    assert_eq!(done.ended, Ok(Ended { exit: Exit::Signal(15), stalled: false }));
}

#[test]
fn a_grandchild_that_holds_the_pipes_does_not_hang_us() {
    let begun = Instant::now();
    let done = run_alone(&script("sleep 300 & echo $!; exit 7"));
    assert_eq!(done.ended, Ok(Ended { exit: Exit::Code(7), stalled: false }));
    wait_for("the end of the grandchild", 5, || is_gone(&done.out()));
    // One that has left the group is not ours to end, and is not waited for either.
    let done = run_alone(&script("setsid sleep 5 & exit 7"));
    assert_eq!(done.ended, Ok(Ended { exit: Exit::Code(7), stalled: false }));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn much_output_on_both_pipes_is_read_whole() {
    let done = run_alone(&script("head -c 1000000 /dev/zero | tr '\\0' e >&2; head -c 1000000 /dev/zero | tr '\\0' o"));
    assert_eq!(done.ended, Ok(WELL));
    assert_eq!((done.err.len(), done.out.len()), (1_000_000, 1_000_000));
    assert!(done.err.iter().all(|b| *b == b'e') && done.out.iter().all(|b| *b == b'o'));
}

#[test]
fn the_watchdog_ends_what_does_not_move() {
    let mut idle = script("exec sleep 300");
    idle.stall = Duration::from_millis(400);
    assert_eq!(run_alone(&idle).ended, Ok(Ended { exit: Exit::Signal(15), stalled: true }));
}

#[test]
fn the_watchdog_ends_a_run_against_a_frozen_server() {
    let daemon = Rsyncd::start(&RsyncdOptions::default());
    let source = Tree::new();
    source.write("big", vec![7; 40_000_000]);
    daemon.freeze();
    let mut push = command("rsync", &["-r", &format!("{}/", source.word()), &daemon.url()]);
    push.stall = Duration::from_secs(1);
    let ended = run_alone(&push).ended.unwrap();
    daemon.thaw();
    assert!(ended.stalled, "{ended:?}");
}

/// When all has been sent, rsync's own `--timeout` does not see that nobody answers: its keep-alives count as traffic.
#[test]
fn the_watchdog_is_not_misled_by_keep_alives() {
    let daemon = Rsyncd::start(&RsyncdOptions::default());
    let source = Tree::new();
    source.write("some", vec![7; 1_200_000]);
    let words = ["-r", "--timeout=2", "--bwlimit=400", &format!("{}/", source.word()), &daemon.url()];
    let mut push = command("rsync", &words);
    push.stall = Duration::from_secs(4);
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(1500));
            daemon.freeze();
        });
        run_alone(&push).ended.unwrap()
    });
    daemon.thaw();
    assert!(ended.stalled, "{ended:?}");
}

#[test]
fn the_watchdog_leaves_a_slow_and_silent_run_alone() {
    let (source, target) = (Tree::new(), Tree::new());
    source.write("big", vec![7; 3_000_000]);
    let mut slow = command("rsync", &["-r", "--bwlimit=1000", &format!("{}/", source.word()), &target.word()]);
    slow.stall = Duration::from_millis(1500);
    let begun = Instant::now();
    assert_eq!(run_alone(&slow).ended, Ok(WELL));
    assert!(begun.elapsed() > slow.stall, "it was to take longer than the watchdog waits");
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_dies_with_the_thread_that_spawned_it() {
    let dir = Tree::new();
    let note = dir.at("pid");
    let command = script(&format!("echo $$ > {0}.new; mv {0}.new {0}; exec sleep 300", note.display()));
    let watched = note.clone();
    std::thread::spawn(move || {
        let runtime = runtime();
        let running = runtime.spawn(async move {
            let (_stop, stopped) = tokio::sync::watch::channel(false);
            let ground = driftless_engine::run::Ground::new("/");
            let secrets = Arc::new(OnePassword(""));
            let patience = driftless_engine::run::Patience::default();
            driftless_engine::run::run(&command, None, secrets, &ground, patience, stopped, |_, _| {}).await
        });
        runtime.block_on(async {
            while !watched.exists() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        // As in a crash: nothing is dropped, so nothing but the system ends the child.
        std::mem::forget((running, runtime));
    })
    .join()
    .unwrap();
    let pid = std::fs::read_to_string(note).unwrap();
    wait_for("the end of the child", 5, || zombie_or_gone(&pid));
}

/// Nobody waits for that child any more, so what is left of it is a zombie.
#[cfg(target_os = "linux")]
fn zombie_or_gone(pid: &str) -> Option<()> {
    match std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())) {
        Ok(stat) => stat.contains(") Z ").then_some(()),
        Err(_) => Some(()),
    }
}

#[test]
fn what_can_wait_lets_others_go_first() {
    let low =
        CommandSpec { low: true, ..script("nice; cat /proc/self/io >/dev/null; ionice -p $$ 2>/dev/null || true") };
    let done = run_alone(&low);
    let nice: i32 = done.out().lines().next().unwrap().parse().unwrap();
    let ours: i32 = run_alone(&script("nice")).out().trim().parse().unwrap();
    assert!(nice > ours || ours == 19, "{nice} {ours}");
    if let Some(class) = done.out().lines().nth(1) {
        assert_eq!(class, "best-effort: prio 7");
    }
}
