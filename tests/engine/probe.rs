//! Asking an rsync what it can do.

use driftless_engine::probe::Probes;

use crate::common::Tree;
use crate::support::runtime;

fn fake(tree: &Tree, says: &str) -> String {
    tree.write("rsync.new", format!("#!/bin/sh\necho asked >> {}\necho '{says}'\n", tree.at("count").display()));
    tree.chmod("rsync.new", 0o755);
    tree.rename("rsync.new", "rsync");
    tree.at("rsync").to_str().unwrap().to_owned()
}

#[test]
fn the_rsync_in_path_is_known() {
    let capabilities = runtime().block_on(Probes::default().ask("rsync")).unwrap();
    assert!(capabilities.version >= (3, 1, 0), "{capabilities:?}");
}

#[test]
fn a_program_is_asked_once_and_again_when_it_is_another() {
    let (tree, probes, runtime) = (Tree::new(), Probes::default(), runtime());
    let program = fake(&tree, "rsync  version 3.2.7  protocol version 31");
    let version = |program: &str| runtime.block_on(probes.ask(program)).unwrap().version;
    assert_eq!((version(&program), version(&program)), ((3, 2, 7), (3, 2, 7)));
    assert_eq!(tree.read("count").unwrap(), b"asked\n");
    fake(&tree, "rsync  version 3.4.1  protocol version 32");
    assert_eq!(version(&program), (3, 4, 1));
}

#[test]
fn what_is_no_rsync_is_told_apart() {
    let tree = Tree::new();
    let code = |program: &str| runtime().block_on(Probes::default().ask(program)).unwrap_err().code;
    assert_eq!(code("/no/such/rsync"), "rsync-missing");
    assert_eq!(code(&fake(&tree, "something else")), "rsync-unknown");
}
