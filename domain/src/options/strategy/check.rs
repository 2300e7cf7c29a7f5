//! What no strategy may be: every field against its rule, all problems at once.

use super::problem::Problems;
use super::{
    Conventions, Delivery, DteWindow, Entry, EntryWhen, Exit, Fees, Fill, FillAt, FillModel, Leg, LegType, MOST_LEGS,
    MissingQuote, Select, SelectBy, Side, Signal, SignalBy, SizeBy, Strategy, StrategyError, Wheel,
};
use crate::units::Ticker;

/// Above any price or balance that is meant, and far below where sums of them overflow.
const MOST_MONEY: f64 = 1e15;

/// The longest distance to an expiration, ten years.
const MOST_DTE: u32 = 3_660;

impl Strategy {
    /// Looks every field through.
    ///
    /// # Errors
    /// [`StrategyError::Impossible`] with all that is wrong.
    pub fn check(&self) -> Result<(), StrategyError> {
        let mut problems = Problems::default();
        self.check_account(&mut problems);
        self.check_legs(&mut problems);
        if let Some(wheel) = &self.wheel {
            self.check_wheel(wheel, &mut problems);
        }
        check_entry(&self.entry, &mut problems);
        check_exit(&self.exit, &mut problems);
        check_fill(&self.fill, &mut problems);
        check_fees(&self.fees, self.commission_per_contract, &mut problems);
        problems.verdict()
    }

    fn check_account(&self, problems: &mut Problems) {
        let ticker = "expected a ticker of 1 to 24 letters, digits or ./-_^+=";
        problems.expect(Ticker::is_valid(&self.underlying), "underlying", &self.underlying, ticker);
        for (field, name) in [("root", &self.root), ("benchmark", &self.benchmark)] {
            if let Some(name) = name {
                problems.expect(Ticker::is_valid(name), field, name, ticker);
            }
        }
        let named = self.name.as_ref().is_none_or(|name| name.chars().count() <= 200);
        problems.expect(named, "name", &"longer", "expected at most 200 characters");
        let tags = self.tags.len() <= 20 && self.tags.iter().all(|tag| (1..=50).contains(&tag.chars().count()));
        problems.expect(tags, "tags", &self.tags.len(), "expected at most 20 tags of 1 to 50 characters");
        if let (Some(start), Some(end)) = (self.start_date, self.end_date) {
            problems.expect(start <= end, "end_date", &end, "expected a day not before start_date");
        }
        problems.within(self.capital, 1.0, MOST_MONEY, "capital");
        problems.within(self.multiplier, 0.01, 1e6, "multiplier");
        problems.within(f64::from(self.quantity), 1.0, 1e6, "quantity");
        problems.within(self.risk_free_rate, -0.2, 1.0, "risk_free_rate");
        problems.within(self.dividend_yield, -0.2, 1.0, "dividend_yield");
        if let Some(sizing) = &self.sizing {
            let needed = sizing.by != SizeBy::Fixed;
            match sizing.pct {
                Some(pct) if needed => problems.within(pct, 0.001, 1_000.0, "sizing.pct"),
                Some(_) => problems.unused(true, "sizing.pct", "expected nothing for fixed"),
                None if needed => problems.missing("sizing.pct", "expected a number of percent"),
                None => {}
            }
            problems.optional_within(sizing.max_quantity.map(f64::from), 1.0, 1e6, "sizing.max_quantity");
            problems.optional_within(sizing.min_trades.map(f64::from), 2.0, 1e4, "sizing.min_trades");
        }
        if let Some(hedge) = &self.hedge {
            problems.within(hedge.band_shares, 0.0, 1e9, "hedge.band_shares");
            problems.optional_within(hedge.every_n_days.map(f64::from), 1.0, 1e4, "hedge.every_n_days");
        }
    }

