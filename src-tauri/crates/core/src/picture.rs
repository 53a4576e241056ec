//! What a run would do, as a person sees it before it is done: how many, how large, ten names of each.

use serde::{Deserialize, Serialize};

use crate::diagnose::Item;

/// So many names are shown of each part.
pub const NAMES: usize = 10;

/// One part of a [`Picture`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Portion {
    /// How many entries (files, links, directories).
    pub count: u64,
    /// How large they are together; `None` where that is not known (what is only at the target).
    pub bytes: Option<u64>,
    /// The first ten, shown: safe to print. A directory ends in `/`.
    pub names: Vec<String>,
}

/// What a run would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Picture {
    /// When it was made: wall clock, milliseconds since 1970, UTC.
    pub made_ms: i64,
    /// Would be made at the target.
    pub sent: Portion,
    /// Are at the target and would be changed there: content or attributes.
    pub changed: Portion,
    /// Would be removed at the target.
    pub deleted: Portion,
    /// What the source holds, all told, where it was counted.
    pub source_entries: Option<u64>,
    /// What the target holds before the run, all told, where it was counted.
    pub target_entries: Option<u64>,
}

/// What the itemised lines of a run told, sorted into parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    created: Portion,
    changed: Portion,
    deleted: Portion,
}

impl Parts {
    /// One line more.
    pub fn take(&mut self, item: &Item) {
        if item.deleted {
            return self.deleted.add(item, None);
        }
        // A directory whose time alone is another one is no change that a person knows of.
        if item.what.starts_with(".d..t....") {
            return;
        }
        let size = if item.sent && !item.dir { item.size } else { 0 };
        let part = if item.what.ends_with("+++++++++") { &mut self.created } else { &mut self.changed };
        part.add(item, Some(size));
    }

    /// So many were deleted, or would be.
    pub fn deleted(&self) -> u64 {
        self.deleted.count
    }

    /// As it is shown; `source`: how many entries the source holds, where that was counted.
    pub fn picture(&self, made_ms: i64, source: Option<u64>) -> Picture {
        let mut picture = Picture {
            made_ms,
            sent: self.created.clone(),
            changed: self.changed.clone(),
            deleted: self.deleted.clone(),
            source_entries: source,
            target_entries: source.map(|n| n.saturating_sub(self.created.count).saturating_add(self.deleted.count)),
        };
        picture.sent.bytes.get_or_insert(0);
        picture.changed.bytes.get_or_insert(0);
        picture
    }
}

impl Portion {
    fn add(&mut self, item: &Item, bytes: Option<u64>) {
        self.count += 1;
        if let Some(bytes) = bytes {
            let sum = self.bytes.get_or_insert(0);
            *sum = sum.saturating_add(bytes);
        }
        if self.names.len() < NAMES {
            let slash = if item.dir && !item.path.is_root() { "/" } else { "" };
            self.names.push(format!("{}{slash}", item.path.shown()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::{OutputParser, PathMapper, Stream};
    use crate::target::Target;

    #[test]
    fn a_dry_run_becomes_a_picture() {
        let target = Target::parse("/t").unwrap();
        let mut parser = OutputParser::new(PathMapper::new(b"/s", &target));
        let mut text = String::from(
            "*deleting   0 gone/sub/\n*deleting   0 gone/x\n>f.s....... 7 a\n.f...p..... 9 mode\n.d..t...... 4096 ./\n\
             cd+++++++++ 4096 d/\n>f+++++++++ 5 d/f\n\nNumber of files: 40 (reg: 30, dir: 10)\nNumber of created files: 14\n",
        );
        for n in 0..12 {
            text.push_str(&format!(">f+++++++++ 1 new{n}\n"));
        }
        parser.feed(Stream::Stdout, text.as_bytes());
        let report = parser.finish();
        let picture = report.parts.picture(5, report.counts.total_files);
        assert_eq!((picture.sent.count, picture.sent.bytes, picture.sent.names.len()), (14, Some(17), NAMES));
        assert_eq!((picture.changed.count, picture.changed.bytes), (2, Some(7)));
        assert_eq!((picture.deleted.count, picture.deleted.bytes), (2, None));
        assert_eq!(picture.deleted.names, ["gone/sub/", "gone/x"]);
        assert_eq!((picture.source_entries, picture.target_entries), (Some(40), Some(28)));
        assert_eq!(picture.sent.names[0], "d/");
    }
}
