//! Trying a target over ssh, against a real OpenSSH server.

use std::sync::Arc;

use driftless_core::config::Config;
use driftless_core::plan::{PlanEnv, SyncPlan, plan_of};
use driftless_engine::run::Ground;
use driftless_engine::trial::{State, Step, Trial};
use serde_json::json;
use tokio::sync::watch;

use crate::common::{Sshd, SshdOptions, Tree, keygen};
use crate::support::{OnePassword, runtime};

fn plan(source: &Tree, sshd: &Sshd, key: &str) -> SyncPlan {
    let options: serde_json::Map<_, _> =
        sshd.options().into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let sync = json!({
        "kind": "rsyncssh", "source": source.word(), "host": "127.0.0.1", "targetdir": "~/deep er",
        "ssh": { "port": sshd.port, "identityFile": sshd.at(key), "options": options, "_extra": ["-F", "none"] },
    });
    let config: Config = serde_json::from_value(json!({ "sync": [sync] })).unwrap();
    let env = PlanEnv { own_paths: Vec::new(), cwd: "/".to_owned() };
    plan_of(&config, &env, &mut |_| Err("no files".to_owned())).unwrap().syncs.remove(0)
}

/// The steps that ended, with the code of one that failed.
fn tried(plan: SyncPlan) -> Vec<(Step, String)> {
    let dir = Tree::new();
    let (_stop, stop) = watch::channel(false);
    let trial = Trial { plan, secrets: Arc::new(OnePassword("")), ground: Ground::new(dir.path()), stop };
    let mut steps = Vec::new();
    runtime().block_on(trial.run(|step, state| match state {
        State::Running => {}
        State::Ok(_) => steps.push((step, "ok".to_owned())),
        State::Skipped => steps.push((step, "skipped".to_owned())),
        State::Failed { code, .. } => steps.push((step, code)),
    }));
    steps
}

#[test]
fn a_target_over_ssh_is_tried_to_the_end_and_stays_as_it_was() {
    let (source, sshd) = (Tree::new(), Sshd::start(&SshdOptions::default()));
    let steps = tried(plan(&source, &sshd, "keys/user"));
    let well = |step| steps.iter().any(|(one, state)| *one == step && state == "ok");
    assert!([Step::Source, Step::Login, Step::Folder, Step::Write].into_iter().all(well), "{steps:?}");
    assert_eq!(std::fs::read_dir(sshd.there()).unwrap().count(), 0);
}

#[test]
fn what_is_wrong_with_the_way_there_is_told_at_the_log_in() {
    let (source, sshd) = (Tree::new(), Sshd::start(&SshdOptions::default()));
    keygen(&sshd.at("keys/other"), "");
    keygen(&sshd.at("keys/locked"), "open sesame");
    let refused = |key: &str| tried(plan(&source, &sshd, key)).pop();
    assert_eq!(refused("keys/other"), Some((Step::Login, "ssh-key-refused".to_owned())));
    assert_eq!(refused("keys/locked"), Some((Step::Login, "ssh-key-locked".to_owned())));
    sshd.know_nobody();
    assert_eq!(refused("keys/user"), Some((Step::Login, "host-key-unknown".to_owned())));
}
