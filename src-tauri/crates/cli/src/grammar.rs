//! lsyncd's command line, as lsyncd reads it.
//!
//! - Only long names; one dash and two are the same.
//! - A value is always the next word, whatever it looks like; there is no `=`.
//! - Options stand in any order; the one word without a dash is the configuration file.
//! - `-help` anywhere, or nothing to run, is the usage on stdout and exit code 255, as with lsyncd.
//! - What lsyncd has and we have not is refused by name and with the reason, never passed over.

use driftless_core::config::Kind;

/// What the words ask for.
#[derive(Debug, Clone, PartialEq)]
pub enum Invocation {
    /// Print the usage.
    Usage,
    /// Print the version.
    Version,
    /// Print the kinds of watching.
    Monitors,
    /// Run this.
    Run(Arguments),
}

/// What is to be run, and the settings that stand above those of the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arguments {
    /// The configuration file; `None` if the syncs stand on the command line.
    pub config: Option<String>,
    /// The syncs of the command line in their order.
    pub syncs: Vec<SyncWords>,
    /// `-delay`: replaces the delay of every sync.
    pub delay: Option<f64>,
    /// `-insist`
    pub insist: bool,
    /// `-nodaemon`
    pub nodaemon: bool,
    /// `-onepass`
    pub onepass: bool,
    /// The words after each `-log`, checked.
    pub log: Vec<String>,
    /// `-logfile`
    pub logfile: Option<String>,
    /// `-pidfile`
    pub pidfile: Option<String>,
    /// `-sshopts`
    pub sshopts: Option<String>,
}

/// One `-rsync`, `-rsyncssh` or `-direct` with its words.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncWords {
    /// Which of the three.
    pub kind: Kind,
    /// The folder to watch, as typed.
    pub source: String,
    /// The host of `-rsyncssh`.
    pub host: Option<String>,
    /// The target, as typed.
    pub target: String,
}

/// Why the words cannot be taken; the text after `Error: `.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No option of that name.
    #[error("unknown option command line option {0}\n'driftlessd -help' lists the options.")]
    Unknown(String),
    /// It stands too near the end.
    #[error("{option} needs {count} argument{}", if *count == 1 { "" } else { "s" })]
    Needs {
        /// Its name without dashes.
        option: &'static str,
        /// How many words.
        count: usize,
    },
    /// Two words without a dash.
    #[error("There can only be one config file in the command line.")]
    TwoFiles,
    /// A file and syncs.
    #[error("There cannot be command line syncs and a config file together.")]
    FileAndSyncs,
    /// `-log foo`.
    #[error("'{0}' is not a valid logging category. Take all, scarce, or a category such as Exec or Delay.")]
    Category(String),
    /// `-delay foo`.
    #[error("delay must be a number and >= 0, not '{0}'.")]
    Delay(String),
    /// `-monitor foo`.
    #[error("There is no monitor '{0}'. This system has: inotify.")]
    Monitor(String),
    /// `-script`.
    #[error(
        "-script is not supported: a configuration is data here and Lua does not run. Write its syncs into the file."
    )]
    Script,
    /// `--runner`.
    #[error(
        "-runner is not supported: the part of lsyncd that is written in Lua is built in here and is not replaced."
    )]
    Runner,
    /// A word that is not UTF-8.
    #[error("the word '{0}' on the command line is not UTF-8. Configured paths must be.")]
    NotUtf8(String),
    /// An empty word where a file is meant.
    #[error("a word on the command line is empty where a name is expected.")]
    Empty,
}

/// Reads the words after the program's name.
pub fn parse(words: &[String]) -> Result<Invocation, Refused> {
    if words.iter().any(|w| w == "-help" || w == "--help") {
        return Ok(Invocation::Usage);
    }
    let mut out = Arguments::default();
    let mut rest = Words { all: words, at: 0 };
    while let Some(word) = rest.next() {
        let Some(name) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else {
            if word.is_empty() {
                return Err(Refused::Empty);
            }
            if out.config.replace(word.to_owned()).is_some() {
                return Err(Refused::TwoFiles);
            }
            continue;
        };
        match name {
            "rsync" => {
                let [source, target] = rest.take("rsync")?;
                out.syncs.push(SyncWords { kind: Kind::Rsync, source, host: None, target });
            }
            "direct" => {
                let [source, target] = rest.take("direct")?;
                out.syncs.push(SyncWords { kind: Kind::Direct, source, host: None, target });
            }
            "rsyncssh" => {
                let [source, host, target] = rest.take("rsyncssh")?;
                out.syncs.push(SyncWords { kind: Kind::Rsyncssh, source, host: Some(host), target });
            }
            "delay" => out.delay = Some(seconds(rest.one("delay")?)?),
            "insist" => out.insist = true,
            "nodaemon" => out.nodaemon = true,
            "onepass" => out.onepass = true,
            "log" => out.log.push(category(rest.one("log")?)?),
            "logfile" => out.logfile = Some(named(rest.one("logfile")?)?),
            "pidfile" => out.pidfile = Some(named(rest.one("pidfile")?)?),
            "sshopts" => out.sshopts = Some(rest.one("sshopts")?),
            "monitor" => match rest.peek() {
                Some("inotify") => rest.at += 1,
                Some(other) if !other.starts_with('-') => return Err(Refused::Monitor(other.to_owned())),
                _ => return Ok(Invocation::Monitors),
            },
            "version" => return Ok(Invocation::Version),
            "script" => return Err(Refused::Script),
            "runner" => return Err(Refused::Runner),
            _ => return Err(Refused::Unknown(word.to_owned())),
        }
    }
    match (&out.config, out.syncs.is_empty()) {
        (Some(_), false) => Err(Refused::FileAndSyncs),
        (None, true) => Ok(Invocation::Usage),
        _ => Ok(Invocation::Run(out)),
    }
}

