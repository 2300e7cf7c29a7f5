//! Stream statistics against exact integer arithmetic, under random interleavings of batches and reads.
//!
//! Every double is a whole number of some 2^-e, so with everything scaled by 2^e the sums Σx and Σx² are whole numbers, and
//! n²·var = n·Σx² − (Σx)² is one too: the truth is known without any rounding.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]
#![expect(clippy::float_cmp, reason = "these values are promised to the bit")]

use std::collections::VecDeque;
use std::convert::Infallible;

use domain::stream::{BLOCK_VALUES, Exponent, Series, Window};
use num_bigint::BigInt;

/// A small generator with good bits (splitmix64).
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound
    }

    /// From −1 to 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// The value as a whole number of 2^-scale.
fn scaled(value: f64, scale: u32) -> BigInt {
    let bits = value.to_bits();
    let (exponent, fraction) = ((bits >> 52) & 0x7ff, bits & ((1 << 52) - 1));
    let mantissa = if exponent == 0 { fraction } else { fraction | (1 << 52) };
    // value = mantissa · 2^(exponent − 1075), and denormals as with exponent 1.
    let shift = i64::from(scale) + i64::try_from(exponent.max(1)).unwrap() - 1_075;
    let magnitude = if shift >= 0 {
        BigInt::from(mantissa) << shift
    } else {
        assert!(mantissa == 0 || i64::from(mantissa.trailing_zeros()) >= -shift, "{value:e} is finer than 2^-{scale}");
        BigInt::from(mantissa) >> -shift
    };
    if value.is_sign_negative() { -magnitude } else { magnitude }
}

/// The stream, its storage, and every point with exact running sums.
struct Trial {
    series: Series,
    blocks: VecDeque<(u64, Vec<f64>)>,
    scale: u32,
    points: Vec<f64>,
    sums: Vec<BigInt>,
    squares: Vec<BigInt>,
    /// Smallest and largest of every run of `RUN` points.
    runs: Vec<(f64, f64)>,
    reads: u32,
}

const RUN: usize = 512;

impl Trial {
    fn new(retained: u64, scale: u32) -> Self {
        let zero = vec![BigInt::ZERO];
        Self {
            series: Series::retaining(retained),
            blocks: VecDeque::new(),
            scale,
            points: Vec::new(),
            sums: zero.clone(),
            squares: zero,
            runs: Vec::new(),
            reads: 0,
        }
    }

    fn append(&mut self, batch: &[f64]) {
        let appended = self.series.append(batch).unwrap();
        self.blocks.extend(appended.blocks.into_iter().map(|block| (block.number, block.values)));
        while self.blocks.front().is_some_and(|(number, _)| *number < appended.first_block) {
            self.blocks.pop_front();
        }
        for value in batch {
            let exact = scaled(*value, self.scale);
            self.squares.push(self.squares.last().unwrap() + &exact * &exact);
            self.sums.push(self.sums.last().unwrap() + exact);
            if self.points.len().is_multiple_of(RUN) {
                self.runs.push((*value, *value));
            }
            let (min, max) = self.runs.last_mut().unwrap();
            (*min, *max) = (min.min(*value), max.max(*value));
            self.points.push(*value);
        }
        assert_eq!(self.series.total(), self.points.len() as u64);
    }

    /// The smallest and the largest of the last `count` points, each looked at where its run is cut.
    fn extremes(&self, count: usize) -> (f64, f64) {
        let start = self.points.len() - count;
        let whole = start.div_ceil(RUN).min(self.runs.len());
        let cut = self.points[start..self.points.len().min(whole * RUN)].iter().map(|value| (*value, *value));
        let all = cut.chain(self.runs[whole..].iter().copied());
        all.reduce(|(a, b), (min, max)| (a.min(min), b.max(max))).unwrap()
    }

    fn window(&self, exponent: Exponent) -> Window {
        let read = |number: u64, skip: usize| {
            let (_, values) = self.blocks.iter().find(|(held, _)| *held == number).expect("a block that is held");
            assert_eq!(values.len(), BLOCK_VALUES);
            Ok::<_, Infallible>(values[skip..].to_vec())
        };
        self.series.window(exponent, read).unwrap().unwrap()
    }

