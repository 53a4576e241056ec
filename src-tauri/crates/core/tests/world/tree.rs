//! A file tree in memory, with what rsync looks at: kinds, contents, sizes, times, modes, inodes.

use std::collections::BTreeMap;

use driftless_core::paths::RelPath;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    File { data: u64, size: u64 },
    Dir,
    Link(u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub kind: Kind,
    pub mtime_ns: i128,
    pub mode: u32,
    pub ino: u64,
}

impl Node {
    pub fn is_dir(&self) -> bool {
        self.kind == Kind::Dir
    }
}

/// The root is the empty path; every parent of a node is a directory.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub nodes: BTreeMap<RelPath, Node>,
}

impl Tree {
    pub fn new(mtime_ns: i128) -> Tree {
        let root = Node { kind: Kind::Dir, mtime_ns, mode: 0o755, ino: 1 };
        Tree { nodes: BTreeMap::from([(RelPath::root(), root)]) }
    }

    pub fn get(&self, path: &RelPath) -> Option<&Node> {
        self.nodes.get(path)
    }

    pub fn is_dir(&self, path: &RelPath) -> bool {
        self.get(path).is_some_and(Node::is_dir)
    }

    pub fn below(&self, path: &RelPath) -> Vec<RelPath> {
        self.nodes
            .range(path.clone()..)
            .map(|(p, _)| p)
            .take_while(|p| p.is_within(path))
            .filter(|p| *p != path)
            .cloned()
            .collect()
    }

    pub fn children(&self, path: &RelPath) -> Vec<RelPath> {
        self.below(path).into_iter().filter(|p| p.parent().as_ref() == Some(path)).collect()
    }

    /// Removes a node with all below it; its directory has another time then.
    pub fn remove(&mut self, path: &RelPath, now_ns: i128) {
        for below in self.below(path) {
            self.nodes.remove(&below);
        }
        self.nodes.remove(path);
        self.touch_parent(path, now_ns);
    }

    pub fn put(&mut self, path: &RelPath, node: Node, now_ns: i128) {
        if self.nodes.insert(path.clone(), node).is_none() {
            self.touch_parent(path, now_ns);
        }
    }

    pub fn touch_parent(&mut self, path: &RelPath, now_ns: i128) {
        if let Some(parent) = path.parent().and_then(|p| self.nodes.get_mut(&p)) {
            parent.mtime_ns = now_ns;
        }
    }

    /// rename(2) within the tree.
    pub fn rename(&mut self, from: &RelPath, to: &RelPath, now_ns: i128) {
        let moved = self.take(from);
        self.remove(to, now_ns);
        self.graft(to, moved);
        self.touch_parent(from, now_ns);
        self.touch_parent(to, now_ns);
    }

    /// Takes a node and all below it out, by their paths below it.
    pub fn take(&mut self, from: &RelPath) -> Vec<(RelPath, Node)> {
        let mut out = Vec::new();
        for path in std::iter::once(from.clone()).chain(self.below(from)) {
            if let (Some(node), Some(below)) = (self.nodes.remove(&path), path.below(from)) {
                out.push((below, node));
            }
        }
        out
    }

    pub fn graft(&mut self, to: &RelPath, nodes: Vec<(RelPath, Node)>) {
        for (below, node) in nodes {
            self.nodes.insert(to.join_path(&below), node);
        }
    }
}
