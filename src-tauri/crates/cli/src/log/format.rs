//! The formats of a log line; lsyncd's own, so that what reads its log reads ours.
//!
//! | where | line |
//! |---|---|
//! | console | `HH:MM:SS Category: text` |
//! | file | `Sun Nov 22 14:46:52 2026 Category: text` (local time, no zone) |
//! | syslog | `Category, text`; ident and facility around it |
//! | journal | `<N>Category: text`, N the priority; the journal keeps the time itself |
//! | before the log is open | `Category: text` on stderr |
//!
//! A text may carry a list of paths on lines of its own; every other control character is written as `\xNN`.

use driftless_core::say::{Category, Say};
use jiff::Zoned;

/// Syslog's number: 3 error, 4 warning, 5 notice, 7 debug.
pub fn priority(category: Category) -> u8 {
    match category {
        Category::Error => 3,
        Category::Warn => 4,
        Category::Normal => 5,
        _ => 7,
    }
}

/// Line for the console.
pub fn console(say: &Say, now: &Zoned) -> String {
    each(say, |text| format!("{} {}: {text}\n", now.strftime("%H:%M:%S"), say.category.word()))
}

/// Line for a file.
pub fn file(say: &Say, now: &Zoned) -> String {
    each(say, |text| format!("{} {}: {text}\n", now.strftime("%a %b %e %H:%M:%S %Y"), say.category.word()))
}

/// Lines for the journal: the prefix stands before each.
pub fn journal(say: &Say) -> String {
    let priority = priority(say.category);
    let text = each(say, |text| format!("{}: {text}\n", say.category.word()));
    text.lines().map(|line| format!("<{priority}>{line}\n")).collect()
}

/// Line before the log is open.
pub fn early(say: &Say) -> String {
    each(say, |text| format!("{}: {text}\n", say.category.word()))
}

/// Datagrams for syslog (RFC 3164 as libc writes it), one for each line of the text.
pub fn syslog(say: &Say, now: &Zoned, ident: &str, facility: u8, pid: u32) -> Vec<String> {
    let number = u16::from(facility) * 8 + u16::from(priority(say.category));
    let stamp = now.strftime("%b %e %H:%M:%S").to_string();
    let ident: String = ident.chars().filter(|c| !c.is_control()).collect();
    let text = each(say, |text| format!("{}, {text}\n", say.category.word()));
    text.lines().map(|line| format!("<{number}>{stamp} {ident}[{pid}]: {line}")).collect()
}

/// lsyncd's lines name no sync and give no reason. They stay as they are; what is wrong, where and what to do follows as
/// a line of its own, with the same head, so that whoever looks for a category finds it.
fn each(say: &Say, line: impl Fn(String) -> String) -> String {
    let mut out = line(clean(say.text.trim_end_matches('\n')));
    if let Some(problem) = &say.problem {
        let sync = say.sync.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        out.push_str(&line(clean(&format!("{sync}{}", driftless_words::line(problem)).replace('\n', " "))));
    }
    out
}

/// No control character but the newline between lines ever gets through.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && c.is_control() {
            let mut buffer = [0; 4];
            for byte in c.encode_utf8(&mut buffer).bytes() {
                out.push_str(&format!("\\x{byte:02x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use driftless_core::problem::Problem;

    fn now() -> Zoned {
        "2026-11-02T04:06:52[UTC]".parse().unwrap()
    }

    #[test]
    fn the_formats_are_lsyncds() {
        let say = Say::new(Category::Normal, "--- Startup ---");
        assert_eq!(console(&say, &now()), "04:06:52 Normal: --- Startup ---\n");
        assert_eq!(file(&say, &now()), "Mon Nov  2 04:06:52 2026 Normal: --- Startup ---\n");
        assert_eq!(early(&say), "Normal: --- Startup ---\n");
        assert_eq!(syslog(&say, &now(), "lsyncd", 1, 77), ["<13>Nov  2 04:06:52 lsyncd[77]: Normal, --- Startup ---"]);
    }

    #[test]
    fn a_reason_follows_on_a_line_of_its_own() {
        let problem = Problem::error("failure-source-emptied").with("source", "/data");
        let say = Say::new(Category::Error, "not started").of("Photos").because(problem.clone());
        let wanted =
            format!("04:06:52 Error: not started\n04:06:52 Error: Photos: {}\n", driftless_words::line(&problem));
        assert_eq!(console(&say, &now()), wanted);
        assert!(wanted.contains("/data"), "{wanted}");
    }

    #[test]
    fn lists_keep_their_lines_and_nothing_else_gets_through() {
        let say = Say::new(Category::Error, "list\n/a\x1b[31m\r\n/b\u{9b}\n");
        assert_eq!(file(&say, &now()), "Mon Nov  2 04:06:52 2026 Error: list\n/a\\x1b[31m\\x0d\n/b\\xc2\\x9b\n");
        assert_eq!(journal(&say), "<3>Error: list\n<3>/a\\x1b[31m\\x0d\n<3>/b\\xc2\\x9b\n");
        assert_eq!(syslog(&say, &now(), "i\nd", 3, 1).len(), 3);
    }
}
