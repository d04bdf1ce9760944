// The panel as Premiere's webview shows it: 320 px wide, `window.uxpHost` beside it, and behind that the plug-in's own
// bridge and host over the double of Premiere, in a process of their own. The daemon is real.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Browser, Page } from "@playwright/test";
import { type Daemon, REPOSITORY } from "./daemon";
import { expect, picture, test } from "./studio";

const PREMIERE = join(REPOSITORY, "adapters/premiere");
const PLUGIN_ID = "com.github.vem-plugin.premiere";

interface Seen {
  layout: { kind: string; track: string; name: string; start: string; end: string }[];
  markers: { name: string; frame: number; red: boolean }[];
}

/** The plug-in's side of the bridge; messages to the page go to `hear`. */
class Premiere {
  private looked: ((seen: Seen) => void) | null = null;

  private constructor(
    private readonly process: ChildProcess,
    private readonly origin: string,
    hear: (message: unknown) => void,
  ) {
    createInterface({ input: process.stdout! }).on("line", (line) => {
      const told = JSON.parse(line);
      if ("layout" in told) this.looked?.(told);
      else hear(told);
    });
  }

  static start(daemon: Daemon, hear: (message: unknown) => void): Premiere {
    const film = join(daemon.folder, "rush_hour.otio");
    const script = ["scripts/run.mjs", "tests/bridge_process.ts", daemon.folder, film, "4", daemon.origin];
    const child = spawn(process.execPath, script, { cwd: PREMIERE, stdio: ["pipe", "pipe", "inherit"] });
    return new Premiere(child, daemon.origin, hear);
  }

  say(data: unknown, origin = this.origin): void {
    this.process.stdin!.write(`${JSON.stringify({ origin, data })}\n`);
  }

  look(): Promise<Seen> {
    return new Promise((done) => {
      this.looked = done;
      this.process.stdin!.write('{"look": true}\n');
    });
  }

  /** The editor selects a clip on the picture track. */
  choose(clip: number): void {
    this.process.stdin!.write(`${JSON.stringify({ choose: clip })}\n`);
  }

  async end(): Promise<void> {
    const gone = once(this.process, "exit");
    this.process.stdin!.end();
    await gone;
  }
}

/** What UXP puts beside a page: `uxpHost.postMessage` out, and message events whose source is `uxpHost` in. */
async function asInWebview(page: Page, toHost: (message: unknown) => void): Promise<void> {
  await page.exposeFunction("toHost", toHost);
  await page.addInitScript((id) => {
    const uxpHost = { postMessage: (message: unknown) => (window as any).toHost(message) };
    Object.assign(window, {
      uxpHost,
      fromHost(data: unknown) {
        const event = new MessageEvent("message", { data, origin: id });
        Object.defineProperty(event, "source", { value: uxpHost });
        window.dispatchEvent(event);
      },
    });
  }, PLUGIN_ID);
}

/** A panel as the webview shows it, on the address that the plug-in gives it. */
async function webview(browser: Browser, daemon: Daemon): Promise<{ page: Page; premiere: Premiere }> {
  const page = await browser.newPage({ viewport: { width: 320, height: 800 } });
  const hear = (message: unknown) => void page.evaluate((data) => (window as any).fromHost(data), message);
  const premiere = Premiere.start(daemon, hear);
  await asInWebview(page, (message) => premiere.say(message));
  await page.goto(`${daemon.address()}&host=premiere`);
  await page.getByRole("button", { name: "Use the open sequence" }).click();
  await expect(page.getByRole("heading", { name: "Rush hour" })).toBeVisible({ timeout: 120_000 });
  return { page, premiere };
}

test.skip(!existsSync(join(PREMIERE, "node_modules")), "run `npm ci` in adapters/premiere");

test("in Premiere: the open sequence is opened, and what is chosen there is chosen here", async ({ browser, daemon }) => {
  const { page, premiere } = await webview(browser, daemon);
  await expect(page.getByText("4 shots, no music yet")).toBeVisible();
  await page.getByRole("tab", { name: "Shots" }).click();
  premiere.choose(2);
  await expect(page.getByRole("option", { name: /Cars circle/ })).toHaveAttribute("aria-selected", "true");
  const answer = await page.evaluate(
    () =>
      new Promise((done) => {
        window.addEventListener("message", (event) => event.data.id === "w" && done(event.data));
        (window as any).uxpHost.postMessage({ vem: "where", id: "w" });
      }),
  );
  expect(answer).toMatchObject({ vem: "where", playhead: 0, shot: { start: 9.04, end: 10.96 } });
  await premiere.end();
  await page.close();
});

test("in Premiere: the open sequence is scored, and the music lies in it", async ({ browser, daemon }) => {
  const { page, premiere } = await webview(browser, daemon);
  const before = await premiere.look();
  await page.getByLabel("What should the music be?").fill("warm, hopeful");
  await page.getByRole("button", { name: "Score this edit" }).click();
  await page.getByRole("button", { name: "Place in sequence" }).click({ timeout: 0 }); // as long as the test may take
  await expect(page.getByText("The music is in the sequence.")).toBeVisible();
  await picture(page, "panel_premiere");

  const after = await premiere.look();
  const music = after.layout.filter((clip) => clip.track === "VEM Music");
  expect(music).toHaveLength(1);
  expect(music[0]!.name).toMatch(/ · [0-9a-f]{4}$/);
  expect(music[0]!.start).toBe("0");
  expect(after.layout.filter((clip) => clip.track !== "VEM Music")).toEqual(before.layout);
  expect(after.markers.length).toBeGreaterThan(3);
  expect(after.markers.every((marker) => / · [0-9a-f]{4}$/.test(marker.name))).toBe(true);

  premiere.say({ vem: "unmark" }, "https://elsewhere.example");
  expect((await premiere.look()).markers).toEqual(after.markers);
  await premiere.end();
  await page.close();
});
