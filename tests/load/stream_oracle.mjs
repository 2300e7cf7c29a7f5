// What a stream must answer, from the values that a client has sent: exactly, and quickly enough to check every answer.
//
// Its values are 65 000 + m/1024 with small whole m, so running sums of m and m² are exact, and so is the variance of any
// window as a fraction of whole numbers.

/** Values of m are whole and at most this far from 0: the sum of squares of 10^8 of them is below 2^53. */
const MOST = 4_096;
const LEVEL = 65_000, SCALE = 1_024;
/** Values of a run whose extremes are known. */
const RUN = 512;

export class Oracle {
  #m = [];
  #sums = [0];
  #squares = [0];
  #runs = [];

  get total() {
    return this.#m.length;
  }

  /** Values to send next. */
  next(count, random) {
    const values = [];
    for (let n = 0; n < count; n += 1) {
      const m = random(2 * MOST + 1) - MOST;
      this.#m.push(m);
      this.#sums.push(this.#sums.at(-1) + m);
      this.#squares.push(this.#squares.at(-1) + m * m);
      if (this.#m.length % RUN === 0) {
        const run = this.#m.slice(-RUN);
        this.#runs.push({ min: Math.min(...run), max: Math.max(...run) });
      }
      values.push(valueOf(m));
    }
    return values;
  }

  /** What is wrong with an answer for window k; null where nothing is. */
  fault(symbol, k, answer) {
    const total = this.total, window = 10 ** k, count = Math.min(window, total), start = total - count;
    const sum = this.#sums[total] - this.#sums[start], square = this.#squares[total] - this.#squares[start];
    const [min, max] = this.#extremes(start);
    const exact = { symbol, k, window, count, complete: count === window, min: valueOf(min), max: valueOf(max), last: valueOf(this.#m[total - 1]), total };
    for (const [field, right] of Object.entries(exact)) if (answer[field] !== right) return `${field} is ${answer[field]} and not ${right}`;
    const n = BigInt(count);
    const near = { avg: LEVEL + sum / count / SCALE, var: Number(n * BigInt(square) - BigInt(sum) ** 2n) / count / count / SCALE ** 2 };
    for (const [field, right] of Object.entries(near)) {
      if (!(Math.abs(answer[field] - right) <= 1e-9 * Math.abs(right))) return `${field} is ${answer[field]} and not ${right}`;
    }
    return null;
  }

  /** Smallest and largest from `start` on, each run looked at as a whole where it is not cut. */
  #extremes(start) {
    const m = this.#m, whole = Math.min(Math.ceil(start / RUN), this.#runs.length);
    let min = Infinity, max = -Infinity;
    const take = (low, high) => {
      if (low < min) min = low;
      if (high > max) max = high;
    };
    for (let at = start; at < Math.min(whole * RUN, m.length); at += 1) take(m[at], m[at]);
    for (let run = whole; run < this.#runs.length; run += 1) take(this.#runs[run].min, this.#runs[run].max);
    for (let at = Math.max(start, this.#runs.length * RUN); at < m.length; at += 1) take(m[at], m[at]);
    return [min, max];
  }
}

function valueOf(m) {
  return LEVEL + m / SCALE;
}

/** Whole numbers below a bound, the same ones in every run (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}
