//! One page a route.

pub(crate) mod overview;
