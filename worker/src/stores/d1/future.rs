//! Statements that read another future: copies of prices, market caps and corporate actions in which everything from a day on is
//! changed, made while the statement runs. What is stored is neither changed nor copied.

use domain::units::Day;

use super::{Param, Statement, numbered};

/// How many parameters a statement may have of its own; the two of the future come after them.
const OWN_PARAMETERS: usize = 12;

/// Which future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Future {
    /// The first day that is changed.
    pub(crate) from: Day,
    /// Draws other changes.
    pub(crate) seed: u32,
}

/// A statement as it is, or as it reads with another future.
pub(crate) fn statement(future: Option<Future>, sql: String, params: &[Param]) -> Statement {
    let Some(Future { from, seed }) = future else { return numbered(sql, params) };
    let mut params: Vec<Param> = params.to_vec();
    params.resize(OWN_PARAMETERS, Param::Null);
    params.extend([from.into(), seed.into()]);
    numbered(changed(&sql), &params)
}

/// The same text behind tables that hide the stored ones of the same names.
fn changed(sql: &str) -> String {
    // A copy has no index to name.
    let mut text = sql.replace("indexed by market_caps_ranking", "").replace("indexed by splits_in_force_by_day", "");
    let mut copies = sql!("research/another_future").to_owned();
    if text.contains("from main.market_caps c") {
        // Repaired market caps are made of the changed ones.
        copies = copies.replace("market_caps as not materialized", "changed_caps as not materialized");
        text = text.replace("main.market_caps", "changed_caps");
    }
    let with = "with recursive\n";
    match text.strip_prefix(with) {
        Some(rest) => text = format!("{with}{copies},\n{rest}"),
        None => text = format!("with\n{copies}\n{text}"),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_come_before_everything_that_names_them() {
        let plain = changed("select close from daily_bars where day = ?1");
        assert!(
            plain.starts_with("with\n") && plain.ends_with("select close from daily_bars where day = ?1"),
            "{plain}"
        );
        let over =
            changed("with recursive\na as (select * from market_caps c indexed by market_caps_ranking)\nselect 1");
        assert!(over.starts_with("with recursive\ndaily_bars as not materialized"), "{over}");
        assert!(!over.contains("indexed by"), "{over}");
        let repaired = changed("with recursive\nmarket_caps as (select c.cap from main.market_caps c)\nselect 1");
        assert!(
            repaired.contains("changed_caps as not materialized") && repaired.contains("from changed_caps c"),
            "{repaired}"
        );
        assert!(!repaired.contains("\nmarket_caps as not materialized"), "{repaired}");
    }
}
