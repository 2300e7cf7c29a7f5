//! The rules of ARCHITECTURE.md that a compiler does not know: who may import whom, where SQL and fetches are, that the map
//! names what there is. Each violation is reported with its file and line.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use std::fs;
use std::path::{Path, PathBuf};

/// One file of the repository that holds text.
struct Source {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// Numbered lines of code: without comments, and without the unit tests at the end of the file.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().take_while(|(_, line)| *line != "#[cfg(test)]");
        lines.map(|(number, line)| (number + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/") || self.path.starts_with("tests/")
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("domain/ lies in the repository").to_owned()
}

const BUILT: &[&str] = &["target", "node_modules", "dist", "build", ".git", ".data", ".wrangler", "__pycache__"];

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_symlink() || BUILT.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

/// Every text file below a folder of the repository whose name ends in one of the suffixes.
fn sources(below: &str, suffixes: &[&str]) -> Vec<Source> {
    let mut files = Vec::new();
    collect(&root().join(below), &mut files);
    files.sort();
    let wanted =
        files.into_iter().filter(|file| suffixes.iter().any(|suffix| file.to_string_lossy().ends_with(suffix)));
    wanted
        .map(|file| Source {
            path: file.strip_prefix(root()).unwrap().to_string_lossy().into_owned(),
            text: fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())),
        })
        .collect()
}

/// Fails with every line of code in which `wrong` finds something, and what.
fn none(sources: &[Source], rule: &str, wrong: impl Fn(&Source, &str) -> Option<String>) {
    assert!(!sources.is_empty(), "no file to check: {rule}");
    let found: Vec<String> = sources
        .iter()
        .flat_map(|source| source.code().map(move |(number, line)| (source, number, line)))
        .filter_map(|(source, number, line)| {
            wrong(source, line).map(|what| format!("{}:{number}: {what}: {}", source.path, line.trim()))
        })
        .collect();
    assert!(found.is_empty(), "{rule}\n{}", found.join("\n"));
}

fn names(line: &str, banned: &[&str]) -> Option<String> {
    banned.iter().find(|name| line.contains(*name)).map(|name| format!("names {name}"))
}

/// The room that a path of one crate's `src` lies in, as `units` for `domain/src/units/day.rs`.
fn room<'a>(path: &'a str, sources: &str) -> &'a str {
    let inside = path.strip_prefix(sources).unwrap();
    inside.split('/').next().unwrap().trim_end_matches(".rs")
}

#[test]
fn domain_names_no_platform_clock_or_randomness() {
    let platform = ["worker::", "wasm_bindgen", "js_sys", "web_sys", "gloo_", "leptos"];
    let ambient = ["SystemTime", "Instant::now", "Utc::now", "Local::now", "std::fs", "std::net", "std::env", "rand::"];
    none(
        &sources("domain/src", &[".rs"]),
        "domain/ decides: it has no platform, clock, I/O or randomness",
        |_, line| names(line, &platform).or_else(|| names(line, &ambient)),
    );
}

/// What each room of domain/ may import; the table of ARCHITECTURE.md.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("market", &["units"]),
    ("calendar", &["units", "market"]),
    ("bars", &["units", "market", "calendar"]),
    ("ingest", &["units", "market", "calendar"]),
    ("index", &["units", "market", "calendar"]),
    ("stats", &["units", "market", "calendar"]),
    ("stream", &["units", "market", "calendar"]),
    ("research", &["units", "market", "calendar", "index", "stats"]),
    ("options", &["units", "market", "calendar"]),
    ("backtest", &["units", "market", "calendar", "stats", "options"]),
    ("export", &["units", "market", "calendar", "bars", "ingest", "index", "stats", "research", "options", "backtest"]),
    (
        "ports",
        &["units", "market", "calendar", "bars", "ingest", "index", "stats", "stream", "options", "backtest", "export"],
    ),
    (
        "api",
        &[
            "units", "market", "calendar", "bars", "ingest", "index", "stats", "stream", "research", "options",
            "backtest", "export",
        ],
    ),
    (
        "testing",
        &[
            "units", "market", "calendar", "bars", "ingest", "index", "stats", "stream", "research", "options",
            "backtest", "export", "ports", "api",
        ],
    ),
];

