//! A full pass in parts: the levels of the root, then the directories `a`, `b` and `c`.

use driftless_core::conditions::Surroundings;
use driftless_core::diagnose::{Exit, Report};
use driftless_core::facts::{FileKind, Look};
use driftless_core::meter::Moved;
use driftless_core::mirror::{Input, Request};
use driftless_core::pass::{Branch, Census};
use driftless_core::paths::RelPath;
use driftless_core::view::Phase;

use crate::stage::{Stage, code, ended, ok, path, refused, sync, without};

const LEVELS: &str = "a: ";

fn census() -> Census {
    let branch = |name: &str| Branch { path: path(name), entries: 3, more: false, inside: None, loose: 0 };
    Census { tops: ["a", "b", "c"].map(branch).into(), loose: 1 }
}

/// Watched, and the first pass about to begin.
fn begun(max_processes: usize, change: impl FnOnce(&mut driftless_core::plan::SyncPlan)) -> Stage {
    let mut plan = sync("a");
    plan.max_processes = max_processes;
    plan.own.part_size = Some(3);
    change(&mut plan);
    let mut stage = Stage::new(vec![plan]);
    stage.census.insert("a".into(), census());
    for name in ["", "a", "b", "c"] {
        stage.is_dir(name);
    }
    stage.configure();
    stage.watch_all();
    stage
}

fn stop(stage: &mut Stage) {
    stage.input(Input::Fade { code: 0, at_once: false });
    assert_eq!(stage.stopped.len(), stage.running.len(), "a part does not hold the end up");
    while !stage.running.is_empty() {
        stage.end(code(20));
    }
    stage.pass(3.0);
    assert_eq!(stage.finished, Some(0));
}

#[test]
fn each_part_is_a_run_of_its_own_and_the_pass_is_over_with_the_last() {
    let mut stage = begun(1, |_| ());
    stage.serve(60.0, |_| ok());
    assert!(stage.begun.iter().all(|run| run.has("--delete") && run.command.low));
    assert!(!stage.begun[0].has("-r") && stage.begun[1..].iter().all(|run| run.has("-r")));
    assert_eq!(stage.begun(), [LEVELS, "a: a", "a: b", "a: c"]);
    let status = stage.status("a");
    assert!(status.pass.is_none() && status.last_pass_ms.is_some() && status.phase == Phase::Idle);
}

#[test]
fn live_changes_go_beside_a_part_and_what_meets_it_waits() {
    let mut stage = begun(2, |_| ());
    stage.write("a", "b/x");
    stage.pass(6.0);
    assert_eq!(stage.runs(), [LEVELS], "the levels run alone");
    stage.end(ok());
    assert_eq!(stage.runs(), ["a: b/x", "a: a"], "what waited goes first, and beside the next part");
    stage.write("a", "a/y");
    stage.write("a", "f");
    stage.pass(6.0);
    assert_eq!(stage.runs(), ["a: b/x", "a: a"], "two at once");
    let batch = stage.running.values().find(|r| r.what() == "b/x").cloned().expect("the batch");
    stage.end_run(&batch, ok());
    assert_eq!(stage.runs(), ["a: a", "a: f"], "a/y lies in the part");
    let part = stage.running.values().find(|r| r.what() == "a").cloned().expect("the part");
    stage.end_run(&part, ok());
    assert_eq!(stage.runs(), ["a: f", "a: a/y"]);
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun().len(), 7);
}

#[test]
fn a_part_waits_for_what_is_sent_there_and_for_another_name_of_it() {
    // No change tells of the other name.
    for linked in [false, true] {
        let mut stage = begun(2, |_| ());
        stage.end(ok());
        let part = stage.running.values().next().cloned().expect("the part");
        assert_eq!(part.what(), "a");
        let Look::Found(mut found) = stage.found(FileKind::File) else { panic!("found") };
        found.links = vec![path("b/x")];
        stage.looks.insert(path("f"), Look::Found(found));
        stage.write("a", if linked { "f" } else { "b/x" });
        stage.pass(6.0);
        stage.end_run(&part, ok());
        assert_eq!(stage.runs(), [if linked { "a: b/x f" } else { "a: b/x" }]);
        stage.end(ok());
        assert_eq!(stage.runs(), ["a: b"]);
    }
}

#[test]
fn with_one_run_at_a_time_parts_and_batches_take_turns() {
    let mut stage = begun(1, |_| ());
    let mut runs = 0;
    while stage.status("a").last_pass_ms.is_none() {
        stage.write("a", "f");
        stage.pass(6.0);
        assert_eq!(stage.running.len(), 1);
        stage.end(ok());
        runs += 1;
        assert!(runs < 20, "changes all the time hold the pass up for ever");
    }
    assert_eq!(stage.begun()[..7], [LEVELS, "a: f", "a: a", "a: f", "a: b", "a: f", "a: c"]);
}

