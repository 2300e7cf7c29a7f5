//! What an option is worth and how that changes: European after Black and Scholes or Black,
//! American after Barone-Adesi and Whaley or by a tree, and the volatility a price implies.
//!
//! Every transcendental function is `libm`'s, so that a native build and WebAssembly agree to the last bit. Formulas with a
//! worked example: `docs/methods/options.md`.

mod american;
mod binomial;
mod black;
mod greeks;
mod implied;
mod normal;

pub use american::{american_greeks, american_implied_volatility, barone_adesi_whaley};
pub use binomial::{CashDividend, binomial};
pub use black::{Terms, black_76, black_scholes};
pub use greeks::{Greeks, greeks};
pub use implied::implied_volatility;
