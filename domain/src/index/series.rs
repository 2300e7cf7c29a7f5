//! From session returns to levels. Returns compound; they are never summed.

use crate::calendar::sessions;
use crate::index::BASE_VALUE;
use crate::units::{Day, DayRange};

/// The return of a built session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SessionReturn {
    /// The session.
    pub day: Day,
    /// Fraction; `None` where no data of the session before is held.
    pub value: Option<f64>,
    /// Fraction since the last held session before it, however long ago; `None` where there is none.
    pub bridged: Option<f64>,
}

/// A session's level in a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelPoint {
    /// The session.
    pub day: Day,
    /// Level, the first session of the range at [`BASE_VALUE`].
    pub level: f64,
    /// The session's own return as stored, fraction.
    pub daily_return: Option<f64>,
    /// The return that the level grew by: bridged where asked for; `None` at the first session.
    pub counted_return: Option<f64>,
    /// Level over base value, less one.
    pub cumulative_return: f64,
}

/// Sessions of the calendar between the first and the last built one that are not built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap(pub Vec<Day>);

/// Compounds session returns to levels.
///
/// *Inputs*: built sessions, ascending; `bridge`: whether a session after a hole counts from the last held one before it.
/// *Returns*: a point per session; empty for none.
///
/// # Errors
/// [`Gap`] naming the sessions of the calendar between the first and the last that are not there, unless `bridge`.
///
/// *Method*: level(t) = level(t−1) · (1 + r(t)), level(first) = 1000, cumulative = level / 1000 − 1.
///
/// ```
/// use domain::index::{SessionReturn, compound};
/// let day = |text: &str| text.parse().unwrap();
/// let returns = [("2024-01-02", 0.5), ("2024-01-03", 0.1), ("2024-01-04", -0.1)]
///     .map(|(date, value)| SessionReturn { day: day(date), value: Some(value), bridged: Some(value) });
/// // 1000, then 1000 · 1.1 = 1100, then 1100 · 0.9 = 990: −1 %, where a sum would say 0.
/// let last = compound(&returns, false).unwrap()[2];
/// assert!((last.level - 990.0).abs() < 1e-9 && (last.cumulative_return + 0.01).abs() < 1e-12);
/// ```
pub fn compound(returns: &[SessionReturn], bridge: bool) -> Result<Vec<LevelPoint>, Gap> {
    let (Some(first), Some(last)) = (returns.first(), returns.last()) else { return Ok(Vec::new()) };
    if !bridge {
        let built = |day: &Day| returns.binary_search_by_key(day, |point| point.day).is_ok();
        let missing: Vec<Day> = DayRange::new(first.day, last.day)
            .map(sessions)
            .unwrap_or_default()
            .into_iter()
            .filter(|day| !built(day))
            .collect();
        if !missing.is_empty() {
            return Err(Gap(missing));
        }
    }
    let mut level = BASE_VALUE;
    let mut points = Vec::with_capacity(returns.len());
    for (at, point) in returns.iter().enumerate() {
        let counted = if bridge { point.bridged } else { point.value };
        let counted_return = if at == 0 { None } else { counted };
        level *= 1.0 + counted_return.unwrap_or(0.0);
        points.push(LevelPoint {
            day: point.day,
            level,
            daily_return: if bridge { counted } else { point.value },
            counted_return,
            cumulative_return: level / BASE_VALUE - 1.0,
        });
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(date: &str, value: Option<f64>, bridged: Option<f64>) -> SessionReturn {
        SessionReturn { day: date.parse().unwrap(), value, bridged }
    }

    #[test]
    fn the_first_session_is_the_base_and_keeps_its_own_return() {
        let points =
            compound(&[point("2024-01-03", Some(0.5), Some(0.5)), point("2024-01-04", Some(0.25), None)], false);
        let points = points.unwrap();
        assert_eq!((points[0].level, points[0].cumulative_return, points[0].daily_return), (1000.0, 0.0, Some(0.5)));
        // 1000 · 1.25 = 1250, exactly representable.
        assert_eq!((points[1].level, points[1].cumulative_return), (1250.0, 0.25));
    }

    #[test]
    fn a_hole_is_refused_unless_bridged() {
        let returns = [point("2024-01-03", None, None), point("2024-01-05", None, Some(0.5))];
        assert_eq!(compound(&returns, false), Err(Gap(vec!["2024-01-04".parse().unwrap()])));
        let bridged = compound(&returns, true).unwrap();
        assert_eq!((bridged[1].level, bridged[1].daily_return), (1500.0, Some(0.5)));
    }

    #[test]
    fn no_sessions_have_no_levels() {
        assert_eq!(compound(&[], false), Ok(Vec::new()));
    }
}
