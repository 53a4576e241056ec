//! Every way in which names change hands, on every kind of target, under every policy of removal: the ends are equal, nothing
//! that is left out is brought over, and what may not be removed stays.
//!
//! All of them happen under each policy in one burst, and each by itself under one of them.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::common::{Rsyncd, RsyncdOptions, Sshd, SshdOptions, Tree, differences};
use crate::live::{Live, sync, sync_direct, sync_over_ssh};
use crate::support::Home;

/// Above what a rename of a single file is worth.
const LARGE: usize = 1_200_000;

/// What happens in a folder of its own, made by [`prepare`].
type Scene = (&'static str, fn(&Path));

const SCENES: [Scene; 14] = [
    ("swap", |at| {
        go(at, "a", "t");
        go(at, "b", "a");
        go(at, "t", "b");
    }),
    ("exchange", |at| renameat_with(CWD, at.join("a"), CWD, at.join("b"), RenameFlags::EXCHANGE).unwrap()),
    ("chain", |at| {
        go(at, "a", "x");
        go(at, "x", "y");
    }),
    ("there and back", |at| {
        go(at, "a", "x");
        go(at, "x", "a");
    }),
    ("merged", |at| {
        // One of them over what has its name there, as `mv a/* b/` does.
        for name in ["sub", "small", "large", "link"] {
            if name == "sub" {
                go(at, "a/sub", "b/of a");
            } else {
                go(at, &format!("a/{name}"), &format!("b/{name}"));
            }
        }
        fs::remove_file(at.join("a/left out.keep")).unwrap();
        fs::remove_dir(at.join("a")).unwrap();
    }),
    ("over an empty one", |at| {
        go(at, "a", "empty");
    }),
    ("into a new one", |at| {
        fs::create_dir_all(at.join("x/y")).unwrap();
        go(at, "a", "x/y/a");
    }),
    ("changed within", |at| {
        fs::write(at.join("a/sub/f"), "changed before").unwrap();
        go(at, "a", "x");
        fs::write(at.join("x/small"), "changed behind").unwrap();
        // As long as it was, and with its time.
        let file = at.join("x/large");
        let time = fs::metadata(&file).unwrap().modified().unwrap();
        fs::write(&file, vec![b'!'; LARGE]).unwrap();
        fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
        fs::remove_file(at.join("x/sub/g")).unwrap();
    }),
    ("old name again", |at| {
        go(at, "a", "x");
        fs::create_dir(at.join("a")).unwrap();
        fs::write(at.join("a/small"), "another").unwrap();
    }),
    ("case", |at| {
        go(at, "a", "A");
        go(at, "b/large", "b/LARGE");
    }),
    ("file renamed", |at| {
        go(at, "a/large", "a/larger");
        go(at, "b/small", "b/smaller");
    }),
    ("files moved", |at| {
        go(at, "a/large", "large");
        go(at, "b/large", "a/of b");
        go(at, "b/small", "small");
    }),
    ("files swapped", |at| {
        go(at, "a/large", "t");
        go(at, "b/large", "a/large");
        go(at, "t", "b/large");
    }),
    ("in a file's place", |at| {
        fs::remove_file(at.join("b/small")).unwrap();
        go(at, "a", "b/small");
    }),
];

fn go(at: &Path, from: &str, to: &str) {
    fs::rename(at.join(from), at.join(to)).unwrap();
}

/// Two folders of which each file has the size and the time of the other's, and an empty one.
fn prepare(at: &Path) {
    fs::create_dir_all(at.join("empty")).unwrap();
    for (dir, byte) in [("a", b'a'), ("b", b'b')] {
        let dir = at.join(dir);
        fs::create_dir_all(dir.join("sub")).unwrap();
        for (name, size) in [("small", 14), ("large", LARGE), ("sub/f", 14), ("sub/g", 3_000)] {
            fs::write(dir.join(name), vec![byte; size]).unwrap();
            let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
            fs::File::options().write(true).open(dir.join(name)).unwrap().set_modified(time).unwrap();
        }
        fs::write(dir.join("left out.keep"), "left out").unwrap();
        std::os::unix::fs::symlink("small", dir.join("link")).unwrap();
    }
}

/// Removal, and more words for rsync.
const POLICIES: [(&str, &str); 5] = [
    ("delete = true", ""),
    ("delete = true", "inplace = true"),
    ("delete = \"running\"", ""),
    ("delete = false", ""),
    ("delete = false", "inplace = true"),
];

/// `config`: of this source, with these lines and these words for rsync, to the place in this notation.
fn all_end_equal(config: impl Fn(&Path, &str, &str) -> String, target: &str, disk: &Path) {
    for (turn, (policy, rsync)) in POLICIES.into_iter().enumerate() {
        let (home, source) = (Home::new(), Tree::new());
        let alone: Vec<Scene> = SCENES.into_iter().skip(turn).step_by(POLICIES.len()).collect();
        let names = |dir: &'static str, scenes: &[Scene]| {
            scenes.iter().map(move |(name, _)| format!("{dir}/{name}")).collect::<Vec<_>>()
        };
        for name in [names("together", &SCENES), names("alone", &alone)].concat() {
            prepare(&source.at(name));
        }
        let more = format!("exclude = [\"*.keep\"]\n{policy}");
        let live = Live::start(&home, &config(source.path(), &more, rsync));
        live.up();
        live.settle("one", &source);
        let stood = everything(disk);
        let check = |what: &str| {
            live.settle("one", &source);
            let mut found = differences(source.path(), target, &["-lptgoD", "--exclude=*.keep"]);
            found.retain(|line| policy != "delete = false" || !line.starts_with("*deleting "));
            assert!(found.is_empty(), "{what}, {policy}, {rsync}:\n{}\n{}", found.join("\n"), live.log());
        };
        for (name, scene) in SCENES {
            scene(&source.at(format!("together/{name}")));
        }
        check("together");
        for (name, scene) in alone {
            scene(&source.at(format!("alone/{name}")));
            check(name);
        }
        let stands = everything(disk);
        assert!(!stands.iter().any(|path| path.extension().is_some_and(|e| e == "keep")), "{policy}: {stands:?}");
        let lost: Vec<_> = stood.iter().filter(|path| fs::symlink_metadata(path).is_err()).collect();
        assert_eq!(lost.is_empty(), policy == "delete = false", "{policy}, {rsync}: {lost:?}");
        drop(live);
        for entry in fs::read_dir(disk).unwrap().flatten() {
            fs::remove_dir_all(entry.path()).or_else(|_| fs::remove_file(entry.path())).unwrap();
        }
    }
}

