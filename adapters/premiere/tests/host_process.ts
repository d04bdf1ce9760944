/**
 * The host over the double as a process: for the contract test that every host of the project passes, in Python.
 *
 * One JSON object a line: `{"call": NAME, "with": [ARGUMENTS]}` in, `{"value": ...}` or `{"error": {...}}` out. Names are
 * the host's operations, and what a person at the program sees: `things`, `heard`, `seen`, `said`, `files`. Argument of
 * the process: the folder of the project; after it the version of Premiere, if another than the newest.
 */

import { join } from "node:path";
import { createInterface } from "node:readline";

import { PremiereDouble } from "../double/premiere";
import { hostErrorOf } from "../src/errors";
import { PremiereHost } from "../src/host";
import { carriesId } from "../src/names";
import { disk } from "./disk";

const FRAME = 10_160_640_000n; // 25 a second
const START = 90_000n;

const [folder = ".", version = "26.3"] = process.argv.slice(2);

/** The edit that every laboratory starts with (`tests/doubles/host_labs.py`). */
function edit(): PremiereDouble {
  const premiere = new PremiereDouble({
    version: Number(version),
    projectPath: join(folder, "Film.prproj"),
    surroundings: disk,
  });
  premiere.openSequence("edit", FRAME, { zeroPoint: START * FRAME, display: "FPS_25" });
  [0n, 60n, 150n, 240n].reduce((start, end, number) => {
    premiere.lay("video", 0, start * FRAME, end * FRAME, { name: `shot ${number}` });
    return end;
  });
  premiere.lay("audio", 0, 10n * FRAME, 60n * FRAME, { name: "voice" });
  premiere.mark("my own", 100n * FRAME, { comment: "keep" });
  return premiere;
}

const premiere = edit();
const sequence = premiere.project.active!;
const said: string[] = [];
const host = new PremiereHost(premiere.ppro, disk, version, (text) => said.push(text));

const clips = () => [...sequence.tracks("video"), ...sequence.tracks("audio")].flatMap((track) => track.clips);
const seen: Record<string, () => unknown> = {
  things: () => [
    clips()
      .filter(({ state }) => !carriesId(state.name))
      .map(({ track, state }) => [track.kind, track.index, track.name, `${state.start} ${state.end}`, state.name]),
    sequence.markers.list
      .filter((marker) => !carriesId(marker.name))
      .map(({ name, start, color, comments }) => [name, String(start), color, comments]),
    sequence.tracks("video").length,
  ],
  heard: () =>
    clips()
      .filter(({ state }) => carriesId(state.name))
      .map(({ state: { source, start, end } }) => [source!.path, Number(start / FRAME), Number((end - start) / FRAME)]),
  seen: () =>
    clips()
      .filter(({ state }) => carriesId(state.name))
      .reduce((all, { state }) => [...all, ...state.source!.markers.list], sequence.markers.list)
      .filter((marker) => carriesId(marker.name))
      .map((marker) => [Number(marker.start / FRAME), marker.name]),
  said: () => said,
};

async function answer(line: string): Promise<object> {
  const { call, with: given } = JSON.parse(line) as { call: string; with: unknown[] };
  try {
    const look = seen[call];
    if (look) return { value: look() };
    const held = host as unknown as Record<string, unknown>;
    const value = typeof held[call] === "function" ? await (held[call] as Function).apply(host, given) : held[call];
    return { value: value ?? null };
  } catch (thrown) {
    const { kind, message, where, remedy } = hostErrorOf(thrown);
    return { error: { kind, what: message, where, remedy } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
