//! The receiving side: a real rsync daemon with a password, behind the relay that counts.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::proxy::Proxy;
use crate::exec::{Ended, is_root};

/// Runs until dropped.
pub struct Server {
    _daemon: Ended,
    proxy: Proxy,
    home: PathBuf,
}

impl Server {
    /// Serves `module` as the module `mod`, for user `bench`.
    pub fn start(home: &Path, module: &Path) -> Result<Server, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", home.display());
        fs::create_dir_all(home).map_err(failed)?;
        for (name, text) in [("secrets", "bench:secret\n"), ("password", "secret\n")] {
            fs::write(home.join(name), text).map_err(failed)?;
            fs::set_permissions(home.join(name), fs::Permissions::from_mode(0o600)).map_err(failed)?;
        }
        let ids = if is_root() { "uid = root\ngid = root\n" } else { "" };
        let conf = format!(
            "use chroot = no\nlog file = {0}/log\n{ids}[mod]\npath = {1}\nread only = no\nauth users = bench\nsecrets file = {0}/secrets\n",
            home.display(),
            module.display()
        );
        fs::write(home.join("rsyncd.conf"), conf).map_err(failed)?;
        let free =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr()).map_err(failed)?;
        let mut command = Command::new("rsync");
        command.args(["--daemon", "--no-detach", "--address=127.0.0.1", &format!("--port={}", free.port())]);
        command.arg(format!("--config={}/rsyncd.conf", home.display())).stdin(Stdio::null());
        let daemon = Ended(command.spawn().map_err(failed)?);
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, free.port())).is_err() {
            if Instant::now() > until {
                return Err("the rsync daemon does not answer".to_owned());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Server { _daemon: daemon, proxy: Proxy::to(free.port())?, home: home.to_owned() })
    }

    /// What a configuration names as the target.
    pub fn url(&self) -> String {
        format!("rsync://bench@127.0.0.1:{}/mod/", self.proxy.port)
    }

    /// The file with the password.
    pub fn password_file(&self) -> PathBuf {
        self.home.join("password")
    }

    /// Bytes that passed so far.
    pub fn passed(&self) -> u64 {
        self.proxy.passed()
    }
}
