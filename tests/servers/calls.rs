//! Started from the command line alone, and what can be asked of a configuration.

use crate::common::{Rsyncd, RsyncdOptions, Tree};
use crate::support::{Home, World, settle};

#[test]
fn two_syncs_from_the_command_line() {
    let (home, one, two) = (Home::new(), Tree::new(), Tree::new());
    let (server, folder) = (Rsyncd::start(&RsyncdOptions::default()), Tree::new());
    one.write("d/first", "x");
    two.write("d/second", "x");
    let target = format!("{}/sub", server.url());
    let daemon = home.start(&["-delay", "0.1", "-rsync", &one.word(), &target, "-rsync", &two.word(), &folder.word()]);
    home.wait_for_first_pass();
    // lsyncd's defaults: links and times, no modes.
    let words = ["-lt"];
    settle(&one, &target, &words, || ());
    settle(&two, &folder.word(), &words, || ());
    one.rename("d/first", "d/renamed");
    two.remove("d");
    two.write("e", "y");
    settle(&one, &target, &words, || ());
    settle(&two, &folder.word(), &words, || ());
    assert!(!folder.exists("d"));
    assert_eq!(daemon.passes(), 2);
    daemon.end();
}

#[test]
fn one_pass_and_no_more() {
    let world = World::new();
    world.source.write("d/file", "x");
    // A source that is empty from the start would remove nothing.
    world.source.write("stays", "x");
    let config = world.configure("", "", "");
    world.home.says(&["-nodaemon", "-onepass", &config], 0);
    world.settle();
    world.source.write("d/file", "changed afterwards");
    world.source.remove("d");
    world.home.says(&["-nodaemon", "-onepass", &config], 0);
    world.settle();
    assert!(world.home.processes().is_empty());
}

#[test]
fn explained_is_what_happens() {
    let world = World::new();
    let sync = "exclude = { 'lost+found', '.tmp', '.*', '*.o', '/top/' },";
    let cases = [
        ("a.c", true),
        ("a.o", false),
        ("d/.git/config", false),
        ("d/lost+found/x", false),
        ("top/file", false),
        ("d/top/file", true),
        ("x.tmp", true),
    ];
    for (path, _) in cases {
        world.source.write(path, "x");
    }
    let config = world.configure("", sync, "");
    let daemon = world.home.start(&[&config]);
    world.home.wait_for_first_pass();
    for (path, sent) in cases {
        assert_eq!(world.arrived(path), sent, "{path}");
        let said = world.home.says(&["explain", &config, world.source.at(path).to_str().unwrap()], 0);
        let word = if sent { ": sent" } else { ": left out" };
        assert!(said.contains(word), "{path}: {said}");
    }
    let said = world.home.says(&["explain", &config, "d/.git/config"], 0);
    assert!(said.contains("'- .*'") || said.contains("'.*'"), "{said}");
    assert!(said.contains("/d/.git/"), "{said}");
    world.home.says(&["explain", &config, "/nowhere/of/ours"], 1);
    daemon.end();
}
