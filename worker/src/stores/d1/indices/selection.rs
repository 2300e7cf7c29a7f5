//! How the statements of a build are put together from the parts in `sql/index/`: a ranking, a choice from it, weights, and
//! what is done with them. Every part names its parameters the same way:
//!
//! `?1` sessions to rank, `?2` members, `?3` index, `?4` plan, `?5` share of a dividend that counts, `?6` method version,
//! `?7` now, `?8` buffer, `?9` ids of the universe or null.

use domain::index::{IndexDefinition, Rebalance, ShareClasses, Weighting};

/// A part of a statement.
macro_rules! part {
    ($name:literal) => {
        include_str!(concat!("../sql/index/", $name, ".sql"))
    };
}

/// The members of the sessions in `?1`, as `weighted`, and the plan.
fn weighted(definition: &IndexDefinition) -> String {
    let ranked = match (definition.share_classes, definition.universe.is_some()) {
        (ShareClasses::Company, _) => part!("ranked_companies"),
        (ShareClasses::Line, true) => part!("ranked_universe"),
        (ShareClasses::Line, false) => part!("ranked_market"),
    };
    let chosen = if definition.buffer > 0 { part!("chosen_buffered") } else { part!("chosen_largest") };
    let weights = match definition.weighting {
        Weighting::Equal => part!("weighted_equal"),
        Weighting::Cap => part!("weighted_cap"),
        // Its weights are set afterwards; until then the members weigh the same.
        _ => part!("weighted_equal"),
    };
    format!("with recursive\n{ranked}{chosen}{weights}{}", part!("plan"))
}

/// Stores the members of the sessions at which they are chosen.
pub(super) fn store_chosen(definition: &IndexDefinition) -> String {
    format!("{}{}", weighted(definition), part!("members_upsert"))
}

/// Forgets members that are no longer chosen.
pub(super) fn clear_displaced(definition: &IndexDefinition) -> String {
    // Which lines make up a company may change without any value of a session changing.
    let always = if definition.share_classes == ShareClasses::Company { "true" } else { "false" };
    format!("{}{}", weighted(definition), part!("clear_displaced").replace("{always}", always))
}

/// Stores the members of the sessions between two rebalances, and forgets those that are no longer among them.
pub(super) fn store_carried(definition: &IndexDefinition) -> Vec<String> {
    if definition.rebalance == Rebalance::Daily {
        return Vec::new();
    }
    [part!("carried_upsert"), part!("clear_displaced_carried")]
        .map(|last| format!("{}{}{last}", weighted(definition), part!("carried")))
        .into()
}

/// The members before each session and what became of their prices.
fn valued(definition: &IndexDefinition) -> String {
    let before = if definition.rebalance == Rebalance::Daily {
        part!("before_chosen").to_owned()
    } else {
        format!("{}{}", part!("carried"), part!("before_carried"))
    };
    format!("{}{before}{}", weighted(definition), part!("valued"))
}

/// Stores the returns, turnover and changes of the sessions.
pub(super) fn store_sessions(definition: &IndexDefinition) -> String {
    let place = match definition.share_classes {
        ShareClasses::Line => part!("place_by_line"),
        ShareClasses::Company => part!("place_by_company"),
    };
    format!("{}{}{place}{}", valued(definition), part!("sessions"), part!("sessions_upsert"))
}

/// The member returns of the sessions.
pub(super) fn explain(definition: &IndexDefinition) -> String {
    format!("{}{}", valued(definition), part!("explain"))
}

/// Whether the ranking must also cover the sessions that are built for their returns to be computed.
pub(super) fn ranks_everything_for_returns(definition: &IndexDefinition) -> bool {
    definition.share_classes == ShareClasses::Company
}
