//! From the path in a message to a path below the sync's root. rsync names the source by its working directory, a
//! local target by its absolute path, a module's files relative to the module with ` (in MODULE)` behind, and some
//! things relative to the root without quotes. What does not fit exactly is not mapped: then the whole list stays
//! dirty, which costs time; a wrong path would cost data.

use super::line::Side;
use crate::paths::RelPath;
use crate::target::Target;

/// Where the two ends of a run are.
#[derive(Debug, Clone, Default)]
pub struct PathMapper {
    sources: Vec<Vec<u8>>,
    targets: Vec<Vec<u8>>,
    module: Option<(Vec<u8>, Vec<u8>)>,
    relative_target: Option<Vec<u8>>,
    below: RelPathOrRoot,
    temp_dir: bool,
}

#[derive(Debug, Clone)]
struct RelPathOrRoot(RelPath);

impl Default for RelPathOrRoot {
    fn default() -> Self {
        RelPathOrRoot(RelPath::root())
    }
}

impl PathMapper {
    /// For a run that was started in `source` (absolute; as `getcwd` says, symlinks resolved) towards `target`.
    pub fn new(source: &[u8], target: &Target) -> PathMapper {
        let mut mapper = PathMapper { sources: vec![trimmed(source)], ..PathMapper::default() };
        match target {
            Target::Local { path } => mapper.targets.push(trimmed(path.as_bytes())),
            Target::Daemon { module, path, .. } => {
                mapper.module = Some((module.as_bytes().to_vec(), trimmed(path.as_bytes())));
            }
            Target::Shell { path, .. } if path.starts_with('/') => mapper.targets.push(trimmed(path.as_bytes())),
            Target::Shell { path, .. } => {
                mapper.relative_target =
                    Some(trimmed(path.trim_start_matches("~/").trim_start_matches("./").as_bytes()));
            }
        }
        mapper
    }

    /// Another spelling of the source, as it stands in the configuration.
    pub fn or_source(mut self, source: &[u8]) -> PathMapper {
        self.sources.push(trimmed(source));
        self
    }

    /// Another spelling of a local target, symlinks resolved.
    pub fn or_target(mut self, target: &[u8]) -> PathMapper {
        self.targets.push(trimmed(target));
        self
    }

    /// For a run whose two ends are this folder of source and target, not their roots.
    pub fn below(mut self, folder: RelPath) -> PathMapper {
        self.below = RelPathOrRoot(folder);
        self
    }

    /// The run has a `--temp-dir`: names of temporary files then say nothing about the folder of the file.
    pub fn with_temp_dir(mut self) -> PathMapper {
        self.temp_dir = true;
        self
    }

    /// True if temporary names can be traced to their file.
    pub(super) fn temp_names_tell(&self) -> bool {
        !self.temp_dir
    }

    /// `path` (already unescaped) as `side` named it, with the module it was said to be in.
    pub fn map(&self, side: Side, path: &[u8], module: Option<&[u8]>) -> Option<RelPath> {
        let here = match module {
            Some(name) => {
                let (own, sub) = self.module.as_ref()?;
                let path = path.strip_prefix(b"/").unwrap_or(path);
                if own != name { None } else { below(path, sub) }
            }
            None if path.first() != Some(&b'/') => Some(path),
            None => match side {
                Side::Sender => longest(path, &self.sources),
                Side::Receiver => longest(path, &self.targets).or_else(|| self.in_relative_target(path)),
                Side::Unknown => {
                    let ends = [longest(path, &self.sources), longest(path, &self.targets)];
                    ends.into_iter().flatten().min_by_key(|rest| rest.len())
                }
            },
        }?;
        clean(here).map(|p| self.below.0.join_path(&p))
    }

