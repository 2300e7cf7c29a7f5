//! The strategy that is being written: it is the JSON in the address, so that it survives a reload and can be shared.

use std::sync::Arc;

use domain::options::strategy::{FieldProblem, Strategy, StrategyError};
use domain::options::{Preset, presets};
use leptos::prelude::*;
use serde_json::Value;

use super::place;
use crate::address::Address;

/// Its name in the address.
pub(super) const PARAM: &str = "strategy";

/// The presets; read once.
pub(super) fn all_presets() -> Arc<Vec<Preset>> {
    thread_local! {
        static PRESETS: Arc<Vec<Preset>> = Arc::new(presets());
    }
    PRESETS.with(Arc::clone)
}

/// What the domain says of a draft.
#[derive(Clone, PartialEq)]
pub(super) struct Verdict {
    /// The strategy that it is.
    pub strategy: Option<Arc<Strategy>>,
    /// Why it is none.
    pub problems: Vec<FieldProblem>,
}

impl Verdict {
    fn of(draft: &Value) -> Self {
        match Strategy::from_value(draft) {
            Ok(strategy) => Self { strategy: Some(Arc::new(strategy)), problems: Vec::new() },
            Err(StrategyError::NotJson(rule)) => {
                let problem = FieldProblem { field: String::new(), value: String::new(), rule };
                Self { strategy: None, problems: vec![problem] }
            }
            Err(error) => Self { strategy: None, problems: error.problems().to_vec() },
        }
    }
}

/// The draft of the page.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    address: Address,
    value: Memo<Value>,
    verdict: Memo<Verdict>,
}

impl Draft {
    /// The draft of the address, or one for an underlying to begin with.
    pub(super) fn provide(underlying: Memo<String>) -> Self {
        let address = Address::here();
        let text = address.param(PARAM);
        let value = Memo::new(move |_| match text.get() {
            Some(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            None => first_draft(&underlying.get()),
        });
        let verdict = Memo::new(move |_| value.with(Verdict::of));
        let draft = Self { address, value, verdict };
        provide_context(draft);
        draft
    }

    /// The page's.
    pub(super) fn here() -> Self {
        expect_context()
    }

    /// The JSON.
    pub(super) fn value(self) -> Value {
        self.value.get()
    }

    /// The JSON as it is now, without following it.
    pub(super) fn value_now(self) -> Value {
        self.value.get_untracked()
    }

    /// What the domain says of it.
    pub(super) fn verdict(self) -> Verdict {
        self.verdict.get()
    }

    /// What is at a place.
    pub(super) fn at(self, place: String) -> Memo<Option<Value>> {
        Memo::new(move |_| self.value.with(|value| place::at(value, &place).cloned()))
    }

    /// The rule that a field breaks.
    pub(super) fn problem(self, field: String) -> Memo<Option<String>> {
        let found = move |verdict: &Verdict| {
            verdict.problems.iter().find(|problem| problem.field == field).map(|problem| problem.rule.clone())
        };
        Memo::new(move |_| self.verdict.with(&found))
    }

    /// How many legs it has.
    pub(super) fn legs(self) -> Memo<usize> {
        Memo::new(move |_| self.value.with(|value| value["legs"].as_array().map_or(0, Vec::len)))
    }

    /// Writes another strategy.
    pub(super) fn replace(self, value: &Value) {
        self.address.set(&[(PARAM, Some(value.to_string()))]);
    }

    /// Changes it.
    pub(super) fn change(self, change: impl FnOnce(&mut Value)) {
        let mut value = self.value_now();
        change(&mut value);
        self.address.adjust(&[(PARAM, Some(value.to_string()))]);
    }

    /// Puts a value at a place, or takes away what is there.
    pub(super) fn put(self, place: &str, value: Option<Value>) {
        self.change(|draft| place::put(draft, place, value));
    }
}

/// The preset that a new draft begins with.
const FIRST_PRESET: &str = "bull_put_spread";

fn first_draft(underlying: &str) -> Value {
    let all = all_presets();
    all.iter().find(|preset| preset.id == FIRST_PRESET).map_or(Value::Null, |preset| preset.body_for(underlying))
}

/// A number as a person typed it: whole ones stay whole, and what is none is kept for the domain to refuse.
pub(super) fn typed_number(text: &str) -> Option<Value> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let whole = text.parse::<i64>().ok().map(Value::from);
    let number = || text.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map(Value::Number);
    Some(whole.or_else(number).unwrap_or_else(|| Value::String(text.to_owned())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_new_draft_is_a_strategy() {
        let verdict = Verdict::of(&first_draft("SPX"));
        assert_eq!((verdict.strategy.unwrap().underlying.as_str(), verdict.problems.len()), ("SPX", 0));
    }

    #[test]
    fn what_is_wrong_is_told_by_field() {
        let mut draft = first_draft("SPX");
        place::put(&mut draft, "legs[0].select.target", Some(json!(7)));
        place::put(&mut draft, "capital", Some(json!(-1)));
        let verdict = Verdict::of(&draft);
        let fields: Vec<&str> = verdict.problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["capital", "legs[0].select.target"]);
        assert!(verdict.strategy.is_none());
    }

    #[test]
    fn numbers_stay_what_was_typed() {
        for (text, value) in
            [("7", json!(7)), (" 0.30 ", json!(0.3)), ("1e3", json!(1000.0)), ("-5", json!(-5)), ("x", json!("x"))]
        {
            assert_eq!(typed_number(text), Some(value), "{text}");
        }
        assert_eq!(typed_number("  "), None);
        // What is not finite is no number in JSON.
        assert_eq!(typed_number("inf"), Some(json!("inf")));
    }
}
