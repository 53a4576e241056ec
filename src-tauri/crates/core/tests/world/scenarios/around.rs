//! What stands outside of a sync: rules of power, networks and hours, and machines that do not answer.

use driftless_core::conditions::{Hours, RuleKind, Rules, Surroundings};
use driftless_core::disk::End;
use driftless_core::mirror::{DiskIs, Input, Request};
use driftless_core::plan::{OwnPlan, SyncPlan};
use driftless_core::target::Target;
use driftless_core::view::{Health, Phase};

use crate::stage::{Stage, ok, refused, sync};

fn ruled(name: &str, rules: Rules) -> SyncPlan {
    SyncPlan { own: OwnPlan { rules, ..OwnPlan::default() }, ..sync(name) }
}

fn around(stage: &mut Stage, around: &Surroundings) {
    stage.input(Input::Surroundings(Box::new(around.clone())));
}

#[test]
fn a_rule_pauses_only_its_sync_and_says_so_and_can_be_overruled() {
    let mains = Rules { mains: true, ..Rules::default() };
    let mut stage = Stage::at_rest(vec![ruled("a", mains), sync("b")]);
    let battery = Surroundings { on_mains: Some(false), ..Surroundings::default() };
    let plugged = Surroundings { on_mains: Some(true), ..Surroundings::default() };
    around(&mut stage, &battery);
    let status = stage.status("a");
    assert_eq!((status.phase, status.health), (Phase::Paused, Health::Paused));
    assert_eq!(status.paused_by.map(|p| p.rule), Some(RuleKind::Mains));
    assert_eq!(stage.mirror.status().around, battery);
    stage.write("a", "f");
    stage.write("b", "f");
    stage.serve(600.0, |_| ok());
    assert_eq!((stage.begun(), stage.status("a").waiting), (vec!["b: f".to_owned()], 1));
    stage.ask(Request::Anyway { sync: Some("a".into()) });
    stage.serve(60.0, |_| ok());
    assert_eq!((stage.begun(), stage.status("a").paused_by), (vec!["a: f".to_owned()], None));
    // It lasts until the rule would not pause any more, and not longer.
    around(&mut stage, &plugged);
    around(&mut stage, &battery);
    stage.write("a", "g");
    stage.serve(600.0, |_| ok());
    assert!(stage.begun().is_empty());
    around(&mut stage, &plugged);
    stage.serve(60.0, |_| ok());
    assert_eq!((stage.begun(), stage.status("a").phase), (vec!["a: g".to_owned()], Phase::Idle));
}

#[test]
fn hours_begin_and_end_by_themselves() {
    // The stage begins at 22:13:20 UTC.
    let night = Rules { hours: vec![Hours::parse("23:00-01:00").expect("hours")], ..Rules::default() };
    let mut stage = Stage::at_rest(vec![ruled("a", Rules::default())]);
    stage.plan.syncs = vec![ruled("a", night)];
    stage.configure();
    stage.begun.clear();
    stage.write("a", "f");
    stage.serve(1_800.0, |_| ok());
    let status = stage.status("a");
    assert_eq!((stage.begun().len(), status.phase), (0, Phase::Paused));
    let until = status.paused_by.and_then(|p| p.until_ms).expect("when it ends");
    assert_eq!(until % 86_400_000, 23 * 3_600_000);
    stage.serve(1_200.0, |_| ok());
    assert_eq!(stage.begun(), ["a: f"]);
    stage.serve(3.0 * 3_600.0, |_| ok());
    assert_eq!(stage.status("a").phase, Phase::Paused);
}

#[test]
fn many_syncs_of_a_dead_machine_are_one_try_and_all_go_when_it_answers() {
    let names: Vec<String> = (0..20).map(|n| format!("s{n}")).collect();
    let one =
        |name: &String| SyncPlan { target: Target::parse(&format!("nas::{name}")).expect("a target"), ..sync(name) };
    let late = one(&"late".to_owned());
    let mut stage = Stage::at_rest(names.iter().map(one).chain([late, sync("other")]).collect());
    for name in &names {
        stage.write(name, "f");
    }
    stage.serve(10.0, |_| refused());
    stage.begun.clear();
    stage.serve(3_600.0, |_| refused());
    let tries = stage.begun.len();
    // Alone it would be tried about every five minutes in the end; twenty times as often would be a storm.
    assert!((10..40).contains(&tries), "{tries}");
    assert!(stage.begun.windows(2).all(|w| w[1].at > w[0].at), "one after the other");
    stage.write("other", "f");
    stage.serve(10.0, |run| if run.sync == "other" { ok() } else { refused() });
    assert_eq!(stage.problem("other"), None, "another machine's sync is not delayed");
    // One that has not met the dead machine yet waits with the others.
    stage.begun.clear();
    stage.write("late", "f");
    stage.serve(5.0, |_| refused());
    assert!(stage.begun.iter().all(|run| run.sync != "late"), "it tried by itself");
    stage.begun.clear();
    stage.serve(400.0, |_| ok());
    let (first, last) = (stage.begun[0].at, stage.begun[20].at);
    assert!(stage.begun.len() == 21 && (last - first).as_secs() < 30, "{first:?} {last:?}");
    for name in &names {
        assert_eq!((stage.problem(name), stage.status(name).waiting), (None, 0));
    }
}

