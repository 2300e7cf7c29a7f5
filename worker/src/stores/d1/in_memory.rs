//! SQLite in memory with the real migrations, for unit tests of the stores.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::ports::StoreError;
use rusqlite::limits::Limit;
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::{Backend, D1, Param, Rows, Statement, classify};

/// A connection of its own.
#[derive(Debug)]
pub(super) struct Memory(RefCell<Connection>, u64);

impl D1 {
    /// An empty database with every migration applied.
    pub(crate) fn in_memory() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        // The platform enforces foreign keys too.
        connection.execute_batch("pragma foreign_keys = on").unwrap();
        // The platform's own bounds, tried on workerd.
        for (bound, most) in [
            (Limit::SQLITE_LIMIT_COLUMN, 100),
            (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 5),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
            (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
        ] {
            connection.set_limit(bound, most).unwrap();
        }
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations"));
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            connection.execute_batch(&std::fs::read_to_string(&file).unwrap()).unwrap();
        }
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let identity = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { backend: Backend::Memory(Memory(RefCell::new(connection), identity)), cost: Cell::default() }
    }

    /// Bounds how deep expressions nest as the platform does, from now on. This newest SQLite, other than the platform's of
    /// today, also holds the number of tables that a statement's common table expressions come to, each as often as it is
    /// named, to this bound: a statement that keeps to it will run there tomorrow.
    pub(crate) fn bound_depth(&self) {
        let Backend::Memory(memory) = &self.backend else { return };
        memory.0.borrow().set_limit(Limit::SQLITE_LIMIT_EXPR_DEPTH, 100).unwrap();
    }
}

impl Memory {
    pub(super) const fn identity(&self) -> u64 {
        self.1
    }

    pub(super) fn batch(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
        let mut connection = self.0.borrow_mut();
        let transaction = connection.transaction().map_err(|error| classify(&error.to_string()))?;
        let rows: Result<Vec<_>, _> = statements.iter().map(|statement| run(&transaction, statement)).collect();
        let rows = rows.map_err(|error| classify(&error.to_string()))?;
        transaction.commit().map_err(|error| classify(&error.to_string()))?;
        Ok(rows)
    }
}

fn run(connection: &Connection, statement: &Statement) -> rusqlite::Result<Rows> {
    let before = connection.total_changes();
    let mut prepared = connection.prepare(&statement.sql)?;
    let columns: Vec<String> = prepared.column_names().map(str::to_owned).collect();
    let mut found = prepared.query(params_from_iter(&statement.params))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let mut object = serde_json::Map::new();
        for (index, name) in columns.iter().enumerate() {
            object.insert(name.clone(), to_json(row.get_ref(index)?));
        }
        rows.push(object.into());
    }
    drop(found);
    Ok(Rows::from_memory(rows, connection.total_changes() - before))
}

fn to_json(value: ValueRef<'_>) -> serde_json::Value {
    match value {
        ValueRef::Null => serde_json::Value::Null,
        ValueRef::Integer(number) => number.into(),
        // A JavaScript number does not tell 3.0 from 3.
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        ValueRef::Real(number) if number.fract() == 0.0 && number.abs() < 9.0e15 => (number as i64).into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(_) => panic!("no column of ours is a blob"),
    }
}

impl ToSql for Param {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            // As the platform does: every number is bound as a double.
            Self::Number(number) => ToSqlOutput::Owned(Value::Real(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}
