//! What cargo built, from its own messages: programs and test binaries.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;

use crate::exec::{cargo, shown};

/// Something that can be run.
#[derive(Debug, Clone)]
pub struct Binary {
    /// Its package.
    pub package: String,
    /// The target's name: of a library's own tests, of a file in `tests/`, of a program.
    pub name: String,
    /// A group of its own (`[[test]]`), not the tests inside a library or program.
    pub is_group: bool,
    /// Holds tests.
    pub is_test: bool,
    /// The file.
    pub file: PathBuf,
    /// Its package's directory, in which cargo would run it.
    pub dir: PathBuf,
}

/// Builds with these words of cargo; what can be run of it.
pub fn build(words: &[&str]) -> Result<Vec<Binary>, String> {
    let mut command = cargo(words);
    command.arg("--message-format=json-render-diagnostics").stdin(Stdio::null()).stdout(Stdio::piped());
    let shown = shown(&command);
    let mut child = command.spawn().map_err(|error| format!("{shown}: {error}"))?;
    let mut found = Vec::new();
    if let Some(out) = child.stdout.take() {
        for line in BufReader::new(out).lines() {
            let line = line.map_err(|error| format!("{shown}: {error}"))?;
            found.extend(serde_json::from_str(&line).ok().as_ref().and_then(binary));
        }
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(found),
        Ok(status) => Err(format!("{shown}: {status}")),
        Err(error) => Err(format!("{shown}: {error}")),
    }
}

fn binary(message: &Value) -> Option<Binary> {
    let file = PathBuf::from(message.get("executable")?.as_str()?);
    let target = message.get("target")?;
    let manifest = PathBuf::from(message.get("manifest_path")?.as_str()?);
    let dir = manifest.parent()?.to_owned();
    // `path+file:///…/crates/cli#driftlessd@0.1.0`, or `…/core#0.1.0` where the directory is called like the package.
    let id = message.get("package_id")?.as_str()?;
    let (place, version) = id.rsplit_once('#')?;
    let package = match version.split_once('@') {
        Some((name, _)) => name,
        None => place.rsplit_once('/')?.1,
    };
    Some(Binary {
        package: package.to_owned(),
        name: target.get("name")?.as_str()?.to_owned(),
        is_group: target.get("kind")?.as_array()?.iter().any(|kind| kind == "test"),
        is_test: message.get("profile")?.get("test")?.as_bool()?,
        file,
        dir,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_cargo_names_what_can_be_run() {
        let line = r#"{"reason":"compiler-artifact","package_id":"path+file:///r/src-tauri/crates/cli#driftlessd@0.1.0",
            "manifest_path":"/r/src-tauri/crates/cli/Cargo.toml","target":{"kind":["test"],"name":"secrets"},
            "profile":{"test":true},"executable":"/r/target/debug/deps/secrets-1"}"#;
        let found = binary(&serde_json::from_str(line).unwrap()).unwrap();
        assert_eq!((found.package.as_str(), found.name.as_str()), ("driftlessd", "secrets"));
        assert!(found.is_group && found.is_test && found.dir.ends_with("crates/cli"));
        assert!(binary(&serde_json::from_str(r#"{"reason":"build-finished","executable":null}"#).unwrap()).is_none());
    }
}
