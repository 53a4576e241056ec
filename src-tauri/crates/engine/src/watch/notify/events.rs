//! notify's events as changes.

use std::path::Path;

use ::notify::EventKind;
use ::notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RemoveKind, RenameMode};
use driftless_core::change::Kind;
use driftless_core::filter::{Matcher, Verdict};
use driftless_core::paths::RelPath;

use super::Way;
use super::worker::Worker;

/// The bytes of a relative path of this system, `/`-separated. `None` if it is not clean.
fn rel_path(path: &Path) -> Option<RelPath> {
    let mut out = Vec::new();
    for part in path.components() {
        let std::path::Component::Normal(part) = part else { return None };
        if !out.is_empty() {
            out.push(b'/');
        }
        #[cfg(unix)]
        out.extend_from_slice(std::os::unix::ffi::OsStrExt::as_bytes(part));
        #[cfg(not(unix))]
        out.extend_from_slice(part.to_string_lossy().as_bytes());
    }
    RelPath::new(&out).ok()
}

impl Worker {
    pub fn event(&mut self, event: Result<::notify::Event, ::notify::Error>) {
        match event {
            Ok(event) if event.need_rescan() => self.lost_all(),
            Ok(event) => {
                for path in &event.paths {
                    if !self.is_sentinel(path) {
                        self.path_event(event.kind, path);
                    }
                }
            }
            Err(error) => self.failed(&error),
        }
    }

    /// A path that could not be looked at may be anything; without a path, everything may be.
    fn failed(&mut self, error: &::notify::Error) {
        if error.paths.is_empty() {
            return self.lost_all();
        }
        for path in &error.paths {
            if let Some((at, below)) = self.place_of(path) {
                let path = self.places[at].prefix.join_path(&below);
                let under = path.parent().unwrap_or(path);
                // A poll meets the same unreadable directory each time; that is no news.
                if self.way == Way::Native {
                    self.lost(under);
                }
            }
        }
    }

    fn lost_all(&mut self) {
        let places: Vec<RelPath> = self.places.iter().map(|p| p.prefix.clone()).collect();
        places.into_iter().for_each(|under| self.lost(under));
    }

    fn place_of(&self, path: &Path) -> Option<(usize, RelPath)> {
        self.places.iter().enumerate().find_map(|(at, place)| {
            let below = path.strip_prefix(place.real.as_ref()?).ok()?;
            Some((at, rel_path(below)?))
        })
    }

    fn path_event(&mut self, kind: EventKind, path: &Path) {
        let Some((at, below)) = self.place_of(path) else { return };
        let place = &self.places[at];
        let (rel, matcher) = (place.prefix.join_path(&below), std::sync::Arc::clone(&place.matcher));
        let top = below.is_root();
        let on_disk = std::fs::symlink_metadata(path).ok();
        let is_dir = on_disk.as_ref().is_some_and(|m| m.is_dir());
        let (kind, dir) = match kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => (Kind::Modify, false),
            EventKind::Access(_) => return,
            EventKind::Create(CreateKind::Folder) => (Kind::Create, true),
            EventKind::Create(_) => (Kind::Create, is_dir),
            EventKind::Remove(RemoveKind::Folder) => (Kind::Delete, true),
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => (Kind::Delete, is_dir),
            // Both halves came by themselves.
            EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => return,
            EventKind::Modify(ModifyKind::Name(_)) if on_disk.is_none() => (Kind::Delete, false),
            EventKind::Modify(ModifyKind::Name(_)) => (Kind::Create, is_dir),
            EventKind::Modify(ModifyKind::Metadata(_)) if self.way == Way::Native => (Kind::Attrib, is_dir),
            // A poll calls every difference in time a change of metadata.
            EventKind::Modify(_) | EventKind::Any | EventKind::Other if !is_dir => (Kind::Modify, false),
            _ => (Kind::Attrib, true),
        };
        if top {
            // Of the place itself only its attributes; what became of it shows when it is looked at.
            return match kind {
                Kind::Delete | Kind::Create => drop(self.look_at_places()),
                _ => self.push(rel, Kind::Attrib, true),
            };
        }
        if left_out(&matcher, &rel, dir, on_disk.is_none()) {
            return;
        }
        let arrived = dir && kind == Kind::Create;
        self.push(rel.clone(), kind, dir);
        // A poll finds what is in it by itself.
        if arrived && self.way == Way::Native {
            if let Some(engine) = &self.engine {
                engine.settle();
            }
            self.list(path, &rel, &matcher);
        }
    }

    /// Reports everything below a directory that came, as created: no event told of what was in it.
    fn list(&mut self, dir: &Path, rel: &RelPath, matcher: &Matcher) {
        let mut stack = vec![(dir.to_owned(), rel.clone())];
        while let Some((dir, rel)) = stack.pop() {
            // Gone again, or unreadable: the system's watcher says so.
            let Ok(entries) = std::fs::read_dir(&dir) else { continue };
            for entry in entries.flatten() {
                let Some(name) = rel_path(Path::new(&entry.file_name())) else { continue };
                let path = rel.join_path(&name);
                let is_dir = entry.file_type().is_ok_and(|t| t.is_dir());
                if left_out(matcher, &path, is_dir, false) {
                    continue;
                }
                self.push(path.clone(), Kind::Create, is_dir);
                if is_dir {
                    stack.push((entry.path(), path));
                }
            }
        }
    }
}

/// What is gone may have been a directory or not: it is left out only if it would be either way.
fn left_out(matcher: &Matcher, path: &RelPath, dir: bool, gone: bool) -> bool {
    let out = |dir| matcher.verdict(path, dir) == Verdict::Excluded;
    if gone { out(true) && out(false) } else { out(dir) }
}
