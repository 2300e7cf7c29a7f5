//! Every session of some years as a small square, by how much is held of it.

use std::sync::Arc;

use domain::units::Day;
use leptos::prelude::*;

use super::plot::{Plot, Points, Reading};
use crate::format::{self, Form};

/// A session and how many bars are held of it; none is a gap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Held {
    /// The session.
    pub day: Day,
    /// How many bars.
    pub bars: u32,
}

/// The room for the year's number, and for the months' names.
const LEFT: f64 = 40.0;
const TOP: f64 = 42.0;
/// Weeks of a year, the ones in part included.
const WEEKS: f64 = 53.0;
/// Weekdays of a week with sessions, and a row between years.
const ROWS: f64 = 6.0;

/// The column (week of the year) and row (weekday) of a day.
fn place_of(day: Day) -> (f64, f64) {
    let first = Day::from_ymd(day.year(), 1, 1).map_or(day, |first| first);
    let offset = i32::try_from(first.weekday().num_days_from_monday()).unwrap_or(0);
    let week = (day.number() - first.number() + offset).div_euclid(7);
    (f64::from(week), f64::from(day.weekday().num_days_from_monday()))
}

/// How full a session is against the fullest: 0 for a gap, else 1 to 4.
fn fullness(bars: u32, most: u32) -> u32 {
    let share = f64::from(bars) / f64::from(most.max(1));
    u32::from(bars > 0) + [0.5, 0.8, 0.95].iter().map(|limit| u32::from(share >= *limit)).sum::<u32>()
}

/// Sessions as squares: a row of weeks for each year, the latest year on top.
#[component]
pub(crate) fn CalendarChart(
    /// What the chart shows, in a sentence.
    #[prop(into)]
    label: Signal<String>,
    /// The sessions, ascending.
    #[prop(into)]
    sessions: Signal<Arc<Vec<Held>>>,
) -> impl IntoView {
    let width = RwSignal::new(0.0_f64);
    let years = Memo::new(move |_| {
        sessions.with(|sessions| {
            sessions.first().zip(sessions.last()).map_or((0, 0), |(first, last)| (first.day.year(), last.day.year()))
        })
    });
    let cell = move || ((width.get() - LEFT) / WEEKS).clamp(3.0, 18.0);
    let height = Signal::derive(move || {
        let (first, last) = years.get();
        TOP + f64::from(last - first + 1) * ROWS * cell()
    });
    let corner = move |day: Day| {
        let (week, weekday) = place_of(day);
        let row = f64::from(years.get().1 - day.year()) * ROWS + weekday;
        (LEFT + week * cell(), TOP + row * cell())
    };
    let place = Callback::new(move |at: usize| {
        let day = sessions.with(|sessions| sessions.get(at).map_or(Day::from_number(0), |held| held.day));
        let (x, y) = corner(day);
        (x + cell() / 2.0, y + cell() / 2.0)
    });
    let nearest = Callback::new(move |(x, y): (f64, f64)| {
        let cell = untrack(cell);
        let (week, row) = (((x - LEFT) / cell).floor(), ((y - TOP) / cell).floor());
        let year = f64::from(years.get_untracked().1) - (row / ROWS).floor();
        sessions.with_untracked(|sessions| {
            sessions.iter().position(|held| {
                let (of_week, weekday) = place_of(held.day);
                let differs = |a: f64, b: f64| (a - b).abs() > 0.5;
                !differs(f64::from(held.day.year()), year)
                    && !differs(of_week, week)
                    && !differs(weekday, row.rem_euclid(ROWS))
            })
        })
    });
    let reading = Callback::new(move |at: usize| {
        sessions.with(|sessions| {
            sessions.get(at).map_or_else(Reading::default, |held| {
                let bars = if held.bars == 0 {
                    "none: a gap".to_owned()
                } else {
                    format::number(f64::from(held.bars), Form::Whole)
                };
                Reading { title: format::day(held.day), rows: vec![("Bars".to_owned(), bars)] }
            })
        })
    });
    let drawing = move || {
        if width.get() < 120.0 {
            return None;
        }
        let size = (cell() - 1.0).max(2.0);
        let most = sessions.with(|sessions| sessions.iter().map(|held| held.bars).max().unwrap_or(0));
        let all = sessions.get();
        let squares = all.iter().map(|held| {
            let (x, y) = corner(held.day);
            let class = format!("held held-{}", fullness(held.bars, most));
            view! { <g><rect class=class x=x y=y width=size height=size /></g> }
        });
        let squares = squares.collect_view();
        let (first, last) = years.get();
        let names = (first..=last).map(|year| {
            let y = TOP + f64::from(last - year) * ROWS * cell() + 3.0 * cell();
            view! {
                <g>
                    <text class="tick" x=0 y=y>
                        {year}
                    </text>
                </g>
            }
        });
        let months = (1..=12).filter(|month| width.get_untracked() > 500.0 || month % 3 == 1).filter_map(|month| {
            let x = corner(Day::from_ymd(last, month, 1)?).0;
            Some(view! {
                <g>
                    <text class="tick" x=x y=34>
                        {format::month(month)}
                    </text>
                </g>
            })
        });
        Some(view! { <g>{names.collect_view()}{months.collect_view()}{squares}</g> })
    };
    let count = Signal::derive(move || sessions.with(|sessions| sessions.len()));
    let points = Points { count, nearest, place, reading };
    view! {
        <Plot label=label height=height width=width points=points has_hair=false is_marked=false>
            {drawing}
        </Plot>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_lies_in_its_week_and_on_its_weekday() {
        let place = |text: &str| place_of(text.parse().unwrap());
        // 2024 began on a Monday.
        assert_eq!(place("2024-01-01"), (0.0, 0.0));
        assert_eq!(place("2024-01-08"), (1.0, 0.0));
        assert_eq!(place("2024-12-31"), (52.0, 1.0));
        // 2021 began on a Friday: its first Monday is in the second column.
        assert_eq!(place("2021-01-01"), (0.0, 4.0));
        assert_eq!(place("2021-01-04"), (1.0, 0.0));
    }

    #[test]
    fn a_gap_is_told_from_the_fewest() {
        assert_eq!([0, 1, 50, 80, 95, 100].map(|bars| fullness(bars, 100)), [0, 1, 2, 3, 4, 4]);
        assert_eq!(fullness(0, 0), 0);
    }
}
