//! From what a person wrote in five places to one list of rules, in the order rsync would get them.
//!
//! Merge files and `C` are replaced by what they hold, `!` by what it forgets, so that the list is the same for every run of
//! rsync and depends on no file, variable or home directory at that time. Only per-directory merges stay.

use std::sync::Arc;

use super::lines;
use super::parse::{self, Bad, Flags, Style};
use super::rules::{Origin, Rule};
use super::{FilterInput, cvs, extra};
use crate::paths::show_bytes;
use crate::problem::Problem;

/// rsync drops longer patterns.
const LONGEST: usize = 4095;
/// Merge files that merge files that…
const DEEPEST: usize = 16;

pub(super) struct Gather<'a> {
    read: &'a mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
    rules: Vec<Rule>,
    problems: Vec<Problem>,
    /// The global CVS list: made once, by the first `C`.
    cvs: Option<Vec<Rule>>,
    cvs_ignore: &'a [u8],
    depth: usize,
}

/// All rules of a sync.
pub(super) fn rules(
    input: &FilterInput,
    read: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
) -> Result<Vec<Rule>, Vec<Problem>> {
    let mut gather =
        Gather { read, rules: Vec::new(), problems: Vec::new(), cvs: None, cvs_ignore: &input.cvs_ignore, depth: 0 };
    let (none, include) = (Flags::default(), Flags { include: true, ..Flags::default() });
    for (at, rule) in input.filter.iter().enumerate() {
        gather.text(rule.as_bytes(), none, Style::Rule, &origin(&format!("filter[{}]", at + 1)));
    }
    if let Some(file) = &input.filter_from {
        gather.file(file, none, Style::Rule, &origin("filterFrom"));
    }
    for (at, pattern) in input.exclude.iter().enumerate() {
        gather.text(pattern.as_bytes(), none, Style::Pattern, &origin(&format!("exclude[{}]", at + 1)));
    }
    if let Some(file) = &input.exclude_from {
        gather.file(file, none, Style::Pattern, &origin("excludeFrom"));
    }
    let mut cvs_exclude = input.cvs_exclude;
    match extra::options(&input.extra) {
        Err(problem) => gather.problems.push(problem),
        Ok(words) => {
            let origin = origin("rsync._extra");
            for word in words {
                match word {
                    extra::Word::Filter(rule) => gather.text(rule.as_bytes(), none, Style::Rule, &origin),
                    extra::Word::Exclude(rule) => gather.text(rule.as_bytes(), none, Style::Pattern, &origin),
                    extra::Word::Include(rule) => gather.text(rule.as_bytes(), include, Style::Pattern, &origin),
                    extra::Word::ExcludeFrom(file) => gather.file(&file, none, Style::Pattern, &origin),
                    extra::Word::IncludeFrom(file) => gather.file(&file, include, Style::Pattern, &origin),
                    extra::Word::CvsExclude => cvs_exclude = true,
                    extra::Word::Other(word) => {
                        gather.problems.push(Problem::error("filter-not-a-filter-option").with("word", word));
                    }
                }
            }
        }
    }
    if cvs_exclude {
        let origin = origin("cvs_exclude");
        gather.text(b":C", none, Style::Rule, &origin);
        gather.text(b"-C", none, Style::Rule, &origin);
    }
    if gather.problems.is_empty() { Ok(gather.rules) } else { Err(gather.problems) }
}

fn origin(source: &str) -> Arc<Origin> {
    Arc::new(Origin { source: source.to_owned(), line: None })
}

