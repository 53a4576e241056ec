//! Finds the program of a command before it starts.
//!
//! Done here and not by `execvp` in the child: that one searches relative entries of PATH in the child's working
//! directory, which is the person's source, where anybody may have put a file called `rsync`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};
use rustix::io::Errno;

/// The file to execute: `program` itself if it is a path, else the first executable of that name in the absolute
/// entries of `path` (as `PATH`). The error is what `execvp` would have said: ENOENT, EACCES…
pub fn find_program(program: &str, path: Option<&OsStr>) -> Result<PathBuf, Errno> {
    if program.is_empty() {
        return Err(Errno::NOENT);
    }
    if program.contains('/') {
        let whole = std::path::absolute(program).map_err(|_| Errno::NOENT)?;
        return executable(&whole).map(|()| whole);
    }
    let mut best = Errno::NOENT;
    for dir in path.map(OsStr::as_bytes).unwrap_or(b"/usr/bin:/bin").split(|b| *b == b':') {
        if !dir.starts_with(b"/") {
            continue;
        }
        let candidate = Path::new(OsStr::from_bytes(dir)).join(program);
        // A directory of PATH that may not be entered says nothing about the program.
        if rustix::fs::stat(&candidate).is_err() {
            continue;
        }
        match executable(&candidate) {
            Ok(()) => return Ok(candidate),
            Err(errno) => best = errno,
        }
    }
    Err(best)
}

fn executable(file: &Path) -> Result<(), Errno> {
    let meta = rustix::fs::stat(file)?;
    if rustix::fs::FileType::from_raw_mode(meta.st_mode) != rustix::fs::FileType::RegularFile {
        return Err(Errno::ACCESS);
    }
    access(file, Access::EXEC_OK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn script(at: &Path, mode: u32) {
        std::fs::write(at, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(at, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_first_executable_in_path_is_taken_and_relative_entries_are_not_searched() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (dir.path().join("1"), dir.path().join("2"));
        std::fs::create_dir(&first).unwrap();
        std::fs::create_dir(&second).unwrap();
        script(&first.join("tool"), 0o644);
        script(&second.join("tool"), 0o755);
        let path = format!(".::{}:{}", first.display(), second.display());
        assert_eq!(find_program("tool", Some(OsStr::new(&path))), Ok(second.join("tool")));
        let path = format!("{}", first.display());
        assert_eq!(find_program("tool", Some(OsStr::new(&path))), Err(Errno::ACCESS));
        assert_eq!(find_program("absent", Some(OsStr::new(&path))), Err(Errno::NOENT));
        assert_eq!(find_program("Cargo.toml", Some(OsStr::new("."))), Err(Errno::NOENT));
    }

    #[test]
    fn a_path_is_taken_as_it_is() {
        assert_eq!(find_program("/bin/sh", None), Ok(PathBuf::from("/bin/sh")));
        assert_eq!(find_program("/no/such/rsync", None), Err(Errno::NOENT));
        assert_eq!(find_program("/", None), Err(Errno::ACCESS));
        assert_eq!(find_program("", None), Err(Errno::NOENT));
    }
}
