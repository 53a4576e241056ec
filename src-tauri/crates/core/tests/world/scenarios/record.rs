//! What is remembered from one start to the next.

use driftless_core::change::Kind;
use driftless_core::config::DeletePolicy;
use driftless_core::facts::{FileKind, Look, RootFacts, RootLook};
use driftless_core::mirror::{Input, Request};
use driftless_core::record::{Note, Past, Recovered};

use crate::stage::{Stage, ok, path, root, sync};

fn past(stage: &Stage) -> &Past {
    &stage.disk["id-a"]
}

fn without_first_pass() -> Stage {
    let mut plan = sync("a");
    plan.init = false;
    Stage::at_rest(vec![plan])
}

/// Ends as a person ends it.
fn stop(stage: &mut Stage) {
    stage.input(Input::Fade { code: 0, at_once: false });
    while !stage.running.is_empty() {
        stage.end(ok());
    }
    stage.pass(3.0);
    assert_eq!(stage.finished, Some(0));
}

#[test]
fn after_a_kill_everything_is_compared_also_without_a_first_pass() {
    let mut stage = without_first_pass();
    assert_eq!(stage.begun().len(), 0);
    stage.restart();
    assert!(stage.begun[0].has("--modify-window=-1") && stage.begun[0].has("--delete"));
    assert_eq!(stage.begun(), ["a: PASS"]);
    stage.end(ok());
    stop(&mut stage);
    stage.restart();
    assert_eq!(stage.begun(), [""; 0], "after a clean stop nothing is owed");
}

#[test]
fn what_waited_at_a_clean_stop_goes_after_the_next_start() {
    let mut stage = without_first_pass();
    stage.write("a", "one");
    stage.write("a", "two");
    stop(&mut stage);
    assert!(past(&stage).clean && past(&stage).dirty.len() == 2);
    stage.restart();
    assert_eq!(stage.status("a").waiting, 2);
    stage.pass(6.0);
    assert_eq!(stage.begun(), ["a: one two"]);
}

#[test]
fn what_the_watcher_still_held_at_the_stop_is_taken_in_or_everything_is_compared() {
    let mut stage = without_first_pass();
    stage.watcher_stuck = true;
    stage.input(Input::Fade { code: 0, at_once: false });
    assert_eq!(stage.finished, None, "the watcher is waited for");
    stage.write("a", "late");
    stage.pass(3.0);
    assert_eq!(stage.finished, Some(0), "but not for ever");
    assert!(past(&stage).clean && past(&stage).owed);
    stage.watcher_stuck = false;
    stage.restart();
    assert_eq!(stage.begun(), ["a: PASS"]);
}

#[test]
fn under_running_what_was_seen_going_goes_after_a_kill_and_the_status_says_that_more_may_remain() {
    let mut plan = sync("a");
    plan.delete = DeletePolicy::Running;
    let mut stage = Stage::at_rest(vec![plan]);
    stage.change("a", "gone", Kind::Delete);
    stage.change("a", "moved/", Kind::Move(path("there")));
    assert_eq!(past(&stage).gone.len(), 2, "noted at once, not when the delay is over");
    stage.gone("gone");
    stage.gone("moved");
    stage.restart();
    assert!(!stage.begun[0].has("--delete"), "a pass cannot tell strangers from what is gone");
    stage.end(ok());
    stage.pass(6.0);
    assert_eq!(stage.begun(), ["a: PASS", "a: gone moved"]);
    stage.end(ok());
    assert!(past(&stage).gone.is_empty() && stage.status("a").may_remain);
}

#[test]
fn no_run_starts_before_what_was_noted_is_on_the_disk() {
    let mut stage = Stage::new(vec![sync("a")]);
    stage.hold_records = true;
    stage.configure();
    stage.watch_all();
    assert_eq!(stage.begun(), [""; 0]);
    stage.answer_records();
    assert_eq!(stage.begun(), ["a: PASS"]);
    let noted = past(&stage).roots.source.clone().expect("what stands at the source is known");
    assert!(!noted.empty);
}

