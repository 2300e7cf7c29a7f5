// Puts the functions of a WebAssembly module into the order in which gzip packs them best; what they do stays the same to the last byte.
// gzip finds what repeats only within the last 32 KB, and a compiler writes functions that are nearly alike far apart: the same generic
// code for other types, asynchronous functions of one pattern. So the next function is always the one of which the largest part was
// seen within the last 30 KB. docs/decisions/0010-size-of-the-module.md says what that saves.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";

/** Bytes of the pieces that functions are compared by: shorter ones are everywhere, longer ones miss what differs in an index. */
const PIECE_BYTES = 6;
/** How far back gzip can point, less what a function itself takes. */
const WINDOW_BYTES = 30_000;
/** A piece that more functions have says nothing about which belong together. */
const COMMON = 300;
/** A tiny function is wholly covered by chance, so a few pieces more are asked of everyone. */
const DOUBT = 16;
const SECTION = { custom: 0, code: 10 };

const file = process.argv[2];
const bytes = readFileSync(file);
const { bodies, imported } = readFunctions(bytes);
const order = arrange(bodies);
const named = `${file}.named`;
try {
  // wasm-opt can sort by name, so every function is named by its place, and the names go again.
  writeFileSync(named, Buffer.concat([bytes, nameSection(order, imported)]));
  const run = spawnSync(process.env.WASM_OPT_BIN, ["--reorder-functions-by-name", "--optimize-stack-ir", "--strip-debug", "--strip-producers", named, "-o", file], { stdio: "inherit" });
  if (run.status !== 0) throw new Error(`wasm-opt failed: ${run.error ?? run.status}`);
} finally {
  rmSync(named, { force: true });
}

/** The bodies of a module's functions, and how many functions it imports: those come first where functions are counted. */
function readFunctions(module) {
  let at = 8;
  const bodies = [];
  const number = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = module[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < module.length) {
    const kind = module[at++], size = number(), end = at + size;
    if (kind === SECTION.code) {
      for (let left = number(); left > 0; left--) {
        const length = number();
        bodies.push(module.subarray(at, at + length));
        at += length;
      }
    }
    at = end;
  }
  const imported = WebAssembly.Module.imports(new WebAssembly.Module(module)).filter(({ kind }) => kind === "function").length;
  return { bodies, imported };
}

/** The places of the functions in their new order. */
function arrange(bodies) {
  const { pieces, holders } = cutIntoPieces(bodies);
  const seen = new Int32Array(holders.length), covered = new Int32Array(bodies.length);
  const rest = bodies.map((_, index) => index), order = [];
  let windowBytes = 0, oldest = 0, next = 0;
  while (rest.length > 0) {
    const [index] = rest.splice(next, 1);
    order.push(index);
    windowBytes += bodies[index].length;
    for (const piece of pieces[index]) if (seen[piece]++ === 0) for (const holder of holders[piece]) covered[holder]++;
    for (; windowBytes > WINDOW_BYTES && oldest < order.length - 1; oldest++) {
      windowBytes -= bodies[order[oldest]].length;
      for (const piece of pieces[order[oldest]]) if (--seen[piece] === 0) for (const holder of holders[piece]) covered[holder]--;
    }
    let best = -1;
    for (let at = 0; at < rest.length; at++) {
      const part = covered[rest[at]] / (pieces[rest[at]].length + DOUBT);
      if (part > best) [best, next] = [part, at];
    }
  }
  return order;
}

/** For every function the pieces it has, and for every piece the functions that have it; only pieces that a few functions share. */
function cutIntoPieces(bodies) {
  const numbers = new Map(), found = [];
  for (const [index, body] of bodies.entries()) {
    for (let at = 0; at + PIECE_BYTES <= body.length; at++) {
      const text = body.readUIntBE(at, PIECE_BYTES);
      let piece = numbers.get(text);
      if (piece === undefined) numbers.set(text, (piece = found.push([]) - 1));
      if (found[piece].at(-1) !== index) found[piece].push(index);
    }
  }
  const pieces = bodies.map(() => []), holders = found.filter((those) => those.length > 1 && those.length <= COMMON);
  for (const [piece, those] of holders.entries()) for (const index of those) pieces[index].push(piece);
  return { pieces, holders };
}

/** A section that names every function by its place in the order. */
function nameSection(order, imported) {
  const place = new Uint32Array(order.length);
  for (const [at, index] of order.entries()) place[index] = at;
  const names = Buffer.concat([...place].map((at, index) => Buffer.concat([leb(imported + index), text(String(at).padStart(8, "0"))])));
  const map = Buffer.concat([leb(order.length), names]);
  const content = Buffer.concat([text("name"), Buffer.from([1]), leb(map.length), map]);
  return Buffer.concat([Buffer.from([SECTION.custom]), leb(content.length), content]);
}

function leb(value) {
  const out = [];
  for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) + 128);
  return Buffer.from([...out, value]);
}

function text(value) {
  return Buffer.concat([leb(Buffer.byteLength(value)), Buffer.from(value)]);
}
