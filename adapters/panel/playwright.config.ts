import { defineConfig } from "@playwright/test";

// One daemon and one browser at a time: the tests share the takes that the first of them makes.
export default defineConfig({
  testDir: "tests",
  workers: 1,
  timeout: 600_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  outputDir: process.env.VEM_PANEL_RESULTS ?? "/tmp/vem-panel-results",
  use: {
    launchOptions: {
      executablePath: process.env.VEM_CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
    },
    viewport: { width: 1440, height: 900 },
    actionTimeout: 60_000,
    screenshot: "only-on-failure",
  },
});
