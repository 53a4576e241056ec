//! A copy of the packages that are mutated, in a workspace of its own, in which files are changed and put back.

use std::fs;
use std::path::{Path, PathBuf};

use crate::exec::{root, target_dir};

/// Where the packages lie in the workspace.
const CRATES: &str = "src-tauri/crates";

/// The packages that are copied, by their folders.
const PACKAGES: [&str; 2] = ["core", "engine"];

/// A package itself.
pub fn package(name: &str) -> PathBuf {
    root().join(CRATES).join(name)
}

/// The copy.
pub struct Copied(PathBuf);

impl Copied {
    /// Makes it anew. The workspace's manifest comes along, with these packages as its only members: the same profiles,
    /// versions and lints hold, and what is built of dependencies is used again.
    pub fn make() -> Result<Copied, String> {
        let to = target_dir().join("mutants");
        if to.exists() {
            fs::remove_dir_all(&to).map_err(|error| format!("{}: {error}", to.display()))?;
        }
        let whole = read(&root().join("Cargo.toml"))?;
        let members: Vec<String> = PACKAGES.iter().map(|name| format!("\"{CRATES}/{name}\"")).collect();
        let members = format!("members = [{}]", members.join(", "));
        let there = whole.lines().find(|line| line.starts_with("members = ["));
        let there = there.ok_or("the members of the workspace are written in another way now")?;
        // Among the default ones stand packages that are not copied.
        let kept = |line: &&str| !line.starts_with("default-members");
        let manifest: String =
            whole.replacen(there, &members, 1).lines().filter(kept).flat_map(|l| [l, "\n"]).collect();
        write(&to.join("Cargo.toml"), &manifest)?;
        write(&to.join("Cargo.lock"), &read(&root().join("Cargo.lock"))?)?;
        // What their tests read of their neighbours.
        for part in ["src-tauri/crates/words/catalogue", "tests"] {
            copy(&root().join(part), &to.join(part))?;
        }
        for name in PACKAGES {
            copy(&package(name), &to.join(CRATES).join(name))?;
            // What a mutation leaves unused is no news.
            let lib = to.join(CRATES).join(name).join("src/lib.rs");
            write(&lib, &format!("#![allow(unused, reason = \"mutated\")]\n{}", read(&lib)?))?;
        }
        Ok(Copied(to))
    }

    /// Its workspace's manifest.
    pub fn manifest(&self) -> String {
        self.0.join("Cargo.toml").to_string_lossy().into_owned()
    }

    /// Replaces the one place where `from` stands.
    pub fn change(&self, package: &str, file: &str, from: &str, to: &str) -> Result<(), String> {
        let path = self.0.join(CRATES).join(package).join(file);
        let text = read(&path)?;
        match text.matches(from).count() {
            1 => write(&path, &text.replace(from, to)),
            count => Err(format!("its snippet stands {count} times in {file}")),
        }
    }

    /// As it was.
    pub fn restore(&self, name: &str, file: &str) -> Result<(), String> {
        write(&self.0.join(CRATES).join(name).join(file), &read(&package(name).join(file))?)
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(above) = path.parent() {
        fs::create_dir_all(above).map_err(failed)?;
    }
    fs::write(path, text).map_err(failed)
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", from.display());
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (here, there) = (entry.path(), to.join(entry.file_name()));
        if here.is_dir() {
            copy(&here, &there)?;
        } else {
            fs::copy(&here, &there).map_err(failed)?;
        }
    }
    Ok(())
}