#[test]
fn what_was_allowed_once_is_used_up_on_the_disk_before_its_run() {
    let mut stage = Stage::at_rest(vec![sync("a")]);
    stage.roots.insert("a".into(), RootLook::Dir(RootFacts { empty: true, ..root(1) }));
    stage.ask(Request::SyncNow { sync: None });
    stage.pass(60.0);
    assert_eq!((stage.begun().len(), stage.problem("a").as_deref()), (0, Some("source-emptied")));
    stage.hold_looks = true;
    stage.ask(Request::Allow { sync: "a".into() });
    assert!(past(&stage).may_empty);
    // What the look finds uses it up: killed in the run, the next start asks again.
    stage.hold_records = true;
    stage.answer_looks();
    assert_eq!((stage.begun().len(), past(&stage).may_empty), (0, false));
    stage.answer_records();
    assert_eq!(stage.begun(), ["a: PASS"]);
}

#[test]
fn who_allows_something_is_answered_when_a_restart_knows_it() {
    let mut stage = Stage::at_rest(vec![sync("a")]);
    stage.hold_records = true;
    stage.roots.insert("a".into(), RootLook::Dir(root(2)));
    stage.ask(Request::Allow { sync: "a".into() });
    assert!(stage.replies.is_empty());
    stage.answer_records();
    assert_eq!(stage.replies.len(), 1);
}

#[test]
fn a_source_that_lost_a_mount_was_emptied_or_is_another_file_system_is_held_over_a_restart() {
    let known = RootFacts { mounts: vec![path("inner")], ..root(1) };
    let cases = [
        (RootFacts { mounts: Vec::new(), ..known.clone() }, "source-mount-gone"),
        (RootFacts { empty: true, ..known.clone() }, "source-emptied"),
        (RootFacts { fs: Some(9), ..known.clone() }, "source-replaced"),
    ];
    for (now, code) in cases {
        let mut stage = Stage::new(vec![sync("a")]);
        stage.roots.insert("a".into(), RootLook::Dir(known.clone()));
        stage.configure();
        stage.watch_all();
        stage.end(ok());
        stage.begun.clear();
        // The machine was restarted too: numbers of devices and mounts are others.
        let there = RootFacts { dev: 77, mount: Some(40), ..now };
        stage.roots.insert("a".into(), RootLook::Dir(there.clone()));
        stage.restart();
        assert_eq!((stage.begun(), stage.problem("a").as_deref()), (Vec::new(), Some(code)));
        // Started again, it is held again, and as long as before.
        let since = stage.status("a").problem.map(|p| p.since_ms);
        stage.pass(100.0);
        stage.restart();
        assert_eq!(stage.begun(), [""; 0]);
        assert_eq!(stage.status("a").problem.map(|p| p.since_ms), since);
        // The answer outlives a kill.
        stage.hold_looks = true;
        stage.ask(Request::Allow { sync: "a".into() });
        stage.hold_looks = false;
        stage.restart();
        assert_eq!((stage.begun(), stage.problem("a")), (vec!["a: PASS".to_owned()], None), "{code}");
        let removes = stage.running.values().next().expect("the pass").has("--delete");
        assert!(removes, "{code}");
    }
}

#[test]
fn an_emptied_source_stays_emptied_over_runs_that_remove_nothing() {
    let mut stage = Stage::at_rest(vec![sync("a")]);
    stage.roots.insert("a".into(), RootLook::Dir(RootFacts { empty: true, ..root(1) }));
    stage.plan.syncs[0].delete = DeletePolicy::Never;
    stage.restart();
    stage.end(ok());
    stage.plan.syncs[0].delete = DeletePolicy::Always;
    stage.restart();
    assert_eq!(stage.problem("a").as_deref(), Some("source-emptied"));
}

