//! What an order costs besides its prices.

use crate::options::strategy::{FeeTier, Strategy};

/// The fees with their numbers resolved, in the quote currency.
#[derive(Clone, Debug)]
pub(super) struct FeeRules {
    per_contract: f64,
    tiers: Vec<FeeTier>,
    base: f64,
    min: f64,
    exchange_per_contract: f64,
    /// Per contract exercised or assigned.
    pub(super) exercise_per_contract: f64,
    /// Per share of stock.
    pub(super) per_share: f64,
    /// Buying back at or below this costs no commission; below 0 where nothing is free.
    free_close_at: f64,
}

/// One leg of an order.
#[derive(Clone, Copy, Debug)]
pub(super) struct OrderLeg {
    pub(super) contracts: u32,
    pub(super) price: f64,
    /// Whether it buys back what was sold.
    pub(super) buys_back: bool,
}

impl FeeRules {
    pub(super) fn of(strategy: &Strategy) -> Self {
        let fees = &strategy.fees;
        let per_contract = strategy.commission_per_contract.or(fees.per_contract).unwrap_or(0.0);
        Self {
            per_contract,
            tiers: fees.tiers.clone(),
            base: fees.base.unwrap_or(0.0),
            min: fees.min.unwrap_or(0.0),
            exchange_per_contract: fees.exchange_per_contract.unwrap_or(0.0),
            exercise_per_contract: fees.exercise_per_contract.unwrap_or(per_contract),
            per_share: fees.per_share.unwrap_or(0.0),
            free_close_at: fees.free_close_at.unwrap_or(-1.0),
        }
    }

    /// What an order of these option legs and so many shares costs.
    pub(super) fn order(&self, legs: impl Iterator<Item = OrderLeg>, shares: f64) -> f64 {
        let (mut charged, mut all) = (0_u32, 0_u32);
        for leg in legs {
            all = all.saturating_add(leg.contracts);
            if !(leg.buys_back && leg.price <= self.free_close_at) {
                charged = charged.saturating_add(leg.contracts);
            }
        }
        let commission = if charged == 0 { 0.0 } else { (self.commission(charged) + self.base).max(self.min) };
        commission + f64::from(all) * self.exchange_per_contract + shares * self.per_share
    }

    fn commission(&self, contracts: u32) -> f64 {
        let Some(first) = self.tiers.first() else { return f64::from(contracts) * self.per_contract };
        let before = f64::from(contracts.min(first.from - 1)) * self.per_contract;
        let ends = self.tiers.iter().skip(1).map(|tier| tier.from - 1).chain([u32::MAX]);
        let steps = self.tiers.iter().zip(ends).map(|(tier, end)| {
            let within = contracts.min(end).saturating_sub(tier.from - 1);
            f64::from(within) * tier.per_contract
        });
        before + steps.sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::strategy::Fees;

    fn rules(fees: Fees) -> FeeRules {
        let text = r#"{"underlying": "SPX", "dte": {"target": 1, "min": 1, "max": 1}, "entry": {"when": "daily"},
            "legs": [{"side": "buy", "type": "c", "select": {"by": "atm"}}]}"#;
        let strategy = Strategy::from_json(text.as_bytes()).unwrap();
        FeeRules::of(&Strategy { fees, ..strategy })
    }

    fn order(rules: &FeeRules, contracts: u32, price: f64, buys_back: bool) -> f64 {
        rules.order([OrderLeg { contracts, price, buys_back }].into_iter(), 0.0)
    }

    fn close(is: f64, should: f64) {
        assert!((is - should).abs() <= 1e-12, "{is} is not {should}");
    }

    #[test]
    fn each_contract_pays_the_rate_of_its_own_step() {
        let tiers = vec![FeeTier { from: 11, per_contract: 0.5 }, FeeTier { from: 101, per_contract: 0.25 }];
        let rules = rules(Fees { per_contract: Some(0.65), tiers, ..Fees::default() });
        close(order(&rules, 10, 1.0, false), 6.5);
        // 10·0.65 + 5·0.5
        close(order(&rules, 15, 1.0, false), 9.0);
        // 10·0.65 + 90·0.5 + 10·0.25
        close(order(&rules, 110, 1.0, false), 54.0);
    }

    #[test]
    fn an_order_pays_its_base_and_its_least() {
        let rules = rules(Fees {
            per_contract: Some(0.5),
            base: Some(1.0),
            min: Some(2.0),
            exchange_per_contract: Some(0.1),
            ..Fees::default()
        });
        // max(0.5 + 1, 2) + 0.1; max(4·0.5 + 1, 2) + 0.4
        close(order(&rules, 1, 1.0, false), 2.1);
        close(order(&rules, 4, 1.0, false), 3.4);
        close(rules.order(std::iter::empty(), 100.0), 0.0);
    }

    #[test]
    fn buying_back_next_to_nothing_is_free_of_commission_only() {
        let fees = Fees {
            per_contract: Some(1.0),
            free_close_at: Some(0.05),
            exchange_per_contract: Some(0.1),
            ..Fees::default()
        };
        let rules = rules(fees);
        close(order(&rules, 2, 0.05, true), 0.2);
        close(order(&rules, 2, 0.06, true), 2.2);
        close(order(&rules, 2, 0.05, false), 2.2);
    }
}
