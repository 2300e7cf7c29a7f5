//! The windows that are answered.

use super::RETAINED_POINTS;
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

/// How many points a window has at most: 1 to 10^8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Length(u64);

impl Length {
    /// The shortest and the longest.
    pub const BOUNDS: (u64, u64) = (1, RETAINED_POINTS);

    /// So many points; `None` outside the bounds.
    #[must_use]
    pub const fn new(points: u64) -> Option<Self> {
        if points >= Self::BOUNDS.0 && points <= Self::BOUNDS.1 { Some(Self(points)) } else { None }
    }

    /// How many points.
    #[must_use]
    pub const fn points(self) -> u64 {
        self.0
    }

    /// The exponent, where the length is a power of ten that has one.
    ///
    /// ```
    /// use domain::stream::Length;
    /// let exponent = |points| Length::new(points).unwrap().exponent().map(|exponent| exponent.k());
    /// assert_eq!((exponent(1_000), exponent(250), exponent(1)), (Some(3), None, None));
    /// ```
    #[must_use]
    pub fn exponent(self) -> Option<Exponent> {
        Exponent::all().find(|exponent| exponent.points() == self.0)
    }
}

impl From<Exponent> for Length {
    fn from(exponent: Exponent) -> Self {
        Self(exponent.points())
    }
}

/// The statistics of the last min(length, total) points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Which window.
    pub length: Length,
    /// Points that the stream has ever had.
    pub total: u64,
    /// The points of the window.
    pub summary: Summary,
}

impl Window {
    /// Whether as many points exist as the window is long.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.summary.count() == self.length.points()
    }
}
