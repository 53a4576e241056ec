//! When to try again.
//!
//! The pause doubles with each failure in a row, up to a cap, and is spread by a quarter so that many syncs of one server
//! don't come back at the same moment. It is a parameter of the classes in `diagnose`, never of who asks: `maxDelays` does
//! not shorten it. A person does (`sync`, `resume`).

use std::time::Duration;

use crate::diagnose::RetryClass;

/// The pause before the next try after `failures` (from 1) in a row; `None` if an answer has to be awaited. `seed` spreads.
pub fn pause(class: RetryClass, failures: u32, seed: u64) -> Option<Duration> {
    let doublings = failures.saturating_sub(1).min(16);
    let (first, most) = match class {
        RetryClass::Nothing => return Some(Duration::ZERO),
        RetryClass::AfterAnswer => return None,
        RetryClass::Quick => (Duration::from_millis(120), Duration::from_secs(5)),
        RetryClass::QuietSecond => (Duration::from_millis(1_300), Duration::from_secs(60)),
        RetryClass::Normal => (Duration::from_secs(1), Duration::from_secs(300)),
        RetryClass::Slow => (Duration::from_secs(5), Duration::from_secs(600)),
    };
    let plain = first.saturating_mul(1 << doublings).min(most);
    // A quarter up or down.
    let spread = 0.75 + 0.5 * (mix(seed.wrapping_add(u64::from(failures))) as f64 / u64::MAX as f64);
    Some(plain.mul_f64(spread))
}

/// Spreads the bits of a number (splitmix64).
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_cap_and_are_spread() {
        let secs = |n| pause(RetryClass::Normal, n, 1).unwrap().as_secs_f64();
        assert!((0.75..=1.25).contains(&secs(1)) && (3.0..=5.0).contains(&secs(3)));
        assert!((225.0..=375.0).contains(&secs(30)));
        let spread: std::collections::BTreeSet<_> = (0..50).map(|s| pause(RetryClass::Normal, 5, s)).collect();
        assert!(spread.len() > 40);
        assert_eq!(pause(RetryClass::AfterAnswer, 1, 1), None);
    }
}
