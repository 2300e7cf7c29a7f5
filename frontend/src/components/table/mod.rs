//! A table that sorts, filters, draws only the rows that are seen, and can be taken along.

mod value;
mod window;

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

pub(crate) use value::{Value, csv};

use crate::address::Address;
use crate::components::export_menu::{Export, ExportMenu};
use crate::components::synthetic::Synthetic;
use crate::files;
use crate::workbook::{self, Table};

/// A column of rows `R`.
pub(crate) struct Column<R: 'static> {
    key: &'static str,
    title: &'static str,
    definition: &'static str,
    value: fn(&R) -> Value,
    view: Option<fn(&R) -> AnyView>,
}

impl<R> Clone for Column<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Column<R> {}

impl<R> Column<R> {
    /// A column with a name for the address, a heading and the value of a row.
    pub(crate) const fn new(key: &'static str, title: &'static str, value: fn(&R) -> Value) -> Self {
        Self { key, title, definition: "", value, view: None }
    }

    /// With what it means.
    pub(crate) const fn defined(mut self, definition: &'static str) -> Self {
        self.definition = definition;
        self
    }

    /// Drawn in another way than its value.
    pub(crate) const fn drawn(mut self, view: fn(&R) -> AnyView) -> Self {
        self.view = Some(view);
        self
    }
}

/// How the rows are sorted: a column's key, with `-` in front for descending.
fn parse_sort(text: &str) -> (&str, bool) {
    text.strip_prefix('-').map_or((text, false), |key| (key, true))
}

/// What is common to the columns of every kind of row.
#[derive(Clone, Copy)]
struct Head {
    key: &'static str,
    title: &'static str,
    definition: &'static str,
}

/// Rows of any kind as the table reads them: the table's own code is then there once, not once for each kind.
trait Rows: Send + Sync {
    fn len(&self) -> usize;
    fn value(&self, row: usize, column: usize) -> Value;
    fn view(&self, row: usize, column: usize) -> Option<AnyView>;
}

struct RowsOf<R: 'static> {
    rows: Arc<Vec<R>>,
    columns: Arc<Vec<Column<R>>>,
}

impl<R: Send + Sync> Rows for RowsOf<R> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn value(&self, row: usize, column: usize) -> Value {
        (self.columns[column].value)(&self.rows[row])
    }

    fn view(&self, row: usize, column: usize) -> Option<AnyView> {
        self.columns[column].view.map(|view| view(&self.rows[row]))
    }
}

/// The rows to show, in order, as positions.
fn arrange(rows: &dyn Rows, heads: &[Head], sort: Option<&str>, filter: Option<&str>) -> Vec<usize> {
    let words: Vec<String> = filter.unwrap_or_default().split_whitespace().map(str::to_lowercase).collect();
    let matches =
        |row: usize| words.iter().all(|word| (0..heads.len()).any(|column| rows.value(row, column).holds(word)));
    let mut shown: Vec<usize> = (0..rows.len()).filter(|at| words.is_empty() || matches(*at)).collect();
    let (key, is_descending) = parse_sort(sort.unwrap_or_default());
    if let Some(column) = heads.iter().position(|head| head.key == key) {
        let values: Vec<Value> = (0..rows.len()).map(|row| rows.value(row, column)).collect();
        shown.sort_by(|a, b| values[*a].compare(&values[*b], is_descending));
    }
    shown
}

/// Tables with more rows than this scroll in a window of their own.
const UNWINDOWED_ROWS: usize = 40;

/// A table of rows. Its order and filter are in the address, under its name.
#[component]
pub(crate) fn DataTable<R>(
    /// Its name in the address and of saved files.
    name: &'static str,
    /// What it shows.
    #[prop(into)]
    caption: Signal<String>,
    /// The rows.
    #[prop(into)]
    rows: Signal<Arc<Vec<R>>>,
    /// The columns; the first one names the row.
    columns: Vec<Column<R>>,
    /// The order without a choice: a column's key, with `-` in front for descending.
    #[prop(optional)]
    sorted: &'static str,
    /// Whether it has a field to filter by.
    #[prop(optional)]
    filterable: bool,
    /// What else can be exported.
    #[prop(optional, into)]
    exports: Vec<Export>,
    /// What to say when there is no row.
    #[prop(default = "Nothing to show.")]
    none: &'static str,
    /// The height of its window in rem.
    #[prop(default = 34.0)]
    height: f64,
) -> impl IntoView
where
    R: Send + Sync + 'static,
{
    let heads = columns.iter().map(|of| Head { key: of.key, title: of.title, definition: of.definition }).collect();
    let columns = Arc::new(columns);
    let rows: Signal<Arc<dyn Rows>> =
        Signal::derive(move || Arc::new(RowsOf { rows: rows.get(), columns: columns.clone() }) as Arc<dyn Rows>);
    table(Parts { name, caption, rows, columns: heads, sorted, filterable, exports, none, height })
}

