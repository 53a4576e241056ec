//! Programs that must be there, what they are called in each package manager, and their installation.

use std::io::IsTerminal;
use std::process::Command;

use crate::exec::{find, is_root, run, say};

/// A program, and the package that brings it.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    program: &'static str,
    why: &'static str,
    apt: &'static str,
    dnf: &'static str,
    pacman: &'static str,
    zypper: &'static str,
    brew: &'static str,
}

const fn need(program: &'static str, why: &'static str, package: &'static str) -> Need {
    Need { program, why, apt: package, dnf: package, pacman: package, zypper: package, brew: package }
}

/// For everything.
pub const RSYNC: Need = need("rsync", "it makes the transfers", "rsync");

/// For the tests on Linux.
pub const FOR_TESTS: [Need; 5] = [
    RSYNC,
    need("lsyncd", "it must run what we export for it", "lsyncd"),
    Need {
        apt: "dbus-daemon",
        dnf: "dbus-daemon",
        zypper: "dbus-1",
        ..need("dbus-daemon", "a session bus of the tests' own", "dbus")
    },
    need("gnome-keyring-daemon", "a real keyring for the tests", "gnome-keyring"),
    Need { apt: "util-linux", ..need("setpriv", "the tests run as an ordinary user", "util-linux") },
];

/// For the comparison.
pub const FOR_BENCH: [Need; 2] = [RSYNC, need("lsyncd", "it is what driftlessd is measured against", "lsyncd")];

type Package = fn(&Need) -> &'static str;

/// Program, words that install, and which name it takes.
const MANAGERS: [(&str, &[&str], Package); 5] = [
    ("apt-get", &["install", "-y", "--no-install-recommends"], |need| need.apt),
    ("dnf", &["install", "-y"], |need| need.dnf),
    ("pacman", &["-S", "--noconfirm", "--needed"], |need| need.pacman),
    ("zypper", &["--non-interactive", "install"], |need| need.zypper),
    ("brew", &["install"], |need| need.brew),
];

/// Installs what is missing, and says so before.
pub fn install(needs: &[Need]) -> Result<(), String> {
    let missing: Vec<&Need> = needs.iter().filter(|need| find(need.program).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        say(&format!("Missing: {} ({}).", need.program, need.why));
    }
    let Some((manager, words, package)) = MANAGERS.into_iter().find(|(manager, ..)| find(manager).is_some()) else {
        return Err("no package manager that is known here; install these programs yourself, then try again".to_owned());
    };
    let packages: Vec<&str> = missing.iter().map(|need| package(need)).collect();
    say(&format!("Installing with {manager}: {}", packages.join(" ")));
    if manager == "apt-get" {
        run(as_root(manager).args(["update", "-q"]))?;
    }
    let mut command = if manager == "brew" { Command::new(manager) } else { as_root(manager) };
    run(command.args(words).args(packages))?;
    match missing.iter().find(|need| find(need.program).is_none()) {
        Some(need) => Err(format!("{} is still missing after {manager} ran", need.program)),
        None => Ok(()),
    }
}

/// As root: through sudo where we are not, which may ask only where somebody can answer.
fn as_root(program: &str) -> Command {
    let mut command = if is_root() {
        Command::new(program)
    } else {
        let mut sudo = Command::new("sudo");
        if !std::io::stdin().is_terminal() {
            sudo.arg("-n");
        }
        sudo.arg("env").arg("DEBIAN_FRONTEND=noninteractive").arg(program);
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
