//! "Equal": an rsync that compares content finds nothing to do, with the sync's own flags and filters, read through
//! the module (a daemon may store links differently from how it gives them out).

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

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

/// Panics with the differences that stay. A run that is just sending the last word, for another sync of the same source, is
/// given time to end: while it writes, the time of a directory is not the source's.
pub fn assert_equal(source: &Path, target: &str, words: &[&str]) {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let found = differences(source, target, words);
        if found.is_empty() {
            return;
        }
        assert!(Instant::now() < end, "{target} is not equal to {}:\n{}", source.display(), found.join("\n"));
        std::thread::sleep(Duration::from_millis(200));
    }
}
