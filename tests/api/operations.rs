//! Operations over HTTP: liveness, and what every answer has in common.

use system_tests::{Options, Server};

#[test]
fn health_answers_without_io_and_every_answer_has_a_request_id() {
    let server = Server::start(Options::default());
    let health = server.get("/health").expect(200);
    assert_eq!(health.json()["status"], "ok");
    let first = health.header("x-request-id").unwrap().to_owned();
    let second = server.get("/health").header("x-request-id").unwrap().to_owned();
    assert_ne!(first, second);
    let head = server.request("HEAD", "/health").send().expect(200);
    assert!(head.body.is_empty());
}

#[test]
fn an_unknown_path_and_a_wrong_method_are_problem_documents() {
    let server = Server::start(Options::default());
    let _ = server.get("/no-such-thing").problem(404, "no_such_path");
    let wrong = server.request("POST", "/health").send();
    assert!(wrong.header("allow").unwrap().contains("GET"));
    let _ = wrong.problem(405, "method_not_allowed");
    // A file knows its methods as a route does.
    for path in ["/docs", "/openapi.json", "/", "/app/streams"] {
        let wrong = server.request("DELETE", path).send();
        assert_eq!(wrong.header("allow"), Some("GET, HEAD"), "{path}");
        let _ = wrong.problem(405, "method_not_allowed");
    }
    let _ = server.request("DELETE", "/no-such-thing").send().problem(404, "no_such_path");
}

#[test]
fn a_killed_server_starts_again_on_its_state_and_port_and_a_state_has_one_server() {
    let mut server = Server::start(Options::default());
    server.sql("insert into api_keys (hash, owner, name, scopes, created_at) values ('h', 'o', 'n', 'read', 1)");
    let second = std::panic::catch_unwind(|| {
        Server::start(Options { state: Some(server.state().to_owned()), ..Options::default() })
    });
    assert!(second.is_err());
    assert!(server.log().contains("is already served"));
    let address = server.url("");
    server.kill();
    server.restart();
    assert_eq!(server.url(""), address);
    assert_eq!(server.sql("select owner from api_keys"), [serde_json::json!({"owner": "o"})]);
    server.stop();
}

#[test]
fn the_description_and_its_page_are_served_under_the_policy() {
    let server = Server::start(Options::default());
    let description = server.get("/openapi.json").expect(200);
    assert_eq!(description.json()["openapi"], "3.1.0");
    for path in ["/docs", "/docs/"] {
        let page = server.get(path).expect(200);
        assert!(page.header("content-type").unwrap().starts_with("text/html"), "{path}");
        assert!(!page.header("content-security-policy").unwrap().contains("unsafe-inline"), "{path}");
    }
    let _ = server.get("/docs/swagger-ui-bundle.js").expect(200);
}
