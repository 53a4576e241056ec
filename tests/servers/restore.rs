//! `driftlessd restore` and `verify`: from a module with a password, from a folder, with and without a trash.

use std::fs;
use std::path::Path;

use driftless_engine::Kind;
use driftless_engine::history::{self, Filter, History};

use crate::common::{Rsyncd, RsyncdOptions, Tree};
use crate::live::{Live, sync};
use crate::support::{Home, text};

/// Names that a shell, an option parser, a daemon's wildcards or a list would trip over.
const NAMES: [&str; 6] = ["plain", "-rf --delete", "$(touch x)", "a*[b]?", "#new\nline", "été"];

struct Past {
    home: Home,
    source: Tree,
}

/// A sync named `one` that lived: `dir/NAME` was written as "old", then as "newer"; `gone/NAME` was removed; `stays` never changed.
fn lived(home: Home, url: &str, rsync: &str) -> Past {
    let source = Tree::new();
    for name in NAMES {
        source.write(format!("dir/{name}"), "old");
        source.write(format!("gone/in/{name}"), "gone");
    }
    source.write("stays", "same");
    let live = Live::start(&home, &(sync("one", source.path(), url, "", rsync) + "keep = 30\n"));
    live.settle("one", &source);
    for name in NAMES {
        source.write(format!("dir/{name}"), "newer");
    }
    source.remove("gone");
    live.settle("one", &source);
    drop(live);
    Past { home, source }
}

fn content(dir: &Path, name: &str) -> String {
    text(&dir.join(name))
}

