//! Runs in the tables `backtests` and `sweeps`.

use domain::api::{Backtest, BacktestError, BacktestProgress, Sweep};
use domain::backtest::{Dividend, Events, Split};
use domain::ports::{BacktestEnd, BacktestStore, BacktestTask, Callback, StoreError, UnderlyingHistory};
use domain::units::{Day, DayRange, Ticker, UnixMillis};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::slice::Slice;
use super::{D1, Statement};

const ADD: &str = sql!("backtests/add");
const ADD_JOB: &str = sql!("backtests/add_job");
const BY_KEY: &str = sql!("backtests/by_key");
const GET: &str = sql!("backtests/get");
const LIST: &str = sql!("backtests/list");
const TASK: &str = sql!("backtests/task");
const BEGIN: &str = sql!("backtests/begin");
const ADVANCE: &str = sql!("backtests/advance");
const ADD_CALLBACK: &str = sql!("backtests/add_callback");
const CONCLUDE: &str = sql!("backtests/conclude");
const CALLBACK: &str = sql!("backtests/callback");
const SETTLE_CALLBACK: &str = sql!("backtests/settle_callback");
const DELETE: &str = sql!("backtests/delete");
const SHARE: &str = sql!("backtests/share");
const OPEN_OF_OWNER: &str = sql!("backtests/open_of_owner");
const KNOWN: &str = sql!("backtests/known");
const EVENTS: &str = sql!("backtests/events");
const CLOSES: &str = sql!("backtests/closes");
const SWEEP_ADD: &str = sql!("backtests/sweep_add");
const SWEEP_BY_KEY: &str = sql!("backtests/sweep_by_key");
const SLICE: &str = sql!("backtests/slice");
const SWEEP_SLICE: &str = sql!("backtests/sweep_slice");
const SWEEP_LIST: &str = sql!("backtests/sweep_list");

/// Runs in D1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct D1Backtests<'a>(pub(crate) &'a D1);

/// Who asks for something, and how a repeated request is told from another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) owner: &'a str,
    /// Absent: every request is another.
    pub(crate) key: Option<&'a str>,
    /// The SHA-256 of the request's body.
    pub(crate) hash: &'a str,
}

/// A run to be added.
#[derive(Clone, Debug)]
pub(crate) struct NewBacktest {
    /// JSON.
    pub(crate) strategy: String,
    pub(crate) name: Option<String>,
    pub(crate) underlying: String,
    pub(crate) tags: Vec<String>,
    /// What a sweep varies in it.
    pub(crate) varied: Option<Value>,
    /// Where its end is told, and the key that signs it.
    pub(crate) callback: Option<(String, String)>,
}

/// What came of adding something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// It is new; for one run, `job` is its job.
    New { id: i64, job: Option<i64> },
    /// The same request was sent before.
    Before(i64),
    /// The key was used for another request.
    Mismatch,
}

#[derive(Deserialize)]
struct KeyRow {
    id: i64,
    request_hash: String,
}

#[derive(Deserialize)]
struct Id {
    id: i64,
}

#[derive(Deserialize)]
struct TaskRow {
    id: i64,
    status: String,
    strategy: String,
}

#[derive(Deserialize)]
struct EventRow {
    kind: String,
    day: i32,
    value: f64,
}

#[derive(Deserialize)]
struct CloseRow {
    day: i32,
    close: f64,
}

#[derive(Deserialize)]
struct CallbackRow {
    url: Option<String>,
    secret: Option<String>,
    callback_status: Option<String>,
    id: i64,
    run_status: String,
    error_code: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct SweepRow {
    id: i64,
    name: Option<String>,
    grid: String,
    runs: u64,
    ended: u64,
    created_at: i64,
}

impl SweepRow {
    fn into_sweep(self) -> Result<Sweep, StoreError> {
        let Self { id, name, grid, runs, ended, created_at } = self;
        Ok(Sweep { id, name, grid: stored(&grid)?, runs, ended, created_at })
    }
}

#[derive(Deserialize)]
struct Row {
    id: i64,
    status: String,
    strategy: String,
    name: Option<String>,
    underlying: String,
    tags: String,
    sweep_id: Option<i64>,
    varied: Option<String>,
    sessions: u64,
    sessions_done: u64,
    first_day: Option<i32>,
    last_day: Option<i32>,
    at_day: Option<i32>,
    equity: Option<f64>,
    report: Option<String>,
    error_code: Option<String>,
    error: Option<String>,
    share_hash: Option<String>,
    callback_status: Option<String>,
    created_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    now: f64,
}

fn is_open(status: &str) -> bool {
    matches!(status, "queued" | "running")
}

fn stored<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Refused(format!("unreadable backtest: {error}")))
}

