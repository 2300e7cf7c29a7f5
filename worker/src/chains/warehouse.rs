//! The warehouse over an object store and its catalogue.
//!
//! A publication writes new objects first and then switches the catalogue in one step: killed before, it leaves only objects
//! that no row names. An object is named by the hash of its bytes, so nothing that counts is ever overwritten.

use std::cell::RefCell;
use std::collections::BTreeSet;

use bytes::Bytes;
use domain::options::OptionQuote;
use domain::ports::{
    ChainCatalogue, ChainChange, ChainHistory, ChainMonth, ChainObject, Month, ObjectStore, Origin, Published,
    PublishedQuotes, QuoteRows, QuoteSink, Rejection, StoreError,
};
use domain::units::{Day, Ticker, UnixMillis};

use super::merge::{merge_session, undo_session};
use super::read::ChainReader;
use super::staging::{StagedMonth, Staging};
use super::write::{ChainFile, ChainWriter};
use crate::providers::files::SHOWN_REJECTIONS;
use crate::stores::sha256_hex;

/// Where the objects of the warehouse lie.
pub(crate) const FOLDER: &str = "chains/";
/// How often a publication is worked out anew when others publish the same months.
const MOST_ATTEMPTS: usize = 5;

const REPEATED: &str = "the contract came in an earlier line of the file for the same quote_date";

/// The warehouse, for one delivery of quotes.
pub(crate) struct ChainWarehouse<'a, O, C> {
    objects: &'a O,
    catalogue: &'a C,
    /// Where quotes are set aside, with a slash at its end; whoever opens a delivery drops it afterwards.
    staging_folder: String,
    staging: RefCell<Staging>,
}

/// What a publication comes to.
#[derive(Default)]
struct Outcome {
    changes: Vec<ChainChange>,
    inserted: u64,
    changed: u64,
    unchanged: u64,
    repeated: u64,
    rejections: Vec<Rejection>,
}

impl<'a, O: ObjectStore, C: ChainCatalogue> ChainWarehouse<'a, O, C> {
    /// The warehouse behind these stores; large deliveries are set aside under `staging_folder`.
    pub(crate) fn new(objects: &'a O, catalogue: &'a C, staging_folder: String) -> Self {
        Self { objects, catalogue, staging_folder, staging: RefCell::default() }
    }

    async fn plan(&self, staging: &Staging, source: &str) -> Result<Outcome, StoreError> {
        let mut outcome = Outcome::default();
        for (number, month) in staging.months() {
            let Some(underlying) = staging.underlying(number) else { continue };
            let held = self.catalogue.month(underlying, month).await?;
            let staged = staging.month(number, month);
            self.merge_month(underlying, month, held.as_ref(), staged, source, &mut outcome).await?;
        }
        Ok(outcome)
    }

    async fn merge_month(
        &self,
        underlying: &Ticker,
        month: Month,
        held: Option<&ChainMonth>,
        mut staged: StagedMonth,
        source: &str,
        outcome: &mut Outcome,
    ) -> Result<(), StoreError> {
        staged.load(self.objects).await?;
        let before = OpenObject::of(self.objects, held.map(|held| &held.object)).await?;
        let mut days = staged.days();
        days.extend(before.days());
        let mut file = ChainWriter::new(underlying)?;
        let written_before = outcome.inserted + outcome.changed;
        for day in days {
            let quotes = before.quotes(self.objects, day).await?;
            let merged = merge_session(&quotes, &staged.session(day, self.objects).await?);
            outcome.inserted += merged.inserted;
            outcome.changed += merged.changed;
            outcome.unchanged += merged.unchanged;
            outcome.repeated += merged.repeated.len() as u64;
            let room = SHOWN_REJECTIONS - outcome.rejections.len();
            let told = merged.repeated.iter().take(room);
            outcome.rejections.extend(told.map(|line| Rejection { line: *line, reason: REPEATED.to_owned() }));
            file.add_session(&merged.quotes)?;
        }
        if outcome.inserted + outcome.changed > written_before {
            let object = self.put(underlying, month, file.finish()?, source).await?;
            let expected = held.map_or(0, |held| held.version);
            outcome.changes.push(ChainChange { underlying: underlying.clone(), month, expected, object: Some(object) });
        }
        Ok(())
    }

    async fn put(
        &self,
        underlying: &Ticker,
        month: Month,
        file: ChainFile,
        source: &str,
    ) -> Result<ChainObject, StoreError> {
        let hash = sha256_hex(&file.bytes);
        let key = format!("{}{month}/{}.parquet", folder_of(underlying), &hash[..32]);
        let bytes = file.bytes.len() as u64;
        self.objects.put(&key, file.bytes).await?;
        Ok(ChainObject {
            key,
            hash,
            bytes,
            metadata: file.metadata,
            sessions: file.sessions,
            source: source.to_owned(),
        })
    }

