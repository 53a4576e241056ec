//! The words of `cargo xtask run`.

use std::path::PathBuf;
use std::time::Duration;

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Mirror this folder, not the sample.
    pub source: Option<PathBuf>,
    /// Make changes, and end by itself.
    pub time: Option<Duration>,
    /// Leave everything in place.
    pub keep: bool,
}

impl Options {
    /// Reads them.
    pub fn read(words: &[String]) -> Result<Options, String> {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = |name| words.next().ok_or(format!("{name} needs a value"));
            match word.as_str() {
                "--source" => options.source = Some(PathBuf::from(value("--source")?)),
                "--for" => options.time = Some(time(value("--for")?)?),
                "--keep" => options.keep = true,
                "--headless" => {}
                other => return Err(format!("'{other}' is not known")),
            }
        }
        Ok(options)
    }
}

/// `20`, `20s`, `2m`.
fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.strip_suffix('m') {
        Some(number) => (number, 60),
        None => (text.strip_suffix('s').unwrap_or(text), 1),
    };
    match number.parse::<u64>() {
        Ok(count) if (1..=86_400).contains(&count) => Ok(Duration::from_secs(count * unit)),
        _ => Err(format!("'{text}' is no time; write 20s or 2m")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Options, String> {
        Options::read(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_words_are_read_or_named() {
        assert_eq!(read(&[]), Ok(Options::default()));
        let all = read(&["--for", "20s", "--source", "/x", "--keep"]).unwrap();
        assert_eq!(all, Options { source: Some("/x".into()), time: Some(Duration::from_secs(20)), keep: true });
        assert_eq!(read(&["--for", "2m"]).unwrap().time, Some(Duration::from_secs(120)));
        for bad in [&["--for"][..], &["--for", "0s"], &["--for", "soon"], &["--fro", "1"], &["x"]] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
