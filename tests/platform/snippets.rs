//! Every command of the documentation does what it shows: the fenced blocks in `sh` and `python`, page by page and in their
//! order, against a server of their own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use system_tests::{Options, Server, repository, sessions_between, small_bars};

/// What a page's commands are run in: curl tells every status to a file, make finds the repository and the server's state.
const SURROUNDINGS: &str = r#"
set -euo pipefail
curl() { command curl -sS -w '%{stderr}%{http_code} %{method} %{url_effective}\n' "$@" 2>>"$STATUSES"; }
make() { command make --no-print-directory -C "$REPOSITORY" "$@"; }
"#;

/// Commands that other tests or a person run, and why no test of the documentation does.
const LEFT_OUT: [(&str, &str); 2] =
    [("make run", "never ends; a fresh machine's first command"), ("make test", "runs this")];

struct Block {
    language: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (line.trim_start().strip_prefix("```"), &mut open) {
            (Some(language), None) => open = Some(Block { language: language.trim().to_owned(), text: String::new() }),
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// The statuses that a block says its lines show: `# 404: a Saturday`.
fn announced(text: &str) -> Vec<u16> {
    let comment = |line: &str| line.rsplit_once("# ")?.1.get(..3)?.parse().ok();
    text.lines().filter_map(comment).filter(|status| *status >= 400).collect()
}

fn python() -> PathBuf {
    let cache = std::env::var("XDG_CACHE_HOME")
        .map_or_else(|_| Path::new(&std::env::var("HOME").unwrap()).join(".cache"), PathBuf::from);
    let tools = std::env::var("EQUIPOISE_TOOLS").map_or_else(|_| cache.join("equipoise"), PathBuf::from);
    tools.join("python/bin/python")
}

/// The user's files that a page takes for granted.
fn users_files(folder: &Path) {
    let bars = small_bars(&sessions_between("2026-08-03", "2026-08-07"), 3);
    fs::write(folder.join("daily_prices.csv"), bars).unwrap();
    let made = Command::new(python())
        .current_dir(folder)
        .args(["-c", "import pandas; f = pandas.read_csv('daily_prices.csv'); f.to_parquet('daily_prices.parquet'); f.to_csv('daily_prices.csv.gz', index=False)"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// Runs a page's blocks, and returns how many there were.
fn run_page(name: &str, server: &Server) -> usize {
    let page = fs::read_to_string(repository().join(name)).unwrap();
    let folder = server.state().join("reader");
    fs::create_dir_all(&folder).unwrap();
    users_files(&folder);
    let statuses = folder.join("statuses");
    fs::write(&statuses, "").unwrap();
    let (mut script, mut count) = (SURROUNDINGS.to_owned(), 0);
    let mut refusals: Vec<u16> = Vec::new();
    for block in blocks(&page) {
        let text = block.text.replace("http://127.0.0.1:8787", &server.url(""));
        match block.language.as_str() {
            "sh" => {
                refusals.extend(announced(&text));
                let kept = text.lines().filter(|line| !LEFT_OUT.iter().any(|(command, _)| line.starts_with(command)));
                script.push_str(&kept.collect::<Vec<_>>().join("\n"));
            }
            "python" => {
                let file = folder.join(format!("block-{count}.py"));
                fs::write(&file, text).unwrap();
                script.push_str(&format!("'{}' '{}'", python().display(), file.display()));
            }
            _ => continue,
        }
        script.push_str("\n: end of a block\n");
        count += 1;
    }
    let file = folder.join("page.sh");
    fs::write(&file, &script).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    let done = Command::new("bash")
        .arg("-x")
        .arg(&file)
        .current_dir(&folder)
        .env("STATUSES", &statuses)
        .env("REPOSITORY", repository())
        .env("STATE", server.state())
        .env("PORT", server.url("").rsplit(':').next().unwrap())
        .env_remove("MAKEFLAGS")
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    let told = fs::read_to_string(&statuses).unwrap();
    assert!(
        done.status.success(),
        "{name}: {}\n{told}\n{}",
        &err[err.len().saturating_sub(3_000)..],
        &out[out.len().saturating_sub(1_000)..]
    );
    let status = |line: &str| -> Option<u16> { line.get(..3)?.parse().ok() };
    let refused: Vec<u16> = told.lines().filter_map(status).filter(|status| !(200..400).contains(status)).collect();
    assert_eq!(refused, refusals, "{name}:\n{told}");
    count
}

#[test]
fn every_command_of_the_documentation_does_what_it_shows() {
    let server = Server::start(Options::default());
    assert!(run_page("docs/api.md", &server) > 10);
    // What the tour has built is what a reader of the first page finds.
    assert!(run_page("README.md", &server) > 0);
    assert!(run_page("docs/imports.md", &server) > 1);
    let run: Value = server.get("/backtests?limit=1").expect(200).json();
    assert!(!run["data"].as_array().unwrap().is_empty(), "{run}");
}

#[test]
fn no_page_shows_commands_that_are_not_run() {
    let mut pages = vec![repository().join("README.md"), repository().join("CONTRIBUTING.md")];
    for folder in ["docs", "docs/methods"] {
        let entries = fs::read_dir(repository().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        pages.extend(entries.filter(|path| path.extension().is_some_and(|end| end == "md")));
    }
    let run = ["README.md", "docs/api.md", "docs/imports.md"].map(|name| repository().join(name));
    for page in pages {
        for block in blocks(&fs::read_to_string(&page).unwrap()) {
            let commands = block.text.lines().filter(|line| line.starts_with("curl ") || line.starts_with("make "));
            for command in commands {
                let left_out = LEFT_OUT.iter().any(|(start, _)| command.starts_with(start));
                let is_run = run.contains(&page) && block.language == "sh";
                assert!(left_out || is_run, "{}: {command}", page.display());
            }
        }
    }
}
