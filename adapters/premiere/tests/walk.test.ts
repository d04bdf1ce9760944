/** The walk over the tracks, for Premiere below 26.2. That it reads as an edit is checked in tests/adapters/premiere. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { openSequence } from "../src/sequence";
import { walkedSequence } from "../src/walk";
import { FRAME, scene, type Scene } from "./scene";

type Json = { [name: string]: any }; // eslint-disable-line @typescript-eslint/no-explicit-any

async function walked(made: Scene): Promise<Json> {
  return JSON.parse(JSON.stringify(await walkedSequence(await openSequence(made.premiere.ppro)))) as Json;
}

test("clips, gaps, sub-frame sound and markers, in frames of the exact rate", async () => {
  const made = scene({ version: 25.6 });
  made.premiere.mark("drop", 48n * FRAME.film, { color: "MAGNETA", comment: "big", duration: 24n * FRAME.film });
  made.premiere.project.root.children[0]!.markers.list.push(...made.premiere.project.active!.markers.list);
  const timeline = await walked(made);
  const { children, markers } = timeline["tracks"];
  assert.deepEqual(children.map((track: Json) => [track["kind"], track["name"], track["children"].length]), [
    ["Video", "Video 1", 3], ["Audio", "Audio 1", 2], ["Audio", "Audio 2", 1],
  ]);
  const [one] = children[0].children;
  assert.equal(one.source_range.start_time.rate, 24000 / 1001);
  assert.deepEqual([one.source_range.start_time.value, one.source_range.duration.value], [24, 100]);
  assert.equal(one.media_references.DEFAULT_MEDIA.target_url, "/Films/Media/A001 café.mov");
  assert.equal(one.markers[0].name, "drop");
  assert.equal(children[1].children[0].OTIO_SCHEMA, "Gap.1");
  const room = children[2].children[0].source_range.duration.value;
  assert.ok(room < 240 && room > 239.9999);
  const [drop] = markers;
  assert.deepEqual([drop.name, drop.comment, drop.color, drop.marked_range.start_time.value], ["drop", "big", "MAGENTA", 48]);
});

test("retimed, reversed, disabled, adjustment layers, nested sequences and offline media", async () => {
  const made = scene({ version: 25.6 });
  const { premiere } = made;
  const at = (index: number) => BigInt(240 + 24 * index) * FRAME.film;
  const lay = (index: number, more: object) => premiere.lay("video", 0, at(index), at(index + 1), more);
  lay(0, { name: "fast", speed: 2 });
  lay(1, { name: "back", speed: -0.5 });
  lay(2, { name: "off", disabled: true });
  lay(3, { name: "grade", adjustment: true });
  lay(4, { name: "after" });
  const [video] = (await walked(made))["tracks"].children;
  const byName = Object.fromEntries(video.children.map((entry: Json) => [entry["name"], entry]));
  assert.equal(byName["fast"].effects[0].time_scalar, 2);
  assert.equal(byName["back"].effects[0].time_scalar, -0.5);
  assert.equal(byName["off"].enabled, false);
  assert.equal(byName["grade"], undefined);
  assert.equal(byName["after"].media_references.DEFAULT_MEDIA.OTIO_SCHEMA, "MissingReference.1");
  assert.equal(video.children.at(-2).OTIO_SCHEMA, "Gap.1");
});

test("a transition stands between the two clips it joins, or beside a gap", async () => {
  const made = scene({ version: 25.6 });
  const [track] = made.premiere.project.active!.tracks("video");
  const put = (start: number, end: number) => {
    made.premiere.lay("video", 1, BigInt(start) * FRAME.film, BigInt(end) * FRAME.film, { name: "Cross Dissolve" });
    track!.transitions.push(made.premiere.project.active!.tracks("video")[1]!.clips.pop()!);
  };
  put(96, 106);
  put(230, 240);
  const [video] = (await walked(made))["tracks"].children;
  assert.deepEqual(video.children.map((entry: Json) => entry["OTIO_SCHEMA"]), [
    "Clip.2", "Transition.1", "Clip.2", "Clip.2", "Transition.1",
  ]);
  const [join, end] = video.children.filter((entry: Json) => entry["OTIO_SCHEMA"] === "Transition.1");
  assert.deepEqual([join.in_offset.value, join.out_offset.value], [4, 6]);
  assert.deepEqual([end.in_offset.value, end.out_offset.value], [10, 0]);
});
