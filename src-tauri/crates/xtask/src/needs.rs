//! Programs and libraries that must be there, what they are called in each package manager, and their installation.

use std::io::IsTerminal;
use std::process::Command;

use crate::exec::{find, is_root, run, say};

/// A program or library, and the package that brings it.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    program: &'static str,
    /// It is a library to link with, known to pkg-config by that name.
    library: bool,
    why: &'static str,
    apt: &'static str,
    dnf: &'static str,
    pacman: &'static str,
    zypper: &'static str,
    brew: &'static str,
}

const fn need(program: &'static str, why: &'static str, package: &'static str) -> Need {
    Need { program, library: false, why, apt: package, dnf: package, pacman: package, zypper: package, brew: package }
}

/// For everything.
pub const RSYNC: Need = need("rsync", "it makes the transfers", "rsync");

/// For targets over ssh.
pub const SSH: Need = Need {
    apt: "openssh-client",
    dnf: "openssh-clients",
    zypper: "openssh-clients",
    ..need("ssh", "it reaches targets over ssh", "openssh")
};

/// A server to reach.
pub const SSHD: Need = Need {
    apt: "openssh-server",
    dnf: "openssh-server",
    zypper: "openssh-server",
    ..need("sshd", "a real ssh server for the tests", "openssh")
};

/// For the tests on Linux.
pub const FOR_TESTS: [Need; 10] = [
    RSYNC,
    SSH,
    SSHD,
    need("sshfs", "a real network file system for the tests", "sshfs"),
    need("busybox", "the smallest far side that ssh may find", "busybox"),
    need("lsyncd", "it must run what we export for it", "lsyncd"),
    Need {
        apt: "dbus-daemon",
        dnf: "dbus-daemon",
        zypper: "dbus-1",
        ..need("dbus-daemon", "a session bus of the tests' own", "dbus")
    },
    need("gnome-keyring-daemon", "a real keyring for the tests", "gnome-keyring"),
    need("mkfs.ext4", "disks of the tests' own, which come and go", "e2fsprogs"),
    Need { apt: "util-linux", ..need("setpriv", "the tests run as an ordinary user", "util-linux") },
];

/// For the comparison.
pub const FOR_BENCH: [Need; 4] =
    [RSYNC, SSH, SSHD, need("lsyncd", "it is what driftlessd is measured against", "lsyncd")];

/// For building the window, on Linux. (macOS and Windows bring theirs.)
pub const FOR_WINDOW: [Need; 2] = [
    Need {
        apt: "pkgconf",
        dnf: "pkgconf-pkg-config",
        zypper: "pkgconf",
        ..need("pkg-config", "it finds libraries", "pkgconf")
    },
    Need {
        library: true,
        apt: "libwebkit2gtk-4.1-dev",
        dnf: "webkit2gtk4.1-devel",
        zypper: "webkit2gtk3-devel",
        ..need("webkit2gtk-4.1", "the window shows its pages with it", "webkit2gtk-4.1")
    },
];

/// For the pages of the window.
pub const FOR_PAGES: [Need; 2] = [
    Need { pacman: "nodejs", ..need("node", "it builds the window's pages", "nodejs") },
    need("npm", "it fetches what the pages are built with", "npm"),
];

/// For the tests of the window.
pub const FOR_DESKTOP: [Need; 3] = [
    Need {
        apt: "xvfb",
        dnf: "xorg-x11-server-Xvfb",
        pacman: "xorg-server-xvfb",
        zypper: "xorg-x11-server-Xvfb",
        ..need("Xvfb", "a screen of the tests' own", "xvfb")
    },
    Need {
        apt: "webkit2gtk-driver",
        dnf: "webkit2gtk-driver",
        zypper: "webkit2gtk-4.1-driver",
        ..need("WebKitWebDriver", "the tests drive the real window with it", "webkit2gtk-4.1")
    },
    need("xdotool", "the tests type into the desktop's own prompt with it", "xdotool"),
];

/// For `cargo xtask screenshots`.
pub const CHROMIUM: Need = need("chromium", "it shows the pages that are pictured", "chromium");

/// For `cargo xtask icons`.
pub const RSVG: Need = Need {
    apt: "librsvg2-bin",
    dnf: "librsvg2-tools",
    zypper: "rsvg-convert",
    ..need("rsvg-convert", "it renders the icons", "librsvg")
};

/// The oldest Node that can build the pages.
const NODE: (u32, u32) = (20, 19);

/// Says clearly what is wrong with a Node that is too old: package managers of older systems bring one.
pub fn node() -> Result<(), String> {
    install(&FOR_PAGES)?;
    let output = Command::new("node").arg("--version").output().map_err(|error| format!("node: {error}"))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let mut numbers = version.trim_start_matches('v').split('.').map(|number| number.parse().unwrap_or(0));
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found >= NODE {
        return Ok(());
    }
    Err(format!(
        "Node {version} is too old to build the window's pages; {}.{} or newer is needed (https://nodejs.org). \
         Everything without the window works: cargo xtask run --for 20s",
        NODE.0, NODE.1
    ))
}

impl Need {
    fn there(&self) -> bool {
        if !self.library {
            return find(self.program).is_some();
        }
        let mut ask = Command::new("pkg-config");
        ask.args(["--exists", self.program]).status().is_ok_and(|status| status.success())
    }
}

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
    let missing: Vec<&Need> = needs.iter().filter(|need| !need.there()).collect();
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
    match missing.iter().find(|need| !need.there()) {
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