impl Row {
    fn into_backtest(self) -> Result<Backtest, StoreError> {
        let day = |number: Option<i32>| number.map(Day::from_number);
        #[expect(clippy::cast_precision_loss, reason = "sessions are few")]
        let fraction = match self.status.as_str() {
            "succeeded" => 1.0,
            _ if self.sessions == 0 => 0.0,
            _ => self.sessions_done as f64 / self.sessions as f64,
        };
        #[expect(clippy::cast_precision_loss, reason = "Unix milliseconds are below 2^53")]
        let running_ms = self.started_at.filter(|_| self.status == "running").map(|since| self.now - since as f64);
        let seconds_left = running_ms
            .filter(|elapsed| *elapsed >= 0.0 && fraction > 0.0)
            .map(|elapsed| elapsed / 1000.0 * (1.0 - fraction) / fraction);
        let error = self.error_code.map(|code| BacktestError { code, message: self.error.unwrap_or_default() });
        Ok(Backtest {
            id: self.id,
            status: self.status,
            name: self.name,
            underlying: self.underlying,
            tags: stored(&self.tags)?,
            progress: BacktestProgress {
                fraction,
                current_date: day(self.at_day),
                sessions_done: self.sessions_done,
                sessions: self.sessions,
                equity: self.equity,
                seconds_left,
            },
            start_date: day(self.first_day),
            end_date: day(self.last_day),
            parameters: stored(&self.strategy)?,
            report: self.report.as_deref().map(stored).transpose()?,
            error,
            sweep_id: self.sweep_id,
            varied: self.varied.as_deref().map(stored).transpose()?,
            shared: self.share_hash.is_some(),
            callback_status: self.callback_status,
            created_at: self.created_at,
            started_at: self.started_at,
            finished_at: self.finished_at,
        })
    }
}

fn add(asked: Asked<'_>, run: &NewBacktest, sweep: Option<&'static str>, now: UnixMillis) -> Statement {
    // In a batch that has just added a sweep, its number is the largest.
    let sql = match sweep {
        Some(number) => ADD.replace("?8", number),
        None => ADD.to_owned(),
    };
    let key = if sweep.is_some() { None } else { asked.key };
    let (url, secret) = run.callback.clone().unzip();
    Statement::new(sql)
        .bind(asked.owner)
        .bind(key)
        .bind(asked.hash)
        .bind(run.strategy.as_str())
        .bind(run.name.clone())
        .bind(run.underlying.as_str())
        .bind(json!(run.tags).to_string())
        .bind(None::<i64>)
        .bind(run.varied.as_ref().map(Value::to_string))
        .bind(url)
        .bind(secret)
        .bind(now)
}

