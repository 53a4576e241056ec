//! To bring changes to a local target: one, many, many at distant places, and a large part removed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::{Figures, Work};
use crate::bench::figures::{Bar, Figure};
use crate::bench::program::{Program, Who};
use crate::bench::stage::{Setup, Stage, until};
use crate::bench::tree;

const PATIENCE: Duration = Duration::from_secs(300);
/// A daemon that has brought nothing for so long will not bring it any more.
const NEVER: Duration = Duration::from_secs(40);
const POLL: Duration = Duration::from_millis(20);
/// A local target.
pub(super) const SETUP: Setup<'_> =
    Setup { delay: 1, init: true, target: None, far: None, kind: "rsync", sync: "", rsync: "" };

/// How long a single change takes.
pub const ONE_FILE: Work = Work {
    name: "one-file",
    says: "one file written, delay = 0: until the target has it, median of 30",
    watches: 10,
    once: false,
    prepare: |_| Ok(()),
    run: |stage, who| one_file(stage, who, &Setup { delay: 0, ..SETUP }, one_rsync),
    bars: &[(Figure::Wall, Bar::OfLsyncd(1.05))],
};

/// The same without a child process.
pub const ONE_FILE_DIRECT: Work = Work {
    name: "one-file-direct",
    says: "one file written, kind direct, delay = 0: until the target has it, median of 30",
    run: |stage, who| one_file(stage, who, &Setup { delay: 0, kind: "direct", ..SETUP }, one_copy),
    bars: &[(Figure::Wall, Bar::OfLsyncd(0.2))],
    ..ONE_FILE
};

/// Changes that only nanoseconds tell apart.
pub const REWRITES: Work = Work {
    name: "rewrites",
    says: "200 quick rewrites of the same size, one after the other",
    watches: 10,
    once: false,
    prepare: |_| Ok(()),
    run: |stage, who| {
        let Some(mut program) = begun(stage, who, &Setup { delay: 0, ..SETUP })? else { return Ok(None) };
        let mut wrong = 0.0;
        for number in 0..10 {
            for rewrite in 0..20 {
                let text = format!("{number:04} {rewrite:04}");
                fs::write(stage.source().join("file"), text).map_err(|error| error.to_string())?;
                std::thread::sleep(Duration::from_millis(20 + 7 * (rewrite % 5)));
            }
            program.rest(PATIENCE)?;
            wrong += stage.wrong()?;
        }
        Ok(Some(vec![(Figure::Wrong, wrong)]))
    },
    bars: &[(Figure::Wrong, Bar::AtMost(0.0))],
};

/// A program unpacked, photographs copied.
pub const NEW_FILES: Work = Work {
    name: "new-files",
    says: "20,000 small files in 200 new directories",
    watches: 300,
    once: false,
    prepare: |_| Ok(()),
    run: |stage, who| {
        stage.clear()?;
        let files: Vec<PathBuf> = (0..stage.of(20_000)).map(|n| format!("new{}/file{n}", n / 100).into()).collect();
        measured(stage, who, &SETUP, || {
            for (number, path) in files.iter().enumerate() {
                if number % 100 == 0 {
                    tree::make(&stage.source().join(format!("new{}", number / 100)))?;
                }
                tree::file(&stage.source().join(path), 500, number)?;
            }
            Ok(is_file(files.clone()))
        })
    },
    bars: &[(Figure::Wall, Bar::OfLsyncd(0.7)), (Figure::Cpu, Bar::OfLsyncd(0.7)), (Figure::Wrong, Bar::AtMost(0.0))],
};

/// Changes far apart.
pub const SPREAD: Work = Work {
    name: "spread",
    says: "one file changed in each of 2,000 directories of 50",
    watches: 2_100,
    once: false,
    prepare: |stage| {
        for dir in 0..stage.of(2_000) {
            let path = stage.source().join(format!("dir{dir}"));
            tree::make(&path)?;
            (0..50).try_for_each(|file| tree::file(&path.join(format!("file{file}")), 200, dir * 50 + file))?;
        }
        stage.copy()
    },
    run: |stage, who| {
        let files: Vec<PathBuf> = (0..stage.of(2_000)).map(|dir| format!("dir{dir}/file25").into()).collect();
        measured(stage, who, &SETUP, || {
            for path in &files {
                let path = stage.source().join(path);
                let length = fs::metadata(&path).map_err(|error| error.to_string())?.len() as usize;
                tree::file(&path, length + 1, length)?;
            }
            Ok(is_file(files.clone()))
        })
    },
    bars: &[(Figure::Wall, Bar::OfLsyncd(0.4)), (Figure::Cpu, Bar::OfLsyncd(0.3)), (Figure::Wrong, Bar::AtMost(0.0))],
};

/// Much goes at once.
pub const REMOVED: Work = Work {
    name: "removed",
    says: "10,000 of 110,000 directories removed",
    watches: 112_000,
    once: false,
    prepare: |stage| tree::directories(&stage.source(), stage.of(100_000)),
    run: |stage, who| removed(stage, who, true),
    bars: REMOVED_BARS,
};

/// The same where nothing but the watcher can know of it.
pub const REMOVED_WITHOUT_INIT: Work = Work {
    name: "removed-no-init",
    says: "10,000 of 110,000 directories removed, init = false",
    run: |stage, who| removed(stage, who, false),
    ..REMOVED
};

