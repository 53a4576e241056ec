//! Looks at real directories.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::*;

fn p(path: &str) -> RelPath {
    RelPath::new(path.as_bytes()).unwrap()
}

fn looks(root: &Path, paths: &[&str]) -> Vec<Look> {
    let looked = look(root.to_str().unwrap(), None, paths.iter().map(|path| p(path)).collect());
    assert!(looked.paths.iter().map(|seen| &seen.path).eq(&paths.iter().map(|path| p(path)).collect::<Vec<_>>()));
    looked.paths.into_iter().map(|seen| seen.look).collect()
}

fn kind(look: &Look) -> FileKind {
    match look {
        Look::Found(found) => found.kind,
        other => panic!("not found: {other:?}"),
    }
}

#[test]
fn each_kind_of_thing_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    fs::create_dir_all(root.join("d/e")).unwrap();
    fs::write(root.join("d/e/f"), "four").unwrap();
    symlink("/etc", root.join("d/l")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(root.join("s")).unwrap();
    // Not sorted, and one twice.
    let looks = looks(root, &["s", "d/e/f", "", "d/l", "d", "d/e/f"]);
    let kinds: Vec<FileKind> = looks.iter().map(kind).collect();
    use FileKind::{Dir, File, Special, Symlink};
    assert_eq!(kinds, [Special, File, Dir, Symlink, Dir, File]);
    let Look::Found(found) = &looks[1] else { panic!("{looks:?}") };
    let meta = fs::metadata(root.join("d/e/f")).unwrap();
    use std::os::unix::fs::MetadataExt;
    assert_eq!((found.size, found.ino, found.dev), (4, meta.ino(), meta.dev()));
    assert_eq!(found.mtime_ns, i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec()));
    assert!(found.links.is_empty());
}

#[test]
fn the_topmost_missing_component_is_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("a/b")).unwrap();
    let missing = |top: &str| Look::Missing { top: p(top) };
    let looks = looks(dir.path(), &["a/b/c", "a/x/y/z", "a/x/y", "a/x", "gone"]);
    assert_eq!(looks, [missing("a/b/c"), missing("a/x"), missing("a/x"), missing("a/x"), missing("gone")]);
}

#[test]
fn a_link_or_a_file_on_the_way_blocks_and_is_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("real")).unwrap();
    fs::write(dir.path().join("real/f"), "x").unwrap();
    symlink("real", dir.path().join("link")).unwrap();
    symlink("nowhere", dir.path().join("dangling")).unwrap();
    fs::write(dir.path().join("file"), "x").unwrap();
    let blocked = |at: &str| Look::Blocked { at: p(at) };
    let looks = looks(dir.path(), &["link/f", "dangling/f", "file/f/g", "link/gone", "real/f"]);
    assert_eq!(looks[..4], [blocked("link"), blocked("dangling"), blocked("file"), blocked("link")]);
    assert_eq!(kind(&looks[4]), FileKind::File);
}

#[test]
fn what_cannot_be_looked_at_is_an_error_and_never_missing() {
    let dir = tempfile::tempdir().unwrap();
    let long = "n".repeat(300);
    let looks = looks(dir.path(), &[&long, &format!("{long}/x")]);
    let too_long = Look::Error(Errno::NAMETOOLONG.raw_os_error());
    assert_eq!(looks, [too_long.clone(), too_long]);
}

#[test]
fn all_names_of_a_file_are_found_below_the_root() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    fs::create_dir_all(root.join("d/e")).unwrap();
    fs::write(root.join("a"), "x").unwrap();
    fs::hard_link(root.join("a"), root.join("d/e/b")).unwrap();
    fs::hard_link(root.join("a"), root.join("d/c")).unwrap();
    fs::hard_link(root.join("a"), dir.path().join("outside")).unwrap();
    fs::write(root.join("alone"), "x").unwrap();
    let looks = looks(&root, &["d/c", "alone", "a"]);
    let links = |look: &Look| match look {
        Look::Found(found) => found.links.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(links(&looks[0]), [p("a"), p("d/e/b")]);
    assert_eq!(links(&looks[1]), []);
    assert_eq!(links(&looks[2]), [p("d/c"), p("d/e/b")]);
}

#[test]
fn a_path_deeper_than_the_descriptors_kept_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let deep = vec!["d"; 300].join("/");
    fs::create_dir_all(dir.path().join(&deep)).unwrap();
    fs::write(dir.path().join(&deep).join("f"), "x").unwrap();
    let half = vec!["d"; 150].join("/");
    let looks = looks(dir.path(), &[&format!("{deep}/f"), &half, &format!("{half}/x")]);
    assert_eq!(kind(&looks[0]), FileKind::File);
    assert_eq!(kind(&looks[1]), FileKind::Dir);
    assert_eq!(looks[2], Look::Missing { top: p(&format!("{half}/x")) });
}

#[test]
fn the_root_tells_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(at("empty")).unwrap();
    fs::create_dir_all(at("full/x")).unwrap();
    fs::write(at("file"), "").unwrap();
    symlink(at("full"), at("link")).unwrap();
    symlink(at("none"), at("dangling")).unwrap();
    let root = |name: &str| look(&at(name), None, Vec::new());
    let facts = |name: &str| match root(name) {
        Looked { source: RootLook::Dir(facts), dir: Some(_), .. } => facts,
        other => panic!("{other:?}"),
    };
    assert!(facts("empty").empty && !facts("full").empty);
    assert_eq!(facts("link"), facts("full"));
    assert_ne!(facts("empty").ino, facts("full").ino);
    assert_eq!(facts("full").mount.is_some(), cfg!(target_os = "linux"));
    assert_eq!(root("none").source, RootLook::Missing);
    assert_eq!(root("dangling").source, RootLook::Missing);
    assert_eq!(root("file").source, RootLook::NotADirectory);
    let looked = look(&at("none"), Some(&at("full")), vec![p("a")]);
    assert_eq!(looked.source, RootLook::Missing);
    assert!(matches!(looked.target, Some(RootLook::Dir(_))) && looked.dir.is_none());
    assert_eq!(looked.paths[0].look, Look::Error(Errno::NOENT.raw_os_error()));
}
