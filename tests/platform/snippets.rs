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
fn an_operator_s_commands_do_what_they_say() {
    let server = Server::start(Options::default());
    assert_eq!(run_page("docs/operations.md", &server), 1);
    let held = server.get("/coverage").expect(200).json();
    assert_eq!((&held["first_session"], &held["last_session"]), (&"2024-01-02".into(), &"2024-01-05".into()));
    assert!(server.sql("select count(*) as n from intraday_bars")[0]["n"].as_i64() > Some(0));
    assert_eq!(server.sql("select name, scopes from api_keys")[0]["scopes"], "read ingest");
    assert!(!server.get("/chains").expect(200).json()["data"].as_array().unwrap().is_empty());
    let archive = server.state().join("reader/equipoise.tar.gz");
    assert!(fs::metadata(archive).unwrap().len() > 1_000);
}

fn pages() -> Vec<PathBuf> {
    let mut pages = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"].map(|name| repository().join(name)).to_vec();
    for folder in ["docs", "docs/methods", "docs/decisions"] {
        let entries = fs::read_dir(repository().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        pages.extend(entries.filter(|path| path.extension().is_some_and(|end| end == "md")));
    }
    pages
}

/// What stands between backticks within a line of text, where it may be broken.
fn spans(page: &str) -> Vec<String> {
    let mut is_block = false;
    let mut text = String::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            is_block = !is_block;
        } else if !is_block {
            text.push_str(line);
            text.push(' ');
        }
    }
    text.split('`').skip(1).step_by(2).map(|span| span.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn every_command_that_a_page_names_is_there() {
    let makefile = fs::read_to_string(repository().join("Makefile")).unwrap();
    let targets: Vec<&str> =
        makefile.lines().filter_map(|line| line.split_once(": ")?.0.split_whitespace().next()).collect();
    let variables =
        makefile.lines().find_map(|line| line.strip_prefix("export ")).unwrap().to_owned() + " VARS DRY_RUN CHROMIUM";
    let mut found = 0;
    for page in pages() {
        for span in spans(&fs::read_to_string(&page).unwrap()) {
            let words: Vec<&str> = span.split(' ').collect();
            let at = words.iter().position(|word| !word.contains('=')).unwrap_or(0);
            if words[at] == "make" && words.len() > at + 1 {
                for word in words[at + 1..].iter().filter(|word| word.chars().all(|c| c.is_ascii_lowercase())).take(1) {
                    assert!(targets.contains(word), "{}: {span}", page.display());
                    found += 1;
                }
                let settings = words.iter().filter_map(|word| word.split_once('=')).map(|(name, _)| name);
                for name in settings.filter(|name| !name.contains('"')) {
                    let is_known = variables.split(' ').any(|known| known == name);
                    assert!(is_known, "{}: {name} of {span}", page.display());
                }
            }
            if let Some(script) = words.iter().find(|word| word.starts_with("scripts/")) {
                let path = script.trim_end_matches(['.', ',', ':']);
                assert!(path.contains(['*', '{']) || repository().join(path).exists(), "{}: {span}", page.display());
                found += 1;
            }
        }
    }
    assert!(found > 40, "only {found} commands were found");
}

#[test]
fn no_page_shows_commands_that_are_not_run() {
    let run = ["README.md", "docs/api.md", "docs/imports.md", "docs/operations.md"].map(|name| repository().join(name));
    for page in pages() {
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
