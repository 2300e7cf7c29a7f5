//! What an isolate remembers of an index: its definition, built sessions and changes as they stand at one version. They are few, a
//! hundredth of its members, and every range, day and change that is asked for at that version is made of them, so that only the
//! first question and the second ask the database for them.

use std::cell::RefCell;
use std::rc::Rc;

use domain::ports::StoreError;
use domain::units::Day;

use super::D1IndexStore;
use super::read::{
    Analysis, BuiltRange, IndexRow, Moves, SessionMembers, SessionRow, index_row, read_versions, sessions_of,
    versions_statement,
};
use crate::stores::d1::data_versions::Versions;
use crate::stores::d1::indices::Move;
use crate::stores::d1::{Rows, Statement};

/// Indices that are remembered at once.
const MOST_INDICES: usize = 4;
/// Days from the first to the last session of an index that is remembered, twenty years: a megabyte or two.
const MOST_DAYS: i32 = 20 * 366;
/// Which question reads it; where that one was broken off, each further so many.
const SECOND: u32 = 2;
const FURTHER: u32 = 64;

/// An index at one version.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) index: IndexRow,
    /// Every built session.
    range: BuiltRange,
    /// Every change of membership.
    moves: Vec<Move>,
}

struct Remembered {
    database: u64,
    slug: String,
    /// The versions of the index's scopes.
    scopes: Vec<i64>,
    /// How often it was asked for before it was read.
    asked: u32,
    standing: Option<Rc<Standing>>,
}

thread_local! {
    static REMEMBERED: RefCell<Vec<Remembered>> = RefCell::default();
}

/// What is known of an index at a version.
enum Recalled {
    Known(Rc<Standing>),
    /// It is worth reading.
    Wanted,
    /// One question alone does not need it.
    Unwanted,
}

fn recall(database: u64, slug: &str, known: &Versions) -> Recalled {
    REMEMBERED.with_borrow_mut(|all| {
        let found = all.iter().position(|one| one.database == database && one.slug == slug);
        // The one used last stands at the end.
        let mut one = found.map_or_else(
            || Remembered { database, slug: slug.to_owned(), scopes: Vec::new(), asked: 0, standing: None },
            |at| all.remove(at),
        );
        if one.scopes != known.scopes {
            one = Remembered { scopes: known.scopes.clone(), asked: 0, standing: None, ..one };
        }
        one.asked = one.asked.saturating_add(1);
        let recalled = match &one.standing {
            Some(standing) => Recalled::Known(Rc::clone(standing)),
            None if one.asked == SECOND || one.asked.is_multiple_of(FURTHER) => Recalled::Wanted,
            None => Recalled::Unwanted,
        };
        if all.len() >= MOST_INDICES {
            all.remove(0);
        }
        all.push(one);
        recalled
    })
}

fn remember(database: u64, standing: &Rc<Standing>) {
    REMEMBERED.with_borrow_mut(|all| {
        let of_index = |one: &&mut Remembered| one.database == database && one.slug == standing.index.slug;
        if let Some(one) = all.iter_mut().find(of_index) {
            one.scopes.clone_from(&standing.range.versions.scopes);
            one.standing = Some(Rc::clone(standing));
        }
    });
}

impl Standing {
    /// Its built sessions of a range, as they are read of the database under these versions.
    pub(crate) fn sessions(&self, first: Option<Day>, last: Option<Day>, known: &Versions) -> BuiltRange {
        let sessions = self.built(first, last).to_vec();
        let inside = |day: &&Day| {
            let ends = sessions.first().zip(sessions.last());
            ends.is_some_and(|(first, last)| (first.day..=last.day).contains(&day.number()))
        };
        let unbuilt = self.range.unbuilt.iter().filter(inside).copied().collect();
        let synthetic = self.range.synthetic;
        BuiltRange { sessions, unbuilt, synthetic, versions: known.clone(), benchmark: Vec::new() }
    }

    /// Its changes of a range.
    pub(crate) fn changes(&self, first: Option<Day>, last: Option<Day>, known: &Versions) -> Moves {
        let rows = within(&self.moves, |one| one.day, first, last).to_vec();
        let built = !self.built(first, last).is_empty();
        Moves { rows, built, synthetic: self.range.synthetic, versions: known.clone() }
    }

    fn built(&self, first: Option<Day>, last: Option<Day>) -> &[SessionRow] {
        within(&self.range.sessions, |row| row.day, first, last)
    }
}

/// The part of rows in order of their days that lies within two days, both included.
fn within<T>(rows: &[T], day: impl Fn(&T) -> i32, first: Option<Day>, last: Option<Day>) -> &[T] {
    let from = first.map_or(0, |first| rows.partition_point(|row| day(row) < first.number()));
    let until = last.map_or(rows.len(), |last| rows.partition_point(|row| day(row) <= last.number()));
    rows.get(from..until).unwrap_or_default()
}

impl D1IndexStore<'_> {
    /// The index as it stands at these versions, where the isolate remembers it or it is asked for again.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn standing(&self, slug: &str, known: &Versions) -> Result<Option<Rc<Standing>>, StoreError> {
        match recall(self.db.identity(), slug, known) {
            Recalled::Known(standing) => return Ok(Some(standing)),
            Recalled::Unwanted => return Ok(None),
            Recalled::Wanted => {}
        }
        let Some(index) = self.find(slug).await? else { return Ok(None) };
        if index.built.is_none_or(|built| built.last().number() - built.first().number() > MOST_DAYS) {
            return Ok(None);
        }
        let standing = Rc::new(self.read_standing(&index).await?);
        remember(self.db.identity(), &standing);
        Ok(Some(standing).filter(|standing| standing.range.versions.scopes == known.scopes))
    }

    async fn read_standing(&self, index: &IndexRow) -> Result<Standing, StoreError> {
        let whole = |sql: &'static str| Statement::new(sql).bind(index.id).bind(None::<Day>).bind(None::<Day>);
        let rows = self
            .db
            .batch(vec![
                versions_statement(&index.slug),
                Statement::new(sql!("index/find")).bind(index.slug.as_str()),
                whole(sql!("index/sessions_of_range")),
                whole(sql!("index/unbuilt_of_range")),
                Statement::new(sql!("market/is_synthetic")),
                whole(sql!("index/changes_of_range")),
            ])
            .await?;
        let [versions, found, sessions, unbuilt, synthetic, changes] = &rows[..] else {
            return Err(StoreError::Refused("a batch of another length".into()));
        };
        let index = found.first()?.map(index_row).transpose()?;
        let index = index.ok_or_else(|| StoreError::Refused("an index went away while it was read".into()))?;
        let versions = read_versions(versions, &index.slug)?;
        Ok(Standing {
            range: sessions_of(versions, [sessions, unbuilt, synthetic], None::<&Rows>)?,
            moves: changes.decode_lists()?,
            index,
        })
    }

    /// The members of one of its sessions by rank, none where it is not built, and what its level is made of; only the members are
    /// read.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn members_of_standing(
        &self,
        standing: &Standing,
        day: Day,
        known: &Versions,
    ) -> Result<SessionMembers, StoreError> {
        let Analysis { rows: members, versions } = self.members_of_session(&standing.index, day).await?;
        if versions.scopes != known.scopes {
            return self.session_members(&standing.index, day).await;
        }
        let sessions = standing.built(None, Some(day));
        Ok(SessionMembers {
            members,
            returns: sessions.iter().map(SessionRow::as_return).collect(),
            outdated: sessions.last().is_some_and(|last| last.outdated == 1),
            synthetic: standing.range.synthetic,
            versions,
        })
    }
}
