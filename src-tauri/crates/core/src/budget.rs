//! How many deletions may go without asking.
//!
//! A limit by count and one by share, each by itself; more than either waits. Deletions of the last ten minutes count
//! together, since one accident comes in many batches. Up to ten files are never too large a share: in a small folder
//! everything is.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Deletions so long apart have nothing to do with each other.
pub const TOGETHER: Duration = Duration::from_secs(600);
/// So few are no matter of shares.
const FEW: u64 = 10;

/// The limits of one sync; neither: everything may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Percent of what the target holds.
    pub share: Option<u32>,
    /// Entries.
    pub count: Option<u64>,
}

impl Budget {
    /// True if there is any limit.
    pub fn limits(&self) -> bool {
        self.share.is_some() || self.count.is_some()
    }

    /// So many may go from a target that holds `total`; `None`: all. A share of what nobody has counted is none at all.
    pub fn most(&self, total: Option<u64>) -> Option<u64> {
        let share = self.share.map(|percent| {
            let part = u128::from(total.unwrap_or(0)) * u128::from(percent.min(100)) / 100;
            u64::try_from(part).unwrap_or(u64::MAX).max(FEW)
        });
        match (self.count, share) {
            (Some(count), Some(share)) => Some(count.min(share)),
            (one, other) => one.or(other),
        }
    }
}

/// What was deleted lately.
#[derive(Debug, Clone, Default)]
pub struct Spent {
    runs: VecDeque<(Duration, u64)>,
}

impl Spent {
    /// A run deleted so many.
    pub fn add(&mut self, now: Duration, count: u64) {
        if count > 0 {
            self.runs.push_back((now, count));
        }
    }

    /// In the last ten minutes.
    pub fn lately(&mut self, now: Duration) -> u64 {
        while self.runs.front().is_some_and(|(at, _)| now.saturating_sub(*at) > TOGETHER) {
            self.runs.pop_front();
        }
        self.runs.iter().map(|(_, count)| count).sum()
    }

    /// Somebody has seen it.
    pub fn forget(&mut self) {
        self.runs.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_limit_counts_and_few_are_no_share() {
        let budget = |share, count| Budget { share, count };
        assert_eq!(budget(None, None).most(Some(100)), None);
        assert_eq!(budget(None, Some(0)).most(None), Some(0));
        assert_eq!(budget(Some(25), None).most(Some(1_000)), Some(250));
        assert_eq!(budget(Some(25), Some(100)).most(Some(1_000)), Some(100));
        assert_eq!(budget(Some(25), Some(1_000)).most(Some(1_000)), Some(250));
        assert_eq!(budget(Some(25), None).most(Some(4)), Some(10));
        assert_eq!(budget(Some(1), Some(5)).most(Some(4)), Some(5), "a count is a count");
        assert_eq!(budget(Some(50), None).most(None), Some(10), "nobody knows of what");
        assert_eq!(budget(Some(100), None).most(Some(u64::MAX)), Some(u64::MAX));
    }

    #[test]
    fn what_went_lately_counts_together() {
        let s = Duration::from_secs;
        let mut spent = Spent::default();
        spent.add(s(100), 5);
        spent.add(s(400), 7);
        spent.add(s(400), 0);
        assert_eq!((spent.lately(s(700)), spent.lately(s(701)), spent.lately(s(1_001))), (12, 7, 0));
        spent.add(s(1_002), 1);
        spent.forget();
        assert_eq!(spent.lately(s(1_002)), 0);
    }
}
