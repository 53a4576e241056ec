//! The rules by which a sync lives, one small scene each. The random worlds say that all is well in the end; these say how.

mod around;
mod by_filters;
mod clocks;
mod consent;
mod deletions;
mod failures;
mod guards;
mod heal;
mod large;
mod leftovers;
mod life;
mod pace;
mod parts;
mod record;
mod renames;
mod sending;
mod trash;
mod unseen;

use crate::stage::{Stage, sync};

/// One sync `a`, its first pass made, at rest. `delay` 5 s, `maxDelays` 50, one run at a time.
fn one() -> Stage {
    Stage::at_rest(vec![sync("a")])
}