impl D1Backtests<'_> {
    /// Adds a run and its job in one step.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn add(&self, asked: Asked<'_>, run: &NewBacktest, now: UnixMillis) -> Result<Added, StoreError> {
        if let Some(before) = self.before(BY_KEY, asked).await? {
            return Ok(before);
        }
        let statements = vec![add(asked, run, None, now), Statement::new(ADD_JOB).bind(now)];
        match self.0.batch(statements).await {
            // The same key came twice at once; the other one was first.
            Err(StoreError::Conflict(cause)) => self.before(BY_KEY, asked).await?.ok_or(StoreError::Conflict(cause)),
            rows => {
                let rows = rows?;
                let id = rows[0].scalar()?;
                let id = id.ok_or_else(|| StoreError::Refused("a new run got no number".to_owned()))?;
                Ok(Added::New { id, job: rows[1].scalar()? })
            }
        }
    }

    /// Adds a sweep with all its runs and their jobs in one step.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn add_sweep(
        &self,
        asked: Asked<'_>,
        name: Option<&str>,
        grid: &str,
        runs: &[NewBacktest],
        now: UnixMillis,
    ) -> Result<Added, StoreError> {
        if let Some(before) = self.before(SWEEP_BY_KEY, asked).await? {
            return Ok(before);
        }
        let sweep = Statement::new(SWEEP_ADD).bind(asked.owner).bind(asked.key).bind(asked.hash);
        let mut statements = vec![sweep.bind(name.map(str::to_owned)).bind(grid).bind(now)];
        for run in runs {
            statements.push(add(asked, run, Some("(select max(id) from sweeps)"), now));
            statements.push(Statement::new(ADD_JOB).bind(now));
        }
        match self.0.batch(statements).await {
            Err(StoreError::Conflict(cause)) => {
                self.before(SWEEP_BY_KEY, asked).await?.ok_or(StoreError::Conflict(cause))
            }
            rows => {
                let id = rows?[0].scalar()?;
                let id = id.ok_or_else(|| StoreError::Refused("a new sweep got no number".to_owned()))?;
                Ok(Added::New { id, job: None })
            }
        }
    }

    async fn before(&self, sql: &'static str, asked: Asked<'_>) -> Result<Option<Added>, StoreError> {
        let Some(key) = asked.key else { return Ok(None) };
        let row = self.0.run(Statement::new(sql).bind(asked.owner).bind(key)).await?.first::<KeyRow>()?;
        Ok(row.map(|row| if row.request_hash == asked.hash { Added::Before(row.id) } else { Added::Mismatch }))
    }

    /// One run of an owner, or one that was shared under this hash.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn get(
        &self,
        id: i64,
        owner: &str,
        share_hash: Option<&str>,
    ) -> Result<Option<Backtest>, StoreError> {
        let get = Statement::new(GET).bind(id).bind(owner).bind(share_hash.map(str::to_owned));
        self.0.run(get).await?.first::<Row>()?.map(Row::into_backtest).transpose()
    }

    /// Runs of an owner with numbers below `before`, the latest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn list(
        &self,
        owner: &str,
        before: i64,
        limit: usize,
        status: Option<&str>,
        sweep: Option<i64>,
    ) -> Result<Vec<Backtest>, StoreError> {
        let list = Statement::new(LIST).bind(owner).bind(before).bind(limit);
        let rows = self.0.run(list.bind(status.map(str::to_owned)).bind(sweep)).await?;
        rows.decode::<Row>()?.into_iter().map(Row::into_backtest).collect()
    }

    /// A stretch of an owner's runs, the latest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn slice(
        &self,
        owner: &str,
        slice: Slice,
        status: Option<&str>,
    ) -> Result<Vec<Backtest>, StoreError> {
        let statement = slice.statement(SLICE).bind(owner).bind(status.map(str::to_owned));
        let rows = slice.in_order(self.0.run(statement).await?.decode::<Row>()?);
        rows.into_iter().map(Row::into_backtest).collect()
    }

    /// A stretch of an owner's sweeps, the latest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn sweep_slice(&self, owner: &str, slice: Slice) -> Result<Vec<Sweep>, StoreError> {
        let rows = self.0.run(slice.statement(SWEEP_SLICE).bind(owner)).await?.decode::<SweepRow>()?;
        slice.in_order(rows).into_iter().map(SweepRow::into_sweep).collect()
    }

    /// How many runs of an owner are queued or running.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn open_of(&self, owner: &str) -> Result<u64, StoreError> {
        Ok(self.0.run(Statement::new(OPEN_OF_OWNER).bind(owner)).await?.scalar()?.unwrap_or_default())
    }

    /// Deletes a run. `false`: the owner has none of this number.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn delete(&self, id: i64, owner: &str) -> Result<bool, StoreError> {
        Ok(self.0.run(Statement::new(DELETE).bind(id).bind(owner)).await?.changes() > 0)
    }

    /// Lets whoever has the token of this hash read a run, and nobody who had an earlier one; `None` = nobody at all.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn share(&self, id: i64, owner: &str, hash: Option<&str>) -> Result<bool, StoreError> {
        let share = Statement::new(SHARE).bind(id).bind(owner).bind(hash.map(str::to_owned));
        Ok(self.0.run(share).await?.changes() > 0)
    }

    /// Which of these runs exist.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn known(&self, ids: &[i64]) -> Result<Vec<i64>, StoreError> {
        let rows = self.0.run(Statement::new(KNOWN).bind(json!(ids).to_string())).await?;
        Ok(rows.decode::<Id>()?.into_iter().map(|row| row.id).collect())
    }

    /// Sweeps of an owner with numbers below `before`, the latest first; with `id` only that one.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn sweeps(
        &self,
        owner: &str,
        before: i64,
        limit: usize,
        id: Option<i64>,
    ) -> Result<Vec<Sweep>, StoreError> {
        let list = Statement::new(SWEEP_LIST).bind(owner).bind(before).bind(limit).bind(id);
        self.0.run(list).await?.decode::<SweepRow>()?.into_iter().map(SweepRow::into_sweep).collect()
    }
}

