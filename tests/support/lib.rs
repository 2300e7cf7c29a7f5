//! Starts and drives the product for the system tests.

pub mod recorded_vendor;
