//! Each way in which a machine behind ssh refuses us is told as itself, and healed when its cause goes.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustix::process::Signal;

use crate::common::{Sshd, SshdOptions, Tree, assert_equal, keygen};
use crate::live::{Live, sync_over_ssh};
use crate::support::Home;

/// The row of its failure, a part of what the person reads, and what is wrong.
type Wrong = (&'static str, &'static str, fn(&Sshd, &mut String));

/// `binary = …` of ssh.
fn with_ssh(config: &mut String, binary: &str) {
    *config = config.replace("[sync.ssh]\n", &format!("[sync.ssh]\nbinary = \"{binary}\"\n"));
}

fn with_option(config: &mut String, option: &str) {
    *config = config.replace("[sync.ssh.options]\n", &format!("[sync.ssh.options]\n{option}\n"));
}

fn with_rsync(config: &mut String, path: &str) {
    *config = config.replace("archive = true\n", &format!("archive = true\nrsync_path = \"{path}\"\n"));
}

fn with_key(sshd: &Sshd, config: &mut String, key: &str) {
    *config = config.replace(&sshd.at("keys/user").display().to_string(), &sshd.at(key).display().to_string());
}

const CASES: [Wrong; 14] = [
    ("host-key-unknown", "This computer has never met 127.0.0.1 over ssh.", |sshd, _| sshd.know_nobody()),
    ("host-key-changed", "127.0.0.1 shows another key than before.", |sshd, _| sshd.know("keys/user.pub")),
    ("ssh-key-refused", "127.0.0.1 refused the ssh key or the user.", |sshd, config| {
        keygen(&sshd.at("keys/other"), "");
        with_key(sshd, config, "keys/other");
    }),
    // A user that is not there.
    ("ssh-key-refused", "127.0.0.1 refused the ssh key or the user.", |_, config| {
        *config = config.replace("host = \"127", "host = \"nobody-of-this-name@127");
    }),
    ("ssh-key-locked", "has a passphrase, and nobody is asked for it.", |sshd, config| {
        keygen(&sshd.at("keys/locked"), "open sesame");
        with_key(sshd, config, "keys/locked");
    }),
    ("ssh-key-missing", "is missing", |sshd, config| with_key(sshd, config, "keys/nothing")),
    ("ssh-key-mode", "Others on this computer may read the ssh key", |sshd, _| {
        fs::set_permissions(sshd.at("keys/user"), fs::Permissions::from_mode(0o644)).unwrap();
    }),
    ("ssh-options", "ssh does not take its configuration", |_, config| with_option(config, "Nonsense = \"1\"")),
    ("ssh-no-common", "have no method in common", |_, config| {
        with_option(config, "HostKeyAlgorithms = \"rsa-sha2-512\"");
    }),
    ("ssh-missing", "The remote shell cannot be started on this computer.", |_, config| {
        with_ssh(config, "/no/such/ssh");
    }),
    ("remote-rsync-missing", "There is no rsync on 127.0.0.1.", |_, config| with_rsync(config, "/no/such/rsync")),
    ("remote-rsync-not-executable", "rsync on 127.0.0.1 may not be run.", |sshd, config| {
        let file = sshd.at("no-program");
        fs::write(&file, "").unwrap();
        with_rsync(config, file.to_str().unwrap());
    }),
    ("shell-not-clean", "The login scripts on 127.0.0.1 print text", |sshd, _| {
        let session = fs::read_to_string(sshd.at("session")).unwrap();
        fs::write(sshd.at("session"), session.replace("exec ", "echo Welcome, friend.\nexec ")).unwrap();
    }),
    ("target-not-directory", "is not a folder.", |sshd, _| fs::write(sshd.there().join("copy"), "1").unwrap()),
];

/// So many at the same time: most of it is waiting for the next try.
const AT_ONCE: usize = 4;

#[test]
fn each_way_to_be_refused_is_told_as_itself_and_healed() {
    std::thread::scope(|scope| {
        for first in 0..AT_ONCE {
            scope.spawn(move || CASES.iter().skip(first).step_by(AT_ONCE).for_each(told_and_healed));
        }
    });
}

fn told_and_healed((code, sentence, wrong): &Wrong) {
    let (source, home) = (Tree::new(), Home::new());
    let sshd = Sshd::start(&SshdOptions::default());
    source.write("file", "1");
    let right = sync_over_ssh("ssh", source.path(), &sshd, "copy", "");
    let session = fs::read(sshd.at("session")).unwrap();
    let mut config = right.clone();
    wrong(&sshd, &mut config);
    let live = Live::start(&home, &config);
    let problem = live.problem("ssh", code);
    assert!(live.log().contains(sentence), "{code}: {problem:?}\n{}", live.log());
    // What was wrong is set right, and it goes on by itself.
    sshd.know("keys/host.pub");
    fs::set_permissions(sshd.at("keys/user"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(sshd.at("session"), session).unwrap();
    let copy = sshd.there().join("copy");
    if copy.is_file() {
        fs::remove_file(&copy).unwrap();
    }
    if config != right {
        home.tree().write("config.toml", right);
        live.signal(Signal::HUP);
    }
    live.settle("ssh", &source);
    assert_equal(source.path(), copy.to_str().unwrap(), &["-lptgoD"]);
}
