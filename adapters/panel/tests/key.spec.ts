// Who gets in: a panel with a key, or with a code that is good once; nobody else, and they are told what to do.

import { expect, test } from "./studio";

test("a panel without a key says how to get one", async ({ page, daemon }) => {
  await page.goto(`${daemon.origin}/`);
  await expect(page.getByRole("alert")).toContainText("Open it again from your editing program");
  await page.goto("about:blank");
  await page.goto(`${daemon.origin}/#token=wrong`);
  await expect(page.getByRole("alert")).toContainText("no key");
});

test("a code lets in once, and never stands in the address", async ({ page, daemon }) => {
  const code = await daemon.code();
  await page.goto(`${daemon.origin}/#code=${code}`);
  await expect(page.getByRole("heading", { name: "Your folders" })).toBeVisible();
  expect(new URL(page.url()).hash).toBe("");
  await page.reload(); // the key is kept for the tab
  await expect(page.getByRole("heading", { name: "Your folders" })).toBeVisible();
  await page.evaluate(() => sessionStorage.clear());
  await page.goto("about:blank");
  await page.goto(`${daemon.origin}/#code=${code}`);
  await expect(page.getByRole("alert")).toContainText("no key");
});