    /// Takes back what the publication of an import with this version changed; `changed` counts the quotes that got an
    /// earlier value back or disappeared.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn undo(&self, import: i64, version: i64, now: UnixMillis) -> Result<Published, StoreError> {
        let history = self.catalogue.history(version).await?;
        let mut attempt = 1;
        loop {
            let (mut changes, mut changed) = (Vec::new(), 0);
            for month in &history {
                let (change, count) = self.undo_month(month).await?;
                changes.extend(change);
                changed += count;
            }
            match self.catalogue.publish(Origin::Undo, import, "files", &changes, now).await {
                Err(StoreError::Conflict(_)) if attempt < MOST_ATTEMPTS => attempt += 1,
                published => {
                    return Ok(Published { changed, data_version: published?, ..Published::default() });
                }
            }
        }
    }

    async fn undo_month(&self, history: &ChainHistory) -> Result<(Option<ChainChange>, u64), StoreError> {
        let ChainHistory { underlying, month, before, after } = history;
        let current = self.catalogue.month(underlying, *month).await?;
        let Some(current) = current else { return Ok((None, 0)) };
        let change =
            |object| ChainChange { underlying: underlying.clone(), month: *month, expected: current.version, object };
        let before_import = OpenObject::of(self.objects, before.as_ref()).await?;
        let after_import = OpenObject::of(self.objects, Some(after)).await?;
        let at_present = OpenObject::of(self.objects, Some(&current.object)).await?;
        let mut days: BTreeSet<Day> = at_present.days().collect();
        days.extend(before_import.days());
        days.extend(after_import.days());
        let mut file = ChainWriter::new(underlying)?;
        let (mut changed, mut left) = (0, 0);
        for day in days {
            let (quotes, count) = undo_session(
                &before_import.quotes(self.objects, day).await?,
                &after_import.quotes(self.objects, day).await?,
                &at_present.quotes(self.objects, day).await?,
            );
            changed += count;
            left += quotes.len();
            file.add_session(&quotes)?;
        }
        if changed == 0 {
            return Ok((None, 0));
        }
        let object = if left == 0 {
            None
        } else {
            let source = before.as_ref().map_or(&current.object.source, |before| &before.source);
            Some(self.put(underlying, *month, file.finish()?, source).await?)
        };
        Ok((Some(change(object)), changed))
    }
}

impl<O: ObjectStore, C: ChainCatalogue> QuoteSink for ChainWarehouse<'_, O, C> {
    async fn stage_quotes(&self, rows: QuoteRows) -> Result<(), StoreError> {
        let full = {
            let mut staging = self.staging.borrow_mut();
            staging.add(rows).then(|| staging.set_aside(&self.staging_folder))
        };
        match full {
            Some((key, bytes)) => self.objects.put(&key, bytes).await,
            None => Ok(()),
        }
    }

    async fn publish_quotes(
        &self,
        origin: Origin,
        origin_id: i64,
        source: &str,
        now: UnixMillis,
    ) -> Result<PublishedQuotes, StoreError> {
        let mut staging = self.staging.take();
        staging.close();
        let mut attempt = 1;
        loop {
            let outcome = self.plan(&staging, source).await?;
            let version = if outcome.changes.is_empty() {
                self.catalogue.data_version().await
            } else {
                self.catalogue.publish(origin, origin_id, source, &outcome.changes, now).await
            };
            let data_version = match version {
                Err(StoreError::Conflict(_)) if attempt < MOST_ATTEMPTS => {
                    attempt += 1;
                    continue;
                }
                version => version?,
            };
            let Outcome { inserted, changed, unchanged, repeated, rejections, .. } = outcome;
            let published = Published { inserted, changed, unchanged, data_version };
            return Ok(PublishedQuotes { published, repeated, rejections });
        }
    }
}

/// The quotes of one session; `None` where it is not held.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn read_session(
    objects: &impl ObjectStore,
    catalogue: &impl ChainCatalogue,
    underlying: &Ticker,
    day: Day,
) -> Result<Option<Vec<OptionQuote>>, StoreError> {
    let Some(month) = catalogue.month(underlying, Month::of(day)).await? else { return Ok(None) };
    if !month.object.sessions.iter().any(|session| session.day == day) {
        return Ok(None);
    }
    OpenObject::of(objects, Some(&month.object)).await?.quotes(objects, day).await.map(Some)
}

/// The folder of an underlying, its alone. A slash in its name would make two folders of it, and dots alone mean another.
pub(crate) fn folder_of(underlying: &Ticker) -> String {
    let mut name = underlying.as_str().replace('/', "%2F");
    if name.bytes().all(|byte| byte == b'.') {
        name = name.replace('.', "%2E");
    }
    format!("{FOLDER}{name}/")
}

/// One object of the warehouse being read, or nothing.
pub(super) struct OpenObject<'a> {
    object: Option<(&'a ChainObject, ChainReader)>,
}

impl<'a> OpenObject<'a> {
    pub(super) async fn of(objects: &impl ObjectStore, object: Option<&'a ChainObject>) -> Result<Self, StoreError> {
        let Some(object) = object else { return Ok(Self { object: None }) };
        let metadata = objects.read(&object.key, object.metadata.clone()).await?;
        let reader = ChainReader::open(object.bytes, &metadata)?;
        Ok(Self { object: Some((object, reader)) })
    }

    fn days(&self) -> impl Iterator<Item = Day> {
        self.object.iter().flat_map(|(object, _)| object.sessions.iter().map(|session| session.day))
    }

    /// The quotes of a session; none where it is not held.
    pub(super) async fn quotes(&self, objects: &impl ObjectStore, day: Day) -> Result<Vec<OptionQuote>, StoreError> {
        let Some((object, reader)) = &self.object else { return Ok(Vec::new()) };
        let Ok(group) = object.sessions.binary_search_by_key(&day, |session| session.day) else {
            return Ok(Vec::new());
        };
        let session = object.sessions[group];
        let bytes: Bytes = objects.read(&object.key, session.start..session.end).await?.into();
        reader.quotes(group, day, session.start, &bytes)
    }
}
