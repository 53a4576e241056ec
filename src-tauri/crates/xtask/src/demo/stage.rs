//! The two folders and the two programs of the demonstration, in a directory of their own that is removed at the end.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::changes;
use crate::exec::{Ended, say};

/// See the head of this file.
pub struct Stage {
    dir: PathBuf,
    source: PathBuf,
    sample: bool,
    keep: bool,
}

impl Stage {
    /// Makes the directory, and the sample unless there is a source.
    pub fn set(source: Option<&Path>, keep: bool) -> Result<Stage, String> {
        let temp = std::env::temp_dir();
        let temp = fs::canonicalize(&temp).unwrap_or(temp);
        let dir = (0..100)
            .map(|n| temp.join(format!("driftless-run-{}-{n}", std::process::id())))
            .find(|dir| make_private(dir).is_ok())
            .ok_or_else(|| format!("no directory can be made in {}", temp.display()))?;
        let stage = match source {
            Some(source) => {
                let real = fs::canonicalize(source).map_err(|error| format!("{}: {error}", source.display()))?;
                Stage { source: real, sample: false, dir, keep }
            }
            None => Stage { source: dir.join("sample"), sample: true, dir, keep },
        };
        if stage.sample {
            changes::sample(&stage.source).map_err(|error| format!("the sample folder: {error}"))?;
        }
        Ok(stage)
    }

    /// The folder that is mirrored.
    pub fn source(&self) -> &Path {
        &self.source
    }

    /// It is the sample, which may be changed.
    pub fn is_sample(&self) -> bool {
        self.sample
    }

    /// The folder that is received into.
    pub fn received(&self) -> PathBuf {
        self.dir.join("received")
    }

    /// The configuration.
    pub fn config(&self) -> PathBuf {
        self.dir.join("driftless.toml")
    }

    /// Starts the server; its target, and the file with its password.
    pub fn receive(&self, driftlessd: &Path) -> Result<(Ended, String, PathBuf), String> {
        let mut command = self.driftlessd(driftlessd);
        command.arg("receive").arg(self.received()).stdout(Stdio::piped()).stderr(self.log("receiver.log")?);
        let mut child = Ended(command.spawn().map_err(|error| format!("driftlessd receive: {error}"))?);
        let mut target = String::new();
        if let Some(out) = child.0.stdout.take() {
            BufReader::new(out).read_line(&mut target).map_err(|error| format!("driftlessd receive: {error}"))?;
        }
        if !target.starts_with("rsync://") {
            let said = fs::read_to_string(self.dir.join("receiver.log")).unwrap_or_default();
            return Err(format!("driftlessd receive did not start: {said}"));
        }
        let kept = self.dir.join("home/state/receiver");
        let password = fs::read_dir(&kept)
            .ok()
            .and_then(|mut entries| entries.next()?.ok())
            .map(|entry| entry.path().join("password"))
            .ok_or_else(|| format!("no password below {}", kept.display()))?;
        Ok((child, target.trim_end().to_owned(), password))
    }

    /// Writes the configuration.
    pub fn configure(&self, target: &str, password: &Path) -> Result<(), String> {
        let text = format!(
            "[settings]\nnodaemon = true\n\n[[sync]]\nkind = \"rsync\"\nsource = {}\ntarget = {}\ndelay = 1\n\n\
             [sync.rsync]\narchive = true\npassword_file = {}\n",
            quoted(&self.source.to_string_lossy()),
            quoted(target),
            quoted(&password.to_string_lossy()),
        );
        fs::write(self.config(), text).map_err(|error| format!("{}: {error}", self.config().display()))
    }

    /// Starts the mirror in the foreground, with its log in a file.
    pub fn mirror(&self, driftlessd: &Path) -> Result<Ended, String> {
        let mut command = self.driftlessd(driftlessd);
        command.arg(self.config()).stdout(self.log("driftlessd.log")?).stderr(self.log("driftlessd.log")?);
        command.spawn().map(Ended).map_err(|error| format!("driftlessd: {error}"))
    }

    /// What the mirror said last.
    pub fn log_tail(&self) -> String {
        let text = fs::read(self.dir.join("driftlessd.log")).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    fn driftlessd(&self, driftlessd: &Path) -> Command {
        let mut command = Command::new(driftlessd);
        // Nothing of the person's own configuration and keyring is touched.
        command.env("DRIFTLESS_HOME", self.dir.join("home")).stdin(Stdio::null());
        command
    }

    fn log(&self, name: &str) -> Result<Stdio, String> {
        let path = self.dir.join(name);
        let file = fs::OpenOptions::new().create(true).append(true).open(&path);
        file.map(Stdio::from).map_err(|error| format!("{}: {error}", path.display()))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if self.keep {
            say(&format!("Kept: {}", self.dir.display()));
        } else if let Err(error) = fs::remove_dir_all(&self.dir) {
            say(&format!("{} could not be removed: {error}", self.dir.display()));
        }
    }
}

fn make_private(dir: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}
