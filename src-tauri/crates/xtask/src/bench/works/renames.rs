//! To rename a large directory: what passes on the wire.

use std::fs;
use std::time::Duration;

use super::Work;
use crate::bench::figures::{Bar, Figure};
use crate::bench::program::Who;
use crate::bench::server::Server;
use crate::bench::stage::{Setup, until};
use crate::bench::tree;

const FILES: usize = 200;
const PATIENCE: Duration = Duration::from_secs(120);

/// At an rsync daemon that asks for a password.
pub const MODULE: Work = Work {
    name: "rename",
    says: "a directory of 200 x 500 kB renamed, password-protected module",
    watches: 10,
    once: false,
    prepare: |stage| {
        tree::make(&stage.source().join("before"))?;
        (0..stage.of(FILES))
            .try_for_each(|n| tree::file(&stage.source().join(format!("before/file{n}")), 500_000, n))?;
        stage.copy()
    },
    run: |stage, who| {
        if who == Who::Bare {
            return Ok(None);
        }
        let server = Server::start(&stage.beside("server"), &stage.target())?;
        let (url, rsync) = (server.url(), format!("password_file = \"{}\"", server.password_file().display()));
        let setup =
            Setup { delay: 1, init: true, target: Some(&url), far: None, kind: "rsync", sync: "", rsync: &rsync };
        let mut program = stage.start(who, &setup)?;
        program.quiet(PATIENCE)?;
        program.rest(PATIENCE)?;
        let before = server.passed();
        let (mut from, mut to) = ("before", "after");
        if stage.source().join(to).exists() {
            (from, to) = (to, from);
        }
        fs::rename(stage.source().join(from), stage.source().join(to)).map_err(|error| error.to_string())?;
        let last = stage.target().join(to).join(format!("file{}", stage.of(FILES) - 1));
        until(PATIENCE, Duration::from_millis(20), || last.exists() && !stage.target().join(from).exists())
            .ok_or_else(|| program.said())?;
        program.rest(PATIENCE)?;
        Ok(Some(vec![(Figure::Wire, (server.passed() - before) as f64), (Figure::Wrong, stage.wrong()?)]))
    },
    bars: &[(Figure::Wire, Bar::OfLsyncd(0.01)), (Figure::Wrong, Bar::AtMost(0.0))],
};
