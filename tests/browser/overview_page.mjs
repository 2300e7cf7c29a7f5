// The page object of `/`: what a person finds there, by the words they read.
export class OverviewPage {
  constructor(page) {
    this.page = page;
    this.loading = page.getByText("Loading…");
    this.alert = page.getByRole("alert");
    this.retry = page.getByRole("button", { name: "Try again" });
    this.synthetic = page.getByRole("banner").getByText("Synthetic: sample data");
    this.empty = page.getByRole("heading", { name: "No index yet" });
    this.chart = page.getByRole("slider", { name: /of top100/ });
  }

  /** The value beside a name, as `figure("Level")`. */
  async figure(name) {
    const box = this.page.locator(".figure", { has: this.page.getByRole("button", { name, exact: true }) });
    return box.locator("dd > span").textContent();
  }

  /** Waits until the value beside a name is this: the tiles follow the chart a frame later. */
  async shows(name, value) {
    const box = this.page.locator(".figure", { has: this.page.getByRole("button", { name, exact: true }) });
    await box.locator("dd > span").getByText(value, { exact: true }).waitFor();
  }
}
