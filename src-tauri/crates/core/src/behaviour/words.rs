//! From `rsync = {…}` to the exact words that rsync gets in every run.
//!
//! - Letters are joined into one word, always in the order of [`letters`] (lsyncd's letters; its order is random). When all
//!   are off there is no such word.
//! - `links`, `times` and `protect_args` are on unless turned off: `-lts`. `archive` turns on `l p t g o D`; a `false`
//!   beside it takes one away. `-r` is never in it: each run decides that.
//! - Then `_extra`, without its filter words and without what would change the output that is read back; then the long
//!   flags in lsyncd's order.
//! - `verbose` is `-v`: it only adds lines that the reader of the output skips. `quiet` is left out: without output nobody
//!   could tell which paths failed.
//! - Not here: filters (also `cvs_exclude`), the password, everything that deletes.

use super::options::{InExtra, Word, read_words};
use crate::config::RsyncOptions;
use crate::target::Target;

/// What rsync gets for the options of one sync.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RsyncWords {
    /// The words of every run.
    pub words: Vec<String>,
    /// What only full passes and subtree runs get.
    pub pass_words: Vec<String>,
    /// Patterns, anchored at the target's root, of helper directories that no pass may remove.
    pub protect: Vec<String>,
    /// Modification times are kept.
    pub times: bool,
    /// `one_file_system` is set.
    pub one_file_system: bool,
    /// `append` or `append_verify` is set.
    pub append: bool,
}

/// The words for these options; `extra` is `_extra` without its filter words.
pub fn rsync_words(options: &RsyncOptions, extra: &[String], target: &Target) -> RsyncWords {
    let extra = read_words(extra);
    let mut words = Vec::new();
    let letters = letters(options);
    if !letters.is_empty() {
        words.push(format!("-{letters}"));
    }
    words.extend(extra.iter().flat_map(kept));
    words.extend(long_flags(options));
    let is_on = |value: Option<bool>| value == Some(true);
    RsyncWords {
        words,
        pass_words: if is_on(options.prune_empty_dirs) { vec!["-m".to_owned()] } else { Vec::new() },
        protect: protect(options, &extra, target),
        times: (options.times.unwrap_or(true) && !negates(&extra, "times")) || gives(&extra, "times"),
        one_file_system: is_on(options.one_file_system) || gives(&extra, "one-file-system"),
        append: is_on(options.append) || is_on(options.append_verify),
    }
}

/// The letters that are on, in their order.
fn letters(o: &RsyncOptions) -> String {
    let archive = o.archive == Some(true);
    let all = [
        ('l', o.links.or(Some(true))),
        ('p', o.perms.or(Some(archive))),
        ('t', o.times.or(Some(true))),
        ('g', o.group.or(Some(archive))),
        ('o', o.owner.or(Some(archive))),
        ('D', Some(archive)),
        ('A', o.acls),
        ('X', o.xattrs),
        ('H', o.hard_links),
        ('E', o.executability),
        ('O', o.omit_dir_times),
        ('J', o.omit_link_times),
        ('L', o.copy_links),
        ('k', o.copy_dirlinks),
        ('K', o.keep_dirlinks),
        ('c', o.checksum),
        ('I', o.ignore_times),
        ('u', o.update),
        ('x', o.one_file_system),
        ('W', o.whole_file),
        ('S', o.sparse),
        ('z', o.compress),
        ('b', o.backup),
        ('4', o.ipv4),
        ('6', o.ipv6),
        ('n', o.dry_run),
        ('v', o.verbose),
        ('s', o.protect_args.or(Some(true))),
    ];
    all.into_iter().filter(|(_, on)| *on == Some(true)).map(|(letter, _)| letter).collect()
}