    fn check_legs(&self, problems: &mut Problems) {
        let n = self.legs.len();
        problems.expect((1..=MOST_LEGS).contains(&n), "legs", &n, "expected 1 to 8 legs");
        let options = self.legs.iter().filter(|leg| leg.kind != LegType::Stock).count();
        problems.expect(options > 0 || n == 0, "legs", &"only stock", "expected at least one option leg");
        if let Some(window) = &self.dte {
            check_window(window, "dte", problems);
        }
        for (index, leg) in self.legs.iter().take(MOST_LEGS).enumerate() {
            let path = format!("legs[{index}]");
            problems.within(f64::from(leg.ratio), 1.0, 1e4, &format!("{path}.ratio"));
            if leg.kind == LegType::Stock {
                problems.unused(leg.select.is_some(), &format!("{path}.select"), "expected nothing for stock");
                problems.unused(leg.dte.is_some(), &format!("{path}.dte"), "expected nothing for stock");
                problems.unused(leg.exit.is_some(), &format!("{path}.exit"), "expected nothing for stock");
                continue;
            }
            if let Some(exit) = &leg.exit {
                problems.optional_within(exit.profit_target_pct, 0.001, 1e6, &format!("{path}.exit.profit_target_pct"));
                problems.optional_within(exit.stop_loss_pct, 0.001, 1e6, &format!("{path}.exit.stop_loss_pct"));
                let empty = exit.profit_target_pct.or(exit.stop_loss_pct).is_none();
                problems.unused(empty, &format!("{path}.exit"), "expected a profit_target_pct or a stop_loss_pct");
                let next = self.fill.fill_at == FillAt::Next;
                problems.unused(next, &format!("{path}.exit"), "expected nothing where fill_at is next");
                let reference = self.conventions == Conventions::Reference;
                problems.unused(reference, &format!("{path}.exit"), "expected nothing in the reference profile");
            }
            match &leg.dte {
                Some(window) => check_window(window, &format!("{path}.dte"), problems),
                None if self.dte.is_none() => {
                    problems.missing(&format!("{path}.dte"), "expected days to expiration here or for all legs in dte");
                }
                None => {}
            }
            match &leg.select {
                Some(select) => check_select(select, index, &self.legs, &format!("{path}.select"), problems),
                None => problems.missing(&format!("{path}.select"), "expected how the strike is chosen"),
            }
        }
    }
}

impl Strategy {
    fn check_wheel(&self, wheel: &Wheel, problems: &mut Problems) {
        let one_put = matches!(&self.legs[..], [leg] if leg.side == Side::Sell && leg.kind == LegType::Put);
        problems.expect(one_put, "wheel", &self.legs.len(), "expected a package of one sold put");
        let reference = self.conventions == Conventions::Reference;
        problems.unused(reference, "wheel", "expected nothing in the reference profile");
        problems.unused(self.fill.fill_at == FillAt::Next, "wheel", "expected nothing where fill_at is next");
        let cash = self.settlement.delivery == Some(Delivery::Cash);
        problems.unused(cash, "wheel", "expected nothing where contracts settle in cash");
        match &wheel.dte {
            Some(window) => check_window(window, "wheel.dte", problems),
            None if self.dte.is_none() => {
                problems.missing("wheel.dte", "expected days to expiration here or for all legs in dte");
            }
            None => {}
        }
        // There is no other leg that it could refer to.
        check_select(&wheel.select, 0, &[], "wheel.select", problems);
    }
}

fn check_signals(signals: &[Signal], path: &str, problems: &mut Problems) {
    problems.expect(signals.len() <= 8, path, &signals.len(), "expected at most 8 signals");
    for (index, signal) in signals.iter().take(8).enumerate() {
        let field = |name: &str| format!("{path}[{index}].{name}");
        let least = if signal.by == SignalBy::Change { 1.0 } else { 2.0 };
        problems.within(f64::from(signal.n), least, 260.0, &field("n"));
        problems.optional_within(signal.above, -1e6, 1e6, &field("above"));
        problems.optional_within(signal.below, -1e6, 1e6, &field("below"));
        if signal.above.or(signal.below).is_none() {
            problems.missing(&field("above"), "expected above, below or both");
        }
    }
}

fn check_window(window: &DteWindow, path: &str, problems: &mut Problems) {
    let DteWindow { target, min, max } = *window;
    problems.expect(max <= MOST_DTE, &format!("{path}.max"), &max, "expected at most 3660 days");
    problems.expect(min <= max, &format!("{path}.min"), &min, "expected a number not above max");
    // A target outside the window is fine: the nearest inside is taken.
    problems.expect(target <= MOST_DTE, &format!("{path}.target"), &target, "expected at most 3660 days");
}

