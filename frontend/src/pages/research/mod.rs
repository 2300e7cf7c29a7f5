//! `/app/research`: why an index moved, what it compares with, what holding it costs, and what would have been.

mod attribution;
mod both;
mod comparison;
mod fields;
mod known;
mod look_ahead;
mod quality;
mod saved;
mod trades;
mod what_if;

use domain::units::Day;
use leptos::prelude::*;

use crate::address::Address;
use crate::api;
use crate::components::segmented::Segmented;
use crate::pages::{IndexField, chosen_index, chosen_span};

const PARTS: &[(&str, &str)] = &[
    ("attribution", "Attribution"),
    ("comparison", "Comparison"),
    ("trades", "Trades"),
    ("quality", "Data quality"),
    ("what-if", "What if"),
    ("saved", "Saved"),
    ("look-ahead", "Look-ahead check"),
    ("known", "Known when"),
];

/// The page.
pub(crate) fn research() -> AnyView {
    let address = Address::here();
    let part = address.param("part");
    let chosen = Memo::new(move |_| part.get().unwrap_or_else(|| PARTS[0].0.to_owned()));
    let choose = Callback::new(move |part: &'static str| address.set(&[("part", Some(part.to_owned()))]));
    let content = move || match chosen.get().as_str() {
        "comparison" => comparison::comparison(),
        "trades" => trades::trades(),
        "quality" => quality::quality(),
        "what-if" => what_if::what_if(),
        "saved" => saved::saved(),
        "look-ahead" => look_ahead::look_ahead(),
        "known" => known::known(),
        _ => attribution::attribution(),
    };
    view! {
        <div class="page-head">
            <h1>"Research"</h1>
            <IndexField label="Index" />
            <Segmented label="What is looked at" options=PARTS chosen=chosen choose=choose />
        </div>
        {content}
    }
    .into_any()
}

/// The link to a part's answer: the index and the range of the address, and what the part adds from it.
fn asked(
    path: &'static str,
    names: &'static [&'static str],
    fixed: &'static [(&'static str, &'static str)],
) -> Memo<String> {
    let (address, index, span) = (Address::here(), chosen_index(), chosen_span());
    let chosen: Vec<_> = names.iter().map(|name| (*name, address.param(*name))).collect();
    Memo::new(move |_| {
        let (from, to) = span.get();
        let day = |day: Option<Day>| day.map(|day| day.to_string());
        let mut more = vec![("start_date", day(from)), ("end_date", day(to))];
        more.extend(fixed.iter().map(|(name, value)| (*name, Some((*value).to_owned()))));
        more.extend(chosen.iter().map(|(name, value)| (*name, value.get())));
        api::research_link(path, index.get(), more)
    })
}

/// Holes in the data are bridged and named instead of refused.
const BRIDGED: &[(&str, &str)] = &[("gaps", "bridge")];

/// What stands for members without a sector.
const NO_SECTOR: &str = "No sector";

fn sector_name(sector: Option<&String>) -> String {
    sector.cloned().unwrap_or_else(|| NO_SECTOR.to_owned())
}
