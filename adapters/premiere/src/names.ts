/**
 * How our things are known again: their names end in four hexadecimal digits of the take, "BAR 12 · ab3f".
 *
 * Nothing else marks them in Premiere (a marker has an identity of its own from 26.3 only), and nothing of another
 * name is ever touched. The same rule as `vem_timeline/ownership.py`.
 */

import { HostError } from "./errors";

/** Name of our audio track, where Premiere can rename one (26.3), and of the bin that our files lie in. */
export const MUSIC_NAME = "VEM Music";

const ID_AT_END = / · ([0-9a-f]{4})$/;

/** The four digits that stand for a take in names. */
export function shortId(take: string): string {
  const head = /^[0-9a-f]{4}/.exec(take.toLowerCase());
  if (!head) throw new HostError("HostRefused", `"${take}" is no take id.`, "Score the edit again.");
  return head[0];
}

/** A name that ends in the short id, once. */
export function nameWithId(name: string, id: string): string {
  return carriesId(name) ? name : `${name} · ${id}`;
}

/** Whether a name ends in a short id of ours. */
export function carriesId(name: string): boolean {
  return ID_AT_END.test(name);
}

/** The short id at the end of a name; empty if there is none. */
export function idIn(name: string): string {
  return ID_AT_END.exec(name)?.[1] ?? "";
}

/** A name without the short id at its end. */
export function withoutId(name: string): string {
  return name.replace(ID_AT_END, "");
}
