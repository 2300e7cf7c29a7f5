// The table that the benchmarks print.

const HEADER = ["what", "target", "measured", "", "how"];

export class Table {
  #sections = new Map();
  #current;
  missed = false;

  /** Begins a part, or goes on with it; what is added from here on is of it. */
  section(part) {
    const now = Date.now();
    if (this.#current) this.#current.seconds += (now - this.#current.since) / 1000;
    if (!this.#sections.has(part)) this.#sections.set(part, { rows: [], charts: [], seconds: 0 });
    this.#current = this.#sections.get(part);
    this.#current.since = now;
    return this;
  }

  /**
   * Adds a number. `most` or `least` is its target; without either it is for information. `show` writes a number with its
   * unit, `how` says what it was measured from.
   */
  add(what, measured, { most, least, show = String, how = "" }) {
    const target = most !== undefined ? `≤ ${show(most)}` : least !== undefined ? `≥ ${show(least)}` : "";
    const met = Number.isFinite(measured) && (most === undefined || measured <= most) && (least === undefined || measured >= least);
    if (!met) this.missed = true;
    this.#row([what, target, show(measured), target === "" && met ? "info" : met ? "pass" : "FAIL", how]);
  }

  /** Adds a curve of [size, cost] in a unit, drawn in the document; `slope` is that of its logarithms. */
  chart(title, { unit, of, curve, slope }) {
    this.#current.charts.push({ title, unit, of, curve, slope });
  }

  /** Says which rows are not there, and why. */
  skip(what, reason) {
    this.#row([what, "", "", "skip", reason]);
  }

  /** Says what could not be measured, which is a miss. */
  fail(what, reason) {
    this.missed = true;
    this.#row([what, "", "", "FAIL", reason]);
  }

  #row(cells) {
    this.#current.rows.push(cells);
    console.log(`bench: ${cells.filter((cell) => cell !== "").join(" · ")}`);
  }

  /** Each part that has rows: its name, its table, its charts and how long it took. */
  parts() {
    this.section("");
    const measured = [...this.#sections].filter(([, { rows }]) => rows.length > 0);
    return measured.map(([name, { rows, charts, seconds }]) => ({ name, text: written(rows), charts, seconds, missed: rows.filter((row) => row[3] === "FAIL").length, targets: rows.filter((row) => row[3] === "pass").length }));
  }

  toString() {
    return this.parts().map(({ name, text, seconds }) => `${name}, ${Math.round(seconds)} s\n\n${text}`).join("\n\n");
  }
}

function written(rows) {
  const widths = HEADER.map((title, column) => Math.max(...[HEADER, ...rows].map((row) => row[column].length), 3));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return [line(HEADER), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.map(line)].join("\n");
}

/** Numbers with a fixed number of decimals and a unit. */
export const decimals = (digits, unit = "") => (number) => `${number.toFixed(digits)}${unit && ` ${unit}`}`;

/** Whole numbers in groups of three. */
export const whole = (unit = "") => (number) => `${Math.round(number).toLocaleString("en").replaceAll(",", " ")}${unit && ` ${unit}`}`;

/** A fraction as a percentage. */
export const percent = (number) => `${(number * 100).toFixed(1)} %`;

/** Bytes as MB of 2^20, as `wasm_memory_bytes` grows in pages of 2^16. */
export const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
