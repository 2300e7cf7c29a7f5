//! The windows that are answered.

use super::summary::Summary;

/// The exponent of a window of 10^k points: 1 to 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exponent(u8);

impl Exponent {
    /// The smallest and the largest.
    pub const BOUNDS: (u8, u8) = (1, 8);

    /// The exponent k; `None` outside its bounds.
    #[must_use]
    pub const fn new(k: u8) -> Option<Self> {
        if k >= Self::BOUNDS.0 && k <= Self::BOUNDS.1 { Some(Self(k)) } else { None }
    }

    /// All of them, ascending.
    pub fn all() -> impl Iterator<Item = Self> {
        (Self::BOUNDS.0..=Self::BOUNDS.1).map(Self)
    }

    /// k.
    #[must_use]
    pub const fn k(self) -> u8 {
        self.0
    }

    /// 10^k points.
    #[must_use]
    pub const fn points(self) -> u64 {
        10_u64.pow(self.0 as u32)
    }
}

/// The statistics of the last min(10^k, total) points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Which window.
    pub exponent: Exponent,
    /// Points that the stream has ever had.
    pub total: u64,
    /// The points of the window.
    pub summary: Summary,
}

impl Window {
    /// Whether 10^k points exist.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.summary.count() == self.exponent.points()
    }
}
