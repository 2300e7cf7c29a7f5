//! What the trades and the account came to.

use serde::{Deserialize, Serialize};

use super::records::{DayRecord, ExitReason, Trade};

/// Statistics of a run. `None` is undefined. Returns are of daily equity, the first against the capital; 252 to the year.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TradeStatistics {
    /// Sessions.
    pub trading_days: u32,
    /// Equity at the end.
    pub final_equity: f64,
    /// `final_equity` against the capital, −1.
    pub total_return: f64,
    /// (1 + total return)^(252/n) − 1; undefined when everything or more is lost.
    pub cagr: Option<f64>,
    /// Sample deviation of the returns times √252.
    pub annual_volatility: f64,
    /// Mean over deviation times √252; undefined without a deviation.
    pub sharpe: Option<f64>,
    /// Mean times √252 over the root mean square of the losses of all n; undefined without a loss.
    pub sortino: Option<f64>,
    /// The deepest fall below the running peak, the capital included; at most 0.
    pub max_drawdown: f64,
    /// `cagr` over the depth of the drawdown; undefined without one.
    pub calmar: Option<f64>,
    /// Trades closed.
    pub trades: u32,
    /// Trades with a profit after fees.
    pub wins: u32,
    /// Trades with a loss after fees.
    pub losses: u32,
    /// `wins` / `trades`; undefined without trades.
    pub win_rate: Option<f64>,
    /// Mean profit of the winners, 0 without any.
    pub avg_win: f64,
    /// Mean profit of the losers, negative; 0 without any.
    pub avg_loss: f64,
    /// Σ wins / Σ losses; undefined without a loss.
    pub profit_factor: Option<f64>,
    /// Mean profit of a trade; undefined without trades.
    pub avg_trade: Option<f64>,
    /// Win rate · mean win + loss rate · mean loss; undefined without trades.
    pub expectancy: Option<f64>,
    /// Σ profits after fees.
    pub total_pnl: f64,
    /// Σ fees of closed trades.
    pub total_commissions: f64,
    /// Σ of what fills cost against mids.
    pub total_slippage: f64,
    /// Mean calendar days from entry to exit; undefined without trades.
    pub avg_days_held: Option<f64>,
    /// Mean of the profits against the entry's margin; undefined where no trade had one.
    pub avg_return_on_margin: Option<f64>,
    /// The longest run of winners.
    pub most_wins_in_a_row: u32,
    /// The longest run of losers.
    pub most_losses_in_a_row: u32,
    /// How often which reason closed a trade, by the reason's name.
    pub exit_reasons: std::collections::BTreeMap<String, u32>,
}

const SESSIONS_PER_YEAR: f64 = 252.0;

/// Computes the daily returns of the equity, the first against the capital. An equity of 0 or less before a session gives a
/// return against it all the same, as the reference simulator's does; a division by zero gives 0.
pub fn daily_returns(capital: f64, equity: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut before = capital;
    equity
        .map(|equity| {
            let change = equity / before - 1.0;
            before = equity;
            if change.is_finite() { change } else { 0.0 }
        })
        .collect()
}

/// Computes the statistics of a run's sessions and trades.
pub(super) fn trade_statistics(capital: f64, days: &[DayRecord], trades: &[Trade]) -> TradeStatistics {
    let returns = daily_returns(capital, days.iter().map(|day| day.equity));
    let final_equity = days.last().map_or(capital, |day| day.equity);
    let n = count(days.len());
    let mean = returns.iter().sum::<f64>() / n.max(1.0);
    let squares: f64 = returns.iter().map(|change| (change - mean) * (change - mean)).sum();
    let deviation = if n > 1.0 { libm::sqrt(squares / (n - 1.0)) } else { 0.0 };
    let losses: f64 = returns.iter().map(|change| change.min(0.0) * change.min(0.0)).sum();
    let downside = libm::sqrt(losses / n.max(1.0));
    let total_return = final_equity / capital - 1.0;
    let cagr = (total_return > -1.0 && n > 0.0)
        .then(|| libm::pow(1.0 + total_return, SESSIONS_PER_YEAR / n) - 1.0)
        .filter(|growth| growth.is_finite());
    let max_drawdown = deepest(capital, days);
    let year = libm::sqrt(SESSIONS_PER_YEAR);
    TradeStatistics {
        trading_days: whole(days.len()),
        final_equity,
        total_return,
        cagr,
        annual_volatility: deviation * year,
        sharpe: (deviation > 0.0).then(|| mean / deviation * year),
        sortino: (downside > 0.0).then(|| mean * SESSIONS_PER_YEAR / (downside * year)),
        max_drawdown,
        calmar: cagr.filter(|_| max_drawdown < 0.0).map(|growth| growth / -max_drawdown),
        ..of_trades(trades)
    }
}

fn deepest(capital: f64, days: &[DayRecord]) -> f64 {
    let mut peak = capital;
    let falls = days.iter().map(|day| {
        peak = peak.max(day.equity);
        day.equity / peak - 1.0
    });
    falls.fold(0.0, f64::min)
}

fn of_trades(trades: &[Trade]) -> TradeStatistics {
    let n = count(trades.len());
    let profits = || trades.iter().map(|trade| trade.pnl);
    let (won, lost): (f64, f64) = (profits().filter(|pnl| *pnl > 0.0).sum(), profits().filter(|pnl| *pnl < 0.0).sum());
    let wins = profits().filter(|pnl| *pnl > 0.0).count();
    let losses = profits().filter(|pnl| *pnl < 0.0).count();
    let mean = |sum: f64, n: usize| if n == 0 { 0.0 } else { sum / count(n) };
    let (avg_win, avg_loss) = (mean(won, wins), mean(lost, losses));
    let total_pnl: f64 = profits().sum();
    let any = |number: f64| (!trades.is_empty()).then_some(number);
    let on_margin: Vec<f64> = trades.iter().filter_map(|trade| trade.return_on_margin).collect();
    let mut exit_reasons = std::collections::BTreeMap::new();
    for trade in trades {
        *exit_reasons.entry(ExitReason::name(trade.exit_reason).to_owned()).or_insert(0) += 1;
    }
    TradeStatistics {
        trades: whole(trades.len()),
        wins: whole(wins),
        losses: whole(losses),
        win_rate: any(count(wins) / n),
        avg_win,
        avg_loss,
        profit_factor: (losses > 0).then(|| won / -lost),
        avg_trade: any(total_pnl / n),
        expectancy: any(count(wins) / n * avg_win + count(losses) / n * avg_loss),
        total_pnl,
        total_commissions: trades.iter().map(|trade| trade.commissions).sum(),
        total_slippage: trades.iter().map(|trade| trade.slippage).sum(),
        avg_days_held: any(trades.iter().map(|trade| f64::from(trade.days_held)).sum::<f64>() / n),
        avg_return_on_margin: (!on_margin.is_empty()).then(|| on_margin.iter().sum::<f64>() / count(on_margin.len())),
        most_wins_in_a_row: longest(profits().map(|pnl| pnl > 0.0)),
        most_losses_in_a_row: longest(profits().map(|pnl| pnl < 0.0)),
        exit_reasons,
        ..TradeStatistics::default()
    }
}

fn longest(marks: impl Iterator<Item = bool>) -> u32 {
    let mut run = 0;
    let runs = marks.map(|mark| {
        run = if mark { run + 1 } else { 0 };
        run
    });
    runs.max().unwrap_or(0)
}

fn whole(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn count(n: usize) -> f64 {
    f64::from(whole(n))
}
