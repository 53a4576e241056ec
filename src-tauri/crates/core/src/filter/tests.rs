//! The matcher against the rows that were tried with rsync 3.5.0 by hand; `tests/laws/filter.rs` tries rsync itself.

use std::collections::HashMap;
use std::sync::Arc;

use super::*;
use crate::problem::Problem;

fn path(text: &str) -> RelPath {
    RelPath::new(text.trim_matches('/').as_bytes()).unwrap()
}

fn build(input: &FilterInput, files: &[(&str, &str)]) -> Result<Matcher, Vec<Problem>> {
    Matcher::build(input, &mut |name| {
        let found = files.iter().find(|(file, _)| *file == name);
        found.map(|(_, content)| content.as_bytes().to_vec()).ok_or_else(|| "No such file".to_owned())
    })
}

fn excluding(patterns: &[&str]) -> Matcher {
    let exclude = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
    build(&FilterInput { exclude, ..FilterInput::default() }, &[]).unwrap()
}

fn filtering(rules: &[&str]) -> Matcher {
    let filter = rules.iter().map(|rule| (*rule).to_owned()).collect();
    build(&FilterInput { filter, ..FilterInput::default() }, &[]).unwrap()
}

fn excluded(matcher: &Matcher, what: &str) -> bool {
    matcher.verdict(&path(what), what.ends_with('/')) == Verdict::Excluded
}

fn codes(result: Result<Matcher, Vec<Problem>>) -> Vec<String> {
    result.unwrap_err().into_iter().map(|problem| problem.code).collect()
}

#[test]
fn the_rows_tried_with_rsync() {
    #[rustfmt::skip]
    let rows: &[(&str, &[&str], &[&str])] = &[
        ("foo", &["/foo", "/a/foo", "/a/foo/b"], &["/foobar", "/xfoo"]),
        ("/foo", &["/foo", "/foo/x"], &["/a/foo"]),
        ("foo/", &["/foo/", "/foo/x"], &["/foo"]),
        ("*.tmp", &["/a.tmp", "/d/a.tmp", "/d.tmp/x"], &["/a.tmpx"]),
        (".*", &["/.git/config", "/a/.env"], &["/a.b"]),
        ("?.c", &["/a.c"], &["/ab.c", "/.c"]),
        ("?x", &["/ax"], &["/Üx"]),
        ("a*b", &["/ab", "/axb"], &["/a/b"]),
        ("a**b", &["/a/x/b", "/z/ab"], &["/xa/b"]),
        ("a/*/c", &["/a/b/c", "/z/a/b/c"], &["/a/b/d/c"]),
        ("/a/**/c", &["/a/b/d/c"], &["/a/c"]),
        ("a/**", &["/a/x", "/a/x/y"], &["/a/"]),
        ("dir/*", &["/dir/x", "/dir/x/y"], &["/dir/"]),
        ("dir/***", &["/dir/", "/dir/x"], &["/dir"]),
        ("**/c", &["/c", "/a/c"], &["/ac"]),
        ("*.[oa]", &["/x.o"], &["/x.c"]),
        ("[!a]x", &["/bx"], &["/ax"]),
        ("[[:digit:]]x", &["/1x"], &["/bx"]),
        ("\\*", &["/*"], &["/x", "/\\*"]),
        ("foo\\?", &["/foo?"], &["/foox"]),
        ("foo\\bar", &["/foo\\bar"], &["/foobar"]),
        ("*/", &["/d/x", "/d/"], &["/d"]),
        ("- foo", &["/foo"], &["/- foo"]),
        ("+ foo", &[], &["/foo", "/+ foo"]),
        ("!foo", &["/!foo"], &["/foo"]),
        ("lost+found", &["/lost+found"], &["/lostfound"]),
        ("a.b", &["/a.b"], &["/axb"]),
        ("a%b", &["/a%b"], &[]),
        (".tmp", &["/.tmp"], &["/x.tmp"]),
        ("b/c", &["/b/c", "/a/b/c/d"], &["/xb/c", "/c"]),
        ("foo ", &["/foo "], &["/foo"]),
        // The slash in the set counts as one of the pattern, and a set never takes a slash.
        ("[a/]b", &[], &["/ab", "/d/ab"]),
        ("/", &[], &["/a", "/a/b/"]),
    ];
    for (pattern, hit, missed) in rows {
        let matcher = excluding(&[pattern]);
        for what in *hit {
            assert!(excluded(&matcher, what), "{pattern} must exclude {what}");
        }
        for what in *missed {
            assert!(!excluded(&matcher, what), "{pattern} must keep {what}");
        }
    }
}

#[test]
fn the_first_rule_decides_and_directories_shut() {
    let matcher = filtering(&["+ */", "+ *.c", "- *"]);
    assert!(!excluded(&matcher, "/a/b.c") && excluded(&matcher, "/a/b.o") && !excluded(&matcher, "/a/"));
    let shut = filtering(&["+ /a/b", "- /a"]);
    assert!(excluded(&shut, "/a/b"), "never reached");
    assert_eq!(shut.entry(&path("a/b"), false), Verdict::Sent);
    assert_eq!(shut.verdict(&RelPath::root(), true), Verdict::Sent);
}

