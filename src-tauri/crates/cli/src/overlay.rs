//! The command line above the file: lsyncd's order of precedence.

use std::path::{Path, PathBuf};

use driftless_core::config::{Config, Kind, Sync};
use driftless_core::paths::show_bytes;
use driftless_core::target::{BadTarget, Target};

use crate::grammar::{Arguments, SyncWords};
use driftless_instance::NotLoaded;

/// The settings that were typed hold over those of the file.
pub fn lay_over(mut config: Config, arguments: &Arguments) -> Config {
    let settings = &mut config.settings;
    let on = |typed: bool, written: &mut Option<bool>| {
        if typed {
            *written = Some(true);
        }
    };
    on(arguments.insist, &mut settings.insist);
    on(arguments.nodaemon, &mut settings.nodaemon);
    on(arguments.onepass, &mut settings.onepass);
    if arguments.logfile.is_some() {
        settings.logfile.clone_from(&arguments.logfile);
    }
    if arguments.pidfile.is_some() {
        settings.pidfile.clone_from(&arguments.pidfile);
    }
    if let Some(delay) = arguments.delay {
        for sync in &mut config.sync {
            sync.delay = Some(delay);
        }
    }
    config
}

/// The syncs of the command line. Sources must be there, as with lsyncd; relative paths begin in `cwd`.
pub fn syncs_of(arguments: &Arguments, cwd: &Path) -> Result<Config, NotLoaded> {
    let mut config = Config::default();
    for words in &arguments.syncs {
        config.sync.push(sync_of(words, arguments.sshopts.as_deref(), cwd)?);
    }
    Ok(config)
}

fn sync_of(words: &SyncWords, sshopts: Option<&str>, cwd: &Path) -> Result<Sync, NotLoaded> {
    let mut sync = Sync { kind: words.kind, source: source(&words.source, cwd)?, ..Sync::default() };
    match words.kind {
        Kind::Rsyncssh => {
            sync.host.clone_from(&words.host);
            sync.targetdir = Some(words.target.clone());
            if let Some(text) = sshopts {
                let split = shlex::split(text);
                sync.ssh.extra = split.ok_or_else(|| {
                    NotLoaded::Plain(vec![format!("-sshopts has a quote that is not closed: {text}")])
                })?;
            }
        }
        Kind::Rsync | Kind::Direct => {
            let relative = Target::parse(&words.target) == Err(BadTarget::Relative);
            sync.target = Some(if relative { text(real(&cwd.join(&words.target)))? } else { words.target.clone() });
        }
    }
    Ok(sync)
}

/// A path that need not be there, without `..`: what is there of it is resolved, the rest follows.
fn real(path: &Path) -> PathBuf {
    if let Ok(path) = std::fs::canonicalize(path) {
        return path;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => real(parent).join(name),
        // It ends in `..`.
        (Some(parent), None) => real(parent).parent().map_or_else(|| PathBuf::from("/"), Path::to_owned),
        (None, _) => path.to_owned(),
    }
}

fn text(path: PathBuf) -> Result<String, NotLoaded> {
    path.into_os_string().into_string().map_err(|path| {
        NotLoaded::Plain(vec![format!("The name '{}' is not UTF-8.", show_bytes(path.as_encoded_bytes()))])
    })
}

/// Absolute, with every symbolic link resolved, as lsyncd has it.
fn source(typed: &str, cwd: &Path) -> Result<String, NotLoaded> {
    let refused = |why: &str| {
        NotLoaded::Plain(vec![
            format!("failure getting absolute path of [{typed}]"),
            format!("Cannot access source directory: {typed} ({why}). Make it, or correct the path."),
        ])
    };
    let path = std::fs::canonicalize(cwd.join(typed)).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => refused("it is not there"),
        _ => refused(&e.to_string()),
    })?;
    if !path.is_dir() {
        return Err(refused("it is not a directory"));
    }
    path.to_str().map(str::to_owned).ok_or_else(|| refused("its name is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::{Invocation, parse};

    fn arguments(line: &str) -> Arguments {
        match parse(&line.split(' ').map(str::to_owned).collect::<Vec<_>>()) {
            Ok(Invocation::Run(arguments)) => arguments,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_typed_holds_over_what_is_written() {
        let mut config = Config::default();
        config.settings.logfile = Some("/a".into());
        config.settings.nodaemon = Some(false);
        config.sync = vec![Sync { delay: Some(30.0), ..Sync::default() }, Sync::default()];
        let same = lay_over(config.clone(), &arguments("x.conf"));
        assert_eq!(same, config);
        let other = lay_over(config, &arguments("-delay 2 -logfile b -nodaemon x.conf"));
        assert_eq!(other.settings.logfile.as_deref(), Some("b"));
        assert_eq!(other.settings.nodaemon, Some(true));
        assert!(other.sync.iter().all(|s| s.delay == Some(2.0)));
    }

    #[test]
    fn typed_paths_become_absolute() {
        let dir = tempfile::tempdir().unwrap();
        let real = std::fs::canonicalize(dir.path()).unwrap();
        std::fs::create_dir(real.join("src")).unwrap();
        std::os::unix::fs::symlink("src", real.join("link")).unwrap();
        let config = syncs_of(&arguments("-rsync link to/there -rsync src h::m"), &real).unwrap();
        assert_eq!(config.sync[0].source, real.join("src").to_str().unwrap());
        assert_eq!(config.sync[0].target.as_deref(), real.join("to/there").to_str());
        assert_eq!(config.sync[1].target.as_deref(), Some("h::m"));
        assert_eq!(super::real(&real.join("link/../no/../x")), real.join("x"));
        match syncs_of(&arguments("-rsync nope h::m"), &real) {
            Err(NotLoaded::Plain(lines)) => {
                assert_eq!(lines[0], "failure getting absolute path of [nope]");
                assert!(lines[1].starts_with("Cannot access source directory: nope"), "{}", lines[1]);
            }
            other => panic!("{other:?}"),
        }
    }
}
