//! When something starts: delay, maxDelays, slots, turns.

use std::time::Duration;

use driftless_core::change::Kind;
use driftless_core::diagnose::{Exit, FailedPath, FailureCode, PathWhy, Report, Side};
use driftless_core::mirror::{Input, Request};
use driftless_core::paths::RelPath;
use driftless_core::plan::{Password, SyncPlan};
use driftless_core::target::Target;

use super::one;
use crate::stage::{Stage, because, ended, ok, path, refused, sync, without};

#[test]
fn delay_is_a_deadline_of_the_oldest_change_and_takes_all_that_is_ready() {
    let mut stage = one();
    stage.write("a", "first");
    for name in ["second", "third", "fourth"] {
        stage.pass(1.6);
        stage.write("a", name);
    }
    let begin = stage.now.mono;
    stage.pass(10.0);
    assert_eq!(stage.runs(), ["a: first fourth second third"]);
    let waited = stage.begun[0].at + Duration::from_millis(4_800) - begin;
    assert_eq!(waited, Duration::from_secs(5));
}

#[test]
fn a_path_that_changes_all_the_time_does_not_put_its_deadline_off() {
    let mut stage = one();
    for _ in 0..12 {
        stage.write("a", "log");
        stage.pass(0.5);
    }
    assert_eq!(stage.begun(), ["a: log"]);
}

#[test]
fn max_delays_ready_entries_go_at_once() {
    let mut stage = one();
    for n in 0..49 {
        stage.write("a", &format!("f{n}"));
    }
    stage.pass(1.0);
    assert!(stage.running.is_empty());
    stage.write("a", "last");
    assert_eq!(stage.running.len(), 1);
}

#[test]
fn max_delays_counts_paths_not_events() {
    let mut stage = one();
    for _ in 0..200 {
        stage.change("a", "f", Kind::Create);
        stage.change("a", "f", Kind::Modify);
    }
    stage.pass(4.9);
    assert!(stage.begun.is_empty());
}

#[test]
fn max_delays_never_shortens_a_retrys_pause() {
    let mut hasty = sync("a");
    hasty.max_delays = 4;
    let mut stage = Stage::at_rest(vec![hasty]);
    for n in 0..20 {
        stage.write("a", &format!("f{n}"));
    }
    // Not one of those that no machine answers: such a machine has a pause of its own.
    let full = || because(11, FailureCode::TargetFull);
    stage.serve(3_600.0, |_| full());
    let tries = stage.begun().len();
    assert!((5..60).contains(&tries), "{tries} runs in an hour at a full target");
    assert_eq!((stage.status("a").waiting, stage.problem("a").as_deref()), (20, Some("target-full")));
    stage.serve(600.0, |_| ok());
    assert_eq!((stage.status("a").waiting, stage.problem("a")), (0, None));
}

#[test]
fn the_pause_between_tries_grows() {
    let mut stage = one();
    stage.write("a", "f");
    stage.serve(1_000.0, |_| refused());
    let gaps: Vec<f64> = stage.begun.windows(2).map(|w| (w[1].at - w[0].at).as_secs_f64()).collect();
    assert!(gaps[0] < 2.0 && gaps.iter().any(|g| *g > 100.0), "{gaps:?}");
    assert!(gaps.iter().all(|g| *g > 0.7), "{gaps:?}");
}

#[test]
fn after_a_retry_the_loop_sleeps_until_something_is_due() {
    let mut stage = one();
    stage.write("a", "old");
    stage.pass(5.0);
    stage.end(refused());
    stage.write("a", "young");
    stage.turns = 0;
    stage.serve(3_600.0, |_| refused());
    let runs = stage.begun.len();
    assert!(stage.turns < 10 * runs, "{} turns for {runs} runs", stage.turns);
}

#[test]
fn what_comes_back_outside_ends_the_pauses_that_it_may_have_caused_and_no_others() {
    let mut local = sync("disk");
    local.target = Target::parse("/backup").expect("a target");
    let mut asks = sync("asks");
    asks.rsync.password = Password::Keyring("rsync://user@asks:873/module".into());
    let syncs = vec![local, asks, sync("file")];
    let cases = [
        (Some(Input::NetworkUp), vec!["asks", "file"]),
        (Some(Input::KeyringReady), vec!["asks"]),
        (None, vec!["disk"]),
        (Some(Input::Resumed), vec!["asks", "disk", "file"]),
    ];
    for (input, woken) in cases {
        let mut stage = Stage::at_rest(syncs.clone());
        for name in ["disk", "asks", "file"] {
            stage.write(name, "f");
        }
        stage.serve(3_000.0, |_| refused());
        stage.begun.clear();
        let input = input.unwrap_or_else(|| Input::MountsChanged { syncs: vec![stage.key("disk")] });
        stage.input(input.clone());
        let mut begun: Vec<String> = stage.begun.iter().map(|run| run.sync.clone()).collect();
        begun.sort();
        assert_eq!(begun, woken, "{input:?}");
    }
}

