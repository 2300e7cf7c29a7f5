//! What is wrong with a strategy: the field, its value and the rule.

use serde::{Deserialize, Serialize};

/// One field of a strategy that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field's path, such as `legs[1].select.target`; empty for the whole.
    pub field: String,
    /// Its value, shortened.
    pub value: String,
    /// What is expected of it.
    pub rule: String,
}

/// Why a strategy is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StrategyError {
    /// The text is not JSON.
    #[error("expected JSON: {0}")]
    NotJson(String),
    /// A field is missing, unknown or of the wrong kind.
    #[error("{}", said(std::slice::from_ref(.0)))]
    Shape(FieldProblem),
    /// The fields are well formed, but impossible.
    #[error("{}", said(.0))]
    Impossible(Vec<FieldProblem>),
}

impl StrategyError {
    /// The fields that are wrong; none where the text is no JSON at all.
    #[must_use]
    pub fn problems(&self) -> &[FieldProblem] {
        match self {
            Self::NotJson(_) => &[],
            Self::Shape(problem) => std::slice::from_ref(problem),
            Self::Impossible(problems) => problems,
        }
    }
}

fn said(problems: &[FieldProblem]) -> String {
    let sentence = |problem: &FieldProblem| match problem.field.as_str() {
        "" => problem.rule.clone(),
        field if problem.value.is_empty() => format!("{field}: {}", problem.rule),
        field => format!("{field}: {}, was {}", problem.rule, problem.value),
    };
    problems.iter().map(sentence).collect::<Vec<_>>().join("; ")
}

/// Collects problems while a strategy is looked through.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<FieldProblem>);

impl Problems {
    /// Notes a problem unless the field is as it should be.
    pub(crate) fn expect(&mut self, good: bool, field: &str, value: &dyn std::fmt::Display, rule: &str) {
        if !good {
            let value = value.to_string().chars().take(60).collect();
            self.0.push(FieldProblem { field: field.to_owned(), value, rule: rule.to_owned() });
        }
    }

    /// Notes a number outside a range, both ends included. NaN is outside any.
    pub(crate) fn within(&mut self, number: f64, least: f64, most: f64, field: &str) {
        self.expect(least <= number && number <= most, field, &number, &format!("expected {least} to {most}"));
    }

    /// Likewise for a number that may be absent.
    pub(crate) fn optional_within(&mut self, number: Option<f64>, least: f64, most: f64, field: &str) {
        if let Some(number) = number {
            self.within(number, least, most, field);
        }
    }

    /// Notes a field that is missing.
    pub(crate) fn missing(&mut self, field: &str, rule: &str) {
        self.expect(false, field, &"", rule);
    }

    /// Notes a field that has no meaning here.
    pub(crate) fn unused(&mut self, given: bool, field: &str, rule: &str) {
        self.expect(!given, field, &"", rule);
    }

    /// All of them, or nothing.
    pub(crate) fn verdict(self) -> Result<(), StrategyError> {
        if self.0.is_empty() { Ok(()) } else { Err(StrategyError::Impossible(self.0)) }
    }
}
