//! What one order costs.

/// A model of trading costs.
///
/// *Method*: `docs/methods/trading.md`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Costs {
    /// Commission in basis points of the order's value.
    pub commission_bps: f64,
    /// Commission per share, quote currency.
    pub commission_per_share: f64,
    /// The least commission of an order, quote currency.
    pub least_commission: f64,
    /// Half the bid–ask spread in basis points of the price: what buying at the ask or selling at the bid costs against the mid.
    pub half_spread_bps: f64,
    /// Market impact: an order of participation q moves the price against it by this × daily volatility × √q.
    pub impact: f64,
}

impl Default for Costs {
    /// One basis point of commission, two and a half of half-spread, an impact of one daily volatility at a full day's volume:
    /// orders of magnitude for large US companies.
    fn default() -> Self {
        Self {
            commission_bps: 1.0,
            commission_per_share: 0.0,
            least_commission: 0.0,
            half_spread_bps: 2.5,
            impact: 1.0,
        }
    }
}

/// The costs of one order, quote currency.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CostsOfOrder {
    /// What the broker takes.
    pub commission: f64,
    /// What crossing half the spread takes.
    pub spread: f64,
    /// What the order's own weight takes; 0 where volume or volatility is unknown.
    pub impact: f64,
}

impl CostsOfOrder {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.commission + self.spread + self.impact
    }
}

impl Costs {
    /// Nothing costs anything.
    pub const NONE: Self = Self {
        commission_bps: 0.0,
        commission_per_share: 0.0,
        least_commission: 0.0,
        half_spread_bps: 0.0,
        impact: 0.0,
    };

    /// The costs of an order.
    ///
    /// *Inputs*: shares, whatever their sign, and price; the order's value over the average value traded in a day, and the daily
    /// volatility, where known. *Returns*: all 0 for no shares.
    ///
    /// ```
    /// use domain::research::Costs;
    /// let costs = Costs { commission_bps: 1.0, half_spread_bps: 2.0, impact: 0.5, ..Costs::NONE };
    /// // 1 000 shares at 50 are 50 000: commission 5, spread 10; at 4 % of the volume and a volatility of 2 %,
    /// // 50 000 · 0.5 · 0.02 · √0.04 = 100.
    /// let of = costs.of_order(-1_000.0, 50.0, Some(0.04), Some(0.02));
    /// assert!((of.commission - 5.0).abs() < 1e-9 && (of.spread - 10.0).abs() < 1e-9 && (of.impact - 100.0).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn of_order(
        &self,
        shares: f64,
        price: f64,
        participation: Option<f64>,
        volatility: Option<f64>,
    ) -> CostsOfOrder {
        let shares = shares.abs();
        if shares == 0.0 {
            return CostsOfOrder::default();
        }
        let value = shares * price;
        let commission = value * self.commission_bps / 10_000.0 + shares * self.commission_per_share;
        let moved = participation.zip(volatility).map_or(0.0, |(part, volatility)| volatility * part.sqrt());
        CostsOfOrder {
            commission: commission.max(self.least_commission),
            spread: value * self.half_spread_bps / 10_000.0,
            impact: value * self.impact * moved,
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that are exact in binary")]
mod tests {
    use super::*;

    #[test]
    fn a_small_order_pays_the_least_commission_and_none_pays_nothing() {
        let costs = Costs { commission_per_share: 0.005, least_commission: 1.0, ..Costs::NONE };
        assert_eq!(costs.of_order(10.0, 5.0, None, None).commission, 1.0);
        assert_eq!(costs.of_order(1_000.0, 5.0, None, None).commission, 5.0);
        assert_eq!(costs.of_order(0.0, 5.0, None, None).total(), 0.0);
    }

    #[test]
    fn impact_grows_with_the_root_of_the_participation() {
        let costs = Costs { impact: 1.0, ..Costs::NONE };
        let at = |part| costs.of_order(100.0, 10.0, Some(part), Some(0.01)).impact;
        assert!((at(0.04) / at(0.01) - 2.0).abs() < 1e-12);
        assert_eq!(costs.of_order(100.0, 10.0, None, Some(0.01)).impact, 0.0);
    }
}