/// The long flags in lsyncd's order.
fn long_flags(o: &RsyncOptions) -> impl Iterator<Item = String> {
    let on = |name: &str, value: Option<bool>| (value == Some(true)).then(|| format!("--{name}"));
    let text = |name: &str, value: &Option<String>| value.as_ref().map(|v| format!("--{name}={v}"));
    [
        on("append", o.append),
        on("append-verify", o.append_verify),
        text("backup-dir", &o.backup_dir),
        o.bwlimit.map(|v| format!("--bwlimit={v}")),
        text("chmod", &o.chmod),
        text("chown", &o.chown),
        on("copy-unsafe-links", o.copy_unsafe_links),
        text("groupmap", &o.groupmap),
        on("existing", o.existing),
        on("inplace", o.inplace),
        text("rsh", &o.rsh),
        text("rsync-path", &o.rsync_path),
        text("suffix", &o.suffix),
        text("temp-dir", &o.temp_dir),
        o.timeout.map(|v| format!("--timeout={v}")),
        text("usermap", &o.usermap),
    ]
    .into_iter()
    .flatten()
}

/// A word of `_extra` as rsync gets it: nothing, less, or all of it.
fn kept(word: &Word) -> Vec<String> {
    let dropped = |g: &super::options::Given| g.option.is_some_and(|o| o.in_extra == InExtra::Drop);
    if !word.options.iter().any(dropped) {
        return word.raw.clone();
    }
    let mut rest = String::from("-");
    let mut value = None;
    for given in word.options.iter().filter(|g| !dropped(g)) {
        rest.push_str(given.written.trim_start_matches('-'));
        value = given.value.clone();
    }
    if rest.len() == 1 { Vec::new() } else { std::iter::once(rest).chain(value).collect() }
}

fn gives(extra: &[Word], name: &str) -> bool {
    extra.iter().flat_map(|w| &w.options).any(|g| !g.negated && g.option.is_some_and(|o| o.name == name))
}

fn negates(extra: &[Word], name: &str) -> bool {
    extra.iter().flat_map(|w| &w.options).any(|g| g.negated && g.option.is_some_and(|o| o.name == name))
}

/// Directories at the target that rsync uses and the source does not have. A full pass with deletions would move backups
/// into themselves, or remove the directory for files in the making while it works.
fn protect(options: &RsyncOptions, extra: &[Word], target: &Target) -> Vec<String> {
    let given = extra.iter().flat_map(|w| &w.options).filter(|g| {
        !g.negated && g.option.is_some_and(|o| matches!(o.name, "backup-dir" | "temp-dir" | "partial-dir"))
    });
    let mut out: Vec<String> = Vec::new();
    let dirs = options.backup_dir.iter().chain(&options.temp_dir).chain(given.filter_map(|g| g.value.as_ref()));
    for pattern in dirs.filter_map(|dir| inside(dir, target)) {
        if !out.contains(&pattern) {
            out.push(pattern);
        }
    }
    out
}

/// Such a directory as a pattern anchored at the target's root; `None` if it lies elsewhere.
///
/// A relative one is relative to the target's root. An absolute one on a daemon starts at the module.
fn inside(dir: &str, target: &Target) -> Option<String> {
    let base = match (dir.starts_with('/'), target) {
        (false, _) => "",
        (true, Target::Shell { path, .. }) if !path.starts_with('/') => return None,
        (true, Target::Local { path } | Target::Shell { path, .. } | Target::Daemon { path, .. }) => path.as_str(),
    };
    let base = clean(base)?;
    let below = clean(dir)?.strip_prefix(base.as_slice())?.to_vec();
    (!below.is_empty()).then(|| format!("/{}/", literal(&below.join("/"))))
}

/// The components of a path, `.` and `..` resolved; `None` if it leads out at the top.
fn clean(path: &str) -> Option<Vec<&str>> {
    let mut out = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                out.pop()?;
            }
            name => out.push(name),
        }
    }
    Some(out)
}

