//! Memory that only the start needed is given back, so that a daemon that just watches is small.
//!
//! - Freed memory that the allocator keeps for later.
//! - Pages of programs and libraries that are mapped: reading a configuration touches most of them, watching only few. They are
//!   unchanged copies of files; what is needed again is mapped again from the cache. A mapping of which any page was
//!   changed (a debugger's breakpoints) is left as it is.
//!
//! For a process that is ours alone: what other libraries in it keep is nobody's to drop.

/// Gives it back. Once, after the start: each page that is needed again costs a fault.
#[cfg(target_os = "linux")]
pub fn give_back() {
    #[cfg(target_env = "gnu")]
    {
        // SAFETY: it takes the allocator's own locks and moves nothing that is in use.
        #[allow(unsafe_code, reason = "a call of the C library")]
        unsafe {
            libc::malloc_trim(0);
        }
    }
    let Ok(maps) = std::fs::read_to_string("/proc/self/smaps") else { return };
    for (start, end) in unchanged_text(&maps) {
        // SAFETY: a private mapping of a file, not writable, none of whose pages was changed: read again they are the same.
        #[allow(unsafe_code, reason = "the mapping is known only as two numbers")]
        unsafe {
            libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_DONTNEED);
        }
    }
}

/// Elsewhere nothing is done.
#[cfg(not(target_os = "linux"))]
pub fn give_back() {}

/// From where to where program text is mapped that is as it is in its file; `maps` as in `/proc/PID/smaps`.
#[cfg(target_os = "linux")]
fn unchanged_text(maps: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut text = None;
    for line in maps.lines() {
        let mut words = line.split_ascii_whitespace();
        let first = words.next().unwrap_or_default();
        if let Some((start, end)) = first.split_once('-') {
            let number = |word| usize::from_str_radix(word, 16).ok();
            let (access, inode) = (words.next(), words.nth(2));
            let is_text = access == Some("r-xp") && inode.is_some_and(|inode| inode != "0");
            text = if is_text { number(start).zip(number(end)) } else { None };
        } else if first == "Anonymous:"
            && let Some(range) = text.take()
            && words.next() == Some("0")
        {
            found.push(range);
        }
    }
    found
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_text_of_files_that_nobody_changed_is_dropped() {
        let maps = "\
1000-3000 r-xp 00000000 fe:00 42    /usr/bin/driftlessd
Rss:                   8 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
3000-4000 r-xp 00000000 fe:00 43    /usr/lib/changed.so
Anonymous:             4 kB
4000-5000 rw-p 00000000 fe:00 42    /usr/bin/driftlessd
Anonymous:             0 kB
5000-6000 r-xp 00000000 00:00 0     [vdso]
Anonymous:             0 kB
6000-9000 r-xp 00001000 fe:00 44    /a name with blanks
Anonymous:             0 kB
";
        assert_eq!(unchanged_text(maps), [(0x1000, 0x3000), (0x6000, 0x9000)]);
    }

    #[test]
    fn what_is_dropped_is_there_when_it_is_needed() {
        use rustix::mm::{MapFlags, ProtFlags, mmap};

        const LENGTH: usize = 1 << 20;
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &vec![7; LENGTH]).unwrap();
        // SAFETY: a new mapping, of a file that nobody else knows.
        let text = unsafe {
            let access = ProtFlags::READ | ProtFlags::EXEC;
            let at = mmap(std::ptr::null_mut(), LENGTH, access, MapFlags::PRIVATE, &file, 0).unwrap();
            std::slice::from_raw_parts(at.cast::<u8>(), LENGTH)
        };
        let header = format!("{:x}-", text.as_ptr() as usize);
        let resident = || {
            let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
            let own = maps.lines().skip_while(|line| !line.starts_with(&header));
            own.map(str::to_owned).find(|line| line.starts_with("Rss:")).unwrap()
        };
        let sum = || text.iter().map(|byte| usize::from(*byte)).sum::<usize>();
        assert_eq!(sum(), 7 * LENGTH);
        assert!(resident().contains("1024 kB"), "{}", resident());
        give_back();
        assert!(resident().contains(" 0 kB"), "{}", resident());
        assert_eq!(sum(), 7 * LENGTH, "and the program goes on");
    }
}
