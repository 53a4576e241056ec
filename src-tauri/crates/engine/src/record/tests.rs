//! A record that was cut, changed or could not be written is never read as something that was never noted.

use std::os::unix::fs::PermissionsExt;

use driftless_core::mirror::SyncKey;
use driftless_core::paths::RelPath;
use driftless_core::record::{Gone, Marks, Note, Past, Root, Roots, Saved, SavedWant};
use proptest::prelude::*;

use super::journal::Journal;
use super::*;

fn path(bytes: &[u8]) -> RelPath {
    RelPath::new(bytes).unwrap()
}

fn gone(bytes: &[u8]) -> Gone {
    Gone { path: path(bytes), was_dir: false, was_file: true, at_ms: 1 }
}

/// What is appended, one frame each.
fn frames() -> Vec<Vec<Note>> {
    let root = Root { fs: Some(u64::MAX), mounts: vec![path(b"in\nner")], empty: false };
    let saved = Saved {
        path: path(b"\xff\\w"),
        want: SavedWant::Create,
        dir: true,
        was_dir: true,
        was_file: false,
        subtree: true,
        replaced: false,
        content_at_ms: None,
        first_ms: -5,
    };
    let roots = Roots { source: Some(root), target: None };
    vec![
        vec![Note::Began(Marks { ends: "e".into(), runs: "r".into() }), Note::Roots(roots)],
        vec![Note::Gone(vec![gone(b"a/b"), gone(b"\xc3")]), Note::Oldest(Some(7))],
        vec![Note::Settled(vec![path(b"a/b")]), Note::MayEmpty(true), Note::Held(Some(("x".into(), 3)))],
        vec![Note::PassOver(9), Note::Held(None)],
        vec![Note::Owed, Note::Dirty(vec![saved]), Note::Stopped],
    ]
}

/// The file, and where its frames end.
fn file() -> (Vec<u8>, Vec<usize>) {
    let mut bytes = start().to_vec();
    let mut ends = vec![bytes.len()];
    for notes in frames() {
        bytes.extend(frame(&notes).unwrap());
        ends.push(bytes.len());
    }
    (bytes, ends)
}

/// What may be read of the first so many frames.
fn state(frames_read: usize) -> Recovered {
    let mut past = Past::default();
    frames().iter().take(frames_read).flatten().for_each(|note| past.take(note));
    if frames_read == 0 { Recovered::Damaged } else { Recovered::Past(Box::new(past)) }
}

#[test]
fn a_whole_record_is_read_as_it_was_written() {
    let (bytes, _) = file();
    let found = read(&bytes);
    assert_eq!(found, state(frames().len()));
    assert!(matches!(found, Recovered::Past(past) if past.clean));
}

#[test]
fn cut_at_any_length_it_is_an_earlier_state_of_an_unclean_stop_or_damaged() {
    let (bytes, ends) = file();
    for length in 0..bytes.len() {
        let whole = ends.iter().filter(|end| **end <= length).count().saturating_sub(1);
        let found = read(&bytes[..length]);
        assert_eq!(found, state(whole), "cut to {length}");
        assert!(!matches!(found, Recovered::Past(past) if past.clean), "cut to {length}");
    }
}

#[test]
fn with_any_bit_turned_it_is_an_earlier_state_of_an_unclean_stop_or_damaged() {
    let (bytes, ends) = file();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut turned = bytes.clone();
            turned[at] ^= 1 << bit;
            let right = ends.iter().filter(|end| **end <= at).count().saturating_sub(1);
            assert_eq!(read(&turned), state(right), "byte {at}, bit {bit}");
        }
    }
}

proptest! {
    #[test]
    fn whatever_bytes_are_put_in_it_is_never_a_clean_stop_of_something_else(
        at in 0usize..4_000,
        junk in proptest::collection::vec(any::<u8>(), 1..60),
    ) {
        let (bytes, _) = file();
        let at = at % bytes.len();
        let mut broken = bytes.clone();
        let upto = (at + junk.len()).min(broken.len());
        broken.splice(at..upto, junk);
        let found = read(&broken);
        let known: Vec<Recovered> = (0..frames().len()).map(state).collect();
        prop_assert!(broken == bytes || known.contains(&found) || found == state(frames().len()) && broken.starts_with(&bytes));
    }

    #[test]
    fn any_bytes_at_all_are_read_without_a_crash(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read(&bytes);
        let mut begun = start().to_vec();
        begun.extend(bytes);
        prop_assert_eq!(read(&begun), Recovered::Damaged);
    }
}

