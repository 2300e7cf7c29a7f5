//! One server on a state folder: started, driven, killed and started again.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::{Reply, Request};

/// The root of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// How a server is started.
#[derive(Clone, Default)]
pub struct Options {
    /// Settings that override those of `wrangler.toml`.
    pub vars: Vec<(String, String)>,
    /// The state folder; absent = a new one that is deleted afterwards.
    pub state: Option<PathBuf>,
    /// Whether cron expressions fire on schedule. Absent, a test fires them itself with [`Server::cron`] and [`Server::tick`].
    pub crons: bool,
}

impl Options {
    /// The same options with one setting more.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "so that a number or a text can be written as it is")]
    pub fn var(mut self, name: &str, value: impl ToString) -> Self {
        self.vars.push((name.to_owned(), value.to_string()));
        self
    }
}

/// A running server. Dropped, it ends; and should the test process die, it ends as well, by the end of its input.
pub struct Server {
    options: Options,
    state: PathBuf,
    temporary: bool,
    process: Child,
    url: String,
}

impl Server {
    /// Starts the built product on a free port and waits until it answers.
    ///
    /// # Panics
    /// Where it does not, with the server's own words.
    #[must_use]
    pub fn start(options: Options) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let temporary = options.state.is_none();
        let state = options.state.clone().unwrap_or_else(|| {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            std::env::temp_dir().join(format!("equipoise-{}-{number}", std::process::id()))
        });
        fs::create_dir_all(&state).unwrap();
        let process = spawn(&options, &state, 0);
        let mut server = Self { options, state, temporary, process, url: String::new() };
        server.await_ready();
        server
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// The state folder.
    #[must_use]
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// What the server has written so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.state.join("server.log")).unwrap()
    }

    /// A request to a path of this server.
    #[must_use]
    pub fn request(&self, method: &'static str, path: &str) -> Request {
        Request::new(method, self.url(path))
    }

    /// Gets a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Reply {
        self.request("GET", path).send()
    }

    /// Posts JSON to a path.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.request("POST", path).json(body).send()
    }

    /// Fires the tick of every minute and waits until it is handled.
    pub fn tick(&self) {
        self.command("tick", &json!({}));
    }

    /// Fires one of the cron expressions of `wrangler.toml` and waits until it is handled.
    pub fn cron(&self, expression: &str) {
        self.command("cron", &json!({ "cron": expression }));
    }

    /// Puts a message into the queue of jobs, as it is.
    pub fn send_message(&self, body: &str) {
        self.command("send", &json!({ "body": body }));
    }

    /// Runs one statement on the database of the index and returns its rows.
    pub fn sql(&self, statement: &str) -> Vec<Value> {
        self.command("sql", &json!({ "sql": statement })).as_array().unwrap().clone()
    }

    /// The server's process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Ends the server as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again on the same state and port.
    pub fn restart(&mut self) {
        let port = self.url.rsplit(':').next().unwrap().parse().unwrap();
        self.process = spawn(&self.options, &self.state, port);
        self.await_ready();
    }

    /// Ends the server as an operator would, and checks that it says nothing went wrong.
    pub fn stop(&mut self) {
        // The end of its input is the request to end.
        drop(self.process.stdin.take());
        assert!(self.process.wait().unwrap().success(), "{}", self.log());
    }

    /// Sends a command to the control socket (scripts/server/control.mjs). HTTP/1.0, so the answer ends with the connection.
    fn command(&self, name: &str, argument: &Value) -> Value {
        let body = argument.to_string();
        let mut socket = UnixStream::connect(self.state.join("control.sock")).unwrap();
        write!(socket, "POST /{name} HTTP/1.0\r\nHost: control\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            .unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 "), "{name} {argument}: {body}");
        serde_json::from_str(body).unwrap()
    }

    fn await_ready(&mut self) {
        let pid = self.process.id();
        let deadline = Instant::now() + Duration::from_mins(2);
        loop {
            if let Some(url) = announced(&self.state, pid) {
                self.url = url;
                return;
            }
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "the server did not start: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if self.temporary && !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.state);
        }
    }
}

fn spawn(options: &Options, state: &Path, port: u16) -> Child {
    let vars: Vec<String> = options.vars.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let log = File::options().create(true).append(true).open(state.join("server.log")).unwrap();
    Command::new(repository().join("scripts/with-tools"))
        .args(["node", "scripts/serve.mjs"])
        .current_dir(repository())
        .env("PORT", port.to_string())
        .env("STATE", state)
        .env("VARS", vars.join(" "))
        .env("CRON", if options.crons { "1" } else { "0" })
        .env("UNTIL_EOF", "1")
        .stdin(Stdio::piped())
        .stderr(log.try_clone().unwrap())
        .stdout(log)
        .spawn()
        .unwrap()
}

/// The address that this very process has written down, once it serves.
fn announced(state: &Path, pid: u32) -> Option<String> {
    let text = fs::read_to_string(state.join("server.json")).ok()?;
    let server: Value = serde_json::from_str(&text).ok()?;
    if server["pid"] != pid {
        return None;
    }
    Some(server["url"].as_str()?.to_owned())
}
