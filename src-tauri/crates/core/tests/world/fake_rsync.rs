//! rsync, as far as the command lines of the engine go. It does what is asked by the words, not what was meant, and it takes
//! its time: names are looked at when it starts, contents when their turn comes.

use driftless_core::diagnose::{Exit, FailedPath, FailureCode, Item, PathWhy, Report, Side};
use driftless_core::filter::{FilterInput, Matcher, Verdict};
use driftless_core::mirror::End;
use driftless_core::native::Task;
use driftless_core::paths::RelPath;
use driftless_core::work::{Arg, CommandSpec, Cwd, Stdin};

use crate::tree::{Kind, Node, Tree};

pub struct Run {
    words: Vec<String>,
    /// What it will do, with the attributes it saw when it started.
    units: Vec<Unit>,
    done: usize,
    report: Report,
    exit: i32,
    /// Renames that it made.
    pub moved: usize,
    /// What a dry run works on.
    dry: Option<Tree>,
}

#[derive(Clone)]
enum Unit {
    Delete(RelPath),
    Put(RelPath, Node),
    /// The content of a directory at the target that is not at the source goes.
    Purge(RelPath, Vec<RelPath>),
    Attributes(RelPath, Node),
    /// It leaves the trash.
    Age(RelPath),
    /// Where nothing stands: taken from this place at the target, if it has this size and time there, else sent.
    Adopt(RelPath, Node, Option<RelPath>),
    /// Renamed at the target: from, to; by rename(2) here, or by `mv` at the far side.
    Move(RelPath, RelPath, bool),
}

impl Run {
    pub fn start(command: &CommandSpec, source: &Tree, target: &Tree, matcher: &Matcher) -> Run {
        let words: Vec<String> = command
            .args
            .iter()
            .map(|a| match a {
                Arg::Word(w) => w.clone(),
                Arg::Secret { prefix, .. } | Arg::Inline { prefix, .. } => prefix.clone(),
                Arg::Ssh { call, .. } | Arg::SshItself { call, .. } => format!("--rsh={}", call.program),
            })
            .collect();
        let mut run =
            Run { words, units: Vec::new(), done: 0, report: Report::default(), exit: 0, moved: 0, dry: None };
        let native = command.native.as_deref().filter(|native| native.task == Task::Move);
        match &command.stdin {
            _ if native.is_some() => {
                let moves = native.iter().flat_map(|native| &native.moves);
                run.units.extend(moves.map(|one| Unit::Move(one.from.clone(), one.to.clone(), true)));
            }
            Stdin::Bytes(list) if by_ssh_itself(command) => run.far_moves(list),
            _ if matches!(command.cwd, Cwd::Below(_)) => run.adopts(command, source, matcher),
            Stdin::Files => panic!("only below a folder"),
            Stdin::Null if run.has("--filter=H *") => {
                assert!(run.has("--filter=P *") && !run.words.iter().any(|w| w.starts_with("--backup")));
                run.age(target);
            }
            Stdin::Null => {
                run.walk(&RelPath::root(), source, matcher);
                let sent = run.units.iter().filter(|u| matches!(u, Unit::Put(..))).count();
                run.report.counts.total_files = Some(sent as u64 + 1);
            }
            Stdin::Bytes(list) => run.list(list, source, matcher),
        }
        // Attributes of directories come last, the deepest first.
        let (mut attributes, others): (Vec<Unit>, Vec<Unit>) =
            std::mem::take(&mut run.units).into_iter().partition(|u| matches!(u, Unit::Attributes(..)));
        attributes.reverse();
        run.units = others;
        run.units.extend(attributes);
        run
    }

    /// Panics if a path is listed below what is no directory: rsync would turn that into one at the target, or follow it out
    /// of the tree.
    pub fn check(command: &CommandSpec, source: &Tree) {
        let Stdin::Bytes(list) = &command.stdin else { return };
        if by_ssh_itself(command) {
            return;
        }
        let list = if matches!(command.cwd, Cwd::Below(_)) { &[][..] } else { list };
        for item in list.split(|b| *b == 0).filter_map(|item| item.strip_prefix(b"./")) {
            let path = RelPath::new(item.strip_suffix(b"/").unwrap_or(item)).expect("a clean path");
            for above in path.ancestors().filter_map(|above| Some((source.get(&above)?, above))) {
                assert!(above.0.is_dir(), "{path:?} is listed below {:?}, which is no directory", above.1);
            }
        }
    }

