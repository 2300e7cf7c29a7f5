//! A disk that is full: what does not fit is refused and half of it is nowhere; with room again everything goes on.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use system_tests::{Options, Server, sessions_between, small_bars, small_shares};

/// A disk in memory of a size; unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where this user may not mount.
    fn mount(size: &str) -> Option<Self> {
        let folder = std::env::temp_dir().join(format!("equipoise-disk-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let options = format!("size={size}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&folder).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }

    /// Fills what is left of it.
    fn fill(&self) -> PathBuf {
        let filler = self.0.join("filler");
        let mut file = fs::File::create(&filler).unwrap();
        let chunk = vec![7_u8; 1 << 16];
        while file.write_all(&chunk).is_ok() {}
        filler
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
        let _ = fs::remove_dir(&self.0);
    }
}

fn bring(server: &Server, file: &str) -> u16 {
    let request = server.request("POST", "/imports?kind=daily_bars").header("content-type", "text/csv");
    request.body(file.to_owned()).try_send().map_or(0, |reply| reply.status)
}

fn closes(server: &Server) -> String {
    server.get("/exports?kind=daily_bars").expect(200).text()
}

fn is_whole(state: &Path) {
    let log = fs::read_to_string(state.join("server.log")).unwrap_or_default();
    assert!(!log.contains("malformed"), "a database is damaged: {log}");
}

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let Some(disk) = SmallDisk::mount("48m") else {
        println!("not run: this user may not mount a disk");
        return;
    };
    let state = disk.0.join("state");
    let mut server = Server::start(Options { state: Some(state.clone()), ..Options::default() });
    server.import("shares", small_shares(100));
    let (first, second) = (sessions_between("2024-01-02", "2024-06-28"), sessions_between("2024-07-01", "2026-06-30"));
    let (kept, more) = (small_bars(&first, 100), small_bars(&second, 100));
    assert_eq!(bring(&server, &kept), 201);
    let before = closes(&server);
    let filler = disk.fill();
    let refused = bring(&server, &more);
    assert!(refused == 0 || refused >= 500, "an import beyond the disk answered {refused}");
    // As many points as fit somewhere, and then some: those that were acknowledged are there for ever.
    let batch = format!("{{\"symbol\":\"D\",\"values\":[{}]}}", vec!["1.5"; 10_000].join(","));
    let mut acknowledged = 0;
    for _ in 0..20 {
        let points = server.request("POST", "/add_batch").header("content-type", "application/json");
        match points.body(batch.clone()).try_send().map(|reply| reply.status) {
            Ok(200) => acknowledged += 10_000,
            Ok(status) => assert!(status >= 500, "points beyond the disk were answered {status}"),
            Err(_) => break,
        }
    }
    // What was there is there, while it is full and after a start on the full disk.
    fs::remove_file(&filler).unwrap();
    server.kill();
    server.restart();
    assert_eq!(closes(&server), before, "what was stored before has changed");
    let stream = server.get("/stats?symbol=D&k=8");
    let total = if stream.status == 404 { 0 } else { stream.expect(200).json()["total"].as_u64().unwrap() };
    assert!(total >= acknowledged && total <= 200_000, "{total} points of {acknowledged} acknowledged ones");
    let again = bring(&server, &more);
    assert_eq!(again, 201, "{}", server.log());
    assert_eq!(closes(&server).lines().count(), before.lines().count() + more.lines().count() - 1);
    is_whole(&state);
    server.kill();
}
