//! macOS and Windows: nothing is shown yet. The icon and the window say the same.

use super::{NoticePort, OnPress, Shown};

/// There are none yet.
pub fn start(_on_press: OnPress) -> Box<dyn NoticePort> {
    Box::new(Silent)
}

struct Silent;

impl NoticePort for Silent {
    fn show(&mut self, _sync: &str, _notice: Shown) {}
    fn withdraw(&mut self, _sync: &str) {}
}