    fn has(&self, word: &str) -> bool {
        self.words.iter().any(|w| w == word)
    }

    fn list(&mut self, list: &[u8], source: &Tree, matcher: &Matcher) {
        assert!(list.is_empty() || list.ends_with(&[0]), "a list ends with NUL");
        for item in list.split(|b| *b == 0).filter(|i| !i.is_empty()) {
            let name = item.strip_prefix(b"./").expect("every path begins with ./");
            let by_rules = self.words.iter().any(|w| w.starts_with("--filter=R /") || w == "--filter=P *");
            if name.is_empty() || name.ends_with(b"/") {
                let top = RelPath::new(name.strip_suffix(b"/").unwrap_or(name)).expect("a clean path");
                self.one_level(&top, source, matcher, by_rules);
                continue;
            }
            let path = RelPath::new(name).expect("a clean path");
            self.one(&path, source, matcher);
        }
    }

    fn one(&mut self, path: &RelPath, source: &Tree, matcher: &Matcher) {
        for above in path.ancestors() {
            match source.get(&above) {
                Some(node) if node.is_dir() => self.units.push(Unit::Attributes(above.clone(), node.clone())),
                // It was a directory when the path was looked at.
                Some(_) => return self.failed(path, false),
                None => {}
            }
        }
        self.units.push(Unit::Attributes(RelPath::root(), source.nodes[&RelPath::root()].clone()));
        match source.get(path) {
            None if self.has("--delete-missing-args") => self.units.push(Unit::Delete(path.clone())),
            None => {}
            Some(node) if matcher.entry(path, node.is_dir()) == Verdict::Excluded => {}
            Some(node) if node.is_dir() => {
                self.units.push(Unit::Put(path.clone(), node.clone()));
                self.units.push(Unit::Attributes(path.clone(), node.clone()));
                if self.has("-r") {
                    self.walk(path, source, matcher);
                }
            }
            Some(node) => self.units.push(Unit::Put(path.clone(), node.clone())),
        }
    }

    /// `./p/`: what stands in the directory, one level deep; strangers of this level go (under rules only those at risk).
    fn one_level(&mut self, top: &RelPath, source: &Tree, matcher: &Matcher, by_rules: bool) {
        let Some(node) = source.get(top) else { return };
        self.units.push(Unit::Attributes(top.clone(), node.clone()));
        if self.has("--filter=- /*") {
            return;
        }
        let mut kept = Vec::new();
        for child in source.children(top) {
            if let Some(node) = source.get(&child).filter(|n| matcher.entry(&child, n.is_dir()) == Verdict::Sent) {
                kept.push(child.clone());
                self.units.push(Unit::Put(child.clone(), node.clone()));
                if node.is_dir() {
                    self.units.push(Unit::Attributes(child.clone(), node.clone()));
                }
            }
        }
        if !by_rules {
            if self.has("--delete") {
                self.units.push(Unit::Purge(top.clone(), kept));
            }
            return;
        }
        let risks: Vec<RelPath> = self
            .words
            .iter()
            .filter_map(|w| w.strip_prefix("--filter=R /").filter(|r| !r.ends_with("/**")))
            .filter_map(|r| RelPath::new(r.as_bytes()).ok())
            .filter(|p| p.parent().as_ref() == Some(top) && !kept.contains(p))
            .collect();
        self.units.extend(risks.into_iter().map(Unit::Delete));
    }

