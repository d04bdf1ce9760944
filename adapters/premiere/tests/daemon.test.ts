/** Finding the service: by its file only, on this machine only. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { connectionFiles, findDaemon, pageAddress } from "../src/daemon";
import { Memory } from "./scene";

const HOME = "/Users/ann";

async function found(text: string, platform = "darwin", home = HOME) {
  const memory = new Memory();
  await memory.write(connectionFiles(platform, home).at(-1)!, text);
  return findDaemon(memory, platform, home);
}

test("address and token come from the connection file", async () => {
  const text = JSON.stringify({ gateway: "http://127.0.0.1:8770", token: "a+b/c", pid: 5 });
  assert.deepEqual(await found(text), { origin: "http://127.0.0.1:8770", token: "a+b/c" });
  assert.deepEqual(await found(text, "win32", "C:\\Users\\Ann"), { origin: "http://127.0.0.1:8770", token: "a+b/c" });
  assert.equal(
    pageAddress({ origin: "http://127.0.0.1:8770", token: "a+b/c" }, 2),
    "http://127.0.0.1:8770/?load=2#token=a%2Bb%2Fc&host=premiere",
  );
});

test("nothing else is taken for the service", async () => {
  for (const gateway of [
    null, "http://localhost:8765", "http://127.0.0.1:8764", "http://127.0.0.1:8775", "https://127.0.0.1:8765",
    "http://127.0.0.1:8765.evil.example", "http://127.0.0.1:8765/path", "http://10.0.0.5:8765", 8765,
  ]) {
    assert.equal(await found(JSON.stringify({ gateway, token: "t" })), null, String(gateway));
  }
  for (const text of ["", "{", "null", '{"gateway": "http://127.0.0.1:8765"}', '{"gateway": "http://127.0.0.1:8765", "token": ""}']) {
    assert.equal(await found(text), null, text);
  }
});
