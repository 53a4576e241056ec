//! What the tray shows: an icon, a sentence, a menu. Made anew from the status each time; whoever shows it compares.
//!
//! Every verb is in the menu, since some desktops show nothing else. The order never changes, so that what is open stays
//! where it is.

use crate::paths::show_bytes;
use crate::said::Said;
use crate::sentence;
use crate::target::Target;
use crate::view::{Health, Phase, Status, SyncStatus};

/// A picture of its own for each, told apart by shape alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Icon {
    /// There is no sync.
    Empty,
    /// The targets have everything.
    Synced,
    /// Something moves.
    Syncing,
    /// Stopped by a person.
    Paused,
    /// A person should look.
    Attention,
    /// Held to protect data.
    Held,
    /// Nothing has arrived for long.
    Failing,
}

impl Icon {
    /// All of them.
    pub const ALL: [Icon; 7] =
        [Icon::Empty, Icon::Synced, Icon::Syncing, Icon::Paused, Icon::Attention, Icon::Held, Icon::Failing];

    /// The name of its files.
    pub fn word(self) -> &'static str {
        match self {
            Icon::Empty => "empty",
            Icon::Synced => "synced",
            Icon::Syncing => "syncing",
            Icon::Paused => "paused",
            Icon::Attention => "attention",
            Icon::Held => "held",
            Icon::Failing => "failing",
        }
    }

    fn of(status: &Status) -> Icon {
        let Some(worst) = sentence::worst(status) else { return Icon::Empty };
        match worst.health {
            Health::Synced => Icon::Synced,
            Health::Syncing => Icon::Syncing,
            Health::Paused => Icon::Paused,
            Health::Attention if worst.phase == Phase::Held => Icon::Held,
            Health::Attention => Icon::Attention,
            Health::Failing => Icon::Failing,
        }
    }
}

/// What stands on an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// Fit to be shown as it is.
    Plain(String),
    /// Sentences, one after the other.
    Said(Vec<Said>),
}

/// One entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Cannot be chosen.
    Line(Label),
    /// A line between groups.
    Separator,
    /// Does something.
    Button(Label, Verb),
    /// Opens to the side.
    Menu(Label, Vec<Item>),
}

/// How long a pause lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseFor {
    /// One hour.
    Hour,
    /// Until eight o'clock tomorrow.
    Tomorrow,
    /// Until a person resumes.
    Resumed,
}

/// What an entry does; a sync by its id, all without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// A full pass, and what waits.
    SyncNow(Option<String>),
    /// No new runs.
    Pause(Option<String>, PauseFor),
    /// On again.
    Resume(Option<String>),
    /// Opens the folder.
    OpenSource(String),
    /// Opens the folder at the other side, where it is on this machine.
    OpenTarget(String),
    /// Shows the sync in the window.
    ShowSync(String),
    /// Shows what was sent lately.
    ShowActivity,
    /// Opens the window.
    OpenWindow,
    /// Ends the program.
    Quit,
}

/// A name that was sent lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    /// Fit to be shown.
    pub shown: String,
    /// When: milliseconds since 1970.
    pub at_ms: i64,
}

/// Everything at the tray.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tray {
    /// The picture.
    pub icon: Icon,
    /// The sentence beside it.
    pub tip: Vec<Said>,
    /// From the top.
    pub menu: Vec<Item>,
}

/// So many names of what was sent lately.
pub const MOST_RECENT: usize = 10;

/// What the tray shows for this status; `recent` the newest first.
pub fn tray(status: &Status, recent: &[Recent]) -> Tray {
    let tip = sentence::headline(status);
    let mut menu = vec![Item::Line(Label::Said(tip.clone())), Item::Separator];
    menu.extend(status.syncs.iter().map(of_sync));
    if !status.syncs.is_empty() {
        menu.push(Item::Separator);
        menu.push(button("tray-sync-all", Verb::SyncNow(None)));
        let all_paused = status.syncs.iter().all(|sync| sync.phase == Phase::Paused);
        menu.push(if all_paused {
            button("tray-resume-all", Verb::Resume(None))
        } else {
            pause("tray-pause-all", None)
        });
        let names = recent.iter().take(MOST_RECENT).map(|recent| {
            let said = Said::new("tray-recent-line").text("name", &recent.shown).at("time", recent.at_ms);
            Item::Button(Label::Said(vec![said]), Verb::ShowActivity)
        });
        let names: Vec<Item> = names.collect();
        if !names.is_empty() {
            menu.push(Item::Menu(said("tray-recent"), names));
        }
        menu.push(Item::Separator);
    }
    menu.push(button(if status.syncs.is_empty() { "tray-set-up" } else { "tray-open" }, Verb::OpenWindow));
    menu.push(button("tray-quit", Verb::Quit));
    Tray { icon: Icon::of(status), tip, menu }
}