#[test]
fn a_machine_that_answers_one_sync_early_is_asked_by_all() {
    let names = ["a", "b", "c"];
    let one =
        |name: &&str| SyncPlan { target: Target::parse(&format!("nas::{name}")).expect("a target"), ..sync(name) };
    let mut stage = Stage::at_rest(names.iter().map(one).collect());
    for name in names {
        stage.write(name, "f");
    }
    stage.serve(3_600.0, |_| refused());
    stage.begun.clear();
    // The pause is minutes long now; somebody presses the button.
    stage.ask(Request::SyncNow { sync: Some("a".into()) });
    stage.serve(2.0, |_| ok());
    for name in names {
        assert_eq!((stage.problem(name), stage.status(name).waiting), (None, 0), "{name}");
    }
}

#[test]
fn the_network_coming_back_is_one_try_too() {
    let names: Vec<String> = (0..20).map(|n| format!("s{n}")).collect();
    let one =
        |name: &String| SyncPlan { target: Target::parse(&format!("nas::{name}")).expect("a target"), ..sync(name) };
    let mut stage = Stage::at_rest(names.iter().map(one).collect());
    for name in &names {
        stage.write(name, "f");
    }
    stage.serve(3_600.0, |_| refused());
    stage.begun.clear();
    stage.input(Input::NetworkUp);
    assert_eq!(stage.running.len(), 1, "it is tried at once, by one");
    stage.serve(1.0, |_| refused());
    assert!(stage.begun.len() < 4, "{}", stage.begun.len());
}

fn disk(stage: &mut Stage, end: End, at: Option<&str>) {
    let is = at.map_or(DiskIs::Away { uuid: Some("1-2".into()) }, |place| DiskIs::At(place.to_owned()));
    let sync = stage.key("a");
    stage.input(Input::Disk { sync, end, is });
}

#[test]
fn a_disk_that_is_away_is_no_failure_and_its_sync_starts_when_it_comes() {
    let local = SyncPlan { target: Target::parse("/m/disk/copy").expect("a target"), ..sync("a") };
    let mut stage = Stage::new(vec![local, sync("b")]);
    stage.configure();
    disk(&mut stage, End::Target, None);
    stage.watch_all();
    stage.serve(3.0 * 86_400.0, |_| ok());
    assert_eq!(stage.begun(), ["b: PASS"]);
    let status = stage.status("a");
    assert_eq!((status.phase, status.problem), (Phase::Away, None));
    assert!(status.away.is_some_and(|away| away.end == End::Target) && status.health < Health::Paused);
    // It comes, mounted at another place: everything is compared there.
    disk(&mut stage, End::Target, Some("/run/media/disk/copy"));
    assert_eq!(stage.runs(), ["a: PASS"]);
    let words = stage.begun[0].command.shown();
    assert!(words.contains("[/run/media/disk/copy/]") && words.contains("[--delete]"), "{words}");
    stage.serve(5.0, |_| ok());
    assert_eq!((stage.status("a").phase, stage.status("a").away), (Phase::Idle, None));
    // A reload of the same configuration does not lose where it is, and makes no pass.
    stage.begun.clear();
    stage.configure();
    stage.write("a", "f");
    stage.serve(60.0, |_| ok());
    assert!(stage.begun[0].command.shown().contains("[/run/media/disk/copy/]"));
    assert_eq!(stage.begun(), ["a: f"]);
}

#[test]
fn a_source_whose_disk_is_pulled_out_waits_and_is_compared_when_it_is_back() {
    let mut stage = Stage::at_rest(vec![sync("a")]);
    stage.roots.insert("a".into(), driftless_core::facts::RootLook::Missing);
    stage.write("a", "f");
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.problem("a").as_deref(), Some("source-gone"), "until it is known that it is its disk");
    disk(&mut stage, End::Source, None);
    assert_eq!(
        (stage.problem("a"), stage.status("a").phase, stage.status("a").health),
        (None, Phase::Away, Health::Syncing)
    );
    stage.serve(3_600.0, |_| ok());
    assert!(stage.begun.is_empty());
    // Another device number now; the file system is the same.
    let back = driftless_core::facts::RootFacts { dev: 77, ino: 9, ..crate::stage::root(1) };
    stage.roots.insert("a".into(), driftless_core::facts::RootLook::Dir(back));
    disk(&mut stage, End::Source, Some("/m/other/a"));
    stage.serve(60.0, |_| ok());
    assert!(stage.begun.is_empty(), "not before it is watched");
    let a = stage.key("a");
    stage.input(Input::Watching { sync: a, dirs: 1, done: true });
    stage.serve(60.0, |_| ok());
    assert_eq!((stage.begun(), stage.problem("a")), (vec!["a: PASS".to_owned(), "a: f".to_owned()], None));
}
