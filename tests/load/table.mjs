// The table that the benchmarks print.

const HEADER = ["what", "target", "measured", "", "how"];

export class Table {
  #rows = [];
  #charts = [];
  missed = false;

  /**
   * Adds a number. `most` or `least` is its target; without either it is for information. `show` writes a number with its
   * unit, `how` says what it was measured from.
   */
  add(what, measured, { most, least, show = String, how = "" }) {
    const target = most !== undefined ? `≤ ${show(most)}` : least !== undefined ? `≥ ${show(least)}` : "";
    const met = (most === undefined || measured <= most) && (least === undefined || measured >= least);
    if (!met) this.missed = true;
    this.#row([what, target, show(measured), target === "" ? "info" : met ? "pass" : "FAIL", how]);
  }

  /** Adds a curve of [size, cost], drawn in the document. */
  chart(title, unit, curve) {
    this.#charts.push({ title, unit, curve });
  }

  /** Says which rows are not there, and why. */
  skip(what, reason) {
    this.#row([what, "", "", "skip", reason]);
  }

  /** Says that a part could not be measured, which is a miss. */
  fail(what, reason) {
    this.missed = true;
    this.#row([what, "", "", "FAIL", reason]);
  }

  #row(cells) {
    this.#rows.push(cells);
    console.log(`bench: ${cells.filter((cell) => cell !== "").join(" · ")}`);
  }

  /** The charts as Mermaid draws them. */
  charts() {
    const one = ({ title, unit, curve }) => {
      const sizes = curve.map(([size]) => `"${whole()(size)}"`).join(", "), costs = curve.map(([, cost]) => Number(cost.toPrecision(4))).join(", ");
      return ["```mermaid", "xychart-beta", `  title "${title}"`, `  x-axis [${sizes}]`, `  y-axis "${unit}" 0 --> ${Number((1.1 * Math.max(...curve.map(([, cost]) => cost))).toPrecision(3))}`, `  bar [${costs}]`, "```"].join("\n");
    };
    return this.#charts.map(one).join("\n\n");
  }

  toString() {
    const widths = HEADER.map((title, column) => Math.max(...[HEADER, ...this.#rows].map((row) => row[column].length), 3));
    const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
    return [line(HEADER), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...this.#rows.map(line)].join("\n");
  }
}

/** Numbers with a fixed number of decimals and a unit. */
export const decimals = (digits, unit = "") => (number) => `${number.toFixed(digits)}${unit && ` ${unit}`}`;

/** Whole numbers in groups of three. */
export const whole = (unit = "") => (number) => `${Math.round(number).toLocaleString("en").replaceAll(",", " ")}${unit && ` ${unit}`}`;

/** A fraction as a percentage. */
export const percent = (number) => `${(number * 100).toFixed(1)} %`;

/** Bytes as MB of 2^20, as `wasm_memory_bytes` grows in pages of 2^16. */
export const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
