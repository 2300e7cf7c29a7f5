//! How the statements of a build are put together from the parts in `sql/index/`: a ranking, a choice from it, weights, and
//! what is done with them. No statement does all of it: whoever names a common table expression twice has the parser read
//! everything behind it twice, and the platform bounds how much that may come to. Every part names its parameters the same way:
//!
//! `?1` sessions to rank, `?2` members, `?3` index, `?4` plan, `?5` share of a dividend that counts, `?6` method version,
//! `?7` now, `?8` buffer, `?9` ids of the universe or null, `?10` members before the plan's first session, `?11` lines of the
//! issuers that have several, `?12` repaired market caps.

use domain::index::{IndexDefinition, Rebalance, ShareClasses, Weighting};

/// The ranking of the sessions in `?1`, as `ranked`.
fn ranked(definition: &IndexDefinition) -> &'static str {
    match (definition.share_classes, definition.universe.is_some()) {
        (ShareClasses::Company, _) => sql!("index/ranked_companies"),
        (ShareClasses::Line, true) if definition.repairs_caps => sql!("index/ranked_repaired_universe"),
        (ShareClasses::Line, true) => sql!("index/ranked_universe"),
        (ShareClasses::Line, false) if definition.repairs_caps => sql!("index/ranked_repaired"),
        (ShareClasses::Line, false) => sql!("index/ranked_market"),
    }
}

/// The members of the sessions in `?1`, as `weighted`.
fn weighted(definition: &IndexDefinition) -> [&'static str; 3] {
    let chosen = if definition.buffer > 0 { sql!("index/chosen_buffered") } else { sql!("index/chosen_largest") };
    let weights = match definition.weighting {
        Weighting::Equal => sql!("index/weighted_equal"),
        Weighting::Cap => sql!("index/weighted_cap"),
        // Their weights are set afterwards (`weights.rs`); until then what is stored stays.
        Weighting::Capped
        | Weighting::InverseVolatility
        | Weighting::EqualRisk
        | Weighting::MinimumVariance
        | Weighting::SectorEqual => sql!("index/weighted_kept"),
    };
    [ranked(definition), chosen, weights]
}

/// A statement over common table expressions, of market caps as they are or repaired.
fn over(repairs_caps: bool, tables: &[&str], statement: &str) -> String {
    let repaired = if repairs_caps { format!("{},\n", sql!("index/repaired")) } else { String::new() };
    let text = format!("{}{statement}", tables.join(",\n")).replace("{company_cap}", sql!("index/company_cap"));
    // What is repaired has no index to name.
    let indexed = "join market_caps c indexed by market_caps_ranking";
    let text = if repairs_caps { text.replace(indexed, "join market_caps c") } else { text };
    let arms = [
        ("{unreported_lines}", sql!("index/unreported_lines")),
        ("{unreported_candidates}", sql!("index/unreported_candidates")),
    ];
    let text = arms.iter().fold(text, |text, (place, arm)| text.replace(place, if repairs_caps { arm } else { "" }));
    format!("with recursive\n{repaired}{text}")
}

/// Lists the members chosen at the last session in `?1`, by rank. Without a weight all weigh the same.
pub(super) fn list_chosen(definition: &IndexDefinition) -> String {
    let plain = (definition.weighting, definition.share_classes) == (Weighting::Equal, ShareClasses::Line);
    if plain && definition.buffer == 0 && definition.universe.is_none() && !definition.repairs_caps {
        return sql!("index/members_largest").to_owned();
    }
    over(definition.repairs_caps, &weighted(definition), sql!("index/members_chosen"))
}

/// Lists the ranking of each session in `?1`.
pub(super) fn list_ranked(definition: &IndexDefinition) -> String {
    over(definition.repairs_caps, &[ranked(definition)], sql!("index/ranked_list"))
}

/// Lists the members chosen at each session in `?1`, to be weighed.
pub(super) fn list_to_weigh(definition: &IndexDefinition) -> String {
    over(definition.repairs_caps, &weighted(definition), sql!("index/members_to_weigh"))
}

/// Lists the members of the plan's only session, which lies between two rebalances.
pub(super) fn list_carried(definition: &IndexDefinition) -> String {
    over(definition.repairs_caps, &[sql!("index/plan"), sql!("index/carried")], sql!("index/members_carried"))
}

