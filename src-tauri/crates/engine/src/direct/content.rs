//! The content of one file: shared where the file system can, else copied by the kernel, else read and written, chunk by
//! chunk. Holes stay holes.

use std::os::fd::BorrowedFd;

use rustix::fs::{SeekFrom, Stat, ftruncate, seek};
use rustix::io::{Errno, pread, pwrite};

use super::Trouble;
use super::pool::Beat;

/// Between two looks whether to stop.
const CHUNK: usize = 1024 * 1024;
/// What is read at once into memory of ours. Little enough for the allocator to take it from what it has: a larger one is mapped
/// anew each time, and glibc then keeps as much for later in each thread that ever had one.
const PIECE: usize = 64 * 1024;

/// Which of the fast ways have failed once between these two ends, and are not tried again.
#[derive(Debug, Default)]
pub(super) struct Ways {
    no_share: bool,
    no_kernel: bool,
    buffer: Vec<u8>,
    other: Vec<u8>,
}

/// Copies all of `from`, whose stat is `stat`, into the empty file `to`.
pub(super) fn copy(
    ways: &mut Ways,
    from: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    stat: &Stat,
    beat: &Beat,
) -> Result<(), Trouble> {
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    if size == 0 || share(ways, from, to) {
        return Ok(());
    }
    // Blocks are of 512 bytes whatever the file system's are.
    let whole = u64::try_from(stat.st_blocks).unwrap_or(u64::MAX).saturating_mul(512) >= size;
    let mut at = 0;
    while at < size {
        let (start, end) = if whole { (at, size) } else { data(from, at, size)? };
        at = range(ways, from, to, (start, end), beat)?;
        if at < end {
            // It has become shorter.
            return Ok(());
        }
    }
    if whole { Ok(()) } else { ftruncate(to, size).map_err(Trouble::at_target) }
}

/// The disk begins to take what was written, and nobody waits for that: as a rename over a file has it on ext4 and its like, so
/// that a crash soon afterwards finds the content where it finds the name.
#[cfg(target_os = "linux")]
pub(super) fn begin_writing(file: BorrowedFd<'_>) {
    use std::os::fd::AsRawFd;
    // SAFETY: a system call with numbers; the descriptor is open as long as it is borrowed.
    #[allow(unsafe_code, reason = "rustix has no function for it")]
    // Where it is refused the system writes when it likes.
    let _ = unsafe { libc::sync_file_range(file.as_raw_fd(), 0, 0, libc::SYNC_FILE_RANGE_WRITE) };
}

/// Whether both hold the same, byte by byte.
pub(super) fn equal(ways: &mut Ways, one: BorrowedFd<'_>, other: BorrowedFd<'_>, beat: &Beat) -> Result<bool, Trouble> {
    let mut at = 0;
    loop {
        if !beat.go_on() {
            return Err(Trouble::Stopped);
        }
        let n = fill(one, &mut ways.buffer, at).map_err(Trouble::at_source)?;
        let m = fill(other, &mut ways.other, at).map_err(Trouble::at_target)?;
        if n != m || ways.buffer[..n] != ways.other[..m] {
            return Ok(false);
        }
        if n == 0 {
            return Ok(true);
        }
        at += n as u64;
    }
}

/// A piece from there, shorter only at the end of the file.
fn fill(file: BorrowedFd<'_>, buffer: &mut Vec<u8>, at: u64) -> Result<usize, Errno> {
    buffer.resize(PIECE, 0);
    let mut got = 0;
    while got < PIECE {
        match pread(file, &mut buffer[got..], at + got as u64) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(got)
}

/// The next stretch that is no hole, from `at` on.
fn data(from: BorrowedFd<'_>, at: u64, size: u64) -> Result<(u64, u64), Trouble> {
    let start = match seek(from, SeekFrom::Data(at)) {
        Ok(start) => start.min(size),
        // Nothing but a hole up to the end.
        Err(Errno::NXIO) => return Ok((size, size)),
        Err(_) => return Ok((at, size)),
    };
    let end = seek(from, SeekFrom::Hole(start)).unwrap_or(size).clamp(start, size);
    Ok((start, end))
}

/// Copies this stretch; where it ended.
fn range(
    ways: &mut Ways,
    from: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    (mut at, end): (u64, u64),
    beat: &Beat,
) -> Result<u64, Trouble> {
    while at < end {
        if !beat.go_on() {
            return Err(Trouble::Stopped);
        }
        let len = usize::try_from(end - at).unwrap_or(CHUNK).min(CHUNK);
        if let Some(n) = by_kernel(ways, from, to, at, len)? {
            at += n;
            continue;
        }
        ways.buffer.resize(PIECE, 0);
        let n = match pread(from, &mut ways.buffer[..len.min(PIECE)], at) {
            Ok(0) => return Ok(at),
            Ok(n) => n,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(Trouble::at_source(errno)),
        };
        let mut written = 0;
        while written < n {
            match pwrite(to, &ways.buffer[written..n], at + written as u64) {
                Ok(more) => written += more,
                Err(Errno::INTR) => {}
                Err(errno) => return Err(Trouble::at_target(errno)),
            }
        }
        at += n as u64;
    }
    Ok(at)
}

#[cfg(target_os = "linux")]
fn share(ways: &mut Ways, from: BorrowedFd<'_>, to: BorrowedFd<'_>) -> bool {
    if !ways.no_share {
        ways.no_share = rustix::fs::ioctl_ficlone(to, from).is_err();
    }
    !ways.no_share
}

/// `None`: it is to be read and written, also where nobody knows at which end the error was.
#[cfg(target_os = "linux")]
fn by_kernel(
    ways: &mut Ways,
    from: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    at: u64,
    len: usize,
) -> Result<Option<u64>, Trouble> {
    if ways.no_kernel {
        return Ok(None);
    }
    let (mut off_in, mut off_out) = (at, at);
    match rustix::fs::copy_file_range(from, Some(&mut off_in), to, Some(&mut off_out), len) {
        Ok(0) => Ok(None),
        Ok(n) => Ok(Some(n as u64)),
        Err(errno @ (Errno::NOSPC | Errno::DQUOT)) => Err(Trouble::at_target(errno)),
        Err(errno) => {
            ways.no_kernel |= matches!(errno, Errno::XDEV | Errno::NOSYS | Errno::OPNOTSUPP | Errno::INVAL);
            Ok(None)
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn share(_ways: &mut Ways, _from: BorrowedFd<'_>, _to: BorrowedFd<'_>) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn by_kernel(
    _ways: &mut Ways,
    _from: BorrowedFd<'_>,
    _to: BorrowedFd<'_>,
    _at: u64,
    _len: usize,
) -> Result<Option<u64>, Trouble> {
    Ok(None)
}
