//! From what was asked for to a plan: the file or the words are read, the command line laid over, all of it checked.
//!
//! Nothing is kept open and nothing started: the same call serves the start, a reload, and the verbs.

use std::path::PathBuf;

use driftless_conf::Keys;
use driftless_engine::locks::config_identity;
use driftless_instance::{Ground, Loaded, NotLoaded, identity_of_file, read_config};

use crate::grammar::Arguments;
use crate::overlay;

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
        let ground = Ground { cwd: self.cwd.clone(), own: self.own.clone() };
        let plan = ground.plan(&config, file.as_deref(), &keys, &mut warnings)?;
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
}
