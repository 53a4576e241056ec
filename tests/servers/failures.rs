//! What goes wrong is told once, in words a person can use, and healed by itself when its cause goes: nothing is lost, no
//! other sync is harmed, and a server that refuses is not stormed.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use driftless_core::view::{Health, Phase};

use crate::common::{Rsyncd, RsyncdOptions, Tree, assert_equal, wait_for};
use crate::live::{Live, sync};
use crate::session::Session;
use crate::support::{Home, LONG};

/// The first pauses are 1, 2, 4 or 5, 10 seconds, a quarter more or less. A file system mounted meanwhile, wherever, ends
/// them all once; more tries than this are a storm.
const STORM: (Duration, u64) = (Duration::from_secs(6), 9);

/// One thing that is wrong, and how it is set right.
struct Trouble<'a> {
    name: &'static str,
    code: &'static str,
    health: Health,
    /// What stands in the log.
    sentence: &'static str,
    target: String,
    rsync: String,
    /// Its own words for rsync, to compare.
    words: Vec<String>,
    mend: Box<dyn Fn() + 'a>,
}

fn quoted(key: &str, path: &Path) -> String {
    format!("{key} = \"{}\"", path.display())
}

/// Everything that can be wrong at once, in one program beside a sync that is well.
#[test]
fn each_refusal_is_told_and_healed_by_itself() {
    let place = Tree::new();
    let at = |name: &str| place.at(name);
    let with_password = || Rsyncd::start(&RsyncdOptions { user: Some(("u", "right")), ..RsyncdOptions::default() });
    let (refusing, open_file, no_file) = (with_password(), with_password(), with_password());
    let (unnamed, read_only) = (Rsyncd::start(&RsyncdOptions::default()), Rsyncd::start(&RsyncdOptions::default()));
    let absent = std::cell::RefCell::new(Rsyncd::start(&RsyncdOptions::default()));
    for name in ["wrong", "open"] {
        place.write(name, if name == "wrong" { "wrong\n" } else { "right\n" });
        place.chmod(name, if name == "wrong" { 0o600 } else { 0o644 });
    }
    replace(&unnamed.conf(), "[mod]", "[other]");
    replace(&read_only.conf(), "read only = no", "read only = yes");
    absent.borrow_mut().stop();
    place.mkdir("folder");
    let password = |daemon: &Rsyncd| vec![format!("--password-file={}", daemon.password_file().display())];
    let absent_url = absent.borrow().url();
    let troubles = [
        Trouble {
            name: "auth",
            code: "auth-failed",
            health: Health::Attention,
            sentence: "The password for u at 127.0.0.1 was refused for the module mod.",
            target: refusing.url(),
            rsync: quoted("password_file", &at("wrong")),
            words: password(&refusing),
            mend: Box::new(|| place.write("wrong", "right\n")),
        },
        Trouble {
            name: "open",
            code: "password-file-open",
            health: Health::Attention,
            sentence: "Others on this computer may read the password file.",
            target: open_file.url(),
            rsync: quoted("password_file", &at("open")),
            words: password(&open_file),
            mend: Box::new(|| place.chmod("open", 0o600)),
        },
        Trouble {
            name: "nofile",
            code: "password-file-missing",
            health: Health::Attention,
            sentence: "The password file cannot be opened",
            target: no_file.url(),
            rsync: quoted("password_file", &at("later")),
            words: password(&no_file),
            mend: Box::new(|| {
                place.write("new", "right\n");
                place.chmod("new", 0o600);
                place.rename("new", "later");
            }),
        },
        Trouble {
            name: "module",
            code: "unknown-module",
            health: Health::Attention,
            sentence: "127.0.0.1 has no module named mod.",
            target: unnamed.url(),
            rsync: String::new(),
            words: Vec::new(),
            mend: Box::new(|| replace(&unnamed.conf(), "[other]", "[mod]")),
        },
        Trouble {
            name: "readonly",
            code: "module-read-only",
            health: Health::Attention,
            sentence: "The module mod at 127.0.0.1 may only be read.",
            target: read_only.url(),
            rsync: String::new(),
            words: Vec::new(),
            mend: Box::new(|| replace(&read_only.conf(), "read only = yes", "read only = no")),
        },
        Trouble {
            name: "refused",
            code: "connection-refused",
            health: Health::Syncing,
            sentence: "127.0.0.1 is there, but nothing answers at port",
            target: absent_url,
            rsync: String::new(),
            words: Vec::new(),
            mend: Box::new(|| absent.borrow_mut().again()),
        },
        Trouble {
            name: "binary",
            code: "rsync-missing",
            health: Health::Attention,
            sentence: "is not on this computer.",
            target: at("folder").to_str().unwrap().to_owned(),
            rsync: quoted("binary", &at("rsync")),
            words: Vec::new(),
            mend: Box::new(|| symlink(which("rsync"), at("rsync")).unwrap()),
        },
        Trouble {
            name: "parent",
            code: "target-parent-missing",
            health: Health::Attention,
            sentence: "does not exist.",
            target: at("no/such/folder").to_str().unwrap().to_owned(),
            rsync: String::new(),
            words: Vec::new(),
            mend: Box::new(|| fs::create_dir_all(at("no/such")).unwrap()),
        },
    ];
    let (good, good_target) = (Tree::new(), Tree::new());
    let sources: Vec<Tree> = troubles.iter().map(|_| Tree::new()).collect();
    let mut config = sync("good", good.path(), &good_target.word(), "", "");
    for (trouble, source) in troubles.iter().zip(&sources) {
        source.write("d/before", "1");
        config += &sync(trouble.name, source.path(), &trouble.target, "", &trouble.rsync);
    }
    let home = Home::new();
    let began = Instant::now();
    let live = Live::start(&home, &config);
    for trouble in &troubles {
        let problem = live.problem(trouble.name, trouble.code);
        assert!(problem.next_try_ms.is_some(), "{}: nobody tries again: {problem:?}", trouble.name);
        assert_eq!(live.sync(trouble.name).health, trouble.health, "{}", trouble.name);
        wait_for(&format!("{} in the log", trouble.sentence), LONG, || {
            let said = |line: &str| line.contains(trouble.name) && line.contains(trouble.sentence);
            live.log().lines().any(said).then_some(())
        });
    }
    // What changes meanwhile is not lost, and nobody else waits for it.
    for source in &sources {
        source.write("meanwhile", "2");
    }
    good.write("file", "x");
    live.settle("good", &good);
    assert_equal(good.path(), &good_target.word(), &["-lptgoD"]);
    while began.elapsed() < STORM.0 {
        std::thread::sleep(Duration::from_millis(100));
    }
    for trouble in &troubles {
        let times = live.sync(trouble.name).problem.map_or(0, |p| p.times);
        // One more for each second that has gone by since.
        let most = STORM.1 + began.elapsed().saturating_sub(STORM.0).as_secs();
        assert!(u64::from(times) <= most, "{}: {times} tries in {:?}", trouble.name, began.elapsed());
        assert!(times > 0, "{}: {:?}", trouble.name, live.sync(trouble.name));
    }
    troubles.iter().for_each(|trouble| (trouble.mend)());
    for (trouble, source) in troubles.iter().zip(&sources) {
        live.settle(trouble.name, source);
        let mut words = vec!["-lptgoD"];
        words.extend(trouble.words.iter().map(String::as_str));
        assert_equal(source.path(), &trouble.target, &words);
        assert_eq!(live.sync(trouble.name).problem, None, "{}", trouble.name);
    }
}