#[test]
fn rooms_of_the_domain_import_only_what_the_table_allows() {
    let all: Vec<&str> = MAY_IMPORT.iter().map(|(name, _)| *name).collect();
    none(
        &sources("domain/src", &[".rs"]),
        "an import that the table of ARCHITECTURE.md does not allow",
        |source, line| {
            let room = room(&source.path, "domain/src/");
            if room == "lib" {
                return None;
            }
            let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else {
                return Some(format!("{room} is not in the table"));
            };
            let imported = line.split("crate::").nth(1)?.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
            let stranger = all.contains(&imported) && imported != room && !allowed.contains(&imported);
            stranger.then(|| format!("{room} imports {imported}"))
        },
    );
}

#[test]
fn jobs_never_name_the_platform() {
    none(&sources("worker/src/jobs", &[".rs"]), "jobs are port calls around decisions", |_, line| {
        names(line, &["worker::", "crate::stores", "crate::bindings", "crate::wiring", "wasm_bindgen", "js_sys"])
    });
}

#[test]
fn providers_reach_out_only_through_the_shared_transport() {
    none(&sources("worker/src/providers", &[".rs"]), "a provider's request and parse are pure", |source, line| {
        let transport = source.path == "worker/src/providers/http.rs";
        let platform = if transport { None } else { names(line, &["worker::"]) };
        platform.or_else(|| names(line, &["crate::stores", "crate::bindings", "crate::jobs"]))
    });
}

#[test]
fn sql_is_only_in_the_database_stores() {
    let verbs = [
        "\"select ",
        "\"insert into ",
        "\"insert or ",
        "\"update ",
        "\"delete from ",
        "\"create ",
        "\"with ",
        ".sql\")",
    ];
    none(&sources("worker/src", &[".rs"]), "SQL lives in worker/src/stores/d1 and in objects", |source, line| {
        let home = ["worker/src/stores/d1", "worker/src/objects/"].iter().any(|home| source.path.starts_with(home));
        if home { None } else { names(&line.to_lowercase(), &verbs) }
    });
}

#[test]
fn the_one_outbound_fetch_is_in_outbound() {
    none(&sources("worker/src", &[".rs"]), "outbound requests go through worker/src/outbound.rs", |source, line| {
        // What a stub fetches from is an object of our own.
        let own = source.path == "worker/src/outbound.rs" || line.contains("stub.fetch_with_request(");
        if own { None } else { names(line, &["Fetch::", "fetch_with_request("]) }
    });
}

/// The names that wrangler.toml gives its bindings.
fn bindings() -> Vec<String> {
    let config = fs::read_to_string(root().join("wrangler.toml")).unwrap();
    // A Durable Object calls it a name; no other name in the file is written in capitals.
    let capital = |name: &&str| name[1..].starts_with(|c: char| c.is_ascii_uppercase());
    let objects = config.lines().filter_map(|line| line.strip_prefix("name = ")).filter(capital);
    let named = config.lines().filter_map(|line| line.strip_prefix("binding = ")).chain(objects);
    named.map(str::to_owned).collect()
}

#[test]
fn binding_names_are_only_in_bindings() {
    let bindings = bindings();
    assert!(bindings.iter().any(|name| name == "\"DB\""), "wrangler.toml is not read: {bindings:?}");
    none(&sources("worker/src", &[".rs"]), "binding names live in worker/src/bindings.rs", |source, line| {
        let wrong = bindings.iter().find(|name| line.contains(name.as_str()))?;
        (source.path != "worker/src/bindings.rs").then(|| format!("names the binding {wrong}"))
    });
    let known = fs::read_to_string(root().join("worker/src/bindings.rs")).unwrap();
    for name in &bindings {
        assert!(known.contains(name.as_str()), "bindings.rs does not name {name} of wrangler.toml");
    }
}

#[test]
fn components_fetch_nothing() {
    none(&sources("frontend/src/components", &[".rs"]), "components draw what they are given", |_, line| {
        names(line, &["crate::api", "gloo_net", "LocalResource"])
    });
}

