// Starts the app. `scripts/bundle-app.mjs` puts this beside what wasm-bindgen made.
import start from "./app.js";
import module from "./app_bg.wasm";

start({ module_or_path: module });
