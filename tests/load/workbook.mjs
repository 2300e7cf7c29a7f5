// The workbook of five years with every member of every session, rendered by the domain's own code built natively.
import path from "node:path";
import { root } from "../../scripts/server/settings.mjs";
import { SERVER_CORE, build, run } from "./machine.mjs";
import { decimals, whole } from "./table.mjs";

export async function measureWorkbook(table) {
  await build("cargo", "build", "--release", "--locked", "--quiet", "-p", "system-tests", "--features", "load", "--bin", "workbook");
  const program = path.join(process.env.CARGO_TARGET_DIR || path.join(root, "target"), "release/workbook");
  const { rows, seconds, bytes } = JSON.parse((await run(SERVER_CORE, program)).stdout);
  table.add(`workbook of ${whole("rows")(rows)}, native`, seconds, { show: decimals(2, "s"), how: `median of 5, ${whole("KB")(bytes / 1000)}` });
}
