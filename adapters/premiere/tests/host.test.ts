/** The host against the double: in every version and under every answer to what Adobe's pages leave open. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { Choices } from "../double/premiere";
import { HostError } from "../src/errors";
import { FRAME, LATER_MIX, LATER_TAKE, layout, MIX, scene, SECOND, TAKE, type Scene } from "./scene";

const MUSIC = { path: MIX, name: "cut_v01", take: TAKE };
const LATER = { path: LATER_MIX, name: "cut_v02", take: LATER_TAKE };

const PROGRAMS: Choices[] = [25.6, 26.2, 26.3].flatMap((version) =>
  (["n", "n + 1, n is the last", "n + 1, n is refused"] as const).flatMap((newTrackAt) =>
    [false, true].map((soundShiftsPicture) => ({ version, newTrackAt, soundShiftsPicture })),
  ),
);

function ours(made: Scene): string[] {
  return layout(made).filter((line) => line.includes(" · "));
}

describe("placing music", () => {
  for (const program of PROGRAMS) {
    test(`on a track of its own, nothing else moved: ${JSON.stringify(program)}`, async () => {
      const made = scene(program);
      const before = layout(made);
      const placed = await made.host.place(MUSIC);
      assert.deepEqual(placed, { replaced: false, remarks: [] });
      assert.deepEqual(ours(made), [`audio 2 0-${10n * SECOND} 0 cut_v01 · ab3f`]);
      assert.deepEqual(layout(made).filter((line) => !line.includes(" · ")), before);
      const track = made.premiere.project.active!.tracks("audio")[2]!;
      assert.equal(track.name, program.version === 26.3 ? "VEM Music" : "Audio 3");
    });
  }

  test("a later take takes the place of the former, on the same track", async () => {
    const made = scene();
    await made.host.place(MUSIC);
    made.memory.sounds.set(LATER_MIX, 12n * SECOND);
    assert.deepEqual(await made.host.place(LATER), { replaced: true, remarks: [] });
    assert.deepEqual(ours(made), [`audio 2 0-${12n * SECOND} 0 cut_v02 · c0de`]);
    assert.equal(made.premiere.project.active!.tracks("audio").length, 3);
    assert.deepEqual(await made.host.music(), { audio: LATER_MIX, take: "c0de", start: "0/1", duration: "12/1" });
  });

  test("the same take again is imported once and lies there once", async () => {
    const made = scene();
    await made.host.place(MUSIC);
    await made.host.place(MUSIC);
    assert.equal(ours(made).length, 1);
    const bins = made.premiere.project.root.children.filter((item) => item.name === "VEM Music");
    assert.deepEqual(bins.map((bin) => bin.children.length), [1]);
  });

  test("a file that the editor has imported is used, whichever way its path is written", async () => {
    const made = scene();
    made.memory.sounds.set("C:\\Films\\Caf\u00e9\\m.wav", SECOND);
    made.premiere.file("c:/films/Cafe\u0301/m.wav", { duration: SECOND, video: false, audio: true });
    await made.host.place({ ...MUSIC, path: "C:\\Films\\Caf\u00e9\\m.wav" });
    assert.equal(made.premiere.project.root.children.some((item) => item.name === "VEM Music"), false);
  });

  test("where the editor has put a clip of their own on our track, the music goes to a new one", async () => {
    const made = scene();
    await made.host.place(MUSIC);
    made.premiere.lay("audio", 2, 11n * SECOND, 12n * SECOND, { name: "door slam" });
    await made.host.place(LATER);
    assert.deepEqual(ours(made), [`audio 3 0-${10n * SECOND} 0 cut_v02 · c0de`]);
    assert.ok(layout(made).some((line) => line.startsWith("audio 2") && line.endsWith("door slam")));
  });

  test("one undo takes back the change of music, a second the insert", async () => {
    const made = scene();
    await made.host.place(MUSIC);
    const first = layout(made);
    await made.host.place(LATER);
    made.premiere.locks.undo();
    made.premiere.locks.undo();
    assert.deepEqual(layout(made), first);
  });

  test("our track locked: refused, and everything is as it was", async () => {
    const made = scene();
    await made.host.place(MUSIC);
    const before = layout(made);
    made.premiere.project.active!.tracks("audio")[2]!.locked = true;
    await assert.rejects(made.host.place(LATER), (error: HostError) => error.kind === "HostRefused");
    assert.deepEqual(layout(made), before);
  });

  test("no file there, no sequence open, no take id: each says what to do", async () => {
    const made = scene();
    const failing = (promise: Promise<unknown>, kind: string) =>
      assert.rejects(promise, (error: HostError) => error.kind === kind && error.remedy.length > 10);
    await failing(made.host.place({ ...MUSIC, path: "/gone.wav" }), "HostRefused");
    made.memory.texts.set("/broken.wav", "no sound");
    await failing(made.host.place({ ...MUSIC, path: "/broken.wav" }), "HostRefused");
    assert.equal(made.premiere.project.root.children.some((item) => item.name === "VEM Music"), false);
    await failing(made.host.place({ ...MUSIC, take: "?" }), "HostRefused");
    assert.equal(layout(made).length, 5);
    made.premiere.project.active = null;
    await failing(made.host.place(MUSIC), "HostAbsent");
    assert.equal(await made.host.timeline().catch((error: HostError) => error.kind), "HostAbsent");
  });
});

describe("markers", () => {
  const marks = [
    { time: "1001/24000", name: "BAR 1", color: "BLUE", comment: "4/4" },
    { time: 2.0, name: "HIT bar 2", color: "RED", comment: "the door" },
    { time: 2.001, name: "BAR 2", color: "BLUE", comment: "4/4" },
  ];

  for (const version of [25.6, 26.3]) {
    test(`are written, coloured and read back in ${version}`, async () => {
      const made = scene({ version });
      assert.equal(await made.host.writeMarkers(marks, TAKE), 2);
      const read = (await made.host.markers()).map(({ key: _key, ...mark }) => mark);
      assert.deepEqual(read, [
        { time: "1001/24000", name: "BAR 1", color: "BLUE", comment: "4/4" },
        { time: "1001/500", name: "HIT bar 2", color: "RED", comment: "the door / BAR 2 / 4/4" },
      ]);
    });
  }

  test("the editor's stay, whatever we do; ours go onto the music there, or nowhere, never to another frame", async () => {
    const made = scene();
    made.premiere.mark("applause", 48n * FRAME.film, { color: "RED", comment: "keep" });
    made.premiere.mark("BAR 12", 60n * FRAME.film, { color: "BLUE" });
    const ruler = (own: boolean) =>
      made.premiere.project.active!.markers.list
        .filter((marker) => marker.name.includes(" · ") === own)
        .map(({ name, start, color, comments }) => [name, start, color, comments]);
    const before = ruler(false);
    assert.equal(await made.host.writeMarkers(marks, TAKE), 1); // 2.0 s is frame 48, where they clap
    await made.host.place(MUSIC);
    assert.equal(await made.host.writeMarkers(marks, TAKE), 2);
    assert.equal(ruler(true).length, 1);
    const [bar, hit] = await made.host.markers();
    assert.deepEqual([hit!.name, hit!.color, hit!.time], ["HIT bar 2", "RED", "1001/500"]);
    for (const time of ["1001/500", "20/1", "-1/1"]) await assert.rejects(made.host.moveMarker(bar!.key, time), HostError);
    await assert.rejects(made.host.moveMarker(hit!.key, "1001/24000"), HostError);
    await made.host.moveMarker(bar!.key, "1001/800");
    await made.host.moveMarker(hit!.key, "1001/480");
    assert.deepEqual((await made.host.markers()).map(({ time }) => time), ["1001/800", "1001/480"]);
    await assert.rejects(made.host.moveMarker(`ruler ${48n * FRAME.film} applause`, "1001/900"), HostError);
    assert.equal(await made.host.removeMarkers(), 2);
    assert.equal(await made.host.removeMarkers(), 0);
    assert.deepEqual(ruler(false), before);
  });

  test("a marker at the very end sits on the last frame; those outside are left out", async () => {
    const made = scene();
    const at = (time: string) => ({ time, name: "END", color: "RED", comment: "" });
    assert.equal(await made.host.writeMarkers([at("1001/100"), at("20/1"), at("-1/1")], TAKE), 1);
    assert.equal((await made.host.markers())[0]!.time, `${1001n * 239n}/24000`);
  });
});

describe("what is open", () => {
  test("clock and length are exact", async () => {
    const made = scene();
    assert.deepEqual(await made.host.timeline(), {
      name: "cut", project: "Film.prproj", rate: "24000/1001", dropFrame: false, startFrame: 0, frames: 240,
    });
    made.premiere.openSequence("hour", FRAME.ntsc, { zeroPoint: 107_892n * FRAME.ntsc, display: "FPS_29_97" });
    made.premiere.lay("video", 0, 0n, 30n * FRAME.ntsc);
    assert.deepEqual(await made.host.timeline(), {
      name: "hour", project: "Film.prproj", rate: "30000/1001", dropFrame: true, startFrame: 107_892, frames: 30,
    });
  });

  test("playhead and chosen shot", async () => {
    const made = scene();
    const sequence = made.premiere.project.active!;
    assert.deepEqual(await made.host.selection(), { playhead: "0/1", shot: null });
    await made.host.seek(2.01);
    sequence.selection.items.push(sequence.tracks("video")[0]!.clips[1]!);
    assert.deepEqual(await made.host.selection(), {
      playhead: "1001/500",
      shot: { start: "1001/240", end: "3003/400", name: "two" },
    });
    made.host.tell("34 of 36 cuts on the beat");
    assert.deepEqual(made.told, ["34 of 36 cuts on the beat"]);
  });
});

describe("export", () => {
  test("OpenTimelineIO where Premiere offers it, into a folder beside the project, over the last one", async () => {
    const made = scene();
    made.memory.texts.set("/Films/VEM Music/cut.otio", "stale");
    const exported = await made.host.export();
    assert.deepEqual(exported, { path: "/Films/VEM Music/cut.otio", name: "cut", way: "otio" });
    assert.match(made.memory.texts.get(exported.path)!, /PremierePro_OTIO/);
    assert.deepEqual(made.memory.folders, ["/Films/VEM Music"]);
  });

  test("a walk over the tracks below 26.2", async () => {
    const made = scene({ version: 25.6, projectPath: "D:\\Films\\Film.prproj" });
    made.premiere.project.active = made.premiere.openSequence("a/b: #1", FRAME.pal);
    const { path, way } = await made.host.export();
    assert.deepEqual([path, way], ["D:\\Films\\VEM Music\\a_b_ _1.otio", "walk"]);
    assert.equal(JSON.parse(made.memory.texts.get(path)!)["metadata"]["vem_export"]["from"], "walk over the tracks");
  });

  for (const failing of ["refuses", "throws", "writes nothing"] as const) {
    test(`where OpenTimelineIO ${failing}, Final Cut XML; where that does too, the walk`, async () => {
      const { path, way } = await scene({ otioExport: failing }).host.export();
      assert.deepEqual([path, way], ["/Films/VEM Music/cut.xml", "xml"]);
      const made = scene({ otioExport: failing, xmlExport: failing });
      assert.equal((await made.host.export()).way, "walk");
      assert.match(made.memory.texts.get("/Films/VEM Music/cut.otio")!, /walk over the tracks/);
    });
  }

  test("a project that was never saved has no place for music", async () => {
    await assert.rejects(scene({ projectPath: "" }).host.export(), /not been saved/);
  });
});
