/** The double refuses what Premiere would: if one of these passes silently, no other test here is worth anything. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { API, NotInPremiere } from "../double/guard";
import signatures from "../double/signatures.json";
import { MIX, scene, type Scene } from "./scene";

async function opened(made: Scene) {
  const { ppro } = made.premiere;
  const project = await ppro.Project.getActiveProject();
  const sequence = await project.getActiveSequence();
  return { ppro, project, sequence, markers: await ppro.Markers.getMarkers(sequence) };
}

type Loose = Record<string, (...given: unknown[]) => unknown>;

test("names that Adobe's types do not have are refused, whatever they are asked of", async () => {
  const { ppro, project, sequence, markers } = await opened(scene());
  for (const object of [ppro, ppro.Constants, ppro.Constants.MarkerColor, ppro.Project, project, sequence, markers]) {
    assert.throws(() => (object as unknown as Loose)["addTrack"], NotInPremiere);
  }
  assert.throws(() => (ppro.Constants.MarkerColor as unknown as Loose)["MAGENTA"], NotInPremiere);
});

test("wrong numbers and kinds of arguments are refused", async () => {
  const { ppro, sequence } = await opened(scene());
  const [time, loose] = [ppro.TickTime as unknown as Loose, sequence as unknown as Loose];
  assert.throws(() => time["createWithTicks"]!(5), NotInPremiere);
  assert.throws(() => time["createWithTicks"]!(), NotInPremiere);
  assert.throws(() => time["createWithTicks"]!("5", "6"), NotInPremiere);
  assert.throws(() => loose["getAudioTrack"]!("0"), NotInPremiere);
  assert.throws(() => loose["setPlayerPosition"]!("0"), NotInPremiere);
  assert.throws(() => (ppro.SequenceEditor as unknown as Loose)["getEditor"]!(ppro.TickTime.TIME_ZERO), NotInPremiere);
  assert.throws(() => ppro.TickTime.createWithTicks("1.5"), /no number of ticks/);
});

test("no method of the double takes more arguments than the types allow", () => {
  const { project } = scene().premiere;
  const sequence = project.active!;
  const track = sequence.tracks("video")[0]!;
  const item = project.root.children[0]!;
  const faces = [project.root.asFolder, item.asProjectItem, item.asClip];
  const played = [project, sequence, sequence.markers, sequence.selection, track, track.clips[0]!, ...faces];
  const classes = signatures.classes as Record<string, Record<string, { takes?: unknown[]; property?: string }>>;
  let checked = 0;
  for (const object of played) {
    for (const [name, { takes }] of Object.entries(classes[object[API]]!)) {
      const method = (object as unknown as Record<string, unknown>)[name];
      if (!takes || typeof method !== "function") continue;
      assert.ok(method.length <= takes.length, `${object[API]}.${name}`);
      checked += 1;
    }
  }
  assert.ok(checked > 40, `${checked}`);
});

test("from 26.3 an action is made inside lockedAccess, and good in that lock only; before, anywhere", async () => {
  const add = (markers: Awaited<ReturnType<typeof opened>>["markers"]) => markers.createAddMarkerAction("mine");
  const { project, markers } = await opened(scene({ version: 26.3 }));
  assert.throws(() => add(markers), /inside lockedAccess/);
  let kept: ReturnType<typeof add> | undefined;
  project.lockedAccess(() => (kept = add(markers)));
  project.lockedAccess(() =>
    assert.throws(() => project.executeTransaction((all) => all.addAction(kept!)), /another lock/),
  );
  const before = await opened(scene({ version: 26.2 }));
  const action = add(before.markers);
  before.project.lockedAccess(() => assert.ok(before.project.executeTransaction((all) => all.addAction(action))));
  assert.equal(before.markers.getMarkers().length, 1);
});

test("transactions want a lock, synchronous callbacks and each action once; nothing shows before they are over", async () => {
  const { project, markers } = await opened(scene());
  assert.throws(() => project.executeTransaction(() => undefined), /outside of lockedAccess/);
  const late = (async () => undefined) as () => void;
  assert.throws(() => project.lockedAccess(late), /asynchronous/);
  project.lockedAccess(() => {
    assert.throws(() => project.executeTransaction(late), /asynchronous/);
    project.executeTransaction((all) => {
      const action = markers.createAddMarkerAction("mine");
      all.addAction(action);
      assert.throws(() => all.addAction(action), /added before/);
      assert.equal(markers.getMarkers().length, 0); // so it has no marker to colour yet
    });
  });
  assert.equal(markers.getMarkers().length, 1);
});

test("an import gives no item, an insert in the middle shifts, an overwrite destroys", async () => {
  const made = scene();
  const { ppro, project, sequence } = await opened(made);
  assert.equal(await project.importFiles(["/nowhere.wav"]), false);
  assert.equal(await project.importFiles([MIX], true), true);
  const item = (await (await project.getRootItem()).getItems()).find((each) => each.name.endsWith("MX.wav"))!;
  const editor = ppro.SequenceEditor.getEditor(sequence);
  const ends = () => made.premiere.project.active!.tracks("audio")[1]!.clips.map(({ state }) => state.end);
  const [whole] = ends();
  const zero = ppro.TickTime.TIME_ZERO;
  project.lockedAccess(() =>
    project.executeTransaction((all) => all.addAction(editor.createInsertProjectItemAction(item, zero, 0, 1, true))),
  );
  assert.ok(ends().some((end) => end > whole!));
  made.premiere.locks.undo();
  assert.deepEqual(ends(), [whole]);
  project.lockedAccess(() =>
    project.executeTransaction((all) => all.addAction(editor.createOverwriteItemAction(item, zero, 0, 1))),
  );
  assert.equal(ends().length, 2);
});

test("a locked track refuses the whole transaction, and nothing of it is done", async () => {
  const made = scene();
  const { ppro, project, sequence, markers } = await opened(made);
  const track = await sequence.getAudioTrack(0);
  made.premiere.project.active!.tracks("audio")[0]!.locked = true;
  const [clip] = track.getTrackItems(ppro.Constants.TrackItemType.CLIP, false);
  let done = true;
  project.lockedAccess(() => {
    done = project.executeTransaction((all) => {
      all.addAction(markers.createAddMarkerAction("mine"));
      all.addAction(clip!.createMoveAction(ppro.TickTime.TIME_ONE_SECOND));
    });
  });
  assert.equal(done, false);
  assert.equal(markers.getMarkers().length, 0);
});

test("what came with a later version is absent before it", async () => {
  const old = await opened(scene({ version: 25.6 }));
  assert.equal(old.ppro.ProjectConverter, undefined);
  assert.equal((await old.sequence.getAudioTrack(0)).createSetNameAction, undefined);
  const later = await opened(scene({ version: 26.2 }));
  assert.equal(typeof later.ppro.ProjectConverter.exportAsOpenTimelineIO, "function");
  assert.equal(later.ppro.ProjectConverter.exportAAF, undefined);
});
