//! The sample folder, and the changes that `--for` makes in it: what people do in a day, and names that break scripts.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// One change.
pub struct Change {
    /// As in "you would …".
    pub what: &'static str,
    /// Makes it below this folder.
    pub make: fn(&Path) -> io::Result<()>,
}

/// The folder before any change.
pub fn sample(dir: &Path) -> io::Result<()> {
    for sub in ["letters", "photos/2026", "empty"] {
        fs::create_dir_all(dir.join(sub))?;
    }
    fs::write(dir.join("Read me.txt"), "Change anything in here, and look at the other side.\n")?;
    fs::write(dir.join("letters/to grandma.txt"), "Dear grandma,\n")?;
    fs::write(dir.join("letters/draft.txt"), "never sent\n")?;
    for n in 0..5 {
        fs::write(dir.join(format!("photos/2026/{n}.raw")), vec![n; 100_000])?;
    }
    Ok(())
}

/// All of them, in an order in which each can be made.
pub fn all() -> impl Iterator<Item = Change> {
    let change = |what, make| Change { what, make };
    [
        change("write a new file", |dir| fs::write(dir.join("letters/new.txt"), "first\n")),
        change("save it twice within a second, with the same size", |dir| {
            fs::write(dir.join("letters/new.txt"), "secnd\n")?;
            fs::write(dir.join("letters/new.txt"), "third\n")
        }),
        change("add a line to a file", |dir| {
            fs::OpenOptions::new().append(true).open(dir.join("letters/to grandma.txt"))?.write_all(b"it is raining.\n")
        }),
        change("save as editors do: write beside, then rename over", |dir| {
            fs::write(dir.join(".Read me.txt.swp"), "Still here.\n")?;
            fs::rename(dir.join(".Read me.txt.swp"), dir.join("Read me.txt"))
        }),
        change("rename a file", |dir| fs::rename(dir.join("letters/new.txt"), dir.join("letters/news.txt"))),
        change("rename a folder", |dir| fs::rename(dir.join("photos"), dir.join("pictures"))),
        change("change a file in the renamed folder", |dir| fs::write(dir.join("pictures/2026/0.raw"), "edited")),
        change("make a tree of folders at once", |dir| {
            fs::create_dir_all(dir.join("a/b/c/d/e"))?;
            (0..50).try_for_each(|n| fs::write(dir.join(format!("a/b/c/d/e/{n}")), n.to_string()))
        }),
        change("use names that break scripts", hard_names),
        change("turn a file into a folder", |dir| {
            fs::remove_file(dir.join("letters/draft.txt"))?;
            fs::create_dir(dir.join("letters/draft.txt"))?;
            fs::write(dir.join("letters/draft.txt/inside"), "x")
        }),
        change("remove a file", |dir| fs::remove_file(dir.join("pictures/2026/1.raw"))),
        change("remove a folder with all that is in it", |dir| fs::remove_dir_all(dir.join("a/b/c"))),
        change("make something and remove it at once", |dir| {
            fs::write(dir.join("gone"), "x")?;
            fs::remove_file(dir.join("gone"))
        }),
    ]
    .into_iter()
}

fn hard_names(dir: &Path) -> io::Result<()> {
    let mut names = vec!["with  blanks ", "-rf", "#hash", "ünï cödé 🎈"];
    if cfg!(unix) {
        names.extend(["line\nbreak", "*?[a]", "back\\slash", "quote'\"$(x)`y`", ";semi", "tab\t"]);
    }
    for name in names {
        fs::write(dir.join(name), name)?;
    }
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt;
        fs::write(dir.join(std::ffi::OsStr::from_bytes(b"not utf-8 \xff\xfe")), "bytes")?;
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("letters/news.txt", dir.join("a link"))?;
    Ok(())
}
