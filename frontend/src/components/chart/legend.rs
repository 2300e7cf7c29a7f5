//! What the lines of a chart are: their names above it.

use leptos::prelude::*;

/// Of a line's sample, and of what lies between two entries.
const SAMPLE: f64 = 24.0;
const GAP: f64 = 20.0;
/// About the width of a character at this size.
const LETTER: f64 = 7.0;

/// The longest beginning of a name that fits into so many pixels.
pub(super) fn fitted(name: &str, room: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width of the screen")]
    let most = (room / LETTER) as usize;
    if name.chars().count() <= most {
        return name.to_owned();
    }
    name.chars().take(most.saturating_sub(1)).chain(std::iter::once('…')).collect()
}

/// An entry for each line, in their order, between two places; names that would not fit side by side are cut.
pub(super) fn legend(names: Vec<String>, left: f64, right: f64) -> AnyView {
    #[expect(clippy::cast_precision_loss, reason = "a number of lines, and the length of a name")]
    let (count, longest) = (names.len() as f64, |name: &str| name.chars().count() as f64 * LETTER);
    let needed: f64 = names.iter().map(|name| SAMPLE + longest(name) + GAP).sum();
    let room = if needed <= right - left { f64::INFINITY } else { (right - left) / count.max(1.0) - SAMPLE - GAP };
    let mut next = left;
    let entries = names.into_iter().enumerate().map(|(number, name)| {
        let (x, name) = (next, fitted(&name, room));
        next += SAMPLE + longest(&name) + GAP;
        view! {
            <g>
                <line class=format!("line line-{}", number + 1) x1=x x2=x + 18.0 y1=19.0 y2=19.0 />
                <text class="legend" x=x + SAMPLE y=23.0>
                    {name}
                </text>
            </g>
        }
    });
    let entries = entries.collect_view();
    view! { <g>{entries}</g> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_where_it_does_not_fit() {
        assert_eq!(fitted("Financials", 70.0), "Financials");
        assert_eq!(fitted("Financials", 69.0), "Financia…");
        assert_eq!(fitted("Financials", f64::INFINITY), "Financials");
    }
}
