// The backtests page as a person uses it.
export class BacktestsPage {
  constructor(page) {
    this.page = page;
    this.payoff = page.getByRole("slider", { name: /^Profit by the price/ });
    this.runIt = page.getByRole("button", { name: /^Run (it|all)/ });
    this.trades = page.getByRole("region", { name: "Trades of the run" });
  }

  field(name) {
    return this.page.getByLabel(name, { exact: true });
  }

  /** Writes into a field as a person does, who then goes on to the next. */
  async write(name, text) {
    await this.field(name).fill(text);
    await this.page.keyboard.press("Tab");
  }

  figure(name) {
    return this.page.locator(".figure", { has: this.page.getByRole("button", { name, exact: true }) }).locator("dd > span");
  }

  /** The strategy that the address holds. */
  draft() {
    return JSON.parse(new URL(this.page.url()).searchParams.get("strategy"));
  }

  async download(section, entry) {
    await section.getByRole("button", { name: "Export", exact: true }).first().click();
    const [file] = await Promise.all([this.page.waitForEvent("download"), section.getByRole("button", { name: entry }).first().click()]);
    return file;
  }
}
