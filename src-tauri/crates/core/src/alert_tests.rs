//! The rules of notices, one by one.

use super::*;
use crate::conditions::Surroundings;
use crate::view::tests::sync as calm;

const MINUTE: u64 = 60;
const HOUR: u64 = 3600;

/// A clock, and a status with one sync in it.
struct Desk {
    alerts: Alerts,
    now: Now,
    status: Status,
}

impl Desk {
    /// After the grace of the login.
    fn new() -> Desk {
        let mut desk = Desk::at_login();
        desk.later(2 * MINUTE);
        desk
    }

    fn at_login() -> Desk {
        let now = Now { mono: Duration::from_secs(100), wall_ms: 1_000_000_000 };
        let mut sync = calm("Documents", Health::Synced, Phase::Idle);
        sync.protected_up_to_ms = Some(now.wall_ms);
        let status = Status {
            health: Health::Synced,
            syncs: vec![sync],
            running: 0,
            fading: false,
            around: Surroundings::default(),
        };
        Desk { alerts: Alerts::new(Rules::default(), now), now, status }
    }

    fn later(&mut self, seconds: u64) {
        self.now = self.now.after(Duration::from_secs(seconds));
    }

    fn fails(&mut self, code: &str, needs_person: bool) {
        let sync = &mut self.status.syncs[0];
        sync.phase = Phase::Retrying;
        sync.health = if needs_person { Health::Attention } else { Health::Syncing };
        sync.protected_up_to_ms = Some(self.now.wall_ms - 1);
        sync.oldest_ms = Some(self.now.wall_ms);
        sync.problem = Some(ProblemStatus {
            code: code.to_owned(),
            args: BTreeMap::new(),
            since_ms: self.now.wall_ms,
            next_try_ms: None,
            times: 1,
            needs_person,
            paths: Vec::new(),
        });
    }

    fn mends(&mut self) {
        let sync = &mut self.status.syncs[0];
        (sync.health, sync.phase, sync.problem, sync.oldest_ms) = (Health::Synced, Phase::Idle, None, None);
        sync.protected_up_to_ms = Some(self.now.wall_ms);
    }

    fn look(&mut self) -> Vec<Act> {
        self.alerts.look(self.now, &self.status)
    }

