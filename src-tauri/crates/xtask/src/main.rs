//! What a newcomer or CI types: `cargo xtask run`, `test`, `fuzz`, `churn`, `soak`, `mutants`, `bench`, `screenshots`, `icons`.
//!
//! It needs Rust and a C compiler to be there, and sees to the rest itself: it says what is missing, installs it
//! with the system's own package manager, builds, and does what was asked. It links no library of the system.

#[cfg(target_os = "linux")]
mod bench;
mod binaries;
mod churn;
mod demo;
mod exec;
mod fuzz;
mod icons;
mod mutants;
mod needs;
mod pages;
mod screenshots;
mod soak;
mod suite;
mod window;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask run [--headless] [--source DIR] [--for 20s] [--keep]
    On a desktop: build the application and open it.
    Elsewhere, or with any of these words: mirror a sample folder (or DIR) to an rsync server of its own, live,
    until Ctrl-C.
    --headless   also where there is a desktop
    --for TIME   make changes of its own (in the sample folder only), end after TIME, and exit with 0 only if
                 the other side is equal then
    --keep       leave both folders and the configuration in place

cargo xtask icons
    Render the pictures of tray and application from icons/*.svg.

cargo xtask screenshots [--out DIR] [NAME]
    Take a picture of every page and state of the window, light and dark, in English and Chinese, and at 800x600 and
    200 % zoom, in Chromium. With a name, only of the pages whose names contain it.
    --out DIR    there instead of target/screenshots

cargo xtask test [--long] [GROUP…]
    Install what the tests need and run them. Groups: fmt, clippy, deny, pages, and the test binaries by name
    (or `package` or `package/name`). Without one, all of them.
    --long       more random worlds, longer runs (DRIFTLESS_LONG=1 for the tests), and the mutations
                 (group: mutants)

cargo xtask fuzz [--for 60s] [NAME…]
    Give each reader of what comes from outside (lsyncd.conf, TOML, filter rules, rsync's output, the record) changed inputs
    for so long. With names, only the targets whose names contain one of them.

cargo xtask churn [--seeds 20] [--from N] [--seed N]
    Random changes with a fault every few seconds, against real servers: in the end both targets must be equal. A
    seed that ends badly is named with the words that repeat it (--seed N: only this one).

cargo xtask soak [--minutes 30]
    Steady change for long: shows what driftlessd takes of memory, file descriptors and threads, and fails if it grows.

cargo xtask mutants [NAME…]
    Break the core on purpose, in one way after the other, and see that its tests notice each. With names,
    only the mutations whose names contain one of them.

cargo xtask bench [--growth] [--rounds 3] [--scale 1] [--million] [--out DIR] [WORK…]
    Measure driftlessd beside Debian's lsyncd, as it is shipped (on Linux only). With names, only the works whose
    names contain one of them.
    --scale X    trees and times so much smaller, for a quick look
    --million    1,000,000 directories as well
    --growth     how cost grows with directories, changes and syncs, instead of the works
    --out DIR    write bench.json, bench.md and bench.svg (growth.json and growth.svg) there; what is there
                 of other works stays
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.first().map(String::as_str) {
        Some("run") if window::opens(&words[1..], window::has_display()) => Ok(window::run()),
        Some("run") => demo::Options::read(&words[1..]).map(demo::run),
        Some("screenshots") => screenshots::Options::read(&words[1..]).map(screenshots::take),
        Some("icons") => Ok(icons::render()),
        Some("churn") => churn::Options::read(&words[1..]).map(churn::run),
        Some("fuzz") => fuzz::Options::read(&words[1..]).map(fuzz::run),
        Some("soak") => soak::minutes(&words[1..]).map(soak::run),
        Some("test") => suite::Options::read(&words[1..]).map(suite::run),
        #[cfg(target_os = "linux")]
        Some("bench") => bench::Options::read(&words[1..]).map(bench::run),
        #[cfg(target_os = "linux")]
        Some(bench::WALK) => Ok(bench::walk(&words[1..])),
        Some("mutants") => mutants::Options::read(&words[1..]).map(mutants::run),
        Some("help" | "--help" | "-h") => {
            exec::say(USAGE);
            return ExitCode::SUCCESS;
        }
        _ => Err("say what to do".to_owned()),
    };
    match done {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(why)) => {
            exec::say(&format!("FAILED: {why}"));
            ExitCode::FAILURE
        }
        Err(slip) => {
            exec::say(&format!("{slip}\n\n{USAGE}"));
            ExitCode::from(2)
        }
    }
}
