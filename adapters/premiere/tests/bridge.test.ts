/** The bridge: what the page says is checked, done in order, and answered to the page alone. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Bridge } from "../src/bridge";
import { FRAME, layout, MIX, scene, TAKE, type Scene } from "./scene";

const ORIGIN = "http://127.0.0.1:8765";

interface Sent {
  readonly vem: string;
  readonly [field: string]: unknown;
}

function bridged(made: Scene) {
  const sent: Sent[] = [];
  const page = {
    postMessage(message: unknown, origin: string) {
      assert.equal(origin, ORIGIN);
      sent.push(JSON.parse(JSON.stringify(message)) as Sent); // UXP sends JSON, so nothing else may be in it
    },
  };
  const bridge = new Bridge(made.host, page, ORIGIN);
  const say = (data: unknown, origin: string = ORIGIN) => bridge.hear({ origin, data });
  return { bridge, sent, say };
}

test("the round trip: ready, export, place with markers", async () => {
  const made = scene();
  const { sent, say } = bridged(made);
  await say({ vem: "ready" });
  await say({ vem: "export", id: "e1" });
  const markers = [{ time: "0/1", seconds: 0, name: "BAR 1", color: "BLUE", comment: "4/4" }];
  await say({ vem: "place", id: "p1", take: TAKE, mix: MIX, timeline: "/Films/cut_v01.otio", markers });
  assert.deepEqual(sent, [
    { vem: "host", program: "Adobe Premiere 26.3.0", export: "otio", sequence: "cut" },
    { vem: "edit", path: "/Films/VEM Music/cut.otio", name: "cut", way: "otio", id: "e1" },
    { vem: "placed", take: TAKE, replaced: false, remarks: [], written: 1, id: "p1" },
  ]);
  assert.equal(layout(made).filter((line) => line.endsWith("VEM Music · ab3f")).length, 1);
});

test("only the loaded page is heard, whichever way UXP writes its origin, and each message once", async () => {
  const made = scene();
  const { bridge, sent, say } = bridged(made);
  for (const foreign of ["http://127.0.0.1:8766", "https://evil.example", "null", "", `${ORIGIN}.evil.example`]) {
    await say({ vem: "unmark" }, foreign);
  }
  await bridge.hear({ data: { vem: "unmark" } });
  await say("vem");
  await say(null);
  await say({ other: "tool" });
  assert.deepEqual(sent, []);
  await say({ vem: "where", id: "w" }, `${ORIGIN}/?load=1#token=secret`);
  await say({ vem: "where", id: "w" }); // the same, at the webview
  const event = { origin: ORIGIN, data: { vem: "where" } };
  await Promise.all([bridge.hear(event), bridge.hear(event)]);
  assert.deepEqual(sent.map((message) => message["id"]), ["w", undefined]);
});

test("malformed messages are answered with what is wrong, and change nothing", async () => {
  const made = scene();
  const { sent, say } = bridged(made);
  const marker = { name: "BAR", seconds: 1 };
  for (const wrong of [
    { vem: "eval", code: "1" },
    { vem: "place", mix: MIX },
    { vem: "place", take: TAKE, mix: 5 },
    { vem: "mark", take: TAKE, markers: "all" },
    { vem: "mark", take: TAKE, markers: [{ ...marker, seconds: "x" }] },
    { vem: "mark", take: TAKE, markers: [{ ...marker, name: null }] },
    { vem: "mark", take: TAKE, markers: [null] },
    { vem: "move_mark", key: "k" },
    { vem: "seek", seconds: null },
    { vem: "tell" },
  ]) {
    await say(wrong);
    const answer = sent.pop()!;
    assert.equal(answer.vem, "failed", JSON.stringify(wrong));
    assert.match(String(answer["message"]), /sent something unknown/);
  }
  assert.equal(made.premiere.locks.history.length, 0);
});

test("what Premiere refuses comes back with its remedy, and the next wish is heard", async () => {
  const made = scene();
  made.premiere.project.active = null;
  const { sent, say } = bridged(made);
  await say({ vem: "ready" });
  await say({ vem: "export", id: "e" });
  assert.deepEqual(sent, [
    { vem: "host", program: "Adobe Premiere 26.3.0", export: "otio", sequence: null },
    {
      vem: "failed", kind: "HostAbsent", message: "No sequence is open in Premiere.",
      remedy: "Open the sequence to be scored.", id: "e",
    },
  ]);
  made.premiere.openSequence("later", FRAME.pal);
  await say({ vem: "export" });
  assert.equal(sent.at(-1)!.vem, "edit");
});

test("wishes that come together are done one after the other", async () => {
  const made = scene();
  const { sent, say } = bridged(made);
  const marks = (name: string) => [{ seconds: 1, name }];
  await Promise.all([
    say({ vem: "place", id: "1", take: TAKE, mix: MIX, markers: marks("BAR 1") }),
    say({ vem: "mark", id: "2", take: TAKE, markers: marks("BAR 2") }),
    say({ vem: "place", id: "3", take: TAKE, mix: MIX, markers: marks("BAR 3") }),
    say({ vem: "marks", id: "4" }),
  ]);
  assert.deepEqual(sent.map((message) => message["id"]), ["1", "2", "3", "4"]);
  const [mark] = sent[3]!["markers"] as { name: string; time: string; key: string }[];
  assert.equal(mark!.name, "BAR 3");
  await say({ vem: "move_mark", key: mark!.key, seconds: 2 });
  await say({ vem: "unmark" });
  assert.deepEqual(sent.slice(4), [{ vem: "done" }, { vem: "marked", written: 0 }]);
  assert.equal(layout(made).filter((line) => line.includes(" · ")).length, 1);
});

test("playhead, chosen shot and another sequence are told when they change, and only then", async () => {
  const made = scene();
  const { bridge, sent, say } = bridged(made);
  await say({ vem: "ready" });
  await bridge.look();
  await bridge.look();
  assert.deepEqual(sent.slice(1), [{ vem: "playhead", seconds: 0 }]);
  const sequence = made.premiere.project.active!;
  sequence.playhead = 24n * FRAME.film;
  sequence.selection.items.push(sequence.tracks("video")[0]!.clips[1]!);
  await bridge.look();
  assert.deepEqual(sent.slice(2), [{ vem: "playhead", seconds: 1.001 }, { vem: "shot", seconds: 5.839166666666666 }]);
  made.premiere.project.active = null;
  await bridge.look();
  made.premiere.openSequence("other", FRAME.pal);
  await bridge.look();
  assert.deepEqual(sent.slice(4).map(({ vem, sequence: open }) => [vem, open]), [
    ["host", null], ["host", "other"], ["playhead", undefined],
  ]);
});
