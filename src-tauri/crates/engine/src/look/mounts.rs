//! Mount points below a directory. A mount that went away reads as deleted files: the heart compares the lists.
//!
//! Linux tells in `/proc/self/mountinfo`. Elsewhere the list is empty; there a changed device of the root is all we see.

use driftless_core::paths::RelPath;

/// Mount points below this directory, called by its real name, sorted, each once.
#[cfg(target_os = "linux")]
pub(super) fn mounts_below(root: &[u8]) -> Vec<RelPath> {
    let Ok(table) = std::fs::read("/proc/self/mountinfo") else { return Vec::new() };
    below(&table, root)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn mounts_below(_root: &[u8]) -> Vec<RelPath> {
    Vec::new()
}

#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux has the table"))]
fn below(mountinfo: &[u8], root: &[u8]) -> Vec<RelPath> {
    let prefix = root.strip_suffix(b"/").unwrap_or(root);
    let mut found: Vec<RelPath> = mountinfo
        .split(|b| *b == b'\n')
        .filter_map(|line| line.split(|b| *b == b' ').nth(4))
        .filter_map(|point| {
            let point = unescaped(point);
            let rest = point.strip_prefix(prefix)?.strip_prefix(b"/")?;
            RelPath::new(rest).ok().filter(|path| !path.is_root())
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Space, tab, newline and backslash stand there as `\040` and so on.
pub(crate) fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let code = match (first, after) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..]) => {
                Some((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'))
            }
            _ => None,
        };
        out.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[3..] } else { after };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"22 1 8:1 / / rw - ext4 /dev/sda rw\n\
        30 22 0:20 / /home/u/src/in\\040ner rw shared:1 - tmpfs t rw\n\
        31 30 0:21 / /home/u/src/in\\040ner/deep rw - tmpfs t rw\n\
        32 22 0:22 / /home/u/srcs rw - tmpfs t rw\n\
        33 22 0:23 / /home/u/src rw - tmpfs t rw\n\
        34 30 0:24 / /home/u/src/in\\040ner/deep rw - tmpfs t rw\n";

    fn shown(root: &[u8]) -> Vec<String> {
        below(TABLE, root).iter().map(RelPath::shown).collect()
    }

    #[test]
    fn only_what_is_mounted_below_counts_each_once() {
        assert_eq!(shown(b"/home/u/src"), ["in ner", "in ner/deep"]);
        assert_eq!(shown(b"/home/u/src/in ner"), ["deep"]);
        assert_eq!(shown(b"/nowhere"), [""; 0]);
        assert_eq!(shown(b"/").len(), 4);
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescaped(b"a\\040b\\134\\011\\9"), b"a b\\\t\\9");
    }
}
