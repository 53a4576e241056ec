//! The watched directories of all sources, in one arena: (parent, name, wd), 40 bytes and the name for each.
//!
//! A node is one directory at one place of one sync. Overlapping sources and bind mounts give one wd several nodes; what
//! an event says counts at each of them. Renaming a directory changes one node, whatever lies below. A node's id carries
//! the birth number of its slot, so that an id kept across a removal is recognised as stale.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use driftless_core::paths::RelPath;
use hashbrown::HashTable;

const NONE: u32 = u32::MAX;

/// A node, valid until it is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NodeId {
    at: u32,
    born: u32,
}

struct Node {
    parent: u32,
    first: u32,
    next: u32,
    prev: u32,
    /// The next place with the same wd.
    same: u32,
    /// Where the name begins; for a root the number of its owner.
    name: u32,
    wd: i32,
    born: u32,
    name_len: u16,
    live: bool,
}

/// See the module's head.
pub(super) struct Arena {
    nodes: Vec<Node>,
    free: Vec<u32>,
    names: Vec<u8>,
    dead_names: usize,
    children: HashTable<u32>,
    by_wd: HashMap<i32, u32>,
    hasher: RandomState,
    births: u32,
}

impl Arena {
    pub fn new() -> Arena {
        Arena {
            nodes: Vec::new(),
            free: Vec::new(),
            names: Vec::new(),
            dead_names: 0,
            children: HashTable::new(),
            by_wd: HashMap::new(),
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
        self.insert(NONE, owner, 0, wd)
    }

    /// A directory below `parent`, which has none of that name.
    pub fn add(&mut self, parent: NodeId, name: &[u8], wd: i32) -> NodeId {
        let (start, len) = self.keep_name(name);
        let id = self.insert(parent.at, start, len, wd);
        self.link(id.at);
        id
    }

    /// False once it is removed.
    pub fn is_live(&self, id: NodeId) -> bool {
        self.nodes.get(id.at as usize).is_some_and(|n| n.live && n.born == id.born)
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
        let mut out = Vec::new();
        let mut at = self.by_wd.get(&wd).copied().unwrap_or(NONE);
        while at != NONE {
            out.push(self.id(at));
            at = self.nodes[at as usize].same;
        }
        out
    }

    /// True if some place has this watch.
    pub fn has_wd(&self, wd: i32) -> bool {
        self.by_wd.contains_key(&wd)
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
        self.dead_names += usize::from(self.nodes[id.at as usize].name_len);
        let (start, len) = self.keep_name(name);
        let node = &mut self.nodes[id.at as usize];
        (node.parent, node.name, node.name_len) = (parent.at, start, len);
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
            let mut child = self.nodes[at as usize].first;
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
            node.live = false;
            if node.parent != NONE {
                self.dead_names += usize::from(node.name_len);
            }
            self.free.push(at);
            count += 1;
        }
        self.tidy_names();
        count
    }

    /// All nodes at and below this one.
    pub fn subtree(&self, id: NodeId) -> Vec<NodeId> {
        let mut out = Vec::new();
        let mut stack = vec![id.at];
        while let Some(at) = stack.pop() {
            out.push(self.id(at));
            let mut child = self.nodes[at as usize].first;
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
        if node.parent == NONE {
            return b"";
        }
        &self.names[node.name as usize..node.name as usize + usize::from(node.name_len)]
    }

    fn hash(&self, parent: u32, name: &[u8]) -> u64 {
        self.hasher.hash_one((parent, name))
    }

    fn keep_name(&mut self, name: &[u8]) -> (u32, u16) {
        let start = self.names.len() as u32;
        self.names.extend_from_slice(name);
        (start, name.len() as u16)
    }

    fn insert(&mut self, parent: u32, name: u32, name_len: u16, wd: i32) -> NodeId {
        self.births = self.births.wrapping_add(1);
        let same = self.by_wd.get(&wd).copied().unwrap_or(NONE);
        let node = Node {
            parent,
            first: NONE,
            next: NONE,
            prev: NONE,
            same,
            name,
            wd,
            born: self.births,
            name_len,
            live: true,
        };
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
        self.by_wd.insert(wd, at);
        self.id(at)
    }

    fn link(&mut self, at: u32) {
        let parent = self.nodes[at as usize].parent;
        let first = self.nodes[parent as usize].first;
        if first != NONE {
            self.nodes[first as usize].prev = at;
        }
        let node = &mut self.nodes[at as usize];
        (node.prev, node.next) = (NONE, first);
        self.nodes[parent as usize].first = at;
        let hash = self.hash(parent, self.name_at(at));
        let (nodes, names, hasher) = (&self.nodes, &self.names, &self.hasher);
        self.children.insert_unique(hash, at, |&at| {
            let node = &nodes[at as usize];
            let name = &names[node.name as usize..node.name as usize + usize::from(node.name_len)];
            hasher.hash_one((node.parent, name))
        });
    }

    fn unlink(&mut self, at: u32) {
        let (parent, prev, next) = {
            let node = &self.nodes[at as usize];
            (node.parent, node.prev, node.next)
        };
        let hash = self.hash(parent, self.name_at(at));
        if let Ok(found) = self.children.find_entry(hash, |&c| c == at) {
            found.remove();
        }
        if prev == NONE {
            self.nodes[parent as usize].first = next;
        } else {
            self.nodes[prev as usize].next = next;
        }
        if next != NONE {
            self.nodes[next as usize].prev = prev;
        }
    }

    fn drop_place(&mut self, at: u32, unused: &mut Vec<i32>) {
        let (wd, same) = (self.nodes[at as usize].wd, self.nodes[at as usize].same);
        let head = self.by_wd.get(&wd).copied().unwrap_or(NONE);
        if head == at {
            if same == NONE {
                self.by_wd.remove(&wd);
                unused.push(wd);
            } else {
                self.by_wd.insert(wd, same);
            }
            return;
        }
        let mut before = head;
        while before != NONE {
            let next = self.nodes[before as usize].same;
            if next == at {
                self.nodes[before as usize].same = same;
                return;
            }
            before = next;
        }
    }

    /// Names of removed directories are given back once they are half of all.
    fn tidy_names(&mut self) {
        if self.dead_names < 64 * 1024 || self.dead_names * 2 < self.names.len() {
            return;
        }
        let mut kept = Vec::with_capacity(self.names.len() - self.dead_names);
        for node in self.nodes.iter_mut().filter(|n| n.live && n.parent != NONE) {
            let start = kept.len() as u32;
            let old = node.name as usize;
            kept.extend_from_slice(&self.names[old..old + usize::from(node.name_len)]);
            node.name = start;
        }
        self.names = kept;
        self.dead_names = 0;
        if self.nodes.iter().all(|n| !n.live) {
            self.nodes = Vec::new();
            self.free = Vec::new();
            self.children = HashTable::new();
            self.by_wd = HashMap::new();
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
