//! `/api-keys`: make, list and revoke keys. Scope `admin`.

use domain::api::{ApiKey, ApiKeyList, CreateApiKey, CreatedApiKey, FieldError};

use super::page::Page;
use super::request::Call;
use super::respond::{Answer, Reply};
use crate::auth::{self, Scope, Scopes};
use crate::error::{Problem, field_error};
use crate::stores::d1::api_keys::{self, NewKey, StoredKey};

/// Longest name and owner, in characters.
const MOST_CHARS: usize = 100;

/// `POST /api-keys`: makes a key and shows it this once.
pub(super) async fn create(call: &Call) -> Answer {
    call.query(&[])?;
    let wanted: CreateApiKey = call.json().await?;
    let scopes = check(&wanted).map_err(Problem::invalid_fields)?;
    let owner = wanted.owner.as_deref().unwrap_or(call.principal.owner());
    let secret = auth::new_key()?;
    let names = scopes.names().join(" ");
    let key = NewKey { hash: &secret.hash, owner, name: &wanted.name, scopes: &names };
    let id = api_keys::add(call.db()?, key, call.now).await?;
    let listed = ApiKey {
        id,
        owner: owner.to_owned(),
        name: wanted.name.clone(),
        scopes: scopes.names().into_iter().map(str::to_owned).collect(),
        created_at: call.now.0,
        revoked_at: None,
    };
    let reply = Reply::json(&CreatedApiKey { key: secret.text, listed })?;
    Ok(reply
        .with_status(201)
        .with_header("location", format!("/api-keys/{id}"))
        .with_header("cache-control", "no-store"))
}

/// `GET /api-keys`: all keys, newest first, the revoked ones included.
pub(super) async fn list(call: &Call) -> Answer {
    let page = Page::of(&call.query(Page::PARAMETERS)?)?;
    let keys = api_keys::list(call.db()?, page.before, page.rows()).await?;
    let (keys, next_cursor) = page.cut(keys, |key| key.id);
    Reply::json(&ApiKeyList { data: keys.into_iter().map(shown).collect(), next_cursor })
}

/// `DELETE /api-keys/{id}`: the key is refused from then on. Revoking it again changes nothing.
pub(super) async fn revoke(call: &Call) -> Answer {
    call.query(&[])?;
    let unknown = || Problem::unknown("API key", call.param("id"));
    let id: i64 = call.param("id").parse().map_err(|_| unknown())?;
    let hash = api_keys::revoke(call.db()?, id, call.now).await?.ok_or_else(unknown)?;
    auth::forget(&hash);
    Ok(Reply::no_content())
}

fn check(wanted: &CreateApiKey) -> Result<Scopes, Vec<FieldError>> {
    let mut errors = Vec::new();
    let is_label = |text: &str| !text.trim().is_empty() && text.chars().count() <= MOST_CHARS && !has_control(text);
    let rule = format!("1 to {MOST_CHARS} characters, none of them a control character");
    for (field, text) in [("name", Some(&wanted.name)), ("owner", wanted.owner.as_ref())] {
        if let Some(text) = text.filter(|text| !is_label(text)) {
            errors.push(field_error(field, Some(text), rule.clone()));
        }
    }
    let known = Scope::ALL.map(Scope::name).join(", ");
    if wanted.scopes.is_empty() {
        errors.push(field_error("scopes", None, format!("at least one of {known}")));
    }
    let mut scopes = Scopes::default();
    for (index, name) in wanted.scopes.iter().enumerate() {
        match Scope::from_name(name) {
            Some(scope) => scopes = scopes.with(scope),
            None => errors.push(field_error(&format!("scopes[{index}]"), Some(name), format!("one of {known}"))),
        }
    }
    if errors.is_empty() { Ok(scopes) } else { Err(errors) }
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

fn shown(key: StoredKey) -> ApiKey {
    ApiKey {
        id: key.id,
        owner: key.owner,
        name: key.name,
        scopes: key.scopes.split_ascii_whitespace().map(str::to_owned).collect(),
        created_at: key.created_at,
        revoked_at: key.revoked_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(name: &str, scopes: &[&str], owner: Option<&str>) -> Vec<String> {
        let wanted = CreateApiKey {
            name: name.to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            owner: owner.map(str::to_owned),
        };
        check(&wanted).err().unwrap_or_default().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn every_wrong_field_is_named() {
        assert!(fields("laptop", &["read", "build"], Some("me")).is_empty());
        assert_eq!(fields(" ", &[], Some("")), ["name", "owner", "scopes"]);
        assert_eq!(fields("a\nb", &["read", "root"], None), ["name", "scopes[1]"]);
        assert_eq!(fields(&"ä".repeat(101), &["read"], None), ["name"]);
    }
}
