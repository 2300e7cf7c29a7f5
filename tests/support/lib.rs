//! Starts and drives the product for the system tests: the server of `make serve` on a folder of its own, over HTTP.
#![expect(clippy::unwrap_used, reason = "a test ends where its tools fail")]

mod data;
mod http;
mod keys;
mod market;
mod oracle;
pub mod recorded_vendor;
mod server;
mod small;
mod small_chain;
mod table;

pub use data::shared_data;
pub use http::{Reply, Request};
pub use market::assert_close;
pub use oracle::{Market, Member, Pace, Rules, Session};
pub use server::{Options, Server, repository};
pub use small::{sessions_between, small_bars, small_close, small_shares};
pub use small_chain::{ended, small_chain, strangle};
pub use table::{Row, Table};