fn check_select(select: &Select, index: usize, legs: &[Leg], path: &str, problems: &mut Problems) {
    let field = |name: &str| format!("{path}.{name}");
    let (least, most, rule) = match select.by {
        SelectBy::Delta => (0.0, 1.0, "expected an absolute delta"),
        SelectBy::OtmPct => (-0.99, 10.0, "expected a fraction of the spot"),
        SelectBy::Premium | SelectBy::Strike => (0.0, MOST_MONEY, "expected a price"),
        _ => (0.0, 0.0, ""),
    };
    match select.target {
        Some(target) if !rule.is_empty() => problems.within(target, least, most, &field("target")),
        Some(_) => problems.unused(true, &field("target"), "expected nothing by this criterion"),
        None if !rule.is_empty() => problems.missing(&field("target"), rule),
        None => {}
    }
    let refers = matches!(select.by, SelectBy::StrikeOffset | SelectBy::Width | SelectBy::SameStrike);
    match select.ref_leg {
        Some(of) if refers => {
            let earlier = usize::try_from(of).ok().filter(|of| *of < index).and_then(|of| legs.get(of));
            let option = earlier.is_some_and(|leg| leg.kind != LegType::Stock);
            problems.expect(option, &field("ref_leg"), &of, "expected an option leg listed before this one");
        }
        Some(_) => problems.unused(true, &field("ref_leg"), "expected nothing by this criterion"),
        None if refers => problems.missing(&field("ref_leg"), "expected the number of an earlier leg, from 0"),
        None => {}
    }
    let shifts = matches!(select.by, SelectBy::StrikeOffset | SelectBy::Width);
    match select.offset {
        Some(offset) if shifts => problems.within(offset, -1e9, 1e9, &field("offset")),
        Some(_) => problems.unused(true, &field("offset"), "expected nothing by this criterion"),
        None if shifts => problems.missing(&field("offset"), "expected points from the other strike"),
        None => {}
    }
    problems.optional_within(select.max_distance, 0.0, MOST_MONEY, &field("max_distance"));
    let exact = select.by == SelectBy::SameStrike && select.max_distance.is_some();
    problems.unused(exact, &field("max_distance"), "expected nothing by this criterion");
}

fn check_entry(entry: &Entry, problems: &mut Problems) {
    match entry.n {
        Some(n) if entry.when == EntryWhen::EveryNDays => problems.within(f64::from(n), 1.0, 1e4, "entry.n"),
        Some(_) => problems.unused(true, "entry.n", "expected nothing unless when is every_n_days"),
        None if entry.when == EntryWhen::EveryNDays => problems.missing("entry.n", "expected a number of sessions"),
        None => {}
    }
    let by_weekday = entry.when == EntryWhen::Weekday;
    if by_weekday && entry.weekdays.is_empty() {
        problems.missing("entry.weekdays", "expected at least one of mon, tue, wed, thu, fri");
    }
    let given = !by_weekday && !entry.weekdays.is_empty();
    problems.unused(given, "entry.weekdays", "expected nothing unless when is weekday");
    check_signals(&entry.signals, "entry.signals", problems);
    problems.optional_within(entry.max_open.map(f64::from), 1.0, 1e4, "entry.max_open");
    problems.optional_within(entry.min_credit, 0.0, MOST_MONEY, "entry.min_credit");
    problems.optional_within(entry.max_debit, 0.0, MOST_MONEY, "entry.max_debit");
    problems.optional_within(entry.min_volume, 0.0, MOST_MONEY, "entry.min_volume");
    problems.optional_within(entry.min_open_interest, 0.0, MOST_MONEY, "entry.min_open_interest");
}

