//! Opening: whether a package is due, which contracts it consists of, and what it fills at.

use serde::{Deserialize, Serialize};

use super::fees::OrderLeg;
use super::margin::{Holding, Requirement, requirement};
use super::market::{Contract, greeks_of, terms, volatility};
use super::plan::{Plan, PlanLeg};
use super::position::{Position, PositionLeg};
use super::records::{LegFill, PriceSource, Rejection};
use super::run::{Run, Session};
use super::select::{Chosen, choose};
use super::signals::holds;
use super::size::Unit;
use crate::options::pricing::Greeks;
use crate::options::strategy::{EntryWhen, MarginModel};

/// A package that was decided on at one session and fills at the next.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PendingEntry {
    /// In the order of the plan's legs; none for stock.
    contracts: Vec<Option<PendingContract>>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct PendingContract {
    strike: f64,
    expiration: i32,
    /// Place among the run's roots.
    root: u16,
}

impl PendingEntry {
    /// Restates the contracts in new shares.
    pub(super) fn split(&mut self, ratio: f64) {
        for contract in self.contracts.iter_mut().flatten() {
            contract.strike = libm::round(contract.strike / ratio * 100.0) / 100.0;
        }
    }
}

impl Run {
    /// Fills what was decided on before, and decides whether a package is opened at this session.
    pub(super) fn enter(&mut self, session: &mut Session<'_>) {
        if let Some(pending) = self.pending.take().filter(|_| !session.is_last) {
            let found = found_again(session, &pending);
            self.open_or_note(session, found);
        }
        let max_open = session
            .plan
            .strategy()
            .entry
            .max_open
            .map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
        if session.is_last || !(self.is_scheduled(session) || self.roll) || self.open.len() >= max_open {
            return;
        }
        let signals = &session.plan.strategy().entry.signals;
        if !signals.iter().all(|signal| holds(signal, &self.spots) == Some(true)) {
            self.rejections.add(Rejection::Signal);
            return;
        }
        let chosen = choose(session.plan, &session.market);
        if !session.plan.rules.next_fill {
            self.open_or_note(session, chosen);
            return;
        }
        match chosen {
            Ok(chosen) => self.pending = Some(self.pending_entry(session, &chosen)),
            Err(reason) => self.rejections.add(reason),
        }
    }

    fn is_scheduled(&self, session: &Session<'_>) -> bool {
        let entry = &session.plan.strategy().entry;
        match entry.when {
            EntryWhen::Daily => true,
            EntryWhen::EveryNDays => self.sessions.is_multiple_of(entry.n.unwrap_or(1)),
            EntryWhen::Weekday => {
                let today = session.day.weekday();
                entry.weekdays.iter().any(|weekday| weekday.weekday() == today)
            }
            EntryWhen::WhenFlat => self.open.is_empty(),
        }
    }

    fn pending_entry(&mut self, session: &Session<'_>, chosen: &[Option<Chosen>]) -> PendingEntry {
        let contracts = chosen.iter().map(|chosen| {
            chosen.map(|chosen| PendingContract {
                strike: chosen.strike,
                expiration: chosen.expiration,
                root: self.known_root(session.market.chain.root_name(chosen.root)),
            })
        });
        PendingEntry { contracts: contracts.collect() }
    }

    /// The place of a root among those of the run, which learns it.
    fn known_root(&mut self, name: &str) -> u16 {
        let place = self.roots.iter().position(|known| known == name).unwrap_or_else(|| {
            self.roots.push(name.to_owned());
            self.roots.len() - 1
        });
        u16::try_from(place).expect("an underlying has fewer roots than 2^16")
    }

    fn open_or_note(&mut self, session: &mut Session<'_>, chosen: Result<Vec<Option<Chosen>>, Rejection>) {
        if let Err(reason) = chosen.and_then(|chosen| self.open_package(session, &chosen)) {
            self.rejections.add(reason);
        }
    }

