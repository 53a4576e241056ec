//! The bare walk: what it costs to watch a tree when nothing is kept of it. It is the limit that a watcher is held to.
//!
//! Runs as a process of its own (`xtask bench-walk DIR`), so that its CPU can be told, and prints seconds on the clock and
//! seconds of CPU.

use std::time::Instant;

use crate::exec::say;

/// Walks and watches everything below the directory that is named.
pub fn run(words: &[String]) -> Result<(), String> {
    let [dir] = words else { return Err("one directory".to_owned()) };
    let start = Instant::now();
    let count = watch(dir).map_err(|error| format!("{dir}: {error}"))?;
    let wall = start.elapsed().as_secs_f64();
    let stat = std::fs::read_to_string("/proc/self/schedstat").map_err(|error| error.to_string())?;
    let ns: f64 = stat.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0.0);
    say(&format!("{wall} {} {count}", ns / 1e9));
    Ok(())
}

fn watch(dir: &str) -> Result<usize, rustix::io::Errno> {
    use rustix::fs::{CWD, Dir, FileType, Mode, OFlags, inotify, openat};

    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let events = inotify::WatchFlags::CLOSE_WRITE
        | inotify::WatchFlags::ATTRIB
        | inotify::WatchFlags::CREATE
        | inotify::WatchFlags::DELETE
        | inotify::WatchFlags::MOVED_FROM
        | inotify::WatchFlags::MOVED_TO
        | inotify::WatchFlags::ONLYDIR;
    let queue = inotify::init(inotify::CreateFlags::CLOEXEC)?;
    let mut open = vec![Dir::new(openat(CWD, dir, flags, Mode::empty())?)?];
    let mut path = dir.as_bytes().to_vec();
    let mut lengths = vec![path.len()];
    inotify::add_watch(&queue, path.as_slice(), events)?;
    let mut count = 1;
    while let Some(now) = open.last_mut() {
        match now.next().transpose()? {
            Some(entry) if entry.file_type() == FileType::Directory => {
                let name = entry.file_name();
                if matches!(name.to_bytes(), b"." | b"..") {
                    continue;
                }
                path.push(b'/');
                path.extend_from_slice(name.to_bytes());
                inotify::add_watch(&queue, path.as_slice(), events)?;
                count += 1;
                let inner = Dir::new(openat(now.fd()?, name, flags, Mode::empty())?)?;
                open.push(inner);
                lengths.push(path.len());
            }
            Some(_) => {}
            None => {
                open.pop();
                lengths.pop();
                path.truncate(lengths.last().copied().unwrap_or(0));
            }
        }
    }
    Ok(count)
}
