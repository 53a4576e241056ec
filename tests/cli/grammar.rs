//! lsyncd's command line: what each line of it answers, and with which exit code.

use crate::home::Home;

#[test]
fn what_only_prints_prints_on_stdout() {
    let home = Home::new();
    for words in [&[][..], &["-help"], &["--help"], &["-nodaemon"], &["-delay", "3"], &["a", "-x", "--help"]] {
        let ran = home.run(words);
        assert_eq!(ran.code, Some(255), "{words:?}");
        assert!(ran.out.contains("USAGE:") && ran.err.is_empty(), "{words:?}: {ran:?}");
    }
    for words in [&["-version"][..], &["--version", "-nonsense"]] {
        let ran = home.run(words);
        assert_eq!((ran.code, ran.out.as_str()), (Some(0), concat!("Version: ", env!("CARGO_PKG_VERSION"), "\n")));
    }
    let monitors = home.run(&["-monitor"]);
    assert_eq!(monitors.code, Some(255));
    assert!(monitors.out.contains("\n   inotify\n"), "{monitors:?}");
}

#[test]
fn what_is_refused_is_an_error_on_stderr_and_255() {
    let home = Home::new();
    let cases: [(&[&str], &str); 16] = [
        (&["-foo"], "Error: unknown option command line option -foo\n'driftlessd -help' lists"),
        (&["--delay=3", "a"], "Error: unknown option command line option --delay=3\n"),
        (&["-rsync", "a"], "Error: rsync needs 2 arguments\n"),
        (&["-rsyncssh", "a", "b"], "Error: rsyncssh needs 3 arguments\n"),
        (&["-direct", "a"], "Error: direct needs 2 arguments\n"),
        (&["a", "b"], "Error: There can only be one config file in the command line.\n"),
        (&["-rsync", "a", "b", "c"], "Error: There cannot be command line syncs and a config file together.\n"),
        (&["nope.conf"], "Error: Cannot find config file at 'nope.conf'.\nMake it or correct its name"),
        (
            &["-rsync", "nope", "/x"],
            "Error: failure getting absolute path of [nope]\nError: Cannot access source directory: nope",
        ),
        (&["-log", "foo", "a"], "Error: 'foo' is not a valid logging category"),
        (&["-delay", "abc", "a"], "Error: delay must be a number and >= 0"),
        (&["-script", "a.lua", "b"], "Error: -script is not supported"),
        (&["--runner", "a.lua", "b"], "Error: -runner is not supported"),
        (&["-logfile"], "Error: logfile needs 1 argument\n"),
        (&["-monitor", "fsevents", "a"], "Error: There is no monitor 'fsevents'"),
        (&["statuss"], "Error: Cannot find config file at 'statuss'.\n"),
    ];
    for (words, text) in cases {
        let ran = home.run(words);
        assert_eq!(ran.code, Some(255), "{words:?}: {ran:?}");
        assert!(ran.err.starts_with(text) && ran.out.is_empty(), "{words:?}: {ran:?}");
    }
}

#[test]
fn words_that_are_not_utf8_are_refused() {
    use std::os::unix::ffi::OsStrExt;
    let home = Home::new();
    let output = home.command(&[]).arg(std::ffi::OsStr::from_bytes(b"\xff.conf")).output().unwrap();
    assert_eq!(output.status.code(), Some(255));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not UTF-8"));
}

#[test]
fn a_file_named_like_a_verb_is_given_with_its_directory() {
    let home = Home::new();
    home.write("work/check", "settings { nodaemon = 3 }");
    let ran = home.run(&["./check"]);
    assert_eq!(ran.code, Some(255));
    assert!(ran.err.contains("./check:1:"), "{ran:?}");
}
