//! The same product on the other ways to run it, and what an operator does to it.

mod backup;
mod wrangler_dev;