#[test]
fn a_local_target_that_is_not_mounted_after_a_restart_is_not_filled() {
    let mut stage = Stage::at_rest(vec![sync("a")]);
    stage.targets.insert("a".into(), RootLook::Dir(root(9)));
    stage.write("a", "x");
    stage.pass(6.0);
    stage.end(ok());
    stage.targets.insert("a".into(), RootLook::Dir(RootFacts { fs: Some(3), ..root(5) }));
    stage.restart();
    assert_eq!(stage.problem("a").as_deref(), Some("target-replaced"));
    stage.targets.insert("a".into(), RootLook::Missing);
    stage.restart();
    assert_eq!(stage.problem("a").as_deref(), Some("target-gone"));
}

#[test]
fn another_target_is_another_sync_and_other_filters_are_compared() {
    let mut stage = without_first_pass();
    stop(&mut stage);
    stage.plan.syncs[0].rsync.words.push("--chmod=D755".into());
    stage.restart();
    assert_eq!(stage.begun(), ["a: PASS"], "what runs do is another thing now");
    stage.end(ok());
    stop(&mut stage);
    stage.plan.syncs[0].source = "/source/other".into();
    stage.restart();
    assert_eq!(stage.begun(), [""; 0], "the record says nothing about it");
}

#[test]
fn a_record_that_cannot_be_read_is_an_unclean_stop_and_is_said() {
    let mut stage = without_first_pass();
    stage.disk.clear();
    stage.mirror = driftless_core::mirror::Mirror::new();
    stage.watched.clear();
    stage.input(Input::Recovered { id: "id-a".into(), found: Recovered::Damaged });
    stage.configure();
    stage.watch_all();
    assert_eq!(stage.begun(), ["a: PASS"]);
    assert!(stage.said.contains(&"record-damaged".to_owned()));
}

#[test]
fn since_when_something_waits_is_known_after_a_kill() {
    let mut stage = Stage::at_rest(vec![sync("a")]);
    let since = stage.now.wall_ms;
    stage.write("a", "x");
    assert_eq!(past(&stage).oldest_ms, None, "most is at the target in a moment");
    stage.pass(2.0);
    assert_eq!(past(&stage).oldest_ms, Some(since));
    stage.pass(1.0);
    stage.restart();
    assert_eq!(stage.status("a").oldest_ms, Some(since));
    stage.end(ok());
    assert_eq!((stage.status("a").oldest_ms, past(&stage).oldest_ms), (None, None));
}

#[test]
fn a_record_that_cannot_be_written_is_shown_and_holds_nothing_up() {
    let mut stage = Stage::at_rest(vec![sync("a")]);
    let problem = driftless_core::problem::Problem::warning("record-unwritable");
    let sync = stage.key("a");
    for _ in 0..2 {
        stage.input(Input::Unrecorded { sync, problem: Some(problem.clone()) });
    }
    assert_eq!(stage.status("a").sight.len(), 1);
    assert_eq!(stage.said.iter().filter(|code| *code == "record-unwritable").count(), 1);
    stage.write("a", "x");
    stage.pass(6.0);
    assert_eq!(stage.begun(), ["a: x"]);
    stage.input(Input::Unrecorded { sync, problem: None });
    assert!(stage.status("a").sight.is_empty());
}

#[test]
fn a_sync_taken_out_ends_its_record() {
    let mut stage = Stage::at_rest(vec![sync("a"), sync("b")]);
    stage.write("a", "x");
    stage.plan.syncs.remove(0);
    stage.configure();
    assert!(past(&stage).clean && past(&stage).dirty.len() == 1);
    assert!(past(&stage).notes().contains(&Note::Stopped));
}

#[test]
fn what_was_looked_at_before_a_note_took_its_time_is_looked_at_again() {
    let mut stage = without_first_pass();
    stage.write("a", "d/f");
    stage.hold_looks = true;
    stage.pass(5.0);
    stage.hold_records = true;
    // The first look tells what stands at the root: that is noted.
    stage.answer_looks();
    assert_eq!(stage.begun().len(), 0);
    let way = stage.found(FileKind::File);
    stage.looks.insert(path("d"), way);
    stage.looks.insert(path("d/f"), Look::Blocked { at: path("d") });
    stage.answer_records();
    assert_eq!(stage.begun(), ["a: d"], "a path below what is no directory any more is never listed");
}
