//! API keys, made as an operator makes them.

use std::process::Command;

use crate::server::{Server, repository};

impl Server {
    /// Makes a key with these scopes (`make key`).
    ///
    /// # Panics
    /// Where the command fails, with its words.
    #[must_use]
    pub fn make_key(&self, scopes: &str) -> String {
        let output = Command::new(repository().join("scripts/with-tools"))
            .args(["node", "scripts/key.mjs"])
            .current_dir(repository())
            .env("STATE", self.state())
            .env("SCOPES", scopes)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}
