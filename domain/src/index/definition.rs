//! What an index is: everything that decides its members and returns, and the slug that says so.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::calendar::Period;
use crate::units::Ticker;

/// How members are weighted when they are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weighting {
    /// Each the same.
    #[default]
    Equal,
    /// By market cap.
    Cap,
    /// By market cap up to a largest weight.
    Capped,
    /// Inverse to volatility.
    InverseVolatility,
    /// Each contributes the same risk.
    EqualRisk,
    /// Least variance without short positions.
    MinimumVariance,
    /// Sectors the same, members of a sector the same.
    SectorEqual,
}

/// When members are chosen anew and weights set; the more often, the smaller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rebalance {
    /// At every close.
    #[default]
    Daily,
    /// At the close of the last session of the ISO week.
    Weekly,
    /// At the close of the last session of the month.
    Monthly,
    /// At the close of the last session of the quarter.
    Quarterly,
}

/// What counts as a member's return.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReturnType {
    /// The price alone, restated for splits.
    #[default]
    Price,
    /// With cash dividends on the ex-date.
    Total,
    /// With cash dividends after the withholding tax.
    Net,
}

/// Whether the lines of one company are ranked each for itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShareClasses {
    /// Every line for itself.
    #[default]
    Line,
    /// A company counts once.
    Company,
}

