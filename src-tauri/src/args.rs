//! The command line of the window program: two words, since everything else has its place in the window or in `driftlessd`.

use std::path::{Path, PathBuf};

/// What it says with `--help`.
pub const USAGE: &str = "\
driftless [--background] [--config FILE]
    Opens the window; a second start shows the window of the one that runs.
    --background    no window, only the tray (at log-in)
    --config FILE   another configuration than the usual one
";

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Args {
    /// Without a window.
    pub background: bool,
    /// Another configuration, absolute.
    pub config: Option<PathBuf>,
}

/// What the words mean.
#[derive(Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Run.
    Run(Args),
    /// Say this, and end well.
    Say(String),
    /// This word means nothing.
    Unknown(String),
}

/// Reads the words behind the program's name; relative paths begin in `cwd`.
pub fn read(words: impl Iterator<Item = String>, cwd: &Path) -> Meaning {
    let mut args = Args::default();
    let mut words = words;
    while let Some(word) = words.next() {
        match word.as_str() {
            "--background" => args.background = true,
            "--config" => match words.next() {
                Some(file) => args.config = Some(cwd.join(file)),
                None => return Meaning::Unknown(word),
            },
            "--help" | "-h" => return Meaning::Say(USAGE.to_owned()),
            "--version" => return Meaning::Say(format!("driftless {}\n", env!("CARGO_PKG_VERSION"))),
            _ => return Meaning::Unknown(word),
        }
    }
    Meaning::Run(args)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Meaning {
        read(line.split_whitespace().map(str::to_owned), Path::new("/here"))
    }

    #[test]
    fn the_words_are_read_or_named() {
        assert_eq!(of(""), Meaning::Run(Args::default()));
        let both = Args { background: true, config: Some("/here/a.toml".into()) };
        assert_eq!(of("--background --config a.toml"), Meaning::Run(both));
        assert_eq!(of("--config"), Meaning::Unknown("--config".to_owned()));
        assert_eq!(of("--backgruond"), Meaning::Unknown("--backgruond".to_owned()));
        assert!(matches!(of("--help"), Meaning::Say(_)));
    }
}
