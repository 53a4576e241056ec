//! `cargo xtask bench`: driftlessd and Debian's lsyncd at the same work with the same lsyncd.conf, in turn, in one run.
//!
//! Every figure is of whole processes: CPU of a daemon and of all its children, wall time until the target has it, memory,
//! bytes on the wire, wake-ups. A round is one turn of each; what is compared are the medians of all rounds, as ratios:
//! milliseconds differ from machine to machine. Nothing here passes or fails a test. lsyncd and the figures of /proc are
//! Linux's, so it runs there only.

mod curve;
mod far;
mod figures;
mod growth;
mod limits;
mod plot;
mod program;
mod proxy;
mod report;
mod server;
mod stage;
mod tree;
mod walk;
mod works;

use std::path::PathBuf;

use self::figures::{Sample, Samples};
use self::program::Who;
use self::stage::Stage;
use self::works::{WORKS, Work};
use crate::exec::{cargo, find, run as perform, say, target_dir};
use crate::needs;

/// The hidden verb under which this program walks a tree as a contestant of its own.
pub const WALK: &str = "bench-walk";
pub use self::walk::run as walk;

/// What was asked for.
#[derive(Debug)]
pub struct Options {
    rounds: usize,
    /// Everything is so much smaller: a quick look, whose ratios say little.
    scale: f64,
    names: Vec<String>,
    out: Option<PathBuf>,
    million: bool,
    /// How cost grows with the size, instead of the works.
    growth: bool,
}

impl Options {
    /// Reads the words.
    pub fn read(words: &[String]) -> Result<Options, String> {
        let mut options =
            Options { rounds: 3, scale: 1.0, names: Vec::new(), out: None, million: false, growth: false };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = |what: &str| words.next().ok_or_else(|| format!("{word} needs {what}"));
            match word.as_str() {
                "--rounds" => {
                    let text = value("a number")?;
                    options.rounds = text.parse().ok().filter(|n| *n > 0).ok_or_else(|| not_a_number(text))?;
                }
                "--scale" => {
                    let text = value("a number above 0, at most 1")?;
                    let scale: f64 = text.parse().map_err(|_| not_a_number(text))?;
                    if !(scale > 0.0 && scale <= 1.0) {
                        return Err(format!("--scale {text}: above 0, at most 1"));
                    }
                    options.scale = scale;
                }
                "--out" => options.out = Some(PathBuf::from(value("a directory")?)),
                "--million" => options.million = true,
                "--growth" => options.growth = true,
                other if other.starts_with('-') => return Err(format!("'{other}' is not known")),
                name => options.names.push(name.to_owned()),
            }
        }
        Ok(options)
    }

    fn wants(&self, work: &Work) -> bool {
        let named = self.names.iter().any(|name| work.name.contains(name.as_str()));
        if self.names.is_empty() { !work.once || self.million } else { named }
    }
}

fn not_a_number(text: &str) -> String {
    format!("'{text}' is not a number that will do")
}

/// Does it.
pub fn run(options: Options) -> Result<(), String> {
    needs::install(&needs::FOR_BENCH)?;
    say("Building driftlessd as it is shipped…");
    perform(&mut cargo(&["build", "--release", "-p", "driftlessd"]))?;
    let driftlessd = target_dir().join("release/driftlessd");
    let lsyncd = find("lsyncd").ok_or("lsyncd is not there")?;
    if options.growth {
        return growth::run(&options, driftlessd, lsyncd);
    }
    let works: Vec<&Work> = WORKS.into_iter().filter(|work| options.wants(work)).collect();
    if works.is_empty() {
        let all: Vec<&str> = WORKS.iter().map(|work| work.name).collect();
        return Err(format!("no work of that name; there are {}", all.join(", ")));
    }
    let _limits = limits::Raised::to(works.iter().map(|work| work.watches).max().unwrap_or(0))?;
    let stage = Stage::new(driftlessd, lsyncd, options.scale)?;
    let mut all = Samples::default();
    for work in works {
        say(&format!("── {}: {}", work.name, work.says));
        (work.prepare)(&stage)?;
        for round in 1..=options.rounds {
            for who in Who::ALL {
                let Some(figures) = (work.run)(&stage, who)? else { continue };
                let shown: Vec<String> = figures.iter().map(|(figure, value)| figure.shown(*value)).collect();
                say(&format!("   round {round}  {:<11} {}", who.name(), shown.join("  ")));
                figures.into_iter().for_each(|(figure, value)| all.add(Sample { work: work.name, who, figure, value }));
            }
            if work.once {
                break;
            }
        }
        stage.clear()?;
    }
    let table = report::table(&all);
    say(&report::text(&table));
    if let Some(out) = &options.out {
        std::fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
        let file = out.join("bench.json");
        let table = match std::fs::read_to_string(&file) {
            Ok(earlier) => report::joined(&earlier, table).map_err(|why| format!("{}: {why}", file.display()))?,
            Err(_) => table,
        };
        report::write(&file, &report::json(&table))?;
        report::write(&out.join("bench.svg"), &plot::svg(&table))?;
        report::write(&out.join("bench.md"), &report::page(&table))?;
        say(&format!("Written: {0}/bench.json, {0}/bench.md, {0}/bench.svg", out.display()));
    }
    Ok(())
}
