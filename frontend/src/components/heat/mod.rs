//! A heat map that is a table: numbers on grounds as strong as they are large.

use leptos::prelude::*;

use crate::components::export_menu::ExportMenu;
use crate::components::table::{Contents, Value, saves};
use crate::format::{self, Form};

/// One row of a heat map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HeatRow {
    /// Its heading.
    pub name: String,
    /// One value for each column; absent ones are blank.
    pub values: Vec<Option<f64>>,
}

/// How strong the ground of a value is: 0 to 5, by its size against the largest.
fn strength(value: f64, largest: f64) -> u32 {
    let share = if largest > 0.0 { (value.abs() / largest).min(1.0) } else { 0.0 };
    [0.02, 0.12, 0.3, 0.55, 0.8].iter().map(|limit| u32::from(share > *limit)).sum()
}

/// A table of fractions. The last column stands apart when it is a total.
#[component]
pub(crate) fn HeatTable(
    /// The name of saved files.
    name: &'static str,
    /// What it shows.
    #[prop(into)]
    caption: String,
    /// The heading of the rows' names.
    corner: &'static str,
    /// The headings.
    columns: Vec<String>,
    /// The rows.
    #[prop(into)]
    rows: Signal<Vec<HeatRow>>,
    /// How values are shown.
    #[prop(default = Form::Change)]
    form: Form,
    /// Whether the last column is a total, by which the others are not measured.
    #[prop(default = true)]
    has_total: bool,
) -> impl IntoView {
    let n_columns = columns.len();
    let headings = StoredValue::new((caption.clone(), [vec![corner.to_owned()], columns.clone()].concat()));
    let contents = move || {
        let (title, columns) = headings.get_value();
        let row = |row: HeatRow| {
            let values = row.values.into_iter().map(|value| Value::number(value, form));
            std::iter::once(Value::Text(row.name)).chain(values).collect()
        };
        Contents { title, columns, rows: rows.get_untracked().into_iter().map(row).collect() }
    };
    let heads = columns.into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect_view();
    let body = move || {
        let rows = rows.get();
        let within = |row: &HeatRow| {
            row.values.iter().take(n_columns - usize::from(has_total)).flatten().copied().collect::<Vec<f64>>()
        };
        let largest = rows.iter().flat_map(within).fold(0.0_f64, |largest, value| largest.max(value.abs()));
        rows.into_iter()
            .map(|row| {
                let cells = row.values.into_iter().map(|value| {
                    let class = value.map_or_else(String::new, |value| {
                        let direction = if value < 0.0 { "fall" } else { "rise" };
                        format!("heat-{direction} heat-{}", strength(value, largest))
                    });
                    view! { <td class=class>{value.map(|value| format::number(value, form))}</td> }
                });
                view! { <tr><th scope="row">{row.name}</th>{cells.collect_view()}</tr> }
            })
            .collect_view()
    };
    let label = caption.clone();
    view! {
        <div class="table-tools">
            <ExportMenu items=saves(name, contents).to_vec() />
        </div>
        <div class="heat" tabindex="0" role="region" aria-label=label>
            <table>
                <caption class="visually-hidden">{caption}</caption>
                <thead>
                    <tr><th scope="col">{corner}</th>{heads}</tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_grows_with_size() {
        let strengths = [0.0, 0.001, 0.01, 0.03, 0.06, 0.1, -0.1].map(|value| strength(value, 0.1));
        assert_eq!(strengths, [0, 0, 1, 2, 4, 5, 5]);
        assert_eq!(strength(1.0, 0.0), 0);
    }
}
