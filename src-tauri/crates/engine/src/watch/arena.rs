//! The watched directories of all sources, in one arena: 24 bytes and the name for each, and its place in two tables of numbers.
//!
//! A node is one directory at one place of one sync. Overlapping sources and bind mounts give one wd several nodes; what
//! an event says counts at each of them. Renaming a directory changes one node, whatever lies below. A node's id carries
//! the birth number of its slot, so that an id kept across a removal is recognised as stale. What few directories have
//! (subdirectories, a second place) stands beside.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use driftless_core::paths::RelPath;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::names::Names;

const NONE: u32 = u32::MAX;
/// The wd of a slot without a node. The kernel's begin at 1.
const FREE: i32 = 0;

/// A node, valid until it is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NodeId {
    at: u32,
    born: u32,
}

/// Six numbers: there may be a million of them.
struct Node {
    parent: u32,
    next: u32,
    prev: u32,
    /// Where the name stands; for a root the number of its owner.
    name: u32,
    wd: i32,
    born: u32,
}

impl Node {
    fn is_live(&self) -> bool {
        self.wd != FREE
    }
}

/// See the module's head.
pub(super) struct Arena {
    nodes: Vec<Node>,
    free: Vec<u32>,
    names: Names,
    /// The first subdirectory of those that have one.
    first: HashMap<u32, u32>,
    /// The next place with the same wd.
    same: HashMap<u32, u32>,
    children: HashTable<u32>,
    by_wd: HashTable<u32>,
    hasher: RandomState,
    births: u32,
}

impl Arena {
    pub fn new() -> Arena {
        Arena {
            nodes: Vec::new(),
            free: Vec::new(),
            names: Names::default(),
            first: HashMap::new(),
            same: HashMap::new(),
            children: HashTable::new(),
            by_wd: HashTable::new(),
            hasher: RandomState::new(),
            births: 0,
        }
    }

    /// How many different directories are watched.
    pub fn watches(&self) -> usize {
        self.by_wd.len()
    }

    /// The root of a source.
    pub fn add_root(&mut self, owner: u32, wd: i32) -> NodeId {
        self.insert(NONE, owner, wd)
    }

    /// A directory below `parent`, which has none of that name.
    pub fn add(&mut self, parent: NodeId, name: &[u8], wd: i32) -> NodeId {
        let name = self.names.keep(name);
        let id = self.insert(parent.at, name, wd);
        self.link(id.at);
        id
    }

    /// False once it is removed.
    pub fn is_live(&self, id: NodeId) -> bool {
        self.nodes.get(id.at as usize).is_some_and(|n| n.is_live() && n.born == id.born)
    }

    /// Its watch.
    pub fn wd(&self, id: NodeId) -> i32 {
        self.nodes[id.at as usize].wd
    }

    /// True for a source's root.
    pub fn is_root(&self, id: NodeId) -> bool {
        self.nodes[id.at as usize].parent == NONE
    }

