//! rsync's own options, declared once: their letters, whether they take a value, since when rsync knows them, and what
//! happens to each when it stands in `_extra`.
//!
//! rsync has no abbreviations of long names; a value follows as `--name=V`, as the next word, or right behind a letter.
//! Letters may be joined (`-avz`); the first that takes a value ends the join.

/// What happens to an option in `_extra`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InExtra {
    /// It goes to rsync as it is.
    Pass,
    /// It is left out, with a warning: it would change the output that is read back from rsync.
    Drop,
    /// It is refused, for this reason.
    Refuse(Why),
}

/// Why an option is refused in `_extra`. Each has its sentence under `check-extra-…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// What is walked and listed differs from run to run; an option that changes it flattens or empties the tree.
    Tree,
    /// The list of paths comes from the engine.
    List,
    /// What may be removed at the target follows from `delete`.
    Deletes,
    /// It removes the person's own files.
    Source,
    /// Nothing would be transferred, yet the run would end well.
    Nothing,
    /// A good file would be replaced by a fragment.
    Partial,
    /// Another tree is consulted: files are left out or renames break.
    Basis,
    /// The run would end early, yet well.
    Early,
    /// Another mode of the program.
    Mode,
    /// In a run that also deletes, both names of a renamed file vanish.
    Fuzzy,
    /// There is a key for it, on which checks and runs depend.
    Key(&'static str),
}

/// One option of rsync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RsyncOption {
    /// Long name without dashes; the letter where there is none.
    pub name: &'static str,
    /// Its letter, if it has one.
    pub letter: Option<char>,
    /// It takes a value.
    pub value: bool,
    /// The first version that knows it; all zero: every version in use.
    pub since: (u32, u32, u32),
    /// The capability (as `rsync --version` names it) without which a build lacks it.
    pub capability: Option<&'static str>,
    /// What happens to it in `_extra`.
    pub in_extra: InExtra,
}

use InExtra::{Drop, Pass, Refuse};

const ALWAYS: (u32, u32, u32) = (0, 0, 0);

const fn flag(name: &'static str, in_extra: InExtra) -> RsyncOption {
    RsyncOption { name, letter: None, value: false, since: ALWAYS, capability: None, in_extra }
}

const fn valued(name: &'static str, in_extra: InExtra) -> RsyncOption {
    RsyncOption { value: true, ..flag(name, in_extra) }
}

impl RsyncOption {
    const fn short(self, letter: char) -> RsyncOption {
        RsyncOption { letter: Some(letter), ..self }
    }

    const fn since(self, major: u32, minor: u32, patch: u32) -> RsyncOption {
        RsyncOption { since: (major, minor, patch), ..self }
    }

    const fn built_with(self, capability: &'static str) -> RsyncOption {
        RsyncOption { capability: Some(capability), ..self }
    }
}