    fn walk(&mut self, top: &RelPath, source: &Tree, matcher: &Matcher) {
        let Some(node) = source.get(top).filter(|n| n.is_dir()) else { return };
        self.units.push(Unit::Attributes(top.clone(), node.clone()));
        let mut kept = Vec::new();
        for child in source.children(top) {
            let Some(node) = source.get(&child) else { continue };
            if matcher.entry(&child, node.is_dir()) == Verdict::Excluded {
                continue;
            }
            kept.push(child.clone());
            self.units.push(Unit::Put(child.clone(), node.clone()));
            if node.is_dir() {
                self.walk(&child, source, matcher);
            }
        }
        if self.has("--delete") {
            self.units.push(Unit::Purge(top.clone(), kept));
        }
    }

    /// It ends well, and has not done anything.
    pub fn does_nothing(&mut self) {
        self.units.clear();
    }

    pub fn len(&self) -> usize {
        self.units.len()
    }

    pub fn next_path(&self) -> Option<RelPath> {
        self.units.get(self.done).map(|u| match u {
            Unit::Delete(p)
            | Unit::Put(p, _)
            | Unit::Purge(p, _)
            | Unit::Attributes(p, _)
            | Unit::Age(p)
            | Unit::Move(_, p, _)
            | Unit::Adopt(p, ..) => p.clone(),
        })
    }

    pub fn sent_bytes(&self) -> u64 {
        self.report.counts.sent_bytes
    }

    pub fn left(&self) -> usize {
        self.units.len() - self.done
    }

    /// Does the next thing; `fail`: it does not, and says so (`told`) or not.
    pub fn step(&mut self, source: &Tree, target: &mut Tree, matcher: &Matcher, fail: Option<bool>) {
        if !self.has("--dry-run") {
            return self.work(source, target, matcher, fail);
        }
        let mut dry = self.dry.take().unwrap_or_else(|| target.clone());
        self.work(source, &mut dry, matcher, fail);
        self.dry = Some(dry);
    }

    fn work(&mut self, source: &Tree, target: &mut Tree, matcher: &Matcher, fail: Option<bool>) {
        let Some(unit) = self.units.get(self.done).cloned() else { return };
        self.done += 1;
        if let Some(told) = fail {
            self.exit = 23;
            // A folder of the target that cannot be listed is said as such (`opendir "d" failed`): what lies in it was not looked at.
            if matches!(unit, Unit::Move(_, _, false)) {
                // xargs says no more than this.
                self.exit = 123;
                return;
            }
            let deep = matches!(unit, Unit::Purge(..));
            let path = match unit {
                Unit::Delete(p)
                | Unit::Put(p, _)
                | Unit::Purge(p, _)
                | Unit::Attributes(p, _)
                | Unit::Age(p)
                | Unit::Move(_, p, _)
                | Unit::Adopt(p, ..) => p,
            };
            match told {
                true => self.failed(&path, deep),
                false => self.report.unmapped = true,
            }
            return;
        }
        match unit {
            Unit::Delete(path) => self.delete(&path, target, matcher),
            Unit::Age(path) => target.remove(&path, 0),
            Unit::Move(from, to, near) => self.rename(&from, &to, near, source, target),
            Unit::Adopt(path, seen, from) => self.adopt(&path, &seen, from.as_ref(), source, target),
            Unit::Put(path, seen) => self.put(&path, &seen, source, target, matcher),
            Unit::Purge(top, kept) => {
                if source.get(&top).is_some() || self.has("-r") {
                    for child in target.children(&top) {
                        if !kept.contains(&child) {
                            self.delete(&child, target, matcher);
                        }
                    }
                }
            }
            Unit::Attributes(path, seen) => {
                if let Some(node) = target.nodes.get_mut(&path).filter(|n| n.is_dir()) {
                    node.mtime_ns = seen.mtime_ns;
                    node.mode = seen.mode;
                }
            }
        }
    }

    fn failed(&mut self, path: &RelPath, deep: bool) {
        self.exit = 23;
        let failed =
            FailedPath { path: path.clone(), why: PathWhy::Permission, side: Side::Receiver, deep, guess: false };
        self.report.failed.push(failed);
    }

