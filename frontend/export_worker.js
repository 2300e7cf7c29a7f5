// Runs in the Web Worker that makes workbooks. `scripts/bundle-app.mjs` puts this beside what wasm-bindgen made.
import start, { workbook } from "./export_worker.js";
import module from "./export_worker_bg.wasm";

const ready = start({ module_or_path: module });

self.onmessage = async ({ data }) => {
  try {
    await ready;
    const bytes = await workbook(data, (progress) => self.postMessage({ progress }));
    self.postMessage({ bytes }, [bytes.buffer]);
  } catch (failure) {
    self.postMessage({ failure: typeof failure === "string" ? failure : String(failure?.message ?? failure) });
  }
};
