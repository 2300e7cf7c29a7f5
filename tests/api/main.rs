//! The HTTP contract, one file a resource.
#![expect(clippy::unwrap_used, reason = "a test ends where its tools fail")]

mod auth;
mod cache;
mod errors;
mod export;
mod imports;
mod index;
mod index_reference;
mod operations;
mod streams;
