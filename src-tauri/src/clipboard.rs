//! The clipboard, for what is meant to go to another program.

use std::sync::{Mutex, PoisonError};

use driftless_core::problem::Problem;

/// Kept open: on some systems what was put there goes with the program that put it.
#[derive(Default)]
pub struct Clipboard(Mutex<Option<arboard::Clipboard>>);

impl Clipboard {
    /// Puts a text there.
    ///
    /// # Errors
    /// `clipboard-failed`.
    pub fn put(&self, text: String) -> Result<(), Problem> {
        let failed = |error: arboard::Error| Problem::error("clipboard-failed").with("error", error);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let clipboard = match &mut *open {
            Some(clipboard) => clipboard,
            none => none.insert(arboard::Clipboard::new().map_err(failed)?),
        };
        clipboard.set_text(text).map_err(failed)
    }
}
