//! The icon: one small trait, with the desktop's protocol behind it.
//!
//! What is shown comes as a [`Face`], complete each time. An implementation changes what differs and nothing else: a menu that
//! a person has open stays open.

use driftless_core::tray::{Icon, Item, Label, Tray, Verb};
use driftless_words::Catalogue;
use jiff::Zoned;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod native;
#[cfg(target_os = "linux")]
pub mod pictures;

#[cfg(target_os = "linux")]
pub use linux::start;
#[cfg(not(target_os = "linux"))]
pub use native::start;

/// What the tray tells.
pub trait Heard: Send + Sync + 'static {
    /// An entry was chosen, or the icon clicked.
    fn chosen(&self, verb: Verb);
    /// A host that shows icons came or went.
    fn host(&self, there: bool);
}

/// Shows an icon with a menu.
pub trait TrayPort: Send {
    /// This, from now on.
    fn show(&mut self, face: &Face);
}

/// Everything at the tray, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    /// The picture.
    pub icon: Icon,
    /// The sentence beside it.
    pub tip: String,
    /// From the top.
    pub menu: Vec<Entry>,
}

/// One entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Cannot be chosen.
    Line(String),
    /// A line between groups.
    Separator,
    /// Does something.
    Button(String, Verb),
    /// Opens to the side.
    Menu(String, Vec<Entry>),
}

impl Face {
    /// In words.
    pub fn of(tray: &Tray, words: &Catalogue, now: &Zoned) -> Face {
        Face { icon: tray.icon, tip: words.say(&tray.tip, now), menu: entries(&tray.menu, words, now) }
    }
}

fn entries(items: &[Item], words: &Catalogue, now: &Zoned) -> Vec<Entry> {
    let text = |label: &Label| match label {
        Label::Plain(text) => text.clone(),
        Label::Said(said) => words.say(said, now),
    };
    items
        .iter()
        .map(|item| match item {
            Item::Line(label) => Entry::Line(text(label)),
            Item::Separator => Entry::Separator,
            Item::Button(label, verb) => Entry::Button(text(label), verb.clone()),
            Item::Menu(label, items) => Entry::Menu(text(label), entries(items, words, now)),
        })
        .collect()
}

/// For tests: keeps every face.
#[cfg(test)]
pub mod recording {
    use std::sync::{Arc, Mutex};

    use super::{Face, TrayPort};

    /// What was shown.
    #[derive(Clone, Default)]
    pub struct Faces(Arc<Mutex<Vec<Face>>>);

    impl Faces {
        /// All of it, the oldest first.
        pub fn all(&self) -> Vec<Face> {
            self.0.lock().unwrap().clone()
        }
    }

    struct Recorder(Faces);

    impl TrayPort for Recorder {
        fn show(&mut self, face: &Face) {
            self.0.0.lock().unwrap().push(face.clone());
        }
    }

    /// A tray, and what it was told.
    pub fn recording() -> (impl TrayPort, Faces) {
        let faces = Faces::default();
        (Recorder(faces.clone()), faces)
    }
}
