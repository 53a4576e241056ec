//! What several groups of end-to-end tests share: trees of files, an rsync daemon, and what "equal" means.
//!
//! A group takes it in with `#[path = "../common/mod.rs"] mod common;`.
#![allow(dead_code, unused_imports, reason = "each group of tests uses a part of it")]

mod equal;
mod rsyncd;
mod sshd;
mod tree;
mod wire;

use std::time::{Duration, Instant};

pub use equal::{assert_equal, differences};
pub use rsyncd::{NAMESPACE, Rsyncd, RsyncdOptions};
pub use sshd::{Sshd, SshdOptions, keygen, plain_user};
pub use tree::Tree;
pub use wire::Wire;

/// Asks again and again until `probe` gives something; panics after `seconds`.
pub fn wait_for<T>(what: &str, seconds: u64, mut probe: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(seconds);
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(Instant::now() < end, "waited {seconds} s in vain for: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
