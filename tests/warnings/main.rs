//! The table of lsyncd's defects: every row names a test that exists, or says for which behaviour it waits.

#![allow(clippy::expect_used, clippy::panic, reason = "what is written wrongly must stop the test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// So many were found, by section.
const FOUND: &[(&str, usize)] =
    &[("1", 6), ("2", 1), ("3", 10), ("4", 2), ("5", 2), ("6", 5), ("7", 6), ("8", 1), ("9", 1), ("10", 1), ("13", 3)];

/// What is not built yet. Taken out of here, its rows must name tests.
const LATER: &[&str] = &[];

struct Row {
    section: String,
    defect: String,
    held_by: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).expect("three folders above").to_owned()
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(root().join("tests/warnings/table.md")).expect("the table");
    let lines = text.lines().filter(|l| l.starts_with("| ") && !l.starts_with("| § "));
    lines
        .map(|line| {
            // A bar inside a cell is written `\|`.
            let whole = line.replace("\\|", "\u{1}");
            let cells: Vec<String> = whole.split('|').map(|c| c.trim().replace('\u{1}', "|")).collect();
            let [_, section, defect, held_by, _] = &cells[..] else { panic!("not three cells: {line}") };
            Row { section: section.clone(), defect: defect.clone(), held_by: held_by.clone() }
        })
        .collect()
}

/// `file::function`, as often as they stand in the cell.
fn tests_of(row: &Row) -> Vec<(String, String)> {
    row.held_by
        .split_whitespace()
        .filter_map(|word| word.trim_end_matches(['.', ',', ';']).split_once("::"))
        .map(|(file, function)| (file.to_owned(), function.to_owned()))
        .collect()
}

fn find(file: &str) -> Option<String> {
    let base = if file.starts_with("tests/") { root() } else { root().join("src-tauri/crates") };
    fs::read_to_string(base.join(file)).ok()
}

/// The function stands there, and is a test: by its attribute, or by its name in a list that a macro makes tests of.
fn is_test(text: &str, function: &str) -> bool {
    let Some((before, _)) = text.split_once(&format!("fn {function}(")) else { return false };
    let attribute = before.rsplit_once('}').map_or(before, |(_, last)| last);
    attribute.contains("#[test]") || attribute.contains("::test]") || text.matches(function).count() > 1
}

#[test]
fn every_test_that_is_named_exists() {
    let mut missing = Vec::new();
    for row in rows() {
        for (file, function) in tests_of(&row) {
            match find(&file) {
                None => missing.push(format!("{file}: no such file")),
                Some(text) if !is_test(&text, &function) => missing.push(format!("{file}: no test {function}")),
                Some(_) => {}
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn no_row_is_empty_and_only_what_is_not_built_waits() {
    for row in rows() {
        assert!(!row.defect.is_empty(), "a row without a defect");
        match row.held_by.split_once("later: ") {
            Some((_, what)) => {
                assert!(LATER.iter().any(|known| what.starts_with(known)), "{}: what is '{what}'?", row.defect);
            }
            None => assert!(!tests_of(&row).is_empty(), "nothing holds: {}", row.defect),
        }
    }
}

#[test]
fn each_section_has_as_many_rows_as_defects_were_found() {
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows() {
        *counted.entry(row.section).or_default() += 1;
    }
    let found: BTreeMap<String, usize> = FOUND.iter().map(|(s, n)| ((*s).to_owned(), *n)).collect();
    assert_eq!(counted, found);
}
