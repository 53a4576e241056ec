//! Per-directory filter files (`: .rsync-filter`), read from the source for the matcher, as rsync reads them itself.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::sync::Arc;

use driftless_core::filter::DirFiles;
use driftless_core::paths::RelPath;
use driftless_core::plan::Plan;

/// More than any filter file holds.
const MOST: u64 = 1024 * 1024;

/// The filter files of one source.
#[derive(Debug)]
struct SourceFiles {
    root: PathBuf,
}

impl DirFiles for SourceFiles {
    fn read(&self, dir: &RelPath, name: &[u8]) -> Option<Arc<[u8]>> {
        let path = self.root.join(OsStr::from_bytes(dir.bytes())).join(OsStr::from_bytes(name));
        let file = std::fs::File::open(path).ok().filter(|f| f.metadata().is_ok_and(|m| m.is_file()))?;
        let mut content = Vec::new();
        file.take(MOST).read_to_end(&mut content).ok()?;
        Some(content.into())
    }

    fn root(&self) -> Vec<u8> {
        self.root.clone().into_os_string().into_vec()
    }
}

/// The plan with eyes for filter files, where a sync's rules ask for them.
pub(crate) fn with_dir_files(plan: Arc<Plan>) -> Arc<Plan> {
    if !plan.syncs.iter().any(|s| s.matcher.needs_dir_files()) {
        return plan;
    }
    let mut plan = Plan::clone(&plan);
    for sync in plan.syncs.iter_mut().filter(|s| s.matcher.needs_dir_files()) {
        let named = PathBuf::from(&sync.source);
        // rsync knows its directory as getcwd says.
        let root = named.canonicalize().unwrap_or(named);
        sync.matcher = sync.matcher.clone().with_dir_files(Arc::new(SourceFiles { root }));
    }
    Arc::new(plan)
}

#[cfg(test)]
mod tests {
    use driftless_core::filter::{FilterInput, Matcher, Verdict};

    use super::*;

    #[test]
    fn a_rule_in_a_directory_holds_below_it() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("a")).unwrap();
        std::fs::write(dir.path().join("a/.rules"), "- *.o\n").unwrap();
        let input = FilterInput { filter: vec![": .rules".into()], ..FilterInput::default() };
        let matcher = Matcher::build(&input, &mut |_| Err("none".into())).unwrap();
        assert!(matcher.needs_dir_files());
        let matcher = matcher.with_dir_files(Arc::new(SourceFiles { root: dir.path().to_owned() }));
        let verdict = |path: &str| matcher.verdict(&RelPath::new(path.as_bytes()).unwrap(), false);
        assert_eq!((verdict("a/x.o"), verdict("x.o")), (Verdict::Excluded, Verdict::Sent));
    }
}