#[test]
fn a_part_that_fails_is_made_again_alone() {
    let mut stage = begun(1, |_| ());
    let mut failed = false;
    stage.serve(60.0, |run| if run.what() == "b" && !std::mem::replace(&mut failed, true) { refused() } else { ok() });
    assert_eq!(stage.begun(), [LEVELS, "a: a", "a: b", "a: b", "a: c"]);
    assert!(stage.problem("a").is_none() && stage.status("a").last_pass_ms.is_some());
}

#[test]
fn what_a_part_left_out_waits_by_itself_and_a_part_that_kept_removals_is_made_again() {
    let mut stage = begun(1, |_| ());
    let skipped = || ended(Exit::Code(23), Report { deletions_skipped: true, ..without_report("b/x") });
    let mut first = true;
    stage.serve(120.0, |run| match run.what().as_str() {
        "a" => without(&["a/x"]),
        "b" if std::mem::take(&mut first) => skipped(),
        _ => ok(),
    });
    let begun = stage.begun();
    let count = |what: &str| begun.iter().filter(|run| *run == what).count();
    assert_eq!((count("a: a"), count("a: b"), count("a: c"), count(LEVELS)), (1, 2, 1, 1), "{begun:?}");
    assert!(begun.contains(&"a: a/x".to_owned()) || begun.contains(&"a: a/x b/x".to_owned()), "{begun:?}");
    assert!(stage.status("a").last_pass_ms.is_some() && stage.status("a").pass.is_none());
}

fn without_report(path: &str) -> Report {
    match without(&[path]) {
        driftless_core::mirror::End::Exited { report, .. } => *report,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_pause_ends_the_part_and_keeps_the_rest() {
    let mut stage = begun(1, |_| ());
    stage.end(ok());
    let part = *stage.running.keys().next().expect("a part runs");
    stage.ask(Request::Pause { sync: None, until_wall_ms: None });
    assert_eq!(stage.stopped, [part]);
    stage.end(code(20));
    stage.pass(300.0);
    let status = stage.status("a");
    assert!(stage.running.is_empty() && status.phase == Phase::Paused && status.problem.is_none());
    assert_eq!(status.pass.map(|pass| (pass.parts_done, pass.parts_total)), Some((1, 4)));
    stage.ask(Request::Resume { sync: None });
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun()[1..], ["a: a", "a: a", "a: b", "a: c"]);
}

#[test]
fn a_rule_that_pauses_lets_the_running_part_end() {
    let mut stage = begun(1, |plan| plan.own.rules.mains = true);
    stage.end(ok());
    assert_eq!(stage.running.len(), 1, "a part runs");
    let mains = |on| Input::Surroundings(Box::new(Surroundings { on_mains: Some(on), ..Surroundings::default() }));
    stage.input(mains(false));
    assert!(stage.stopped.is_empty() && stage.running.len() == 1);
    stage.end(ok());
    stage.pass(300.0);
    let status = stage.status("a");
    assert!(stage.running.is_empty() && status.phase == Phase::Paused);
    assert_eq!(status.pass.map(|pass| pass.parts_done), Some(2));
    stage.input(mains(true));
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun(), [LEVELS, "a: a", "a: b", "a: c"]);
}

#[test]
fn a_whole_pass_that_is_paused_is_made_again_and_did_not_fail() {
    let mut stage = Stage::new(vec![sync("a")]);
    stage.configure();
    stage.watch_all();
    stage.ask(Request::Pause { sync: None, until_wall_ms: None });
    stage.end(code(20));
    assert!(stage.problem("a").is_none());
    stage.ask(Request::Resume { sync: None });
    stage.end(ok());
    assert_eq!(stage.begun(), ["a: PASS", "a: PASS"]);
}

#[test]
fn where_something_was_lost_the_pass_begins_anew_with_what_was_not_reached() {
    let mut stage = begun(1, |_| ());
    stage.end(ok());
    stage.end(ok());
    let sync = stage.key("a");
    stage.input(Input::Lost { sync, under: RelPath::root() });
    stage.serve(60.0, |_| ok());
    assert!(stage.begun[3..].iter().all(|run| run.has("--modify-window=-1")));
    assert_eq!(stage.begun()[3..], ["a: c", LEVELS, "a: a", "a: b"]);
    assert!(stage.status("a").pass.is_none());
}

