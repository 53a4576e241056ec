//! Start, reload and end of the program.

use std::collections::BTreeMap;

use driftless_core::change::Kind;
use driftless_core::config::{DeletePolicy, InotifyMode};
use driftless_core::mirror::Input;
use driftless_core::plan::SyncPlan;
use driftless_core::target::Target;

use super::one;
use crate::stage::{Stage, code, ok, refused, sync, without};

fn excluding(name: &str, patterns: &[&str]) -> SyncPlan {
    SyncPlan { matcher: crate::world::plan(DeletePolicy::Always, patterns).matcher, ..sync(name) }
}

#[test]
fn a_reload_of_the_same_configuration_makes_no_pass() {
    let mut stage = Stage::at_rest(vec![sync("a"), sync("b")]);
    let watches = stage.watched.len();
    stage.configure();
    stage.serve(3_600.0, |_| ok());
    assert!(stage.begun().is_empty());
    assert_eq!((stage.watched.len(), stage.unwatched.len()), (watches, 0));
}

#[test]
fn a_reload_loses_nothing_that_waits() {
    let mut stage = one();
    stage.write("a", "f");
    stage.configure();
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun(), ["a: f"]);
}

#[test]
fn changed_excludes_make_one_recovery_pass_of_that_sync() {
    let mut stage = Stage::at_rest(vec![sync("a"), sync("b")]);
    stage.plan.syncs[0] = excluding("a", &["*.o"]);
    stage.configure();
    assert!(stage.running.is_empty(), "not before it is watched anew");
    stage.watch_all();
    stage.serve(3_600.0, |_| ok());
    assert_eq!(stage.begun(), ["a: PASS"]);
    stage.write("a", "x.o");
    stage.serve(60.0, |_| ok());
    assert!(stage.begun().is_empty());
}

#[test]
fn a_changed_delay_holds_at_once_and_makes_no_pass() {
    let mut stage = one();
    stage.plan.syncs[0].delay = std::time::Duration::from_secs(1);
    stage.configure();
    stage.write("a", "f");
    stage.pass(1.0);
    assert_eq!(stage.runs(), ["a: f"]);
}

#[test]
fn another_way_of_watching_leaves_no_gap() {
    let mut stage = one();
    stage.plan.settings.inotify_mode = InotifyMode::Modify;
    stage.configure();
    stage.watch_all();
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun(), ["a: PASS"], "what changed between the old watches and the new ones");
}

#[test]
fn a_changed_target_is_a_new_sync() {
    let mut stage = one();
    let old = stage.key("a");
    stage.write("a", "f");
    stage.plan.syncs[0].target = Target::parse("user@other::m").expect("a target");
    stage.configure();
    stage.watch_all();
    assert_eq!((stage.unwatched.clone(), stage.runs()), (vec![old], vec!["a: PASS".to_owned()]));
    stage.serve(600.0, |_| ok());
    assert_eq!(stage.begun(), ["a: PASS"], "what waited for the old target is for nobody");
}

#[test]
fn a_removed_sync_ends_with_its_job() {
    let mut stage = Stage::at_rest(vec![sync("a"), sync("b")]);
    stage.write("a", "f");
    stage.pass(5.0);
    stage.write("a", "g");
    stage.plan.syncs.remove(0);
    stage.configure();
    assert_eq!((stage.unwatched.len(), stage.mirror.status().syncs.len(), stage.running.len()), (1, 1, 1));
    stage.end(ok());
    stage.write("b", "h");
    stage.serve(600.0, |_| ok());
    assert_eq!(stage.begun(), ["a: f", "b: h"]);
}

#[test]
fn a_sync_that_comes_back_waits_for_the_last_job_of_its_former_self() {
    let mut stage = one();
    let home = stage.plan.syncs[0].target.clone();
    stage.write("a", "f");
    stage.pass(5.0);
    for target in [Target::parse("user@other::m").expect("a target"), home] {
        stage.plan.syncs[0].target = target;
        stage.configure();
    }
    stage.watch_all();
    stage.pass(600.0);
    assert_eq!(stage.runs(), ["a: f"], "never two runs on the same paths of one target");
    stage.end(ok());
    assert_eq!(stage.runs(), ["a: PASS"]);
}

#[test]
fn fading_lets_running_jobs_end_and_starts_nothing_more() {
    let mut stage = Stage::at_rest(vec![sync("a"), sync("b")]);
    stage.write("a", "f");
    stage.pass(5.0);
    stage.write("a", "g");
    stage.write("b", "g");
    stage.input(Input::Fade { code: 143, at_once: false });
    stage.pass(3_600.0);
    assert_eq!((stage.finished, stage.stopped.len(), stage.begun.len()), (None, 0, 1));
    stage.end(ok());
    assert_eq!((stage.finished, stage.begun.len()), (Some(143), 1));
}

#[test]
fn fading_makes_no_further_run_of_a_batch() {
    let mut stage = one();
    stage.gone("old");
    stage.write("a", "new");
    stage.change("a", "old", Kind::Delete);
    stage.pass(5.0);
    stage.input(Input::Fade { code: 143, at_once: false });
    stage.end(ok());
    assert_eq!((stage.begun.len(), stage.finished), (1, Some(143)));
}

#[test]
fn fading_starts_no_run_whose_look_comes_late() {
    let mut stage = one();
    stage.hold_looks = true;
    stage.write("a", "f");
    stage.pass(5.0);
    stage.input(Input::Fade { code: 130, at_once: false });
    stage.answer_looks();
    assert_eq!((stage.begun.len(), stage.finished), (0, Some(130)));
}

