//! The outlet with recording ports and a clock of its own.

use std::sync::{Mutex, PoisonError};

use driftless_core::alert::Urgency;
use driftless_core::config::Kind;
use driftless_core::mirror::SyncKey;
use driftless_core::view::{Health, Phase, ProblemStatus, SyncStatus, Totals};
use driftless_words::Language;

use super::*;
use crate::notify::recording as notices;
use crate::tray::recording as trays;

struct Desk {
    outlet: Outlet,
    tray: trays::Faces,
    notices: notices::Notices,
    page: Arc<Mutex<usize>>,
    no_host: Arc<Mutex<usize>>,
    recent: Arc<Mutex<Vec<Recent>>>,
    now: Now,
}

impl Desk {
    fn new() -> Desk {
        let (tray, faces) = trays::recording();
        let (notifier, shown) = notices::recording();
        let (page, no_host) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
        let count = |of: &Arc<Mutex<usize>>| {
            let of = Arc::clone(of);
            move || *of.lock().unwrap_or_else(PoisonError::into_inner) += 1
        };
        let (told, missed) = (count(&page), count(&no_host));
        let recent: Arc<Mutex<Vec<Recent>>> = Arc::default();
        let names = Arc::clone(&recent);
        let ports = Ports {
            tray: Box::new(tray),
            notices: Box::new(notifier),
            recent: Box::new(move || names.lock().unwrap_or_else(PoisonError::into_inner).clone()),
            page: Box::new(move |_| told()),
            log: Box::new(|_| {}),
            no_host: Box::new(missed),
            ended: Box::new(|_| {}),
        };
        let now = Now { mono: Duration::from_secs(1000), wall_ms: 1_800_000_000_000 };
        let words = Arc::new(Catalogue::new(Language::English));
        let rules = Rules { grace: Duration::ZERO, ..Rules::default() };
        let outlet = Outlet::new(ports, words, TimeZone::UTC, rules, Arc::new(status(Phase::Idle, 0)), now);
        Desk { outlet, tray: faces, notices: shown, page, no_host, recent, now }
    }

    fn tell(&mut self, status: Status) {
        self.outlet.take(self.now, Input::Engine(Event::Status(Arc::new(status))));
        self.outlet.hand_on(self.now);
    }

    fn later(&mut self, ms: u64) {
        self.now = self.now.after(Duration::from_millis(ms));
        self.outlet.hand_on(self.now);
    }

    fn pages(&self) -> usize {
        *self.page.lock().unwrap()
    }
}

fn status(phase: Phase, waiting: usize) -> Status {
    let sync = SyncStatus {
        key: SyncKey(0),
        id: "a".to_owned(),
        name: "Documents".to_owned(),
        kind: Kind::Rsync,
        source: "/home/me".to_owned(),
        target: "me@nas::home".to_owned(),
        health: if phase == Phase::Idle { Health::Synced } else { Health::Syncing },
        phase,
        waiting,
        oldest_ms: None,
        protected_up_to_ms: Some(1_799_999_000_000),
        last_pass_ms: None,
        pass: None,
        problem: None,
        paused_until_ms: None,
        paused_by: None,
        away: None,
        hold: None,
        rehearsal: None,
        dirs: 1,
        sight: Vec::new(),
        may_remain: false,
        totals: Totals::default(),
        filters: Vec::new(),
    };
    Status { health: sync.health, syncs: vec![sync], running: 0, fading: false, around: Default::default() }
}

fn refused() -> Status {
    let mut status = status(Phase::Retrying, 3);
    let sync = &mut status.syncs[0];
    sync.health = Health::Attention;
    let args = [("user", "me"), ("host", "nas"), ("module", "home"), ("target", "me@nas::home"), ("port", "873")];
    sync.problem = Some(ProblemStatus {
        code: "auth-failed".to_owned(),
        args: args.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        since_ms: 1_800_000_000_000,
        next_try_ms: None,
        times: 1,
        needs_person: true,
        paths: Vec::new(),
    });
    status
}

