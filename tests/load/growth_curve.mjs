// A curve of cost over size with its slope on doubly logarithmic paper: 1 for "twice as much takes twice as long".
import { decimals, whole } from "./table.mjs";

/** Adds a curve of [size, cost] to the table and the charts; `of` is what the sizes count. */
export function addCurve(table, what, { of, unit, curve, show, most }) {
  const steep = slope(curve);
  table.chart(what, { unit, of, curve, slope: steep });
  const points = curve.map(([size, cost]) => `${whole()(size)}: ${show(cost)}`).join(", ");
  table.add(`${what}, by ${of}: slope`, steep, { most, show: decimals(2), how: points });
}

/** The least-squares slope of log cost over log size. */
function slope(curve) {
  const logs = curve.map((point) => point.map(Math.log));
  const mean = (place) => logs.reduce((sum, log) => sum + log[place], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const sum = (of) => logs.reduce((total, log) => total + of(log), 0);
  return sum(([a, b]) => (a - x) * (b - y)) / sum(([a]) => (a - x) ** 2);
}
