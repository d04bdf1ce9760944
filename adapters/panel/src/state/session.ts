// What the panel knows: the edit that is open, its takes, what is compared, chosen and heard.

import { batch, computed, signal } from "@preact/signals";
import type { FullTake, ListedTake, PeaksResult, Problem, Storyboard } from "../api/messages";
import { type Edit, editOf, editOfTake } from "../music/edit";
import { Player } from "../sound/player";

export type Side = "A" | "B";
export type Tab = "brief" | "shots" | "takes" | "sync";

/** The file that is open: a scored timeline, or an edit without music yet. */
export const path = signal<string | null>(null);
export const opening = signal(false);
export const takes = signal<ListedTake[]>([]);
/** Takes read in full, by id. */
export const known = signal<ReadonlyMap<string, FullTake>>(new Map());
export const board = signal<Storyboard | null>(null);
/** Beats of an edit that has no music yet. */
export const draft = signal<Edit | null>(null);

export const sides = signal<{ A: string | null; B: string | null }>({ A: null, B: null });
export const side = signal<Side>("A");
export const chosen = signal<number | null>(null);
export const tab = signal<Tab>("brief");
/** What shall change, by shot: kept while other shots are looked at. */
export const shotWords = signal<ReadonlyMap<number, string>>(new Map());
export const looping = signal(false);

export const pictures = signal<ReadonlyMap<number, string>>(new Map());
export const peaks = signal<ReadonlyMap<string, PeaksResult>>(new Map());

export interface StemState {
  mute: boolean;
  solo: boolean;
}
export const stems = signal<Readonly<Record<string, StemState>>>({});
export const stemsShown = signal(false);

/** Trouble that people must know of; one at a time, the newest. */
export const trouble = signal<Problem | null>(null);
/** What was just done, said once and quietly. */
export const said = signal("");

export const player = new Player();
/** Seconds from the first frame; follows the player. */
export const playhead = signal(0);

export const held = computed(() => takes.value.find((take) => take.held) ?? null);
export const heard = computed(() => {
  const id = sides.value[side.value] ?? sides.value.A;
  return id === null ? null : (known.value.get(id) ?? null);
});
export const edit = computed<Edit | null>(() => {
  if (heard.value) return editOfTake(heard.value);
  return draft.value ?? (board.value ? editOf(board.value, null) : null);
});
/** Locked shots of the edit, with what locks them. */
export const locks = computed<ReadonlyMap<number, string>>(() => {
  const take = held.value && known.value.get(held.value.take);
  return new Map(Object.entries(take?.locks ?? {}).map(([number, why]) => [Number(number), why]));
});
export const chosenShot = computed(() => edit.value?.shots.find((shot) => shot.number === chosen.value) ?? null);

export function isScored(): boolean {
  return takes.value.length > 0;
}

/** Forget the edit; what was heard falls silent. */
export function closeEdit(): void {
  player.pause();
  player.seek(0);
  player.mix(new Map());
  batch(() => {
    path.value = null;
    takes.value = [];
    known.value = new Map();
    board.value = null;
    draft.value = null;
    sides.value = { A: null, B: null };
    side.value = "A";
    chosen.value = null;
    shotWords.value = new Map();
    looping.value = false;
    for (const address of pictures.value.values()) URL.revokeObjectURL(address);
    pictures.value = new Map();
    peaks.value = new Map();
    stems.value = {};
    trouble.value = null;
    playhead.value = 0;
    tab.value = "brief";
  });
}

/** Levels of a take's files: the mix alone, or every stem while stems are shown and one is muted or alone. */
function levelsOf(take: FullTake, audible: boolean): [string, number][] {
  const states = Object.values(stems.value);
  const solo = states.some((state) => state.solo);
  const touched = solo || states.some((state) => state.mute);
  const level = (role: string) => {
    const state = stems.value[role];
    return (solo ? state?.solo : !state?.mute) ? 1 : 0;
  };
  const parts: [string, number][] = [[take.mix, audible && !touched ? 1 : 0]];
  if (stemsShown.value || touched) {
    for (const [role, path] of Object.entries(take.stems)) parts.push([path, audible && touched ? level(role) : 0]);
  }
  return parts;
}

/** What the player shall play, and how loud. */
export const levels = computed(() => {
  const both = (["A", "B"] as const).flatMap((one) => {
    const id = sides.value[one];
    const take = id === null ? undefined : known.value.get(id);
    return take ? levelsOf(take, one === side.value || sides.value[side.value] === null) : [];
  });
  const loudest = new Map<string, number>();
  for (const [path, level] of both) loudest.set(path, Math.max(level, loudest.get(path) ?? 0));
  return loudest;
});
