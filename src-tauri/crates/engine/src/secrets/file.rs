//! A password from a file that the person chose, by rsync's own rules, so that a file which serves rsync serves here.
//!
//! rsync reads at most 511 bytes and takes the first piece that is no line end; it refuses a file that others may read
//! or write (mode & 06), and, running as root, one that root does not own. Links are followed, as rsync follows them. The
//! file is judged through its descriptor, so it cannot be exchanged between the look and the reading.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::{SecretProblem, SecretText};

/// What rsync's buffer holds.
const MOST: u64 = 511;

/// The password in this file.
pub fn read(path: &Path) -> Result<SecretText, SecretProblem> {
    let problem = |code| SecretProblem::new(code, &path.to_string_lossy());
    let file = open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => problem("password-file-missing"),
        _ => problem("password-file-unreadable"),
    })?;
    judge(&file).map_err(problem)?;
    let mut bytes = Vec::with_capacity(MOST as usize);
    file.take(MOST).read_to_end(&mut bytes).map_err(|_| problem("password-file-unreadable"))?;
    // Wiped when it goes out of scope, with whatever stood behind the first line.
    let bytes = SecretText::new(bytes);
    match first_line(bytes.expose()) {
        Some(line) => Ok(SecretText::new(line.to_vec())),
        None => Err(problem("password-file-empty")),
    }
}

fn first_line(bytes: &[u8]) -> Option<&[u8]> {
    // A NUL ends it, as it ends a string in rsync.
    let bytes = bytes.split(|b| *b == 0).next().unwrap_or_default();
    bytes.split(|b| matches!(b, b'\n' | b'\r')).find(|line| !line.is_empty())
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    // NONBLOCK: a named pipe without a writer must not hold us for ever.
    let fd = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty())?;
    Ok(File::from(fd))
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn judge(file: &File) -> Result<(), &'static str> {
    use std::os::unix::fs::MetadataExt;
    let meta = file.metadata().map_err(|_| "password-file-unreadable")?;
    let root = rustix::process::geteuid().is_root();
    if !meta.is_file() {
        Err("password-file-unreadable")
    } else if meta.mode() & 0o06 != 0 {
        Err("password-file-open")
    } else if root && meta.uid() != 0 {
        Err("password-file-owner")
    } else {
        Ok(())
    }
}

#[cfg(not(unix))]
fn judge(file: &File) -> Result<(), &'static str> {
    match file.metadata() {
        Ok(meta) if meta.is_file() => Ok(()),
        _ => Err("password-file-unreadable"),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn code_of(path: &Path) -> &'static str {
        read(path).map(|_| "read").unwrap_or_else(|problem| problem.code)
    }

    #[test]
    fn the_first_line_is_the_password_as_rsync_takes_it() {
        let long = vec![b'x'; 600];
        let cases: [(&[u8], Option<&[u8]>); 9] = [
            (b"secret\n", Some(b"secret")),
            (b"secret\r\nrest", Some(b"secret")),
            (b"  with blanks \n", Some(b"  with blanks ")),
            (b"\n\nsecret", Some(b"secret")),
            (b"\xff\xfe\n", Some(b"\xff\xfe")),
            (b"cut\0off\n", Some(b"cut")),
            (b"", None),
            (b"\r\n", None),
            (&long, Some(&long[..511])),
        ];
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pass");
        for (content, wanted) in cases {
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            let got = read(&path);
            match wanted {
                Some(wanted) => assert_eq!(got.unwrap().expose(), wanted, "{content:?}"),
                None => assert_eq!(got.unwrap_err().code, "password-file-empty", "{content:?}"),
            }
        }
    }

    #[test]
    fn only_what_rsync_would_refuse_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pass");
        assert_eq!(code_of(&path), "password-file-missing");
        assert_eq!(code_of(dir.path()), "password-file-unreadable");
        fs::write(&path, "secret\n").unwrap();
        for (mode, code) in
            [(0o644, "password-file-open"), (0o602, "password-file-open"), (0o440, "read"), (0o661, "read")]
        {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(code_of(&path), code, "{mode:o}");
        }
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(code_of(&link), "read");
        let pipe = dir.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert_eq!(code_of(&pipe), "password-file-unreadable");
    }
}
