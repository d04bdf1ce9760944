/** Files through UXP, with `localFileSystem: "fullAccess"`: connection file and project lie outside of its folder. */

import type { Files } from "./files";

/**
 * UXP's file calls give promises if no callback is given, say its pages and all their examples; its types (7.3.1)
 * demand the callback.
 */
interface PromisedFs {
  readFile(path: string, options: { encoding: "utf-8" }): Promise<string>;
  writeFile(path: string, data: string, options: { encoding: "utf-8" }): Promise<number>;
  mkdir(path: string, options: { recursive: boolean }): Promise<unknown>;
  unlink(path: string): Promise<unknown>;
  lstat(path: string): Promise<unknown>;
}

type Known = keyof PromisedFs extends keyof typeof import("fs") ? PromisedFs : never; // no name that the types lack

const fs = require("fs") as unknown as Known;

export const uxpFiles: Files = {
  read: (path) => fs.readFile(path, { encoding: "utf-8" }).catch(() => null),
  write: async (path, text) => void (await fs.writeFile(path, text, { encoding: "utf-8" })),
  async makeFolder(path) {
    if (!(await exists(path))) await fs.mkdir(path, { recursive: true });
  },
  async remove(path) {
    if (await exists(path)) await fs.unlink(path);
  },
  exists,
};

async function exists(path: string): Promise<boolean> {
  try {
    await fs.lstat(path);
    return true;
  } catch {
    return false;
  }
}
