//! Backup and restore as docs/operations.md describes them: taken while the server runs, put back after it ended.

use std::process::{Command, Output};

use serde_json::json;
use system_tests::{Options, Server, repository};

fn run(script: &str, server: &Server, file: &str) -> Output {
    Command::new(repository().join("scripts/with-tools"))
        .args(["node", "--disable-warning=ExperimentalWarning", script])
        .current_dir(repository())
        .env("STATE", server.state())
        .env("FILE", file)
        .output()
        .unwrap()
}

#[test]
fn a_backup_taken_while_serving_restores_what_was_there_and_versions_never_run_backwards() {
    let mut server = Server::start(Options::default());
    let archive = server.state().with_extension("tar.gz").to_string_lossy().into_owned();
    let names = "select name from api_keys order by id";
    let key = |name: &str| {
        format!(
            "insert into api_keys (hash, owner, name, scopes, created_at) values ('{name}', 'o', '{name}', 'read', 1)"
        )
    };
    server.sql(&key("kept"));
    server.sql("update data_versions set version = 5");
    let saved = run("scripts/backup.mjs", &server, &archive);
    assert!(saved.status.success(), "{}", String::from_utf8_lossy(&saved.stderr));
    server.sql(&key("later"));
    server.sql("update data_versions set version = 9");

    // A served state is refused and stays as it is.
    let refused = run("scripts/restore.mjs", &server, &archive);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("already served"));
    assert_eq!(server.sql(names).len(), 2);

    server.stop();
    let restored = run("scripts/restore.mjs", &server, &archive);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    server.restart();
    assert_eq!(server.sql(names), [json!({"name": "kept"})]);
    // What was restored keeps its version 5; the next publication is number 10, as 6 to 9 were given out already.
    let versions = server.sql("select scope, version from data_versions order by scope");
    assert_eq!(
        versions,
        [
            json!({"scope": "all", "version": 9}),
            json!({"scope": "bars", "version": 5}),
            json!({"scope": "market", "version": 5})
        ]
    );
    std::fs::remove_file(archive).unwrap();
}

#[test]
fn a_damaged_archive_changes_nothing() {
    let mut server = Server::start(Options::default());
    let archive = server.state().with_extension("tar.gz").to_string_lossy().into_owned();
    assert!(run("scripts/backup.mjs", &server, &archive).status.success());
    server.sql("update data_versions set version = 3 where scope = 'all'");
    server.stop();
    let whole = std::fs::read(&archive).unwrap();
    std::fs::write(&archive, &whole[..whole.len() / 2]).unwrap();
    assert!(!run("scripts/restore.mjs", &server, &archive).status.success());
    server.restart();
    assert_eq!(server.sql("select version from data_versions where scope = 'all'"), [json!({"version": 3})]);
    std::fs::remove_file(archive).unwrap();
}
