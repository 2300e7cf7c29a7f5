// A server as `make serve` starts it, on a core of its own.
import { spawn } from "node:child_process";
import { createReadStream, readFileSync, statSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { command } from "../../scripts/server/control.mjs";
import { root } from "../../scripts/server/settings.mjs";
import { SERVER_CORE, cpuSecondsOf } from "./machine.mjs";
import { started } from "./started.mjs";

export class Server {
  #process;
  #log = "";

  /** Starts a server on a state folder and waits until it listens. `vars` override settings of wrangler.toml; `peer` is another Worker. */
  static async start(state, vars = {}, peer = null) {
    const server = new Server();
    server.state = state;
    const env = { ...process.env, HOST: "127.0.0.1", PORT: "0", STATE: state, CRON: "0", UNTIL_EOF: "1", PEER: peer ?? "", VARS: Object.entries(vars).map(([name, value]) => `${name}=${value}`).join(" ") };
    const args = ["-c", String(SERVER_CORE), process.execPath, "--disable-warning=ExperimentalWarning", path.join(root, peer ? "tests/load/peers/serve.mjs" : "scripts/serve.mjs")];
    server.#process = spawn("taskset", args, { env, stdio: ["pipe", "pipe", "pipe"] });
    started.add(server);
    server.url = await server.#listening();
    return server;
  }

  #listening() {
    return new Promise((resolve, reject) => {
      const read = (text) => {
        this.#log += text;
        const url = /^listening on (\S+),/m.exec(this.#log);
        if (url) resolve(url[1]);
      };
      for (const output of [this.#process.stdout, this.#process.stderr]) output.setEncoding("utf8").on("data", read);
      this.#process.on("error", reject).on("exit", (code) => reject(new Error(`the server ended with ${code}:\n${this.#log}`)));
    });
  }

  /** Ends it once its databases are closed. */
  async stop() {
    if (!started.delete(this)) return;
    if (this.#process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#process.on("exit", resolve));
    this.#process.stdin.end();
    await ended;
  }

  /** The rows of one statement. */
  sql(sql, ...bind) {
    return command(this.state, "sql", { sql, bind });
  }

  /** A request; anything but the expected status is an error with the answer's own words. */
  async ask(target, { expect = 200, ...request } = {}) {
    const response = await fetch(this.url + target, request);
    const body = Buffer.from(await response.arrayBuffer());
    if (response.status !== expect) throw new Error(`${target} answered ${response.status}: ${body.subarray(0, 500)}`);
    return { headers: response.headers, body, json: () => JSON.parse(body) };
  }

  /** A request with a JSON body. */
  post(target, body) {
    return this.ask(target, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  }

  /** Seconds of CPU that workerd has used, in all its threads. Beside a wall time it tells a busy machine from slow work. */
  cpuSeconds() {
    return cpuSecondsOf(readFileSync(path.join(this.state, "workerd.pid"), "utf8").trim());
  }

  /** Streams a file from the disk to `POST /imports`; returns the answer, the seconds from the first byte to it, and those of CPU. */
  async send(kind, file) {
    const headers = { "content-type": "text/csv", "content-length": statSync(file).size };
    if (file.endsWith(".gz")) headers["content-encoding"] = "gzip";
    const began = performance.now(), cpuBefore = this.cpuSeconds();
    const { status, text } = await new Promise((resolve, reject) => {
      const upload = http.request(`${this.url}/imports?kind=${kind}`, { method: "POST", headers }, async (response) => {
        let text = "";
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode, text });
      });
      createReadStream(file).on("error", reject).pipe(upload.on("error", reject));
    });
    const seconds = (performance.now() - began) / 1000;
    if (status !== 201) throw new Error(`the import of ${kind} answered ${status}: ${text}`);
    return { ...JSON.parse(text), seconds, cpuSeconds: this.cpuSeconds() - cpuBefore };
  }

  /** One number of `/metrics`. */
  async metric(name) {
    const text = (await this.ask("/metrics")).body.toString();
    const line = text.split("\n").find((line) => line.startsWith(`${name} `));
    if (!line) throw new Error(`/metrics has no ${name}`);
    return Number(line.slice(name.length + 1));
  }
}
