//! `cargo xtask screenshots`: a picture of every page and state of the window, on the host that lives in memory, in Chromium: so
//! that they show the same each time. What a page complains of, or what is wider than the window, fails it.

use std::path::PathBuf;

use crate::exec::{find, root, say};
use crate::{needs, pages};

/// The window as it opens, the smallest that is promised, and 200 % zoom.
const SHAPES: &str = "960x640,800x600,960x640@2";
/// What others call it.
const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// What was asked for.
#[derive(Debug, Default)]
pub struct Options {
    out: Option<PathBuf>,
    only: Option<String>,
}

impl Options {
    /// From the words behind `screenshots`.
    pub fn read(words: &[String]) -> Result<Options, String> {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--out" => options.out = Some(words.next().ok_or("--out needs a directory")?.into()),
                other if other.starts_with('-') => return Err(format!("'{other}' is not known")),
                only if options.only.is_none() => options.only = Some(only.to_owned()),
                other => return Err(format!("'{other}' is one name too many")),
            }
        }
        Ok(options)
    }
}

/// Takes them.
pub fn take(options: Options) -> Result<(), String> {
    let browser = || CHROMIUM.into_iter().find_map(find);
    if browser().is_none() {
        needs::install(&[needs::CHROMIUM])?;
    }
    let browser = browser().ok_or("there is no Chromium")?;
    let out = std::path::absolute(options.out.unwrap_or_else(|| root().join("target/screenshots")))
        .map_err(|error| format!("--out: {error}"))?;
    say(&format!("Taking pictures of every page; they come to {}", out.display()));
    pages::look(&browser, &out, options.only.as_deref().unwrap_or_default(), SHAPES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_and_a_name_are_taken_and_nothing_else() {
        let read = |words: &[&str]| Options::read(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        let options = read(&["--out", "/pictures", "form"]).unwrap();
        assert_eq!((options.out, options.only.as_deref()), (Some("/pictures".into()), Some("form")));
        for wrong in [&["--out"][..], &["--size"], &["a", "b"]] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
