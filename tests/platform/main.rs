//! The same product on the other ways to run it, and what an operator does to it.
#![expect(clippy::unwrap_used, reason = "a test ends where its tools fail")]

mod backup;
mod description;
mod snippets;
mod wrangler_dev;
