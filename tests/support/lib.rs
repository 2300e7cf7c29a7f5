//! Starts and drives the product for the system tests.