/// The folders that the map in ARCHITECTURE.md shows, as paths.
fn mapped() -> Vec<String> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let map = text.split("```").nth(1).expect("ARCHITECTURE.md has a map between fences");
    let mut top = String::new();
    let entries = map.lines().filter(|line| !line.trim().is_empty()).map(|line| {
        let name = line.split_whitespace().next().unwrap().trim_end_matches('/');
        if line.starts_with(' ') {
            return format!("{top}/{name}");
        }
        name.clone_into(&mut top);
        top.clone()
    });
    entries.collect()
}

fn folders(below: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(below)).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let names = folders.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let kept = names.filter(|name| !name.starts_with('.') && !BUILT.contains(&name.as_str()));
    kept.map(|name| if below.is_empty() { name } else { format!("{below}/{name}") }).collect()
}

#[test]
fn the_map_names_every_room_and_no_other() {
    let mapped = mapped();
    for path in &mapped {
        assert!(root().join(path).is_dir(), "ARCHITECTURE.md names {path}, which is not there");
    }
    let rooms = ["", "domain/src", "worker/src", "frontend/src", "tests"].into_iter().flat_map(folders);
    let missing: Vec<String> = rooms.filter(|room| !mapped.contains(room)).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md does not name {missing:?}");
}

#[test]
fn migrations_are_numbered_without_a_gap_and_their_tables_are_strict() {
    let migrations = sources("migrations", &[".sql"]);
    for (index, migration) in migrations.iter().enumerate() {
        let name = migration.path.trim_start_matches("migrations/");
        assert!(name.starts_with(&format!("{:04}_", index + 1)), "{name} is not number {}", index + 1);
        assert_eq!(name, name.to_lowercase());
        assert!(migration.text.starts_with("-- "), "{name} does not begin by saying what it is for");
        let (tables, strict) =
            (migration.text.matches("create table").count(), migration.text.matches(") strict").count());
        assert_eq!(tables, strict, "{name} has a table that is not strict");
    }
    assert!(!migrations.is_empty());
}

#[test]
fn the_schema_page_names_every_table() {
    let page = fs::read_to_string(root().join("docs/schema.md")).unwrap();
    let migrations = sources("migrations", &[".sql"]);
    let made = migrations.iter().flat_map(|migration| migration.text.lines());
    let made = made.filter_map(|line| line.strip_prefix("create table ")?.split([' ', '(']).next());
    let tables: std::collections::BTreeSet<&str> = made.collect();
    assert!(tables.contains("daily_bars"), "the migrations are not read: {tables:?}");
    let missing: Vec<&&str> = tables.iter().filter(|table| !page.contains(&format!("`{table}`"))).collect();
    assert!(missing.is_empty(), "docs/schema.md does not name {missing:?}");
}

#[test]
fn decisions_are_numbered_without_a_gap_and_twice_none() {
    let decisions = sources("docs/decisions", &[".md"]);
    assert!(!decisions.is_empty());
    for (index, decision) in decisions.iter().enumerate() {
        let (name, number) = (decision.path.trim_start_matches("docs/decisions/"), format!("{:04}", index + 1));
        assert!(name.starts_with(&format!("{number}-")), "{name} is not number {number}");
        assert!(decision.text.starts_with(&format!("# {number} · ")), "{name} is not headed \"# {number} · …\"");
    }
}

#[test]
fn the_documentations_index_names_every_page_and_a_page_every_picture() {
    let pages = sources("docs", &[".md"]);
    let index = pages.iter().find(|page| page.path == "docs/README.md").expect("docs/ has an index");
    let all: String = pages.iter().map(|page| page.text.as_str()).collect();
    let mut files = Vec::new();
    collect(&root().join("docs"), &mut files);
    let mut missing = Vec::new();
    for file in files {
        let path = file.strip_prefix(root().join("docs")).unwrap().to_string_lossy().into_owned();
        let named_in = if path.starts_with("images/") { &all } else { &index.text };
        if path != "README.md" && !named_in.contains(&format!("({path})")) {
            missing.push(path);
        }
    }
    assert!(missing.is_empty(), "nothing leads to {missing:?}");
}

