//! What a query would cost, before it runs: one for every field of every item that it may answer.
//!
//! A connection is charged for the items asked for, `first` or `last`, or what it gives without them; a list for the size
//! that `@listSize` says. So a page of pages costs their product. What takes long to compute counts as the many fields that
//! `@cost` says.

use super::plan::Plan;

/// Most fields that an answer may have.
pub(super) const MOST_COMPLEXITY: u64 = 100_000;

/// The number of fields of the largest answer to a plan.
pub(super) fn complexity(plan: &Plan<'_>) -> u64 {
    let mut sum: u64 = 0;
    for field in &plan.fields {
        let asked =
            ["first", "last"].iter().filter_map(|name| field.arguments.text(name)).find_map(|text| text.parse().ok());
        let items = asked.unwrap_or_else(|| field.field.map_or(1, |field| field.assumed_size)).max(1);
        let each = field.below.as_ref().map_or(0, complexity);
        let own = field.field.map_or(1, |field| field.weight);
        sum = sum.saturating_add(own).saturating_add(items.saturating_mul(each));
    }
    sum
}
