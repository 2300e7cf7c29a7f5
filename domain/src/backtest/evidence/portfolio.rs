//! Several runs as one account.

use std::collections::BTreeMap;

use crate::units::Day;

/// One run of a portfolio.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Its balance at the start.
    pub capital: f64,
    /// What of the portfolio's capital it is given, a fraction.
    pub weight: f64,
    /// Equity and margin by session, ascending.
    pub days: Vec<(Day, f64, f64)>,
}

/// The portfolio at one session. Money is in the quote currency.
#[derive(Clone, Debug, PartialEq)]
pub struct PortfolioDay {
    /// The session.
    pub date: Day,
    /// What all accounts are worth.
    pub equity: f64,
    /// What must be kept for all open packages.
    pub margin: f64,
    /// Against the highest so far, the capital included, −1; `None` where the highest is not above 0.
    pub drawdown: Option<f64>,
}

/// Puts runs together as one account.
///
/// *Inputs*: the capital of the whole; the runs. *Returns*: a row for each session that any of them has, ascending.
///
/// *Method*: each run's account is scaled to weight × capital and left alone: nothing is moved between them, and none takes up what
/// another leaves; what the weights leave of the capital stays cash. Before its first session a run is its capital in cash, after its last one what it came to.
#[must_use]
pub fn portfolio(capital: f64, accounts: &[Account]) -> Vec<PortfolioDay> {
    let mut moves: BTreeMap<Day, Vec<(usize, f64, f64)>> = BTreeMap::new();
    for (at, account) in accounts.iter().enumerate() {
        let scale = account.weight * capital / account.capital;
        for (day, equity, margin) in &account.days {
            moves.entry(*day).or_default().push((at, equity * scale, margin * scale));
        }
    }
    let mut worth: Vec<(f64, f64)> = accounts.iter().map(|account| (account.weight * capital, 0.0)).collect();
    let cash = capital * (1.0 - accounts.iter().map(|account| account.weight).sum::<f64>());
    let mut peak = capital;
    let mut days = Vec::with_capacity(moves.len());
    for (date, moved) in moves {
        for (at, equity, margin) in moved {
            worth[at] = (equity, margin);
        }
        let equity: f64 = cash + worth.iter().map(|(equity, _)| equity).sum::<f64>();
        peak = peak.max(equity);
        days.push(PortfolioDay {
            date,
            equity,
            margin: worth.iter().map(|(_, margin)| margin).sum(),
            drawdown: (peak > 0.0).then(|| equity / peak - 1.0),
        });
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(weight: f64, capital: f64, days: &[(i32, f64)]) -> Account {
        let days = days.iter().map(|(day, equity)| (Day::from_number(*day), *equity, 10.0)).collect();
        Account { capital, weight, days }
    }

    #[test]
    fn accounts_are_scaled_and_added_up_on_every_session_of_any() {
        let first = account(0.25, 100.0, &[(1, 110.0), (2, 120.0)]);
        let second = account(0.75, 1_000.0, &[(2, 900.0), (3, 1_200.0)]);
        let days = portfolio(400.0, &[first, second]);
        let found: Vec<(f64, f64)> = days.iter().map(|day| (day.equity, day.margin)).collect();
        // 110 + 300 · 1; 120 + 270; 120 + 360. Margins 10 · 1 and 10 · 0.3.
        assert_eq!(found, [(410.0, 10.0), (390.0, 13.0), (480.0, 13.0)]);
        assert_eq!(days[1].drawdown, Some(390.0 / 410.0 - 1.0));
        assert_eq!((days[0].drawdown, days[2].drawdown), (Some(0.0), Some(0.0)));
    }

    #[test]
    fn what_is_given_to_nobody_stays_cash() {
        let days = portfolio(200.0, &[account(0.25, 100.0, &[(1, 50.0)])]);
        // 150 in cash and half of 50.
        assert_eq!((days[0].equity, days[0].drawdown), (175.0, Some(175.0 / 200.0 - 1.0)));
    }

    #[test]
    fn one_run_of_all_the_capital_is_that_run() {
        let days = portfolio(50.0, &[account(1.0, 50.0, &[(1, 40.0), (2, 60.0)])]);
        assert_eq!(days.iter().map(|day| day.equity).collect::<Vec<_>>(), [40.0, 60.0]);
        assert!((days[0].drawdown.unwrap() + 0.2).abs() < 1e-15);
    }
}
