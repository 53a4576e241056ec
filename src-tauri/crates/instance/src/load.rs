//! A configuration to a plan: checked, with the files of patterns that it names read.

use std::path::{Path, PathBuf};

use driftless_conf::Keys;
use driftless_core::config::{Config, check};
use driftless_core::plan::{Plan, PlanEnv, plan_of};
use driftless_core::problem::{Problem, Severity};
use driftless_engine::locks::config_identity;

use crate::files::read_bounded;

/// A file of patterns is never larger.
const PATTERN_FILE_LIMIT: usize = 16 * 1024 * 1024;

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

/// Where a configuration is looked at from.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Relative paths begin here.
    pub cwd: PathBuf,
    /// Directories of the program itself, never to be part of a sync.
    pub own: Vec<PathBuf>,
}

impl Ground {
    /// The plan of a configuration, read from `file` if there is one; what is worth knowing goes to `warnings`.
    pub fn plan(
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