#[test]
fn killed_the_pass_begins_anew_and_after_a_clean_stop_without_a_first_pass_the_rest_is_made() {
    for clean in [false, true] {
        let mut stage = begun(1, |_| ());
        stage.end(ok());
        stage.end(ok());
        assert_eq!(stage.begun(), [LEVELS, "a: a", "a: b"]);
        if clean {
            stop(&mut stage);
            assert!(!stage.disk["id-a"].owed && stage.disk["id-a"].parts.is_some());
        }
        stage.plan.syncs[0].init = false;
        stage.restart();
        stage.serve(60.0, |_| ok());
        // The last one is the echo of the part that was ended: a server may have gone on with it.
        let rest = if clean { &["a: b", "a: c", "a: b"][..] } else { &["a: b", "a: c", LEVELS, "a: a"] };
        assert_eq!(stage.begun(), rest, "clean: {clean}");
        assert!(stage.disk["id-a"].parts.is_none() && stage.status("a").last_pass_ms.is_some());
    }
}

#[test]
fn after_a_clean_stop_a_first_pass_goes_over_everything_and_first_over_what_was_not_reached() {
    let mut stage = begun(1, |_| ());
    stage.end(ok());
    stage.end(ok());
    stop(&mut stage);
    stage.begun.clear();
    stage.restart();
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun(), ["a: b", "a: c", LEVELS, "a: a", "a: b"], "and the echo of the part that was ended");
}

#[test]
fn what_was_lost_before_the_rest_was_made_makes_the_whole_pass_again() {
    let mut stage = begun(1, |_| ());
    stage.end(ok());
    stop(&mut stage);
    stage.plan.syncs[0].init = false;
    stage.hold_looks = true;
    stage.begun.clear();
    stage.restart();
    let sync = stage.key("a");
    stage.input(Input::Lost { sync, under: RelPath::root() });
    stage.answer_looks();
    stage.serve(60.0, |_| ok());
    assert!(stage.begun().contains(&LEVELS.to_owned()), "it was done before the stop, and not since the loss");
}

#[test]
fn what_is_lost_while_a_start_still_watches_makes_the_whole_pass_again() {
    let mut stage = begun(1, |_| ());
    stage.end(ok());
    stop(&mut stage);
    stage.plan.syncs[0].init = false;
    stage.begun.clear();
    stage.start_again();
    let sync = stage.key("a");
    stage.input(Input::Lost { sync, under: RelPath::root() });
    stage.watch_all();
    stage.serve(60.0, |_| ok());
    assert!(stage.begun().contains(&LEVELS.to_owned()), "it was done before the stop, and not since the loss");
}

#[test]
fn deletions_are_counted_once_and_the_net_is_that_of_the_whole_pass() {
    let mut stage = begun(1, |plan| plan.own.budget.count = Some(5));
    assert!(stage.begun[0].has("--dry-run"));
    stage.end(ok());
    let deleted = |n| {
        let mut report = Report::default();
        report.counts.deleted = n;
        ended(Exit::Code(0), report)
    };
    assert!(stage.begun[1].has("--max-delete=5"));
    stage.end(deleted(3));
    assert!(stage.begun[2].has("--max-delete=2"));
    stage.pass(3_600.0);
    stage.end(deleted(1));
    assert!(stage.begun[3].has("--max-delete=1"), "what was deleted long ago still counts in this pass");
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun(), ["a: PASS", LEVELS, "a: a", "a: b", "a: c"]);
}

#[test]
fn how_far_it_is_is_told_over_all_parts() {
    let mut stage = begun(1, |_| ());
    stage.end(ok());
    let run = stage.running.values().next().cloned().expect("a part runs");
    let progress = |stage: &Stage| stage.status("a").pass.expect("a pass is under way");
    assert_eq!((progress(&stage).files_done, progress(&stage).files_total), (1, Some(10)));
    for second in 1..=6 {
        stage.pass(1.0);
        let moved = Moved { bytes: second * 1_000, files: Some((second, 9)), listing: false };
        stage.input(Input::Moved { job: run.job, step: run.step, moved });
    }
    let seen = progress(&stage);
    assert_eq!((seen.files_done, seen.bytes, seen.parts_done, seen.parts_total), (3, 6_000, 1, 4));
    assert_eq!((seen.bytes_per_second, seen.seconds_left), (1_000, Some(14)));
    stage.input(Input::Moved { job: run.job, step: run.step + 7, moved: Moved::default() });
    assert_eq!(progress(&stage).bytes, 6_000, "of another run");
}

#[test]
fn what_is_asked_for_while_a_pass_goes_in_parts_does_not_begin_it_anew() {
    let mut stage = begun(1, |_| ());
    stage.end(ok());
    stage.ask(Request::SyncNow { sync: None });
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun(), [LEVELS, "a: a", "a: b", "a: c"]);
}

#[test]
fn a_directory_that_is_gone_before_its_part_is_left_to_the_change_that_says_so() {
    let mut stage = begun(1, |_| ());
    stage.gone("b");
    stage.looks.insert(path("c"), driftless_core::facts::Look::Blocked { at: path("c") });
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun(), [LEVELS, "a: a"]);
    assert!(stage.status("a").last_pass_ms.is_some());
}