/// A path as a pattern that means only it. rsync takes a backslash as an escape only where there is a wildcard.
pub fn literal(path: &str) -> String {
    if !path.contains(['*', '?', '[']) {
        return path.to_owned();
    }
    let mut out = String::with_capacity(path.len() + 8);
    for c in path.chars() {
        if matches!(c, '\\' | '*' | '?' | '[') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Table, ValueType, keys};
    use serde_json::{Value, json};

    fn options(value: Value) -> RsyncOptions {
        serde_json::from_value(value).unwrap()
    }

    fn local() -> Target {
        Target::parse("/backup").unwrap()
    }

    fn words(value: Value) -> Vec<String> {
        rsync_words(&options(value), &[], &local()).words
    }

    fn extra(words: &[&str]) -> Vec<String> {
        words.iter().map(|w| w.to_string()).collect()
    }

    /// What each key adds to or takes from the words that hold without it, in the words' own order.
    const EXPECTED: &[(&str, &[&str])] = &[
        ("password_file", &["-lts"]),
        ("bwlimit", &["-lts", "--bwlimit=7"]),
        ("archive", &["-lptgoDs"]),
        ("compress", &["-ltzs"]),
        ("perms", &["-lpts"]),
        ("owner", &["-ltos"]),
        ("group", &["-ltgs"]),
        ("times", &["-lts"]),
        ("links", &["-lts"]),
        ("acls", &["-ltAs"]),
        ("xattrs", &["-ltXs"]),
        ("hard_links", &["-ltHs"]),
        ("executability", &["-ltEs"]),
        ("omit_dir_times", &["-ltOs"]),
        ("omit_link_times", &["-ltJs"]),
        ("chmod", &["-lts", "--chmod=V"]),
        ("chown", &["-lts", "--chown=V"]),
        ("usermap", &["-lts", "--usermap=V"]),
        ("groupmap", &["-lts", "--groupmap=V"]),
        ("copy_links", &["-ltLs"]),
        ("copy_dirlinks", &["-ltks"]),
        ("copy_unsafe_links", &["-lts", "--copy-unsafe-links"]),
        ("keep_dirlinks", &["-ltKs"]),
        ("checksum", &["-ltcs"]),
        ("ignore_times", &["-ltIs"]),
        ("update", &["-ltus"]),
        ("existing", &["-lts", "--existing"]),
        ("cvs_exclude", &["-lts"]),
        ("one_file_system", &["-ltxs"]),
        ("prune_empty_dirs", &["-lts"]),
        ("delete_excluded", &["-lts"]),
        ("inplace", &["-lts", "--inplace"]),
        ("append", &["-lts", "--append"]),
        ("append_verify", &["-lts", "--append-verify"]),
        ("whole_file", &["-ltWs"]),
        ("sparse", &["-ltSs"]),
        ("timeout", &["-lts", "--timeout=7"]),
        ("temp_dir", &["-lts", "--temp-dir=V"]),
        ("backup", &["-ltbs"]),
        ("backup_dir", &["-lts", "--backup-dir=V"]),
        ("suffix", &["-lts", "--suffix=V"]),
        ("protect_args", &["-lts"]),
        ("rsh", &["-lts", "--rsh=V"]),
        ("rsync_path", &["-lts", "--rsync-path=V"]),
        ("ipv4", &["-lt4s"]),
        ("ipv6", &["-lt6s"]),
        ("quiet", &["-lts"]),
        ("verbose", &["-ltvs"]),
        ("dry_run", &["-ltns"]),
    ];

    #[test]
    fn each_key_of_the_schema_gives_exactly_its_words() {
        for key in keys(Table::Rsync).into_iter().filter(|k| k.flag.is_some()) {
            let value = match key.value {
                ValueType::Bool => json!(true),
                ValueType::Integer { .. } => json!(7),
                _ => json!("V"),
            };
            let (_, expected) = EXPECTED.iter().find(|(name, _)| *name == key.name).expect(&key.name);
            assert_eq!(words(json!({ key.name.clone(): value })), *expected, "{}", key.name);
        }
        assert_eq!(EXPECTED.len(), keys(Table::Rsync).iter().filter(|k| k.flag.is_some()).count());
    }

    #[test]
    fn a_false_takes_away_what_is_on_by_default_or_by_archive() {
        let cases = [
            (json!({ "links": false }), vec!["-ts"]),
            (json!({ "times": false, "protect_args": false }), vec!["-l"]),
            (json!({ "archive": true, "perms": false }), vec!["-ltgoDs"]),
            (json!({ "archive": true, "links": false, "times": false, "owner": false }), vec!["-pgDs"]),
            (json!({ "archive": false, "group": true }), vec!["-ltgs"]),
        ];
        for (value, expected) in cases {
            assert_eq!(words(value.clone()), expected, "{value}");
        }
    }

    #[test]
    fn when_every_letter_is_off_there_is_no_empty_word() {
        assert_eq!(words(json!({ "links": false, "times": false, "protect_args": false })), Vec::<String>::new());
    }

    #[test]
    fn extra_stands_between_the_letters_and_the_long_flags_which_keep_their_order() {
        let value = json!({ "usermap": "a:b", "timeout": 5, "append": true, "bwlimit": 9, "rsh": "ssh -p 2" });
        let got = rsync_words(&options(value), &extra(&["--numeric-ids"]), &local());
        let expected =
            ["-lts", "--numeric-ids", "--append", "--bwlimit=9", "--rsh=ssh -p 2", "--timeout=5", "--usermap=a:b"];
        assert_eq!(got.words, expected);
        assert!(got.append);
    }

    #[test]
    fn what_would_change_the_output_is_left_out_of_extra() {
        let cases: [(&[&str], &[&str]); 5] = [
            (&["--info=progress2", "--stats", "-i"], &[]),
            (&["--out-format", "%n", "--fsync"], &["--fsync"]),
            (&["-hzi"], &["-z"]),
            (&["-hT", "/tmp"], &["-T", "/tmp"]),
            (&["--max-size", "1G"], &["--max-size", "1G"]),
        ];
        for (given, expected) in cases {
            let got = rsync_words(&RsyncOptions::default(), &extra(given), &local()).words;
            assert_eq!(got[1..], *expected, "{given:?}");
        }
    }

    #[test]
    fn empty_directories_are_pruned_in_passes_only() {
        let got = rsync_words(&options(json!({ "prune_empty_dirs": true })), &[], &local());
        assert_eq!((got.words, got.pass_words), (vec!["-lts".to_owned()], vec!["-m".to_owned()]));
    }

    #[test]
    fn times_follow_the_key_and_extra() {
        let times = |value, words: &[&str]| rsync_words(&options(value), &extra(words), &local()).times;
        assert!(times(json!({}), &[]) && times(json!({ "times": false }), &["-t"]));
        assert!(!times(json!({ "times": false }), &[]) && !times(json!({}), &["--no-t"]));
    }

    #[test]
    fn helper_directories_inside_the_target_are_protected() {
        let cases = [
            ("/backup", ".bk", vec!["/.bk/"]),
            ("/backup", "/backup/.trash/", vec!["/.trash/"]),
            ("/backup", "/backup2/x", vec![]),
            ("/backup", "/tmp", vec![]),
            ("/backup", "../bk", vec![]),
            ("/backup", "a/../b*", vec!["/b\\*/"]),
            ("h::m", "/tmp/", vec!["/tmp/"]),
            ("h::m/deep/er", "/tmp/", vec![]),
            ("h::m/deep/er", "/deep/er/tmp", vec!["/tmp/"]),
            ("h:/srv/x", "/srv/x/bk", vec!["/bk/"]),
            ("h:x", "/home/u/x/bk", vec![]),
        ];
        for (target, dir, expected) in cases {
            let target = Target::parse(target).unwrap();
            let by_key = rsync_words(&options(json!({ "backup_dir": dir })), &[], &target);
            assert_eq!(by_key.protect, expected, "{target} {dir}");
            let by_word = rsync_words(&RsyncOptions::default(), &extra(&["--temp-dir", dir]), &target);
            assert_eq!(by_word.protect, expected, "{target} {dir}");
        }
    }
}
