//! What is removed or replaced at the target is in its trash, and leaves it in time: at a daemon's module and in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use driftless_core::trash::{Moment, TRASH};

use crate::common::{Rsyncd, RsyncdOptions, Tree, assert_equal, wait_for};
use crate::live::{Live, sync};
use crate::support::{Home, LONG};

/// What a trash holds: the contents of each path, the oldest first.
pub fn trash(target: &Path) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut moments: Vec<(Moment, PathBuf)> = Vec::new();
    for day in names(&target.join(TRASH)) {
        for time in names(&target.join(TRASH).join(&day)) {
            let moment = Moment::parse(&day, &time).unwrap_or_else(|| panic!("{day}/{time} is no moment"));
            moments.push((moment, target.join(TRASH).join(&day).join(time)));
        }
    }
    moments.sort();
    for (_, dir) in moments {
        let mut todo = vec![dir.clone()];
        while let Some(next) = todo.pop() {
            for name in names(&next) {
                let path = next.join(name);
                if fs::symlink_metadata(&path).unwrap().is_dir() {
                    todo.push(path);
                } else {
                    let shown = path.strip_prefix(&dir).unwrap().to_str().unwrap().to_owned();
                    out.entry(shown).or_default().push(fs::read_to_string(&path).unwrap_or_default());
                }
            }
        }
    }
    out
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|e| e.file_name().into_string().unwrap()).collect()
}

/// Lives a little between this source and this target, and looks into the trash.
fn lives(home: &Home, url: &str, target: &Path) {
    let source = Tree::new();
    source.write("stays", "same");
    source.write("replaced", "one");
    source.write("removed", "gone");
    source.write("dir/in/removed too", "gone too");
    fs::create_dir_all(target.join("of before")).unwrap();
    fs::write(target.join("of before/stranger"), "strange").unwrap();
    let old = Moment(jiff::Timestamp::now().as_millisecond() - 40 * 86_400_000);
    let young = Moment(old.0 + 35 * 86_400_000);
    for (moment, content) in [(old, "old"), (young, "young")] {
        fs::create_dir_all(target.join(moment.dir())).unwrap();
        fs::write(target.join(moment.dir()).join("aged"), content).unwrap();
    }
    let live = Live::start(home, &(sync("one", source.path(), url, "delete = true", "") + "keep = 30\n"));
    live.up();
    wait_for("the trash to age", LONG, || (!target.join(old.dir()).exists()).then_some(()));
    live.settle("one", &source);
    for content in ["two!", "three"] {
        source.write("replaced", content);
        live.settle("one", &source);
    }
    source.remove("removed");
    source.remove("dir");
    live.settle("one", &source);
    let found = trash(target);
    let held = |path: &str| found.get(path).map(|all| all.join(" ")).unwrap_or_default();
    assert_eq!(held("of before/stranger"), "strange", "{found:?}");
    assert_eq!(held("aged"), "young", "{found:?}");
    assert_eq!(held("replaced"), "one two!", "{found:?}");
    assert_eq!((held("removed"), held("dir/in/removed too")), ("gone".to_owned(), "gone too".to_owned()), "{found:?}");
    assert!(!found.contains_key("stays"));
    assert!(!target.join("dir").exists() && !target.join("of before").exists());
    assert_equal(source.path(), url, &["-a", &format!("--exclude=/{TRASH}/")]);
}

#[test]
fn a_module_keeps_what_is_removed_and_what_is_replaced_until_it_is_old() {
    let (home, server) = (Home::new(), Rsyncd::start(&RsyncdOptions::default()));
    lives(&home, &server.url(), &server.module());
}

#[test]
fn a_folder_keeps_what_is_removed_and_what_is_replaced_until_it_is_old() {
    let (home, target) = (Home::new(), Tree::new());
    lives(&home, target.path().to_str().unwrap(), target.path());
}

#[test]
fn a_trash_in_the_source_is_not_mirrored_and_does_not_age_there() {
    let (home, source, target) = (Home::new(), Tree::new(), Tree::new());
    let of_another = format!("{TRASH}/2001-01-01/00-00-00.000Z/x");
    source.write(&of_another, "x");
    source.write("a", "a");
    let url = target.path().to_str().unwrap();
    let live = Live::start(&home, &(sync("one", source.path(), url, "", "") + "keep = 30\n"));
    live.settle("one", &source);
    assert!(target.at("a").exists() && !target.at(TRASH).exists());
    wait_for("the trash to be looked through", LONG, || live.log().contains("--filter=H *").then_some(()));
    live.settle("one", &source);
    assert!(source.at(&of_another).exists());
}
