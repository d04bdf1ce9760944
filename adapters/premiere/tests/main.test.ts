/** The built plug-in itself, plugin/main.js, in a UXP of fakes: it finds the service, shows its page, and answers it. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setImmediate as settled } from "node:timers/promises";
import { createContext, runInContext } from "node:vm";

import { connectionFiles } from "../src/daemon";
import { scene } from "./scene";

const HOME = "/Users/ann";
const CONNECTION = connectionFiles("darwin", HOME)[0]!;

class Element {
  textContent = "";
  src = "";
  shown = false;
  readonly heard: ((event: object) => void)[] = [];
  readonly posted: { message: any; origin: string }[] = []; // eslint-disable-line @typescript-eslint/no-explicit-any

  setAttribute = (_name: string, value: string) => void (this.shown = value === "shown");
  addEventListener = (_name: string, hear: (event: object) => void) => void this.heard.push(hear);
  postMessage = (message: object, origin: string) => void this.posted.push({ message, origin });
}

/** A UXP with the plug-in loaded. `service` is what answers on the network; `turn` lets all timers run once. */
function uxp() {
  const { premiere } = scene();
  const disk = new Map<string, string>();
  const elements = { page: new Element(), waiting: new Element(), told: new Element() };
  const window = new Element();
  const service = { origin: "" };
  let timers: (() => void)[] = [];
  const missing = () => Promise.reject(new Error("ENOENT"));
  const modules: Record<string, object> = {
    premierepro: premiere.ppro,
    uxp: { host: { version: "26.3.0" } },
    os: { platform: () => "darwin", homedir: () => HOME },
    fs: {
      readFile: (path: string) => (disk.has(path) ? Promise.resolve(disk.get(path)) : missing()),
      writeFile: (path: string, text: string) => Promise.resolve(void disk.set(path, text)),
      lstat: (path: string) => (disk.has(path) ? Promise.resolve({}) : missing()),
      mkdir: (path: string) => Promise.resolve(void disk.set(path, "")),
      unlink: (path: string) => Promise.resolve(void disk.delete(path)),
    },
  };
  const globals = {
    require: (name: string) => modules[name] ?? assert.fail(`UXP has no module ${name}`),
    document: { getElementById: (id: keyof typeof elements) => elements[id] },
    window,
    setTimeout: (call: () => void) => timers.push(call),
    fetch: (url: string) =>
      url === `${service.origin}/api/v1/hello`
        ? Promise.resolve({ json: () => Promise.resolve({ service: "vem" }) })
        : Promise.reject(new TypeError("Network request failed")),
  };
  const turn = async () => {
    const due = timers;
    timers = [];
    due.forEach((call) => call());
    for (let round = 0; round < 30; round += 1) await settled();
  };
  runInContext(readFileSync("plugin/main.js", "utf8"), createContext(globals));
  const write = (origin: string, token: string) => disk.set(CONNECTION, JSON.stringify({ gateway: origin, token }));
  return { ...elements, window, service, turn, write };
}

test("the page comes when the service does, again when it has another key, and stays when it is gone", async () => {
  const { page, waiting, service, turn, write } = uxp();
  waiting.shown = true; // as in index.html
  await turn();
  write("http://127.0.0.1:8766", "left behind");
  await turn();
  assert.deepEqual([page.src, page.shown, waiting.shown], ["", false, true]);
  service.origin = "http://127.0.0.1:8765";
  write(service.origin, "one");
  await turn();
  assert.equal(page.src, "http://127.0.0.1:8765/?load=1#token=one&host=premiere");
  assert.deepEqual([page.shown, waiting.shown], [true, false]);
  await turn();
  assert.match(page.src, /load=1/);
  write(service.origin, "two");
  await turn();
  assert.match(page.src, /load=2#token=two/);
  service.origin = "";
  await turn();
  assert.match(page.src, /load=2/);
});

test("the page's wishes are answered, once each, wherever UXP lets them arrive", async () => {
  const { page, told, window, service, turn, write } = uxp();
  service.origin = "http://127.0.0.1:8765";
  write(service.origin, "one");
  await turn();
  await turn();
  const say = async (data: object) => {
    page.posted.length = 0;
    const event = { origin: service.origin, data };
    for (const hear of [...window.heard, ...page.heard]) hear(event);
    for (let round = 0; round < 30; round += 1) await settled();
    return page.posted.filter(({ message }) => !["playhead", "shot"].includes(message.vem));
  };
  assert.deepEqual(
    (await say({ vem: "ready" })).map(({ message, origin }) => [message.vem, message.program, origin]),
    [["host", "Adobe Premiere 26.3.0", service.origin]],
  );
  assert.deepEqual((await say({ vem: "export" })).map(({ message }) => message.path), ["/Films/VEM Music/cut.otio"]);
  await say({ vem: "tell", message: "34 of 36 cuts are on the beat." });
  assert.deepEqual([told.textContent, told.shown], ["34 of 36 cuts are on the beat.", true]);
  await turn();
  assert.equal(told.shown, false);
});
