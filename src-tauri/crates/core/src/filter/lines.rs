//! A filter file cut into what rsync reads as one rule each.

/// C's `isspace` on ASCII.
pub(super) fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The rules of a file, with their line counted from 1. Lines end at a line feed or a carriage return; empty ones and those
/// whose first byte is `#` or `;` are no rules; blanks at either end belong to the rule. With `words` every run of
/// white space divides, and nothing is a comment.
pub(super) fn of_file(content: &[u8], words: bool) -> impl Iterator<Item = (usize, &[u8])> {
    let mut line = 1;
    content
        .split_inclusive(move |b| matches!(b, b'\n' | b'\r') || (words && is_space(b)))
        .map(move |piece| {
            let number = line;
            line += usize::from(piece.ends_with(b"\n"));
            let end = piece.last().is_some_and(|b| matches!(b, b'\n' | b'\r') || (words && is_space(b)));
            (number, &piece[..piece.len() - usize::from(end)])
        })
        .filter(move |(_, rule)| !rule.is_empty() && (words || !matches!(rule[0], b'#' | b';')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_words() {
        let text = b"- a \r\n\n# no\n; no\n #yes\nlast";
        let lines: Vec<_> = of_file(text, false).collect();
        assert_eq!(lines, [(1, &b"- a "[..]), (5, b" #yes"), (6, b"last")]);
        let words: Vec<_> = of_file(b"a  b\n#c\td", true).collect();
        assert_eq!(words, [(1, &b"a"[..]), (1, b"b"), (2, b"#c"), (2, b"d")]);
    }
}
