//! Statements that read something else instead of what is stored now: another future, in which everything from a day on is changed, or
//! what was known at a data version. Tables of the same names, made while the statement runs, hide the stored ones.

use domain::units::Day;

use super::{Param, Statement, numbered};

/// How many parameters a statement may have of its own; those of what is read instead come after them.
const OWN_PARAMETERS: usize = 12;

/// Which future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Future {
    /// The first day that is changed.
    pub(crate) from: Day,
    /// Draws other changes.
    pub(crate) seed: u32,
}

/// What was known at a data version of some days and securities; of others nothing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// The last version that was known.
    pub(crate) version: i64,
    /// The days, as a JSON array.
    pub(crate) days: String,
    /// The securities likewise; `None`: everybody.
    pub(crate) ids: Option<String>,
}

/// What is read instead of what is stored now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Instead {
    /// Another future.
    Future(Future),
    /// What was known.
    Known(Known),
}

/// A statement as it is, or as it reads something else instead.
pub(crate) fn statement(instead: Option<&Instead>, sql: String, params: &[Param]) -> Statement {
    let (tables, own): (&str, Vec<Param>) = match instead {
        None => return numbered(sql, params),
        Some(Instead::Future(Future { from, seed })) => {
            (sql!("research/another_future"), vec![(*from).into(), (*seed).into()])
        }
        Some(Instead::Known(known)) => {
            let own = vec![known.days.as_str().into(), known.version.into(), known.ids.clone().into()];
            (sql!("membership/as_known"), own)
        }
    };
    let mut params: Vec<Param> = params.to_vec();
    params.resize(OWN_PARAMETERS, Param::Null);
    params.extend(own);
    numbered(behind(tables, &sql), &params)
}

/// The same text behind tables that hide the stored ones of the same names.
fn behind(tables: &str, sql: &str) -> String {
    // What hides a table has no index to name.
    let mut text = sql.replace("indexed by market_caps_ranking", "").replace("indexed by splits_in_force_by_day", "");
    let mut copies = tables.to_owned();
    if text.contains("from main.market_caps c") {
        // Repaired market caps are made of those.
        copies = copies.replace("\nmarket_caps as ", "\ncaps_instead as ");
        text = text.replace("main.market_caps", "caps_instead");
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
    fn hiding_tables_come_before_everything_that_names_them() {
        let changed = |sql: &str| behind(sql!("research/another_future"), sql);
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
            repaired.contains("\ncaps_instead as not materialized") && repaired.contains("from caps_instead c"),
            "{repaired}"
        );
        assert!(!repaired.contains("\nmarket_caps as not materialized"), "{repaired}");
    }
}
