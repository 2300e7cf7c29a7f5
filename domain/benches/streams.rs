//! How fast a stream is in memory: `cargo bench -p equipoise-domain --bench streams`.
//!
//! Appends 10^8 points in batches of 10 000, reads every window with the one block that it needs from memory, and rebuilds
//! the stream from its stored summaries.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and ends where it is wrong")]
#![expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]

use std::convert::Infallible;
use std::hint::black_box;
use std::time::Instant;

use domain::stream::{Exponent, Series, Summary, values_from_bytes, values_to_bytes};

const POINTS: usize = 100_000_000;
const BATCH: usize = 10_000;
const READS: usize = 2_000;

fn main() {
    let batch: Vec<f64> = (0..BATCH).map(|index| 65_000.0 + (index as f64 * 0.37).sin()).collect();
    let mut series = Series::default();
    let mut stored: Vec<[u8; Summary::BYTES]> = Vec::new();
    let started = Instant::now();
    for _ in 0..POINTS / BATCH {
        let appended = series.append(black_box(&batch)).unwrap();
        stored.extend(appended.blocks.iter().map(|block| block.summary.to_bytes()));
    }
    let rate = POINTS as f64 / started.elapsed().as_secs_f64() / 1e6;
    println!("append, batches of {BATCH}: {rate:.0} million values/s");

    let tail = series.tail().to_vec();
    let started = Instant::now();
    let summaries = stored.iter().map(|bytes| Summary::from_bytes(bytes).unwrap());
    series = Series::restored(0, summaries, &tail).unwrap();
    println!("rebuild of {POINTS} points: {:.2} ms", started.elapsed().as_secs_f64() * 1e3);

    // So that no window begins at the edge of a block, and the oldest one begins inside one.
    series.append(&[65_000.0; 77]).unwrap();
    let block = values_to_bytes(&batch[..domain::stream::BLOCK_VALUES]);
    for exponent in Exponent::all() {
        let started = Instant::now();
        let mut blocks_read = 0;
        for _ in 0..READS {
            let read = |_, skip: usize| {
                blocks_read += 1;
                Ok::<_, Infallible>(values_from_bytes(black_box(&block[skip * 8..])).unwrap())
            };
            let _ = black_box(series.window(black_box(exponent), read).unwrap());
        }
        let micros = started.elapsed().as_secs_f64() * 1e6 / READS as f64;
        let blocks = blocks_read / READS;
        println!("read k={} at {POINTS} points: {micros:.2} µs, {blocks} block read", exponent.k());
    }
}
