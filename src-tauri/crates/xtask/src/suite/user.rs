//! Who runs the tests: we ourselves, or as root an ordinary user made for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::exec::{find, is_root, run, say};

/// The user's name.
pub const NAME: &str = "driftless-test";

/// Runs commands as a user. A home made for it goes with it.
#[derive(Debug)]
pub struct Who {
    home: Option<PathBuf>,
}

/// The one who runs the tests.
pub fn ordinary() -> Result<Who, String> {
    if !is_root() {
        return Ok(Who { home: None });
    }
    if find("setpriv").is_none() {
        return Err("as root, setpriv is needed to become an ordinary user".to_owned());
    }
    make()?;
    let home = std::env::temp_dir().join(format!("{NAME}-{}", std::process::id()));
    // A leftover of an earlier process of this number, or somebody's trap: either way not ours.
    fs::create_dir(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    let who = Who { home: Some(home.clone()) };
    run(Command::new("chown").arg(format!("{NAME}:")).arg(&home))?;
    Ok(who)
}

/// Makes the user where it is missing.
fn make() -> Result<(), String> {
    let there = Command::new("id").arg(NAME).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if there.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    say(&format!("Making the user {NAME}, which runs the tests."));
    run(Command::new(find("useradd").unwrap_or_else(|| "useradd".into())).args([
        "--system",
        "--user-group",
        "--no-create-home",
        NAME,
    ]))
}

impl Who {
    /// This program as that user, with a home of its own and nothing of our session.
    pub fn command(&self, program: &Path) -> Command {
        let Some(home) = &self.home else { return Command::new(program) };
        let mut command = Command::new("setpriv");
        command.args([&format!("--reuid={NAME}"), &format!("--regid={NAME}"), "--init-groups", "--"]);
        command.arg(program).env("HOME", home).env("TMPDIR", home).env("USER", NAME).env("LOGNAME", NAME);
        for name in ["XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"] {
            command.env_remove(name);
        }
        command.env_remove("DBUS_SESSION_BUS_ADDRESS");
        command
    }

    /// True if the user can go there and look around.
    pub fn can_enter(&self, dir: &Path) -> bool {
        let mut command = self.command(Path::new("ls"));
        command.arg(dir).current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Who {
    fn drop(&mut self) {
        if let Some(home) = &self.home {
            let _ = fs::remove_dir_all(home);
        }
    }
}
