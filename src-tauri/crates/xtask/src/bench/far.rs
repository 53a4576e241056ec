//! The receiving side over ssh: a real sshd on the loopback, for the user who measures, with keys of its own.
//!
//! No delay of the network is added: what is compared is what each daemon does for a change, a log-in or none.

use std::fs;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::exec::{Ended, find, is_root};

/// Runs until dropped.
pub struct Far {
    _sshd: Ended,
    port: u16,
    home: PathBuf,
}

impl Far {
    /// In the directory `home`, which is made anew.
    pub fn start(home: &Path) -> Result<Far, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", home.display());
        let _ = fs::remove_dir_all(home);
        fs::create_dir_all(home).map_err(failed)?;
        for key in ["host", "user"] {
            let mut make = Command::new("ssh-keygen");
            make.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(home.join(key)).stdin(Stdio::null());
            if !make.status().map_err(failed)?.success() {
                return Err("ssh-keygen failed".to_owned());
            }
        }
        let free =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr()).map_err(failed)?;
        let port = free.port();
        let host = fs::read_to_string(home.join("host.pub")).map_err(failed)?;
        fs::write(home.join("known"), format!("[127.0.0.1]:{port} {host}")).map_err(failed)?;
        // What the account's own shell reads when it starts is neither daemon's doing: it starts in a home without such files.
        fs::create_dir_all(home.join("empty")).map_err(failed)?;
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}/host\nAuthorizedKeysFile {0}/user.pub\nPidFile none\nUsePAM no\n\
             StrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n\
             PrintMotd no\nSetEnv HOME={0}/empty\n",
            home.display()
        );
        fs::write(home.join("sshd_config"), config).map_err(failed)?;
        if is_root() {
            fs::create_dir_all("/run/sshd").map_err(failed)?;
        }
        // It starts itself anew for each connection, and wants its whole path for that.
        let sshd = find("sshd").ok_or("sshd is not there")?;
        let mut command = Command::new(sshd);
        command.args(["-D", "-E"]).arg(home.join("log")).arg("-f").arg(home.join("sshd_config")).stdin(Stdio::null());
        let far = Far { _sshd: Ended(command.spawn().map_err(failed)?), port, home: home.to_owned() };
        let until = Instant::now() + Duration::from_secs(10);
        while !far.greets() {
            if Instant::now() > until {
                return Err(fs::read_to_string(home.join("log")).unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(far)
    }

    /// How a configuration names this directory there, in place of `target`.
    pub fn words(&self, dir: &Path) -> String {
        format!(
            "host = \"127.0.0.1\", targetdir = \"{}/\", ssh = {{ port = {}, identityFile = \"{}/user\", options = {{ \
             UserKnownHostsFile = \"{2}/known\", GlobalKnownHostsFile = \"/dev/null\", IdentitiesOnly = \"yes\" }} }}",
            dir.display(),
            self.port,
            self.home.display(),
        )
    }

    fn greets(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) else { return false };
        let mut greeting = [0; 4];
        let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
        stream.read_exact(&mut greeting).is_ok() && &greeting == b"SSH-"
    }
}
