//! Fuzz targets: whatever bytes come, none of these readers panics, hangs, or reads something else than it wrote.
//!
//! Inputs are seeds from the repository's own test data, changed by chance: no coverage is measured, so this runs on the stable
//! compiler. `DRIFTLESS_FUZZ_SECONDS` says for how long each target runs (`cargo xtask fuzz`); without it a few seconds. A
//! failure names its seed (`ARBTEST_SEED`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a target that fails must stop the test")]

mod change;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

use driftless_conf::{lsyncd, toml};
use driftless_core::diagnose::{OutputParser, PathMapper, Stream, item};
use driftless_core::filter::{FilterInput, Matcher};
use driftless_core::paths::RelPath;
use driftless_core::record::{Note, Past, Recovered};
use driftless_core::target::Target;
use driftless_engine::record;

/// A reader that takes longer for one input hangs, on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// The files of a folder of test data, below `src-tauri/crates`.
fn seeds(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(root().join("src-tauri/crates").join(folder)).expect("test data");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(ending));
    files.sort();
    let read: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).expect("test data")).collect();
    assert!(!read.is_empty(), "{folder} holds no seeds");
    read
}

/// Gives changed seeds to a target for as long as was asked for.
fn fuzz(seeds: &[Vec<u8>], words: &[&str], target: impl Fn(&[u8])) {
    let usual = if env::var_os("DRIFTLESS_LONG").is_some() { 60 } else { 3 };
    let seconds = env::var("DRIFTLESS_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(usual);
    for seed in seeds {
        target(seed);
    }
    arbtest::arbtest(|chance| {
        let input = change::changed(chance, seeds, words)?;
        let start = Instant::now();
        target(&input);
        assert!(start.elapsed() < PATIENCE, "it hangs on {}", input.escape_ascii());
        Ok(())
    })
    .budget(Duration::from_secs(seconds));
}

#[test]
fn the_importer_of_lsyncd_conf() {
    let seeds = [seeds("conf/tests/broken", ".conf"), seeds("conf/tests/fixtures", ".conf")].concat();
    let words = [
        "sync",
        "settings",
        "{",
        "}",
        "default.rsync",
        "=",
        "--",
        "[[",
        "]]",
        "function",
        "end",
        "-- driftless:",
        "for",
        "\0",
    ];
    fuzz(&seeds, &words, |input| {
        let read = |bytes: &[u8]| lsyncd::import(bytes, "x", &mut |_| Err("none".to_owned()), &mut |_| None);
        if let Ok(imported) = read(input)
            && !imported.has_functions
            // A file that watches nothing is not read again.
            && !imported.config.sync.is_empty()
        {
            let text = lsyncd::export(&imported.config);
            let again = read(text.as_bytes()).unwrap_or_else(|p| panic!("{p:?}\n{text}"));
            assert_eq!(again.config, imported.config, "{text}");
        }
    });
}

#[test]
fn the_reader_of_toml() {
    let words = [
        "[[sync]]",
        "[sync.rsync]",
        "[settings]",
        "=",
        "\"",
        "'''",
        "1e999",
        "{",
        "}",
        "#",
        "\\u{0}",
        "inf",
        "-",
        "true",
    ];
    fuzz(&seeds("conf/tests/broken", ".toml"), &words, |input| {
        if let Ok(config) = toml::parse_bytes(input, "x") {
            let text = toml::write(&config);
            assert_eq!(toml::parse(&text, "x").unwrap_or_else(|p| panic!("{p:?}\n{text}")), config, "{text}");
        }
    });
}

#[test]
fn the_matcher() {
    let seeds = [
        "*.o\n/a/b/\n!(x)\n",
        "+ *.rs\n- *\n",
        "[a-z]?**/x\\*\n",
        "- [[:alpha:]]*\n,R *.x\nP /y/***\n",
        ": .f\n- /**/\n",
    ];
    let seeds: Vec<Vec<u8>> = seeds.iter().map(|s| s.as_bytes().to_vec()).collect();
    let words = [
        "*",
        "**",
        "***",
        "?",
        "[",
        "]",
        "[!",
        "[^",
        "[:upper:]",
        "\\",
        "/",
        "- ",
        "+ ",
        "P ",
        "H ",
        "R ",
        ". ",
        ": ",
        "! ",
        "\n",
    ];
    fuzz(&seeds, &words, |input| {
        let Ok(text) = std::str::from_utf8(input) else { return };
        let lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        let (rules, names) = lines.split_at(lines.len() / 2);
        let patterns = FilterInput { exclude: rules.to_vec(), ..FilterInput::default() };
        let filters = FilterInput { filter: rules.to_vec(), ..FilterInput::default() };
        for input in [patterns, filters] {
            let Ok(matcher) = Matcher::build(&input, &mut |_| Ok(b"- *.z\n".to_vec())) else { continue };
            for name in names.iter().chain(rules) {
                let Ok(path) = RelPath::new(name.as_bytes()) else { continue };
                for dir in [false, true] {
                    // What explains itself says what it does.
                    assert_eq!(matcher.verdict(&path, dir), matcher.explain(&path, dir).verdict, "{input:?} {name:?}");
                }
            }
        }
    });
}

#[test]
fn the_reader_of_rsyncs_output() {
    let words = [
        "rsync: ",
        "rsync error: ",
        "@ERROR: ",
        "(code 23)",
        "\\#012",
        "\\#",
        ">f+++++++++ 1 ",
        "*deleting   ",
        " -> ",
        "\": ",
        "Permission denied (13)",
        "cannot delete non-empty directory: ",
        "\r",
        "\n",
        "[sender]",
        "IO error encountered",
    ];
    fuzz(&seeds("core/tests/stderr", ".json"), &words, |input| {
        let target = Target::parse("user@host::module/below").expect("a target");
        let mapper = || PathMapper::new(b"/source", &target);
        let (mut whole, mut pieces) = (OutputParser::new(mapper()), OutputParser::new(mapper()));
        whole.feed(Stream::Stderr, input);
        whole.feed(Stream::Stdout, input);
        // However it is cut, it says the same.
        for stream in [Stream::Stderr, Stream::Stdout] {
            for piece in input.chunks(7) {
                pieces.feed(stream, piece);
            }
        }
        let (whole, pieces) = (whole.finish(), pieces.finish());
        assert_eq!((whole.failed, whole.unmapped, whole.counts), (pieces.failed, pieces.unmapped, pieces.counts));
        input.split(|b| *b == b'\n').for_each(|line| drop(item(line)));
    });
}

#[test]
fn the_reader_of_the_record() {
    let marks = driftless_core::record::Marks { ends: "a".to_owned(), runs: "b".to_owned() };
    let notes = [
        vec![Note::Began(marks), Note::MayRemain(true), Note::PassOver(7), Note::Verified(8)],
        vec![Note::Oldest(Some(5)), Note::Settled(vec![RelPath::new(b"a/b").expect("a path")])],
        vec![Note::Held(Some(("source-emptied".to_owned(), 4))), Note::Owed, Note::Stopped],
    ];
    let frames = notes.iter().map(|notes| record::frame(notes).expect("a frame"));
    let seed: Vec<u8> = record::start().iter().copied().chain(frames.flatten()).collect();
    // All that an honest cut may give.
    let mut states = vec![Past::default()];
    for some in 1..=notes.len() {
        let mut past = Past::default();
        notes[..some].iter().flatten().for_each(|note| past.take(note));
        states.push(Past { clean: false, ..past.clone() });
        states.push(past);
    }
    fuzz(&[seed], &["driftless record 1\n", "[", "]", "\"stopped\"", "{\"began\":", "\0\0\0"], |input| {
        if let Recovered::Past(past) = record::read(input) {
            // Its checksums let nothing pass that was not written. Frames may have been lost or doubled as a whole.
            let known = |past: &Past| states.iter().any(|s| s.marks == past.marks);
            assert!(known(&past), "misread: {past:?}");
            assert_eq!(
                past.notes().iter().fold(Past::default(), |mut p, n| {
                    p.take(n);
                    p
                }),
                *past
            );
        }
    });
}