/// Every option of rsync 3.5.0 as a client takes it, with its aliases.
pub const OPTIONS: &[RsyncOption] = &[
    flag("verbose", Pass).short('v'),
    valued("info", Drop).since(3, 1, 0),
    valued("debug", Drop).since(3, 1, 0),
    valued("stderr", Drop).since(3, 2, 3),
    flag("msgs2stderr", Drop).since(3, 1, 0),
    flag("quiet", Drop).short('q'),
    flag("no-motd", Pass),
    flag("checksum", Pass).short('c'),
    flag("archive", Refuse(Why::Key("archive"))).short('a'),
    flag("recursive", Refuse(Why::Tree)).short('r'),
    flag("inc-recursive", Pass),
    flag("i-r", Pass),
    flag("relative", Refuse(Why::Tree)).short('R'),
    flag("implied-dirs", Refuse(Why::Tree)),
    flag("i-d", Refuse(Why::Tree)),
    flag("backup", Pass).short('b'),
    valued("backup-dir", Pass),
    valued("suffix", Pass),
    flag("update", Pass).short('u'),
    flag("inplace", Refuse(Why::Key("inplace"))),
    flag("append", Refuse(Why::Key("append"))),
    flag("append-verify", Refuse(Why::Key("append_verify"))),
    flag("dirs", Refuse(Why::Tree)).short('d'),
    flag("old-dirs", Refuse(Why::Tree)),
    flag("old-d", Refuse(Why::Tree)),
    flag("mkpath", Pass).since(3, 2, 3),
    flag("links", Pass).short('l'),
    flag("copy-links", Pass).short('L'),
    flag("copy-unsafe-links", Pass),
    flag("safe-links", Pass),
    flag("insecure-links", Pass).since(3, 5, 0),
    valued("confine-root", Pass).since(3, 5, 0),
    flag("munge-links", Pass).since(3, 1, 0),
    flag("copy-dirlinks", Pass).short('k'),
    flag("keep-dirlinks", Pass).short('K'),
    flag("hard-links", Pass).short('H'),
    flag("perms", Pass).short('p'),
    flag("executability", Pass).short('E'),
    valued("chmod", Pass),
    flag("acls", Pass).short('A').since(3, 0, 0).built_with("ACLs"),
    flag("xattrs", Pass).short('X').since(3, 0, 0).built_with("xattrs"),
    flag("owner", Pass).short('o'),
    flag("group", Pass).short('g'),
    flag("devices", Pass),
    flag("copy-devices", Pass),
    flag("write-devices", Refuse(Why::Key("inplace"))).since(3, 2, 0),
    flag("specials", Pass),
    flag("drop-D", Pass).since(3, 5, 0),
    flag("D", Pass).short('D'),
    flag("times", Pass).short('t'),
    flag("atimes", Pass).short('U').since(3, 2, 0).built_with("atimes"),
    flag("open-noatime", Pass).since(3, 2, 0),
    flag("crtimes", Pass).short('N').since(3, 2, 0).built_with("crtimes"),
    flag("omit-dir-times", Pass).short('O'),
    flag("omit-link-times", Pass).short('J').since(3, 1, 0),
    flag("super", Pass),
    flag("fake-super", Pass).since(3, 0, 0),
    flag("sparse", Pass).short('S'),
    flag("preallocate", Pass).since(3, 1, 0).built_with("prealloc"),
    flag("dry-run", Refuse(Why::Key("dry_run"))).short('n'),
    flag("whole-file", Pass).short('W'),
    valued("checksum-choice", Pass).since(3, 1, 3),
    valued("cc", Pass).since(3, 1, 3),
    flag("one-file-system", Refuse(Why::Key("one_file_system"))).short('x'),
    valued("block-size", Pass).short('B'),
    valued("rsh", Refuse(Why::Key("rsh"))).short('e'),
    valued("rsync-path", Pass),
    flag("existing", Pass),
    flag("ignore-non-existing", Pass),
    flag("ignore-existing", Pass),
    flag("remove-source-files", Refuse(Why::Source)),
    flag("remove-sent-files", Refuse(Why::Source)),
    flag("del", Refuse(Why::Deletes)),
    flag("delete", Refuse(Why::Deletes)),
    flag("delete-before", Refuse(Why::Deletes)),
    flag("delete-during", Refuse(Why::Deletes)),
    flag("delete-delay", Refuse(Why::Deletes)),
    flag("delete-after", Refuse(Why::Deletes)),
    flag("delete-excluded", Refuse(Why::Key("delete_excluded"))),
    flag("ignore-missing-args", Refuse(Why::Deletes)).since(3, 1, 0),
    flag("delete-missing-args", Refuse(Why::Deletes)).since(3, 1, 0),
    flag("ignore-errors", Refuse(Why::Deletes)),
    flag("force", Refuse(Why::Deletes)),
    valued("max-delete", Refuse(Why::Deletes)),
    valued("max-size", Pass),
    valued("min-size", Pass),
    valued("max-alloc", Pass).since(3, 2, 0),
    flag("partial", Refuse(Why::Partial)),
    valued("partial-dir", Pass),
    flag("delay-updates", Pass),
    flag("prune-empty-dirs", Refuse(Why::Key("prune_empty_dirs"))).short('m'),
    flag("numeric-ids", Pass),
    valued("usermap", Pass).since(3, 1, 0),
    valued("groupmap", Pass).since(3, 1, 0),
    valued("chown", Pass).since(3, 1, 0),
    valued("timeout", Pass),
    valued("contimeout", Pass).since(3, 0, 0),
    flag("ignore-times", Pass).short('I'),
    flag("size-only", Pass),
    valued("modify-window", Pass).short('@'),
    valued("temp-dir", Pass).short('T'),
    flag("fuzzy", Refuse(Why::Fuzzy)).short('y'),
    valued("compare-dest", Refuse(Why::Basis)),
    valued("copy-dest", Refuse(Why::Basis)),
    valued("link-dest", Refuse(Why::Basis)),
    flag("compress", Pass).short('z'),
    flag("old-compress", Pass),
    flag("new-compress", Pass),
    valued("compress-choice", Pass).since(3, 2, 0),
    valued("zc", Pass).since(3, 2, 0),
    valued("compress-level", Pass),
    valued("zl", Pass).since(3, 2, 0),
    valued("compress-threads", Pass).since(3, 4, 0),
    valued("zt", Pass).since(3, 4, 0),
    valued("skip-compress", Pass).since(3, 0, 0),
    flag("cvs-exclude", Refuse(Why::Key("cvs_exclude"))).short('C'),
    valued("filter", Refuse(Why::Key("filter"))).short('f'),
    flag("F", Refuse(Why::Key("filter"))).short('F'),
    valued("exclude", Refuse(Why::Key("exclude"))),
    valued("exclude-from", Refuse(Why::Key("excludeFrom"))),
    valued("include", Refuse(Why::Key("filter"))),
    valued("include-from", Refuse(Why::Key("filterFrom"))),
    valued("files-from", Refuse(Why::List)),
    flag("from0", Refuse(Why::List)).short('0'),
    flag("old-args", Pass).since(3, 2, 4),
    flag("protect-args", Pass).short('s').since(3, 0, 0),
    flag("secluded-args", Pass).since(3, 2, 6),
    flag("trust-sender", Pass).since(3, 2, 5),
    valued("copy-as", Pass).since(3, 2, 0),
    valued("address", Pass),
    valued("port", Pass),
    valued("sockopts", Pass),
    flag("blocking-io", Pass),
    valued("outbuf", Drop).since(3, 1, 0),
    flag("stats", Drop),
    flag("8-bit-output", Drop).short('8'),
    flag("human-readable", Drop).short('h'),
    flag("progress", Drop),
    flag("P", Refuse(Why::Partial)).short('P'),
    flag("itemize-changes", Drop).short('i'),
    valued("remote-option", Pass).short('M').since(3, 1, 0),
    valued("out-format", Drop),
    valued("log-format", Drop),
    valued("log-file", Pass).since(3, 0, 0),
    valued("log-file-format", Pass).since(3, 0, 0),
    valued("password-file", Refuse(Why::Key("password_file"))),
    valued("early-input", Pass).since(3, 2, 0),
    flag("list-only", Refuse(Why::Nothing)),
    valued("bwlimit", Pass),
    valued("stop-after", Refuse(Why::Early)).since(3, 2, 3),
    valued("time-limit", Refuse(Why::Early)),
    valued("stop-at", Refuse(Why::Early)).since(3, 2, 3),
    flag("fsync", Pass).since(3, 2, 4),
    valued("write-batch", Refuse(Why::Nothing)),
    valued("only-write-batch", Refuse(Why::Nothing)),
    valued("read-batch", Refuse(Why::Nothing)),
    valued("protocol", Pass),
    valued("iconv", Pass).since(3, 0, 0).built_with("iconv"),
    valued("checksum-seed", Pass),
    flag("ipv4", Pass).short('4'),
    flag("ipv6", Pass).short('6'),
    flag("version", Refuse(Why::Mode)).short('V'),
    flag("help", Refuse(Why::Mode)),
    flag("daemon", Refuse(Why::Mode)),
    flag("server", Refuse(Why::Mode)),
    flag("sender", Refuse(Why::Mode)),
    valued("config", Refuse(Why::Mode)),
    flag("detach", Refuse(Why::Mode)),
];

