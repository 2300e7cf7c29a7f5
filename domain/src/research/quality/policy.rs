//! What is made of what was found.

use super::Defect;

/// What happens to suspicious values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// They are used and told.
    #[default]
    Flag,
    /// Nothing is built from them.
    Block,
    /// A market cap that can be repaired is, and so is one that is missing; the rest is told.
    Repair,
    /// They are used and not looked for.
    Pass,
}

impl Policy {
    /// The names in the API, in the order of the variants.
    pub const NAMES: [&'static str; 4] = ["flag", "block", "repair", "pass"];

    /// The name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Block => "block",
            Self::Repair => "repair",
            Self::Pass => "pass",
        }
    }

    /// The policy of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Flag, Self::Block, Self::Repair, Self::Pass].into_iter().find(|policy| policy.name() == name)
    }
}

/// What a policy makes of one defect: `flagged`, `blocked`, `repaired` or `passed`.
///
/// ```
/// use domain::research::{Check, Defect, Policy, verdict};
/// let day = "2024-01-02".parse().unwrap();
/// let defect = Defect { check: Check::StalePrice, day, last_day: day, line: Some(0), found: 5.0, repair: None };
/// assert_eq!(verdict(Policy::Block, &defect), "blocked");
/// assert_eq!(verdict(Policy::Repair, &defect), "flagged"); // there is nothing to repair a price from
/// ```
#[must_use]
pub fn verdict(policy: Policy, defect: &Defect) -> &'static str {
    match policy {
        Policy::Pass => "passed",
        Policy::Block => "blocked",
        Policy::Repair if defect.repair.is_some() => "repaired",
        Policy::Flag | Policy::Repair => "flagged",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_policies() {
        for name in Policy::NAMES {
            assert_eq!(Policy::from_name(name).map(Policy::name), Some(name));
        }
        assert_eq!(Policy::from_name("Flag"), None);
    }
}
