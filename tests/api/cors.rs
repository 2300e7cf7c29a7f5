//! What pages of other sites may do: those of configured origins read every answer, others none.

use serde_json::json;
use system_tests::{Options, Reply, Server};

const OURS: &str = "https://charts.example";

fn ask(server: &Server, method: &'static str, path: &str, origin: &str) -> Reply {
    server.request(method, path).header("origin", origin).send()
}

#[test]
fn pages_of_configured_origins_read_answers_and_errors_and_no_others_do() {
    let server = Server::start(Options::default().var("CORS_ORIGINS", "https://charts.example,http://localhost:5173"));
    for origin in [OURS, "http://localhost:5173"] {
        for (path, status) in [("/health", 200), ("/indices", 200), ("/index-composition", 400), ("/nowhere", 404)] {
            let reply = ask(&server, "GET", path, origin).expect(status);
            assert_eq!(reply.header("access-control-allow-origin"), Some(origin), "{path}");
            assert_eq!(reply.header("access-control-allow-credentials"), None, "{path}");
            assert!(reply.header("vary").unwrap().to_lowercase().contains("origin"), "{path}");
            let exposed = reply.header("access-control-expose-headers").unwrap();
            for name in ["etag", "x-cache", "x-data-version", "x-request-id", "retry-after"] {
                assert!(exposed.split(", ").any(|one| one == name), "{name} in {exposed}");
            }
        }
    }
    for other in ["https://charts.example.evil", "http://charts.example", "https://charts.example:8443", "null"] {
        let reply = ask(&server, "GET", "/indices", other).expect(200);
        assert_eq!(reply.header("access-control-allow-origin"), None, "{other}");
        // A cache between must not hand this answer to a page of an origin that may read it, nor the other way round.
        assert!(reply.header("vary").unwrap().to_lowercase().contains("origin"), "{other}");
    }
    assert_eq!(server.get("/indices").expect(200).header("access-control-allow-origin"), None);
}

#[test]
fn a_preflight_says_what_the_path_allows() {
    let server = Server::start(Options::default().var("CORS_ORIGINS", OURS));
    let preflight = |path: &str, origin: &str| {
        server
            .request("OPTIONS", path)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,x-api-key")
            .send()
            .expect(204)
    };
    let reply = preflight("/build-index", OURS);
    assert_eq!(reply.header("access-control-allow-origin"), Some(OURS));
    let named = |name: &str| reply.header(name).unwrap().to_lowercase();
    assert!(named("access-control-allow-methods").split(", ").any(|method| method == "post"));
    for header in ["content-type", "x-api-key", "authorization", "if-none-match"] {
        assert!(named("access-control-allow-headers").split(", ").any(|one| one == header), "{header}");
    }
    assert!(reply.header("access-control-max-age").unwrap().parse::<u32>().unwrap() > 0);
    let reply = preflight("/build-index", "https://elsewhere.example");
    for name in ["access-control-allow-origin", "access-control-allow-methods", "access-control-allow-headers"] {
        assert_eq!(reply.header(name), None, "{name}");
    }
}

#[test]
fn any_origin_may_be_configured_and_none_is() {
    let open = Server::start(Options::default().var("CORS_ORIGINS", "*"));
    let reply = ask(&open, "GET", "/health", "https://anything.example").expect(200);
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    let closed = Server::start(Options::default());
    let reply = ask(&closed, "POST", "/build-index", OURS);
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (400, None), "{}", reply.text());
    assert_eq!(ask(&closed, "OPTIONS", "/build-index", OURS).expect(204).header("access-control-allow-methods"), None);
    assert_eq!(closed.get("/indices").expect(200).json()["data"], json!([]));
}