#[test]
fn fading_at_once_stops_running_jobs_and_ends_after_them() {
    let mut stage = Stage::at_rest(vec![sync("a"), sync("b")]);
    stage.write("a", "f");
    stage.write("b", "f");
    stage.pass(5.0);
    stage.input(Input::Fade { code: 0, at_once: true });
    assert_eq!((stage.stopped.len(), stage.finished), (2, None));
    stage.end(code(20));
    assert_eq!(stage.finished, None);
    stage.end(code(20));
    assert_eq!(stage.finished, Some(0));
}

#[test]
fn an_idle_program_fades_at_once() {
    let mut stage = one();
    stage.input(Input::Fade { code: 143, at_once: false });
    assert_eq!(stage.finished, Some(143));
}

fn one_pass(syncs: Vec<SyncPlan>) -> Stage {
    let mut stage = Stage::new(syncs);
    stage.plan.settings.onepass = true;
    stage.configure();
    stage.watch_all();
    stage
}

#[test]
fn onepass_ends_after_all_first_passes() {
    let mut stage = one_pass(vec![sync("a"), sync("b"), sync("c")]);
    for _ in 0..3 {
        assert_eq!(stage.finished, None);
        stage.end(ok());
    }
    assert_eq!(stage.finished, Some(0));
}

#[test]
fn onepass_waits_for_watches_and_for_passes_that_take_turns() {
    let on_nas = |name| SyncPlan { target: Target::parse("user@nas::m").expect("a target"), ..sync(name) };
    let mut stage = Stage::new(vec![on_nas("a"), on_nas("b")]);
    stage.plan.settings.onepass = true;
    stage.configure();
    let keys: BTreeMap<String, _> = stage.watched.iter().map(|(k, n)| (n.clone(), *k)).collect();
    stage.input(Input::Watching { sync: keys["a"], dirs: 1, done: true });
    stage.end(ok());
    assert_eq!(stage.finished, None);
    stage.input(Input::Watching { sync: keys["b"], dirs: 1, done: true });
    stage.end(ok());
    assert_eq!((stage.finished, stage.begun().len()), (Some(0), 2));
}

#[test]
fn onepass_says_255_when_a_pass_failed_after_the_others_have_ended() {
    for failure in [refused(), without(&["f"])] {
        let mut stage = one_pass(vec![sync("a"), sync("b")]);
        stage.end_of("a", failure);
        assert_eq!(stage.finished, None, "the other one is still under way");
        stage.end_of("b", ok());
        assert_eq!(stage.finished, Some(255));
    }
}

#[test]
fn onepass_ends_also_without_init() {
    let stage = one_pass(vec![SyncPlan { init: false, ..sync("a") }]);
    assert_eq!((stage.finished, stage.begun.len()), (Some(0), 0));
    let mut stage = one_pass(vec![SyncPlan { init: false, ..sync("a") }, sync("b")]);
    assert_eq!(stage.finished, None);
    stage.end(ok());
    assert_eq!(stage.finished, Some(0));
}

#[test]
fn without_insist_a_failed_first_pass_gives_up_with_255() {
    let mut stage = Stage::new(vec![sync("a"), sync("b")]);
    stage.plan.settings.insist = false;
    stage.configure();
    stage.watch_all();
    stage.end_of("a", refused());
    assert_eq!(stage.finished, None, "running jobs end first");
    stage.end_of("b", ok());
    assert_eq!(stage.finished, Some(255));
}

#[test]
fn without_insist_a_later_failure_does_not_end_the_program() {
    let mut stage = Stage::new(vec![sync("a")]);
    stage.plan.settings.insist = false;
    stage.configure();
    stage.watch_all();
    stage.end(ok());
    stage.write("a", "f");
    stage.serve(3_600.0, |_| refused());
    assert_eq!((stage.finished, stage.status("a").waiting), (None, 1));
}

#[test]
fn the_status_shows_filters_and_no_name_breaks_a_line() {
    let mut stage = Stage::at_rest(vec![excluding("a", &["*.o"])]);
    assert!(stage.status("a").filters.iter().any(|f| f.contains("*.o")));
    stage.write("a", "new\nline");
    let waiting = stage.mirror.waiting(stage.key("a"), 0, 10);
    assert_eq!(waiting.iter().map(|w| w.path.as_str()).collect::<Vec<_>>(), ["/new\\x0aline"]);
}

#[test]
fn only_a_daemon_gets_limits_of_time() {
    for (target, limits) in [("user@host::m", true), ("rsync://host/m", true), ("/copy", false), ("host:copy", false)] {
        let plan = SyncPlan { target: Target::parse(target).expect("a target"), ..sync("a") };
        let mut stage = Stage::at_rest(vec![plan]);
        stage.write("a", "f");
        stage.pass(5.0);
        for word in ["--contimeout=30", "--timeout=300"] {
            assert_eq!(stage.begun[0].has(word), limits, "{target} {word}");
        }
    }
}

#[test]
fn an_answer_to_a_job_that_is_over_changes_nothing() {
    let mut stage = one();
    stage.write("a", "f");
    stage.pass(5.0);
    let run = stage.begun[0].clone();
    stage.end(ok());
    stage.write("a", "f");
    stage.input(Input::Ended { job: run.job, step: run.step, end: ok() });
    assert_eq!(stage.status("a").waiting, 1);
}
