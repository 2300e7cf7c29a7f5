//! How much money fits: orders against what is traded in a day.

use crate::research::{Line, count};
use crate::units::Day;

/// Sessions over which traded value is averaged.
const SESSIONS: usize = 20;

/// How much money a rebalance can move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capacity {
    /// The capital at which the order that is largest against its volume reaches the limit, quote currency.
    pub capital: f64,
    /// The member whose order that is, by its place in the panel.
    pub binding_line: usize,
}

/// The average value traded in a day, over the latest twenty bars with a volume up to a session.
///
/// *Returns*: `None` where no bar has one. Known at the close of the session, so it may be used for orders there.
///
/// ```
/// use domain::research::{Bar, Line, average_value_traded};
/// let day = |text: &str| text.parse().unwrap();
/// let bar = |text: &str, close, volume| Bar { day: day(text), close, volume };
/// let bars = vec![bar("2024-01-02", 10.0, Some(100.0)), bar("2024-01-03", 20.0, Some(150.0)), bar("2024-01-04", 1.0, Some(1.0))];
/// let line = Line { bars, ..Line::default() };
/// assert_eq!(average_value_traded(&line, day("2024-01-03")), Some(2_000.0)); // (1 000 + 3 000)/2
/// ```
#[must_use]
pub fn average_value_traded(line: &Line, up_to: Day) -> Option<f64> {
    let end = line.bars.partition_point(|bar| bar.day <= up_to);
    let bars = &line.bars[end.saturating_sub(SESSIONS)..end];
    let traded = bars.iter().filter_map(|bar| bar.volume.map(|volume| volume * bar.close));
    let (n, sum) = traded.fold((0, 0.0), |(n, sum), value| (n + 1, sum + value));
    (n > 0 && sum > 0.0).then(|| sum / count(n))
}

/// The capital at which no order of a rebalance is more than `limit` of a day's volume.
///
/// *Inputs*: each order as the member, its value over the portfolio's value (whatever its sign), and the average value traded in a
/// day; the limit, a fraction. *Returns*: `None` where no order has a known volume.
///
/// *Method*: an order that is f of the portfolio reaches the limit p of a volume A at a capital of p·A/f; the smallest counts.
///
/// ```
/// use domain::research::capacity;
/// // 10 % of 1 000 000 a day at 1 % of the portfolio: 10 000 000; 10 % of 500 000 at 2 %: 2 500 000.
/// let found = capacity([(0, 0.01, Some(1e6)), (1, -0.02, Some(5e5)), (2, 0.5, None)], 0.1).unwrap();
/// assert_eq!((found.capital, found.binding_line), (2_500_000.0, 1));
/// ```
#[must_use]
pub fn capacity(orders: impl IntoIterator<Item = (usize, f64, Option<f64>)>, limit: f64) -> Option<Capacity> {
    orders
        .into_iter()
        .filter(|(_, part, _)| *part != 0.0)
        .filter_map(|(line, part, traded)| Some(Capacity { capital: limit * traded? / part.abs(), binding_line: line }))
        .min_by(|a, b| a.capital.total_cmp(&b.capital))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_volumes_nothing_is_known() {
        assert_eq!(average_value_traded(&Line::default(), Day::from_number(0)), None);
        assert_eq!(capacity([(0, 0.1, None)], 0.1), None);
        assert_eq!(capacity([(0, 0.0, Some(1.0))], 0.1), None);
    }
}
