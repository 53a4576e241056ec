//! How runs end badly, and what follows: which paths stay dirty, who waits, who does not.

use driftless_core::change::{Change, Kind};
use driftless_core::config::{DeletePolicy, ExitVerdict};
use driftless_core::diagnose::{Exit, FailedPath, FailureCode, PathWhy, Report, Side};
use driftless_core::mirror::{End, Input, Why};
use driftless_core::paths::RelPath;
use driftless_core::plan::SyncPlan;
use driftless_core::view::{Health, Phase};

use super::one;
use crate::stage::{Stage, because, code, ended, ok, path, refused, sync, without};

#[test]
fn exit_23_keeps_exactly_the_failed_paths_and_names_them() {
    let mut stage = one();
    for name in ["f", "g", "h"] {
        stage.write("a", name);
    }
    stage.pass(5.0);
    stage.end(without(&["g"]));
    let status = stage.status("a");
    assert_eq!(status.waiting, 1);
    let problem = status.problem.expect("a problem");
    assert_eq!((problem.code.as_str(), problem.paths.as_slice()), ("target-permission", &["g".to_owned()][..]));
    stage.serve(3_600.0, |_| ok());
    assert_eq!(stage.begun(), ["a: f g h", "a: g"]);
    assert_eq!((stage.problem("a"), stage.status("a").phase), (None, Phase::Idle));
}

#[test]
fn paths_that_failed_do_not_hold_up_others() {
    let mut stage = one();
    stage.write("a", "bad");
    stage.pass(5.0);
    stage.end(without(&["bad"]));
    stage.write("a", "good");
    stage.pass(5.0);
    assert!(stage.runs()[0].contains("good"));
}

#[test]
fn exit_23_with_a_line_that_was_not_understood_keeps_all() {
    for named in [&[][..], &["g"]] {
        let mut stage = one();
        stage.write("a", "f");
        stage.write("a", "g");
        stage.pass(5.0);
        let End::Exited { exit, mut report, stalled } = without(named) else { panic!("it ended") };
        report.unmapped = true;
        stage.end(End::Exited { exit, report, stalled });
        assert_eq!(stage.status("a").waiting, 2, "{named:?}");
    }
}

#[test]
fn a_subtree_that_failed_in_one_place_is_not_sent_whole_again() {
    let mut stage = one();
    stage.is_dir("d");
    stage.change("a", "d/", Kind::Create);
    stage.pass(5.0);
    stage.end(without(&["d/deep/f"]));
    stage.serve(3_600.0, |_| ok());
    assert_eq!(stage.begun(), ["a: d", "a: d/deep/f"]);
}

#[test]
fn a_pass_that_failed_in_one_place_is_not_made_again_for_it() {
    let mut stage = Stage::new(vec![sync("a")]);
    stage.configure();
    stage.watch_all();
    stage.end(without(&["d/f"]));
    stage.serve(3_600.0, |_| ok());
    assert_eq!(stage.begun(), ["a: PASS", "a: d/f"]);
    assert!(stage.status("a").last_pass_ms.is_some());
}

#[test]
fn a_pass_that_left_deletions_out_stays_owed() {
    let mut stage = Stage::new(vec![sync("a")]);
    stage.configure();
    stage.watch_all();
    let unreadable =
        FailedPath { path: path("d"), why: PathWhy::Permission, side: Side::Sender, deep: true, guess: false };
    let report = Report { failed: vec![unreadable], deletions_skipped: true, ..Report::default() };
    stage.end(ended(Exit::Code(23), report));
    stage.serve(3_600.0, |_| ok());
    assert_eq!(stage.begun().iter().filter(|r| *r == "a: PASS").count(), 2);
}

#[test]
fn a_pass_that_failed_is_made_again() {
    let mut stage = Stage::new(vec![sync("a")]);
    stage.configure();
    stage.watch_all();
    let mut tries = 0;
    stage.serve(3_600.0, |_| {
        tries += 1;
        if tries < 4 { refused() } else { ok() }
    });
    assert_eq!(stage.begun(), ["a: PASS"; 4]);
    assert_eq!((stage.problem("a"), stage.status("a").phase), (None, Phase::Idle));
}

