// The streams page as a person uses it.
export class StreamsPage {
  constructor(page) {
    this.page = page;
    this.numbers = page.getByLabel("Numbers, oldest first");
    this.windows = page.getByRole("slider", { name: /^Ranges of the eight windows/ });
    this.table = page.locator("section.panel", { has: page.getByRole("heading", { name: "Statistics", exact: true }) });
  }

  figure(name) {
    return this.page.locator(".figure", { has: this.page.getByRole("button", { name, exact: true }) }).locator("dd > span");
  }

  /** The cells of a window's row, by its length. */
  async row(window) {
    return this.table.getByRole("row", { name: new RegExp(`^${window} `) }).getByRole("cell").allTextContents();
  }

  async paste(text) {
    await this.numbers.fill(text);
    await this.page.getByRole("button", { name: "Add them" }).click();
  }

  async drop(name, bytes) {
    await this.page.locator(".drop input").setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) });
  }
}