/// A table as a person takes it along.
pub(crate) struct Contents {
    /// What it shows.
    pub title: String,
    /// The headings.
    pub columns: Vec<String>,
    /// One value for each column.
    pub rows: Vec<Vec<Value>>,
}

/// The forms in which a table is saved, under a name without ending.
pub(crate) fn saves(name: &'static str, contents: impl Fn() -> Contents + Copy + Send + Sync + 'static) -> [Export; 2] {
    let synthetic = Synthetic::here();
    let workbook = Export::slow("Table (Excel)", move |tell| {
        let Contents { title, columns, rows } = contents();
        workbook::save_table(Table { name, title, synthetic: synthetic.is_set_now(), columns, rows }, tell)
    });
    let text = Export::new("Table (CSV)", move || {
        let Contents { columns, rows, .. } = contents();
        files::save_text(&format!("{name}.csv"), "text/csv;charset=utf-8", &csv(&columns, rows.into_iter()))
    });
    [workbook, text]
}

/// What a table is made of.
struct Parts {
    name: &'static str,
    caption: Signal<String>,
    rows: Signal<Arc<dyn Rows>>,
    columns: Vec<Head>,
    sorted: &'static str,
    filterable: bool,
    exports: Vec<Export>,
    none: &'static str,
    height: f64,
}

fn table(parts: Parts) -> AnyView {
    let Parts { name, caption, rows, columns, sorted, filterable, exports, none, height } = parts;
    let address = Address::here();
    let (sort_name, filter_name) = (format!("{name}.sort"), format!("{name}.filter"));
    let chosen_sort = address.param(sort_name.clone());
    let filter = address.param(filter_name.clone());
    let sort = Memo::new(move |_| chosen_sort.get().unwrap_or_else(|| sorted.to_owned()));
    let columns = StoredValue::new(columns);
    let order = Memo::new(move |_| {
        let rows = rows.get();
        columns.with_value(|columns| arrange(&*rows, columns, Some(&sort.get()), filter.get().as_deref()))
    });

    let numeric = Memo::new(move |_| {
        let rows = rows.get();
        let is_numeric = |column: usize| {
            let mut values = (0..rows.len()).map(|row| rows.value(row, column));
            values.find(|value| *value != Value::Absent).is_some_and(|value| value.is_numeric())
        };
        (0..columns.with_value(Vec::len)).map(is_numeric).collect::<Vec<bool>>()
    });
    let scroller = NodeRef::<html::Div>::new();
    let top = RwSignal::new(0.0);
    let row_px = row_px();
    let drawn = Memo::new(move |_| {
        let n_rows = order.with(Vec::len);
        if n_rows <= UNWINDOWED_ROWS { 0..n_rows } else { window::drawn(n_rows, top.get(), height * root_px(), row_px) }
    });
    let is_windowed = Memo::new(move |_| order.with(Vec::len) > UNWINDOWED_ROWS);

    let choose = move |key: &'static str, sort_name: &str| {
        let now = sort.get_untracked();
        let next = if now == key { format!("-{key}") } else { key.to_owned() };
        address.set(&[(sort_name, Some(next))]);
    };
    let heads = columns.with_value(|columns| {
        columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let (key, sort_name) = (column.key, sort_name.clone());
                let state = move || {
                    let sort = sort.get();
                    match parse_sort(&sort) {
                        (sorted, false) if sorted == key => "ascending",
                        (sorted, true) if sorted == key => "descending",
                        _ => "none",
                    }
                };
                let title = (!column.definition.is_empty()).then_some(column.definition);
                view! {
                    <th scope="col" aria-sort=state class:number=move || numeric.with(|numeric| numeric[at])>
                        <button type="button" title=title on:click=move |_| choose(key, &sort_name)>
                            {column.title}
                        </button>
                    </th>
                }
            })
            .collect_view()
    });
    let body = move || {
        let (rows, order, drawn) = (rows.get(), order.get(), drawn.get());
        let numeric = numeric.get();
        let (above, below) = (drawn.start, order.len() - drawn.end);
        let n_columns = columns.with_value(Vec::len);
        let spacer = move |n_rows: usize| {
            #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
            let px = n_rows as f64 * row_px;
            (n_rows > 0).then(|| {
                view! {
                    <tr aria-hidden="true" class="spacer">
                        <td colspan=n_columns.to_string() style:height=format!("{px}px")></td>
                    </tr>
                }
            })
        };
        let lines = drawn
            .map(|at| {
                let cells =
                    (0..n_columns).map(|column| cell(&*rows, order[at], column, numeric[column])).collect_view();
                view! { <tr aria-rowindex=(at + 2).to_string()>{cells}</tr> }
            })
            .collect_view();
        view! {
            {spacer(above)}
            {lines}
            {spacer(below)}
        }
    };
    let contents = move || {
        let rows = rows.get_untracked();
        columns.with_value(|columns| Contents {
            title: caption.get_untracked(),
            columns: columns.iter().map(|column| column.title.to_owned()).collect(),
            rows: order
                .get_untracked()
                .into_iter()
                .map(|at| (0..columns.len()).map(|column| rows.value(at, column)).collect())
                .collect(),
        })
    };
    let exports: Vec<Export> = saves(name, contents).into_iter().chain(exports).collect();
    let count = move || {
        let (shown, all) = (order.with(Vec::len), rows.with(|rows| rows.len()));
        if shown == all {
            format!("{} rows", crate::format::count(all))
        } else {
            format!("{} of {} rows", crate::format::count(shown), crate::format::count(all))
        }
    };
    let filter_field = filterable.then(|| {
        let on_input = move |event| {
            let text = event_target_value(&event);
            address.adjust(&[(&filter_name, (!text.is_empty()).then_some(text))]);
        };
        view! {
            <label class="filter">
                <span class="visually-hidden">"Filter "{caption}</span>
                <input
                    type="search"
                    placeholder="Filter…"
                    prop:value=move || filter.get().unwrap_or_default()
                    on:input=on_input
                />
            </label>
        }
    });
    view! {
        <div class="data-table">
            <div class="table-tools">
                {filter_field}
                <span class="muted" role="status">{count}</span>
                <ExportMenu items=exports />
            </div>
            <div
                class="scroller"
                node_ref=scroller
                tabindex="0"
                role="region"
                aria-label=caption
                class:windowed=move || is_windowed.get()
                style:max-height=format!("{height}rem")
                on:scroll=move |_| {
                    if let Some(scroller) = scroller.get_untracked() {
                        top.set(f64::from(scroller.scroll_top()));
                    }
                }
            >
                <table aria-rowcount=move || (order.with(Vec::len) + 1).to_string()>
                    <caption class="visually-hidden">{caption}</caption>
                    <thead>
                        <tr>{heads}</tr>
                    </thead>
                    <tbody>{body}</tbody>
                </table>
                <Show when=move || order.with(Vec::is_empty)>
                    <p class="muted none">{none}</p>
                </Show>
            </div>
        </div>
    }
    .into_any()
}

