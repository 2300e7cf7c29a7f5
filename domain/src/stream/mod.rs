//! Exact statistics of the last 10, 100, … 10^8 points of a stream: see `docs/methods/streams.md`.
//!
//! A stream is cut into blocks of [`BLOCK_VALUES`] points. Of a whole block only its [`Summary`] stays in memory, in a
//! [`Forest`] of merged summaries; the raw points lie in storage, which is not known here. A window merges O(log n)
//! summaries and asks for the raw points of at most one block, the one in which it begins.

mod codec;
mod forest;
mod pair;
mod series;
mod summary;
mod symbol;
mod window;

pub use codec::{values_from_bytes, values_to_bytes};
pub use forest::Forest;
pub use series::{Appended, Block, Damaged, NotFinite, Series, WindowError};
pub use summary::Summary;
pub use symbol::{Symbol, SymbolError};
pub use window::{Exponent, Length, Window};

/// Points of a whole block: 64 KB of doubles.
pub const BLOCK_VALUES: usize = 8_192;

/// Points that are always held: the largest window. Older ones are dropped by whole blocks.
pub const RETAINED_POINTS: u64 = 100_000_000;

/// Most points of one batch.
pub const MOST_BATCH_VALUES: usize = 10_000;

/// Most points that are answered at once.
pub const MOST_ANSWERED_VALUES: u64 = 100_000;
