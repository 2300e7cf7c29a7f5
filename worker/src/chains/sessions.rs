//! The sessions of a run: read from pinned objects one after another, a few megabytes ahead, whatever the range's length.

use bytes::Bytes;
use domain::options::{ChainDay, OptionRoot};
use domain::ports::{ChainMonth, ObjectStore, StoreError};
use domain::units::{Day, DayRange};
use serde::{Deserialize, Serialize};

use super::read::{ChainColumns, ChainReader};

/// Bytes that are read at once: about a month of a 5 000-row chain.
const READ_AHEAD: u64 = 4 << 20;

/// A month as a run uses it: the object that counted when the run began, whatever counts later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PinnedMonth {
    key: String,
    bytes: u64,
    /// From and to: where the Parquet metadata is.
    metadata: (u64, u64),
    sessions: Vec<PinnedSession>,
}

/// One session of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PinnedSession {
    day: i32,
    rows: u64,
    /// The number of its row group.
    group: usize,
    start: u64,
    end: u64,
}

impl PinnedMonth {
    /// The sessions of a month that lie in a range.
    pub(crate) fn of(month: &ChainMonth, range: DayRange) -> Self {
        let object = &month.object;
        let sessions = object.sessions.iter().enumerate().filter(|(_, session)| range.contains(session.day));
        let sessions = sessions.map(|(group, session)| PinnedSession {
            day: session.day.number(),
            rows: session.rows,
            group,
            start: session.start,
            end: session.end,
        });
        Self {
            key: object.key.clone(),
            bytes: object.bytes,
            metadata: (object.metadata.start, object.metadata.end),
            sessions: sessions.collect(),
        }
    }

    /// Where its object lies.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The days of its sessions, ascending.
    pub(crate) fn days(&self) -> impl Iterator<Item = Day> {
        self.sessions.iter().map(|session| Day::from_number(session.day))
    }
}

/// One session's chain in memory.
pub(crate) struct Session {
    /// The session.
    pub(crate) day: Day,
    columns: ChainColumns,
    names: Vec<OptionRoot>,
    roots: Vec<u16>,
}

impl Session {
    fn of(day: Day, columns: ChainColumns) -> Self {
        // Rows are sorted by expiration first, so a root comes again and again.
        let mut names: Vec<OptionRoot> = columns.root.iter().flatten().copied().collect();
        names.dedup();
        names.sort_unstable();
        names.dedup();
        // A row without a root, among others with one, is of the root without a name, which sorts before all others.
        let unnamed = u16::from(!names.is_empty() && columns.root.contains(&None));
        let place = |root: &Option<OptionRoot>| {
            let place = root.and_then(|root| names.binary_search(&root).ok());
            place.and_then(|place| u16::try_from(place).ok()).map_or(0, |place| place + unnamed)
        };
        let roots = if names.is_empty() { Vec::new() } else { columns.root.iter().map(place).collect() };
        Self { day, columns, names, roots }
    }

    /// Rows.
    pub(crate) fn rows(&self) -> usize {
        self.columns.strike.len()
    }

    /// Hands the chain to `read`.
    pub(crate) fn with_chain<T>(&self, open: Option<f64>, read: impl FnOnce(&ChainDay<'_>) -> T) -> T {
        let mut names: Vec<&str> = self.names.iter().map(OptionRoot::as_str).collect();
        if !names.is_empty() && self.columns.root.contains(&None) {
            names.insert(0, "");
        }
        let ChainColumns { underlying_price, expiration, strike, bid, ask, iv, delta, .. } = &self.columns;
        let ChainColumns { gamma, theta, vega, volume, open_interest, .. } = &self.columns;
        read(&ChainDay {
            day: self.day,
            spot: underlying_price.first().copied().unwrap_or(f64::NAN),
            open,
            root_names: &names,
            roots: &self.roots,
            expirations: expiration,
            rights: &self.columns.right,
            strikes: strike,
            bids: bid,
            asks: ask,
            ivs: iv,
            deltas: delta,
            gammas: gamma,
            thetas: theta,
            vegas: vega,
            volumes: volume,
            open_interests: open_interest,
        })
    }
}

/// Reads the sessions of pinned months in their order.
pub(crate) struct SessionReader<'a, O> {
    objects: &'a O,
    months: &'a [PinnedMonth],
    open: Option<(usize, ChainReader)>,
    /// Bytes read ahead, of which month, and where in its object they begin.
    held: Option<(usize, u64, Bytes)>,
}

impl<'a, O: ObjectStore> SessionReader<'a, O> {
    /// A reader before the first session.
    pub(crate) fn new(objects: &'a O, months: &'a [PinnedMonth]) -> Self {
        Self { objects, months, open: None, held: None }
    }

    /// The session with this number over all months, from 0; `None` after the last.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn session(&mut self, number: usize) -> Result<Option<Session>, StoreError> {
        let Some((month, place)) = self.place(number) else { return Ok(None) };
        let pinned = &self.months[month];
        let session = pinned.sessions[place];
        if self.open.as_ref().is_none_or(|(open, _)| *open != month) {
            let metadata = self.objects.read(&pinned.key, pinned.metadata.0..pinned.metadata.1).await?;
            self.open = Some((month, ChainReader::open(pinned.bytes, &metadata)?));
        }
        let (start, bytes) = self.bytes(month, place).await?;
        let Some((_, reader)) = &self.open else { return Ok(None) };
        let columns = reader.columns(session.group, start, &bytes)?;
        Ok(Some(Session::of(Day::from_number(session.day), columns)))
    }

    fn place(&self, number: usize) -> Option<(usize, usize)> {
        let mut left = number;
        for (month, pinned) in self.months.iter().enumerate() {
            if left < pinned.sessions.len() {
                return Some((month, left));
            }
            left -= pinned.sessions.len();
        }
        None
    }

    /// Bytes that hold a session, and where in the object they begin.
    async fn bytes(&mut self, month: usize, place: usize) -> Result<(u64, Bytes), StoreError> {
        let pinned = &self.months[month];
        let session = pinned.sessions[place];
        if let Some((held, start, bytes)) = &self.held
            && *held == month
            && *start <= session.start
            && session.end <= *start + bytes.len() as u64
        {
            return Ok((*start, bytes.clone()));
        }
        let ahead = pinned.sessions[place..].iter().take_while(|next| next.end - session.start <= READ_AHEAD);
        let end = ahead.last().map_or(session.end, |last| last.end);
        self.held = None;
        let bytes: Bytes = self.objects.read(&pinned.key, session.start..end).await?.into();
        self.held = Some((month, session.start, bytes.clone()));
        Ok((session.start, bytes))
    }
}

/// How many sessions there are.
pub(crate) fn session_count(months: &[PinnedMonth]) -> usize {
    months.iter().map(|month| month.sessions.len()).sum()
}
