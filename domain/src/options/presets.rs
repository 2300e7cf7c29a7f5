//! Named strategies, as data: `presets.json` beside this file.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::strategy::{Strategy, StrategyError};

/// A named strategy. Its body lacks the underlying; everything in it can be changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Its name in addresses.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What the underlying should do.
    pub outlook: String,
    /// What it consists of, in a sentence.
    pub about: String,
    /// The fields of the strategy that it decides.
    pub body: Value,
}

/// All presets, in the order in which they are shown.
#[must_use]
pub fn presets() -> Vec<Preset> {
    serde_json::from_str(include_str!("presets.json")).expect("presets.json is what the tests read")
}

impl Preset {
    /// The whole body for an underlying: one package at a time, where the preset does not say otherwise.
    #[must_use]
    pub fn body_for(&self, underlying: &str) -> Value {
        let mut whole = json!({"name": self.title, "underlying": underlying, "entry": {"when": "when_flat"}});
        if let (Some(whole), Some(body)) = (whole.as_object_mut(), self.body.as_object()) {
            whole.extend(body.clone());
        }
        whole
    }

    /// The strategy for an underlying.
    ///
    /// # Errors
    /// [`StrategyError`] where the underlying is no ticker.
    pub fn strategy(&self, underlying: &str) -> Result<Strategy, StrategyError> {
        Strategy::from_value(&self.body_for(underlying))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_preset_is_a_strategy_with_a_name_of_its_own() {
        let presets = presets();
        let ids: BTreeSet<&str> = presets.iter().map(|preset| preset.id.as_str()).collect();
        let bodies: BTreeSet<String> = presets.iter().map(|preset| preset.body.to_string()).collect();
        assert!(presets.len() >= 30 && ids.len() == presets.len() && bodies.len() == presets.len());
        for preset in &presets {
            preset.strategy("SPY").unwrap_or_else(|error| panic!("{}: {error}", preset.id));
            assert!(preset.about.ends_with('.'), "{}", preset.id);
        }
        assert!(presets[0].strategy("S'PY").is_err());
    }
}
