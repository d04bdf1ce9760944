// What every test works with: the daemon, and panels that are opened on an edit and watched.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Page, test as base, expect } from "@playwright/test";
import { Daemon, REPOSITORY } from "./daemon";

export { expect };

interface Panel {
  page: Page;
  /** Everything in the console that is a complaint. */
  complaints: string[];
}

export const test = base.extend<{ panel: (edit?: string, size?: { width: number; height: number }) => Promise<Page> }, { daemon: Daemon }>({
  daemon: [
    async ({}, use) => {
      const daemon = await Daemon.prepare();
      await daemon.start();
      await use(daemon);
      await daemon.end();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  panel: async ({ browser, daemon }, use) => {
    const panels: Panel[] = [];
    await use(async (edit, size) => {
      const context = await browser.newContext(size ? { viewport: size } : {}); // axe wants a context of its own
      const page = await context.newPage();
      const panel: Panel = { page, complaints: [] };
      panels.push(panel);
      watch(panel, daemon);
      await page.goto(daemon.address(edit ? { edit } : {}));
      if (edit) await expect(page.locator(".shot-row, #brief").first()).toBeVisible({ timeout: 120_000 });
      return page;
    });
    for (const { page } of panels) await page.context().close();
    expect(panels.flatMap((panel) => panel.complaints)).toEqual([]);
  },
});

/** No error in the page, and no address but the daemon's own. */
function watch({ page, complaints }: Panel, daemon: Daemon): void {
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "data:" && protocol !== "blob:" && origin !== daemon.origin) complaints.push(`went to ${request.url()}`);
  });
}

export function edit(daemon: Daemon): string {
  return join(daemon.folder, "rush_hour.otio");
}

/** The first scored timeline of the example. The first test makes it; alone, a test has it made. */
export async function scored(daemon: Daemon): Promise<string> {
  const path = join(daemon.folder, "rush_hour_v01.otio");
  if (!existsSync(path)) await daemon.score(edit(daemon));
  return path;
}

/** Wait until the thumbnails and the waveform are drawn. */
export async function drawn(page: Page): Promise<void> {
  if (await page.locator(".wave").count()) await expect(page.locator(".wave canvas").first()).toBeAttached({ timeout: 60_000 });
  await expect(page.locator(".stage img")).toBeAttached({ timeout: 60_000 });
  await page.waitForTimeout(400);
}

/** Pictures for the README. JPEG, because they hold film; each stays under 300 KB. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.VEM_PANEL_PICTURES ?? join(REPOSITORY, "docs");
  mkdirSync(folder, { recursive: true });
  await drawn(page);
  await page.screenshot({ path: join(folder, `${name}.jpg`), type: "jpeg", quality: 84 });
}
