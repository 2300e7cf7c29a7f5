//! Real market data, which lies beside the repository and not in it.

use std::path::PathBuf;

use crate::repository;

/// A path in the shared data (`EQUIPOISE_SHARED`, else `../shared` beside the repository), or `None` with a message that
/// the test is skipped where it is not there.
pub fn shared_data(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("EQUIPOISE_SHARED").map_or_else(|| repository().join("../shared"), PathBuf::from);
    let file = root.join(path);
    if file.exists() {
        return Some(file);
    }
    eprintln!("skipped: {} is not there", file.display());
    None
}
