// In an editing program: the page asks for the open sequence, follows its playhead, and hands the music over.

import { expect, scored, test } from "./studio";

interface Told {
  vem: string;
  [field: string]: unknown;
}

test("the open sequence comes in, the music goes out", async ({ page, daemon }) => {
  await page.addInitScript(() => {
    const told: Told[] = [];
    Object.assign(window, { told, uxpHost: { postMessage: (message: Told) => told.push(message) } });
  });
  const say = (message: Told) => page.evaluate((one) => window.postMessage(one, location.origin), message);
  const told = () => page.evaluate(() => (window as unknown as { told: Told[] }).told);

  await page.goto(daemon.address({ host: "premiere" }));
  await expect.poll(async () => (await told())[0]?.vem).toBe("ready");
  await page.getByRole("button", { name: "Use the open sequence" }).click();
  await expect.poll(async () => (await told()).at(-1)?.vem).toBe("export");
  await say({ vem: "edit", path: await scored(daemon) });
  await expect(page.getByRole("option").first()).toBeVisible({ timeout: 60_000 });

  await say({ vem: "playhead", seconds: 13.44 });
  await expect(page.locator(".counter b")).toHaveText("01:00:13:11");
  await say({ vem: "shot", seconds: 9.5 });
  await expect(page.getByRole("heading", { name: /^Shot 3/ })).toBeVisible();
  await page.getByRole("option").nth(1).click();
  await expect.poll(async () => (await told()).at(-1)).toEqual({ vem: "seek", seconds: 4.48 });

  await page.getByRole("button", { name: "Place in sequence" }).click();
  await expect.poll(async () => (await told()).at(-1)?.vem).toBe("place");
  const place = (await told()).at(-1) as Told & { mix: string; markers: { time: string; name: string }[] };
  expect(place.mix).toMatch(/_MX\.wav$/);
  expect(place.markers.length).toBeGreaterThan(5);
  await say({ vem: "failed", message: "The sequence is locked.", remedy: "Unlock it." });
  await expect(page.getByRole("alert")).toContainText("Unlock it.");
});
