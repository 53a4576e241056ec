//! A configuration file to a [`Config`], whichever of the two formats it has.

use std::path::Path;

use driftless_conf::{Keys, MAX_BYTES, lsyncd, toml};
use driftless_core::config::Config;
use driftless_core::problem::Problem;

use crate::NotLoaded;
use crate::files::{Unreadable, read_bounded};

/// The two formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Our own.
    Toml,
    /// lsyncd.conf.
    Lsyncd,
}

/// A file that was read.
#[derive(Debug)]
pub struct Read {
    /// What it says.
    pub config: Config,
    /// What could not be carried over.
    pub notes: Vec<Problem>,
    /// Which format it has.
    pub format: Format,
    /// Where its keys stand.
    pub keys: Keys,
}

impl Format {
    /// By the name; where that does not tell, by the text: TOML begins with `#`, `[` or `key =`, none of which begins a
    /// lsyncd.conf (except `#!`).
    pub fn of(path: &Path, text: &[u8]) -> Format {
        match path.extension().and_then(|e| e.to_str()) {
            Some("toml") => return Format::Toml,
            Some("lua") => return Format::Lsyncd,
            _ => {}
        }
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let first =
            text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty()).unwrap_or_default();
        let table = first.starts_with(b"[") && !first.starts_with(b"[[]");
        if table || (first.starts_with(b"#") && !first.starts_with(b"#!")) { Format::Toml } else { Format::Lsyncd }
    }
}

/// Reads a file; `name` is how it was called and how problems name it.
pub fn read_config(path: &Path, name: &str) -> Result<Read, NotLoaded> {
    let text = read_bounded(path, MAX_BYTES).map_err(|why| {
        NotLoaded::Plain(vec![match why {
            // lsyncd's own words.
            Unreadable::Missing => format!("Cannot find config file at '{name}'.\nMake it or correct its name; 'driftlessd -help' shows what else there is."),
            other => format!("The config file '{name}' cannot be read: {other}."),
        }])
    })?;
    let format = Format::of(path, &text);
    match format {
        Format::Toml => {
            let config = toml::parse_bytes(&text, name).map_err(NotLoaded::Problems)?;
            let keys = toml::keys(std::str::from_utf8(&text).unwrap_or_default(), name);
            Ok(Read { config, notes: Vec::new(), format, keys })
        }
        Format::Lsyncd => {
            let dir = path.parent().unwrap_or(Path::new("/"));
            let mut files = |wanted: &str| file_below(dir, wanted);
            let mut env = |wanted: &str| std::env::var(wanted).ok();
            let imported = lsyncd::import(&text, name, &mut files, &mut env).map_err(NotLoaded::Problems)?;
            Ok(Read { config: imported.config, notes: imported.notes, format, keys: imported.keys })
        }
    }
}

/// What `dofile` may read: files below the directory of the configuration.
fn file_below(dir: &Path, wanted: &str) -> Result<Vec<u8>, String> {
    let dir = std::fs::canonicalize(dir).map_err(|e| e.to_string())?;
    let path = std::fs::canonicalize(dir.join(wanted)).map_err(|e| e.to_string())?;
    if !path.starts_with(&dir) {
        return Err("it lies outside of the directory of the configuration".to_owned());
    }
    read_bounded(&path, MAX_BYTES).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_told_by_name_then_by_text() {
        let of = |name: &str, text: &str| Format::of(Path::new(name), text.as_bytes());
        assert_eq!(of("a.toml", "settings {"), Format::Toml);
        assert_eq!(of("a.lua", "# x"), Format::Lsyncd);
        assert_eq!(of("a.conf", "\n[settings]\n"), Format::Toml);
        assert_eq!(of("a", "# mine\n[[sync]]"), Format::Toml);
        assert_eq!(of("lsyncd.conf", "-- mine\n[x]"), Format::Lsyncd);
        assert_eq!(of("lsyncd.conf", "#!/usr/bin/lsyncd\nsettings {"), Format::Lsyncd);
        assert_eq!(of("lsyncd.conf", "settings {"), Format::Lsyncd);
        assert_eq!(of("empty", ""), Format::Lsyncd);
    }

    #[test]
    fn dofile_stays_below_the_configuration() {
        let dir = tempfile::tempdir().unwrap();
        let inside = dir.path().join("conf");
        std::fs::create_dir(&inside).unwrap();
        std::fs::write(inside.join("a.lua"), "x").unwrap();
        std::fs::write(dir.path().join("secret"), "y").unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret"), inside.join("link")).unwrap();
        assert_eq!(file_below(&inside, "a.lua").unwrap(), b"x");
        for outside in ["../secret", "link", "/etc/passwd"] {
            assert!(file_below(&inside, outside).is_err(), "{outside}");
        }
    }
}
