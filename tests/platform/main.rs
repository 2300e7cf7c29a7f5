//! The same product on the other ways to run it.

mod wrangler_dev;
