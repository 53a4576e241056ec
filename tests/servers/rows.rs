//! Single cases in which an obvious command line loses data or never comes to rest, each against the real rsync.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::common::{Rsyncd, RsyncdOptions, Tree, assert_equal, wait_for};
use crate::live::{Live, sync};
use crate::support::{Home, LONG};

/// Both kinds of target beside one source.
struct Both {
    source: Tree,
    folder: Tree,
    module: Rsyncd,
    home: Home,
}

impl Both {
    fn new() -> Both {
        let module = Rsyncd::start(&RsyncdOptions::default());
        Both { source: Tree::new(), folder: Tree::new(), module, home: Home::new() }
    }

    fn start(&self, more: &str, rsync: &str) -> Live<'_> {
        let config: String = [("folder", self.folder.word()), ("module", self.module.url())]
            .iter()
            .map(|(name, target)| sync(name, self.source.path(), target, more, rsync))
            .collect();
        let live = Live::start(&self.home, &config);
        live.up();
        live
    }

    /// At both targets, past rsync.
    fn at(&self, path: &str) -> [std::path::PathBuf; 2] {
        [self.folder.at(path), self.module.module().join(path)]
    }

    fn plant(&self, path: &str) {
        for path in self.at(path) {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "of the target").unwrap();
        }
    }

    fn assert_there(&self, path: &str, there: bool) {
        for path in self.at(path) {
            assert_eq!(path.exists(), there, "{}", path.display());
        }
    }

    fn settle(&self, live: &Live<'_>) {
        live.settle("folder", &self.source);
        live.settle("module", &self.source);
    }

    fn assert_equal(&self, words: &[&str]) {
        assert_equal(self.source.path(), &self.folder.word(), words);
        assert_equal(self.source.path(), &self.module.url(), words);
    }
}

#[test]
fn what_is_excluded_stays_in_a_directory_that_is_removed() {
    let both = Both::new();
    both.source.write("d/sub/file", "1");
    both.source.write("ex/file", "never sent");
    let live = both.start("exclude = [\"*.keep\", \"ex/\"]", "");
    for path in ["d/sub/x.keep", "ex/file"] {
        both.plant(path);
    }
    // A name that is missing is no directory to rsync: `ex/` alone would not protect it.
    both.source.remove("d");
    both.source.remove("ex");
    both.settle(&live);
    both.assert_there("d/sub/x.keep", true);
    both.assert_there("ex/file", true);
    both.assert_there("d/sub/file", false);
    assert!(live.log().contains("stays at the target: it holds what is excluded"), "{}", live.said("module"));
}

#[test]
fn a_directory_removed_and_made_again_holds_nothing_old_and_a_link_is_not_followed() {
    let both = Both::new();
    for path in ["d/old", "n/o/f", "real/f"] {
        both.source.write(path, "1");
    }
    let live = both.start("", "");
    both.source.remove("d");
    both.source.write("d/new", "2");
    both.source.remove("n");
    both.source.symlink("/etc", "n");
    both.settle(&live);
    both.assert_there("d/old", false);
    both.assert_equal(&["-lptgoD"]);
    assert!(fs::symlink_metadata(both.folder.at("n")).unwrap().is_symlink());
    // What a program still writes to the old place reaches the link's own target, which is not ours to copy.
    both.source.remove("n");
    both.source.symlink("real", "n");
    both.source.write("n/f", "3");
    both.settle(&live);
    both.assert_equal(&["-lptgoD"]);
}

#[test]
fn directories_that_nobody_may_write_to_are_removed() {
    let both = Both::new();
    both.source.write("modules/pkg/a.go", "1");
    both.source.write("modules/pkg/sub/b.go", "1");
    let modes = |mode| ["modules/pkg/sub", "modules/pkg", "modules"].map(|dir| both.source.chmod(dir, mode));
    modes(0o555);
    let live = both.start("", "");
    both.assert_there("modules/pkg/sub/b.go", true);
    // Renamed first: the old name is missing while the directories below it are still as they were.
    both.source.chmod("modules", 0o755);
    both.source.rename("modules", "renamed");
    both.settle(&live);
    both.assert_there("modules", false);
    both.assert_equal(&["-lptgoD"]);
    for dir in ["renamed/pkg", "renamed/pkg/sub"] {
        both.source.chmod(dir, 0o755);
    }
    both.source.remove("renamed");
    both.settle(&live);
    both.assert_there("renamed", false);
}

