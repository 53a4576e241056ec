//! A file that is written all the time is reported at once, then at most once in a while, and once more after the last write.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// A file: its directory's watch, and its name.
pub(super) type File = (i32, Box<[u8]>);

struct Entry {
    said: Instant,
    unsaid: bool,
}

/// See the module's head.
pub(super) struct Throttle {
    every: Duration,
    files: HashMap<File, Entry>,
    /// The earliest time at which something may be due; `None` if nothing is unsaid.
    next: Option<Instant>,
}

impl Throttle {
    pub fn new(every: Duration) -> Throttle {
        Throttle { every, files: HashMap::new(), next: None }
    }

    /// A write. True if it is to be reported now; if false, it comes out of [`Throttle::due`] later.
    pub fn wrote(&mut self, file: File, now: Instant) -> bool {
        // What was said long ago need not be remembered.
        if self.files.len() >= 1024 && self.files.len() == self.files.capacity() {
            let every = self.every;
            self.files.retain(|_, e| e.unsaid || now < e.said + every);
        }
        let every = self.every;
        match self.files.get_mut(&file) {
            Some(entry) if now < entry.said + every => {
                entry.unsaid = true;
                let due = entry.said + every;
                self.next = Some(self.next.map_or(due, |next| next.min(due)));
                false
            }
            _ => {
                self.files.insert(file, Entry { said: now, unsaid: false });
                true
            }
        }
    }

    /// The file was closed, moved or removed. True if a write was still unsaid.
    pub fn forget(&mut self, file: &File) -> bool {
        self.files.remove(file).is_some_and(|e| e.unsaid)
    }

    /// When [`Throttle::due`] is to be called.
    pub fn next(&self) -> Option<Instant> {
        self.next
    }

    /// The files whose last write is unsaid and may be said now; with `all` those that may not yet, too.
    pub fn due(&mut self, now: Instant, all: bool) -> Vec<File> {
        if self.next.is_none_or(|next| now < next && !all) {
            return Vec::new();
        }
        let every = self.every;
        let mut out = Vec::new();
        self.next = None;
        for (file, entry) in self.files.iter_mut().filter(|(_, e)| e.unsaid) {
            let due = entry.said + every;
            if all || due <= now {
                *entry = Entry { said: now, unsaid: false };
                out.push(file.clone());
            } else {
                self.next = Some(self.next.map_or(due, |next| next.min(due)));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &[u8]) -> File {
        (1, Box::from(name))
    }

    #[test]
    fn first_at_once_then_seldom_and_the_last_never_lost() {
        let t = Instant::now();
        let second = Duration::from_secs(1);
        let mut throttle = Throttle::new(second);
        assert!(throttle.wrote(file(b"a"), t));
        assert_eq!(throttle.next(), None);
        assert!(!throttle.wrote(file(b"a"), t + second / 4));
        assert!(!throttle.wrote(file(b"a"), t + second / 2));
        assert!(throttle.wrote(file(b"b"), t + second / 2));
        assert_eq!(throttle.next(), Some(t + second));
        assert_eq!(throttle.due(t + second / 2, false), Vec::<File>::new());
        assert_eq!(throttle.due(t + second, false), vec![file(b"a")]);
        assert_eq!(throttle.next(), None);
        assert!(!throttle.wrote(file(b"a"), t + second), "said a moment ago");
        assert!(throttle.forget(&file(b"a")), "there was something to say");
        assert!(!throttle.forget(&file(b"a")));
    }

    #[test]
    fn asked_for_all_it_gives_all() {
        let t = Instant::now();
        let mut throttle = Throttle::new(Duration::from_secs(1));
        throttle.wrote(file(b"a"), t);
        throttle.wrote(file(b"a"), t);
        assert_eq!(throttle.due(t, true), vec![file(b"a")]);
    }

    #[test]
    fn it_does_not_remember_for_ever() {
        let t = Instant::now();
        let mut throttle = Throttle::new(Duration::from_secs(1));
        for n in 0..100_000u32 {
            throttle.wrote(file(&n.to_le_bytes()), t + Duration::from_millis(u64::from(n)));
        }
        assert!(throttle.files.len() < 4_000, "{}", throttle.files.len());
    }
}