#[test]
fn every_setting_is_documented() {
    let page = fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let config = fs::read_to_string(root().join("worker/src/config.rs")).unwrap();
    let code = config.split("#[cfg(test)]").next().unwrap();
    let quoted = code.split('"').skip(1).step_by(2);
    let is_name = |text: &&str| text.len() > 3 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let names: std::collections::BTreeSet<&str> = quoted.filter(is_name).collect();
    assert!(names.contains("AUTH_MODE"), "the settings are not read: {names:?}");
    let missing: Vec<&&str> = names.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/operations.md does not name {missing:?}");
}

#[test]
fn references_to_decisions_lead_to_one() {
    let mut wrong = Vec::new();
    // This file names the folder to look for it.
    let others = sources("", &[".md", ".rs", ".mjs", ".sql", ".toml"]).into_iter();
    for source in others.filter(|source| source.path != "domain/tests/tidy.rs") {
        for (index, line) in source.text.lines().enumerate() {
            for rest in line.split("decisions/0").skip(1) {
                let name: String =
                    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-._".contains(*c)).collect();
                let file = format!("docs/decisions/0{}", name.trim_end_matches('.'));
                if !root().join(&file).exists() {
                    wrong.push(format!("{}:{}: {file} is not there", source.path, index + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn recorded_answers_say_where_they_come_from() {
    let mut files = Vec::new();
    collect(&root().join("worker/src/providers"), &mut files);
    let folders: std::collections::BTreeSet<&Path> =
        files.iter().filter_map(|file| file.parent()).filter(|folder| folder.ends_with("test_data")).collect();
    for folder in folders {
        assert!(folder.join("metadata.json").exists(), "{} has no metadata.json", folder.display());
    }
}

#[test]
fn nothing_is_left_to_do_and_no_file_is_a_thousand_lines() {
    // Put together here, so that this file does not name them itself.
    let marks = [["to", "do!("], ["d", "bg!("], ["unimpl", "emented!("], ["TO", "DO"], ["FIX", "ME"], ["X", "XX:"]]
        .map(|parts| parts.concat());
    let kinds = [".rs", ".mjs", ".js", ".sql", ".sh", ".toml", ".md", ".css", ".html", ".py"];
    let all = sources("", &kinds);
    let mut found = Vec::new();
    for source in &all {
        let marked =
            source.text.lines().enumerate().filter(|(_, line)| marks.iter().any(|mark| line.contains(mark.as_str())));
        found.extend(marked.map(|(index, line)| format!("{}:{}: {}", source.path, index + 1, line.trim())));
        let lines = source.text.lines().count();
        if source.path.ends_with(".rs") && lines > 700 {
            found.push(format!("{}: {lines} lines", source.path));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_file_names_a_machine_it_was_written_on() {
    let kinds = [
        ".rs",
        ".mjs",
        ".js",
        ".sql",
        ".sh",
        ".toml",
        ".md",
        ".json",
        ".html",
        ".lock",
        ".npmrc",
        "Makefile",
        "Dockerfile",
        ".yaml",
    ];
    // Absolute paths of someone's disk, and the hosts from which dependencies may come.
    let paths = ["home", "Users", "root", "work"].map(|folder| format!("\u{20}/{folder}/"));
    let hosts = ["registry.npmjs.org", "github.com", "opencollective.com"];
    let mut found = Vec::new();
    for source in sources("", &kinds) {
        for (index, line) in source.text.lines().enumerate() {
            let quoted = format!(" {}", line.replace(['"', '\'', '`', '(', '='], " "));
            let path = paths.iter().any(|path| quoted.contains(path.as_str()));
            let lock = source.path == "package-lock.json" || source.path == "Cargo.lock";
            let foreign = lock
                && line.contains("://")
                && line.contains("resolved")
                && !hosts.iter().any(|host| line.contains(host));
            if path || foreign {
                found.push(format!("{}:{}: {}", source.path, index + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn system_tests_do_not_sleep_or_skip_silently() {
    let tests: Vec<Source> = sources("tests", &[".rs"]).into_iter().filter(Source::is_test).collect();
    none(&tests, "a test waits for what it needs, not for a time", |source, line| {
        // Polling with a deadline is waiting for something; it lives in the harness and where no event exists.
        // A kill comes at a time of chance; nothing announces it.
        let polls = source.text.contains("deadline") || source.path.starts_with("tests/faults/");
        names(line, &["#[ignore"]).or_else(|| if polls { None } else { names(line, &["thread::sleep"]) })
    });
}
