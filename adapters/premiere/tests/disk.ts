/** The real disk under the host and its double. */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

import type { Surroundings } from "../double/premiere";
import type { Media } from "../double/project";
import type { Files } from "../src/files";

const SAMPLE = 5_292_000n; // ticks, at 48 000 a second

export const disk: Files & Surroundings = {
  read: (path) => Promise.resolve(existsSync(path) ? readFileSync(path, "utf8") : null),
  write: (path, text) => Promise.resolve(writeFileSync(path, text)),
  makeFolder: (path) => Promise.resolve(void mkdirSync(path, { recursive: true })),
  remove: (path) => Promise.resolve(rmSync(path, { force: true })),
  exists: (path) => Promise.resolve(existsSync(path)),
  probe: soundIn,
};

/** Length of a WAV at 48 kHz, by its chunks. */
function soundIn(path: string): Media | null {
  if (!existsSync(path)) return null;
  const bytes = readFileSync(path);
  if (bytes.toString("latin1", 0, 4) !== "RIFF") return null;
  let [at, block] = [12, 0];
  while (at + 8 <= bytes.length) {
    const [name, size] = [bytes.toString("latin1", at, at + 4), bytes.readUInt32LE(at + 4)];
    if (name === "fmt ") block = bytes.readUInt16LE(at + 20);
    if (name === "data") return { duration: BigInt(size / block) * SAMPLE, video: false, audio: true };
    at += 8 + size + (size % 2);
  }
  return null;
}
