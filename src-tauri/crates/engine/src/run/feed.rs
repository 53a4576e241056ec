//! What a child reads besides its arguments: the list on its standard input, secrets and long filter lists.
//!
//! - All of it is complete before the child starts: a list that ends early (because we died) would be obeyed.
//! - The list goes into a memfd; where there is none, into an unlinked file.
//! - Secrets and filters go through pipes, read by the child as `/dev/fd/N`: rsync 3.5.0 cannot open a memfd or an
//!   unlinked file by that name. A pipe holds what it holds (64 KiB, up to 1 MiB when asked), so a longer filter list
//!   is cut between rules into several pipes, read one after the other.
//! - Every descriptor is opened close-on-exec, so that no other child gets it; `command` lifts that in one child only.
//! - Where `/dev/fd` is missing, a file with mode 0600 in the runtime directory serves, removed with the value.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;

use rustix::pipe::{PipeFlags, pipe_with};

/// Something that a child opens by a path of ours.
#[derive(Debug)]
pub(crate) enum Feed {
    /// The read end of a pipe that already holds everything.
    Descriptor(OwnedFd),
    /// A file of ours that goes when this value goes.
    File(tempfile::TempPath),
}

impl Feed {
    /// The path under which the child finds it.
    pub(crate) fn path(&self) -> String {
        match self {
            Feed::Descriptor(fd) => format!("/dev/fd/{}", fd.as_raw_fd()),
            Feed::File(path) => path.display().to_string(),
        }
    }

    /// What the child must inherit, if it is that.
    pub(crate) fn descriptor(&self) -> Option<&OwnedFd> {
        match self {
            Feed::Descriptor(fd) => Some(fd),
            Feed::File(_) => None,
        }
    }
}

/// How children get what they read besides standard input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Through descriptors.
    DevFd,
    /// Through files in the runtime directory.
    Files,
}

impl Way {
    /// What this system has.
    pub(crate) fn here() -> Way {
        if cfg!(any(target_os = "linux", target_os = "macos")) { Way::DevFd } else { Way::Files }
    }
}

/// `bytes`, as one thing to open.
pub(crate) fn whole(bytes: &[u8], way: Way, runtime_dir: &Path) -> io::Result<Feed> {
    if way == Way::Files {
        let mut file = tempfile::Builder::new().prefix("feed-").tempfile_in(runtime_dir)?;
        file.write_all(bytes)?;
        return Ok(Feed::File(file.into_temp_path()));
    }
    let (read, write) = pipe_with(PipeFlags::CLOEXEC)?;
    make_room(&write, bytes.len());
    // Never waits for a reader that is not there yet: what doesn't fit is an error.
    rustix::io::ioctl_fionbio(&write, true)?;
    File::from(write).write_all(bytes)?;
    Ok(Feed::Descriptor(read))
}

/// `rules`, as one or more things to open in this order.
pub(crate) fn rules(rules: &[u8], way: Way, runtime_dir: &Path) -> io::Result<Vec<Feed>> {
    let most = if way == Way::Files { usize::MAX } else { PIPE_HOLDS };
    pieces(rules, most).into_iter().map(|piece| whole(piece, way, runtime_dir)).collect()
}

/// What every pipe holds without being asked, less one page that a write across pages may waste.
const PIPE_HOLDS: usize = 60 * 1024;

/// Cuts between rules. They end in NUL under `--from0` (then a newline is part of a name), else in a newline.
fn pieces(rules: &[u8], most: usize) -> Vec<&[u8]> {
    let end = if rules.contains(&0) { 0 } else { b'\n' };
    let mut pieces = Vec::new();
    let mut rest = rules;
    while rest.len() > most {
        // A single rule longer than `most` stays whole: the pipe is asked to grow.
        let cut = match rest[..most].iter().rposition(|b| *b == end) {
            Some(at) => at + 1,
            None => rest.iter().position(|b| *b == end).map_or(rest.len(), |at| at + 1),
        };
        let (piece, after) = rest.split_at(cut);
        pieces.push(piece);
        rest = after;
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(rest);
    }
    pieces
}

#[cfg(target_os = "linux")]
fn make_room(pipe: &OwnedFd, bytes: usize) {
    if bytes > PIPE_HOLDS {
        // A refusal shows when the bytes are written.
        let _ = rustix::pipe::fcntl_setpipe_size(pipe, bytes + 4096);
    }
}

#[cfg(not(target_os = "linux"))]
fn make_room(_pipe: &OwnedFd, _bytes: usize) {}

/// A file without a name that holds `bytes`, at its beginning: for standard input.
pub(crate) fn stdin(bytes: &[u8]) -> io::Result<File> {
    let mut file = nameless()?;
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}

#[cfg(any(target_os = "linux", target_os = "freebsd"))]
fn nameless() -> io::Result<File> {
    use rustix::fs::{MemfdFlags, memfd_create};
    match memfd_create("driftless-list", MemfdFlags::CLOEXEC) {
        Ok(fd) => Ok(File::from(fd)),
        Err(_) => tempfile::tempfile(),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
fn nameless() -> io::Result<File> {
    tempfile::tempfile()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::unix::fs::PermissionsExt;

    fn read(feed: Feed) -> Vec<u8> {
        let mut bytes = Vec::new();
        match feed {
            Feed::Descriptor(fd) => File::from(fd).read_to_end(&mut bytes).unwrap(),
            Feed::File(path) => File::open(&path).unwrap().read_to_end(&mut bytes).unwrap(),
        };
        bytes
    }

    #[test]
    fn a_pipe_holds_all_of_it_before_anybody_reads() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(whole(b"geheim\n", Way::DevFd, dir.path()).unwrap()), b"geheim\n");
        let long = vec![b'x'; 300_000];
        assert_eq!(read(whole(&long, Way::DevFd, dir.path()).unwrap()), long);
    }

    #[test]
    fn long_rules_are_cut_between_rules() {
        assert_eq!(pieces(b"aa\nbb\ncc\n", 7), [&b"aa\nbb\n"[..], b"cc\n"]);
        assert_eq!(pieces(b"a\na\0b\nb\0", 5), [&b"a\na\0"[..], b"b\nb\0"]);
        assert_eq!(pieces(b"too long\nb\n", 3), [&b"too long\n"[..], b"b\n"]);
        assert_eq!(pieces(b"", 5), [&b""[..]]);
        let all: Vec<u8> = (0..40_000).flat_map(|n| format!("- /name {n}\n").into_bytes()).collect();
        let dir = tempfile::tempdir().unwrap();
        let feeds = rules(&all, Way::DevFd, dir.path()).unwrap();
        assert!(feeds.len() > 5);
        assert_eq!(feeds.into_iter().flat_map(read).collect::<Vec<u8>>(), all);
    }

    #[test]
    fn a_file_is_for_us_alone_and_goes() {
        let dir = tempfile::tempdir().unwrap();
        let feed = whole(b"geheim\n", Way::Files, dir.path()).unwrap();
        let path = std::path::PathBuf::from(feed.path());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read(feed), b"geheim\n");
        assert!(!path.exists());
    }

    #[test]
    fn standard_input_is_read_from_its_beginning() {
        let mut text = String::new();
        stdin(b"./a\0./b\0").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "./a\0./b\0");
    }
}