/// One option as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// As written, without a value: `--temp-dir`, `-T`, `--no-perms`.
    pub written: String,
    /// What rsync knows it as; `None` if it is not known.
    pub option: Option<&'static RsyncOption>,
    /// It is the `--no-…` form.
    pub negated: bool,
    /// Its value.
    pub value: Option<String>,
}

/// The options of one word (with the word behind it, where that is its value).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Position of the word in the list.
    pub index: usize,
    /// As written: one word, or two.
    pub raw: Vec<String>,
    /// What it says; none if it is no option at all.
    pub options: Vec<Given>,
}

/// Reads words as rsync's command line would.
pub fn read_words(words: &[String]) -> Vec<Word> {
    let mut out = Vec::new();
    let mut index = 0;
    while index < words.len() {
        let word = &words[index];
        let next = words.get(index + 1);
        let options = match word.strip_prefix("--") {
            Some("") => Vec::new(),
            Some(long) => vec![read_long(long)],
            None => match word.strip_prefix('-') {
                Some(letters) => read_letters(letters),
                None => Vec::new(),
            },
        };
        let mut read = Word { index, raw: vec![word.clone()], options };
        let last = read.options.last_mut();
        if let Some(given) = last.filter(|g| g.value.is_none() && !g.negated && g.option.is_some_and(|o| o.value))
            && let Some(next) = next
        {
            given.value = Some(next.clone());
            read.raw.push(next.clone());
            index += 1;
        }
        out.push(read);
        index += 1;
    }
    out
}