    /// `backup` stands somewhere below a home that we do not know; it must be there exactly once.
    fn in_relative_target<'a>(&self, path: &'a [u8]) -> Option<&'a [u8]> {
        let target = self.relative_target.as_ref().filter(|t| !t.is_empty())?;
        let mut needle = vec![b'/'];
        needle.extend_from_slice(target);
        let mut found = path
            .windows(needle.len())
            .enumerate()
            .filter(|(at, w)| *w == needle && matches!(path.get(at + needle.len()), None | Some(b'/')))
            .map(|(at, _)| at + needle.len());
        let only = found.next()?;
        if found.next().is_some() { None } else { Some(path[only..].strip_prefix(b"/").unwrap_or(&path[only..])) }
    }
}

fn trimmed(path: &[u8]) -> Vec<u8> {
    let end = path.iter().rposition(|b| *b != b'/').map_or(0, |at| at + 1);
    path[..end].to_vec()
}

fn below<'a>(path: &'a [u8], root: &[u8]) -> Option<&'a [u8]> {
    if root.is_empty() {
        return Some(path.strip_prefix(b"/").unwrap_or(path));
    }
    match path.strip_prefix(root)? {
        [] => Some(b""),
        [b'/', rest @ ..] => Some(rest),
        _ => None,
    }
}

fn longest<'a>(path: &'a [u8], roots: &[Vec<u8>]) -> Option<&'a [u8]> {
    roots.iter().filter_map(|root| below(path, root)).min_by_key(|rest| rest.len())
}

/// `.` and slashes at the end stand for folders; anything else that is unclean is not ours.
fn clean(path: &[u8]) -> Option<RelPath> {
    let parts: Vec<&[u8]> = path.split(|b| *b == b'/').filter(|c| !c.is_empty() && *c != b".").collect();
    RelPath::new(&parts.join(&b'/')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(target: &str, side: Side, path: &str, module: Option<&str>) -> Option<String> {
        let mapper = PathMapper::new(b"/src", &Target::parse(target).unwrap());
        mapper.map(side, path.as_bytes(), module.map(str::as_bytes)).map(|p| p.shown())
    }

    #[test]
    fn paths_come_home_or_not_at_all() {
        type Case = (&'static str, Side, &'static str, Option<&'static str>, Option<&'static str>);
        let cases: [Case; 16] = [
            ("/t", Side::Sender, "/src/a/b", None, Some("a/b")),
            ("/t", Side::Sender, "/src", None, Some("")),
            ("/t", Side::Sender, "/srcx/a", None, None),
            ("/t", Side::Sender, "/t/a", None, None),
            ("/t", Side::Receiver, "/t/a/.", None, Some("a")),
            ("/src/t", Side::Unknown, "/src/t/a", None, Some("a")),
            ("/src/t", Side::Sender, "/src/t/a", None, Some("t/a")),
            ("h::m", Side::Receiver, "a/b", Some("m"), Some("a/b")),
            ("h::m", Side::Receiver, "/a/b", Some("m"), Some("a/b")),
            ("h::m/x", Side::Receiver, "x/b", Some("m"), Some("b")),
            ("h::m/x", Side::Receiver, "y/b", Some("m"), None),
            ("h::m", Side::Receiver, "a", Some("other"), None),
            ("h:bak", Side::Receiver, "/home/u/bak/d/f", None, Some("d/f")),
            ("h:bak", Side::Receiver, "/bak/u/bak/d/f", None, None),
            ("h::m", Side::Unknown, "./a/b", None, Some("a/b")),
            ("/t", Side::Unknown, "../a", None, None),
        ];
        for (target, side, path, module, want) in cases {
            assert_eq!(map(target, side, path, module).as_deref(), want, "{target} {side:?} {path}");
        }
    }

    #[test]
    fn a_run_on_a_folder_gives_paths_of_the_root() {
        let mapper =
            PathMapper::new(b"/src/new", &Target::parse("h::m/new").unwrap()).below(RelPath::new(b"new").unwrap());
        assert_eq!(mapper.map(Side::Sender, b"/src/new/f", None).unwrap().shown(), "new/f");
        assert_eq!(mapper.map(Side::Receiver, b"new/f", Some(b"m")).unwrap().shown(), "new/f");
    }
}
