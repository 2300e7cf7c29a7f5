//! What happens to the underlying and its contracts besides trading, known from elsewhere.

use serde::{Deserialize, Serialize};

use crate::units::{Day, iso_day};

/// A cash dividend of the underlying.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dividend {
    /// The first session on which a buyer no longer gets it.
    #[serde(with = "iso_day")]
    pub ex_date: Day,
    /// Quote currency per share.
    pub amount: f64,
}

/// A split of the underlying.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// The first session that trades in new shares.
    #[serde(with = "iso_day")]
    pub ex_date: Day,
    /// New shares for one old share.
    pub ratio: f64,
}

/// A settlement price as the exchange published it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettlementPrice {
    /// The contracts' root; empty for contracts without one.
    pub root: String,
    /// Their expiration.
    #[serde(with = "iso_day")]
    pub expiration: Day,
    /// The price.
    pub price: f64,
}

/// The events of a run's range. Whoever drives the run collects them before its first session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Events {
    /// Cash dividends.
    pub dividends: Vec<Dividend>,
    /// Splits.
    pub splits: Vec<Split>,
    /// Published settlement prices.
    pub settlements: Vec<SettlementPrice>,
}

impl Events {
    /// The events in a settled order, without those that cannot be (a ratio of 0, a negative dividend).
    pub(super) fn sorted(mut self) -> Self {
        self.dividends.retain(|event| event.amount.is_finite() && event.amount > 0.0);
        self.splits.retain(|event| event.ratio.is_finite() && event.ratio > 0.0);
        self.settlements.retain(|event| event.price.is_finite() && event.price >= 0.0);
        self.dividends.sort_by_key(|event| event.ex_date);
        self.splits.sort_by_key(|event| event.ex_date);
        self.settlements.sort_by(|a, b| (a.expiration, &a.root).cmp(&(b.expiration, &b.root)));
        self
    }

    /// The dividends with an ex-date after one day and not after another.
    pub(super) fn dividends_in(&self, after: Day, until: Day) -> impl Iterator<Item = &Dividend> {
        self.dividends.iter().filter(move |event| after < event.ex_date && event.ex_date <= until)
    }

    /// Likewise the splits.
    pub(super) fn splits_in(&self, after: Day, until: Day) -> impl Iterator<Item = &Split> {
        self.splits.iter().filter(move |event| after < event.ex_date && event.ex_date <= until)
    }

    /// The published settlement price of an expiration.
    pub(super) fn settlement(&self, root: &str, expiration: Day) -> Option<f64> {
        let found = self.settlements.iter().find(|event| event.expiration == expiration && event.root == root);
        found.map(|event| event.price)
    }
}