#[test]
fn backups_are_not_taken_for_strangers() {
    let both = Both::new();
    both.source.write("d/file", "first");
    let live = both.start("", "backup = true\nbackup_dir = \".bk\"");
    both.source.write("d/file", "second");
    both.settle(&live);
    for turn in 0..2 {
        for name in ["folder", "module"] {
            let before = live.sync(name).last_pass_ms;
            both.home.says(&["sync", name], 0);
            wait_for("a full pass", LONG, || (live.sync(name).last_pass_ms > before).then_some(()));
        }
        both.assert_there(".bk/d/file", true);
        both.assert_there(".bk/.bk", false);
        both.source.write("another", turn.to_string());
        both.settle(&live);
    }
    assert_eq!(both.at(".bk/d/file").map(|f| fs::read_to_string(f).unwrap()), ["first", "first"]);
}

#[test]
fn a_receiver_that_takes_no_missing_names_removes_by_filters() {
    let both = Both::new();
    for path in ["d/gone", "d/stays", "e/all/of it", "star *?[a]/x", "back\\slash"] {
        both.source.write(path, "1");
    }
    // Stands in for the rsync of a distribution with a certain patch: its words, its exit code, and nothing done.
    let rsync = both.home.at("old-rsync");
    let script = "#!/bin/sh\nfor word; do [ \"$word\" = --delete-missing-args ] && {\n\
                  echo 'invalid file mode 00 for d/gone [Receiver]' >&2\n\
                  echo 'rsync error: protocol incompatibility (code 2) at flist.c(1024) [Receiver=3.2.7]' >&2\n\
                  exit 2; }; done\nexec rsync \"$@\"\n";
    fs::write(&rsync, script).unwrap();
    fs::set_permissions(&rsync, fs::Permissions::from_mode(0o755)).unwrap();
    for policy in ["delete = \"running\"", "delete = true"] {
        let live = both.start(policy, &format!("binary = \"{}\"", rsync.display()));
        for stranger in ["stranger", "d/stranger"] {
            both.plant(stranger);
        }
        for path in ["d/gone", "e/all", "star *?[a]", "back\\slash"] {
            both.source.remove(path);
        }
        both.settle(&live);
        for (path, there) in [("d/gone", false), ("e/all", false), ("e", true), ("d/stays", true)] {
            both.assert_there(path, there);
        }
        for path in ["star *?[a]", "back\\slash"] {
            both.assert_there(path, false);
        }
        if policy.contains("running") {
            both.assert_there("stranger", true);
            both.assert_there("d/stranger", true);
        }
        assert!(live.log().contains("removing by filters from now on"), "{}", live.said("module"));
        for path in ["d/gone", "e/all/of it", "star *?[a]/x", "back\\slash"] {
            both.source.write(path, "2");
        }
    }
}

#[test]
fn a_file_cut_off_while_it_is_read_arrives_when_it_is_at_rest() {
    let both = Both::new();
    let live = both.start("", "bwlimit = 700\nwhole_file = true");
    both.source.write("growing", vec![1; 2_000_000]);
    for name in ["folder", "module"] {
        wait_for("its transfer", LONG, || (live.status().running > 0 && live.sync(name).waiting > 0).then_some(()));
    }
    std::thread::sleep(std::time::Duration::from_millis(700));
    fs::File::options().write(true).open(both.source.at("growing")).unwrap().set_len(1_000).unwrap();
    both.settle(&live);
    both.assert_equal(&["-lptgoD"]);
    assert_eq!(both.at("growing").map(|f| fs::metadata(f).unwrap().len()), [1_000, 1_000]);
}

#[test]
fn a_server_that_stands_still_for_a_while_loses_nothing() {
    let both = Both::new();
    both.source.write("file", "1");
    let live = both.start("", "");
    both.module.freeze();
    both.source.write("file", "2");
    wait_for("a run that hangs", LONG, || (live.sync("module").waiting > 0 && live.status().running > 0).then_some(()));
    // The other target does not wait for it.
    both.source.write("later", "3");
    live.settle("folder", &both.source);
    assert_equal(both.source.path(), &both.folder.word(), &["-lptgoD"]);
    both.module.thaw();
    both.settle(&live);
    both.assert_equal(&["-lptgoD"]);
}
