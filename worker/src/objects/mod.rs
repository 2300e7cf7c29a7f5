//! Durable Objects: one of a kind per key, each with an SQLite of its own around decisions of the domain.

mod database;
pub(crate) mod stream_request;
pub(crate) mod symbol_stream_do;
mod symbol_stream_rows;
