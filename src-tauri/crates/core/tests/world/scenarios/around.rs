//! What stands outside of a sync: rules of power, networks and hours, and machines that do not answer.

use driftless_core::conditions::{Hours, RuleKind, Rules, Surroundings};
use driftless_core::mirror::{Input, Request};
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
    let mut stage = Stage::at_rest(names.iter().map(one).chain([sync("other")]).collect());
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
    stage.begun.clear();
    stage.serve(400.0, |_| ok());
    let (first, last) = (stage.begun[0].at, stage.begun[19].at);
    assert!(stage.begun.len() == 20 && (last - first).as_secs() < 30, "{first:?} {last:?}");
    for name in &names {
        assert_eq!((stage.problem(name), stage.status(name).waiting), (None, 0));
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
