// The page object of `/`: what a person finds there, by the words they read.
export class OverviewPage {
  constructor(page) {
    this.page = page;
    this.loading = page.getByRole("status");
    this.alert = page.getByRole("alert");
    this.retry = page.getByRole("button", { name: "Try again" });
    this.synthetic = page.getByText("Synthetic: sample data");
    this.empty = page.getByRole("heading", { name: "No index yet" });
  }

  /** The value beside a name, as `figure("Level")`. */
  async figure(name) {
    const box = this.page.locator(".figure", { has: this.page.getByText(name, { exact: true }) });
    return (await box.locator("dd").textContent()).replaceAll(/\s/g, " ");
  }
}
