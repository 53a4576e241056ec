//! Hard names arrive, are renamed and go, with the configuration.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::seed::Seed;

/// Names that have broken some program or other. None begins with a dot: the configuration leaves those out.
fn names() -> Vec<OsString> {
    let mut names: Vec<OsString> = [
        " leading",
        "trailing ",
        "two  blanks",
        " ",
        "'single'",
        "\"double\"",
        "new\nline",
        "\nfirst",
        "last\n",
        "-",
        "-rf",
        "--delete",
        "#hash",
        ";semicolon",
        "*",
        "**",
        "a*b",
        "?",
        "[",
        "]",
        "[!a]",
        "[[:alpha:]]",
        "br[ack]ets",
        "a]b",
        "back\\slash",
        "back\\*both",
        "\\",
        "\\\\",
        "ends in \\",
        "\\#303\\#274",
        "$HOME",
        "`id`",
        "$(id)",
        "a;b|c&d",
        "per%cent",
        "%s%n",
        "co:lon",
        "host::module",
        "rsync:",
        "~",
        "~root",
        "+ plus",
        "- minus",
        "tab\there",
        "re\rturn",
        "\u{1b}[31mred",
        "\u{7f}",
        "\u{202e}gpj",
        "文件同步",
        "é",
        "e\u{301}",
        "🗂 emoji",
        "Ä",
        "ä",
        "CON",
        "nul\u{1}byte",
        "=",
        "@",
        "!",
        "{a,b}",
        "<>",
        "^",
        ",",
        "x.",
        "x~",
    ]
    .map(OsString::from)
    .to_vec();
    for bytes in [&b"\xff\xfe"[..], b"latin \xe9", b"cut \xc3", b"\xed\xa0\x80"] {
        names.push(OsStr::from_bytes(bytes).to_owned());
    }
    names.push("n".repeat(255).into());
    names.push("文".repeat(85).into());
    names
}

fn below(dir: &str, name: &OsStr) -> PathBuf {
    Path::new(dir).join(name)
}

#[test]
fn hard_names_arrive_move_and_go() {
    let seed = Seed::new("names");
    let source = &seed.source;
    // Half of them are there before the start, the others come later; every name is also a directory's and a link's.
    let names = names();
    let (early, late) = names.split_at(names.len() / 2);
    let make = |names: &[OsString]| {
        for name in names {
            source.write(name, "content");
            source.write(below("dirs", name).join("inside"), "content");
            symlink(name, source.at(below("links", name))).unwrap();
        }
    };
    source.mkdir("dirs");
    source.mkdir("links");
    source.mkdir("moved");
    make(early);
    let daemon = seed.start(&["-log", "all"]);
    seed.settle(&[]);
    make(late);
    seed.settle(&[]);

    for name in &names {
        // Another content, another place, another name.
        source.write(name, "other content, and longer");
        source.rename(below("dirs", name), below("moved", name));
    }
    seed.settle(&[]);
    for name in &names {
        source.remove(name);
        source.remove(below("links", name));
        source.remove(below("moved", name).join("inside"));
    }
    seed.settle(&[]);
    let left: Vec<OsString> =
        fs::read_dir(seed.server.module()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    for name in &names {
        assert!(!left.contains(name), "{name:?} is still there");
    }
    assert_eq!(daemon.passes(), 1, "no other full pass was needed");
    // No name leads whoever reads the log, or its terminal, astray.
    let log = daemon.log();
    let control = log.lines().find(|line| line.chars().any(char::is_control));
    assert_eq!(control, None);
    assert!(log.contains("/new\\x0aline"));
    daemon.end();
}
