/** A small film in the double, and files in memory. */

import { PremiereDouble, type Choices, type Surroundings } from "../double/premiere";
import type { Files } from "../src/files";
import { PremiereHost } from "../src/host";

export const SECOND = 254_016_000_000n;
export const FRAME = { film: 10_594_584_000n, pal: 10_160_640_000n, ntsc: 8_475_667_200n };
export const MIX = "/Films/VEM Music/cut_v01/cut_v01_MX.wav";
export const LATER_MIX = "/Films/VEM Music/cut_v02/cut_v02_MX.wav";
export const TAKE = "ab3f77aa10";
export const LATER_TAKE = "c0de112233";

/** Files in memory, also as the double's surroundings: WAVs of ten seconds are there, nothing else. */
export class Memory implements Files, Surroundings {
  readonly texts = new Map<string, string>();
  readonly folders: string[] = [];
  readonly sounds = new Map([MIX, LATER_MIX].map((path) => [path, 10n * SECOND]));

  read = (path: string) => Promise.resolve(this.texts.get(path) ?? null);
  write = (path: string, text: string) => Promise.resolve(void this.texts.set(path, text));
  makeFolder = (path: string) => Promise.resolve(void this.folders.push(path));
  remove = (path: string) => Promise.resolve(void this.texts.delete(path));
  exists = (path: string) => Promise.resolve(this.texts.has(path) || this.sounds.has(path));
  probe(path: string) {
    const duration = this.sounds.get(path);
    return duration === undefined ? null : { duration, video: false, audio: true };
  }
}

export interface Scene {
  readonly premiere: PremiereDouble;
  readonly host: PremiereHost;
  readonly memory: Memory;
  readonly told: string[];
}

/** Ten seconds of film at 23.976: three shots on one picture track, speech and a room tone on two sound tracks. */
export function scene(choices: Choices = {}): Scene {
  const memory = new Memory();
  const premiere = new PremiereDouble({ surroundings: memory, ...choices });
  premiere.openSequence("cut", FRAME.film);
  const media = { duration: 3600n * SECOND, video: true, audio: true };
  const camera = premiere.file("/Films/Media/A001 café.mov", media);
  const frames = (count: number) => BigInt(count) * FRAME.film;
  premiere.lay("video", 0, frames(0), frames(100), { name: "one", source: camera, inPoint: frames(24) });
  premiere.lay("video", 0, frames(100), frames(180), { name: "two", source: camera, inPoint: frames(400) });
  premiere.lay("video", 0, frames(180), frames(240), { name: "three", source: camera, inPoint: frames(900) });
  premiere.lay("audio", 0, frames(20), frames(60), { name: "speech", source: camera });
  premiere.lay("audio", 1, frames(0), frames(240) - 777n, { name: "room", source: camera });
  const told: string[] = [];
  const host = new PremiereHost(premiere.ppro, memory, "26.3.0", (text) => told.push(text));
  return { premiere, host, memory, told };
}

/** Everything on the tracks as text. */
export function layout({ premiere }: Scene): string[] {
  const sequence = premiere.project.active!;
  return [...sequence.tracks("video"), ...sequence.tracks("audio")].flatMap((track) =>
    track.clips.map(({ state }) => `${track.kind} ${track.index} ${state.start}-${state.end} ${state.inPoint} ${state.name}`),
  );
}