    /// Opens a package whole, or says why not.
    fn open_package(&mut self, session: &mut Session<'_>, chosen: &[Option<Chosen>]) -> Result<(), Rejection> {
        let plan = session.plan;
        let n_legs = chosen.iter().flatten().count();
        let mut legs = Vec::with_capacity(plan.legs.len());
        for (leg, chosen) in plan.legs.iter().zip(chosen) {
            legs.push(match chosen {
                Some(chosen) => self.option_leg(session, leg, chosen, n_legs)?,
                None => stock_leg(session, leg),
            });
        }
        let net: f64 = legs.iter().map(|leg| leg.sign * f64::from(leg.ratio) * leg.entry.price).sum();
        let entry = &plan.strategy().entry;
        let premium: f64 = legs
            .iter()
            .filter(|leg| leg.is_option())
            .map(|leg| leg.sign * f64::from(leg.ratio) * leg.entry.price)
            .sum();
        if entry.min_credit.is_some_and(|least| -premium < least) || entry.max_debit.is_some_and(|most| premium > most)
        {
            return Err(Rejection::Premium);
        }
        let needs = unit_requirement(plan, &legs, session.spot);
        if needs.naked_call && plan.rules.margin == MarginModel::Cash {
            return Err(Rejection::Naked);
        }
        let sum = |greek: &dyn Fn(&Greeks) -> f64| -> f64 {
            legs.iter().map(|leg| leg.sign * f64::from(leg.ratio) * greek(&leg.greeks)).sum()
        };
        let unit =
            Unit { requirement: needs, net, delta: sum(&|greeks| greeks.delta), gamma: sum(&|greeks| greeks.gamma) };
        let equity = self.value_of_all(session.spot);
        let quantity = self.size(session, &unit, equity);
        if quantity == 0 {
            return Err(Rejection::NoSize);
        }
        let multiplier = plan.strategy().multiplier;
        for leg in &mut legs {
            leg.contracts = leg.ratio.checked_mul(quantity).ok_or(Rejection::NoSize)?;
        }
        let fees = opening_fees(plan, &legs, multiplier);
        let scale = f64::from(quantity) * multiplier;
        let slippage: f64 = legs.iter().map(|leg| leg.units(multiplier) * (leg.entry.price - leg.mark)).sum();
        let short_of_it = self.buying_power(plan, equity, session.spot) - slippage - fees < needs.tied * scale;
        if plan.rules.margin != MarginModel::None && short_of_it {
            return Err(Rejection::BuyingPower);
        }
        self.trades += 1;
        session.opened += 1;
        legs.iter().for_each(|leg| self.ledger.open_leg(leg.units(multiplier), leg.entry.price));
        session.parts.slippage -= slippage;
        let reckoned = plan.rules.margin != MarginModel::None;
        let mut position = Position {
            id: self.trades,
            entry_day: session.number(),
            entry_spot: session.spot,
            quantity,
            multiplier,
            legs,
            net,
            fees: 0.0,
            slippage,
            dividends: 0.0,
            margin: if reckoned { needs.margin * scale } else { 0.0 },
            best_profit: 0.0,
            max_favourable: 0.0,
            max_adverse: 0.0,
            due: None,
            flags: Vec::new(),
        };
        self.pay_fees(session, &mut position, fees);
        self.open.push(position);
        Ok(())
    }

