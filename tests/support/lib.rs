//! Starts and drives the product for the system tests: the server of `make serve` on a folder of its own, over HTTP.
#![expect(clippy::unwrap_used, reason = "a test ends where its tools fail")]

mod data;
mod http;
pub mod recorded_vendor;
mod server;

pub use data::shared_data;
pub use http::{Reply, Request};
pub use server::{Options, Server, repository};
