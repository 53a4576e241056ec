//! The configuration of the window: one TOML file that it reads, checks and replaces whole.
//!
//! Rules: what is checked here is what `driftlessd check` checks. A file that was changed outside since it was read is never
//! overwritten. The old file stays beside the new one as `.bak`. Comments survive. Nothing is written that would not run.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use driftless_conf::{Keys, MAX_BYTES, toml};
use driftless_core::config::{Config, identity};
use driftless_core::plan::{Plan, PlanEnv, plan_of_nothing};
use driftless_core::problem::{Problem, Severity};
use driftless_engine::locks::config_identity;

use crate::load::{Ground, Loaded, NotLoaded, identity_of_file};
use crate::{Unreadable, read_bounded};

/// What the check says where there is no sync; for the window that is a beginning, not an error.
const NOTHING: &str = "check-nothing-to-watch";

/// One configuration file.
#[derive(Debug, Clone)]
pub struct Document {
    path: PathBuf,
    ground: Ground,
}

/// The file as it was read.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// What it says; empty if there is no file yet.
    pub config: Config,
    /// Changes with every change of the file.
    pub revision: String,
    /// Where its keys stand.
    pub keys: Keys,
    text: String,
}

/// How a save ended.
#[derive(Debug)]
pub enum Saved {
    /// Nothing was written; what is wrong.
    Refused(Vec<Problem>),
    /// Written, as this revision; to be run.
    Written {
        /// Of the file as it is now.
        revision: String,
        /// To be run.
        loaded: Box<Loaded>,
    },
}

