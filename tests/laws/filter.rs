//! The matcher against the rsync that is installed: random trees, random rules, and three questions per case.
//!
//! 1. Does rsync, given the rules as a person wrote them, send exactly what `verdict` calls sent?
//! 2. Does it do the same when given `words()`?
//! 3. With `--delete` onto a target full of strangers, does exactly that remain which is sent or `protected`?
//!
//! And where the matcher refuses a rule as malformed, rsync must refuse it too.
//!
//! `LAWS_SEED` and `LAWS_CASES` choose other and more cases; `LAWS_CASE` runs one alone; `LAWS_KEEP` keeps what failed.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use driftless_core::filter::{DirFiles, FilterInput, Matcher, Verdict};
use driftless_core::paths::RelPath;

use crate::chance::{Chance, many, setting};

const NAMES: &[&[u8]] = &[
    b"a",
    b"b",
    b"ab",
    b"foo",
    b"foo.o",
    b"x.c",
    b"core",
    b".git",
    b"tags",
    b"a[b]",
    b"*",
    b"ba\\r",
    b"\xc3\xa9",
    b"- x",
    b"#c",
    b"foo ",
    b"x*",
    b"\xffq",
    b"\xc3",
    b"A-1",
    b"new\nline",
];

/// Paths and whether each is a directory.
type Tree = BTreeMap<RelPath, bool>;

#[test]
fn the_matcher_is_rsync() {
    let seed = setting("LAWS_SEED", 20_261_122);
    let count = many("LAWS_CASES", 200);
    println!("LAWS_SEED={seed} LAWS_CASES={count}");
    let only = std::env::var("LAWS_CASE").ok().and_then(|case| case.parse::<u64>().ok());
    let (mut telling, mut refused) = (0, 0);
    for case in only.map_or(0..count, |case| case..case + 1) {
        let work = room();
        let mut world = World::new(work.path(), &mut Chance::new(seed, case));
        match world.check() {
            Ok(Told::Both) => telling += 1,
            Ok(Told::Nothing) => {}
            Ok(Told::Refused) => refused += 1,
            Err(why) => {
                world.shrink();
                let why = world.check().err().unwrap_or(why);
                if std::env::var_os("LAWS_KEEP").is_some() {
                    println!("kept in {}", work.keep().display());
                }
                panic!("case {case} of seed {seed}: {why}\n{:#?}\nfiles {:#?}", world.input, world.files);
            }
        }
    }
    println!("{telling} cases left something out and sent something, {refused} were refused by both");
    assert!(only.is_some() || (telling * 4 > count && refused * 50 > count), "the cases say too little");
}

/// A directory in memory where there is one: thousands of small files wait for no disk there.
fn room() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

/// What a case showed.
enum Told {
    /// Something was sent and something was not.
    Both,
    /// All or nothing was sent.
    Nothing,
    /// The rules are malformed, and rsync says so too.
    Refused,
}

/// One case: rules, the files they name, a source and a target.
struct World {
    work: PathBuf,
    source: String,
    input: FilterInput,
    /// Lines of the files named by the rules.
    files: BTreeMap<String, Vec<String>>,
}

