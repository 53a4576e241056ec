//! Notifications: one small trait, with the desktop's protocol behind it. What is shown and when, `core::alert` decides.

use std::sync::Arc;

use driftless_core::alert::{Action, Urgency};

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod silent;

#[cfg(target_os = "linux")]
pub use linux::start;
#[cfg(not(target_os = "linux"))]
pub use silent::start;

/// What is pressed is told here: the sync, and which button.
pub type OnPress = Arc<dyn Fn(&str, Action) + Send + Sync>;

/// Shows notifications: one for each sync, replaced in place. Never blocks.
pub trait NoticePort: Send {
    /// This, in place of what was shown of this sync.
    fn show(&mut self, sync: &str, notice: Shown);
    /// Takes away what is shown of this sync.
    fn withdraw(&mut self, sync: &str);
}

/// A notification in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// One line.
    pub title: String,
    /// Cause and remedy.
    pub body: String,
    /// How loud.
    pub urgency: Urgency,
    /// All is well again.
    pub good: bool,
    /// Its buttons, with what stands on them.
    pub actions: Vec<(Action, String)>,
}

/// For tests: keeps everything.
#[cfg(test)]
pub mod recording {
    use std::sync::{Arc, Mutex};

    use super::{NoticePort, Shown};

    type Told = (String, Option<Shown>);

    /// What was shown, and withdrawn.
    #[derive(Clone, Default)]
    pub struct Notices(Arc<Mutex<Vec<Told>>>);

    impl Notices {
        /// All of it, the oldest first.
        pub fn all(&self) -> Vec<Told> {
            self.0.lock().unwrap().clone()
        }
    }

    struct Recorder(Notices);

    impl NoticePort for Recorder {
        fn show(&mut self, sync: &str, notice: Shown) {
            self.0.0.lock().unwrap().push((sync.to_owned(), Some(notice)));
        }
        fn withdraw(&mut self, sync: &str) {
            self.0.0.lock().unwrap().push((sync.to_owned(), None));
        }
    }

    /// A notifier, and what it was told.
    pub fn recording() -> (impl NoticePort, Notices) {
        let notices = Notices::default();
        (Recorder(notices.clone()), notices)
    }
}
