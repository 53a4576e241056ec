//! To bring a single change over ssh.

use std::time::Duration;

use super::changes::{SETUP, times_of};
use super::{Figures, Work};
use crate::bench::far::Far;
use crate::bench::figures::{Bar, Figure};
use crate::bench::program::Who;
use crate::bench::stage::{Setup, Stage};

const PATIENCE: Duration = Duration::from_secs(120);

/// How long one takes where lsyncd logs in for each.
pub const ONE_FILE: Work = Work {
    name: "one-file-ssh",
    says: "one file written, rsyncssh to an sshd on the loopback, delay = 0: until the target has it, median of 30",
    watches: 10,
    once: false,
    prepare: |_| Ok(()),
    run,
    bars: &[(Figure::Wall, Bar::OfLsyncd(0.5)), (Figure::Wrong, Bar::AtMost(0.0))],
};

fn run(stage: &Stage, who: Who) -> Result<Option<Figures>, String> {
    if who == Who::Bare {
        return Ok(None);
    }
    let far = Far::start(&stage.beside("sshd"))?;
    let words = far.words(&stage.target());
    let mut program = stage.start(who, &Setup { delay: 0, kind: "rsyncssh", far: Some(&words), ..SETUP })?;
    program.quiet(PATIENCE)?;
    program.rest(PATIENCE)?;
    let median = times_of(stage, &mut program)?;
    program.rest(PATIENCE)?;
    Ok(Some(vec![(Figure::Wall, median), (Figure::Wrong, stage.wrong()?)]))
}
