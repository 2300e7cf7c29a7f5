//! At which price an order fills: between mid and the far side of the quote, rounded against the trader.

use crate::options::Quote;
use crate::options::strategy::{Fill, FillModel};

/// The fill model with its numbers resolved.
#[derive(Clone, Debug)]
pub(super) struct FillRules {
    model: FillModel,
    slippage: f64,
    by_legs: Vec<f64>,
    half_volume: f64,
    half_open_interest: f64,
    tick: Option<Tick>,
    min_spread: f64,
    max_spread: f64,
    /// Of the mid, a fraction.
    max_spread_share: f64,
}

#[derive(Clone, Copy, Debug)]
struct Tick {
    below: f64,
    above: f64,
    threshold: f64,
}

/// What one to four legs pay of half the spread where nothing is said; more legs pay as four.
const BY_LEGS: [f64; 4] = [0.75, 0.66, 0.56, 0.53];

impl FillRules {
    pub(super) fn of(fill: &Fill) -> Self {
        let slippage = match fill.model {
            FillModel::Mid => 0.0,
            FillModel::Natural | FillModel::LegCount => 1.0,
            FillModel::MidSlip => fill.slippage.unwrap_or(0.0),
            FillModel::Liquidity => fill.slippage.unwrap_or(0.25),
        };
        Self {
            model: fill.model,
            slippage,
            by_legs: if fill.by_legs.is_empty() { BY_LEGS.to_vec() } else { fill.by_legs.clone() },
            half_volume: fill.half_volume.unwrap_or(100.0),
            half_open_interest: fill.half_open_interest.unwrap_or(1_000.0),
            tick: fill.tick.map(|below| Tick {
                below,
                above: fill.tick_above.unwrap_or(below),
                threshold: fill.tick_threshold.unwrap_or(3.0),
            }),
            min_spread: fill.min_spread.unwrap_or(0.0),
            max_spread: fill.max_spread.unwrap_or(f64::INFINITY),
            max_spread_share: fill.max_spread_pct.map_or(f64::INFINITY, |percent| percent / 100.0),
        }
    }

    /// Whether something may be opened at this quote's spread.
    pub(super) fn spread_allowed(&self, quote: &Quote) -> bool {
        let spread = quote.ask - quote.bid;
        self.min_spread <= spread && spread <= self.max_spread && spread <= self.max_spread_share * quote.mid()
    }

    /// The price per share at which an order of `n_legs` option legs trades this one; `sign` is 1 for a buy, −1 for a sale.
    pub(super) fn price(&self, quote: &Quote, sign: f64, n_legs: usize) -> f64 {
        let s = self.share_of_half_spread(quote, n_legs);
        let price = (quote.bid + quote.ask) / 2.0 + sign * s * (quote.ask - quote.bid) / 2.0;
        match self.tick {
            Some(tick) => tick.round(price, sign).max(0.0),
            None => price,
        }
    }

    fn share_of_half_spread(&self, quote: &Quote, n_legs: usize) -> f64 {
        match self.model {
            FillModel::LegCount => {
                let place = n_legs.clamp(1, self.by_legs.len()) - 1;
                self.by_legs[place]
            }
            FillModel::Liquidity => {
                // Half by volume, half by open interest; an unknown number counts as 0.
                let lack = |number: f64, half: f64| 0.5 * half / (half + number.max(0.0));
                let volume = lack(quote.volume, self.half_volume);
                let lack = volume + lack(quote.open_interest, self.half_open_interest);
                self.slippage + (1.0 - self.slippage) * lack
            }
            _ => self.slippage,
        }
    }
}

