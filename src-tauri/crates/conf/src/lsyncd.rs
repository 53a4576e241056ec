//! lsyncd.conf, a Lua program, to and from a configuration.
//!
//! The file is run, in a sandbox: no files, no processes, no other code; `dofile` and `os.getenv` only through the
//! closures handed in; instructions, time, memory and depth are bounded. What its `settings{}` and `sync{}` calls
//! gave is merged as lsyncd merges it and then held against the same schema as the TOML file. What only lsyncd's own
//! scripting could do is told in the notes, with the line of its `sync{`, and never dropped in silence.
//!
//! Keys that lsyncd does not know stand in comments, `-- driftless: key = value` with a value as in TOML: inside the
//! braces of a `sync{}` they are that sync's, elsewhere `app.key` is the program's.
//!
//! Law: `import(export(c)).config == c`, without notes.

mod assemble;
mod comments;
mod export;
mod guard;
mod library;
mod places;
mod run;
mod tree;

use driftless_core::config::Config;
use driftless_core::problem::Problem;

use crate::Keys;

pub use export::export;

/// What a file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// All that can be carried over.
    pub config: Config,
    /// What cannot, with the place of its `sync{`.
    pub notes: Vec<Problem>,
    /// Whether the file holds actions or hooks, so that only running it whole does all it says.
    pub has_functions: bool,
    /// Where its keys stand.
    pub keys: Keys,
}

/// Gives a file that `dofile` names, or why not. The caller decides what may be read.
pub type Files<'a> = dyn FnMut(&str) -> Result<Vec<u8>, String> + 'a;

/// Gives a variable of the environment.
pub type Environment<'a> = dyn FnMut(&str) -> Option<String> + 'a;

/// Runs a file and reads what it configures. `file` is only the name under which problems are told.
///
/// # Errors
/// Everything that is wrong with it, each with its place.
pub fn import(
    text: &[u8],
    file: &str,
    files: &mut Files<'_>,
    env: &mut Environment<'_>,
) -> Result<Imported, Vec<Problem>> {
    let ran = run::run(text, file, files, env).map_err(|problem| vec![problem])?;
    assemble::assemble(ran)
}
