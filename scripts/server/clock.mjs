// Fires the cron expressions of wrangler.toml, as the platform does: in UTC, days of the week counted from Sunday = 1.
// An expression that is still being handled is not fired again; a tick asked for meanwhile follows at once afterwards.
import { Cron } from "croner";
import { config } from "./worker.mjs";

export const TICK = "* * * * *";

export class Clock {
  #miniflare;
  #running = new Map();
  #schedules = [];

  constructor(miniflare) {
    this.#miniflare = miniflare;
  }

  /** Starts firing on schedule. */
  start() {
    for (const cron of config.triggers.crons ?? []) {
      const options = { timezone: "UTC", alternativeWeekdays: true, mode: "5-part" };
      this.#schedules.push(new Cron(cron, options, () => { if (!this.#running.has(cron)) this.fire(cron).catch(report); }));
    }
  }

  stop() {
    for (const schedule of this.#schedules) schedule.stop();
  }

  /** Fires one expression at once, after the run of it that may be under way, and waits until it is handled. */
  fire(cron) {
    if (!(config.triggers.crons ?? []).includes(cron)) return Promise.reject(new Error(`no such cron expression: ${cron}`));
    const before = this.#running.get(cron) ?? Promise.resolve();
    const run = before.catch(() => {}).then(() => this.#scheduled(cron));
    this.#running.set(cron, run);
    return run.finally(() => { if (this.#running.get(cron) === run) this.#running.delete(cron); });
  }

  async #scheduled(cron) {
    const worker = await this.#miniflare.getWorker(config.name);
    const { outcome } = await worker.scheduled({ cron, scheduledTime: new Date() });
    if (outcome !== "ok") throw new Error(`cron "${cron}": ${outcome}`);
  }
}

export function report(error) {
  console.error(JSON.stringify({ level: "error", message: error.message }));
}
