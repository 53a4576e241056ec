use super::*;
use driftless_core::config::Kind;
use driftless_core::mirror::SyncKey;
use driftless_core::view::{Health, Phase, Totals};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

fn sync(name: &str, source: &str, waiting: usize, filters: &[&str]) -> SyncStatus {
    SyncStatus {
        key: SyncKey(0),
        id: name.to_lowercase(),
        name: name.into(),
        kind: Kind::Rsync,
        source: source.into(),
        target: "h::m".into(),
        health: Health::Syncing,
        phase: Phase::Waiting,
        waiting,
        oldest_ms: None,
        protected_up_to_ms: None,
        last_pass_ms: None,
        problem: None,
        paused_until_ms: None,
        paused_by: None,
        away: None,
        hold: None,
        rehearsal: None,
        dirs: 3,
        sight: Vec::new(),
        may_remain: false,
        pass: None,
        totals: Totals::default(),
        filters: filters.iter().map(|f| (*f).to_owned()).collect(),
    }
}

fn status(syncs: Vec<SyncStatus>) -> Status {
    Status { health: Health::Syncing, syncs, running: 0, fading: false, around: Default::default() }
}

fn at() -> jiff::Zoned {
    "2026-11-02T15:06:38[UTC]".parse().unwrap()
}

#[test]
fn the_report_is_in_lsyncds_grammar() {
    let status = status(vec![sync("Sync1", "/data/src", 2, &[]), sync("Sync2", "/", 0, &["+ /keep", "- *.o"])]);
    let entry =
        |state: &str, path: &str| WaitingEntry { state: state.into(), kind: "Create".into(), path: path.into() };
    let text = render(
        &status,
        &at(),
        |id, _| {
            assert_eq!(id, "sync1", "a sync without entries is not asked");
            vec![entry("active", "/a"), entry("wait", "/new\nline")]
        },
        None,
    );
    assert_eq!(
        text,
        "Lsyncd status report at Mon Nov  2 15:06:38 2026\n\n\
         Sync1 source=/data/src/\nThere are 2 delays\nactive Create /a\nwait   Create /new\\x0aline\nFiltering:\n  nothing.\n\n\n\
         Sync2 source=/\nThere are 0 delays\nFiltering:\n+ /keep\n- *.o\n\n\n\
         Inotify watching 6 directories\n"
    );
}

#[test]
fn the_last_report_says_that_it_is_the_last() {
    let text = render(&status(vec![]), &at(), |_, _| vec![], Some("Stopped."));
    assert_eq!(
        text,
        "Lsyncd status report at Mon Nov  2 15:06:38 2026\n\nStopped.\n\nInotify watching 0 directories\n"
    );
}

#[test]
fn it_is_due_when_something_changed_and_not_sooner_than_the_interval() {
    let dir = tempfile::tempdir().unwrap();
    let mut file = StatusFile::new(dir.path().join("status"), Duration::from_secs(10));
    let start = Instant::now();
    assert_eq!(file.due(start), Some(start));
    file.write(start, "one").unwrap();
    assert_eq!(file.due(start), None);
    file.changed();
    assert_eq!(file.due(start), Some(start + Duration::from_secs(10)));
}

#[test]
fn a_reader_that_has_it_open_keeps_the_whole_old_one() {
    use std::io::Read;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("status");
    replace(&path, b"old, whole").unwrap();
    let mut open = std::fs::File::open(&path).unwrap();
    replace(&path, b"new").unwrap();
    let mut text = String::new();
    open.read_to_string(&mut text).unwrap();
    assert_eq!((text.as_str(), std::fs::read(&path).unwrap().as_slice()), ("old, whole", b"new".as_slice()));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_link_stays_a_link_and_a_device_a_device() {
    let dir = tempfile::tempdir().unwrap();
    let (real, link) = (dir.path().join("real"), dir.path().join("link"));
    std::fs::write(&real, "").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    replace(&link, b"x").unwrap();
    assert_eq!(std::fs::read(&real).unwrap(), b"x");
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    let before = std::fs::metadata("/dev/null").unwrap().rdev();
    assert!(replace(Path::new("/dev/null"), b"x").is_err());
    assert_eq!(std::fs::metadata("/dev/null").unwrap().rdev(), before);
}