    fn check(&mut self, exponent: Exponent) {
        self.reads += 1;
        let window = self.window(exponent);
        let total = self.points.len();
        let count = usize::try_from(exponent.points()).unwrap().min(total);
        let held = &self.points[total - count..];
        assert_eq!((window.total, window.summary.count()), (total as u64, count as u64));
        assert_eq!((window.summary.min(), window.summary.max()), self.extremes(count));
        assert_eq!((window.summary.first(), window.summary.last()), (held[0], held[count - 1]));
        self.check_variance(&window, total, count);
    }

    /// |n²·var − (n·Σx² − (Σx)²)| ≤ 10⁻⁹ of it, plus two of the smallest doubles, in which a variance that small is counted.
    fn check_variance(&self, window: &Window, total: usize, count: usize) {
        let sum = &self.sums[total] - &self.sums[total - count];
        let square = &self.squares[total] - &self.squares[total - count];
        let n = BigInt::from(count);
        let exact = &n * &square - &sum * &sum;
        let variance = window.summary.population_variance().expect("not beyond the doubles");
        assert!(variance >= 0.0);
        // The variance is a double and so a whole number of 2^-1074; the sums of squares are whole numbers of 2^-2·scale.
        let fine = 1_074_u32.max(2 * self.scale);
        let got = (scaled(variance, 1_074) << (fine - 1_074)) * &n * &n;
        let exact = exact << (fine - 2 * self.scale);
        let slack: BigInt = (BigInt::from(2) << (fine - 1_074)) * &n * &n;
        let apart: BigInt = got - &exact;
        let allowed: BigInt = &exact / BigInt::from(1_000_000_000) + slack;
        assert!(apart.magnitude() <= allowed.magnitude(), "variance {variance:e} of {count} of {total} points");
        if exact == BigInt::ZERO {
            assert_eq!(variance, 0.0, "the variance of constants is exactly 0");
            assert_eq!(window.summary.mean(), window.summary.min());
        }
        // The mean times n is Σx up to a few units in the last place of the largest value.
        let mean = scaled(window.summary.mean(), 1_074) * &n;
        let off: BigInt = mean - (sum << (1_074 - self.scale));
        let largest = window.summary.max().abs().max(window.summary.min().abs());
        let unit: BigInt = (scaled(largest, 1_074) * &n) >> 51;
        let allowed: BigInt = unit + &n;
        assert!(off.magnitude() <= allowed.magnitude(), "mean {:e}", window.summary.mean());
    }
}

/// Batches of 0 to 10 000 with every size class equally likely, reads of every k in between, up to `operations` of both.
fn interleave(seed: u64, operations: u32, retained: u64, scale: u32, mut next: impl FnMut(&mut Random, u64) -> f64) {
    let mut random = Random(seed);
    let mut trial = Trial::new(retained, scale);
    let largest = Exponent::all().take_while(|exponent| exponent.points() <= retained).count() as u64;
    let mut done = 0;
    while done < operations {
        let most = [1, 1, 2, 5, 30][usize::try_from(random.below(5)).unwrap()];
        // Now and then a batch as large as they come, or exactly up to the next block edge and one before and after it.
        let size = match random.below(600) {
            0 => 10_000,
            1..4 => {
                let to_edge = BLOCK_VALUES as u64 - trial.points.len() as u64 % BLOCK_VALUES as u64;
                (to_edge + random.below(3)).saturating_sub(1)
            }
            _ => random.below(most + 1),
        };
        let start = trial.points.len() as u64;
        let batch: Vec<f64> = (0..size).map(|offset| next(&mut random, start + offset)).collect();
        trial.append(&batch);
        done += 1;
        for _ in 0..=random.below(3) {
            if !trial.points.is_empty() {
                let k = u8::try_from(1 + random.below(largest)).unwrap();
                trial.check(Exponent::new(k).unwrap());
                done += 1;
            }
        }
    }
    assert!(trial.reads > operations / 8 * 5, "{} reads", trial.reads);
    assert!(trial.points.len() > 10 * BLOCK_VALUES, "{} points", trial.points.len());
}

