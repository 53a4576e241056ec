//! `convert`: one format into the other. What could not be carried over is said on stderr.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use driftless_conf::{lsyncd, toml};

use super::{FAILED, OK};
use crate::report;
use driftless_instance::{Format, read_config};

/// Converts `file`.
pub fn convert(file: &str, to: Option<Format>, output: Option<PathBuf>, force: bool) -> u8 {
    let read = match read_config(Path::new(file), file) {
        Ok(read) => read,
        Err(why) => {
            report::not_loaded(&why, file);
            return FAILED;
        }
    };
    report::problems(&read.notes, file);
    let to = to.unwrap_or(match read.format {
        Format::Toml => Format::Lsyncd,
        Format::Lsyncd => Format::Toml,
    });
    let text = match to {
        Format::Toml => toml::write(&read.config),
        Format::Lsyncd => lsyncd::export(&read.config),
    };
    let Some(output) = output else {
        report::stdout(&text);
        return OK;
    };
    match write(&output, &text, force) {
        Ok(()) => OK,
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            report::error(&format!(
                "'{}' is there already and was left as it is. --force replaces it.",
                output.display()
            ));
            FAILED
        }
        Err(e) => {
            report::error(&format!("'{}' cannot be written: {e}.", output.display()));
            FAILED
        }
    }
}

/// Whole or not at all; never over a file that is there unless told to.
fn write(path: &Path, text: &str, force: bool) -> std::io::Result<()> {
    let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temp = tempfile::Builder::new()
        .prefix(".driftless-")
        .permissions(std::fs::Permissions::from_mode(0o644))
        .tempfile_in(dir)?;
    temp.write_all(text.as_bytes())?;
    temp.as_file().sync_all()?;
    let done = if force { temp.persist(path) } else { temp.persist_noclobber(path) };
    done.map(|_| ()).map_err(|e| e.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_replaced_unasked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        write(&path, "one", false).unwrap();
        assert_eq!(write(&path, "two", false).unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
        write(&path, "two", true).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