#[test]
fn a_literal_found_late_does_not_overtake() {
    let matcher = filtering(&["- b", "+ a*", "- abc", "+ /x/y", "- y"]);
    assert!(!excluded(&matcher, "/abc") && excluded(&matcher, "/b"));
    assert!(!excluded(&matcher, "/x/y") && excluded(&matcher, "/y"));
    let dirs = filtering(&["- d/", "+ d", "- *"]);
    assert!(excluded(&dirs, "/d/") && !excluded(&dirs, "/d"));
}

#[test]
fn sides() {
    let matcher = filtering(&["H h", "P p", "- both", "-s sent", "-r kept", "-sr two"]);
    for (name, hidden, kept) in [
        ("h", true, false),
        ("p", false, true),
        ("both", true, true),
        ("sent", true, false),
        ("kept", false, true),
        ("two", true, true),
    ] {
        assert_eq!(excluded(&matcher, name), hidden, "{name}");
        assert_eq!(matcher.protected(&path(name), false), kept, "{name}");
        // What the source sends protects nothing below it; what it lacks does.
        let below = path(&format!("{name}/below"));
        assert_eq!(matcher.protected(&below, false), hidden && kept, "{name}/below");
        assert_eq!(matcher.protected_in_removed(&path(name), &below, false), kept, "{name}/below");
    }
    let input = FilterInput { exclude: vec!["a".into()], delete_excluded: true, ..FilterInput::default() };
    let matcher = build(&input, &[]).unwrap();
    assert!(excluded(&matcher, "a") && !matcher.protected(&path("a"), false));
}

#[test]
fn perishable_rules_end_with_their_directory() {
    let matcher = filtering(&["-p *.o", "- *.keep"]);
    assert!(matcher.protected(&path("d/x.o"), false));
    assert!(!matcher.protected_in_removed(&path("d"), &path("d/x.o"), false));
    assert!(matcher.protected_in_removed(&path("d"), &path("d/x.keep"), false));
    assert!(
        matcher.protected_in_removed(&path("d.o"), &path("d.o"), true),
        "the directory itself stands in a living one"
    );
}

#[test]
fn words_are_one_a_rule_and_read_back_the_same() {
    let rules =
        ["exclude,! a", "show_b ", "protect c/", "-p_ d", "hide,p e", ":n .f", "dir-merge,w- .g", ":C", "risk r"];
    let matcher = filtering(&rules);
    #[rustfmt::skip]
    let want = ["-! a", "+s b ", "-r c/", "-p  d", "-sp e", ":n .f", ":w- .g", ":C .cvsignore", "+r r"];
    assert_eq!(matcher.rules_text(), want);
    let words: Vec<String> = want.iter().map(|rule| format!("--filter={rule}")).collect();
    assert_eq!(matcher.words(), words);
    assert_eq!(filtering(&want).rules_text(), want);
    assert!(matcher.needs_dir_files());
    assert_eq!(matcher.dir_file_names(), [&b".f"[..], b".g", b".cvsignore"]);
}

#[test]
fn files_merges_clears_and_their_places() {
    let input = FilterInput {
        filter: vec!["- gone".into(), "!".into(), "merge,p f1".into()],
        filter_from: Some("f2".into()),
        exclude: vec!["b".into()],
        exclude_from: Some("f3".into()),
        extra: vec!["--include=i".into(), "--exclude-from=f4".into()],
        ..FilterInput::default()
    };
    let files = [
        ("f1", "# no\n\n- p1\r\n. f5\n"),
        ("f2", "+ k\n; no\nP x\n"),
        ("f3", "e1\n+ e2\n- e3 \n"),
        ("f4", "z\n"),
        ("f5", "H deep\n"),
    ];
    let matcher = build(&input, &files).unwrap();
    let want = ["-p p1", "-sp deep", "+ k", "-r x", "- b", "- e1", "+ e2", "- e3 ", "+ i", "- z"];
    assert_eq!(matcher.rules_text(), want);
    let why = matcher.explain(&path("a/e1/x"), false);
    let rule = why.rule.unwrap();
    assert_eq!((why.verdict, why.at), (Verdict::Excluded, path("a/e1")));
    assert_eq!((rule.rule.as_str(), rule.source.as_str(), rule.include), ("- e1", "excludeFrom f3 line 1", false));
    assert_eq!(matcher.explain(&path("b"), false).rule.unwrap().source, "exclude[1]");
    assert_eq!(matcher.explain(&path("q"), false).rule, None);
}

#[test]
fn cvs_is_written_out() {
    let input = FilterInput { cvs_exclude: true, cvs_ignore: b"mine *.m\n".to_vec(), ..FilterInput::default() };
    let matcher = build(&input, &[]).unwrap();
    let text = matcher.rules_text();
    assert_eq!((text[0].as_str(), text[1].as_str()), (":C .cvsignore", "-p RCS"));
    assert_eq!(&text[text.len() - 3..], ["-p .bzr/", "- mine", "- *.m"]);
    assert!(excluded(&matcher, "/a/x.o") && excluded(&matcher, "/.git/") && !excluded(&matcher, "/.git"));
}