/// Stores the members of the sessions at which they are chosen, and forgets those that are no longer among them.
pub(super) fn store_chosen(definition: &IndexDefinition) -> [String; 2] {
    let again = match (definition.share_classes, definition.rebalance) {
        // Which lines make up a company may change without any value of a session changing.
        (ShareClasses::Company, _) => "true",
        (ShareClasses::Line, Rebalance::Daily) => "false",
        // Where weights were carried there was no turnover: the session has become a rebalance since.
        (ShareClasses::Line, _) => "s.turnover = 0",
    };
    [
        over(definition.repairs_caps, &weighted(definition), sql!("index/members_upsert")),
        over(definition.repairs_caps, &weighted(definition), &sql!("index/clear_displaced").replace("{again}", again)),
    ]
}

/// Stores the members of the sessions between two rebalances, and forgets those that are no longer among them.
pub(super) fn store_carried(definition: &IndexDefinition) -> Vec<String> {
    if definition.rebalance == Rebalance::Daily {
        return Vec::new();
    }
    let again = match definition.share_classes {
        ShareClasses::Company => "true",
        // The session was a rebalance and is none any more.
        ShareClasses::Line => "s.turnover > 0",
    };
    let tables = [sql!("index/plan"), sql!("index/carried")];
    let clear = sql!("index/clear_displaced_carried").replace("{again}", again);
    let over = |statement| over(definition.repairs_caps, &tables, statement);
    vec![over(sql!("index/carried_upsert")), over(&clear)]
}

/// Stores the returns, turnover and changes of the sessions.
pub(super) fn store_sessions(definition: &IndexDefinition) -> String {
    let place = match (definition.share_classes, definition.universe.is_some()) {
        (ShareClasses::Line, false) => sql!("index/place_by_line"),
        (ShareClasses::Line, true) => sql!("index/place_in_universe"),
        (ShareClasses::Company, _) => sql!("index/place_by_company"),
    };
    let (cap, companies) = match definition.share_classes {
        ShareClasses::Line => ("{place_cap}", "null"),
        ShareClasses::Company => (sql!("index/cap_of_company"), sql!("index/companies_of_day")),
    };
    let (own_ticker, own_cap, unreported, unreported_of_day) = match definition.repairs_caps {
        false => ("c.ticker", "c.cap", "", ""),
        true => (
            "coalesce(c.ticker, x.ticker)",
            "coalesce(c.cap, x.cap)",
            sql!("index/unreported_in_place"),
            sql!("index/unreported_of_day"),
        ),
    };
    let above = if place == sql!("index/place_by_line") { sql!("index/above_by_line") } else { "" };
    let place = if definition.repairs_caps { counting_unreported(place) } else { place.to_owned() };
    let changes = sql!("index/changes")
        .replace("{place}", &place)
        .replace("{above}", above)
        .replace("{place_cap}", &cap.replace("{place_cap}", own_cap))
        .replace("{place_ticker}", own_ticker)
        .replace("{companies}", companies)
        .replace("{unreported_of_day}", unreported_of_day)
        .replace("{unreported}", unreported);
    let (drifts, drifted) = match definition.weighting {
        Weighting::Equal => (sql!("index/drifts_to_equal"), sql!("index/drifted_from_equal")),
        _ => (sql!("index/drifts"), sql!("index/drifted")),
    };
    let drifts = drifts.replace("{drift}", sql!("index/drift"));
    let sessions = sql!("index/sessions").replace("{changes}", &changes).replace("{drifts}", &drifts);
    let close = sql!("index/close_of_chosen").replace("{close}", sql!("index/close"));
    let tables = [sql!("index/plan"), &valued(&close), &sessions];
    over(definition.repairs_caps, &tables, &sql!("index/sessions_upsert").replace("{drifted}", drifted))
}

/// A place in which those count as well whose market cap was never delivered and is repaired: wherever rows of `market_caps o` are
/// counted, in parentheses of their own, those of `unreported o` are counted likewise and added.
fn counting_unreported(place: &str) -> String {
    let Some(counted) = place.find("market_caps o") else { return place.to_owned() };
    let open = place[..counted].rfind("(\n").unwrap_or(0);
    let mut depth = 0;
    let close = place[open..].char_indices().find(|(_, c)| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    let end = close.map_or(place.len(), |(at, _)| open + at + 1);
    let count = &place[open..end];
    let likewise = count.replace("market_caps o", "unreported o");
    format!("{}({count} + {likewise}){}", &place[..open], &place[end..])
}

/// The member returns of the plan's sessions, from the bars alone: whatever a build has stored may be older than they are.
pub(super) fn explain() -> String {
    over(false, &[sql!("index/plan"), &valued(sql!("index/close"))], sql!("index/explain"))
}

fn valued(close: &str) -> String {
    sql!("index/valued").replace("{close}", close)
}