fn replace(file: &Path, from: &str, to: &str) {
    fs::write(file, fs::read_to_string(file).unwrap().replace(from, to)).unwrap();
}

fn which(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|p| p.is_file()).unwrap()
}

#[test]
fn a_source_that_goes_is_held_and_goes_on_when_it_is_back() {
    let (tree, target, other, other_target) = (Tree::new(), Tree::new(), Tree::new(), Tree::new());
    tree.write("source/kept", "1");
    let source = tree.at("source");
    let config =
        sync("one", &source, &target.word(), "", "") + &sync("two", other.path(), &other_target.word(), "", "");
    let home = Home::new();
    let live = Live::start(&home, &config);
    live.up();
    tree.rename("source", "elsewhere");
    live.problem("one", "source-gone");
    assert_eq!(live.sync("one").health, Health::Attention);
    assert!(target.exists("kept"), "{}", live.said("one"));
    other.write("file", "x");
    live.settle("two", &other);
    tree.write("elsewhere/added while away", "2");
    tree.rename("elsewhere", "source");
    wait_for("what was added while it was away", LONG, || target.exists("added while away").then_some(()));
    tree.remove("source/kept");
    wait_for("its next change", LONG, || (!target.exists("kept")).then_some(()));
    assert!(live.log().contains("is not there. Nothing was deleted at"), "{}", live.said("one"));
    wait_for("the end of the problem", LONG, || live.sync("one").problem.is_none().then_some(()));
}