#[test]
fn the_window_hears_four_times_a_second_and_always_the_last_word() {
    let mut desk = Desk::new();
    for n in 0..95 {
        desk.tell(status(Phase::Sending, n));
        desk.later(10);
    }
    let during = desk.pages();
    assert_eq!(during, 4, "in 950 milliseconds");
    desk.later(250);
    assert_eq!(desk.pages(), during + 1, "the last word");
    assert_eq!(desk.outlet.due(desk.now), desk.outlet.tray.due(), "and then nothing is due for the window");
}

#[test]
fn the_tray_shows_a_state_for_a_second_and_the_same_face_only_once() {
    let mut desk = Desk::new();
    desk.later(0);
    assert_eq!(desk.tray.all().len(), 1, "at the start");
    desk.later(5000);
    desk.tell(status(Phase::Idle, 0));
    assert_eq!(desk.tray.all().len(), 1, "the same is not shown again");
    desk.later(5000);
    desk.tell(status(Phase::Sending, 1));
    desk.tell(status(Phase::Sending, 2));
    assert_eq!(desk.tray.all().len(), 2);
    desk.later(999);
    assert_eq!(desk.tray.all().len(), 2);
    desk.later(1);
    let faces = desk.tray.all();
    assert_eq!(faces.len(), 3);
    assert_eq!(faces[2].tip, "Sending 2 changes to nas…");
}

#[test]
fn what_was_touched_last_comes_into_the_menu() {
    let mut desk = Desk::new();
    desk.later(5000);
    let has = |desk: &Desk, name: &str| format!("{:?}", desk.tray.all().last()).contains(name);
    desk.recent.lock().unwrap().push(Recent { shown: "letter.odt".to_owned(), at_ms: 1_800_000_000_000 });
    desk.later(5000);
    assert!(!has(&desk, "letter.odt"), "nobody said that there is something new");
    desk.outlet.take(desk.now, Input::Grown);
    desk.later(1000);
    assert!(has(&desk, "Recent changes") && has(&desk, "letter.odt"), "{:?}", desk.tray.all().last());
}

#[test]
fn a_refused_password_is_worded_with_its_buttons_and_withdrawn_or_replaced() {
    let mut desk = Desk::new();
    desk.tell(refused());
    let shown = desk.notices.all();
    let [(sync, Some(notice))] = shown.as_slice() else { panic!("{shown:?}") };
    assert_eq!(sync, "a");
    assert!(notice.title.starts_with("Documents not safe since"), "{}", notice.title);
    assert!(notice.body.contains("refused") && notice.body.contains("nas"), "{}", notice.body);
    assert_eq!(notice.urgency, Urgency::Normal);
    let labels: Vec<&str> = notice.actions.iter().map(|(_, label)| label.as_str()).collect();
    assert_eq!(labels, ["Enter password", "Try now", "Snooze a day"]);
    desk.later(60_000);
    desk.tell(status(Phase::Idle, 0));
    let all = desk.notices.all();
    let (_, Some(last)) = all.last().unwrap() else { panic!("{all:?}") };
    assert!(last.good && last.title == "Documents is backed up again", "{last:?}");
}

#[test]
fn a_missing_tray_host_is_told_once_and_only_if_none_comes() {
    let mut desk = Desk::new();
    desk.outlet.take(desk.now, Input::Host(false));
    desk.later(9_000);
    desk.outlet.take(desk.now, Input::Host(true));
    desk.later(60_000);
    assert_eq!(*desk.no_host.lock().unwrap(), 0);
    desk.outlet.take(desk.now, Input::Host(false));
    desk.later(10_000);
    desk.later(60_000);
    assert_eq!(*desk.no_host.lock().unwrap(), 1);
}

#[test]
fn at_rest_nothing_is_due() {
    let mut desk = Desk::new();
    desk.tell(status(Phase::Idle, 0));
    desk.later(2000);
    assert_eq!(desk.outlet.due(desk.now), None);
}
