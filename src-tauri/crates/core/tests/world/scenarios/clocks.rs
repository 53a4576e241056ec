//! Sleep, and clocks that are set.

use std::time::Duration;

use driftless_core::mirror::Input;

use super::one;
use crate::stage::ok;

#[test]
fn after_sleep_nothing_is_compared_when_the_watcher_vouches() {
    let mut stage = one();
    stage.now = stage.now.after(Duration::from_secs(8 * 3600));
    stage.input(Input::Resumed);
    stage.pass(300.0);
    assert_eq!(stage.begun(), [""; 0]);
}

#[test]
fn after_sleep_that_the_watcher_does_not_vouch_for_everything_is_compared() {
    let mut stage = one();
    stage.watcher_stuck = true;
    stage.input(Input::Resumed);
    stage.pass(100.0);
    assert_eq!(stage.begun(), [""; 0], "it has its time");
    // What it says of a time before the sleep says nothing.
    let (sync, before) = (stage.key("a"), stage.now.wall_ms - 200_000);
    stage.input(Input::Drained { sync, at_wall_ms: before });
    stage.pass(100.0);
    assert_eq!(stage.begun(), ["a: PASS"]);
}

#[test]
fn after_the_clock_was_set_everything_is_compared_and_no_time_is_vouched_for() {
    for by in [-3_600_000, 3_600_000] {
        let mut stage = one();
        stage.now.wall_ms += by;
        stage.pass(1.0);
        stage.write("a", "x");
        assert_eq!(stage.begun.first().map(|run| run.has("--modify-window=-1")), Some(true));
        assert_eq!(stage.begun(), ["a: PASS"]);
        assert_eq!(stage.status("a").protected_up_to_ms, None);
        stage.end(ok());
        stage.pass(30.0);
        assert_eq!(stage.begun(), ["a: x"], "once");
        let vouched = stage.status("a").protected_up_to_ms;
        assert!(vouched.is_none_or(|at| at <= stage.now.wall_ms), "{vouched:?}");
    }
}

#[test]
fn a_clock_that_is_put_right_a_little_was_not_set() {
    let mut stage = one();
    for _ in 0..10 {
        stage.now.wall_ms += 900;
        stage.write("a", "x");
    }
    assert_eq!(stage.begun(), [""; 0]);
}
