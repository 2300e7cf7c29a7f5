//! One platform service per file.

pub(crate) mod d1;
