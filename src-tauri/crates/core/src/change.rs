//! What a watcher reports: one change of one path.

use crate::paths::RelPath;

/// What happened to a path. The order is that of growing weight; see `combine` for what two of them make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Mode, owner, times or extended attributes.
    Attrib,
    /// The content is being written and the file is still open, or was cut by `truncate(2)`: no close was seen. Sent at
    /// most once a second for a file; a [`Kind::Modify`] follows when the file is closed.
    Writing,
    /// The content was written and the file closed (in `Modify` mode: written).
    Modify,
    /// The path came into being: made, linked, or moved in from outside.
    Create,
    /// The path is gone: removed, or moved out.
    Delete,
    /// The path now has this name, inside the same root. Whatever stood there is gone.
    Move(RelPath),
}

/// One change below one root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What changed; for a move the old name. The root itself only with [`Kind::Attrib`].
    pub path: RelPath,
    /// What happened.
    pub kind: Kind,
    /// True if the path is (or was) a directory.
    pub dir: bool,
}