/// The option of this long name, or of this letter.
pub fn option(name: &str) -> Option<&'static RsyncOption> {
    OPTIONS.iter().find(|o| o.name == name)
}

/// The option with this letter.
pub fn letter(letter: char) -> Option<&'static RsyncOption> {
    OPTIONS.iter().find(|o| o.letter == Some(letter))
}

fn read_long(text: &str) -> Given {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (text, None),
    };
    let written = format!("--{name}");
    if let Some(known) = option(name).filter(|o| o.name.len() > 1) {
        return Given { written, option: Some(known), negated: false, value };
    }
    let base = name.strip_prefix("no-").and_then(|base| {
        let mut chars = base.chars();
        match (chars.next(), chars.next()) {
            (Some(one), None) => letter(one),
            _ => option(base),
        }
    });
    Given { written, option: base, negated: base.is_some(), value }
}

fn read_letters(letters: &str) -> Vec<Given> {
    let mut out = Vec::new();
    let mut rest = letters.chars();
    while let Some(one) = rest.next() {
        let known = letter(one);
        let mut given = Given { written: format!("-{one}"), option: known, negated: false, value: None };
        if known.is_some_and(|o| o.value) {
            let value = rest.as_str();
            given.value = (!value.is_empty()).then(|| value.strip_prefix('=').unwrap_or(value).to_owned());
            out.push(given);
            return out;
        }
        out.push(given);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Vec<Word> {
        read_words(&words.iter().map(|w| w.to_string()).collect::<Vec<_>>())
    }

    #[test]
    fn no_name_and_no_letter_stands_twice() {
        for (at, one) in OPTIONS.iter().enumerate() {
            for other in &OPTIONS[at + 1..] {
                assert_ne!(one.name, other.name);
                assert!(one.letter.is_none() || one.letter != other.letter, "-{:?}", one.letter);
            }
        }
    }

    #[test]
    fn a_value_stands_behind_an_equal_sign_a_blank_or_a_letter() {
        for words in [&["--temp-dir=/tmp"][..], &["--temp-dir", "/tmp"], &["-T/tmp"], &["-T", "/tmp"], &["-zT", "/tmp"]]
        {
            let all = read(words);
            assert_eq!(all.len(), 1, "{words:?}");
            let last = all[0].options.last().unwrap();
            assert_eq!((last.option.unwrap().name, last.value.as_deref()), ("temp-dir", Some("/tmp")), "{words:?}");
        }
    }

    #[test]
    fn joined_letters_are_read_one_by_one() {
        let names: Vec<_> = read(&["-avz"])[0].options.iter().map(|g| g.option.unwrap().name).collect();
        assert_eq!(names, ["archive", "verbose", "compress"]);
    }

    #[test]
    fn negations_are_known_by_name_and_by_letter() {
        for word in ["--no-recursive", "--no-r"] {
            let given = read(&[word])[0].options[0].clone();
            assert_eq!((given.negated, given.option.unwrap().name), (true, "recursive"), "{word}");
        }
        assert!(!read(&["--no-motd"])[0].options[0].negated);
        assert_eq!(read(&["--no-such"])[0].options[0].option, None);
    }

    #[test]
    fn what_is_no_option_is_kept_apart() {
        let all = read(&["--stats", "stray", "-"]);
        assert_eq!(all.iter().map(|w| w.options.len()).collect::<Vec<_>>(), [1, 0, 0]);
    }
}
