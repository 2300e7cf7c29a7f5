//! What pages are made of: each draws what it is given.

pub(crate) mod figure;
pub(crate) mod notice;