#[test]
fn killed_by_a_signal_is_a_failure() {
    let mut stage = one();
    stage.write("a", "f");
    stage.pass(5.0);
    stage.end(ended(Exit::Signal(9), Report::default()));
    assert_eq!((stage.status("a").waiting, stage.problem("a").as_deref()), (1, Some("killed")));
    stage.serve(300.0, |_| ok());
    assert_eq!(stage.begun(), ["a: f", "a: f"]);
    assert_eq!((stage.status("a").waiting, stage.problem("a")), (0, None));
}

#[test]
fn no_code_but_0_and_24_counts_as_done() {
    for exit in (1..=23).chain(25..=255) {
        let mut stage = one();
        stage.write("a", "f");
        stage.pass(5.0);
        stage.end(code(exit));
        assert_eq!(stage.status("a").waiting, 1, "exit {exit}");
        assert!(stage.problem("a").is_some() && stage.finished.is_none(), "exit {exit}");
    }
}

#[test]
fn an_unknown_exit_code_holds_that_sync_alone() {
    let mut stage = Stage::at_rest(vec![sync("a"), sync("b")]);
    let answer = |run: &crate::stage::Started| if run.sync == "a" { code(99) } else { ok() };
    for n in 0..20 {
        stage.write("a", &format!("f{n}"));
        stage.write("b", &format!("f{n}"));
        stage.serve(60.0, answer);
    }
    assert_eq!((stage.problem("a").as_deref(), stage.status("a").health), (Some("unknown"), Health::Attention));
    assert_eq!((stage.problem("b"), stage.status("b").waiting, stage.status("b").totals.runs), (None, 0, 21));
    assert!(stage.begun().iter().filter(|r| r.starts_with("a:")).count() < 15);
    assert_eq!((stage.status("a").waiting, stage.finished), (20, None));
}

#[test]
fn the_persons_meaning_of_an_exit_code_is_added_to_the_built_in_ones() {
    let odd = |code: u8, verdict| {
        let mut plan = sync("a");
        plan.exit_codes.insert(code, verdict);
        Stage::at_rest(vec![plan])
    };
    for (verdict, waiting) in [(ExitVerdict::Ok, 0), (ExitVerdict::Again, 1)] {
        let mut stage = odd(99, verdict);
        stage.write("a", "f");
        stage.pass(5.0);
        stage.end(code(99));
        assert_eq!(stage.status("a").waiting, waiting);
    }
    let mut stage = odd(23, ExitVerdict::Again);
    stage.write("a", "f");
    stage.pass(5.0);
    stage.end(ok());
    assert_eq!((stage.status("a").waiting, stage.problem("a")), (0, None), "0 is still fine");
}

#[test]
fn one_sync_that_fails_leaves_the_other_unharmed() {
    let mut stage = Stage::at_rest(vec![sync("a"), sync("b")]);
    let answer = |run: &crate::stage::Started| if run.sync == "a" { refused() } else { ok() };
    let start = stage.now.mono;
    for n in 0..100 {
        stage.write("a", &format!("f{n}"));
        stage.write("b", &format!("f{n}"));
        stage.serve(10.0, answer);
    }
    assert_eq!((stage.status("a").waiting, stage.status("b").waiting), (100, 0));
    let late = stage
        .begun
        .iter()
        .filter(|r| r.sync == "b")
        .enumerate()
        .all(|(n, r)| (r.at - start).as_secs_f64() < 10.0 * n as f64 + 5.1);
    assert!(late, "each change of b left after its delay");
}

#[test]
fn a_child_that_never_started_is_a_failure_like_another() {
    let mut stage = one();
    stage.write("a", "f");
    stage.pass(5.0);
    stage.end(End::NotStarted(Why::Program { program: "rsync".into(), errno: 2 }));
    assert_eq!((stage.status("a").waiting, stage.problem("a").as_deref()), (1, Some("rsync-missing")));
    stage.serve(300.0, |_| ok());
    assert_eq!(stage.status("a").waiting, 0);
}