#[test]
fn never_more_runs_than_max_processes_over_all_and_syncs_take_turns() {
    let mut stage = Stage::new(["a", "b", "c"].map(sync).to_vec());
    stage.plan.settings.max_processes = Some(1);
    stage.configure();
    stage.watch_all();
    stage.serve(60.0, |_| ok());
    stage.begun.clear();
    for round in 0..4 {
        for name in ["a", "b", "c"] {
            stage.write(name, &format!("f{round}"));
        }
        stage.pass(0.1);
    }
    let mut order = Vec::new();
    stage.pass(5.0);
    for round in 4..10 {
        assert_eq!(stage.running.len(), 1);
        order.extend(stage.running.values().map(|r| r.sync.clone()));
        for name in ["a", "b", "c"] {
            stage.write(name, &format!("f{round}"));
        }
        stage.pass(6.0);
        stage.end(ok());
    }
    assert!(order.windows(3).all(|w| w[0] != w[1] && w[1] != w[2] && w[0] != w[2]), "{order:?}");
}

#[test]
fn with_two_slots_two_run_and_a_third_waits() {
    let mut stage = Stage::at_rest(["a", "b", "c"].map(sync).to_vec());
    stage.plan.settings.max_processes = Some(2);
    stage.configure();
    for name in ["a", "b", "c"] {
        stage.write(name, "f");
    }
    stage.pass(30.0);
    assert_eq!(stage.running.len(), 2);
    stage.end(ok());
    assert_eq!(stage.running.len(), 2);
}

#[test]
fn a_syncs_own_max_processes_holds_and_leaves_others_alone() {
    let wide = SyncPlan { max_processes: 2, ..sync("a") };
    let mut stage = Stage::at_rest(vec![wide, sync("b")]);
    for n in 0..4 {
        stage.write("a", &format!("f{n}"));
        stage.write("b", &format!("f{n}"));
        stage.pass(6.0);
    }
    assert_eq!(stage.runs(), ["a: f0", "b: f0", "a: f1"]);
}

#[test]
fn one_pass_at_a_time_per_host_and_others_do_not_wait_for_it() {
    let on_nas = |name| SyncPlan { target: Target::parse("user@nas::m").expect("a target"), ..sync(name) };
    let mut stage = Stage::new(vec![on_nas("a"), on_nas("b"), sync("c")]);
    stage.configure();
    stage.watch_all();
    assert_eq!(stage.runs().len(), 2);
    assert!(stage.runs().contains(&"c: PASS".to_owned()));
    let first = if stage.runs().contains(&"a: PASS".to_owned()) { "a" } else { "b" };
    stage.end_of(first, ok());
    let second = if first == "a" { "b" } else { "a" };
    assert!(stage.runs().contains(&format!("{second}: PASS")));
    // Its pass takes long; the batches of the other go on to the same machine.
    stage.write(first, "f");
    stage.pass(6.0);
    assert!(stage.runs().contains(&format!("{first}: f")));
}

#[test]
fn watches_are_in_place_before_the_first_pass() {
    let mut stage = Stage::new(vec![sync("a")]);
    stage.configure();
    let key = stage.key("a");
    stage.input(Input::Watching { sync: key, dirs: 10, done: false });
    stage.write("a", "f");
    stage.pass(600.0);
    assert!(stage.begun.is_empty());
    stage.input(Input::Watching { sync: key, dirs: 20, done: true });
    assert_eq!(stage.runs(), ["a: PASS"]);
}

#[test]
fn what_changes_during_a_pass_is_sent_after_it() {
    let mut stage = Stage::new(vec![SyncPlan { max_processes: 4, ..sync("a") }]);
    stage.configure();
    stage.watch_all();
    stage.pass(1.0);
    stage.write("a", "f");
    stage.pass(600.0);
    assert_eq!(stage.runs(), ["a: PASS"]);
    stage.end(ok());
    assert_eq!(stage.runs(), ["a: f"]);
}

#[test]
fn a_pass_waits_for_the_runs_of_its_sync() {
    let mut stage = Stage::at_rest(vec![SyncPlan { max_processes: 4, ..sync("a") }]);
    stage.write("a", "f");
    stage.pass(5.0);
    let key = stage.key("a");
    stage.input(Input::Lost { sync: key, under: RelPath::root() });
    stage.pass(60.0);
    assert_eq!(stage.runs(), ["a: f"]);
    stage.end(ok());
    assert_eq!(stage.runs(), ["a: PASS"]);
}

#[test]
fn a_loss_during_a_pass_makes_another_one() {
    let mut stage = one();
    let key = stage.key("a");
    for _ in 0..2 {
        stage.input(Input::Lost { sync: key, under: RelPath::root() });
    }
    assert_eq!(stage.runs(), ["a: PASS"]);
    stage.serve(600.0, |_| ok());
    assert_eq!(stage.begun(), ["a: PASS", "a: PASS"]);
}