fn cell(rows: &dyn Rows, row: usize, column: usize, is_numeric: bool) -> AnyView {
    let class = if is_numeric { "number" } else { "" };
    let shown = rows.view(row, column).unwrap_or_else(|| rows.value(row, column).shown().into_any());
    if column == 0 {
        view! { <th scope="row" class=class>{shown}</th> }.into_any()
    } else {
        view! { <td class=class>{shown}</td> }.into_any()
    }
}

/// The pixels of 1 rem.
fn root_px() -> f64 {
    let root = document().document_element();
    let size = root.and_then(|root| window().get_computed_style(&root).ok().flatten());
    let size = size.and_then(|style| style.get_property_value("font-size").ok());
    size.and_then(|size| size.trim_end_matches("px").parse().ok()).unwrap_or(16.0)
}

/// The height of a row, as the style sheet has it.
fn row_px() -> f64 {
    2.25 * root_px()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Form;

    const COLUMNS: [Column<(&str, Option<f64>)>; 2] = [
        Column::new("ticker", "Ticker", |row| Value::Text(row.0.to_owned())),
        Column::new("weight", "Weight", |row| Value::number(row.1, Form::Percent)),
    ];

    #[test]
    fn rows_are_sorted_and_filtered() {
        let rows = [("BOLT", Some(0.2)), ("ACME", None), ("ALTO", Some(0.1))];
        let heads = COLUMNS.map(|of| Head { key: of.key, title: of.title, definition: of.definition });
        let rows = RowsOf { rows: Arc::new(rows.to_vec()), columns: Arc::new(COLUMNS.to_vec()) };
        let arranged = |sort, filter| arrange(&rows, &heads, sort, filter);
        assert_eq!(arranged(None, None), [0, 1, 2]);
        assert_eq!(arranged(Some("weight"), None), [2, 0, 1]);
        assert_eq!(arranged(Some("-weight"), None), [0, 2, 1]);
        assert_eq!(arranged(Some("ticker"), Some("A")), [1, 2]);
        assert_eq!(arranged(Some("nonsense"), Some("al to")), [2]);
        assert!(arranged(None, Some("al bo")).is_empty());
    }
}