const REMOVED_BARS: &[(Figure, Bar)] = &[(Figure::DaemonCpu, Bar::OfLsyncd(0.3)), (Figure::Wrong, Bar::AtMost(0.0))];

fn removed(stage: &Stage, who: Who, init: bool) -> Result<Option<Figures>, String> {
    let goes = stage.source().join("goes");
    tree::make(&goes)?;
    tree::directories(&goes, stage.of(10_000))?;
    stage.copy()?;
    measured(stage, who, &Setup { init, ..SETUP }, || {
        fs::remove_dir_all(&goes).map_err(|error| format!("{}: {error}", goes.display()))?;
        Ok(|stage: &Stage| !stage.target().join("goes").exists())
    })
}

/// Started and at rest. Without a daemon: by what it would take at least.
fn one_file(
    stage: &Stage,
    who: Who,
    setup: &Setup<'_>,
    bare: fn(&Stage) -> Result<Option<Child>, String>,
) -> Result<Option<Figures>, String> {
    let Some(mut program) = begun(stage, who, setup)? else {
        return Ok(Some(vec![(Figure::Wall, times(stage, || bare(stage))?)]));
    };
    Ok(Some(vec![(Figure::Wall, times_of(stage, &mut program)?)]))
}

/// One rsync of the one file, started at once.
fn one_rsync(stage: &Stage) -> Result<Option<Child>, String> {
    let mut rsync = Command::new("rsync");
    rsync.arg("-a").arg(stage.source().join("file")).arg(stage.target());
    rsync.spawn().map(Some).map_err(|error| format!("rsync: {error}"))
}

/// A copy put in place of the old one, by the one who wrote the file.
fn one_copy(stage: &Stage) -> Result<Option<Child>, String> {
    let beside = stage.target().join(".file");
    fs::copy(stage.source().join("file"), &beside)
        .and_then(|_| fs::rename(&beside, stage.target().join("file")))
        .map(|()| None)
        .map_err(|error| format!("{}: {error}", beside.display()))
}

/// Seconds until a change is at the target, brought by a daemon: the median of 30.
pub(super) fn times_of(stage: &Stage, program: &mut Program) -> Result<f64, String> {
    let median = times(stage, || Ok(None)).map_err(|why| if why.is_empty() { program.said() } else { why })?;
    program.alive()?;
    Ok(median)
}

/// The same, of a change that `bring` brings. An empty error: it did not come.
fn times(stage: &Stage, bring: impl Fn() -> Result<Option<Child>, String>) -> Result<f64, String> {
    let mut times = Vec::new();
    for number in 0..30 {
        // Of another size each time: lsyncd cannot see another content in the same second.
        let text = "change ".repeat(number + 1);
        let start = Instant::now();
        fs::write(stage.source().join("file"), &text).map_err(|error| error.to_string())?;
        let child = bring()?;
        let there = || fs::read(stage.target().join("file")).is_ok_and(|found| found == text.as_bytes());
        // As often as a sleep allows. Without one the looks hold up what they look for: one core of few, and the folder's lock.
        until(PATIENCE, Duration::from_micros(50), there).ok_or_else(String::new)?;
        times.push(start.elapsed().as_secs_f64());
        if let Some(mut child) = child {
            child.wait().map_err(|error| format!("rsync: {error}"))?;
        }
        // Not while the run before it ends: what waits for that would be measured, too.
        std::thread::sleep(Duration::from_millis(150));
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

fn begun(stage: &Stage, who: Who, setup: &Setup<'_>) -> Result<Option<Program>, String> {
    if who == Who::Bare {
        return Ok(None);
    }
    let mut program = stage.start(who, setup)?;
    program.quiet(PATIENCE)?;
    program.rest(PATIENCE)?;
    Ok(Some(program))
}

/// Makes the changes, waits for them at the target, then for rest. Without a daemon: one rsync once they are made.
fn measured<F: FnMut(&Stage) -> bool>(
    stage: &Stage,
    who: Who,
    setup: &Setup<'_>,
    change: impl FnOnce() -> Result<F, String>,
) -> Result<Option<Figures>, String> {
    let Some(mut program) = begun(stage, who, setup)? else {
        change()?;
        let (cpu, start) = (Program::cpu_of_children(), Instant::now());
        stage.copy()?;
        let wall = start.elapsed().as_secs_f64();
        return Ok(Some(vec![(Figure::Wall, wall), (Figure::Cpu, Program::cpu_of_children() - cpu)]));
    };
    let (own, all) = program.cpu();
    let start = Instant::now();
    let mut there = change()?;
    until(NEVER, POLL, || there(stage));
    let wall = start.elapsed().as_secs_f64();
    program.rest(PATIENCE)?;
    let (own_after, all_after) = program.cpu();
    Ok(Some(vec![
        (Figure::Wall, wall),
        (Figure::Cpu, all_after - all),
        (Figure::DaemonCpu, own_after - own),
        (Figure::Wrong, stage.wrong()?),
    ]))
}

/// True once all of them are at the target in the source's length. What was found is not looked at again.
fn is_file(files: Vec<PathBuf>) -> impl FnMut(&Stage) -> bool {
    let mut files = files.into_iter().peekable();
    move |stage| {
        let length = |root: &Path, path: &Path| fs::metadata(root.join(path)).map(|m| m.len()).ok();
        while let Some(path) = files.peek() {
            let there = length(&stage.target(), path);
            if there.is_none() || there != length(&stage.source(), path) {
                return false;
            }
            files.next();
        }
        true
    }
}
