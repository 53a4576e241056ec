//! From what was asked for to a plan: the file or the words are read, the command line laid over, all of it checked.
//!
//! Nothing is kept open and nothing started: the same call serves the start, a reload, and the verbs.

mod overlay;
mod source;

use std::path::{Path, PathBuf};

use driftless_conf::Keys;
use driftless_core::config::{Config, check};
use driftless_core::plan::{Plan, PlanEnv, plan_of};
use driftless_core::problem::{Problem, Severity};
use driftless_engine::locks::config_identity;

use crate::files::read_bounded;
use crate::grammar::Arguments;
pub use source::{Format, read_config};

/// A file of patterns is never larger.
const PATTERN_FILE_LIMIT: usize = 16 * 1024 * 1024;

/// What is to be loaded, with everything that could change under a daemon fixed at the start.
#[derive(Debug, Clone)]
pub struct Origin {
    /// What the command line asked for.
    pub arguments: Arguments,
    /// The directory in which relative paths begin; a daemon leaves it, a reload still means it.
    pub cwd: PathBuf,
    /// Directories of the program itself, never to be part of a sync.
    pub own: Vec<PathBuf>,
}

/// A configuration that can be run.
#[derive(Debug)]
pub struct Loaded {
    /// What is to be run.
    pub plan: Plan,
    /// What is worth knowing.
    pub warnings: Vec<Problem>,
    /// What it is known by while it runs: see the locks.
    pub identity: String,
    /// What a person calls it: the file, or the pairs of the command line.
    pub shown: String,
}

/// Why it cannot be run.
#[derive(Debug)]
pub enum NotLoaded {
    /// One thing that concerns no place in a configuration; whole sentences.
    Plain(Vec<String>),
    /// All that is wrong with it, warnings included.
    Problems(Vec<Problem>),
}

impl Origin {
    /// What the words mean here and now.
    pub fn new(arguments: Arguments, own: Vec<PathBuf>) -> Result<Origin, NotLoaded> {
        let cwd = std::env::current_dir()
            .map_err(|e| NotLoaded::Plain(vec![format!("The current directory cannot be used: {e}.")]))?;
        Ok(Origin { arguments, cwd, own })
    }

    /// Reads and checks.
    pub fn load(&self) -> Result<Loaded, NotLoaded> {
        let (config, mut warnings, keys, file) = match &self.arguments.config {
            Some(name) => {
                let path = self.cwd.join(name);
                let read = read_config(&path, name)?;
                (read.config, read.notes, read.keys, Some(path))
            }
            None => (overlay::syncs_of(&self.arguments, &self.cwd)?, Vec::new(), Keys::default(), None),
        };
        let config = overlay::lay_over(config, &self.arguments);
        let plan = self.plan(&config, file.as_deref(), &keys, &mut warnings)?;
        let (identity, shown) = match file {
            Some(path) => (identity_of_file(&path), path.display().to_string()),
            None => {
                let ids: Vec<&str> = plan.syncs.iter().map(|s| s.id.as_str()).collect();
                let pairs: Vec<String> = plan.syncs.iter().map(|s| format!("{} → {}", s.source, s.target)).collect();
                (config_identity(&ids), pairs.join(", "))
            }
        };
        Ok(Loaded { plan, warnings, identity, shown })
    }

    fn plan(
        &self,
        config: &Config,
        file: Option<&Path>,
        keys: &Keys,
        warnings: &mut Vec<Problem>,
    ) -> Result<Plan, NotLoaded> {
        let pointed = |problems: Vec<Problem>| problems.into_iter().map(|p| keys.point(p));
        let mut read = |name: &str| pattern_file(&self.cwd, name);
        let problems = check(config, &mut read);
        let refused = problems.iter().any(|p| p.severity == Severity::Error);
        warnings.extend(pointed(problems));
        if refused {
            return Err(NotLoaded::Problems(std::mem::take(warnings)));
        }
        let own = self.own.iter().map(PathBuf::as_path).chain(file).filter_map(Path::to_str).map(str::to_owned);
        let env = PlanEnv { own_paths: own.collect(), cwd: self.cwd.display().to_string() };
        plan_of(config, &env, &mut read).map_err(|problems| NotLoaded::Problems(pointed(problems).collect()))
    }
}

/// What a configuration file is known by while it runs: its one true name.
pub fn identity_of_file(path: &Path) -> String {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    config_identity(&["file", &path.display().to_string()])
}

/// The content of a file that `excludeFrom` and its like name.
pub fn pattern_file(cwd: &Path, name: &str) -> Result<Vec<u8>, String> {
    read_bounded(&cwd.join(name), PATTERN_FILE_LIMIT).map_err(|e| e.to_string())
}