#[test]
fn a_pause_holds_all_runs_until_resumed_or_until_its_time() {
    let mut stage = Stage::at_rest(vec![sync("a"), sync("b")]);
    stage.ask(Request::Pause { sync: Some("a".into()), until_wall_ms: None });
    stage.write("a", "f");
    stage.write("b", "f");
    stage.serve(86_400.0, |_| ok());
    assert_eq!(stage.begun(), ["b: f"]);
    stage.ask(Request::Resume { sync: Some("a".into()) });
    stage.serve(10.0, |_| ok());
    assert_eq!(stage.begun(), ["a: f"]);

    let until = stage.now.wall_ms + 3_600_000;
    stage.ask(Request::Pause { sync: None, until_wall_ms: Some(until) });
    stage.write("a", "g");
    stage.serve(3_599.0, |_| ok());
    assert!(stage.begun().is_empty());
    stage.serve(2.0, |_| ok());
    assert_eq!(stage.begun(), ["a: g"]);
}

#[test]
fn sync_now_makes_a_pass_and_ends_waiting_and_back_off() {
    let mut stage = one();
    stage.write("a", "f");
    stage.serve(3_000.0, |_| refused());
    stage.begun.clear();
    stage.ask(Request::SyncNow { sync: None });
    assert_eq!(stage.runs(), ["a: PASS"]);
    stage.write("a", "g");
    stage.serve(1.0, |_| ok());
    assert_eq!((stage.begun(), stage.status("a").waiting), (vec!["a: PASS".to_owned(), "a: f g".to_owned()], 0));
}

#[test]
fn a_request_for_a_sync_that_is_not_there_names_those_that_are() {
    use driftless_core::mirror::Reply;
    let mut stage = one();
    stage.ask(Request::SyncNow { sync: Some("zz".into()) });
    assert_eq!(stage.replies, [Reply::NoSuchSync { asked: "zz".into(), known: vec!["a".into()] }]);
    assert!(stage.running.is_empty());
}

/// `f` fails for an hour: its pause is minutes by now.
fn failing(name: &str) -> Stage {
    let mut stage = one();
    stage.write("a", name);
    stage.serve(3_600.0, |_| without(&[name]));
    assert_eq!((stage.status("a").waiting, stage.running.len()), (1, 0));
    stage.begun.clear();
    stage
}

#[test]
fn a_failing_path_that_changes_anew_is_tried_soon() {
    for (name, change) in [("f", "f"), ("d/e/f", "d/"), ("d/e/f", "d/e/f")] {
        let mut stage = failing(name);
        stage.change("a", change, Kind::Attrib);
        stage.pass(8.0);
        assert!(stage.runs().iter().any(|run| run.contains(name)), "{change}: {:?}", stage.runs());
    }
    // Neighbours say nothing about it.
    let mut stage = failing("d/f");
    stage.change("a", "d/g", Kind::Attrib);
    stage.change("a", "e/", Kind::Attrib);
    stage.serve(8.0, |_| ok());
    assert!(stage.begun().iter().all(|run| !run.contains("d/f")));
}

#[test]
fn a_change_during_the_try_that_fails_counts_too() {
    let mut stage = one();
    stage.write("a", "f");
    for _ in 0..9 {
        stage.serve(3_600.0, |_| without(&["f"]));
    }
    while stage.running.is_empty() {
        stage.pass(10.0);
    }
    stage.change("a", "f", Kind::Attrib);
    stage.end(without(&["f"]));
    stage.pass(8.0);
    assert_eq!(stage.runs(), ["a: f"]);
}

#[test]
fn a_failing_path_that_changes_all_the_time_is_no_storm() {
    let mut stage = one();
    for _ in 0..3_600 {
        stage.write("a", "log");
        stage.change("a", "", Kind::Attrib);
        stage.serve(1.0, |run| if run.what().contains("log") { without(&["log"]) } else { ok() });
    }
    let tries = stage.begun().iter().filter(|run| run.contains("log")).count();
    assert!((8..60).contains(&tries), "{tries} runs in an hour of changes");
}

#[test]
fn a_pass_that_left_something_out_comes_forward_when_that_changes() {
    let unreadable =
        FailedPath { path: path("d"), why: PathWhy::Permission, side: Side::Sender, deep: true, guess: false };
    let report = Report { failed: vec![unreadable], deletions_skipped: true, ..Report::default() };
    let left_out = || ended(Exit::Code(23), report.clone());
    let mut stage = one();
    stage.ask(Request::SyncNow { sync: None });
    stage.serve(7_200.0, |_| left_out());
    stage.begun.clear();
    stage.change("a", "d/", Kind::Attrib);
    stage.serve(8.0, |_| ok());
    assert!(stage.begun.iter().any(|run| run.what() == "PASS"), "{:?}", stage.begun());
}
