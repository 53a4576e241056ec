//! What two waiting changes of one path make: lsyncd's table as it was meant.
//!
//! | old ↓ new → | Attrib | Modify | Create | Delete |
//! |---|---|---|---|---|
//! | Attrib | absorb | replace | replace | replace |
//! | Modify | absorb | absorb | replace | replace |
//! | Create | absorb | absorb | absorb | replace |
//! | Delete | absorb | absorb | file: replace, directory: stack | absorb |
//!
//! `Writing` stands between Attrib and Modify: it absorbs an Attrib and is replaced by all that is heavier. A Move is not
//! in the table: it is taken apart before (a Delete of the old name, a Create of the new one).
//!
//! What is decided here is only how a waiting entry is called and how it is looked at later. What is sent is decided by
//! what stands at the path when its batch starts, and an entry that is on its way is never touched: see `queue`.

/// The heaviest thing that happened to a waiting path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Want {
    /// Mode, owner, times.
    Attrib,
    /// Content, still being written.
    Writing,
    /// Content.
    Modify,
    /// It came into being.
    Create,
    /// It is gone.
    Delete,
}

impl Want {
    /// As in lsyncd's status file.
    pub fn word(self) -> &'static str {
        match self {
            Want::Attrib => "Attrib",
            Want::Writing | Want::Modify => "Modify",
            Want::Create => "Create",
            Want::Delete => "Delete",
        }
    }
}

/// What becomes of the old entry and the new change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The old entry says it all; it keeps its place.
    Absorb,
    /// The new change takes the old entry's place in the queue.
    Replace,
    /// Both count, in their order: a directory that was removed and made again holds nothing of what it held.
    Stack,
}

/// The table. `dir`: the new change is of a directory.
pub fn combine(old: Want, new: Want, dir: bool) -> Verdict {
    match (old, new) {
        (Want::Delete, Want::Create) if dir => Verdict::Stack,
        (Want::Delete, Want::Create) => Verdict::Replace,
        (Want::Delete, _) => Verdict::Absorb,
        (old, new) if new > old => Verdict::Replace,
        _ => Verdict::Absorb,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_intended_one() {
        use Verdict::{Absorb, Replace, Stack};
        use Want::{Attrib, Create, Delete, Modify};
        let table = [
            (Attrib, [Absorb, Replace, Replace, Replace]),
            (Modify, [Absorb, Absorb, Replace, Replace]),
            (Create, [Absorb, Absorb, Absorb, Replace]),
            (Delete, [Absorb, Absorb, Replace, Absorb]),
        ];
        for (old, row) in table {
            for (new, verdict) in [Attrib, Modify, Create, Delete].into_iter().zip(row) {
                assert_eq!(combine(old, new, false), verdict, "{old:?} then {new:?}");
            }
        }
        assert_eq!(combine(Delete, Create, true), Stack);
    }

    #[test]
    fn a_file_being_written_waits_for_its_close() {
        assert_eq!(combine(Want::Writing, Want::Modify, false), Verdict::Replace);
        assert_eq!(combine(Want::Modify, Want::Writing, false), Verdict::Absorb);
        assert_eq!(combine(Want::Attrib, Want::Writing, false), Verdict::Replace);
    }
}
