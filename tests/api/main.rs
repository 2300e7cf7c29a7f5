//! The HTTP contract, one file a resource.

mod imports;
mod operations;
