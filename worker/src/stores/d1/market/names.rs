//! Whose rows are those of a symbol: its bearer at present, or whoever bore it on the day of the row.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::ports::StoreError;
use domain::units::{Day, Ticker};
use serde::Deserialize;

use crate::stores::d1::{D1, Statement};

/// A security that bears a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bearer {
    /// Its number.
    pub(super) id: i64,
    /// False while only rows that wait to be published have named it.
    pub(super) is_visible: bool,
}

/// The bearers of one symbol.
#[derive(Clone, Debug, Default)]
struct Borne {
    /// Those who bore it before, each with the day on which its next one began; ascending.
    before: Vec<(Day, i64)>,
    now: Option<Bearer>,
}

impl Borne {
    fn on(&self, day: Day) -> Option<Bearer> {
        let before = self.before.iter().find(|(until, _)| *until > day);
        before.map(|(_, id)| Bearer { id: *id, is_visible: true }).or(self.now)
    }
}

/// The symbols met so far.
#[derive(Debug, Default)]
pub(super) struct Names(RefCell<HashMap<Ticker, Borne>>);

impl Names {
    /// Who bears a symbol on a day, among those that were looked up.
    pub(super) fn bearer(&self, ticker: &Ticker, day: Day) -> Option<Bearer> {
        self.0.borrow().get(ticker)?.on(day)
    }

    /// The number of the bearer.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for a symbol that nobody has looked up.
    pub(super) fn id(&self, ticker: &Ticker, day: Day) -> Result<i64, StoreError> {
        let bearer = self.bearer(ticker, day);
        bearer.map(|bearer| bearer.id).ok_or_else(|| StoreError::Conflict(format!("{ticker} has no id")))
    }

    /// Whether anyone bore the symbol before.
    pub(super) fn has_changed_hands(&self, ticker: &Ticker) -> bool {
        self.0.borrow().get(ticker).is_some_and(|borne| !borne.before.is_empty())
    }

    /// Notes a change that waits to be published, for the changes after it.
    pub(super) fn note(&self, security: i64, old: &Ticker, new: &Ticker, day: Day) {
        let mut all = self.0.borrow_mut();
        let borne = all.entry(old.clone()).or_default();
        borne.before.push((day, security));
        borne.before.sort_unstable();
        borne.now = borne.now.filter(|bearer| bearer.id != security);
        all.entry(new.clone()).or_default().now = Some(Bearer { id: security, is_visible: true });
    }

    /// Looks symbols up.
    pub(super) async fn look_up<'t>(
        &self,
        db: &D1,
        tickers: impl IntoIterator<Item = &'t Ticker>,
    ) -> Result<(), StoreError> {
        #[derive(Deserialize)]
        struct Now {
            id: i64,
            ticker: String,
            is_visible: i64,
        }
        #[derive(Deserialize)]
        struct Before {
            security_id: i64,
            day: i32,
            ticker: String,
        }
        let fresh: BTreeSet<&Ticker> = {
            let known = self.0.borrow();
            tickers.into_iter().filter(|ticker| !known.contains_key(*ticker)).collect()
        };
        if fresh.is_empty() {
            return Ok(());
        }
        let list = serde_json::json!(fresh.iter().map(|ticker| ticker.as_str()).collect::<Vec<_>>()).to_string();
        let before = "select security_id, day, ticker from ticker_changes where ticker in (select value from json_each(?1)) order by day";
        let found =
            db.batch(vec![Statement::new(NOW).bind(list.as_str()), Statement::new(before).bind(list.as_str())]).await?;
        let mut known = self.0.borrow_mut();
        for ticker in fresh {
            known.insert(ticker.clone(), Borne::default());
        }
        for Now { id, ticker, is_visible } in found[0].decode()? {
            if let Some(borne) = ticker.parse().ok().and_then(|ticker: Ticker| known.get_mut(&ticker)) {
                borne.now = Some(Bearer { id, is_visible: is_visible != 0 });
            }
        }
        for Before { security_id, day, ticker } in found[1].decode()? {
            if let Some(borne) = ticker.parse().ok().and_then(|ticker: Ticker| known.get_mut(&ticker)) {
                borne.before.push((Day::from_number(day), security_id));
            }
        }
        Ok(())
    }

    /// Looks symbols up, each with the last day on which it is wanted. One that nobody bears then becomes a security that is not
    /// visible yet.
    pub(super) async fn open(&self, db: &D1, wanted: &BTreeMap<&Ticker, Day>) -> Result<(), StoreError> {
        self.look_up(db, wanted.keys().copied()).await?;
        let unborne: Vec<&str> = wanted
            .iter()
            .filter(|(ticker, day)| self.bearer(ticker, **day).is_none())
            .map(|(ticker, _)| ticker.as_str())
            .collect();
        if unborne.is_empty() {
            return Ok(());
        }
        let list = serde_json::json!(unborne).to_string();
        let add = "insert into securities (ticker) select value from json_each(?1) where true on conflict (ticker) do nothing";
        let found =
            db.batch(vec![Statement::new(add).bind(list.as_str()), Statement::new(NOW).bind(list.as_str())]).await?;
        #[derive(Deserialize)]
        struct Now {
            id: i64,
            ticker: String,
        }
        let mut known = self.0.borrow_mut();
        for Now { id, ticker } in found[1].decode()? {
            if let Ok(ticker) = ticker.parse::<Ticker>() {
                known.entry(ticker).or_default().now = Some(Bearer { id, is_visible: false });
            }
        }
        Ok(())
    }
}

const NOW: &str = "select id, ticker, version is not null as is_visible from securities where ticker in (select value from json_each(?1))";
