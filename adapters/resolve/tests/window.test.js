// The window itself, with Electron's place taken by an object that remembers: what is shown, and whom it listens to.

"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const Module = require("node:module");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");

const HERE = path.join(__dirname, "..", "workflow_integration", "com.github.vem-plugin.panel");
const URL_OF_PAGE = "http://127.0.0.1:8765/#token=t&host=resolve";

/** @type {any} */
const seen = { files: [], urls: [], sent: [], navigation: null, listener: null, options: null, quit: [] };

class BrowserWindow {
  /** @param {any} options */
  constructor(options) {
    seen.options = options;
    this.webContents = {
      setWindowOpenHandler: (/** @type {any} */ handler) => (seen.windows = handler()),
      on: (/** @type {string} */ _, /** @type {any} */ handler) => (seen.navigation = handler),
      send: (/** @type {string} */ channel, /** @type {any} */ message) => seen.sent.push([channel, message]),
    };
  }
  /** @param {string} file @param {any} [options] */
  async loadFile(file, options) {
    seen.files.push([file, options?.query]);
  }
  /** @param {string} url */
  async loadURL(url) {
    seen.urls.push(url);
  }
}

const electron = {
  BrowserWindow,
  app: {
    whenReady: async () => {},
    on: (/** @type {string} */ name, /** @type {any} */ handler) => name === "will-quit" && seen.quit.push(handler),
    quit: () => {},
  },
  ipcMain: { on: (/** @type {string} */ _, /** @type {any} */ listener) => (seen.listener = listener) },
};

/** @param {() => boolean} there */
async function until(there) {
  for (let tries = 0; !there(); tries += 1) {
    assert.ok(tries < 1000, JSON.stringify(seen));
    await new Promise((done) => setTimeout(done, 10));
  }
}

test("the window shows the daemon's page, and passes messages of that page alone", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "vem-window-"));
  fs.mkdirSync(path.join(folder, "data"));
  fs.writeFileSync(
    path.join(folder, "vem.js"),
    `let opened = 0;
     require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
       const asked = JSON.parse(line);
       const answer = asked.vem !== "open" ? { vem: "heard", asked }
         : { vem: "open", url: ${JSON.stringify(URL_OF_PAGE)} };
       process.stdout.write(JSON.stringify(answer) + "\\n");
     });`,
  );
  const told = { command: [process.execPath, path.join(folder, "vem.js")] };
  fs.writeFileSync(path.join(folder, "data", "command.json"), JSON.stringify(told));
  process.env.VEM_HOME = folder;
  const load = /** @type {any} */ (Module)._load;
  /** @type {any} */ (Module)._load = (/** @type {string} */ name, /** @type {any[]} */ ...rest) =>
    name === "electron" ? electron : load(name, ...rest);

  require(path.join(HERE, "main.js"));
  await until(() => seen.urls.length > 0);
  assert.deepEqual(seen.urls, [URL_OF_PAGE]);
  assert.deepEqual(seen.files, [["waiting.html", undefined]]);
  assert.equal(seen.options.webPreferences.sandbox, true);
  assert.equal(seen.options.webPreferences.contextIsolation, true);
  assert.deepEqual(seen.windows, { action: "deny" });

  seen.listener({ senderFrame: { url: "http://127.0.0.1:9999/" } }, { vem: "export" });
  seen.listener({ senderFrame: { url: URL_OF_PAGE } }, { vem: "ready" });
  await until(() => seen.sent.length > 0);
  assert.deepEqual(seen.sent, [["vem", { vem: "heard", asked: { vem: "ready" } }]]);

  let stopped = 0;
  seen.navigation({ preventDefault: () => (stopped += 1) }, "https://example.org/");
  seen.navigation({ preventDefault: () => (stopped += 1) }, "http://127.0.0.1:8765/other");
  assert.equal(stopped, 1);
  for (const handler of seen.quit) handler();
});

test("every file that the manifest and the window name is there", () => {
  const manifest = fs.readFileSync(path.join(HERE, "manifest.xml"), "utf-8");
  assert.match(manifest, /<Id>com\.github\.vem-plugin\.panel<\/Id>/);
  assert.equal(path.basename(HERE), "com.github.vem-plugin.panel");
  for (const name of [/<FilePath>(.*)<\/FilePath>/.exec(manifest)?.[1] ?? "", "preload.js", "waiting.html", "waiting.js"]) {
    assert.ok(fs.statSync(path.join(HERE, name)).isFile(), name);
  }
});
