//! What the engine tells, handed on to tray, window, notifications and log: the only fan-out.
//!
//! Rules: the window hears of the status at most four times a second, the tray changes at most once a second (so that a state
//! stays that long), and the last word always comes through. Nothing wakes it while nothing happens.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use driftless_core::alert::{Act, Action, Alerts, Notice, NoticeKind, Rules};
use driftless_core::time::Now;
use driftless_core::tray::{Recent, Tray, tray};
use driftless_core::view::Status;
use driftless_engine::Event;
use driftless_wire::HostEvent;
use driftless_words::Catalogue;
use jiff::Zoned;
use jiff::tz::TimeZone;

use crate::clock::Clock;
use crate::notify::{NoticePort, Shown};
use crate::tray::{Face, TrayPort};

/// Between two words to the window.
const TO_WINDOW: Duration = Duration::from_millis(250);
/// Between two changes of the tray.
const TO_TRAY: Duration = Duration::from_secs(1);
/// A host that comes later than this after the start does not come soon.
const HOST_PATIENCE: Duration = Duration::from_secs(10);

/// What the outlet takes.
#[derive(Debug)]
pub enum Input {
    /// From the engine.
    Engine(Event),
    /// For the window as it is.
    Page(HostEvent),
    /// Something was added to the history.
    Grown,
    /// A tray host came or went.
    Host(bool),
    /// The kinds of notices that are switched off.
    Silence(Vec<NoticeKind>),
    /// Another language.
    Words(Arc<Catalogue>),
    /// A notification's button for this sync was pressed.
    Pressed(String, Action),
}

/// Where it goes.
pub struct Ports {
    /// The icon.
    pub tray: Box<dyn TrayPort>,
    /// The notifications.
    pub notices: Box<dyn NoticePort>,
    /// The names that were touched last, the newest first.
    pub recent: Box<dyn Fn() -> Vec<Recent> + Send>,
    /// The window, if there is one.
    pub page: Box<dyn Fn(HostEvent) + Send>,
    /// The log.
    pub log: Box<dyn FnMut(&driftless_core::say::Say) + Send>,
    /// There is no tray host, and none comes: told once in a run.
    pub no_host: Box<dyn FnMut() + Send>,
    /// The engine has ended.
    pub ended: Box<dyn FnMut(u8) + Send>,
}

/// See the head of this file.
pub struct Outlet {
    ports: Ports,
    words: Arc<Catalogue>,
    zone: TimeZone,
    alerts: Alerts,
    status: Arc<Status>,
    shown: Option<Tray>,
    recent: Vec<Recent>,
    /// Something was done since they were asked for.
    stale: bool,
    window: Pace,
    history: Pace,
    tray: Pace,
    /// When to give up on a tray host.
    host_due: Option<Duration>,
}

/// At most one word in so long a time, and never without the last.
#[derive(Debug, Default)]
struct Pace {
    wanted: bool,
    not_before: Duration,
}

impl Pace {
    fn want(&mut self) {
        self.wanted = true;
    }

    fn take(&mut self, now: Duration, gap: Duration) -> bool {
        let go = self.wanted && now >= self.not_before;
        if go {
            self.wanted = false;
            self.not_before = now + gap;
        }
        go
    }

    fn due(&self) -> Option<Duration> {
        self.wanted.then_some(self.not_before)
    }
}

impl Outlet {
    /// With nothing known yet.
    pub fn new(
        ports: Ports,
        words: Arc<Catalogue>,
        zone: TimeZone,
        rules: Rules,
        status: Arc<Status>,
        now: Now,
    ) -> Outlet {
        Outlet {
            ports,
            words,
            zone,
            alerts: Alerts::new(rules, now),
            status,
            shown: None,
            recent: Vec::new(),
            stale: true,
            window: Pace::default(),
            history: Pace::default(),
            tray: Pace { wanted: true, not_before: Duration::ZERO },
            host_due: None,
        }
    }