#[test]
fn too_many_deletions_wait_for_an_answer() {
    let mut stage = one();
    stage.gone("f");
    stage.change("a", "f", Kind::Delete);
    stage.pass(5.0);
    stage.end(because(25, FailureCode::TooManyDeletions));
    stage.serve(86_400.0, |_| ok());
    assert_eq!((stage.begun().len(), stage.status("a").phase), (1, Phase::Held));
    stage.ask(driftless_core::mirror::Request::Allow { sync: "a".into() });
    stage.serve(60.0, |_| ok());
    assert_eq!((stage.begun().len(), stage.status("a").waiting), (1, 0));
}

#[test]
fn after_a_cut_connection_the_same_paths_are_listed_again_later() {
    let mut stage = one();
    stage.write("a", "f");
    let mut first = true;
    stage.serve(3_000.0, |_| if std::mem::take(&mut first) { code(30) } else { ok() });
    assert_eq!(
        stage.begun(),
        ["a: f", "a: f", "a: f"],
        "the run, its retry, and once more when the old server is over"
    );
}

#[test]
fn a_receiver_that_takes_no_missing_names_gets_deletions_by_filters_and_is_remembered() {
    let mut stage = one();
    stage.gone("d/f");
    stage.change("a", "d/f", Kind::Delete);
    stage.pass(5.0);
    assert!(stage.begun[0].has("--delete-missing-args"));
    stage.end(because(2, FailureCode::MissingArgsRefused));
    assert_eq!(stage.runs(), ["a: d/"], "at once, by the directory that held it");
    stage.end(ok());
    assert_eq!((stage.status("a").waiting, stage.problem("a")), (0, None));
    stage.change("a", "d/f", Kind::Delete);
    stage.serve(60.0, |_| ok());
    assert!(stage.begun[1..].iter().all(|r| !r.has("--delete-missing-args") && r.has("--delete")));
    assert_eq!(stage.begun.len(), 3);
}

#[test]
fn a_name_that_filters_cannot_carry_stays_dirty_and_is_named() {
    let mut stage = Stage::at_rest(vec![SyncPlan { delete: DeletePolicy::Running, ..sync("a") }]);
    let name = RelPath::new(b"d/\xff").expect("a clean path");
    stage.looks.insert(name.clone(), driftless_core::facts::Look::Missing { top: name.clone() });
    stage.gone("d/f");
    let sync = stage.key("a");
    let change = |path: RelPath| Change { path, kind: Kind::Delete, dir: false };
    stage.input(Input::Changed { sync, batch: vec![change(name.clone()), change(path("d/f"))] });
    let answer = |run: &crate::stage::Started| {
        if run.has("--delete-missing-args") { because(2, FailureCode::MissingArgsRefused) } else { ok() }
    };
    stage.serve(86_400.0, answer);
    let status = stage.status("a");
    assert_eq!(status.waiting, 1, "what was not removed is not clean");
    assert_eq!(status.problem.expect("a problem").paths, ["d/\\xff"]);
}

#[test]
fn a_full_target_gets_its_deletions_first() {
    let mut stage = one();
    stage.gone("old");
    stage.write("a", "new");
    stage.change("a", "old", Kind::Delete);
    let mut first = true;
    stage.serve(3_600.0, |_| if std::mem::take(&mut first) { because(11, FailureCode::TargetFull) } else { ok() });
    assert_eq!(stage.begun(), ["a: new", "a: old", "a: new"]);
}

#[test]
fn a_connection_not_yet_freed_after_our_own_run_is_tried_again_at_once() {
    let mut stage = one();
    stage.write("a", "f");
    stage.pass(5.0);
    stage.end(ok());
    stage.write("a", "g");
    stage.ask(driftless_core::mirror::Request::SyncNow { sync: None });
    stage.begun.clear();
    stage.end(because(5, FailureCode::MaxConnections));
    stage.serve(1.0, |_| ok());
    assert_eq!(stage.begun()[0], "a: PASS");
}
