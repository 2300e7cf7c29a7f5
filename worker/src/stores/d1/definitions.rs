//! What-if questions that are kept under a name.

use domain::api::WhatIf;
use domain::ports::StoreError;
use domain::units::UnixMillis;
use serde::Deserialize;

use super::{D1, Statement};

/// A question as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredDefinition {
    pub(crate) name: String,
    pub(crate) question: WhatIf,
    /// Unix milliseconds.
    pub(crate) created_at: i64,
    /// Unix milliseconds.
    pub(crate) updated_at: i64,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    question: String,
    created_at: i64,
    updated_at: i64,
}

impl Row {
    fn read(self) -> Result<StoredDefinition, StoreError> {
        let question = serde_json::from_str(&self.question)
            .map_err(|error| StoreError::Refused(format!("definition {} is not readable: {error}", self.name)))?;
        Ok(StoredDefinition { name: self.name, question, created_at: self.created_at, updated_at: self.updated_at })
    }
}

/// Keeps a question, in place of the one of that name.
///
/// # Errors
/// [`StoreError::Conflict`] when the owner has as many as allowed; see [`StoreError`].
pub(crate) async fn save(
    db: &D1,
    owner: &str,
    name: &str,
    question: &str,
    limit: u32,
    now: UnixMillis,
) -> Result<StoredDefinition, StoreError> {
    let save = Statement::new(sql!("definitions/save")).bind(owner).bind(name).bind(question).bind(now).bind(limit);
    let find = Statement::new(sql!("definitions/find")).bind(owner).bind(name);
    let rows = db.batch(vec![save, find]).await?;
    let kept = rows[1].first::<Row>()?.filter(|_| rows[0].changes() > 0);
    kept.ok_or_else(|| StoreError::Conflict(format!("{owner} keeps {limit} definitions already")))?.read()
}

/// One of an owner's questions.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn find(db: &D1, owner: &str, name: &str) -> Result<Option<StoredDefinition>, StoreError> {
    let rows = db.run(Statement::new(sql!("definitions/find")).bind(owner).bind(name)).await?;
    rows.first::<Row>()?.map(Row::read).transpose()
}

/// An owner's questions by name.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn list(db: &D1, owner: &str) -> Result<Vec<StoredDefinition>, StoreError> {
    let list = Statement::new(sql!("definitions/list")).bind(owner);
    db.run(list).await?.decode::<Row>()?.into_iter().map(Row::read).collect()
}

/// Forgets one; false where there is none.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn delete(db: &D1, owner: &str, name: &str) -> Result<bool, StoreError> {
    let rows = db.run(Statement::new(sql!("definitions/delete")).bind(owner).bind(name)).await?;
    Ok(rows.changes() > 0)
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;

    #[test]
    fn each_owner_keeps_questions_of_its_own_up_to_a_number() {
        let db = D1::in_memory();
        let keep =
            |owner: &str, name: &str, question: &str, at| block_on(save(&db, owner, name, question, 2, UnixMillis(at)));
        let first = keep("a", "x", r#"{"top_n":5}"#, 1).unwrap();
        assert_eq!((first.question.top_n, first.created_at), (Some(5), 1));
        keep("a", "y", "{}", 2).unwrap();
        assert!(matches!(keep("a", "z", "{}", 3), Err(StoreError::Conflict(_))));
        // Replacing is not another one, and another owner has its own.
        let again = keep("a", "x", r#"{"top_n":6}"#, 4).unwrap();
        assert_eq!((again.question.top_n, again.created_at, again.updated_at), (Some(6), 1, 4));
        keep("b", "x", "{}", 5).unwrap();
        let names = |owner: &str| -> Vec<String> {
            block_on(list(&db, owner)).unwrap().into_iter().map(|one| one.name).collect()
        };
        assert_eq!((names("a"), names("b")), (vec!["x".to_owned(), "y".to_owned()], vec!["x".to_owned()]));
        assert!(block_on(delete(&db, "a", "x")).unwrap() && !block_on(delete(&db, "a", "x")).unwrap());
        assert_eq!(block_on(find(&db, "a", "x")).unwrap(), None);
        assert!(block_on(find(&db, "b", "x")).unwrap().is_some());
    }
}
