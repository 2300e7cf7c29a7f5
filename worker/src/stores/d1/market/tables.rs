//! The versioned tables and how their statements are made from the templates.

use std::fmt::Write as _;

/// A table keyed by (security_id, day) whose replaced values are kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// The table; also the kind of its staged rows.
    pub(super) name: &'static str,
    /// The column with the day.
    pub(super) day: &'static str,
    /// The columns with values, in the order of the staged rows.
    pub(super) values: &'static [&'static str],
}

pub(super) const DAILY_BARS: Table =
    Table { name: "daily_bars", day: "day", values: &["open", "high", "low", "close", "adj_close", "volume"] };
pub(super) const REPORTED_CAPS: Table = Table { name: "reported_caps", day: "day", values: &["cap"] };
pub(super) const SHARES: Table = Table { name: "shares", day: "as_of", values: &["shares"] };
pub(super) const SPLITS: Table = Table { name: "splits", day: "ex_day", values: &["ratio"] };
pub(super) const DIVIDENDS: Table = Table { name: "dividends", day: "ex_day", values: &["amount"] };
/// What is known of securities; its statements are made from [`SECURITY_VALUES`].
pub(super) const SECURITIES: Table = Table { name: "securities", day: "", values: &[] };
/// The symbol until a day.
pub(super) const TICKER_CHANGES: Table = Table { name: "ticker_changes", day: "day", values: &["ticker"] };

/// Every versioned table but `securities`, which has no day.
pub(super) const TABLES: [&Table; 6] = [&TICKER_CHANGES, &SPLITS, &SHARES, &DAILY_BARS, &REPORTED_CAPS, &DIVIDENDS];

/// What is known of a security, in the order of its staged rows.
pub(super) const SECURITY_VALUES: [&str; 10] = [
    "name",
    "sector",
    "exchange",
    "kind",
    "issuer",
    "share_class",
    "list_day",
    "delist_day",
    "delisting_price",
    "ticker",
];

/// Whether any session of the staged bars' range holds a bar already.
const OVERLAP: &str = "exists (select 1 from sessions o where o.day between \
    (select min(first_day) from staging where batch = ?1 and kind = 'daily_bars') and \
    (select max(last_day) from staging where batch = ?1 and kind = 'daily_bars'))";

impl Table {
    /// The template with this table's names. Without bars in the staged range none can differ, so nothing is compared.
    pub(super) fn fill(&self, template: &str) -> String {
        let overlap = if *self == DAILY_BARS { OVERLAP } else { "true" };
        let typed =
            listed(self.values.iter().enumerate(), ", ", |(at, name)| format!("r.value->>{} as {name}", at + 2));
        template
            .replace("{table}", self.name)
            .replace("{day}", self.day)
            .replace("{typed}", &format!("r.value->>0 as security_id, r.value->>1 as {}, {typed}", self.day))
            .replace("{overlap}", overlap)
            .replace("{values}", &self.values.join(", "))
            .replace("{bare}", &listed(self.values, ", ", |name| format!("{}.{name}", self.name)))
            .replace("{stored}", &listed(self.values, ", ", |name| format!("t.{name}")))
            .replace("{staged}", &listed(self.values, ", ", |name| format!("i.{name}")))
            .replace("{past}", &listed(self.values, ", ", |name| format!("x.{name}")))
            .replace("{excluded}", &listed(self.values, ", ", |name| format!("excluded.{name}")))
            .replace("{assignments}", &listed(self.values, ", ", |name| format!("{name} = excluded.{name}")))
    }
}

/// The template with the columns of `securities`: a staged field that is absent leaves what is stored.
pub(super) fn fill_securities(template: &str) -> String {
    let typed =
        listed(SECURITY_VALUES.iter().enumerate(), ", ", |(at, name)| format!("r.value->>{} as {name}", at + 1));
    let merged = |name: &&str| format!("coalesce(i.{name}, t.{name})");
    template
        .replace("{table}", "securities")
        .replace("{typed}", &format!("r.value->>0 as id, {typed}"))
        .replace("{values}", &SECURITY_VALUES.join(", "))
        .replace("{stored}", &listed(&SECURITY_VALUES, ", ", |name| format!("t.{name}")))
        .replace("{merged}", &listed(&SECURITY_VALUES, ", ", merged))
        .replace("{assignments}", &listed(&SECURITY_VALUES, ", ", |name| format!("{name} = {}", merged(name))))
}

/// The template that takes `securities` back to the row `x` of `securities_past`.
pub(super) fn fill_securities_past(template: &str) -> String {
    // A security that nobody had described before has no past, but a symbol.
    let restored = |name: &&str| match *name {
        "ticker" => "ticker = coalesce(x.ticker, t.ticker)".to_owned(),
        name => format!("{name} = x.{name}"),
    };
    fill_securities(&template.replace("{assignments}", &listed(&SECURITY_VALUES, ", ", restored)))
}

fn listed<T>(items: impl IntoIterator<Item = T>, separator: &str, text: impl Fn(T) -> String) -> String {
    let mut list = String::new();
    for (at, item) in items.into_iter().enumerate() {
        let _ = write!(list, "{}{}", if at == 0 { "" } else { separator }, text(item));
    }
    list
}
