// A program of another kind that ours is measured beside, on the same core.
import { spawn } from "node:child_process";
import { SERVER_CORE, cpuSecondsOf } from "./machine.mjs";
import { started } from "./started.mjs";

export class PeerProcess {
  #process;

  /** Starts a program and waits until its output matches `ready`; the first group of the match is its address, if it has one. */
  static async start(program, args, { env = {}, cwd, ready }) {
    const peer = new PeerProcess();
    peer.#process = spawn("taskset", ["-c", String(SERVER_CORE), program, ...args], { env: { ...process.env, ...env }, cwd, stdio: ["ignore", "pipe", "pipe"] });
    started.add(peer);
    peer.url = await peer.#says(ready);
    return peer;
  }

  #says(ready) {
    return new Promise((resolve, reject) => {
      let said = "";
      const read = (text) => {
        said += text;
        const found = ready.exec(said);
        if (found) resolve(found[1]);
      };
      for (const output of [this.#process.stdout, this.#process.stderr]) output.setEncoding("utf8").on("data", read);
      this.#process.on("error", reject).on("exit", (code) => reject(new Error(`the peer ended with ${code}:\n${said}`)));
    });
  }

  /** Seconds of CPU that it has used. */
  cpuSeconds() {
    return cpuSecondsOf(this.#process.pid);
  }

  async stop() {
    if (!started.delete(this) || this.#process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#process.on("exit", resolve));
    this.#process.kill();
    await ended;
  }
}
