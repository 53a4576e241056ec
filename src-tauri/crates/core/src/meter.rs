//! How far a full pass is: counted by the parts that ended, and by what the run under way says of itself.
//!
//! A run tells bytes as it goes. How many files it has compared it tells only while it sends some; until then the parts that
//! ended count. The time left is that of the entries so far, spread over the rest; pauses do not count.

use std::time::Duration;

use crate::time::Now;
use crate::view::PassProgress;

/// What a run under way has told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Bytes of files sent.
    pub bytes: u64,
    /// Entries compared, and all there are; the latter grows while `listing`.
    pub files: Option<(u64, u64)>,
    /// The source is still being listed.
    pub listing: bool,
}

/// The rate is that of about so long.
const LATELY: Duration = Duration::from_secs(10);
/// Before so much work nothing can be said of the time left.
const EARLY: Duration = Duration::from_secs(3);

/// Measures one pass.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    /// Bytes of the runs that ended.
    bytes: u64,
    /// How long these took.
    worked: Duration,
    /// The run under way: since when, and what it told last.
    run: Option<(Duration, Moved)>,
    /// When the rate was taken last, all bytes then, and the rate.
    rate: Option<(Duration, u64, f64)>,
}

impl Meter {
    /// A run starts.
    pub fn starts(&mut self, now: Now) {
        self.run = Some((now.mono, Moved::default()));
    }

    /// A run told how far it is.
    pub fn told(&mut self, now: Now, moved: Moved) {
        let Some((since, _)) = self.run else { return };
        self.run = Some((since, moved));
        self.sample(now);
    }

    /// The run ended, having sent so many bytes in all.
    pub fn ends(&mut self, now: Now, bytes: u64) {
        let Some((since, _)) = self.run.take() else { return };
        self.worked += now.mono.saturating_sub(since);
        self.bytes = self.bytes.saturating_add(bytes);
        self.sample(now);
    }

    fn bytes(&self) -> u64 {
        self.bytes.saturating_add(self.run.map_or(0, |(_, moved)| moved.bytes))
    }

    fn sample(&mut self, now: Now) {
        let bytes = self.bytes();
        let Some((at, before, rate)) = self.rate else {
            self.rate = Some((now.mono, bytes, 0.0));
            return;
        };
        let span = now.mono.saturating_sub(at).as_secs_f64();
        if span >= 0.5 {
            let fresh = bytes.saturating_sub(before) as f64 / span;
            // The first one counts alone, later ones by how much of "lately" they are.
            let weight = if rate == 0.0 { 1.0 } else { (span / LATELY.as_secs_f64()).min(1.0) };
            self.rate = Some((now.mono, bytes, rate + (fresh - rate) * weight));
        }
    }

    /// How far it is: `done` of `total` entries lie in parts that ended, `within` at most in the run under way.
    pub fn progress(&self, now: Now, done: u64, within: u64, total: Option<u64>) -> PassProgress {
        let told = self.run.and_then(|(_, moved)| moved.files.map(|files| (files, moved.listing)));
        let files_done = match (told, total) {
            (Some(((compared, _), _)), None) => compared,
            (Some(((compared, all), _)), Some(_)) => {
                let share = u128::from(within) * u128::from(compared.min(all)) / u128::from(all.max(1));
                done + u64::try_from(share).unwrap_or(0)
            }
            (None, _) => done,
        };
        let files_total = total.or(told.filter(|(_, listing)| !listing).map(|((_, all), _)| all));
        let files_total = files_total.map(|all| all.max(files_done));
        let spent = self.worked + self.run.map_or(Duration::ZERO, |(since, _)| now.mono.saturating_sub(since));
        let seconds_left = files_total.filter(|_| files_done > 0 && spent >= EARLY).map(|all| {
            let each = spent.as_secs_f64() / files_done as f64;
            (each * all.saturating_sub(files_done) as f64).ceil() as u64
        });
        let lately = self.rate.filter(|(at, _, _)| self.run.is_some() && now.mono.saturating_sub(*at) < LATELY);
        PassProgress {
            files_done,
            files_total,
            bytes: self.bytes(),
            bytes_per_second: lately.map_or(0, |(_, _, rate)| rate as u64),
            seconds_left,
            parts_done: 0,
            parts_total: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Now {
        Now { mono: Duration::from_secs(seconds), wall_ms: 0 }
    }

    #[test]
    fn parts_that_ended_and_the_one_under_way_add_up() {
        let mut meter = Meter::default();
        meter.starts(at(100));
        meter.ends(at(110), 4_000);
        // Paused for long.
        meter.starts(at(900));
        meter.told(at(905), Moved { bytes: 500, files: Some((50, 100)), listing: false });
        meter.told(at(910), Moved { bytes: 1_500, files: Some((50, 100)), listing: false });
        let seen = meter.progress(at(910), 100, 100, Some(300));
        assert_eq!((seen.files_done, seen.files_total, seen.bytes), (150, Some(300), 5_500));
        assert_eq!(seen.seconds_left, Some(20), "20 s for 150 of 300, the pause does not count");
        assert!(seen.bytes_per_second > 0);
        assert_eq!(meter.progress(at(930), 100, 100, Some(300)).bytes_per_second, 0, "nothing moved lately");
    }

    #[test]
    fn a_run_whose_size_nobody_counted_tells_it_itself() {
        let mut meter = Meter::default();
        meter.starts(at(0));
        assert_eq!(meter.progress(at(1), 0, 0, None).files_total, None);
        meter.told(at(4), Moved { bytes: 8, files: Some((10, 20)), listing: true });
        assert_eq!(meter.progress(at(4), 0, 0, None).files_total, None);
        meter.told(at(5), Moved { bytes: 9, files: Some((10, 40)), listing: false });
        let seen = meter.progress(at(5), 0, 0, None);
        assert_eq!((seen.files_done, seen.files_total, seen.seconds_left), (10, Some(40), Some(15)));
    }
}