    /// What is excluded stays, and with it the directories that hold it.
    fn delete(&mut self, path: &RelPath, target: &mut Tree, matcher: &Matcher) {
        let Some(node) = target.get(path).cloned() else { return };
        if matcher.entry(path, node.is_dir()) == Verdict::Excluded {
            return;
        }
        for child in target.children(path) {
            self.delete(&child, target, matcher);
        }
        let most = self.words.iter().find_map(|w| w.strip_prefix("--max-delete=")).and_then(|n| n.parse::<u64>().ok());
        if most.is_some_and(|most| self.report.counts.deleted >= most) {
            self.report.causes.insert(FailureCode::TooManyDeletions, Default::default());
            self.exit = 25;
        } else if target.children(path).is_empty() {
            self.keep(path, target);
            target.remove(path, 0);
            self.report.counts.deleted += 1;
            self.item(path, true, node.is_dir());
        } else {
            self.report.not_deleted.push(path.clone());
        }
    }

    /// `--backup-dir`: what is about to go, or to be replaced, is put there; directories are not.
    fn keep(&self, path: &RelPath, target: &mut Tree) {
        let Some(dir) = self.words.iter().find_map(|w| w.strip_prefix("--backup-dir=")) else { return };
        let Some(node) = target.get(path).filter(|n| !n.is_dir()).cloned() else { return };
        let kept = RelPath::new(dir.as_bytes()).expect("a relative folder").join_path(path);
        for above in kept.ancestors().filter(|above| !above.is_root()) {
            if target.get(&above).is_none() {
                target.put(&above, Node { kind: Kind::Dir, mtime_ns: 0, mode: 0o755, ino: 0 }, 0);
            }
        }
        assert!(target.get(&kept).is_none(), "two versions of {path:?} at one place in the trash");
        target.put(&kept, node, 0);
    }

    /// `R …` in the run that ages the trash: days that match one of them go.
    fn age(&mut self, target: &Tree) {
        let trash = RelPath::new(b".driftless-trash").expect("a clean path");
        let filter = self.words.iter().filter_map(|w| w.strip_prefix("--filter=R ")).map(|p| format!("+ {p}"));
        let filter = filter.chain(["- *".to_owned()]).collect();
        let input = FilterInput { filter, ..FilterInput::default() };
        let at_risk = Matcher::build(&input, &mut |_| Err("no files here".into())).expect("good patterns");
        for path in target.below(&trash).into_iter().rev() {
            if at_risk.verdict(&path, target.is_dir(&path)) == Verdict::Sent {
                self.units.push(Unit::Age(path));
            }
        }
    }

    /// The files that are listed below a folder of the source, into that folder of the target; no directory is walked.
    fn adopts(&mut self, command: &CommandSpec, source: &Tree, matcher: &Matcher) {
        let Cwd::Below(to) = &command.cwd else { return };
        assert!(
            !self.has("--delete") && !self.has("-r") && self.has("--ignore-existing") && self.has("--modify-window=-1")
        );
        let place = |word: &String| {
            let path = word.strip_prefix("--link-dest=").or_else(|| word.strip_prefix("--copy-dest="))?.to_owned();
            RelPath::new(path.strip_prefix('/').expect("from the module's root").as_bytes()).ok()
        };
        let from = self.words.iter().find_map(place);
        assert_ne!(from.is_some(), self.has("--fuzzy"), "an old place, or none");
        let words_end = self.words.last().expect("a target").clone();
        let into = format!("user@host::module/{}/", to.shown());
        assert!(words_end == into || (to.is_root() && words_end == "user@host::module/"), "{words_end} is not {into}");
        let files: Vec<RelPath> = match &command.stdin {
            Stdin::Bytes(list) => {
                let items = list.split(|b| *b == 0).filter_map(|item| item.strip_prefix(b"./"));
                items.map(|item| RelPath::new(item).expect("a clean path")).collect()
            }
            _ => {
                let kept = |p: &RelPath| matcher.verdict(p, false) == Verdict::Sent;
                let all = source.below(to).into_iter().filter(|p| kept(p) && is_file(source, p));
                all.filter_map(|p| p.below(to)).collect()
            }
        };
        for below in files {
            let path = to.join_path(&below);
            if let Some(node) = source.get(&path).filter(|n| matches!(n.kind, Kind::File { .. })) {
                self.units.push(Unit::Adopt(path, node.clone(), from.as_ref().map(|from| from.join_path(&below))));
            }
        }
    }