fn everything(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        found.push(entry.path());
        if entry.file_type().unwrap().is_dir() {
            found.extend(everything(&entry.path()));
        }
    }
    found
}

#[test]
fn moves_end_equal_in_a_module() {
    let server = Rsyncd::start(&RsyncdOptions::default());
    let url = server.url();
    all_end_equal(|source, more, rsync| sync("one", source, &url, more, rsync), &url, &server.module());
}

#[test]
fn moves_end_equal_in_a_folder() {
    let target = Tree::new();
    let word = target.word();
    all_end_equal(|source, more, rsync| sync("one", source, &word, more, rsync), &word, target.path());
}

#[test]
fn moves_end_equal_over_ssh() {
    let sshd = Sshd::start(&SshdOptions::default());
    let there = sshd.there().join("copy");
    fs::create_dir(&there).unwrap();
    let config = |source: &Path, more: &str, rsync: &str| {
        let config = sync_over_ssh("one", source, &sshd, "copy", more);
        config.replace("archive = true\n", &format!("archive = true\n{rsync}\n"))
    };
    all_end_equal(config, there.to_str().unwrap(), &there);
}

#[test]
fn moves_end_equal_where_they_are_copied_without_a_child() {
    let target = Tree::new();
    let word = target.word();
    all_end_equal(|source, more, rsync| sync_direct("one", source, &word, more, rsync), &word, target.path());
}
