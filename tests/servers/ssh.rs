//! Syncs of kind `rsyncssh` against a real OpenSSH server.

use std::fs;

use crate::common::{Sshd, SshdOptions, Tree, assert_equal};
use crate::live::{Live, sync_over_ssh};
use crate::support::Home;

#[test]
fn a_folder_below_the_home_there_is_kept_equal_whatever_the_names() {
    let (source, home) = (Tree::new(), Home::new());
    let sshd = Sshd::start(&SshdOptions::default());
    for name in
        ["it's", "two  blanks", "$(touch evil)", "`touch evil`", "new\nline", "-rf", "~", "*", "a;b&c|d", "\"q\""]
    {
        source.write(format!("{name}/{name}"), name);
    }
    // The target's own name is as hostile as any.
    let dir = "~/a $(touch evil) `b` 'c' \\\"d\\\"";
    let live = Live::start(&home, &sync_over_ssh("ssh", source.path(), &sshd, dir, ""));
    live.up();
    source.rename("it's", "it's; not");
    source.remove("*");
    source.write("two  blanks/more", "1");
    live.settle("ssh", &source);
    let there = sshd.there().join("a $(touch evil) `b` 'c' \"d\"");
    assert_equal(source.path(), there.to_str().unwrap(), &["-lptgoD"]);
    let home_there: Vec<_> = fs::read_dir(sshd.there()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(home_there.len(), 1, "{home_there:?}");
}