impl Document {
    /// The file, which need not exist.
    pub fn new(path: impl Into<PathBuf>, ground: Ground) -> Document {
        Document { path: path.into(), ground }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is known by while it runs.
    pub fn identity(&self) -> String {
        identity_of_file(&self.path)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// It is there and cannot be read, or is no configuration.
    pub fn read(&self) -> Result<Sheet, Vec<Problem>> {
        let bytes = match read_bounded(&self.path, MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(Unreadable::Missing) => Vec::new(),
            Err(why) => return Err(vec![self.trouble("config-unreadable", &why)]),
        };
        let name = self.path.display().to_string();
        let config = toml::parse_bytes(&bytes, &name)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let keys = toml::keys(&text, &name);
        Ok(Sheet { config, revision: revision(&text), keys, text })
    }

    /// All that is wrong with a draft, each at its key.
    pub fn check(&self, config: &Config) -> Vec<Problem> {
        match self.plan(config, &Keys::default()) {
            Ok((_, warnings)) => warnings,
            Err(problems) => problems,
        }
    }

    /// The plan of a configuration, with what is worth knowing.
    ///
    /// # Errors
    /// All that is wrong with it, warnings included.
    pub fn plan(&self, config: &Config, keys: &Keys) -> Result<(Plan, Vec<Problem>), Vec<Problem>> {
        let mut warnings = Vec::new();
        match self.ground.plan(config, Some(&self.path), keys, &mut warnings) {
            Ok(plan) => Ok((plan, warnings)),
            Err(NotLoaded::Problems(mut problems)) => {
                problems.retain(|problem| !(config.sync.is_empty() && problem.code == NOTHING));
                if problems.iter().any(|problem| problem.severity == Severity::Error) || !config.sync.is_empty() {
                    return Err(problems);
                }
                let env = PlanEnv { own_paths: Vec::new(), cwd: self.ground.cwd.display().to_string() };
                Ok((plan_of_nothing(&config.settings, &env), problems))
            }
            Err(NotLoaded::Plain(lines)) => Err(vec![
                Problem::error("config-unreadable").with("file", self.path.display()).with("error", lines.join(" ")),
            ]),
        }
    }

    /// What is to be run of a sheet.
    ///
    /// # Errors
    /// As [`Document::plan`].
    pub fn load(&self, sheet: &Sheet) -> Result<Loaded, Vec<Problem>> {
        let (plan, warnings) = self.plan(&sheet.config, &sheet.keys)?;
        Ok(Loaded { plan, warnings, identity: self.identity(), shown: self.path.display().to_string() })
    }

    /// Writes a configuration over the file, if that still is the one of `revision`.
    pub fn save(&self, mut config: Config, revision: &str) -> Saved {
        let now = match self.read() {
            Ok(sheet) => sheet,
            Err(problems) => return Saved::Refused(problems),
        };
        if now.revision != revision {
            return Saved::Refused(vec![Problem::error("config-changed-outside").with("file", self.path.display())]);
        }
        name_syncs(&mut config);
        let (plan, warnings) = match self.plan(&config, &Keys::default()) {
            Ok(both) => both,
            Err(problems) => return Saved::Refused(problems),
        };
        let text = match toml::update(&now.text, &config) {
            Ok(text) => text,
            Err(problems) => return Saved::Refused(problems),
        };
        if text != now.text
            && let Err(error) = self.write(&text)
        {
            return Saved::Refused(vec![self.trouble("config-unwritable", &error)]);
        }
        let loaded = Loaded { plan, warnings, identity: self.identity(), shown: self.path.display().to_string() };
        Saved::Written { revision: self::revision(&text), loaded: Box::new(loaded) }
    }

    fn trouble(&self, code: &str, error: &dyn std::fmt::Display) -> Problem {
        Problem::error(code).with("file", self.path.display()).with("error", error)
    }

    /// Old or new, never a half; through a link to what it points at.
    fn write(&self, text: &str) -> io::Result<()> {
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let dir = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        fs::create_dir_all(dir)?;
        let beside = |ending: &str| {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push(ending);
            path.with_file_name(name)
        };
        if path.exists() {
            // A copy, so that there is never a moment without the file.
            fs::copy(&path, beside(".bak"))?;
        }
        let temp = beside(".new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temp)?;
        file.write_all(text.as_bytes())?;
        if let Ok(old) = fs::metadata(&path) {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&temp, &path)?;
        // The name as well as the content.
        fs::File::open(dir)?.sync_all()
    }
}

/// Gives each sync that has none what it is known by for ever.
fn name_syncs(config: &mut Config) {
    let mut taken: BTreeSet<String> = config.sync.iter().filter_map(|sync| sync.driftless.id.clone()).collect();
    for sync in config.sync.iter_mut().filter(|sync| sync.driftless.id.is_none()) {
        let first = identity(sync);
        let mut id = first.clone();
        let mut round = 1;
        while !taken.insert(id.clone()) {
            round += 1;
            id = config_identity(&[&first, &round.to_string()]);
        }
        sync.driftless.id = Some(id);
    }
}

fn revision(text: &str) -> String {
    config_identity(&[text])
}

#[cfg(test)]
mod tests {
    use super::*;
    use driftless_core::config::Sync;
    use std::os::unix::fs::PermissionsExt;

    fn document(dir: &Path) -> Document {
        let source = dir.join("source");
        fs::create_dir_all(&source).unwrap();
        Document::new(dir.join("conf/config.toml"), Ground { cwd: dir.to_owned(), own: Vec::new() })
    }

    fn sync(dir: &Path, target: &str) -> Sync {
        Sync {
            source: dir.join("source").display().to_string(),
            target: Some(dir.join(target).display().to_string()),
            ..Sync::default()
        }
    }

    #[test]
    fn no_file_is_an_empty_configuration_that_runs() {
        let dir = tempfile::tempdir().unwrap();
        let document = document(dir.path());
        let sheet = document.read().unwrap();
        assert_eq!(sheet.config, Config::default());
        assert!(document.load(&sheet).unwrap().plan.syncs.is_empty());
        assert_eq!(document.check(&Config::default()), []);
    }

    #[test]
    fn what_is_saved_is_read_again_with_a_name_for_ever_and_comments() {
        let dir = tempfile::tempdir().unwrap();
        let document = document(dir.path());
        let first = document.read().unwrap();
        let config = Config { sync: vec![sync(dir.path(), "a")], ..Config::default() };
        let Saved::Written { revision, loaded } = document.save(config, &first.revision) else { panic!() };
        assert_eq!(loaded.plan.syncs.len(), 1);
        let text = fs::read_to_string(document.path()).unwrap();
        fs::write(document.path(), format!("# mine\n{text}")).unwrap();
        fs::set_permissions(document.path(), fs::Permissions::from_mode(0o640)).unwrap();

        let mut second = document.read().unwrap();
        assert_ne!(second.revision, revision);
        let id = second.config.sync[0].driftless.id.clone().unwrap();
        second.config.sync[0].target = Some(dir.path().join("b").display().to_string());
        second.config.sync.push(sync(dir.path(), "a"));
        let revision = second.revision.clone();
        assert!(matches!(document.save(second.config, &revision), Saved::Written { .. }));
        let third = document.read().unwrap();
        assert!(third.text.starts_with("# mine\n"));
        assert_eq!(third.config.sync[0].driftless.id.as_ref(), Some(&id), "another target, the same sync");
        assert_ne!(third.config.sync[1].driftless.id.as_ref(), Some(&id), "the pair again is another sync");
        assert!(fs::read_to_string(dir.path().join("conf/config.toml.bak")).unwrap().contains(&id));
        assert_eq!(fs::metadata(document.path()).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_file_changed_outside_or_a_draft_with_errors_leaves_the_file_alone() {
        let dir = tempfile::tempdir().unwrap();
        let document = document(dir.path());
        let first = document.read().unwrap();
        let mut config = Config { sync: vec![sync(dir.path(), "a")], ..Config::default() };
        config.sync[0].source = "relative".to_owned();
        let Saved::Refused(problems) = document.save(config.clone(), &first.revision) else { panic!() };
        assert!(
            problems.iter().any(|p| p.code == "check-source-relative" && p.path == "sync[0].source"),
            "{problems:?}"
        );
        assert!(!document.path().exists());

        fs::create_dir_all(document.path().parent().unwrap()).unwrap();
        fs::write(document.path(), "[settings]\ninsist = true\n").unwrap();
        config.sync[0] = sync(dir.path(), "a");
        let Saved::Refused(problems) = document.save(config, &first.revision) else { panic!() };
        assert_eq!(problems[0].code, "config-changed-outside");
        assert_eq!(fs::read_to_string(document.path()).unwrap(), "[settings]\ninsist = true\n");
    }
}
