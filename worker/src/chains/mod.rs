//! The warehouse of option chains: each month of an underlying is one Parquet object, and a catalogue says which one counts.
//!
//! `write` and `read` are the file, `merge` decides what a month becomes, `staging` keeps quotes on their way in, and
//! `warehouse` does it all over an object store and a catalogue. The file's format is `docs/imports.md`.

#[cfg(feature = "bench")]
mod in_memory;
mod merge;
mod read;
mod sessions;
mod staging;
mod warehouse;
mod write;

#[cfg(test)]
mod tests;

#[cfg(feature = "bench")]
pub use in_memory::{HeldFiles, RunOutcome};
pub(crate) use sessions::{PinnedMonth, SessionReader, session_count};
pub(crate) use warehouse::{ChainWarehouse, FOLDER, read_session};
pub(crate) use write::COLUMNS;