/// A mount namespace of its own, in which only the given hosts are known: ordinary users can do that too.
fn with_hosts(hosts: &Path, names: &Path, command: &Command) -> Command {
    let mut inside = Command::new("unshare");
    inside.args(["-rm", "sh", "-c"]);
    inside.arg("mount --bind \"$1\" /etc/nsswitch.conf && mount --bind \"$2\" /etc/hosts && shift 2 && exec \"$@\"");
    inside.arg("sh").arg(names).arg(hosts).arg(command.get_program()).args(command.get_args());
    inside.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    for (name, _) in command.get_envs().filter(|(_, value)| value.is_none()) {
        inside.env_remove(name);
    }
    inside.current_dir(command.get_current_dir().unwrap());
    inside
}

#[test]
fn a_name_nobody_knows_is_looked_up_again() {
    let (place, source, daemon) = (Tree::new(), Tree::new(), Rsyncd::start(&RsyncdOptions::default()));
    place.write("hosts", "127.0.0.1 localhost\n");
    place.write("nsswitch.conf", "hosts: files\n");
    source.write("file", "1");
    let target = daemon.url().replace("127.0.0.1", "backup.invalid");
    let home = Home::new();
    home.tree().write("config.toml", sync("one", source.path(), &target, "", ""));
    let command = home.command(&["-log", "Exec", &home.word("config.toml")]);
    let live = Live::start_with(&home, with_hosts(&place.at("hosts"), &place.at("nsswitch.conf"), &command));
    let problem = live.problem("one", "host-not-found");
    assert_eq!((live.sync("one").health, problem.next_try_ms.is_some()), (Health::Attention, true));
    assert!(live.log().contains("No machine named backup.invalid is known."), "{}", live.said("one"));
    // The file stays the same one, which is what is mounted.
    place.write("hosts", "127.0.0.1 localhost backup.invalid\n");
    wait_for("the file", LONG, || daemon.module().join("file").exists().then_some(()));
    wait_for("the end of the problem", LONG, || live.sync("one").problem.is_none().then_some(()));
}

#[test]
fn without_a_keyring_and_without_a_password_in_it_the_person_is_asked_for_one() {
    let password = "stored later";
    let server = Rsyncd::start(&RsyncdOptions { user: Some(("u", password)), ..RsyncdOptions::default() });
    let (source, session) = (Tree::new(), Session::with_keyring());
    source.write("file", "1");
    let config = sync("one", source.path(), &server.url(), "", "");

    let home = Home::new();
    let live = Live::start(&home, &config);
    live.problem("one", "keyring-absent");
    assert!(live.log().contains("This computer has no keyring"), "{}", live.said("one"));
    assert_eq!(live.runs("one"), 0, "without a password nothing is started");
    drop(live);

    let home = Home::new();
    home.tree().write("config.toml", &config);
    let mut command = home.command(&["-log", "Exec", &home.word("config.toml")]);
    command.env("DBUS_SESSION_BUS_ADDRESS", session.address());
    let live = Live::start_with(&home, command);
    live.problem("one", "password-not-stored");
    assert!(live.log().contains("No password is stored for"), "{}", live.said("one"));
    assert_eq!(live.runs("one"), 0);
    let stored = session.driftlessd(&["password", "set", &server.url()], password);
    assert!(stored.status.success(), "{}", String::from_utf8_lossy(&stored.stderr));
    wait_for("the file", LONG, || server.module().join("file").exists().then_some(()));
    wait_for("the end of the problem", LONG, || live.sync("one").problem.is_none().then_some(()));
    assert!(!live.log().contains(password));
}

/// A file system of this size, gone with it.
struct Small(Tree);

impl Small {
    fn new(size: &str) -> Small {
        let small = Small(Tree::new());
        small.mount(&format!("size={size}"));
        small
    }

    fn mount(&self, options: &str) {
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(self.0.path()).status();
        assert!(done.unwrap().success(), "tmpfs cannot be mounted");
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn root_a_full_target_is_told_and_filled_when_there_is_room() {
    let (small, source) = (Small::new("1m"), Tree::new());
    source.write("fits", "1");
    let home = Home::new();
    let live = Live::start(&home, &sync("one", source.path(), &small.0.word(), "", ""));
    live.up();
    source.write("large", vec![7; 3_000_000]);
    source.write("tiny", "2");
    let problem = live.problem("one", "target-full");
    assert!(problem.next_try_ms.is_some());
    assert_eq!((live.sync("one").health, live.sync("one").phase), (Health::Attention, Phase::Retrying));
    assert!(live.log().contains(" is full."), "{}", live.said("one"));
    small.mount("remount,size=9m");
    live.settle("one", &source);
    assert_equal(source.path(), &small.0.word(), &["-lptgoD"]);
    assert!(
        fs::read_dir(small.0.path()).unwrap().flatten().all(|e| !e.file_name().as_encoded_bytes().starts_with(b"."))
    );
    assert_eq!(fs::metadata(small.0.at("large")).unwrap().permissions().mode() & 0o777, 0o644);
}