fn check_exit(exit: &Exit, problems: &mut Problems) {
    for (field, percent) in [
        ("exit.profit_target_pct", exit.profit_target_pct),
        ("exit.stop_loss_pct", exit.stop_loss_pct),
        ("exit.trailing_stop_pct", exit.trailing_stop_pct),
    ] {
        problems.optional_within(percent, 0.001, 1e6, field);
    }
    problems.optional_within(exit.trailing_start_pct, 0.0, 1e6, "exit.trailing_start_pct");
    let pointless = exit.trailing_start_pct.is_some() && exit.trailing_stop_pct.is_none();
    problems.unused(pointless, "exit.trailing_start_pct", "expected nothing without trailing_stop_pct");
    problems.optional_within(exit.dte.map(f64::from), 0.0, f64::from(MOST_DTE), "exit.dte");
    problems.optional_within(exit.max_hold_days.map(f64::from), 1.0, f64::from(MOST_DTE), "exit.max_hold_days");
    problems.optional_within(exit.short_delta_above, 0.001, 1.0, "exit.short_delta_above");
    problems.optional_within(exit.net_delta_above, 0.001, 1e6, "exit.net_delta_above");
    check_signals(&exit.signals, "exit.signals", problems);
    let aged = exit.max_age_days.is_some() && exit.missing_quote != Some(MissingQuote::UseLast);
    problems.unused(aged, "exit.max_age_days", "expected nothing unless missing_quote is use_last");
    problems.optional_within(exit.max_age_days.map(f64::from), 0.0, 365.0, "exit.max_age_days");
}

fn check_fill(fill: &Fill, problems: &mut Problems) {
    let slips = matches!(fill.model, FillModel::MidSlip | FillModel::Liquidity);
    problems.optional_within(fill.slippage, 0.0, 1.0, "fill.slippage");
    let given = fill.slippage.is_some() && !slips;
    problems.unused(given, "fill.slippage", "expected nothing unless model is mid_slip or liquidity");
    let counts = fill.model == FillModel::LegCount;
    problems.unused(!fill.by_legs.is_empty() && !counts, "fill.by_legs", "expected nothing unless model is leg_count");
    let n = fill.by_legs.len();
    problems.expect(n <= MOST_LEGS, "fill.by_legs", &n, "expected at most 8 numbers");
    for (index, s) in fill.by_legs.iter().take(MOST_LEGS).enumerate() {
        problems.within(*s, 0.0, 1.0, &format!("fill.by_legs[{index}]"));
    }
    let liquid = fill.model == FillModel::Liquidity;
    for (field, half) in [("half_volume", fill.half_volume), ("half_open_interest", fill.half_open_interest)] {
        let path = format!("fill.{field}");
        problems.optional_within(half, 1e-6, MOST_MONEY, &path);
        problems.unused(half.is_some() && !liquid, &path, "expected nothing unless model is liquidity");
    }
    problems.optional_within(fill.tick, 0.0001, 1e3, "fill.tick");
    for (field, number) in [("tick_above", fill.tick_above), ("tick_threshold", fill.tick_threshold)] {
        let path = format!("fill.{field}");
        problems.optional_within(number, 0.0001, 1e6, &path);
        problems.unused(number.is_some() && fill.tick.is_none(), &path, "expected nothing without tick");
    }
    for (field, spread) in
        [("min_spread", fill.min_spread), ("max_spread", fill.max_spread), ("max_spread_pct", fill.max_spread_pct)]
    {
        problems.optional_within(spread, 0.0, MOST_MONEY, &format!("fill.{field}"));
    }
    if let (Some(min), Some(max)) = (fill.min_spread, fill.max_spread) {
        problems.expect(min <= max, "fill.min_spread", &min, "expected a number not above max_spread");
    }
}

fn check_fees(fees: &Fees, per_contract: Option<f64>, problems: &mut Problems) {
    problems.optional_within(per_contract, 0.0, 1e6, "commission_per_contract");
    let twice = fees.per_contract.is_some() && per_contract.is_some();
    problems.unused(twice, "fees.per_contract", "expected nothing where commission_per_contract is given");
    for (field, fee) in [
        ("per_contract", fees.per_contract),
        ("base", fees.base),
        ("min", fees.min),
        ("exchange_per_contract", fees.exchange_per_contract),
        ("exercise_per_contract", fees.exercise_per_contract),
        ("per_share", fees.per_share),
        ("free_close_at", fees.free_close_at),
    ] {
        problems.optional_within(fee, 0.0, 1e6, &format!("fees.{field}"));
    }
    let n = fees.tiers.len();
    problems.expect(n <= 20, "fees.tiers", &n, "expected at most 20 steps");
    let mut from = 0;
    for (index, tier) in fees.tiers.iter().take(20).enumerate() {
        let path = format!("fees.tiers[{index}]");
        problems.expect(tier.from > from, &format!("{path}.from"), &tier.from, "expected steps that ascend from 1");
        problems.within(tier.per_contract, 0.0, 1e6, &format!("{path}.per_contract"));
        from = tier.from;
    }
}