    /// Until the end.
    pub fn run(mut self, inputs: &Receiver<Input>) {
        let mut clock = Clock::new();
        loop {
            let now = Clock::now();
            let next = match self.due(now) {
                Some(at) => inputs.recv_timeout(at.saturating_sub(now.mono)),
                None => inputs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let now = Clock::now();
            if clock.slept() {
                self.alerts.resumed(now);
            }
            match next {
                Err(RecvTimeoutError::Disconnected) => return,
                Ok(input) => self.take(now, input),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.hand_on(now);
        }
    }

    /// Takes one thing in.
    pub fn take(&mut self, now: Now, input: Input) {
        match input {
            Input::Engine(Event::Say(say)) => (self.ports.log)(&say),
            Input::Engine(Event::Finished(code)) => (self.ports.ended)(code),
            Input::Engine(Event::Status(status)) => {
                self.status = status;
                self.window.want();
                self.tray.want();
                self.look(now);
            }
            Input::Page(event) => (self.ports.page)(event),
            Input::Grown => {
                self.history.want();
                self.stale = true;
                self.tray.want();
            }
            Input::Engine(Event::Ran(_)) => {}
            Input::Host(true) => self.host_due = None,
            Input::Host(false) => self.host_due = Some(now.mono + HOST_PATIENCE),
            Input::Silence(off) => self.alerts.switch_off(off),
            Input::Words(words) => {
                self.words = words;
                self.shown = None;
                self.tray.want();
            }
            Input::Pressed(sync, Action::Snooze) => self.alerts.snooze(now, &sync),
            Input::Pressed(..) => {}
        }
    }

    /// When [`Outlet::hand_on`] has something to do though nothing comes in.
    pub fn due(&self, now: Now) -> Option<Duration> {
        [self.window.due(), self.history.due(), self.tray.due(), self.alerts.due(now, &self.status), self.host_due]
            .into_iter()
            .flatten()
            .min()
    }

    /// Hands on what is due.
    pub fn hand_on(&mut self, now: Now) {
        if self.window.take(now.mono, TO_WINDOW) {
            (self.ports.page)(HostEvent::Status { status: (*self.status).clone() });
        }
        if self.history.take(now.mono, TO_WINDOW) {
            (self.ports.page)(HostEvent::History);
        }
        if self.tray.take(now.mono, TO_TRAY) {
            if std::mem::take(&mut self.stale) {
                self.recent = (self.ports.recent)();
            }
            let fresh = tray(&self.status, &self.recent);
            if self.shown.as_ref() != Some(&fresh) {
                self.ports.tray.show(&Face::of(&fresh, &self.words, &self.zoned(now)));
                self.shown = Some(fresh);
            }
        }
        if self.host_due.is_some_and(|due| now.mono >= due) {
            self.host_due = None;
            (self.ports.no_host)();
        }
        self.look(now);
    }

    fn look(&mut self, now: Now) {
        for act in self.alerts.look(now, &self.status) {
            match act {
                Act::Show(notice) => {
                    let shown = self.worded(&notice, now);
                    self.ports.notices.show(&notice.sync, shown);
                }
                Act::Withdraw(sync) => self.ports.notices.withdraw(&sync),
            }
        }
    }

    fn worded(&self, notice: &Notice, now: Now) -> Shown {
        let now = self.zoned(now);
        let body: Vec<String> = notice
            .body
            .iter()
            .map(|said| {
                let text = self.words.said(said, &now);
                text.remedy.into_iter().fold(text.sentence, |all, remedy| format!("{all} {remedy}"))
            })
            .collect();
        let label = |action: &Action| {
            let key = match action {
                Action::Details => "notice-details",
                Action::EnterPassword => "notice-enter-password",
                Action::TryNow => "notice-try-now",
                Action::Snooze => "notice-snooze",
            };
            self.words.text(key, &Default::default()).sentence
        };
        Shown {
            title: self.words.said(&notice.title, &now).sentence,
            body: body.join(" "),
            urgency: notice.urgency,
            good: notice.kind == NoticeKind::Recovered,
            actions: notice.actions.iter().map(|action| (*action, label(action))).collect(),
        }
    }

    fn zoned(&self, now: Now) -> Zoned {
        jiff::Timestamp::from_millisecond(now.wall_ms).unwrap_or_default().to_zoned(self.zone.clone())
    }
}

#[cfg(test)]
#[path = "outlet_tests.rs"]
mod tests;
