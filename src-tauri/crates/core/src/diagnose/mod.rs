//! What a run's end means.

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// With this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// What a run said, understood.
#[derive(Debug, Clone, Default)]
pub struct Report {}