impl World {
    fn new(work: &Path, chance: &mut Chance) -> World {
        let source = chance.pick(&["s", "s", "s", "s[x]"]).to_owned();
        let mut universe = Tree::new();
        grow(&mut universe, &RelPath::root(), 0, chance);
        for place in [source.as_str(), "t"] {
            plant(&work.join(place), &universe, chance);
        }
        let mut files = BTreeMap::new();
        let mut input = FilterInput::default();
        for _ in 0..1 + chance.below(4) {
            let rule = filter_rule(chance, true);
            input.filter.push(rule);
        }
        for _ in 0..chance.below(4) {
            input.exclude.push(plain_rule(chance));
        }
        if chance.percent(25) {
            input.exclude_from = Some("ex".to_owned());
        }
        if chance.percent(25) {
            input.filter_from = Some("fi".to_owned());
        }
        for _ in 0..chance.below(3) {
            let word = match chance.below(6) {
                0 => format!("--include={}", plain_rule(chance)),
                1 => format!("--exclude={}", plain_rule(chance)),
                2 => "--include-from=ex".to_owned(),
                3 => "--exclude-from=ex".to_owned(),
                _ => format!("--filter={}", filter_rule(chance, true)),
            };
            input.extra.push(word);
        }
        input.cvs_exclude = chance.percent(10);
        input.delete_excluded = chance.percent(15);
        if chance.percent(30) {
            input.cvs_ignore = b"foo\n  x.c\t!\n b*\n".to_vec();
        }
        files.insert("ex".to_owned(), (0..chance.below(5)).map(|_| plain_line(chance)).collect());
        files.insert("fi".to_owned(), (0..chance.below(5)).map(|_| filter_line(chance)).collect());
        files.insert("m".to_owned(), (0..chance.below(4)).map(|_| filter_line(chance)).collect());
        files.insert("bare".to_owned(), (0..chance.below(4)).map(|_| bare_line(chance)).collect());
        let home: String = String::from_utf8_lossy(&input.cvs_ignore).into_owned();
        files.insert(".cvsignore".to_owned(), vec![home]);
        World { work: work.to_owned(), source, input, files }
    }

    fn content(&self, name: &str) -> Result<Vec<u8>, String> {
        self.files.get(name).map(|lines| lines.concat().into_bytes()).ok_or_else(|| "no such file".to_owned())
    }

    /// The rules as options, as a person would write them.
    fn written(&self) -> Vec<String> {
        let input = &self.input;
        let mut words: Vec<String> = input.filter.iter().map(|rule| format!("--filter={rule}")).collect();
        words.extend(input.filter_from.iter().map(|file| format!("--filter=. {file}")));
        words.extend(input.exclude.iter().map(|pattern| format!("--exclude={pattern}")));
        words.extend(input.exclude_from.iter().map(|file| format!("--exclude-from={file}")));
        words.extend(input.extra.iter().cloned());
        words.extend(input.cvs_exclude.then(|| "-C".to_owned()));
        words
    }

