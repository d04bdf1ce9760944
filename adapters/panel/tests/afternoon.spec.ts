// An editor's afternoon, in order: open the example, score it, look, listen, score one shot anew, go back, lock.

import { readFile } from "node:fs/promises";
import { expect, edit, picture, scored, test } from "./studio";

test.describe.configure({ mode: "serial" });

test("an edit is found in its folder, scored from a brief, and explained", async ({ panel, daemon }) => {
  const page = await panel();
  const folder = daemon.folder.split("/").at(-1) as string;
  await page.getByRole("button", { name: folder, exact: true }).click();
  await page.getByRole("button", { name: "rush_hour.otio", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Rush hour" })).toBeVisible({ timeout: 120_000 });
  await expect(page.getByText("21 shots, no music yet")).toBeVisible();

  await page.getByLabel("What should the music be?").fill("warm, hopeful, builds to the end");
  await page.getByRole("button", { name: "Score this edit" }).click();
  const progress = page.getByRole("progressbar", { name: "Scoring rush_hour" });
  await expect(progress).toBeVisible();
  await expect(page.getByRole("button", { name: "Being scored" })).toBeDisabled();

  await expect(page.getByText(/^v\d+ · \d+\.\d bpm · 4\/4/)).toBeVisible({ timeout: 550_000 });
  await expect(progress).toHaveCount(0);
  await page.getByRole("tab", { name: "Sync" }).click();
  await expect(page.locator(".headline")).toHaveText(/^\d+ of 20 cuts are on the beat\.$/);
  await expect(page.locator(".misses")).toContainText("because the tempo would have to change");
});

test("the picture runs with the music", async ({ panel, daemon }) => {
  const page = await panel(await scored(daemon));
  const timecode = page.locator(".counter b");
  await expect(timecode).toHaveText("01:00:00:00");
  await page.getByRole("option").nth(4).click();
  await expect(timecode).toHaveText("01:00:13:11");
  await expect(page.locator(".stage video.on")).toBeVisible();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect(timecode).toHaveText(/01:00:1[4-9]/);
  const now = await page.evaluate(() => ({
    heard: document.querySelector(".counter b")?.textContent ?? "",
    shot: Number(document.querySelector(".stage figcaption b")?.textContent),
    seen: document.querySelector<HTMLVideoElement>(".stage video.on")?.currentTime ?? null,
  }));
  await page.getByRole("button", { name: "Pause" }).click();
  const [, , seconds, frames] = now.heard.split(":").map(Number) as [number, number, number, number];
  const { start, media } = await placeOf(edit(daemon), now.shot);
  const within = seconds + frames / 25 - start;
  expect(within).toBeGreaterThanOrEqual(0);
  if (now.seen !== null) expect(Math.abs(now.seen - (media + within))).toBeLessThan(0.3);
});

test("a shot is scored anew in two clicks, another panel follows, and one click goes back", async ({ panel, daemon }) => {
  const page = await panel(await scored(daemon));
  const other = await panel(await scored(daemon), { width: 320, height: 900 });
  await page.getByRole("option").nth(4).click();
  await page.getByRole("button", { name: "Re-score shot 5" }).click();
  await expect(page.getByRole("progressbar", { name: "Re-scoring shot 5" })).toBeVisible();
  await expect(other.getByRole("progressbar", { name: /Re-scoring/ })).toBeVisible();
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible({ timeout: 300_000 });
  await expect(other.getByRole("button", { name: "Undo" })).toBeVisible();

  await expect(page.getByRole("button", { name: "A: v01" })).toBeEnabled();
  await expect(page.getByRole("button", { name: /^B: v\d+/ })).toHaveAttribute("aria-pressed", "true");
  await picture(page, "panel");

  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText(/^v01 · /)).toBeVisible();
  await expect(other.getByText(/^v01 · /)).toBeVisible();
  await expect(page.getByRole("button", { name: "Undo" })).toHaveCount(0);
});

test("takes A and B change places without a gap", async ({ panel, daemon }) => {
  const page = await panel(await scored(daemon));
  await page.getByRole("tab", { name: "Takes" }).click();
  await page.getByRole("button", { name: /^Hear v\d+ as B$/ }).first().click();
  await expect(page.getByRole("button", { name: /^B: v\d+/ })).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("a");
  await expect(page.getByRole("button", { name: "A: v01" })).toHaveAttribute("aria-pressed", "true");

  await page.evaluate(tapOutput);
  await page.getByRole("slider", { name: "Playhead" }).fill("9");
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.waitForTimeout(1200);
  for (let round = 0; round < 6; round++) {
    await page.keyboard.press(round % 2 ? "a" : "b");
    await page.waitForTimeout(350);
  }
  await page.getByRole("button", { name: "Pause" }).click();
  const blocks = await page.evaluate(() => (window as unknown as { loudness: number[] }).loudness);
  const isSound = (level: number) => level > 1e-3;
  const sounding = blocks.slice(blocks.findIndex(isSound), blocks.findLastIndex(isSound));
  expect(sounding.length).toBeGreaterThan(60);
  expect(longestSilence(sounding)).toBeLessThanOrEqual(1);
});

test("stems are muted and heard alone", async ({ panel, daemon }) => {
  const page = await panel(await scored(daemon));
  await page.getByRole("button", { name: "Stems" }).click();
  await page.getByRole("button", { name: "Mute bass" }).click();
  await expect(page.getByRole("button", { name: "Mute bass" })).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("button", { name: "Solo harmony" }).click();
  await expect(page.locator(".wave:not(.off)")).toHaveCount(1);
  await expect(page.locator(".wave")).toHaveCount(6);
});

test("a locked shot is not scored anew, in any panel", async ({ panel, daemon }) => {
  const page = await panel(await scored(daemon));
  const other = await panel(await scored(daemon), { width: 480, height: 900 });
  await page.getByRole("option").nth(2).click();
  await page.getByRole("button", { name: "Lock shot 3" }).click();
  await expect(page.getByRole("button", { name: "Locked" })).toBeDisabled();
  await other.getByRole("option").nth(2).click();
  await expect(other.getByRole("button", { name: "Locked" })).toBeDisabled();
  await page.getByRole("button", { name: "Lock shot 3" }).click();
  await expect(other.getByRole("button", { name: "Re-score shot 3" })).toBeEnabled();
});

test("what is being scored can be cancelled, and leaves nothing behind", async ({ panel, daemon }) => {
  const page = await panel(await scored(daemon));
  await page.getByRole("tab", { name: "Takes" }).click();
  const before = await page.locator(".take").count();
  await page.getByRole("tab", { name: "Brief" }).click();
  await page.getByRole("button", { name: "Score again, as a new take" }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("progressbar")).toHaveCount(0);
  await page.reload(); // the key is kept for the tab
  await page.getByRole("button", { name: "rush_hour_v01.otio" }).first().click();
  await page.getByRole("tab", { name: "Takes" }).click();
  await expect(page.locator(".take")).toHaveCount(before);
});

test("a daemon that is killed and comes back finishes what it was asked", async ({ panel, daemon }) => {
  const page = await panel(await scored(daemon));
  await page.getByRole("option").nth(6).click();
  await page.getByRole("button", { name: "Re-score shot 7" }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await daemon.kill();
  await expect(page.getByText("The music service is away.")).toBeVisible();
  await daemon.start();
  await expect(page.getByText("The music service is away.")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible({ timeout: 400_000 });
});

test("an edit that cannot be read says what to do", async ({ panel, daemon }) => {
  const page = await panel();
  await page.locator("input[type=file]").setInputFiles({ name: "broken.otio", mimeType: "application/json", buffer: Buffer.from("{ not a timeline") });
  const alert = page.getByRole("alert");
  await expect(alert).toBeVisible();
  expect((await alert.locator("p").last().textContent())?.length).toBeGreaterThan(10);
  await alert.getByRole("button", { name: "Put this message away" }).click();
  await expect(alert).toHaveCount(0);
  await expect(page.getByText("Drop an edit here")).toBeVisible();
  void daemon;
});

test("an edit without music shows its beats alone", async ({ panel, daemon }) => {
  const page = await panel(edit(daemon));
  await page.getByRole("button", { name: "Only show the beats" }).click();
  await page.getByRole("tab", { name: "Sync" }).click();
  await expect(page.locator(".headline")).toHaveText(/of 20 cuts/, { timeout: 120_000 });
});

/** Where a shot of the example begins, and the place in its media, seconds. */
async function placeOf(path: string, number: number): Promise<{ start: number; media: number }> {
  interface Time { value: number; rate: number }
  interface Item { OTIO_SCHEMA: string; source_range: { start_time: Time; duration: Time } }
  const file = JSON.parse(await readFile(path, "utf8")) as { tracks: { children: { children: Item[] }[] } };
  const clips = file.tracks.children[0]?.children.filter((item) => item.OTIO_SCHEMA.startsWith("Clip")) ?? [];
  const secondsOf = ({ value, rate }: Time) => value / rate;
  const start = clips.slice(0, number - 1).reduce((sum, clip) => sum + secondsOf(clip.source_range.duration), 0);
  const clip = clips[number - 1] as Item;
  return { start, media: secondsOf(clip.source_range.start_time) };
}

/** Keeps the loudness of every 256 samples that go to the loudspeakers. */
function tapOutput(): void {
  const loudness: number[] = [];
  (window as unknown as { loudness: number[] }).loudness = loudness;
  type Connect = (this: AudioNode, to: AudioNode) => AudioNode;
  const connect = AudioNode.prototype.connect as Connect;
  AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
    if (to instanceof AudioDestinationNode) {
      const tap = this.context.createScriptProcessor(256, 2, 2) as ScriptProcessorNode;
      tap.onaudioprocess = ({ inputBuffer }) => {
        const samples = inputBuffer.getChannelData(0);
        loudness.push(Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length));
      };
      connect.call(this, tap);
      connect.call(tap, to);
    }
    return connect.call(this, to);
  } as typeof AudioNode.prototype.connect;
}

/** Most blocks in a row that are silent. */
function longestSilence(blocks: number[]): number {
  let longest = 0;
  let now = 0;
  for (const level of blocks) {
    now = level < 1e-5 ? now + 1 : 0;
    longest = Math.max(longest, now);
  }
  return longest;
}
