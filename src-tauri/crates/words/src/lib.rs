//! The sentences of Driftless: codes and arguments in, text for a person out.
//!
//! Everything a person reads about a problem or a failure stands in `catalogue/LANGUAGE/*.ftl`, in Fluent's notation:
//! `CODE` is the sentence (the cause), `CODE.remedy` what to do, `CODE.title` what stands over a notification, and
//! `CODE.window` what to do where there are buttons, if that is another thing. The code of a [`Problem`] is its key; that of a
//! failure stands behind `failure-`.
//!
//! - A missing entry or argument fails a test (`tests/complete.rs`). At run time the code and its arguments are shown
//!   instead: a person is never left without a word, and nothing panics.
//! - No isolation marks: the text goes into logs and terminals too.
#![warn(missing_docs)]

mod catalogue;
mod said;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use driftless_core::problem::Problem;

pub use catalogue::{Catalogue, Language, Part};
pub use said::moment;

/// What a person reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// For the head of a notification.
    pub title: Option<String>,
    /// What is the matter.
    pub sentence: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// A problem in English.
pub fn render(problem: &Problem) -> Text {
    english().text(&problem.code, &problem.args)
}

/// What stands in a sync's way, in English: a failure (`auth-failed`), or a problem of what it is run with (`rsync-lacks-option`).
pub fn render_failure(code: &str, args: &BTreeMap<String, String>) -> Text {
    english().failure(code, args)
}

/// A problem as compilers write it: `FILE:LINE:COL: sentence remedy`, or with its key in front where no place is known.
pub fn line(problem: &Problem) -> String {
    let text = render(problem);
    let front = match &problem.place {
        Some(place) if place.column > 0 => format!("{}:{}:{}: ", place.file, place.line, place.column),
        Some(place) => format!("{}:{}: ", place.file, place.line),
        None if problem.path.is_empty() => String::new(),
        None => format!("{}: ", problem.path),
    };
    let behind = text.remedy.map(|remedy| format!(" {remedy}")).unwrap_or_default();
    format!("{front}{}{behind}", text.sentence)
}

/// Read once; it never changes.
fn english() -> &'static Catalogue {
    static ENGLISH: OnceLock<Catalogue> = OnceLock::new();
    ENGLISH.get_or_init(|| Catalogue::new(Language::English))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_line_with_its_place_in_front() {
        let problem = Problem::error("check-source-relative").at("sync[0].source").with("source", "home");
        let text = render(&problem);
        assert_eq!(text.sentence, "The source home is not an absolute path.");
        assert_eq!(line(&problem), format!("sync[0].source: {} {}", text.sentence, text.remedy.unwrap()));
        assert!(line(&problem.clone().in_file("a.toml", 3, 7)).starts_with("a.toml:3:7: The source"));
        assert!(line(&problem.in_file("a.toml", 3, 0)).starts_with("a.toml:3: The source"));
    }

    #[test]
    fn what_has_no_entry_is_shown_as_code_and_arguments() {
        let text = render(&Problem::error("no-such-code").with("a", "1").with("b", "x y"));
        assert_eq!(text, Text { title: None, sentence: "no-such-code (a: 1, b: x y)".to_owned(), remedy: None });
    }

    #[test]
    fn a_missing_argument_leaves_the_code_and_what_there_is() {
        let text = render(&Problem::error("check-source-relative").with("other", "1"));
        assert_eq!(text.sentence, "check-source-relative (other: 1)");
    }
}
