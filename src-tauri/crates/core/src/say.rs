//! What is said in the log: stable lines under lsyncd's categories.

use crate::paths::{RelPath, show_bytes};

/// lsyncd's log categories that carry something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    /// On unless `scarce`.
    Normal,
    /// On.
    Warn,
    /// On.
    Error,
    /// Command lines of children.
    Exec,
    /// Each waiting entry.
    Delay,
    /// Events as the watcher reports them.
    Inotify,
    /// Details.
    Debug,
}

impl Category {
    /// As in the log and after `-log`.
    pub fn word(self) -> &'static str {
        match self {
            Category::Normal => "Normal",
            Category::Warn => "Warn",
            Category::Error => "Error",
            Category::Exec => "Exec",
            Category::Delay => "Delay",
            Category::Inotify => "Inotify",
            Category::Debug => "Debug",
        }
    }
}

/// One thing for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// Where it belongs.
    pub category: Category,
    /// The sync it is about, by name.
    pub sync: Option<String>,
    /// One line of text, clean (a list of paths may follow on lines of its own, as lsyncd writes it).
    pub text: String,
    /// What is wrong, for the leaf to put into words behind the text.
    pub problem: Option<crate::problem::Problem>,
}

impl Say {
    /// A line of `category`.
    pub fn new(category: Category, text: impl Into<String>) -> Say {
        Say { category, sync: None, text: text.into(), problem: None }
    }

    /// The same, with what is wrong.
    pub fn because(mut self, problem: crate::problem::Problem) -> Say {
        self.problem = Some(problem);
        self
    }

    /// The same about a sync.
    pub fn of(mut self, sync: &str) -> Say {
        self.sync = Some(sync.to_owned());
        self
    }
}

/// A list of paths as lsyncd writes it: one a line, `/`-anchored, at most `most` of them.
pub fn path_lines<'a>(paths: impl ExactSizeIterator<Item = &'a RelPath>, most: usize) -> String {
    let total = paths.len();
    let mut out = String::new();
    for path in paths.take(most) {
        out.push_str("\n/");
        out.push_str(&show_bytes(path.bytes()));
    }
    if total > most {
        out.push_str(&format!("\n(and {} more)", total - most));
    }
    out
}
