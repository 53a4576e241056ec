//! Starting with the session: a desktop file of our own in the autostart folder (Linux and BSD).
//!
//! Rules: what the person wrote into it stays; `Hidden=true` is off. An AppImage is started by its own file, whose name is
//! corrected at each start if it moved.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const NAME: &str = "org.driftless.Driftless.desktop";

/// The entry of one person.
#[derive(Debug, Clone)]
pub struct Autostart {
    file: PathBuf,
    program: PathBuf,
}

impl Autostart {
    /// For this process: below the configuration directory, starting what runs now.
    pub fn find() -> Option<Autostart> {
        let dir = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|dir| dir.is_absolute());
        let dir = dir.or_else(|| std::env::home_dir().map(|home| home.join(".config")))?;
        let program = std::env::var_os("APPIMAGE").map(PathBuf::from).or_else(|| std::env::current_exe().ok())?;
        Some(Autostart::at(&dir, program))
    }

    fn at(config: &Path, program: PathBuf) -> Autostart {
        Autostart { file: config.join("autostart").join(NAME), program }
    }

    /// Where it stands.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Whether it starts with the session.
    pub fn on(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|text| !text.lines().any(|line| line.trim() == "Hidden=true"))
    }

    /// Switches it.
    pub fn set(&self, on: bool) -> io::Result<()> {
        if !on {
            return match fs::remove_file(&self.file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        if let Some(dir) = self.file.parent() {
            fs::create_dir_all(dir)?;
        }
        fs::write(&self.file, self.entry())
    }

    /// After the program moved, its name is corrected; nothing else, and only where it is on.
    pub fn correct(&self) -> io::Result<()> {
        let Ok(text) = fs::read_to_string(&self.file) else { return Ok(()) };
        let wanted = self.exec();
        let lines: Vec<&str> =
            text.lines().map(|line| if line.starts_with("Exec=") { wanted.as_str() } else { line }).collect();
        let fresh = lines.join("\n") + "\n";
        if fresh == text || !self.on() { Ok(()) } else { fs::write(&self.file, fresh) }
    }

    fn exec(&self) -> String {
        format!("Exec={} --background", quoted(&self.program.to_string_lossy()))
    }

    fn entry(&self) -> String {
        format!(
            "[Desktop Entry]\nType=Application\nName=Driftless\nComment=Keeps folders in step with where they are backed up\n\
             {}\nIcon=org.driftless.Driftless\nTerminal=false\nX-GNOME-Autostart-enabled=true\n",
            self.exec()
        )
    }
}

/// One word of an `Exec` line: in quotes, with what is special there behind a backslash, and `%` doubled. The backslashes are
/// doubled once more, since the value is a string of a desktop file.
fn quoted(word: &str) -> String {
    let mut out = String::from("\"");
    for c in word.chars() {
        match c {
            '\\' => out.push_str("\\\\\\\\"),
            '"' | '`' | '$' => {
                out.push_str("\\\\");
                out.push(c);
            }
            '%' => out.push_str("%%"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_on_once_written_and_off_when_hidden_or_gone() {
        let dir = tempfile::tempdir().unwrap();
        let autostart = Autostart::at(dir.path(), "/opt/my apps/driftless".into());
        assert!(!autostart.on());
        autostart.set(true).unwrap();
        assert!(autostart.on());
        let text = fs::read_to_string(autostart.file()).unwrap();
        assert!(text.contains("\nExec=\"/opt/my apps/driftless\" --background\n"), "{text}");
        fs::write(autostart.file(), format!("{text}Hidden=true\n")).unwrap();
        assert!(!autostart.on());
        autostart.correct().unwrap();
        assert!(fs::read_to_string(autostart.file()).unwrap().ends_with("Hidden=true\n"), "the person's word stays");
        autostart.set(false).unwrap();
        autostart.set(false).unwrap();
        assert!(!autostart.on());
    }

    #[test]
    fn a_program_that_moved_is_found_again_and_the_rest_stays() {
        let dir = tempfile::tempdir().unwrap();
        let old = Autostart::at(dir.path(), "/old/driftless".into());
        old.set(true).unwrap();
        let text = fs::read_to_string(old.file()).unwrap() + "X-Mine=1\n";
        fs::write(old.file(), text).unwrap();
        Autostart::at(dir.path(), "/new/driftless".into()).correct().unwrap();
        let text = fs::read_to_string(old.file()).unwrap();
        assert!(text.contains("Exec=\"/new/driftless\" --background") && text.contains("X-Mine=1"), "{text}");
    }

    #[test]
    fn what_a_shell_or_a_desktop_would_read_is_escaped() {
        assert_eq!(quoted("/a/b"), "\"/a/b\"");
        assert_eq!(quoted("/a$b%c"), "\"/a\\\\$b%%c\"");
    }
}