impl Tick {
    /// Up for a buy, down for a sale. A price that is a multiple but for rounding stays.
    fn round(self, price: f64, sign: f64) -> f64 {
        let size = if price < self.threshold { self.below } else { self.above };
        let ticks = price / size;
        let nearest = libm::round(ticks);
        if libm::fabs(ticks - nearest) <= 1e-9 * nearest.max(1.0) {
            return nearest * size;
        }
        if sign > 0.0 { libm::ceil(ticks) * size } else { libm::floor(ticks) * size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(bid: f64, ask: f64, volume: f64, open_interest: f64) -> Quote {
        Quote { bid, ask, iv: f64::NAN, delta: f64::NAN, volume, open_interest }
    }

    fn close(is: f64, should: f64) {
        assert!((is - should).abs() <= 1e-12, "{is} is not {should}");
    }

    #[test]
    fn s_moves_the_fill_from_the_mid_to_the_far_side() {
        let quote = quote(1.0, 1.4, f64::NAN, f64::NAN);
        for (model, slippage, buy, sale) in [
            (FillModel::Mid, None, 1.2, 1.2),
            (FillModel::Natural, None, 1.4, 1.0),
            // 1.2 ± 0.25·0.2
            (FillModel::MidSlip, Some(0.25), 1.25, 1.15),
        ] {
            let rules = FillRules::of(&Fill { model, slippage, ..Fill::default() });
            close(rules.price(&quote, 1.0, 1), buy);
            close(rules.price(&quote, -1.0, 1), sale);
        }
    }

    #[test]
    fn more_legs_pay_less_of_the_spread_each() {
        let rules = FillRules::of(&Fill { model: FillModel::LegCount, ..Fill::default() });
        let quote = quote(1.0, 1.4, 0.0, 0.0);
        // 1.2 + 0.75·0.2, 1.2 + 0.53·0.2
        close(rules.price(&quote, 1.0, 1), 1.35);
        close(rules.price(&quote, 1.0, 8), 1.306);
    }

    #[test]
    fn less_liquid_is_always_worse_for_the_trader() {
        let rules = FillRules::of(&Fill { model: FillModel::Liquidity, ..Fill::default() });
        let at = |volume, open_interest| rules.price(&quote(1.0, 1.4, volume, open_interest), 1.0, 1);
        let liquid = [0.0, 1.0, 10.0, 100.0, 1e3, 1e6];
        for pair in liquid.windows(2) {
            assert!(at(pair[0], 500.0) > at(pair[1], 500.0));
            assert!(at(500.0, pair[0]) > at(500.0, pair[1]));
        }
        // Unknown counts as none: s = 1. Half liquid in both: s = 0.25 + 0.75·0.5 = 0.625.
        close(at(f64::NAN, f64::NAN), 1.4);
        close(at(100.0, 1_000.0), 1.2 + 0.625 * 0.2);
    }

    #[test]
    fn ticks_are_rounded_against_the_trader() {
        let tick = Fill {
            model: FillModel::Mid,
            tick: Some(0.05),
            tick_above: Some(0.1),
            tick_threshold: Some(3.0),
            ..Fill::default()
        };
        let rules = FillRules::of(&tick);
        close(rules.price(&quote(1.0, 1.03, 0.0, 0.0), 1.0, 1), 1.05);
        close(rules.price(&quote(1.0, 1.03, 0.0, 0.0), -1.0, 1), 1.0);
        close(rules.price(&quote(3.1, 3.2, 0.0, 0.0), 1.0, 1), 3.2);
        close(rules.price(&quote(3.1, 3.2, 0.0, 0.0), -1.0, 1), 3.1);
        // 0.15 is 2.9999999999999996 ticks of 0.05.
        close(rules.price(&quote(0.1, 0.2, 0.0, 0.0), -1.0, 1), 0.15);
        close(rules.price(&quote(0.0, 0.02, 0.0, 0.0), -1.0, 1), 0.0);
    }

    #[test]
    fn a_spread_out_of_bounds_is_refused() {
        let rules = FillRules::of(&Fill { max_spread_pct: Some(10.0), min_spread: Some(0.05), ..Fill::default() });
        assert!(rules.spread_allowed(&quote(1.0, 1.1, 0.0, 0.0)));
        assert!(!rules.spread_allowed(&quote(1.0, 1.2, 0.0, 0.0)));
        assert!(!rules.spread_allowed(&quote(1.0, 1.01, 0.0, 0.0)));
    }
}