    pub(super) fn option_leg(
        &mut self,
        session: &Session<'_>,
        leg: &PlanLeg,
        chosen: &Chosen,
        n_legs: usize,
    ) -> Result<PositionLeg, Rejection> {
        let plan = session.plan;
        let chain = session.market.chain;
        let quote = chain.quote(chosen.row);
        let entry = &plan.strategy().entry;
        if !quote.is_eligible() {
            return Err(Rejection::Unfilled);
        }
        let enough = |least: Option<f64>, number: f64| least.is_none_or(|least| number >= least);
        let liquid = enough(entry.min_volume, quote.volume) && enough(entry.min_open_interest, quote.open_interest);
        if !liquid || !plan.fill.spread_allowed(&quote) {
            return Err(Rejection::Illiquid);
        }
        let price = plan.fill.price(&quote, leg.sign, n_legs);
        if price <= 0.0 && leg.sign < 0.0 {
            return Err(Rejection::Unfilled);
        }
        let root = self.known_root(chain.root_name(chosen.root));
        let contract = Contract { right: chosen.right, strike: chosen.strike, expiration: chosen.expiration, root };
        let terms = terms(plan, &contract, session.day, session.spot);
        let style = plan.kind(chain.root_name(chosen.root)).style;
        let volatility = volatility(&terms, &quote, style);
        let greeks = greeks_of(&terms, &session.market, chosen.row, volatility, style);
        Ok(PositionLeg {
            kind: leg.kind,
            sign: leg.sign,
            ratio: leg.ratio,
            contracts: leg.ratio,
            strike: chosen.strike,
            expiration: chosen.expiration,
            root,
            entry: LegFill {
                date: session.day,
                price,
                source: PriceSource::Quote,
                bid: Some(quote.bid),
                ask: Some(quote.ask),
                iv: volatility,
                delta: Some(greeks.delta),
            },
            exit: None,
            mark: quote.mid(),
            marked_at: session.number(),
            marked_spot: session.spot,
            bid: quote.bid,
            ask: quote.ask,
            volatility,
            greeks,
            delivered: false,
            quote: Some(quote),
        })
    }
}

fn stock_leg(session: &Session<'_>, leg: &PlanLeg) -> PositionLeg {
    shares_leg(session, leg.sign, leg.ratio)
}

/// Shares of the underlying at its price.
pub(super) fn shares_leg(session: &Session<'_>, sign: f64, ratio: u32) -> PositionLeg {
    let price = session.spot;
    PositionLeg {
        kind: crate::options::strategy::LegType::Stock,
        sign,
        ratio,
        contracts: ratio,
        strike: 0.0,
        expiration: i32::MAX,
        root: u16::MAX,
        entry: LegFill {
            date: session.day,
            price,
            source: PriceSource::Underlying,
            bid: None,
            ask: None,
            iv: None,
            delta: Some(1.0),
        },
        exit: None,
        mark: price,
        marked_at: session.number(),
        marked_spot: price,
        bid: price,
        ask: price,
        volatility: None,
        greeks: Greeks { delta: 1.0, ..Greeks::default() },
        delivered: false,
        quote: None,
    }
}

/// What one unit of the legs needs, by their marks.
fn unit_requirement(plan: &Plan, legs: &[PositionLeg], spot: f64) -> Requirement {
    let holdings: Vec<Holding> = legs
        .iter()
        .map(|leg| Holding {
            right: leg.contract().map(|contract| contract.right),
            contracts: leg.sign * f64::from(leg.ratio),
            strike: leg.strike,
            expiration: leg.expiration,
            price: leg.mark,
        })
        .collect();
    requirement(&holdings, spot, &plan.rules)
}

fn opening_fees(plan: &Plan, legs: &[PositionLeg], multiplier: f64) -> f64 {
    let options = legs.iter().filter(|leg| leg.is_option());
    let orders = options.map(|leg| OrderLeg { contracts: leg.contracts, price: leg.entry.price, buys_back: false });
    let shares = legs.iter().filter(|leg| !leg.is_option()).map(|leg| libm::fabs(leg.units(multiplier))).sum();
    plan.fees.order(orders, shares)
}

/// The rows of contracts that were chosen at the session before.
fn found_again(session: &Session<'_>, pending: &PendingEntry) -> Result<Vec<Option<Chosen>>, Rejection> {
    let legs = session.plan.legs.iter().zip(&pending.contracts);
    legs.map(|(leg, contract)| {
        let Some((right, contract)) = super::market::right_of(leg.kind).zip(*contract) else { return Ok(None) };
        let PendingContract { strike, expiration, root } = contract;
        let row = session.market.find_row(&Contract { right, strike, expiration, root }).ok_or(Rejection::Unfilled)?;
        let root = session.market.roots.get(usize::from(root)).copied().flatten().ok_or(Rejection::Unfilled)?;
        Ok(Some(Chosen { right, strike, expiration, root, row }))
    })
    .collect()
}