/// Names an enum's variants as the API and the slug write them.
macro_rules! named {
    ($kind:ident { $($variant:ident = $name:literal),* }) => {
        impl $kind {
            /// The names, in the order of the variants.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The name in the API, the slug and the database.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The variant of this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
named!(Weighting {
    Equal = "equal",
    Cap = "cap",
    Capped = "capped",
    InverseVolatility = "inverse_volatility",
    EqualRisk = "erc",
    MinimumVariance = "min_variance",
    SectorEqual = "sector_equal"
});

impl Weighting {
    /// Whether SQL does not set it by itself: it needs `research::weights`.
    #[must_use]
    pub const fn is_set_by_domain(self) -> bool {
        !matches!(self, Self::Equal | Self::Cap)
    }

    /// Whether it looks back on returns.
    #[must_use]
    pub const fn needs_risk(self) -> bool {
        matches!(self, Self::InverseVolatility | Self::EqualRisk | Self::MinimumVariance)
    }
}
named!(Rebalance { Daily = "daily", Weekly = "weekly", Monthly = "monthly", Quarterly = "quarterly" });
named!(ReturnType { Price = "price", Total = "total", Net = "net" });
named!(ShareClasses { Line = "line", Company = "company" });

impl Rebalance {
    /// The calendar period at whose last session members are chosen.
    #[must_use]
    pub const fn period(self) -> Period {
        match self {
            Self::Daily => Period::Daily,
            Self::Weekly => Period::Weekly,
            Self::Monthly => Period::Monthly,
            Self::Quarterly => Period::Quarterly,
        }
    }
}

impl Rebalance {
    /// How many sessions lie between two rebalances, about.
    #[must_use]
    pub const fn sessions(self) -> u64 {
        match self {
            Self::Daily => 1,
            Self::Weekly => 5,
            Self::Monthly => 21,
            Self::Quarterly => 63,
        }
    }
}

impl ReturnType {
    /// The withholding tax that `net` takes from a dividend: the United States' rate for holders without a treaty.
    pub const WITHHOLDING: f64 = 0.30;

    /// The share of a cash dividend that counts, 0 to 1.
    #[must_use]
    pub const fn dividend_share(self) -> f64 {
        match self {
            Self::Price => 0.0,
            Self::Total => 1.0,
            Self::Net => 1.0 - Self::WITHHOLDING,
        }
    }
}

/// An index. Two definitions that differ anywhere have different slugs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexDefinition {
    /// Number of members, 1 to 1000; all where fewer are eligible.
    pub top_n: u32,
    /// How members are weighted.
    pub weighting: Weighting,
    /// When members are chosen.
    pub rebalance: Rebalance,
    /// What counts as return.
    pub return_type: ReturnType,
    /// Whether a company counts once.
    pub share_classes: ShareClasses,
    /// A member stays while its rank is at most `top_n + buffer`; 0 to 1000.
    pub buffer: u32,
    /// Only these may be chosen, ascending and each once; `None` for the whole market.
    pub universe: Option<Vec<Ticker>>,
    /// Members are ranked by market caps in which what is wrong is repaired (`docs/methods/quality.md`).
    pub repairs_caps: bool,
}

/// Why a definition is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DefinitionError {
    /// The number of members is out of bounds.
    #[error("expected top_n from 1 to 1000, was {0}")]
    TopN(u32),
    /// The buffer is out of bounds.
    #[error("expected a buffer from 0 to 1000, was {0}")]
    Buffer(u32),
    /// A universe of no or too many tickers.
    #[error("expected a universe of 1 to 5000 tickers, was {0}")]
    Universe(usize),
}

impl Default for IndexDefinition {
    /// The index that everybody means: the top 100, equally weighted, daily, price return, every line for itself.
    fn default() -> Self {
        Self {
            top_n: 100,
            weighting: Weighting::default(),
            rebalance: Rebalance::default(),
            return_type: ReturnType::default(),
            share_classes: ShareClasses::default(),
            buffer: 0,
            universe: None,
            repairs_caps: false,
        }
    }
}

impl IndexDefinition {
    /// The definition with its universe sorted and each ticker once.
    ///
    /// # Errors
    /// [`DefinitionError`] naming the value out of bounds.
    pub fn validated(mut self) -> Result<Self, DefinitionError> {
        if !(1..=1000).contains(&self.top_n) {
            return Err(DefinitionError::TopN(self.top_n));
        }
        if self.buffer > 1000 {
            return Err(DefinitionError::Buffer(self.buffer));
        }
        if let Some(universe) = &mut self.universe {
            universe.sort_unstable();
            universe.dedup();
            if !(1..=5000).contains(&universe.len()) {
                return Err(DefinitionError::Universe(universe.len()));
            }
        }
        Ok(self)
    }

    /// The name of the index: `top100-equal-daily-price-line`, with `-b10` for a buffer, `-u` and the first 10 digits of the
    /// SHA-256 of its universe (tickers joined by a comma) where it has one, and `-repaired` where market caps are.
    #[must_use]
    pub fn slug(&self) -> String {
        let mut slug = format!(
            "top{}-{}-{}-{}-{}",
            self.top_n,
            self.weighting.name(),
            self.rebalance.name(),
            self.return_type.name(),
            self.share_classes.name()
        );
        if self.buffer > 0 {
            let _ = write!(slug, "-b{}", self.buffer);
        }
        if let Some(universe) = &self.universe {
            let names: Vec<&str> = universe.iter().map(Ticker::as_str).collect();
            slug.push_str("-u");
            for byte in Sha256::digest(names.join(",").as_bytes()).iter().take(5) {
                let _ = write!(slug, "{byte:02x}");
            }
        }
        if self.repairs_caps {
            slug.push_str("-repaired");
        }
        slug
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slug_says_everything() {
        assert_eq!(IndexDefinition::default().slug(), "top100-equal-daily-price-line");
        let tickers = |list: &[&str]| Some(list.iter().map(|text| text.parse().unwrap()).collect());
        let of = |list: &[&str]| {
            IndexDefinition { universe: tickers(list), buffer: 10, ..IndexDefinition::default() }
                .validated()
                .unwrap()
                .slug()
        };
        assert_eq!(of(&["B", "A"]), of(&["A", "B", "A"]));
        assert_ne!(of(&["B", "A"]), of(&["A", "C"]));
        assert!(of(&["A"]).starts_with("top100-equal-daily-price-line-b10-u"), "{}", of(&["A"]));
        let repaired = IndexDefinition { repairs_caps: true, ..IndexDefinition::default() };
        assert_eq!(repaired.slug(), "top100-equal-daily-price-line-repaired");
    }

    #[test]
    fn bounds_are_kept() {
        let with = |top_n, buffer| IndexDefinition { top_n, buffer, ..IndexDefinition::default() }.validated();
        assert_eq!(with(0, 0), Err(DefinitionError::TopN(0)));
        assert_eq!(with(1001, 0), Err(DefinitionError::TopN(1001)));
        assert_eq!(with(1, 1001), Err(DefinitionError::Buffer(1001)));
        let empty = IndexDefinition { universe: Some(Vec::new()), ..IndexDefinition::default() };
        assert_eq!(empty.validated(), Err(DefinitionError::Universe(0)));
    }

    #[test]
    fn names_lead_back_to_their_variants() {
        for name in Rebalance::NAMES {
            assert_eq!(Rebalance::from_name(name).map(Rebalance::name), Some(*name));
        }
        assert_eq!(Weighting::from_name("Equal"), None);
    }
}
