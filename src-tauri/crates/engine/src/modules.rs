//! What an rsync server offers, as far as it shows it.

use std::time::Duration;

use driftless_core::diagnose::Exit;
use driftless_core::paths::show_bytes;
use driftless_core::problem::Problem;
use driftless_core::target::Target;

use crate::question::ask;
use crate::run::Ground;

/// For all of it.
const BOUND: Duration = Duration::from_secs(15);
/// More are not shown.
const MOST: usize = 200;

/// One module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// What the server says of it: foreign text.
    pub comment: String,
}

/// The modules that the server at `host` lists. Those with `list = no` are not among them. Blocks for 15 seconds at most.
///
/// # Errors
/// `modules-unlisted`: it is no host, nobody answers, or rsync is missing.
pub fn list(host: &str, port: Option<u16>) -> Result<Vec<Module>, Problem> {
    let problem = || Problem::error("modules-unlisted").with("host", show_bytes(host.as_bytes()));
    let server = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let server = port.map_or(server.clone(), |port| format!("{server}:{port}"));
    // With a module behind it, it must read as a target on exactly this machine.
    match Target::parse(&format!("rsync://{server}/module")) {
        Ok(Target::Daemon { host: read, user: None, .. }) if read == host => {}
        _ => return Err(problem()),
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|_| problem())?;
    // Not `--no-motd`: it silences the list as well, since both come the same way.
    let words = vec!["--contimeout=10".to_owned(), format!("rsync://{server}/")];
    let ground = Ground::new("/");
    let (ended, text) = runtime.block_on(ask("rsync", words, &ground, BOUND)).map_err(|_| problem())?;
    if ended.exit != Exit::Code(0) {
        return Err(problem());
    }
    Ok(read(&String::from_utf8_lossy(&text)))
}

/// A line for each: the name, padded to 15 characters, a tab, the comment. A greeting before them has no such lines.
fn read(text: &str) -> Vec<Module> {
    let module = |line: &str| {
        let (name, comment) = line.split_once('\t').filter(|(name, _)| name.chars().count() >= 15)?;
        let name = name.trim_end();
        let shown = show_bytes(name.as_bytes());
        (!name.is_empty() && shown == name)
            .then(|| Module { name: shown, comment: show_bytes(comment.trim().as_bytes()) })
    };
    text.lines().filter_map(module).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_and_foreign_text_is_tamed() {
        let text = "Motto:\tof the day\n\nhome           \tFolders of all\nmy photos      \t\nx\u{1b}[31m         \tred\nb              \t\u{1b}[2J\n";
        let all = read(text);
        let names: Vec<&str> = all.iter().map(|module| module.name.as_str()).collect();
        assert_eq!(names, ["home", "my photos", "b"]);
        assert_eq!(all[0].comment, "Folders of all");
        assert!(!all[2].comment.contains('\u{1b}'));
    }

    #[test]
    fn what_is_no_host_is_not_asked() {
        for host in ["", "a/b", "u@h", "-e", "nas mod"] {
            // "-e" may be a host for all that rsync knows, and stands behind "rsync://"; nobody answers there.
            assert_eq!(list(host, Some(1)).unwrap_err().code, "modules-unlisted", "{host}");
        }
    }
}