#[test]
fn another_versions_record_is_not_read() {
    let (bytes, _) = file();
    let text = b"driftless record 2\n";
    assert_eq!(read(&[text, &bytes[start().len()..]].concat()), Recovered::Damaged);
    let mut unknown = start().to_vec();
    unknown.extend(frame(&frames()[0]).unwrap());
    let known = read(&unknown);
    let content = br#"[{"invented":1}]"#;
    let length = (content.len() as u32).to_le_bytes();
    let sum = crc32fast::hash(&[&length[..], content].concat()).to_le_bytes();
    unknown.extend([&length[..], &sum, content].concat());
    assert_eq!(read(&unknown), known, "what it does not know, and what follows, is not read");
}

#[test]
fn a_journal_is_private_stays_small_and_is_read_as_all_its_notes() {
    let dir = tempfile::tempdir().unwrap();
    let file = file_of(dir.path(), "id");
    let mut journal = Journal::with_slack(file.clone(), 500);
    let mut past = Past::default();
    for notes in frames().iter().take(4) {
        notes.iter().for_each(|note| past.take(note));
        journal.append(notes).unwrap();
    }
    for n in 0..2_000 {
        let notes =
            [Note::Gone(vec![gone(format!("f{n}").as_bytes())]), Note::Settled(vec![path(format!("f{n}").as_bytes())])];
        journal.append(&notes).unwrap();
    }
    journal.sync().unwrap();
    let meta = std::fs::metadata(&file).unwrap();
    assert!(meta.len() < 3_000, "{}", meta.len());
    assert_eq!(meta.permissions().mode() & 0o777, 0o600);
    assert_eq!(find(dir.path(), "id"), Some(Recovered::Past(Box::new(past))));
    assert_eq!(find(dir.path(), "other"), None);
}

#[test]
fn ids_that_are_no_file_names_have_files_of_their_own() {
    let dir = Path::new("/state");
    assert_eq!(file_of(dir, "b438c6abaddffd47"), dir.join("b438c6abaddffd47.record"));
    for id in ["../x", "", "a b", "other.1"] {
        let file = file_of(dir, id);
        assert_eq!(file.parent(), Some(dir));
        assert!(file.file_name().unwrap().to_str().unwrap().starts_with("other."), "{id}");
    }
}

/// Writes through the thread, and waits for the answer.
fn written(dir: &Path, all: Vec<(SyncKey, &str, Vec<Note>)>) -> Vec<bool> {
    let (sender, answers) = std::sync::mpsc::channel();
    let keeper = Keeper::start(dir.to_owned(), move |w: Written| sender.send(w.problem.is_none()).unwrap()).unwrap();
    let mut out = Vec::new();
    for (seq, (sync, id, notes)) in all.into_iter().enumerate() {
        assert!(keeper.write(ToWrite { sync, id: id.to_owned(), seq: seq as u64, notes }));
        out.push(answers.recv().unwrap());
    }
    out
}

#[test]
fn a_place_that_cannot_be_written_is_said_and_the_old_stop_is_not_taken_for_the_last() {
    let dir = tempfile::tempdir().unwrap();
    let notes = frames();
    let run = || notes.iter().map(|n| (SyncKey(1), "id", n.clone())).collect::<Vec<_>>();
    assert_eq!(written(dir.path(), run()), [true; 5]);
    assert!(matches!(find(dir.path(), "id"), Some(Recovered::Past(past)) if past.clean));
    // A directory where the temporary file would be: the next process cannot begin its record.
    let blocked = dir.path().join("id.record.new");
    std::fs::create_dir(&blocked).unwrap();
    assert_eq!(written(dir.path(), run().into_iter().take(2).collect()), [false; 2]);
    assert!(matches!(find(dir.path(), "id"), Some(Recovered::Past(past)) if !past.clean));
    // As soon as it can be written, all that was noted is.
    std::fs::remove_dir(&blocked).unwrap();
    assert_eq!(written(dir.path(), run().into_iter().take(4).collect()), [true; 4]);
    assert_eq!(find(dir.path(), "id"), Some(state(4)));
}

#[test]
fn who_wrote_under_an_id_before_cannot_write_over_its_successor() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new, notes) = (SyncKey(1), SyncKey(2), frames());
    let all = vec![(old, "id", notes[0].clone()), (new, "id", notes[0].clone()), (old, "id", notes[4].clone())];
    assert_eq!(written(dir.path(), all), [true; 3]);
    assert_eq!(find(dir.path(), "id"), Some(state(1)));
}
