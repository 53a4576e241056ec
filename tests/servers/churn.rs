//! A folder that never rests, mirrored to two targets at the same time, is equal at both in the end: to a folder and to a module,
//! and by the other two kinds.
//!
//! `DRIFTLESS_CHURN` says for how many seconds (60), `DRIFTLESS_SEED` begins with another seed.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::chance::{many, setting};
use crate::changes::{Changes, EXCLUDE, FILTERS, last_word};
use crate::common::{Rsyncd, RsyncdOptions, Sshd, SshdOptions, Tree, differences};
use crate::live::{Live, sync, sync_direct, sync_over_ssh};
use crate::support::Home;

/// A file that was caught while it changed may be tried again after minutes of churn have doubled its pause.
const PATIENCE: u64 = 180;

#[test]
fn a_minute_of_churn_ends_equal() {
    let folder = Tree::new();
    let module = Rsyncd::start(&RsyncdOptions::default());
    let targets = [("folder", folder.word()), ("module", module.url())];
    churn(&targets, |name, source, target| sync(name, source, target, EXCLUDE, ""));
}

#[test]
fn a_minute_of_churn_over_ssh_and_without_a_child_ends_equal() {
    let folder = Tree::new();
    let sshd = Sshd::start(&SshdOptions::default());
    let targets = [("direct", folder.word()), ("ssh", sshd.there().join("copy").display().to_string())];
    churn(&targets, |name, source, target| match name {
        "ssh" => sync_over_ssh(name, source, &sshd, "copy", EXCLUDE),
        _ => sync_direct(name, source, target, EXCLUDE, ""),
    });
}

/// The names of the targets, and where each is compared.
fn churn(targets: &[(&str, String)], config: impl Fn(&str, &Path, &str) -> String) {
    let tree = Tree::new();
    for dir in ["source", "outside"] {
        tree.mkdir(dir);
    }
    let source = tree.at("source");
    let config: String = targets.iter().map(|(name, target)| config(name, &source, target)).collect();
    let home = Home::new();
    let live = Live::start(&home, &config);

    let seed = setting("DRIFTLESS_SEED", 1);
    let mut changes = Changes::new(seed, &source, &tree.at("outside"));
    let end = Instant::now() + Duration::from_secs(many("DRIFTLESS_CHURN", 60));
    while Instant::now() < end {
        // In bursts, some of them while runs are under way, with breaks in which a run may end.
        for _ in 0..changes.below(200) {
            changes.one();
        }
        std::thread::sleep(Duration::from_millis(changes.below(400) as u64));
    }
    let at = last_word(&source, "end").unwrap();
    for (name, target) in targets {
        live.rest(name, at, PATIENCE);
        let mut words = vec!["-lptgoD"];
        words.extend(FILTERS);
        let found = differences(&source, target, &words);
        let made = changes.done.len();
        assert!(
            found.is_empty(),
            "seed {seed}: {name} is not equal after {made} changes:\n{}\n{}",
            found.join("\n"),
            live.said(name)
        );
        assert!(live.runs(name) > 10, "{name}: {} runs tell nothing", live.runs(name));
    }
}