impl Past {
    fn says(&self, words: &[&str], code: i32) -> String {
        let config = self.home.word("config.toml");
        let words: Vec<&str> = words.iter().copied().chain(["--config", &config]).collect();
        let output = self.home.driftlessd(&words);
        let said = [output.stdout.as_slice(), &output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
        said
    }

    fn comes_back(&self) {
        let (source, to) = (&self.source, Tree::new());
        // What was removed, to where it was: nothing is replaced, so nothing is asked.
        let said = self.says(&["restore", "one", "gone"], 0);
        assert!(said.contains("brought back 6 files, 24 bytes"), "{said}");
        for name in NAMES {
            assert_eq!(content(source.path(), &format!("gone/in/{name}")), "gone", "{name:?}");
        }
        // What is here stays without a word.
        source.write("dir/plain", "precious");
        let said = self.says(&["restore", "one", source.at("dir/plain").to_str().unwrap()], 1);
        assert!(said.contains("replaces 1 file") && said.contains("--yes"), "{said}");
        assert_eq!(content(source.path(), "dir/plain"), "precious");
        self.says(&["restore", "one", "dir/plain", "--yes"], 0);
        assert_eq!(content(source.path(), "dir/plain"), "newer");
        // As it was before anything changed, elsewhere.
        let first = self.says(&["restore", "one", "dir/plain", "--list"], 0);
        let until = first.lines().find_map(|l| l.strip_prefix("until ")).expect("a version in the trash");
        let moment: jiff::civil::DateTime = until[..19].parse().unwrap();
        let before = moment.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap();
        let before = before.strftime("%Y-%m-%d %H:%M:%S").to_string();
        let place = to.word();
        self.says(&["restore", "one", "dir", "--at", &before, "--to", &place], 0);
        for name in NAMES {
            assert_eq!(content(to.path(), &format!("dir/{name}")), "old", "{name:?}");
            assert_eq!(content(source.path(), &format!("dir/{name}")), "newer", "{name:?}");
        }
        self.says(&["restore", "one", ".", "--to", &place, "--yes"], 0);
        assert_eq!(content(to.path(), "stays"), "same");
        assert!(!to.at(".driftless-trash").exists());
        let said = self.says(&["restore", "one", "never/was"], 1);
        assert!(said.contains("nor its trash holds 'never/was'"), "{said}");
        self.says(&["restore", "one", "../outside"], 2);
        self.says(&["restore", "one", "dir", "--at", "2099-01-01"], 2);
        let said = self.says(&["restore", "two", "dir"], 1);
        assert!(said.contains("There are: one"), "{said}");
    }
}

#[test]
fn from_a_module_with_a_password_file() {
    let server = Rsyncd::start(&RsyncdOptions { user: Some(("anna", "s3cret")), ..RsyncdOptions::default() });
    fs::create_dir(server.module().join("below")).unwrap();
    let password = format!("password_file = \"{}\"", server.password_file().display());
    lived(Home::new(), &format!("{}/below", server.url()), &password).comes_back();
}

#[test]
fn from_a_folder() {
    let target = Tree::new();
    lived(Home::new(), &target.word(), "").comes_back();
}

#[test]
fn where_the_window_keeps_a_history_what_was_brought_back_stands_there() {
    let target = Tree::new();
    let past = lived(Home::new(), &target.word(), "");
    let kept = past.home.at("state/driftless").join(history::FILE);
    past.says(&["restore", "one", "gone"], 0);
    assert!(!kept.exists(), "nobody keeps one for the command line alone");
    let history = History::open(&kept, || ()).unwrap();
    past.source.remove("dir");
    past.says(&["restore", "one", "dir"], 0);
    // A file stands where its folder would have to be.
    past.source.remove("gone");
    past.source.write("gone", "in the way");
    past.says(&["restore", "one", "gone", "--yes"], 1);
    let (rows, _) = history.page(&Filter { limit: 9, ..Filter::default() }).unwrap();
    let seen: Vec<_> = rows.iter().map(|row| (row.kind, row.sent, row.bytes, row.cause.is_some())).collect();
    assert_eq!(seen, [(Kind::Restore, 0, 0, true), (Kind::Restore, 6, 30, false)]);
    // The folder itself is one of them.
    assert_eq!((rows[0].names.len(), rows[1].names.len()), (0, 7), "{rows:?}");
}

#[test]
fn nothing_is_written_outside_of_the_destination() {
    let (target, outside, to) = (Tree::new(), Tree::new(), Tree::new());
    outside.write("secret", "untouched");
    let past = lived(Home::new(), &target.word(), "");
    // The folder that is to be filled has been replaced by a link that leads out.
    past.source.remove("dir");
    past.source.symlink(outside.path().to_str().unwrap(), "dir");
    to.symlink(outside.path().to_str().unwrap(), "dir");
    target.write("dir/secret", "overwritten");
    let place = to.word();
    let config = past.home.word("config.toml");
    // Refused, or in the link's place: never through it.
    past.home.driftlessd(&["restore", "one", "dir/secret", "--to", &place, "--yes", "--config", &config]);
    past.home.driftlessd(&["restore", "one", "dir/secret", "--yes", "--config", &config]);
    assert_eq!(content(outside.path(), "secret"), "untouched");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[test]
fn verify_tells_identical_from_different_and_changes_nothing() {
    let server = Rsyncd::start(&RsyncdOptions::default());
    let past = lived(Home::new(), &server.url(), "");
    assert!(past.says(&["verify", "one"], 0).contains("identical"));
    let said = past.says(&["verify", "one", "--sample", "3"], 0);
    assert!(said.contains("3 of 3 files are identical, chosen from 8"), "{said}");
    // As long, and with the same time: only the content tells.
    let file = server.module().join("stays");
    let time = fs::metadata(&file).unwrap().modified().unwrap();
    fs::write(&file, "Same").unwrap();
    fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
    let said = past.says(&["verify", "one"], 1);
    assert!(said.contains("1 differ") && said.contains("differs: stays"), "{said}");
    let said = past.says(&["verify", "one", "--sample", "100"], 1);
    assert!(said.contains("7 of 8 files") && said.contains("differs: stays"), "{said}");
    assert_eq!(text(&file), "Same");
    fs::remove_file(&file).unwrap();
    fs::write(server.module().join("stranger"), "x").unwrap();
    let said = past.says(&["verify", "one"], 1);
    assert!(said.contains("2 differ") && said.contains("stays") && said.contains("stranger"), "{said}");
    assert!(server.module().join("stranger").exists());
}
