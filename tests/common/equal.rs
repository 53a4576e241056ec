//! "Equal": an rsync that compares content finds nothing to do, with the sync's own flags and filters, read through
//! the module (a daemon may store links differently from how it gives them out).

use std::path::Path;
use std::process::Command;

/// What `rsync -n -c -i --delete` would do to make `target` (in any of rsync's notations) equal to `source`: a line for
/// each difference. `words` are the sync's own flags and filters. Panics if it cannot be compared.
pub fn differences(source: &Path, target: &str, words: &[&str]) -> Vec<String> {
    let output = Command::new("rsync")
        .args(["-n", "-c", "-i", "-r", "--delete", "--no-motd"])
        .args(words)
        .arg(format!("{}/", source.display()))
        .arg(format!("{}/", target.trim_end_matches('/')))
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    assert!(output.status.success(), "cannot compare: {} {}", output.status, String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// Panics with the differences, if there are any.
pub fn assert_equal(source: &Path, target: &str, words: &[&str]) {
    let found = differences(source, target, words);
    assert!(found.is_empty(), "{target} is not equal to {}:\n{}", source.display(), found.join("\n"));
}