    fn shown(&mut self) -> Option<Notice> {
        match self.look().as_slice() {
            [] => None,
            [Act::Show(notice)] => Some(notice.clone()),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_a_person_must_mend_is_told_at_once_and_only_once() {
    let mut desk = Desk::new();
    desk.fails("auth-failed", true);
    let notice = desk.shown().unwrap();
    assert_eq!((notice.kind, notice.urgency), (NoticeKind::Password, Urgency::Normal));
    assert_eq!(notice.actions, [Action::EnterPassword, Action::TryNow, Action::Snooze]);
    assert_eq!(notice.body[0].key, "failure-auth-failed");
    for _ in 0..50 {
        desk.later(MINUTE);
        desk.status.syncs[0].problem.as_mut().unwrap().times += 1;
        assert_eq!(desk.shown(), None);
    }
}

#[test]
fn what_may_mend_itself_is_told_by_the_age_of_the_oldest_change() {
    let mut desk = Desk::new();
    desk.fails("connection-refused", false);
    assert_eq!(desk.shown(), None);
    let due = desk.alerts.due(desk.now, &desk.status).unwrap();
    assert_eq!(due, desk.now.mono + Duration::from_secs(30 * MINUTE));
    desk.later(29 * MINUTE);
    assert_eq!(desk.shown(), None);
    desk.later(MINUTE);
    assert_eq!(desk.shown().unwrap().kind, NoticeKind::Failing);
}

#[test]
fn a_failure_that_heals_within_patience_is_never_told() {
    let mut desk = Desk::new();
    desk.fails("connection-refused", false);
    desk.later(20 * MINUTE);
    assert_eq!(desk.look(), []);
    desk.mends();
    assert_eq!(desk.look(), []);
}

#[test]
fn it_is_told_again_after_one_hour_six_hours_and_then_daily() {
    let mut desk = Desk::new();
    desk.fails("auth-failed", true);
    assert!(desk.shown().is_some());
    for hours in [1, 6, 24, 24] {
        desk.later(hours * HOUR - 1);
        assert_eq!(desk.shown(), None, "{hours}");
        desk.later(1);
        assert!(desk.shown().is_some(), "{hours}");
    }
}

#[test]
fn another_cause_or_a_worse_state_is_told_at_once() {
    let mut desk = Desk::new();
    desk.fails("auth-failed", true);
    assert!(desk.shown().is_some());
    desk.later(MINUTE);
    desk.fails("target-full", true);
    assert_eq!(desk.shown().unwrap().body[0].key, "failure-target-full");
    desk.status.syncs[0].health = Health::Failing;
    assert_eq!(desk.shown().unwrap().urgency, Urgency::Critical);
}

#[test]
fn held_is_critical_and_waits_only_for_the_grace() {
    let mut desk = Desk::at_login();
    desk.fails("source-emptied", true);
    desk.status.syncs[0].phase = Phase::Held;
    assert_eq!(desk.shown(), None, "a disk may be late after login");
    assert_eq!(desk.alerts.due(desk.now, &desk.status), Some(desk.now.mono + Duration::from_secs(60)));
    desk.later(MINUTE);
    let notice = desk.shown().unwrap();
    assert_eq!((notice.kind, notice.urgency), (NoticeKind::Held, Urgency::Critical));
    assert_eq!(notice.actions, [Action::Details, Action::Snooze]);
}

#[test]
fn a_wrong_password_knows_no_grace_but_a_locked_keyring_does() {
    let mut desk = Desk::at_login();
    desk.fails("auth-failed", true);
    assert!(desk.shown().is_some());
    let mut desk = Desk::at_login();
    desk.fails("keyring-locked", true);
    assert_eq!(desk.shown(), None);
    desk.later(MINUTE);
    assert!(desk.shown().is_some());
}

#[test]
fn after_sleep_there_is_grace_again() {
    let mut desk = Desk::new();
    desk.fails("connection-refused", false);
    desk.later(9 * HOUR);
    desk.alerts.resumed(desk.now);
    assert_eq!(desk.shown(), None, "the network is not up yet");
    desk.later(MINUTE);
    assert!(desk.shown().is_some());
}

#[test]
fn recovery_replaces_the_notice_and_says_how_long_it_took() {
    let mut desk = Desk::new();
    desk.fails("auth-failed", true);
    assert!(desk.shown().is_some());
    desk.later(3 * HOUR);
    desk.mends();
    desk.status.syncs[0].totals.sent += 214;
    let notice = desk.shown().unwrap();
    assert_eq!((notice.kind, notice.urgency), (NoticeKind::Recovered, Urgency::Low));
    assert_eq!(notice.body[0].args["span"], crate::said::Value::Span(3 * HOUR as i64 * 1000));
    assert_eq!(notice.body[0].args["count"], crate::said::Value::Count(214));
    assert_eq!(desk.look(), [], "and then there is silence");
}

#[test]
fn a_run_that_went_well_is_no_recovery_while_older_changes_wait() {
    let mut desk = Desk::new();
    desk.fails("target-full", true);
    assert!(desk.shown().is_some());
    let sync = &mut desk.status.syncs[0];
    (sync.problem, sync.phase, sync.health) = (None, Phase::Sending, Health::Syncing);
    assert_eq!(desk.look(), []);
    desk.mends();
    assert_eq!(desk.shown().unwrap().kind, NoticeKind::Recovered);
}

#[test]
fn paused_or_removed_withdraws() {
    let mut desk = Desk::new();
    desk.fails("auth-failed", true);
    assert!(desk.shown().is_some());
    desk.status.syncs[0].phase = Phase::Paused;
    assert_eq!(desk.look(), [Act::Withdraw("Documents".to_owned())]);
    desk.status.syncs[0].phase = Phase::Retrying;
    assert!(desk.shown().is_some());
    desk.status.syncs.clear();
    assert_eq!(desk.look(), [Act::Withdraw("Documents".to_owned())]);
}

#[test]
fn a_kind_that_is_switched_off_is_not_shown() {
    let mut desk = Desk::new();
    desk.alerts.switch_off(vec![NoticeKind::Password]);
    desk.fails("auth-failed", true);
    assert_eq!(desk.look(), []);
    desk.mends();
    assert_eq!(desk.look(), [], "what was not shown is not called off");
    desk.alerts.switch_off(vec![NoticeKind::Recovered]);
    desk.fails("auth-failed", true);
    assert!(desk.shown().is_some());
    desk.mends();
    assert_eq!(desk.look(), [Act::Withdraw("Documents".to_owned())]);
}

#[test]
fn snoozed_is_silent_for_a_day_and_recovers_in_silence() {
    let mut desk = Desk::new();
    desk.fails("auth-failed", true);
    assert!(desk.shown().is_some());
    desk.alerts.snooze(desk.now, "Documents");
    desk.later(23 * HOUR);
    desk.fails("target-full", true);
    assert_eq!(desk.look(), []);
    desk.later(HOUR);
    assert!(desk.shown().is_some());
    desk.alerts.snooze(desk.now, "Documents");
    desk.mends();
    assert_eq!(desk.look(), []);
}

#[test]
fn a_long_or_hostile_name_fits_into_the_title() {
    let mut desk = Desk::new();
    desk.status.syncs[0].name = "a\u{1b}[31m and very much longer".to_owned();
    desk.fails("auth-failed", true);
    let notice = desk.shown().unwrap();
    let crate::said::Value::Text(name) = &notice.title.args["name"] else { panic!("no name") };
    assert!(name.chars().count() <= NAME && !name.contains('\u{1b}'), "{name}");
}