    /// Ends with rsync's exit code and messages.
    fn rsync(&self, words: &[String], more: &[&str], to: &str) -> (Option<i32>, String) {
        let out = Command::new("rsync")
            .args(["-rl", "--no-motd"])
            .args(more)
            .args(self.input.delete_excluded.then_some("--delete-excluded"))
            .args(words)
            .args([format!("./{}/", self.source), format!("./{to}/")])
            .current_dir(&self.work)
            .env("HOME", &self.work)
            .env_remove("CVSIGNORE")
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap();
        (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
    }

    fn check(&self) -> Result<Told, String> {
        for name in self.files.keys() {
            fs::write(self.work.join(name), self.content(name).unwrap()).unwrap();
        }
        let (written, here) = (self.written(), self.work.join(&self.source));
        let matcher = match Matcher::build(&self.input, &mut |name| self.content(name)) {
            Ok(matcher) => matcher.with_dir_files(Arc::new(Disk(here.clone()))),
            Err(problems) => {
                let (code, text) = self.rsync(&written, &["-n"], "none");
                return match code {
                    Some(1) => Ok(Told::Refused),
                    _ => Err(format!("refused by the matcher alone: {problems:#?}\n{code:?} {text}")),
                };
            }
        };
        let source = walk(&here);
        let sent: Tree = source.clone().into_iter().filter(|(p, d)| matcher.verdict(p, *d) == Verdict::Sent).collect();
        for (path, dir) in &source {
            if matcher.explain(path, *dir).verdict != matcher.verdict(path, *dir) {
                return Err(format!("explain and verdict differ on {path:?}"));
            }
        }
        for (what, words) in [("as written", &written[..]), ("words()", matcher.words())] {
            let to = self.work.join("empty");
            fs::create_dir(&to).unwrap();
            let (code, text) = self.rsync(words, &[], "empty");
            let arrived = walk(&to);
            fs::remove_dir_all(&to).unwrap();
            if code != Some(0) {
                return Err(format!("{what}: rsync ended with {code:?}: {text}"));
            }
            same(what, &arrived, &sent, &matcher)?;
        }
        // The target is looked at before the run, so are the filter files in it.
        let there = self.work.join("t");
        let at_target = matcher.clone().with_dir_files(Arc::new(Disk(there.clone())));
        let mut remains = sent.clone();
        for (path, dir) in walk(&there) {
            let gone = path.ancestors().find(|above| !sent.contains_key(above)).unwrap_or_else(|| path.clone());
            let kept = at_target.protected_in_removed(&gone, &path, dir);
            if !matcher.needs_dir_files() && source.contains_key(&gone) && kept != matcher.protected(&path, dir) {
                return Err(format!("the two questions about protection differ on {path:?}"));
            }
            if kept {
                remains.extend(path.ancestors().map(|above| (above, true)));
                remains.insert(path, dir);
            }
        }
        let before = self.work.join("before");
        copy(&there, &before);
        let (code, text) = self.rsync(matcher.words(), &["--delete-before"], "t");
        let result = walk(&there);
        fs::remove_dir_all(&there).unwrap();
        fs::rename(&before, &there).unwrap();
        if code != Some(0) {
            return Err(format!("deleting: rsync ended with {code:?}: {text}"));
        }
        same("remains at the target", &result, &remains, &at_target)?;
        Ok(told(&sent, &source))
    }

    /// Leaves out what the failure does not need.
    fn shrink(&mut self) {
        let mut again = true;
        while again {
            again = false;
            let spots = [self.input.filter.len(), self.input.exclude.len(), self.input.extra.len()];
            for (list, spots) in spots.into_iter().enumerate() {
                for at in (0..spots).rev() {
                    let kept = self.input.clone();
                    match list {
                        0 => drop(self.input.filter.remove(at)),
                        1 => drop(self.input.exclude.remove(at)),
                        _ => drop(self.input.extra.remove(at)),
                    }
                    if self.check().is_err() {
                        again = true;
                    } else {
                        self.input = kept;
                    }
                }
            }
            for name in self.files.keys().cloned().collect::<Vec<_>>() {
                for at in (0..self.files[&name].len()).rev() {
                    let kept = self.files.clone();
                    self.files.entry(name.clone()).or_default().remove(at);
                    if self.check().is_err() {
                        again = true;
                    } else {
                        self.files = kept;
                    }
                }
            }
        }
    }
}

fn told(sent: &Tree, source: &Tree) -> Told {
    if sent.is_empty() || sent.len() == source.len() { Told::Nothing } else { Told::Both }
}

fn same(what: &str, rsync: &Tree, ours: &Tree, matcher: &Matcher) -> Result<(), String> {
    let differ: BTreeSet<_> = rsync
        .iter()
        .filter(|p| !ours.contains_key(p.0))
        .chain(ours.iter().filter(|p| !rsync.contains_key(p.0)))
        .collect();
    if differ.is_empty() {
        return Ok(());
    }
    let mut text = format!("{what}: rsync and the matcher differ");
    for (path, dir) in differ.into_iter().take(8) {
        let by = if rsync.contains_key(path) { "rsync" } else { "the matcher" };
        text += &format!("\n  only with {by}: {path:?} (directory {dir}): {:?}", matcher.explain(path, *dir));
    }
    Err(text)
}

/// Per-directory files as they are on disk.
struct Disk(PathBuf);

impl DirFiles for Disk {
    fn read(&self, dir: &RelPath, name: &[u8]) -> Option<Arc<[u8]>> {
        fs::read(self.0.join(OsStr::from_bytes(dir.bytes())).join(OsStr::from_bytes(name))).ok().map(Arc::from)
    }