fn of_sync(sync: &SyncStatus) -> Item {
    let id = || sync.id.clone();
    let mut items = vec![Item::Line(Label::Said(sentence::of(sync))), Item::Separator];
    items.push(button("tray-sync", Verb::SyncNow(Some(id()))));
    items.push(match sync.phase {
        Phase::Paused => button("tray-resume", Verb::Resume(Some(id()))),
        _ => pause("tray-pause", Some(id())),
    });
    items.push(button("tray-open-source", Verb::OpenSource(id())));
    if matches!(Target::parse(&sync.target), Ok(Target::Local { .. })) {
        items.push(button("tray-open-target", Verb::OpenTarget(id())));
    }
    if sync.problem.is_some() {
        items.push(button("tray-show-problem", Verb::ShowSync(id())));
    }
    let key = match (sync.health, sync.phase) {
        (_, Phase::Held) => "tray-sync-line-held",
        (Health::Attention | Health::Failing, _) => "tray-sync-line-bad",
        (_, Phase::Paused) => "tray-sync-line-paused",
        _ => "tray-sync-line",
    };
    let name = show_bytes(sync.name.as_bytes());
    let line = Said::new(key).text("name", name).text("target", sentence::place(&sync.target));
    Item::Menu(Label::Said(vec![line]), items)
}

fn said(key: &str) -> Label {
    Label::Said(vec![Said::new(key)])
}

fn button(key: &str, verb: Verb) -> Item {
    Item::Button(said(key), verb)
}

fn pause(key: &str, sync: Option<String>) -> Item {
    let choice = |key: &str, how: PauseFor| button(key, Verb::Pause(sync.clone(), how));
    Item::Menu(
        said(key),
        vec![
            choice("tray-pause-hour", PauseFor::Hour),
            choice("tray-pause-tomorrow", PauseFor::Tomorrow),
            choice("tray-pause-resumed", PauseFor::Resumed),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditions::Surroundings;
    use crate::view::tests::sync;

    fn status(syncs: Vec<SyncStatus>) -> Status {
        let health = syncs.iter().map(|sync| sync.health).max().unwrap_or(Health::Synced);
        Status { health, syncs, running: 0, fading: false, around: Surroundings::default() }
    }

    fn verbs(items: &[Item]) -> Vec<&Verb> {
        items
            .iter()
            .flat_map(|item| match item {
                Item::Button(_, verb) => vec![verb],
                Item::Menu(_, items) => verbs(items),
                Item::Line(_) | Item::Separator => Vec::new(),
            })
            .collect()
    }

    #[test]
    fn without_a_sync_the_way_to_the_first_is_offered() {
        let tray = tray(&status(Vec::new()), &[]);
        assert_eq!((tray.icon, tray.tip), (Icon::Empty, vec![Said::new("state-none")]));
        assert_eq!(verbs(&tray.menu), [&Verb::OpenWindow, &Verb::Quit]);
    }

    #[test]
    fn the_worst_sync_makes_the_icon_and_held_is_a_shield() {
        let safe = sync("a", Health::Synced, Phase::Idle);
        let icon = |health, phase| tray(&status(vec![safe.clone(), sync("b", health, phase)]), &[]).icon;
        assert_eq!(icon(Health::Synced, Phase::Idle), Icon::Synced);
        assert_eq!(icon(Health::Syncing, Phase::Sending), Icon::Syncing);
        assert_eq!(icon(Health::Paused, Phase::Paused), Icon::Paused);
        assert_eq!(icon(Health::Attention, Phase::Retrying), Icon::Attention);
        assert_eq!(icon(Health::Attention, Phase::Held), Icon::Held);
        assert_eq!(icon(Health::Failing, Phase::Retrying), Icon::Failing);
        let both = [sync("a", Health::Attention, Phase::Retrying), sync("b", Health::Attention, Phase::Held)];
        assert_eq!(tray(&status(both.into()), &[]).icon, Icon::Held);
    }

    #[test]
    fn every_verb_is_in_the_menu_and_a_paused_sync_offers_to_go_on() {
        let mut local = sync("a", Health::Paused, Phase::Paused);
        local.target = "/media/disk".to_owned();
        let tray = tray(&status(vec![local, sync("b", Health::Synced, Phase::Idle)]), &[]);
        let all = verbs(&tray.menu);
        for wanted in [
            Verb::Resume(Some("a".to_owned())),
            Verb::OpenTarget("a".to_owned()),
            Verb::SyncNow(Some("b".to_owned())),
            Verb::Pause(Some("b".to_owned()), PauseFor::Hour),
            Verb::OpenSource("b".to_owned()),
            Verb::SyncNow(None),
            Verb::Pause(None, PauseFor::Tomorrow),
            Verb::OpenWindow,
            Verb::Quit,
        ] {
            assert!(all.contains(&&wanted), "{wanted:?}");
        }
        assert!(!all.contains(&&Verb::OpenTarget("b".to_owned())), "there is nothing to open on another machine");
        assert!(!all.contains(&&Verb::ShowSync("b".to_owned())), "there is no problem to show");
    }

    #[test]
    fn no_more_than_ten_names_of_what_was_sent() {
        let many: Vec<Recent> = (0..30).map(|n| Recent { shown: n.to_string(), at_ms: n }).collect();
        let tray = tray(&status(vec![sync("a", Health::Synced, Phase::Idle)]), &many);
        assert_eq!(verbs(&tray.menu).iter().filter(|verb| ***verb == Verb::ShowActivity).count(), 10);
    }
}