const ALL: u64 = domain::stream::RETAINED_POINTS;
/// Ten trials of so many: more than 100 000 reads.
const OPERATIONS: u32 = 16_000;

#[test]
fn prices_a_hair_apart_around_a_large_level() {
    interleave(1, OPERATIONS, ALL, 60, |random, _| 65_000.0 + 1e-4 * random.unit());
}

#[test]
fn spreads_of_one_at_an_offset_of_a_billion() {
    interleave(2, OPERATIONS, ALL, 60, |random, _| 1e9 + random.unit());
}

#[test]
fn a_walk_at_an_offset_of_a_billion_standard_deviations() {
    let mut level = 0.0;
    interleave(3, OPERATIONS, ALL, 80, move |random, _| {
        level += random.unit() * 1e-3;
        // Whole numbers of 2^-22, as doubles near 10^9 are anyway.
        1e9 + (level * 4_194_304.0).round() / 4_194_304.0
    });
}

#[test]
fn long_runs_of_constants() {
    interleave(4, OPERATIONS, ALL, 60, |_, point| if (point / 25_000) % 2 == 0 { 0.1 } else { 65_432.1 });
}

#[test]
fn alternating_signs_with_growing_size() {
    #[expect(clippy::cast_precision_loss, reason = "small")]
    interleave(
        5,
        OPERATIONS,
        ALL,
        60,
        |_, point| if point % 2 == 0 { -1e6 - point as f64 } else { 1e6 + point as f64 },
    );
}

#[test]
fn denormals_and_values_whose_squares_are_denormal() {
    interleave(6, OPERATIONS, ALL, 1_074, |random, point| match (point / 9_000) % 3 {
        0 => f64::from_bits(random.below(1_000)),
        1 => random.unit() * 1e-158,
        _ => -f64::MIN_POSITIVE * random.unit(),
    });
}

#[test]
fn many_sizes_at_once() {
    interleave(7, OPERATIONS, ALL, 200, |random, _| {
        random.unit() * [1e-30, 1e-3, 1.0, 1e3, 1e12][usize::try_from(random.below(5)).unwrap()]
    });
}

#[test]
fn a_level_that_jumps_by_nine_orders_of_magnitude() {
    interleave(8, OPERATIONS, ALL, 100, |random, point| {
        random.unit() + if (point / 20_000) % 2 == 0 { 0.0 } else { 1e9 }
    });
}

#[test]
fn streams_that_drop_their_oldest_blocks() {
    for (seed, retained) in [(9, 10_000), (10, 100_000)] {
        interleave(seed, OPERATIONS, retained, 60, |random, _| 65_000.0 + random.unit());
    }
}

#[test]
fn a_stream_restored_from_its_storage_answers_the_same() {
    let mut random = Random(11);
    let mut trial = Trial::new(100_000, 60);
    for _ in 0..60 {
        let batch: Vec<f64> = (0..random.below(10_001)).map(|_| 100.0 + random.unit()).collect();
        trial.append(&batch);
        let summaries = trial.blocks.iter().map(|(_, values)| {
            let stored = domain::stream::Summary::of(values).unwrap().to_bytes();
            domain::stream::Summary::from_bytes(&stored).unwrap()
        });
        let first = trial.blocks.front().map_or(0, |(number, _)| *number);
        let restored = Series::restored(first, summaries.collect::<Vec<_>>(), trial.series.tail()).unwrap();
        assert_eq!((restored.total(), restored.first_point()), (trial.series.total(), trial.series.first_point()));
        for exponent in Exponent::all().take(5) {
            let before = trial.window(exponent);
            let series = std::mem::replace(&mut trial.series, restored.clone());
            assert_eq!(trial.window(exponent), before);
            trial.series = series;
        }
    }
}
