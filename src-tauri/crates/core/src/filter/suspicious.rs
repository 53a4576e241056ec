//! Rules that rsync takes without a word and that most likely do not do what was meant.

use super::gather::at;
use super::rules::Rule;
use crate::paths::show_bytes;
use crate::problem::Problem;

pub(super) fn warnings(rules: &[Rule], source: &str) -> Vec<Problem> {
    let source = source.trim_end_matches('/').as_bytes();
    rules.iter().filter(|rule| !rule.flags.per_dir).filter_map(|rule| warning(rule, source)).collect()
}

fn warning(rule: &Rule, source: &[u8]) -> Option<Problem> {
    let pattern = &rule.pattern[..];
    let shown = show_bytes(pattern);
    let below = pattern
        .strip_prefix(source)
        .filter(|below| !source.is_empty() && (below.is_empty() || below.starts_with(b"/")));
    let problem = if let Some(below) = below {
        // Patterns start at the source, so this one asks for SOURCE/SOURCE/….
        let instead = if below.is_empty() { "/**".to_owned() } else { show_bytes(below) };
        Problem::warning("filter-starts-with-source").with("instead", instead)
    } else if let Some(below) = pattern.strip_prefix(b"./") {
        Problem::warning("filter-dot-slash").with("instead", format!("/{}", show_bytes(below)))
    } else if pattern.starts_with(b"~/") {
        Problem::warning("filter-tilde")
    } else if matches!(pattern.last(), Some(b' ' | b'\t')) {
        Problem::warning("filter-trailing-blank").with("instead", shown.trim_end())
    } else {
        return None;
    };
    Some(at(problem.with("rule", shown), &rule.origin))
}
