//! Whatever is sent as a strategy is one that can run, or a list of what is wrong with it. `make fuzz` tries a million.

use domain::options::presets;
use domain::options::strategy::{FoundingBacktest, Strategy as OptionStrategy, StrategyError};
use domain::testing::{Edit, edited};
use proptest::prelude::*;

const FOUNDING: &str = r#"{"start_date": "2019-04", "end_date": "2019-06", "strategy": "Percentage Under",
    "strategy_unit": 5, "spread": 50, "initial_balance": 100000}"#;

fn bodies() -> Vec<String> {
    presets().iter().map(|preset| preset.body_for("SPX").to_string()).collect()
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    proptest::collection::vec(any::<Edit>(), 1..6)
}

/// An accepted strategy is the same after it was stored and read; a refused one is told in words.
fn is_sound(read: &Result<OptionStrategy, StrategyError>) {
    match read {
        Ok(strategy) => {
            let stored = strategy.to_json();
            assert_eq!(OptionStrategy::from_json(stored.as_bytes()).as_ref(), Ok(strategy), "{stored}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

proptest! {
    #[test]
    fn a_damaged_strategy_is_sound_or_refused(which in any::<prop::sample::Index>(), edits in edits()) {
        thread_local!(static BODIES: Vec<String> = bodies());
        let body = BODIES.with(|bodies| which.get(bodies).clone());
        is_sound(&OptionStrategy::from_json(&edited(body.as_bytes(), &edits)));
    }

    #[test]
    fn a_damaged_body_of_the_older_service_is_sound_or_refused(edits in edits()) {
        if let Ok(body) = serde_json::from_slice::<FoundingBacktest>(&edited(FOUNDING.as_bytes(), &edits)) {
            is_sound(&body.to_strategy("SPX"));
        }
    }

    #[test]
    fn noise_is_no_strategy(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(OptionStrategy::from_json(&bytes).is_err());
    }
}
