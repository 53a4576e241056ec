//! One file or symbolic link: made beside its place under a name of its own, then put into it in one step.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use driftless_core::native::Task;
use driftless_core::paths::RelPath;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
#[cfg(target_os = "linux")]
use rustix::fs::{RenameFlags, renameat_with};
use rustix::fs::{fstat, ftruncate, openat, readlinkat, renameat, statat, symlinkat, unlinkat};
use rustix::io::Errno;

use super::attributes::{self, mode_of, mtime};
use super::job::Job;
use super::tally::Deed;
use super::{Trouble, content};

/// No terminal is taken over and no pipe waited for, should one stand there after all.
const READ: OFlags =
    OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);
/// A file that changes while it is read is read so often.
const TRIES: u32 = 2;

impl Job<'_> {
    /// A regular file, whose look is `seen`.
    pub(super) fn file(&mut self, path: &RelPath, seen: &Stat) -> Result<(), Trouble> {
        let name = path.name();
        let into = self.above(path)?;
        let there = there(into, name)?;
        if there.as_ref().is_some_and(|stat| kind(stat) == FileType::Directory) {
            return Err(Trouble::Unfit("a folder stands in a file's place"));
        }
        let regular = there.filter(|stat| kind(stat) == FileType::RegularFile);
        let into = dup(into)?;
        let source = self.source_file(path)?;
        let alike = regular.as_ref().is_some_and(|stat| stat.st_size == seen.st_size);
        let same_time = alike && regular.as_ref().is_some_and(|stat| mtime(stat) == mtime(seen));
        if (self.task == Task::Update && same_time) || (self.task == Task::Checked && alike) {
            let fd = openat(&into, name, READ, Mode::empty()).map_err(Trouble::at_target)?;
            let now = fstat(&fd).map_err(Trouble::at_target)?;
            let same = kind(&now) == FileType::RegularFile
                && (self.task == Task::Update
                    || content::equal(&mut self.ways, source.as_fd(), fd.as_fd(), self.beat)?);
            if same {
                let mode = self.keep.perms.then(|| mode_of(seen));
                let touched = attributes::put(&self.keep, seen, Some(source.as_fd()), fd.as_fd(), mode)?;
                let deed = if touched { Deed::Touched } else { Deed::Equal };
                self.tally.done(path, 'f', size(seen), deed);
                return Ok(());
            }
        }
        self.replace(path, &into, &source, regular.as_ref())
    }

    fn replace(
        &mut self,
        path: &RelPath,
        into: &OwnedFd,
        source: &OwnedFd,
        there: Option<&Stat>,
    ) -> Result<(), Trouble> {
        let mut before = fstat(source).map_err(Trouble::at_source)?;
        if kind(&before) != FileType::RegularFile {
            return Err(Trouble::Unfit("no file any more"));
        }
        // Without -p the system's defaults decide, which it applies itself; what is to get its mode is nobody else's until then.
        let first = if self.keep.perms || there.is_some() { 0o600 } else { mode_of(&before) & 0o777 };
        let (temp, fd) = Temp::file(into.as_fd(), first)?;
        let mut steady = false;
        for again in 0..TRIES {
            if again > 0 {
                ftruncate(&fd, 0).map_err(Trouble::at_target)?;
            }
            content::copy(&mut self.ways, source.as_fd(), fd.as_fd(), &before, self.beat)?;
            let after = fstat(source).map_err(Trouble::at_source)?;
            steady = (before.st_size, mtime(&before)) == (after.st_size, mtime(&after));
            if steady {
                break;
            }
            if again + 1 < TRIES {
                before = after;
            }
        }
        let mode = match there {
            _ if self.keep.perms => Some(mode_of(&before)),
            Some(there) => Some(mode_of(there)),
            None => None,
        };
        attributes::put(&self.keep, &before, Some(source.as_fd()), fd.as_fd(), mode)?;
        if !self.beat.go_on() {
            return Err(Trouble::Stopped);
        }
        match there {
            Some(_) => temp.exchange(path.name(), fd.as_fd())?,
            None => temp.rename(path.name())?,
        }
        let deed = if there.is_some() { Deed::Replaced } else { Deed::Made };
        self.tally.done(path, 'f', size(&before), deed);
        if !steady {
            self.tally.changed(path);
        }
        Ok(())
    }

    /// Opened only once it is known to be a file.
    fn source_file(&mut self, path: &RelPath) -> Result<OwnedFd, Trouble> {
        let parent = path.parent().unwrap_or_else(RelPath::root);
        let dir = self.from(&parent)?;
        let fd = openat(dir, path.name(), READ, Mode::empty()).map_err(|errno| match errno {
            Errno::LOOP => Trouble::Unfit("no file any more"),
            other => Trouble::at_source(other),
        })?;
        let stat = fstat(&fd).map_err(Trouble::at_source)?;
        if kind(&stat) == FileType::RegularFile { Ok(fd) } else { Err(Trouble::Unfit("no file any more")) }
    }

    /// A symbolic link, whose look is `seen`: as it is, wherever it leads.
    pub(super) fn link(&mut self, path: &RelPath, seen: &Stat) -> Result<(), Trouble> {
        let name = path.name();
        let parent = path.parent().unwrap_or_else(RelPath::root);
        let leads = readlinkat(self.from(&parent)?, name, Vec::new()).map_err(Trouble::at_source)?;
        let keep = self.keep;
        let into = self.above(path)?;
        let there = there(into, name)?;
        let deed = match there.as_ref().map(kind) {
            Some(FileType::Directory) => return Err(Trouble::Unfit("a folder stands in a link's place")),
            Some(FileType::Symlink) if readlinkat(into, name, Vec::new()).is_ok_and(|other| other == leads) => {
                Deed::Equal
            }
            Some(_) => Deed::Replaced,
            None => Deed::Made,
        };
        let deed = match (deed, &there) {
            (Deed::Equal, Some(was)) => {
                if attributes::put_link(&keep, seen, into, name, was)? {
                    Deed::Touched
                } else {
                    Deed::Equal
                }
            }
            _ => {
                let temp = Temp::link(into, &leads)?;
                let was = statat(into, temp.name(), AtFlags::SYMLINK_NOFOLLOW).map_err(Trouble::at_target)?;
                attributes::put_link(&keep, seen, into, temp.name(), &was)?;
                temp.rename(name)?;
                deed
            }
        };
        self.tally.done(path, 'L', 0, deed);
        Ok(())
    }
}

fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

fn size(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(0)
}

/// What stands at the target under this name.
fn there(dir: BorrowedFd<'_>, name: &[u8]) -> Result<Option<Stat>, Trouble> {
    match statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(Trouble::at_target(errno)),
    }
}

pub(super) fn dup(fd: BorrowedFd<'_>) -> Result<OwnedFd, Trouble> {
    rustix::io::fcntl_dupfd_cloexec(fd, 0).map_err(Trouble::at_target)
}

/// What is made under a name of its own; it goes with this value unless it was renamed.
struct Temp<'a> {
    dir: BorrowedFd<'a>,
    name: Option<String>,
}

impl<'a> Temp<'a> {
    fn file(dir: BorrowedFd<'a>, mode: u32) -> Result<(Temp<'a>, OwnedFd), Trouble> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Temp::make(dir, |name| openat(dir, name, flags, Mode::from_raw_mode(mode as _)))
    }

    fn link(dir: BorrowedFd<'a>, leads: &std::ffi::CStr) -> Result<Temp<'a>, Trouble> {
        Temp::make(dir, |name| symlinkat(leads, dir, name)).map(|(temp, ())| temp)
    }

    fn make<T>(dir: BorrowedFd<'a>, mut one: impl FnMut(&str) -> Result<T, Errno>) -> Result<(Temp<'a>, T), Trouble> {
        loop {
            let number = getrandom::u64().map_err(|_| Trouble::Unfit("no random numbers"))?;
            // Short, so that it fits wherever the file's own name fits.
            let name = format!(".~{number:016x}");
            match one(&name) {
                Ok(made) => return Ok((Temp { dir, name: Some(name) }, made)),
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(Trouble::at_target(errno)),
            }
        }
    }

    fn name(&self) -> &[u8] {
        self.name.as_deref().unwrap_or_default().as_bytes()
    }

    /// Takes the place of a file, in one step for whoever looks. An exchange, since a rename over a file waits for the disk on some
    /// file systems before it shows: what is new is written behind it, and what was there goes last.
    #[cfg(target_os = "linux")]
    fn exchange(mut self, name: &[u8], fd: BorrowedFd<'_>) -> Result<(), Trouble> {
        let exchange = |dir| renameat_with(dir, self.name(), dir, name, RenameFlags::EXCHANGE);
        if exchange(self.dir).is_err() {
            // Not every file system can, and what was there may have gone.
            return self.rename(name);
        }
        content::begin_writing(fd);
        match unlinkat(self.dir, self.name(), AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {
                self.name = None;
                Ok(())
            }
            Err(errno) => {
                // A folder came in between, or what was there may not go: it gets its place back.
                exchange(self.dir).map_err(Trouble::at_target)?;
                Err(Trouble::at_target(errno))
            }
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn exchange(self, name: &[u8], _fd: BorrowedFd<'_>) -> Result<(), Trouble> {
        self.rename(name)
    }

    fn rename(mut self, name: &[u8]) -> Result<(), Trouble> {
        renameat(self.dir, self.name(), self.dir, name).map_err(Trouble::at_target)?;
        self.name = None;
        Ok(())
    }
}

impl Drop for Temp<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            // Where that fails a pass that removes strangers takes it.
            let _ = unlinkat(self.dir, name.as_str(), AtFlags::empty());
        }
    }
}
