//! Every code that this crate gives has a sentence and a remedy in the catalogue.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests stop a test")]

use std::collections::BTreeSet;
use std::path::Path;

fn codes(dir: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let words = text.split('"');
        let code = |word: &&str| {
            ["conf-", "lua-", "lsyncd-"].iter().any(|start| word.starts_with(start))
                && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        found.extend(words.filter(code).map(str::to_owned));
    }
}

#[test]
fn every_code_has_its_sentence_and_remedy_and_no_sentence_is_idle() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut used = BTreeSet::new();
    codes(&here.join("src"), &mut used);
    assert!(used.len() > 30, "the search itself broke: {used:?}");
    let catalogue = std::fs::read_to_string(here.join("../words/catalogue/en/conf.ftl")).unwrap();
    let entry = |line: &str| {
        let (name, _) = line.split_once(" = ")?;
        name.starts_with(|c: char| c.is_ascii_lowercase()).then(|| name.to_owned())
    };
    let named: BTreeSet<String> = catalogue.lines().filter_map(entry).collect();
    assert_eq!(used, named);
    assert_eq!(catalogue.matches("\n    .remedy = ").count(), named.len());
}
