//! What is measured, and the bar that each figure is held to.

use super::program::Who;

/// A kind of figure. All of them are better when smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Seconds on the clock.
    Wall,
    /// Seconds of CPU: the daemon and every child that it waited for.
    Cpu,
    /// Seconds of CPU of the daemon alone.
    DaemonCpu,
    /// Resident memory, bytes.
    Memory,
    /// Inotify watches.
    Watches,
    /// Bytes on the wire, both ways.
    Wire,
    /// Processes started.
    Started,
    /// Context switches a minute over all threads.
    WakeUps,
    /// Entries that the target has and the source has not, or the other way round, at the end.
    Wrong,
}

impl Figure {
    /// The word in the table and in the JSON.
    pub fn name(self) -> &'static str {
        match self {
            Figure::Wall => "wall",
            Figure::Cpu => "CPU",
            Figure::DaemonCpu => "CPU of the daemon",
            Figure::Memory => "memory",
            Figure::Watches => "watches",
            Figure::Wire => "bytes on the wire",
            Figure::Started => "processes",
            Figure::WakeUps => "wake-ups/min",
            Figure::Wrong => "wrong",
        }
    }

    /// The figure of this name.
    pub fn named(name: &str) -> Option<Figure> {
        use Figure::{Cpu, DaemonCpu, Memory, Started, WakeUps, Wall, Watches, Wire, Wrong};
        [Wall, Cpu, DaemonCpu, Memory, Watches, Wire, Started, WakeUps, Wrong]
            .into_iter()
            .find(|one| one.name() == name)
    }

    /// A value of it for a person.
    pub fn shown(self, value: f64) -> String {
        format!("{} {}", self.name(), self.number(value))
    }

    /// The same without its name.
    pub fn number(self, value: f64) -> String {
        match self {
            Figure::Wall | Figure::Cpu | Figure::DaemonCpu if value > 0.0 && value < 0.1 => {
                format!("{:.2} ms", value * 1000.0)
            }
            Figure::Wall | Figure::Cpu | Figure::DaemonCpu if value < 1.0 => format!("{:.0} ms", value * 1000.0),
            Figure::Wall | Figure::Cpu | Figure::DaemonCpu => format!("{value:.2} s"),
            Figure::Memory => format!("{:.1} MB", value / 1e6),
            Figure::Wire => format!("{:.1} kB", value / 1e3),
            Figure::Watches | Figure::Started | Figure::WakeUps | Figure::Wrong => format!("{value:.0}"),
        }
    }
}

/// What driftlessd is held to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bar {
    /// At most so much of lsyncd's.
    OfLsyncd(f64),
    /// At most so much of the bare work's (a walk, one rsync) in the same run.
    OfBare(f64),
    /// At most this, whatever others need.
    AtMost(f64),
    /// Measured, not judged.
    Shown,
}

/// One figure of one turn.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The work's name.
    pub work: &'static str,
    /// Whose turn.
    pub who: Who,
    /// Of what kind.
    pub figure: Figure,
    /// In the unit of its kind.
    pub value: f64,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Samples {
    all: Vec<Sample>,
}

impl Samples {
    /// One more.
    pub fn add(&mut self, sample: Sample) {
        self.all.push(sample);
    }

    /// Each pair of a work and a figure once, in the order in which they were measured.
    pub fn kinds(&self) -> Vec<(&'static str, Figure)> {
        let mut kinds = Vec::new();
        for sample in &self.all {
            let kind = (sample.work, sample.figure);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    /// The median of all rounds, and the least and the most.
    pub fn median(&self, work: &str, figure: Figure, who: Who) -> Option<[f64; 3]> {
        let same = |s: &&Sample| s.work == work && s.figure == figure && s.who == who;
        let mut values: Vec<f64> = self.all.iter().filter(same).map(|sample| sample.value).collect();
        values.sort_by(f64::total_cmp);
        let (first, last) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median =
            if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) };
        Some([median, first, last])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_of_one_contestant_and_one_figure() {
        let mut samples = Samples::default();
        for (who, value) in [(Who::Lsyncd, 9.0), (Who::Driftlessd, 3.0), (Who::Driftlessd, 1.0), (Who::Driftlessd, 2.0)]
        {
            samples.add(Sample { work: "w", who, figure: Figure::Wall, value });
        }
        assert_eq!(samples.median("w", Figure::Wall, Who::Driftlessd), Some([2.0, 1.0, 3.0]));
        samples.add(Sample { work: "w", who: Who::Driftlessd, figure: Figure::Wall, value: 4.0 });
        assert_eq!(samples.median("w", Figure::Wall, Who::Driftlessd), Some([2.5, 1.0, 4.0]));
        assert_eq!(samples.median("w", Figure::Cpu, Who::Driftlessd), None);
        assert_eq!(samples.kinds(), [("w", Figure::Wall)]);
    }
}