    /// The directory above; `None` for a root.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        let parent = self.nodes[id.at as usize].parent;
        (parent != NONE).then(|| self.id(parent))
    }

    /// The name; empty for a root.
    pub fn name(&self, id: NodeId) -> &[u8] {
        self.name_at(id.at)
    }

    /// The directory of that name in `parent`.
    pub fn child(&self, parent: NodeId, name: &[u8]) -> Option<NodeId> {
        let hash = self.hash(parent.at, name);
        let found =
            self.children.find(hash, |&at| self.nodes[at as usize].parent == parent.at && self.name_at(at) == name)?;
        Some(self.id(*found))
    }

    /// The directory at that path below `root`.
    pub fn find(&self, root: NodeId, path: &RelPath) -> Option<NodeId> {
        path.components().try_fold(root, |at, name| self.child(at, name))
    }

    /// Every place of a watch.
    pub fn places(&self, wd: i32) -> Vec<NodeId> {
        let first = self.place(wd);
        std::iter::successors(first, |at| self.same.get(at).copied()).map(|at| self.id(at)).collect()
    }

    /// True if some place has this watch.
    pub fn has_wd(&self, wd: i32) -> bool {
        self.place(wd).is_some()
    }

    /// Whose it is, and where below that root.
    pub fn path(&self, id: NodeId) -> (u32, RelPath) {
        let mut chain = Vec::new();
        let mut at = id.at;
        while self.nodes[at as usize].parent != NONE {
            chain.push(at);
            at = self.nodes[at as usize].parent;
        }
        let mut bytes = Vec::new();
        for &part in chain.iter().rev() {
            if !bytes.is_empty() {
                bytes.push(b'/');
            }
            bytes.extend_from_slice(self.name_at(part));
        }
        // The names come from the kernel: they are clean.
        (self.nodes[at as usize].name, RelPath::new(&bytes).unwrap_or_else(|_| RelPath::root()))
    }

    /// Moves a directory with all below it. False, and nothing done, if `parent` lies within it: then the arena is behind
    /// what the file system looks like.
    pub fn rename(&mut self, id: NodeId, parent: NodeId, name: &[u8]) -> bool {
        let mut up = parent.at;
        while up != NONE {
            if up == id.at {
                return false;
            }
            up = self.nodes[up as usize].parent;
        }
        self.unlink(id.at);
        self.names.forget(self.nodes[id.at as usize].name);
        let name = self.names.keep(name);
        let node = &mut self.nodes[id.at as usize];
        (node.parent, node.name) = (parent.at, name);
        self.link(id.at);
        true
    }

    /// Removes a directory and all below it. Gives how many, and adds the watches that have no place left.
    pub fn remove(&mut self, id: NodeId, unused: &mut Vec<i32>) -> usize {
        if !self.is_live(id) {
            return 0;
        }
        if !self.is_root(id) {
            self.unlink(id.at);
        }
        let mut count = 0;
        let mut stack = vec![id.at];
        while let Some(at) = stack.pop() {
            let mut child = self.first.remove(&at).unwrap_or(NONE);
            while child != NONE {
                let hash = self.hash(at, self.name_at(child));
                if let Ok(found) = self.children.find_entry(hash, |&c| c == child) {
                    found.remove();
                }
                stack.push(child);
                child = self.nodes[child as usize].next;
            }
            self.drop_place(at, unused);
            let node = &mut self.nodes[at as usize];
            node.wd = FREE;
            if node.parent != NONE {
                self.names.forget(node.name);
            }
            self.free.push(at);
            count += 1;
        }
        self.tidy();
        count
    }

    /// All nodes at and below this one.
    pub fn subtree(&self, id: NodeId) -> Vec<NodeId> {
        let mut out = Vec::new();
        let mut stack = vec![id.at];
        while let Some(at) = stack.pop() {
            out.push(self.id(at));
            let mut child = self.first.get(&at).copied().unwrap_or(NONE);
            while child != NONE {
                stack.push(child);
                child = self.nodes[child as usize].next;
            }
        }
        out
    }

    fn id(&self, at: u32) -> NodeId {
        NodeId { at, born: self.nodes[at as usize].born }
    }

    fn name_at(&self, at: u32) -> &[u8] {
        let node = &self.nodes[at as usize];
        if node.parent == NONE { b"" } else { self.names.at(node.name) }
    }

    fn hash(&self, parent: u32, name: &[u8]) -> u64 {
        self.hasher.hash_one((parent, name))
    }

    /// One place of a watch; the others follow in `same`.
    fn place(&self, wd: i32) -> Option<u32> {
        self.by_wd.find(self.hasher.hash_one(wd), |&at| self.nodes[at as usize].wd == wd).copied()
    }

    fn insert(&mut self, parent: u32, name: u32, wd: i32) -> NodeId {
        self.births = self.births.wrapping_add(1);
        let node = Node { parent, next: NONE, prev: NONE, name, wd, born: self.births };
        let at = match self.free.pop() {
            Some(at) => {
                self.nodes[at as usize] = node;
                at
            }
            None => {
                self.nodes.push(node);
                (self.nodes.len() - 1) as u32
            }
        };
        let (nodes, hasher) = (&self.nodes, &self.hasher);
        let hash = |&at: &u32| hasher.hash_one(nodes[at as usize].wd);
        match self.by_wd.entry(hasher.hash_one(wd), |&other| nodes[other as usize].wd == wd, hash) {
            Entry::Occupied(mut first) => drop(self.same.insert(at, std::mem::replace(first.get_mut(), at))),
            Entry::Vacant(none) => drop(none.insert(at)),
        }
        self.id(at)
    }

    fn link(&mut self, at: u32) {
        let parent = self.nodes[at as usize].parent;
        let next = self.first.insert(parent, at).unwrap_or(NONE);
        if next != NONE {
            self.nodes[next as usize].prev = at;
        }
        let node = &mut self.nodes[at as usize];
        (node.prev, node.next) = (NONE, next);
        let hash = self.hash(parent, self.name_at(at));
        let (nodes, names, hasher) = (&self.nodes, &self.names, &self.hasher);
        self.children.insert_unique(hash, at, |&at| {
            let node = &nodes[at as usize];
            hasher.hash_one((node.parent, names.at(node.name)))
        });
    }

    fn unlink(&mut self, at: u32) {
        let Node { parent, prev, next, .. } = self.nodes[at as usize];
        let hash = self.hash(parent, self.name_at(at));
        if let Ok(found) = self.children.find_entry(hash, |&c| c == at) {
            found.remove();
        }
        if prev != NONE {
            self.nodes[prev as usize].next = next;
        } else if next != NONE {
            self.first.insert(parent, next);
        } else {
            self.first.remove(&parent);
        }
        if next != NONE {
            self.nodes[next as usize].prev = prev;
        }
    }

    fn drop_place(&mut self, at: u32, unused: &mut Vec<i32>) {
        let wd = self.nodes[at as usize].wd;
        let next = self.same.remove(&at);
        let nodes = &self.nodes;
        let Ok(mut first) = self.by_wd.find_entry(self.hasher.hash_one(wd), |&other| nodes[other as usize].wd == wd)
        else {
            return;
        };
        if *first.get() != at {
            let mut before = *first.get();
            while let Some(&other) = self.same.get(&before) {
                if other == at {
                    match next {
                        Some(next) => drop(self.same.insert(before, next)),
                        None => drop(self.same.remove(&before)),
                    }
                    return;
                }
                before = other;
            }
        } else if let Some(next) = next {
            *first.get_mut() = next;
        } else {
            first.remove();
            unused.push(wd);
        }
    }

    /// Names of removed directories are given back once they are half of all.
    fn tidy(&mut self) {
        if !self.names.is_worth_tidying() {
            return;
        }
        let mut kept = self.names.anew();
        let mut any = false;
        for node in self.nodes.iter_mut().filter(|n| n.is_live()) {
            any = true;
            if node.parent != NONE {
                node.name = kept.keep(self.names.at(node.name));
            }
        }
        self.names = kept;
        if !any {
            let births = self.births;
            *self = Arena { births, ..Arena::new() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_directory_takes_its_content_along() {
        let mut arena = Arena::new();
        let root = arena.add_root(7, 1);
        let a = arena.add(root, b"a", 2);
        let b = arena.add(a, b"b", 3);
        let c = arena.add(root, b"c", 4);
        assert!(arena.rename(a, c, b"x"));
        assert_eq!(arena.path(b), (7, RelPath::new(b"c/x/b").unwrap()));
        assert_eq!(arena.child(root, b"a"), None);
        assert_eq!(arena.child(c, b"x"), Some(a));
        assert!(!arena.rename(c, b, b"loop"), "a directory never moves into itself");
        assert_eq!(arena.path(b), (7, RelPath::new(b"c/x/b").unwrap()));
    }

    #[test]
    fn a_removed_subtree_gives_back_its_watches() {
        let mut arena = Arena::new();
        let root = arena.add_root(0, 1);
        let a = arena.add(root, b"a", 2);
        let b = arena.add(a, b"b", 3);
        let other = arena.add_root(1, 3);
        let mut unused = Vec::new();
        assert_eq!(arena.remove(a, &mut unused), 2);
        assert_eq!(unused, vec![2], "3 is still the other sync's root");
        assert_eq!(arena.places(3), vec![other]);
        assert!(!arena.is_live(b) && arena.is_live(root));
        let again = arena.add(root, b"a", 9);
        assert_ne!(again, a, "an id is never used twice");
        assert_eq!(arena.child(root, b"a"), Some(again));
    }

    #[test]
    fn ten_thousand_siblings_come_and_go() {
        let mut arena = Arena::new();
        let root = arena.add_root(0, 1);
        let ids: Vec<NodeId> =
            (0..10_000).map(|n| arena.add(root, format!("directory-{n}").as_bytes(), n + 2)).collect();
        let mut unused = Vec::new();
        for id in &ids[..9_990] {
            arena.remove(*id, &mut unused);
        }
        assert_eq!(unused.len(), 9_990);
        assert!(arena.names.len() < 80_000, "names are given back");
        assert_eq!(arena.child(root, b"directory-9995"), Some(ids[9_995]));
        assert_eq!(arena.name(ids[9_999]), b"directory-9999");
    }
}
