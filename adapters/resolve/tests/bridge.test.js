// The process behind the window: where it is found, what comes back, and that its end is told.

"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");
const { Bridge, command, dataFolder } = require("../workflow_integration/com.github.vem-plugin.panel/bridge.js");

/** A folder in which `vem` is a script that answers every message with itself. @param {string} program */
function home(program) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "vem-window-"));
  fs.mkdirSync(path.join(folder, "data"));
  const script = path.join(folder, "vem.js");
  fs.writeFileSync(script, program);
  fs.writeFileSync(path.join(folder, "data", "command.json"), JSON.stringify({ command: [process.execPath, script] }));
  process.env.VEM_HOME = folder;
  return folder;
}

const ECHO = `
if (process.argv.slice(2).join(" ") !== "resolve bridge") process.exit(9);
process.stdout.write("not a message\\n");
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const asked = JSON.parse(line);
  process.stdout.write(JSON.stringify({ vem: "heard", asked }) + "\\n");
});
`;

/** The next message. @returns {{bridge: Bridge, next: () => Promise<any>}} */
function listening() {
  /** @type {any[]} */
  const heard = [];
  /** @type {((message: any) => void)[]} */
  const waiting = [];
  const bridge = new Bridge((message) => {
    const first = waiting.shift();
    if (first) first(message);
    else heard.push(message);
  });
  return { bridge, next: () => new Promise((take) => (heard.length ? take(heard.shift()) : waiting.push(take))) };
}

test("the data folder is where vem keeps it, on every system", () => {
  assert.equal(dataFolder({}, "darwin", "/Users/a"), path.join("/Users/a", "Library", "Application Support", "vem-plugin"));
  assert.equal(dataFolder({ LOCALAPPDATA: "L" }, "win32", "H"), path.join("L", "vem-plugin"));
  assert.equal(dataFolder({}, "linux", "/home/a"), path.join("/home/a", ".local", "share", "vem-plugin"));
  assert.equal(dataFolder({ XDG_DATA_HOME: "/x" }, "linux", "/home/a"), path.join("/x", "vem-plugin"));
});

test("without a record, vem is started by its name", () => {
  process.env.VEM_HOME = fs.mkdtempSync(path.join(os.tmpdir(), "vem-window-"));
  assert.deepEqual(command(), ["vem"]);
});

test("messages go and come, one a line", async () => {
  home(ECHO);
  const { bridge, next } = listening();
  bridge.send({ vem: "open" });
  bridge.send({ vem: "tell", message: "ä\n" });
  assert.deepEqual(await next(), { vem: "heard", asked: { vem: "open" } });
  assert.deepEqual(await next(), { vem: "heard", asked: { vem: "tell", message: "ä\n" } });
  bridge.close();
});

test("a process that ends is told of, and started again when it is needed", async () => {
  const folder = home("process.exit(3);");
  const { bridge, next } = listening();
  bridge.send({ vem: "open" });
  const failed = await next();
  assert.equal(failed.vem, "failed");
  assert.match(failed.message, /ended with 3/);
  assert.match(failed.remedy, /vem doctor/);
  fs.writeFileSync(path.join(folder, "vem.js"), ECHO);
  bridge.send({ vem: "open" });
  assert.deepEqual(await next(), { vem: "heard", asked: { vem: "open" } });
  bridge.close();
});

test("a program that is not there is told of", async () => {
  const folder = home(ECHO);
  fs.writeFileSync(path.join(folder, "data", "command.json"), JSON.stringify({ command: [path.join(folder, "gone")] }));
  const { bridge, next } = listening();
  bridge.send({ vem: "open" });
  assert.match((await next()).message, /ENOENT/);
});