struct Files(HashMap<(&'static str, &'static str), &'static str>);

impl DirFiles for Files {
    fn read(&self, dir: &RelPath, name: &[u8]) -> Option<Arc<[u8]>> {
        let key = (std::str::from_utf8(dir.bytes()).unwrap(), std::str::from_utf8(name).unwrap());
        self.0.iter().find(|(have, _)| **have == key).map(|(_, content)| Arc::from(content.as_bytes()))
    }

    fn root(&self) -> Vec<u8> {
        b"/home/x".to_vec()
    }
}

#[test]
fn rules_inside_the_source() {
    let files = Files(HashMap::from([
        (("", ".f"), "- *.o\n- /top\n- x\n"),
        (("d", ".f"), "+ x.o\n- /here\n"),
        (("d/e", ".f"), "!\n- only\n"),
    ]));
    let matcher = filtering(&["+ safe.o", ": .f", "- last"]).with_dir_files(Arc::new(files));
    for (what, want) in [
        ("/a.o", true),
        ("/safe.o", false),
        ("/d/x.o", false),
        ("/d/y.o", true),
        ("/top", true),
        ("/d/top", false),
        ("/d/here", true),
        ("/d/z/here", false),
        ("/d/e/y.o", false),
        ("/d/e/only", true),
        ("/d/e/last", true),
    ] {
        assert_eq!(excluded(&matcher, what), want, "{what}");
    }
    assert_eq!(matcher.explain(&path("d/here"), false).rule.unwrap().source, "d/.f line 2");
    let problems = matcher.check_dir_file(&path("d"), b".f", b"- a\nnonsense\n: .g\n");
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["filter-unknown-rule", "filter-dir-file-merge"]);
    assert_eq!(problems[0].args["source"], "filter[2] d/.f line 2");
}

#[test]
fn a_root_with_wildcards_in_its_name_counts() {
    struct Odd;
    impl DirFiles for Odd {
        fn read(&self, _: &RelPath, _: &[u8]) -> Option<Arc<[u8]>> {
            Some(Arc::from(&b"- /x\n"[..]))
        }
        fn root(&self) -> Vec<u8> {
            b"/h/[a]".to_vec()
        }
    }
    assert!(!excluded(&filtering(&[": .f"]).with_dir_files(Arc::new(Odd)), "/x"), "as rsync, wrong as it is");
}

#[test]
fn what_cannot_be_judged_is_refused_with_its_place() {
    for (rule, code) in [
        ("foo", "filter-unknown-rule"),
        ("include", "filter-empty-rule"),
        ("- ", "filter-empty-rule"),
        ("-q x", "filter-bad-modifier"),
        ("Hs x", "filter-bad-modifier"),
        ("-n x", "filter-bad-modifier"),
        ("! x", "filter-clear-trailing"),
        ("-x user.*", "filter-xattr"),
        ("-/ /etc", "filter-absolute-modifier"),
        ("-C x", "filter-cvs-argument"),
        (": /.rsync-filter", "filter-dir-merge-path"),
        (": ../f", "filter-dir-merge-path"),
        (". -", "filter-from-stdin"),
        (". nowhere", "filter-file-unreadable"),
        (". self", "filter-merge-depth"),
        (".s sided", "filter-sides-twice"),
        (". bytes", "filter-nul"),
    ] {
        let input = FilterInput { filter: vec!["- ok".into(), rule.into()], ..FilterInput::default() };
        let files = [("self", ". self\n"), ("sided", "H a\n"), ("bytes", "- a\0b\n")];
        assert_eq!(codes(build(&input, &files)), [code], "{rule}");
    }
    let input = FilterInput { exclude_from: Some("list".into()), ..FilterInput::default() };
    let problems = Matcher::build(&input, &mut |_| Ok(b"good\n- \nbad\xff\n".to_vec())).unwrap_err();
    let shown: Vec<_> = problems.iter().map(|p| (p.code.as_str(), p.args["source"].as_str())).collect();
    assert_eq!(
        shown,
        [("filter-empty-rule", "excludeFrom list line 2"), ("filter-not-utf8", "excludeFrom list line 3")]
    );
    let many = FilterInput { exclude: (0..50_000).map(|n| format!("name{n}")).collect(), ..FilterInput::default() };
    assert_eq!(codes(build(&many, &[])), ["filter-too-many"]);
}

#[test]
fn traps_are_told() {
    let matcher = excluding(&["/home/me/x", "/home/men", "./a", "~/b", "c ", "fine", "/home/me"]);
    let warnings: Vec<_> =
        matcher.suspicious("/home/me/").into_iter().map(|p| (p.code, p.args["source"].clone())).collect();
    let want = [
        ("filter-starts-with-source", "exclude[1]"),
        ("filter-dot-slash", "exclude[3]"),
        ("filter-tilde", "exclude[4]"),
        ("filter-trailing-blank", "exclude[5]"),
        ("filter-starts-with-source", "exclude[7]"),
    ];
    assert_eq!(warnings, want.map(|(code, source)| (code.to_owned(), source.to_owned())));
}
