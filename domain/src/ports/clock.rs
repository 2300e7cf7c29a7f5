//! What time it is. The domain never asks; jobs do.

use crate::units::UnixMillis;

/// A source of the present instant.
pub trait Clock {
    /// The present instant.
    fn now(&self) -> UnixMillis;
}