/// The words that are left.
struct Words<'a> {
    all: &'a [String],
    at: usize,
}

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let word = self.peek();
        self.at += 1;
        word
    }

    fn peek(&self) -> Option<&'a str> {
        self.all.get(self.at).map(String::as_str)
    }

    fn take<const N: usize>(&mut self, option: &'static str) -> Result<[String; N], Refused> {
        let values = self.all.get(self.at..self.at + N).and_then(|v| <[String; N]>::try_from(v.to_vec()).ok());
        self.at += N;
        values.ok_or(Refused::Needs { option, count: N })
    }

    fn one(&mut self, option: &'static str) -> Result<String, Refused> {
        self.take::<1>(option).map(|[value]| value)
    }
}

fn named(word: String) -> Result<String, Refused> {
    if word.is_empty() { Err(Refused::Empty) } else { Ok(word) }
}

fn seconds(word: String) -> Result<f64, Refused> {
    match word.trim().parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok(number),
        _ => Err(Refused::Delay(word)),
    }
}

/// lsyncd takes `all`, `scarce` and whatever begins with a capital.
fn category(word: String) -> Result<String, Refused> {
    let known = word == "all" || word == "scarce" || word.starts_with(|c: char| c.is_ascii_uppercase());
    if known { Ok(word) } else { Err(Refused::Category(word)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Invocation, Refused> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    fn run(line: &str) -> Arguments {
        match read(line) {
            Ok(Invocation::Run(arguments)) => arguments,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn one_dash_and_two_are_the_same_and_the_order_is_free() {
        let wanted = run("-nodaemon -delay 0.5 -log Exec -log Delay a.conf");
        assert_eq!(wanted.delay, Some(0.5));
        assert_eq!(wanted.log, ["Exec", "Delay"]);
        for line in [
            "a.conf --log Exec --nodaemon -log Delay --delay 0.5",
            "--delay 0.5 a.conf -log Exec --log Delay -nodaemon",
        ] {
            assert_eq!(run(line), wanted, "{line}");
        }
    }

    #[test]
    fn a_value_is_the_next_word_whatever_it_looks_like() {
        assert_eq!(run("-logfile -nodaemon a.conf").logfile.as_deref(), Some("-nodaemon"));
        let syncs = run("-rsync -a -b -direct c d -rsyncssh e h f").syncs;
        let seen: Vec<_> =
            syncs.iter().map(|s| (s.kind, s.source.as_str(), s.host.as_deref(), s.target.as_str())).collect();
        assert_eq!(
            seen,
            [(Kind::Rsync, "-a", None, "-b"), (Kind::Direct, "c", None, "d"), (Kind::Rsyncssh, "e", Some("h"), "f")]
        );
    }

    #[test]
    fn what_only_prints() {
        for line in ["", "-nodaemon", "-help", "a b -unknown --help", "-delay 3"] {
            assert_eq!(read(line), Ok(Invocation::Usage), "{line}");
        }
        assert_eq!(read("-version -unknown"), Ok(Invocation::Version));
        assert_eq!(read("-monitor"), Ok(Invocation::Monitors));
        assert_eq!(read("-monitor -nodaemon"), Ok(Invocation::Monitors));
        assert_eq!(run("-monitor inotify a.conf").config.as_deref(), Some("a.conf"));
    }

    #[test]
    fn what_is_refused_says_why() {
        let cases = [
            ("-foo", "unknown option command line option -foo"),
            ("-", "unknown option command line option -"),
            ("--delay=3 a", "unknown option command line option --delay=3"),
            ("-h", "unknown option command line option -h"),
            ("-rsync a", "rsync needs 2 arguments"),
            ("-rsyncssh a b", "rsyncssh needs 3 arguments"),
            ("-delay", "delay needs 1 argument"),
            ("a b", "There can only be one config file in the command line."),
            ("-rsync a b c", "There cannot be command line syncs and a config file together."),
            ("-log foo a", "'foo' is not a valid logging category"),
            ("-delay x a", "delay must be a number and >= 0, not 'x'"),
            ("-delay -1 a", "delay must be a number and >= 0, not '-1'"),
            ("-delay nan a", "delay must be a number and >= 0, not 'nan'"),
            ("-monitor foo a", "There is no monitor 'foo'"),
            ("-script x.lua a", "-script is not supported"),
            ("--runner x.lua a", "-runner is not supported"),
        ];
        for (line, text) in cases {
            let refused = read(line).expect_err(line).to_string();
            assert!(refused.starts_with(text), "{line}: {refused}");
        }
    }
}
