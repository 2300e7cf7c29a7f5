// A curve of cost over size as an SVG file: both axes logarithmic, so that its slope is the power by which cost grows.
const WIDTH = 440, HEIGHT = 280;
const LEFT = 62, RIGHT = 28, TOP = 44, BOTTOM = 44;
const INK = "#1f2933", FAINT = "#d9dee4", LINE = "#0b6e99", QUIET = "#5b6773";

/** Draws `curve`, pairs of size and cost, above an axis named `of`; the unit of cost is in the title. */
export function draw(title, { unit, of, curve, slope }) {
  // A label above the largest cost needs room.
  const sizes = decades(curve.map(([size]) => size)), costs = decades([...curve.map(([, cost]) => cost), 1.3 * Math.max(...curve.map(([, cost]) => cost))]);
  const x = (size) => LEFT + (log(size) - sizes.from) / (sizes.to - sizes.from) * (WIDTH - LEFT - RIGHT);
  const y = (cost) => HEIGHT - BOTTOM - (log(cost) - costs.from) / (costs.to - costs.from) * (HEIGHT - TOP - BOTTOM);
  const points = curve.map(([size, cost]) => [round(x(size)), round(y(cost))]);
  const shapes = [
    `<rect width="${WIDTH}" height="${HEIGHT}" rx="6" fill="#ffffff"/>`,
    text(LEFT - 46, 22, `${title} (${unit})`, { size: 14, weight: 600 }),
    text(WIDTH - RIGHT, 22, `slope ${slope.toFixed(2)}`, { anchor: "end", color: LINE, weight: 600 }),
    ...ticks(costs).flatMap((cost) => [line(LEFT, y(cost), WIDTH - RIGHT, y(cost)), text(LEFT - 8, y(cost) + 4, short(cost), { anchor: "end", color: QUIET })]),
    ...ticks(sizes).flatMap((size) => [line(x(size), TOP, x(size), HEIGHT - BOTTOM), text(x(size), HEIGHT - BOTTOM + 16, short(size), { anchor: "middle", color: QUIET })]),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, of, { anchor: "middle", color: QUIET }),
    `<polyline points="${points.map((point) => point.join(",")).join(" ")}" fill="none" stroke="${LINE}" stroke-width="2.5" stroke-linejoin="round"/>`,
    ...points.flatMap(([left, top], n) => [
      `<circle cx="${left}" cy="${top}" r="4" fill="${LINE}"/>`,
      // To the left, where a rising line does not cross it; the first one would leave the picture there.
      text(n === 0 ? left + 2 : left + 5, top - 10, short(curve[n][1]), { anchor: n === 0 ? "start" : "end" }),
    ]),
  ];
  const said = `${title}: ${curve.map(([size, cost]) => `${short(cost)} ${unit} at ${short(size)}`).join(", ")}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escaped(said)}" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="12">\n${shapes.join("\n")}\n</svg>\n`;
}

const log = Math.log10;
const round = (number) => Math.round(number * 10) / 10;
const escaped = (words) => words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** The whole decades around numbers. */
function decades(numbers) {
  const from = Math.floor(log(Math.min(...numbers)) + 1e-9), to = Math.ceil(log(Math.max(...numbers)) - 1e-9);
  return { from, to: Math.max(to, from + 1) };
}

/** Each decade, and within a single one the steps 1, 2 and 5. */
function ticks({ from, to }) {
  const all = Array.from({ length: to - from + 1 }, (_, n) => 10 ** (from + n));
  return to - from > 1 ? all : all.flatMap((decade, n) => (n === all.length - 1 ? [decade] : [decade, 2 * decade, 5 * decade]));
}

/** A number in three digits, with the prefixes of the metric system for large ones. */
function short(number) {
  if (number >= 1e9) return `${Number((number / 1e9).toPrecision(3))} G`;
  if (number >= 1e6) return `${Number((number / 1e6).toPrecision(3))} M`;
  if (number >= 1e4) return `${Number((number / 1e3).toPrecision(3))} k`;
  return String(Number(number.toPrecision(3)));
}

function line(x1, y1, x2, y2) {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${FAINT}"/>`;
}

function text(x, y, words, { anchor = "start", color = INK, size = 12, weight = 400 } = {}) {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${color}" font-size="${size}" font-weight="${weight}">${escaped(words)}</text>`;
}