    /// `from`: where it is taken from as it is; else it is sent, against what lies beside it.
    fn adopt(&mut self, path: &RelPath, seen: &Node, from: Option<&RelPath>, source: &Tree, target: &mut Tree) {
        // What is no directory where one is needed, or has the name already, is left alone.
        let stands = |p: &RelPath| target.get(p).is_some_and(|n| !n.is_dir());
        if target.get(path).is_some() || path.ancestors().any(|above| stands(&above)) {
            return;
        }
        for above in path.ancestors().filter(|above| !above.is_root()) {
            if target.get(&above).is_none() {
                let attributes = source.get(&above).filter(|n| n.is_dir()).cloned();
                target.put(&above, attributes.unwrap_or(Node { kind: Kind::Dir, mtime_ns: 0, mode: 0o755, ino: 0 }), 0);
            }
        }
        let old = from.and_then(|from| target.get(from).cloned());
        let size = |kind: &Kind| if let Kind::File { size, .. } = kind { Some(*size) } else { None };
        let alike = |old: &Node| {
            old.mtime_ns == seen.mtime_ns && size(&old.kind).is_some() && size(&old.kind) == size(&seen.kind)
        };
        match (old.filter(alike), source.get(path)) {
            (Some(old), _) => target.put(path, Node { kind: old.kind, ..seen.clone() }, 0),
            (None, Some(now)) if matches!(now.kind, Kind::File { .. }) => {
                let beside = |(p, node): (&RelPath, &Node)| p.parent() == path.parent() && node.kind == now.kind;
                if from.is_some() || !target.nodes.iter().any(beside) {
                    self.sends(&now.kind);
                }
                target.put(path, Node { kind: now.kind.clone(), ..seen.clone() }, 0);
            }
            (None, _) => self.report.vanished.push(path.clone()),
        }
    }

    /// Root, old and new name, again and again.
    fn far_moves(&mut self, list: &[u8]) {
        let items: Vec<&[u8]> = list.strip_suffix(&[0]).expect("ended").split(|b| *b == 0).collect();
        let path = |item: &[u8]| RelPath::new(item.strip_prefix(b"./").expect("below the root")).expect("a clean path");
        for three in items.chunks(3) {
            self.units.push(Unit::Move(path(three[1]), path(three[2]), false));
        }
    }

    /// Only to where nothing is. The near one looks at the source again, and makes the folders above.
    fn rename(&mut self, from: &RelPath, to: &RelPath, near: bool, source: &Tree, target: &mut Tree) {
        let stands = |p: &RelPath| target.is_dir(p) || (near && target.get(p).is_none());
        let alike = || {
            let kinds = [source.get(to), target.get(from)].map(|n| n.map(|n| std::mem::discriminant(&n.kind)));
            source.get(from).is_none() && kinds[0] == kinds[1]
        };
        let fits = target.get(from).is_some()
            && target.get(to).is_none()
            && to.ancestors().all(|above| stands(&above))
            && (!near || alike());
        if !fits {
            if near {
                self.failed(to, false);
            } else {
                self.exit = 123;
            }
            return;
        }
        for above in to.ancestors() {
            if target.get(&above).is_none() {
                let attributes = source.get(&above).filter(|n| n.is_dir()).cloned();
                target.put(&above, attributes.unwrap_or(Node { kind: Kind::Dir, mtime_ns: 0, mode: 0o755, ino: 0 }), 0);
            }
        }
        target.rename(from, to, 0);
        self.moved += 1;
    }

    fn sends(&mut self, kind: &Kind) {
        if let Kind::File { size, .. } = kind {
            self.report.counts.sent_bytes += size;
        }
    }

    fn item(&mut self, path: &RelPath, deleted: bool, dir: bool) {
        let what = if deleted { "*deleting" } else { ">f+++++++++" }.to_owned();
        self.report.parts.take(&Item { path: path.clone(), deleted, sent: !deleted, dir, size: 1, what });
    }

