/**
 * The bridge over the double as a process: for tests that bring the page, in a real browser.
 *
 * Lines in: `{"origin", "data"}` as a message event has them; `{"choose": N}`, which selects the Nth clip as an editor
 * does; `{"look": true}`. Lines out: messages to the page, and for a look `{"layout": [...], "markers": [...]}`. Arguments: folder of the project, an OpenTimelineIO file whose picture track
 * Premiere has open, how many of its clips, the origin of the page.
 */

import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { PremiereDouble } from "../double/premiere";
import { Bridge } from "../src/bridge";
import { PremiereHost } from "../src/host";
import { TICKS_PER_SECOND } from "../src/ticks";
import { disk } from "./disk";

const [folder = ".", film = "", count = "4", origin = ""] = process.argv.slice(2);

interface Time {
  readonly value: number;
  readonly rate: number;
}
interface OtioClip {
  readonly OTIO_SCHEMA: string;
  readonly name: string;
  readonly source_range: { readonly start_time: Time; readonly duration: Time };
  readonly media_references: { readonly DEFAULT_MEDIA: { readonly target_url: string } };
}

const ticks = ({ value, rate }: Time) => BigInt(Math.round((value / rate) * 1e6)) * (TICKS_PER_SECOND / 1_000_000n);
const pathOf = (url: string) => (url.startsWith("file:") ? fileURLToPath(url) : resolve(dirname(film), decodeURIComponent(url)));

/** Premiere with the first clips of a film on its picture track, and a frame rate of 25. */
function opened(): PremiereDouble {
  const premiere = new PremiereDouble({ projectPath: join(folder, "Film.prproj"), surroundings: disk });
  premiere.openSequence("Rush hour", TICKS_PER_SECOND / 25n, { zeroPoint: 3600n * TICKS_PER_SECOND, display: "FPS_25" });
  const [track] = JSON.parse(readFileSync(film, "utf8")).tracks.children;
  const clips = (track.children as OtioClip[]).filter((child) => child.OTIO_SCHEMA.startsWith("Clip"));
  clips.slice(0, Number(count)).reduce((start, clip) => {
    const media = { duration: 60n * TICKS_PER_SECOND, video: true, audio: false };
    const source = premiere.file(pathOf(clip.media_references.DEFAULT_MEDIA.target_url), media);
    const end = start + ticks(clip.source_range.duration);
    premiere.lay("video", 0, start, end, { name: clip.name, source, inPoint: ticks(clip.source_range.start_time) });
    return end;
  }, 0n);
  premiere.lay("audio", 0, 0n, TICKS_PER_SECOND, { name: "room" });
  return premiere;
}

const premiere = opened();
const sequence = premiere.project.active!;
const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);
const host = new PremiereHost(premiere.ppro, disk, "26.3.0", () => undefined);
const bridge = new Bridge(host, { postMessage: say }, origin);

function seen(): object {
  const tracks = [...sequence.tracks("video"), ...sequence.tracks("audio")];
  const layout = tracks.flatMap(({ kind, name, clips }) =>
    clips.map(({ state }) => ({ kind, track: name, name: state.name, start: `${state.start}`, end: `${state.end}` })),
  );
  const markers = sequence.markers.list.map(({ name, start, color }) => ({
    name,
    frame: Number((start * 25n) / TICKS_PER_SECOND),
    red: color === premiere.colors["RED"],
  }));
  return { layout, markers };
}

async function chosen(clip: number): Promise<void> {
  sequence.selection.items.splice(0, 1, sequence.tracks("video")[0]!.clips[clip]!);
  await bridge.look();
}

for await (const line of createInterface({ input: process.stdin })) {
  const { look, choose, ...event } = JSON.parse(line) as { look?: true; choose?: number; origin?: string; data?: unknown };
  if (look) say(seen());
  else if (choose !== undefined) await chosen(choose);
  else await bridge.hear(event);
}
