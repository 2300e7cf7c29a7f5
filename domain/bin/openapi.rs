//! Prints the OpenAPI document: `cargo run -p equipoise-domain --features openapi --bin openapi`.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout().write_all(domain::api::openapi::text().as_bytes())
}
