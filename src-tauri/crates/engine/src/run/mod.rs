//! Children: one command line as data in, how it ended out.
//!
//! - No shell, ever: words go to the program byte by byte.
//! - A child runs in a process group of its own and is ended with us (`PR_SET_PDEATHSIG`, see `spawn`).
//! - It is not trusted to end: `child` watches its progress, ends it in steps, and never waits for the end of a pipe
//!   that a grandchild may hold.

mod child;
mod env;
mod feed;
mod ledger;
mod program;
mod progress;
mod spawn;

pub use child::{Ended, Patience, run};
pub use ledger::Ledger;
pub use program::find_program;
pub use spawn::{Ground, Stream};