impl BacktestStore for D1Backtests<'_> {
    async fn task(&self, id: i64) -> Result<Option<BacktestTask>, StoreError> {
        let row = self.0.run(Statement::new(TASK).bind(id)).await?.first::<TaskRow>()?;
        let task = |row: TaskRow| BacktestTask { id: row.id, is_open: is_open(&row.status), strategy: row.strategy };
        Ok(row.map(task))
    }

    async fn begin(&self, id: i64, sessions: usize, range: DayRange, now: UnixMillis) -> Result<(), StoreError> {
        let begin = Statement::new(BEGIN).bind(id).bind(sessions).bind(range.first()).bind(range.last()).bind(now);
        self.0.run(begin).await.map(drop)
    }

    async fn advance(&self, id: i64, sessions_done: usize, day: Day, equity: f64) -> Result<(), StoreError> {
        self.0.run(Statement::new(ADVANCE).bind(id).bind(sessions_done).bind(day).bind(equity)).await.map(drop)
    }

    async fn conclude(&self, id: i64, end: &BacktestEnd, now: UnixMillis) -> Result<(), StoreError> {
        let (status, report, hashes, error) = match end {
            BacktestEnd::Succeeded { report, hashes } => {
                ("succeeded", Some(report.clone()), Some(hashes.clone()), None)
            }
            BacktestEnd::Failed { code, message } => ("failed", None, None, Some((code.clone(), message.clone()))),
            BacktestEnd::Cancelled => ("cancelled", None, None, None),
        };
        let (code, message) = error.unzip();
        let hash = |which: fn(domain::backtest::Hashes) -> String| hashes.clone().map(which);
        let conclude = Statement::new(CONCLUDE)
            .bind(id)
            .bind(status)
            .bind(report)
            .bind(code)
            .bind(message)
            .bind(hash(|hashes| hashes.engine_version))
            .bind(hash(|hashes| hashes.parameters))
            .bind(hash(|hashes| hashes.data))
            .bind(hash(|hashes| hashes.results))
            .bind(now);
        self.0.batch(vec![Statement::new(ADD_CALLBACK).bind(id).bind(now), conclude]).await.map(drop)
    }

    async fn history(&self, underlying: &Ticker, range: DayRange) -> Result<UnderlyingHistory, StoreError> {
        let events = Statement::new(EVENTS).bind(underlying.as_str()).bind(range.first()).bind(range.last());
        let mut history = UnderlyingHistory { events: Events::default(), opens: Vec::new() };
        for EventRow { kind, day, value } in self.0.run(events).await?.decode::<EventRow>()? {
            let day = Day::from_number(day);
            match kind.as_str() {
                "split" => history.events.splits.push(Split { ex_date: day, ratio: value }),
                "dividend" => history.events.dividends.push(Dividend { ex_date: day, amount: value }),
                _ => history.opens.push((day, value)),
            }
        }
        Ok(history)
    }

    async fn closes(&self, ticker: &Ticker, range: DayRange) -> Result<Vec<(Day, f64)>, StoreError> {
        let closes = Statement::new(CLOSES).bind(ticker.as_str()).bind(range.first()).bind(range.last());
        let rows = self.0.run(closes).await?.decode::<CloseRow>()?;
        Ok(rows.into_iter().map(|row| (Day::from_number(row.day), row.close)).collect())
    }

    async fn callback(&self, id: i64) -> Result<Option<Callback>, StoreError> {
        let Some(row) = self.0.run(Statement::new(CALLBACK).bind(id)).await?.first::<CallbackRow>()? else {
            return Ok(None);
        };
        let (Some(url), Some(secret)) = (row.url, row.secret) else { return Ok(None) };
        let error = row.error_code.map(|code| json!({"code": code, "message": row.error.unwrap_or_default()}));
        let body = json!({
            "event": "backtest.ended", "id": row.id, "status": row.run_status, "error": error,
            "url": format!("/backtests/{}", row.id),
        });
        let is_pending = row.callback_status.as_deref() == Some("pending");
        Ok(Some(Callback { url, secret, is_pending, body: body.to_string() }))
    }

    async fn settle_callback(&self, id: i64, delivered: bool) -> Result<(), StoreError> {
        let status = if delivered { "delivered" } else { "failed" };
        self.0.run(Statement::new(SETTLE_CALLBACK).bind(id).bind(status)).await.map(drop)
    }
}
