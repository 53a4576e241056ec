//! Which categories are written: `-log all`, `-log scarce`, `-log Exec`…

use std::collections::BTreeSet;

use driftless_core::say::Category;

/// What is written. Errors and warnings always; `Normal` unless `scarce`; the others where asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    all: bool,
    scarce: bool,
    named: BTreeSet<String>,
}

impl Filter {
    /// From the words after each `-log`, in their order: of `all` and `scarce` the later one holds, as in lsyncd.
    pub fn of(words: &[String]) -> Filter {
        let mut out = Filter::default();
        for word in words {
            match word.as_str() {
                "all" => (out.all, out.scarce) = (true, false),
                "scarce" => (out.all, out.scarce) = (false, true),
                name => {
                    out.named.insert(name.to_owned());
                }
            }
        }
        out
    }

    /// True if a line of this category is written.
    pub fn takes(&self, category: Category) -> bool {
        match category {
            Category::Error | Category::Warn => true,
            Category::Normal => !self.scarce || self.named.contains("Normal"),
            other => self.all || self.named.contains(other.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(words: &[&str]) -> Vec<&'static str> {
        let filter = Filter::of(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        use Category::{Debug, Delay, Error, Exec, Inotify, Normal, Warn};
        [Error, Warn, Normal, Exec, Delay, Inotify, Debug]
            .into_iter()
            .filter(|c| filter.takes(*c))
            .map(Category::word)
            .collect()
    }

    #[test]
    fn the_words_after_log_choose() {
        assert_eq!(taken(&[]), ["Error", "Warn", "Normal"]);
        assert_eq!(taken(&["scarce"]), ["Error", "Warn"]);
        assert_eq!(taken(&["Exec", "Delay"]), ["Error", "Warn", "Normal", "Exec", "Delay"]);
        assert_eq!(taken(&["scarce", "Exec"]), ["Error", "Warn", "Exec"]);
        assert_eq!(taken(&["all"]).len(), 7);
        assert_eq!(taken(&["all", "scarce"]), ["Error", "Warn"]);
        assert_eq!(taken(&["scarce", "all"]).len(), 7);
    }
}