    fn put(&mut self, path: &RelPath, seen: &Node, source: &Tree, target: &mut Tree, matcher: &Matcher) {
        for above in path.ancestors() {
            if !target.is_dir(&above) {
                self.keep(&above, target);
                target.remove(&above, 0);
                let attributes = source.get(&above).filter(|n| n.is_dir()).cloned();
                let node = attributes.unwrap_or(Node { kind: Kind::Dir, mtime_ns: 0, mode: 0o755, ino: 0 });
                target.put(&above, node, 0);
            }
        }
        let there = target.get(path).cloned();
        if there.is_none() {
            self.item(path, false, seen.is_dir());
        }
        if seen.is_dir() {
            if !there.as_ref().is_some_and(Node::is_dir) {
                self.keep(path, target);
                target.remove(path, 0);
                target.put(path, Node { mtime_ns: 0, ..seen.clone() }, 0);
            }
            return;
        }
        if there.as_ref().is_some_and(|n| n.is_dir()) {
            if !(self.has("--force") || self.has("--delete")) {
                return self.failed(path, false);
            }
            self.delete(path, target, matcher);
            if target.get(path).is_some() {
                return self.failed(path, false);
            }
        }
        if !self.differs(seen, there.as_ref(), source.get(path)) {
            if let Some(node) = target.nodes.get_mut(path) {
                node.mode = seen.mode;
                self.time(node, seen);
            }
            return;
        }
        // The content is read now, the attributes were when the list was made.
        match source.get(path) {
            Some(now) if !now.is_dir() => {
                let kind = if matches!(seen.kind, Kind::Link(_)) { seen.kind.clone() } else { now.kind.clone() };
                if matches!(seen.kind, Kind::File { .. }) && !matches!(now.kind, Kind::File { .. }) {
                    return self.report.vanished.push(path.clone());
                }
                self.keep(path, target);
                self.sends(&kind);
                target.put(path, Node { kind, ..seen.clone() }, 0);
            }
            _ => self.report.vanished.push(path.clone()),
        }
    }

    /// What was not sent keeps its time, if that is right to the second and no closer look was asked for.
    fn time(&self, node: &mut Node, seen: &Node) {
        let close = self.has("-c") || self.has("--checksum") || self.has("--modify-window=-1");
        if close || node.mtime_ns / 1_000_000_000 != seen.mtime_ns / 1_000_000_000 {
            node.mtime_ns = seen.mtime_ns;
        }
    }

    fn differs(&self, seen: &Node, there: Option<&Node>, now: Option<&Node>) -> bool {
        let Some(there) = there else { return true };
        match (&seen.kind, &there.kind) {
            (Kind::File { size, .. }, Kind::File { data: old, size: old_size }) => {
                if size != old_size {
                    return true;
                }
                if self.has("-c") || self.has("--checksum") {
                    return !matches!(now.map(|n| &n.kind), Some(Kind::File { data, .. }) if data == old);
                }
                if self.has("--modify-window=-1") {
                    return seen.mtime_ns != there.mtime_ns;
                }
                seen.mtime_ns / 1_000_000_000 != there.mtime_ns / 1_000_000_000
            }
            (a, b) => a != b,
        }
    }

    /// It ends here: by itself, or with this code or signal.
    pub fn end(mut self, exit: Option<Exit>) -> End {
        let code = match self.exit {
            0 if !self.report.vanished.is_empty() => 24,
            code => code,
        };
        if exit.is_some() {
            self.report.failed.clear();
        }
        End::Exited { exit: exit.unwrap_or(Exit::Code(code)), report: Box::new(self.report), stalled: false }
    }
}

fn is_file(tree: &Tree, path: &RelPath) -> bool {
    tree.get(path).is_some_and(|n| matches!(n.kind, Kind::File { .. }))
}

/// It asks the far side itself for something: `mv`.
fn by_ssh_itself(command: &CommandSpec) -> bool {
    command.args.iter().any(|arg| matches!(arg, Arg::SshItself { .. }))
}