impl Gather<'_> {
    fn file(&mut self, name: &str, template: Flags, style: Style, from: &Arc<Origin>) {
        if name == "-" {
            self.problems.push(at(Problem::error("filter-from-stdin"), from));
            return;
        }
        if self.depth == DEEPEST {
            self.problems.push(at(Problem::error("filter-merge-depth").with("file", name), from));
            return;
        }
        let content = match (self.read)(name) {
            Ok(content) => content,
            Err(why) => {
                self.problems
                    .push(at(Problem::error("filter-file-unreadable").with("file", name).with("why", why), from));
                return;
            }
        };
        self.depth += 1;
        for (number, line) in lines::of_file(&content, template.words) {
            let here = Arc::new(Origin { source: from.source.clone(), line: Some((name.to_owned(), number)) });
            self.text(line, template, style, &here);
        }
        self.depth -= 1;
    }

    /// The rule or, where white space divides, the rules of one text.
    fn text(&mut self, mut text: &[u8], template: Flags, style: Style, origin: &Arc<Origin>) {
        loop {
            let parsed = match parse::rule(text, template, style) {
                Ok(Some(parsed)) => parsed,
                Ok(None) => return,
                Err(bad) => {
                    self.problems.push(refusal(bad, text, origin));
                    return;
                }
            };
            if let Some(code) = unfit(parsed.pattern) {
                self.problems.push(at(Problem::error(code).with("rule", show_bytes(text)), origin));
            } else if parsed.clear {
                self.rules.clear();
            } else {
                self.add(parsed.flags, parsed.pattern, origin);
            }
            if parsed.rest.is_empty() {
                return;
            }
            text = parsed.rest;
        }
    }

    fn add(&mut self, mut flags: Flags, pattern: &[u8], origin: &Arc<Origin>) {
        if !flags.merge {
            if flags.cvs {
                let list = self.cvs_list(flags, origin);
                self.rules.extend(list);
            } else {
                self.rules.push(Rule::new(flags, pattern, origin.clone()));
            }
            return;
        }
        let file = if pattern.is_empty() { cvs::PER_DIRECTORY } else { pattern };
        if flags.exclude_self {
            flags.exclude_self = false;
            let name = file.rsplit(|b| *b == b'/').next().unwrap_or(file);
            self.rules.push(Rule::new(Flags::default(), name, origin.clone()));
        }
        if !flags.per_dir {
            // The text is UTF-8: `unfit` has looked.
            self.file(&String::from_utf8_lossy(file), flags, Style::Rule, origin);
        } else if file.contains(&b'/') {
            let name = file.rsplit(|b| *b == b'/').find(|part| !part.is_empty()).unwrap_or(b".rsync-filter");
            let problem = Problem::error("filter-dir-merge-path").with("file", show_bytes(file));
            self.problems.push(at(problem.with("instead", format!(": {}", show_bytes(name))), origin));
        } else if !self.rules.iter().any(|rule| rule.flags.per_dir && rule.pattern == file) {
            self.rules.push(Rule { flags, pattern: file.to_vec(), dir_only: false, origin: origin.clone() });
        }
    }

    /// rsync fills its list at the first `C`, with that one's modifiers, and every further `C` uses the same list.
    fn cvs_list(&mut self, flags: Flags, origin: &Arc<Origin>) -> Vec<Rule> {
        if let Some(list) = &self.cvs {
            return list.clone();
        }
        let before = std::mem::take(&mut self.rules);
        let first = Flags { perishable: true, ..flags };
        self.text(cvs::BUILT_IN, first, Style::Rule, origin);
        let own = Arc::new(Origin { source: "CVSIGNORE".to_owned(), line: None });
        self.text(self.cvs_ignore, flags, Style::Rule, &own);
        let list = std::mem::replace(&mut self.rules, before);
        self.cvs.insert(list).clone()
    }
}

/// Why a pattern cannot be handed to rsync as a word of its command line, as the code of a problem.
fn unfit(pattern: &[u8]) -> Option<&'static str> {
    if pattern.contains(&0) {
        Some("filter-nul")
    } else if std::str::from_utf8(pattern).is_err() {
        Some("filter-not-utf8")
    } else if pattern.len() > LONGEST {
        Some("filter-too-long")
    } else {
        None
    }
}

/// The same about the place where it was written.
pub(super) fn at(problem: Problem, origin: &Origin) -> Problem {
    let problem = problem.at(origin.source.split('[').next().unwrap_or_default()).with("source", origin.place());
    match &origin.line {
        Some((file, line)) => problem.in_file(file.clone(), *line, 0),
        None => problem,
    }
}

/// The problem with a rule that cannot be read.
pub(super) fn refusal(bad: Bad, text: &[u8], origin: &Origin) -> Problem {
    let shown = show_bytes(text);
    let problem = match bad {
        Bad::Unknown => Problem::error("filter-unknown-rule").with("instead", format!("- {shown}")),
        Bad::Modifier(b) => Problem::error("filter-bad-modifier").with("modifier", show_bytes(&[b])),
        Bad::Empty => Problem::error("filter-empty-rule"),
        Bad::ClearTrailing => Problem::error("filter-clear-trailing").with("instead", "!"),
        Bad::SidesTwice => Problem::error("filter-sides-twice"),
        Bad::Xattr => Problem::error("filter-xattr"),
        Bad::Absolute => Problem::error("filter-absolute-modifier").with("instead", "- /PATH"),
        Bad::CvsArgument => Problem::error("filter-cvs-argument").with("instead", "-C"),
    };
    at(problem.with("rule", shown), origin)
}

impl Origin {
    /// `exclude[2]`, or `excludeFrom FILE line 3`.
    pub(super) fn place(&self) -> String {
        match &self.line {
            Some((file, line)) => format!("{} {} line {line}", self.source, show_bytes(file.as_bytes())),
            None => self.source.clone(),
        }
    }
}