    fn root(&self) -> Vec<u8> {
        self.0.canonicalize().unwrap().as_os_str().as_bytes().to_vec()
    }
}

fn walk(top: &Path) -> Tree {
    fn into(tree: &mut Tree, top: &Path, dir: &RelPath) {
        for entry in fs::read_dir(top.join(OsStr::from_bytes(dir.bytes()))).unwrap() {
            let entry = entry.unwrap();
            let path = dir.join(entry.file_name().as_bytes());
            let is_dir = entry.file_type().unwrap().is_dir();
            if is_dir {
                into(tree, top, &path);
            }
            tree.insert(path, is_dir);
        }
    }
    let mut tree = Tree::new();
    into(&mut tree, top, &RelPath::root());
    tree
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for (path, dir) in walk(from) {
        let path = OsStr::from_bytes(path.bytes());
        if dir {
            fs::create_dir(to.join(path)).unwrap();
        } else if from.join(path).is_symlink() {
            std::os::unix::fs::symlink("nowhere", to.join(path)).unwrap();
        } else {
            fs::copy(from.join(path), to.join(path)).unwrap();
        }
    }
}

/// Every name that source and target may have, so that both agree on what is a directory.
fn grow(tree: &mut Tree, dir: &RelPath, depth: usize, chance: &mut Chance) {
    for _ in 0..3 + chance.below(4) {
        let path = dir.join(NAMES[chance.below(NAMES.len())]);
        if tree.contains_key(&path) {
            continue;
        }
        let is_dir = depth < 3 && chance.percent(30);
        tree.insert(path.clone(), is_dir);
        if is_dir {
            grow(tree, &path, depth + 1, chance);
        }
    }
}

/// A part of it on disk, with rules of its own here and there.
fn plant(top: &Path, universe: &Tree, chance: &mut Chance) {
    fs::create_dir(top).unwrap();
    let mut dirs = vec![RelPath::root()];
    for (path, dir) in universe {
        let at = top.join(OsStr::from_bytes(path.bytes()));
        if chance.percent(25) || !path.parent().is_some_and(|parent| dirs.contains(&parent)) {
            continue;
        }
        if *dir {
            fs::create_dir(&at).unwrap();
            dirs.push(path.clone());
        } else if chance.percent(10) {
            std::os::unix::fs::symlink("nowhere", &at).unwrap();
        } else {
            fs::write(&at, b"").unwrap();
        }
    }
    for dir in &dirs {
        if chance.percent(60) {
            continue;
        }
        let at = top.join(OsStr::from_bytes(dir.bytes()));
        let lines: Vec<String> = (0..1 + chance.below(3)).map(|_| inner_line(chance)).collect();
        fs::write(at.join(".f"), lines.concat()).unwrap();
        let lines: Vec<String> = (0..1 + chance.below(3)).map(|_| bare_line(chance)).collect();
        fs::write(at.join(".g"), lines.concat()).unwrap();
        fs::write(at.join(".cvsignore"), lines.concat()).unwrap();
    }
}

/// One component of a pattern.
fn component(chance: &mut Chance) -> String {
    if chance.percent(15) {
        #[rustfmt::skip]
        let odd = ["*", "**", "***", "?", "[!a]*", "[[:alpha:]]*", "[a-f]?", "[]x]*", "[a", "\\*", "[^[:lower:]]", "??",
            "[[:punct:][:upper:]-z]*", "*[[:blank:]]", "a\\[b\\]", "[\\]a-]", "[[:oops:]]", "*\\", "[a-", "[z-a]*", "?*o", "*a*"];
        return chance.pick(&odd).to_owned();
    }
    let name = loop {
        if let Ok(name) = std::str::from_utf8(NAMES[chance.below(NAMES.len())]) {
            // A line feed would end a rule in a file; it is tried where the rule is a word.
            if !name.contains('\n') {
                break name;
            }
        }
    };
    let mut out = String::new();
    for c in name.chars() {
        match chance.below(24) {
            0 => out.push('?'),
            1 => out.push('*'),
            2 => out.push_str("**"),
            3 => out += &format!("[{c}q]"),
            4 => out += &format!("\\{c}"),
            5 => out += &format!("{c}*"),
            _ => out.push(c),
        }
    }
    out
}

fn pattern(chance: &mut Chance) -> String {
    let mut out = String::new();
    if chance.percent(20) {
        out.push('/');
    }
    for at in 0..[1, 1, 1, 2, 2, 3][chance.below(6)] {
        if at > 0 {
            out.push('/');
        }
        out += &component(chance);
    }
    out + chance.pick(&["", "", "", "", "", "/", "/*", "/**", "/***", "**", "//"])
}

/// As in `--exclude`.
fn plain_rule(chance: &mut Chance) -> String {
    match chance.below(14) {
        0 | 1 => format!("+ {}", pattern(chance)),
        2 => format!("- {}", pattern(chance)),
        3 => chance.pick(&["!", "!a", "- ", "", "; x", "-a", "+", "new\nline", "+ */"]).to_owned(),
        _ => pattern(chance),
    }
}

/// As in `--filter`, without merges.
fn side_rule(chance: &mut Chance, inner: bool) -> String {
    let kind = chance.pick(&[
        "-", "-", "-", "+", "+", "H", "S", "P", "R", "-,", "+,", "exclude", "include", "hide", "show", "protect",
        "risk", "exclude,", "include,", "hide,", "R,",
    ]);
    let named_side = matches!(kind.as_bytes()[0], b'H' | b'S' | b'P' | b'R' | b'h' | b's' | b'p' | b'r');
    let mut modifiers = String::new();
    let short = kind.len() == 1 || kind.ends_with(',');
    if short && chance.percent(30) {
        for letter in ["!", "p", "s", "r"] {
            let odds = if letter == "!" { 10 } else { 35 };
            // In a file of a sided merge a side is refused; that is tried in merges outside the source.
            if chance.percent(odds) && !(named_side && matches!(letter, "s" | "r")) {
                modifiers += letter;
            }
        }
    }
    if !inner && chance.percent(2) {
        modifiers += chance.pick(&["q", "n", "e", "-", "w", "s"]);
    }
    format!("{kind}{modifiers}{}{}", chance.pick(&[" ", " ", "_"]), pattern(chance))
}

fn filter_rule(chance: &mut Chance, merges: bool) -> String {
    match chance.below(30) {
        0 => chance
            .pick(&["!", "clear", "! x", "clear,", "show", "nonsense", "- ", "-", "exclude x", "-_ a", "+  b"])
            .to_owned(),
        1 => chance.pick(&["-C", "+ */", "-C", "+C", "-sC"]).to_owned(),
        2..=9 if merges => chance
            .pick(&[
                ". m",
                "merge m",
                ".p m",
                ".s m",
                ".- bare",
                "merge,+ bare",
                ".w- bare",
                ".C bare",
                ".e m",
                ".-e bare",
                ": .f",
                "dir-merge .f",
                ":n .f",
                ":e .f",
                ":p .f",
                ":- .g",
                ":+ .g",
                ":w- .g",
                ":C",
                ":n+ .g",
                ":s- .g",
                ":sr- .g",
                ":r- .g",
                ":C .g",
                ":wn- .g",
                "dir-merge,n_.f",
            ])
            .to_owned(),
        _ => side_rule(chance, false),
    }
}

fn ended(line: String, chance: &mut Chance) -> String {
    line + chance.pick(&["\n", "\n", "\n", "\r\n", "\n\n"])
}

fn plain_line(chance: &mut Chance) -> String {
    let line =
        if chance.percent(15) { chance.pick(&["# a", "; b", " #c", "!"]).to_owned() } else { plain_rule(chance) };
    ended(line, chance)
}

fn filter_line(chance: &mut Chance) -> String {
    let line =
        if chance.percent(15) { chance.pick(&["# a", "; b", ""]).to_owned() } else { filter_rule(chance, false) };
    ended(line, chance)
}

/// A line of `.f`: nothing that rsync refuses.
fn inner_line(chance: &mut Chance) -> String {
    let line = match chance.below(12) {
        0 => chance.pick(&["# a", "; b", "", "!", "clear", "- \u{e9}"]).to_owned(),
        _ => side_rule(chance, true),
    };
    ended(line, chance)
}

/// A line of a file of bare patterns.
fn bare_line(chance: &mut Chance) -> String {
    let line = match chance.below(12) {
        0 => chance.pick(&["# a", "; b", "- a", "!", "a b", " x.c  foo"]).to_owned(),
        _ => pattern(chance),
    };
    ended(line, chance)
}
