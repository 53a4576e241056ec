//! A rule written out again: one form for rsync's command line, for the status file and for a person.

use super::rules::Rule;

/// `- *.o`, `+s /keep/`, `:nC .cvsignore`: short kind, modifiers, one blank, the pattern as it was written.
pub(super) fn text(rule: &Rule) -> Vec<u8> {
    let flags = rule.flags;
    let mut out = vec![match (flags.per_dir, flags.include) {
        (true, _) => b':',
        (false, true) => b'+',
        (false, false) => b'-',
    }];
    let mut put = |set: bool, letter: u8| {
        if set {
            out.push(letter);
        }
    };
    put(flags.negate, b'!');
    if flags.per_dir {
        put(flags.cvs, b'C');
        put(flags.here_only && !flags.cvs, b'n');
        put(flags.words && !flags.cvs, b'w');
        put(flags.bare && !flags.cvs, if flags.include { b'+' } else { b'-' });
    }
    put(flags.sender, b's');
    put(flags.receiver, b'r');
    put(flags.perishable, b'p');
    out.push(b' ');
    out.extend_from_slice(&rule.pattern);
    if rule.dir_only {
        out.push(b'/');
    }
    out
}
