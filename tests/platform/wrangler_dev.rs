//! `wrangler dev` serves the product too: what is built, on a state of its own.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use system_tests::{Request, repository};

/// `wrangler dev` and its children: one process group, ended as one.
struct Development(Child);

impl Drop for Development {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", "--", &format!("-{}", self.0.id())]).status();
        let _ = self.0.wait();
    }
}

#[test]
fn wrangler_dev_answers_health() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let state = std::env::temp_dir().join(format!("equipoise-dev-{}", std::process::id()));
    let mut development = Development(
        Command::new(repository().join("scripts/with-tools"))
            .args(["wrangler", "dev", "--ip", "127.0.0.1", "--port", &port, "--inspector-port", "0", "--persist-to"])
            .arg(&state)
            .current_dir(repository())
            .env("CI", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap(),
    );
    let deadline = Instant::now() + Duration::from_mins(3);
    let health = loop {
        match Request::new("GET", format!("http://127.0.0.1:{port}/health")).try_send() {
            Ok(reply) => break reply,
            Err(error) => {
                let ended = development.0.try_wait().unwrap();
                assert!(ended.is_none() && Instant::now() < deadline, "wrangler dev does not answer: {error}");
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    };
    assert_eq!(health.expect(200).json()["status"], "ok");
    drop(development);
    let _ = std::fs::remove_dir_all(state);
}
